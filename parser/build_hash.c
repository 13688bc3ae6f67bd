/* SPDX-License-Identifier: GPL-2.0-or-later */
/* numgen, jhash, symhash, ct count: words and numbers. */
#include <linux/netfilter/nf_tables.h>

#include "parser/build.h"

static uint32_t number32(struct parser *p, struct str num,
			 const struct loc *loc)
{
	u128 v = 0;

	if (!str_number(num, &v) || v > UINT32_MAX) {
		diag_error(p->diags, loc, "\"%.*s\" is not a number that fits",
			   (int)num.len, num.s);
		return 1;
	}
	return (uint32_t)v;
}

static struct hash_expr *hash_new(struct parser *p, const struct loc *loc,
				  struct str mod, const struct loc *mod_loc,
				  struct words *offset)
{
	struct hash_expr *h = arena_new_of(p->arena, struct hash_expr);

	h->e.loc = *loc;
	h->mod = number32(p, mod, mod_loc);
	if (offset)
		h->offset = number32(p, offset->word, &offset->loc);
	return h;
}

struct expr *build_numgen(struct parser *p, const struct loc *loc,
			  struct str kind, const struct loc *kind_loc,
			  struct str mod, const struct loc *mod_loc,
			  struct words *offset)
{
	struct hash_expr *h = hash_new(p, loc, mod, mod_loc, offset);

	h->e.ops = &expr_numgen;
	h->type = NFT_NG_INCREMENTAL;
	if (str_is(kind, "random"))
		h->type = NFT_NG_RANDOM;
	else if (!str_is(kind, "inc"))
		diag_error(p->diags, kind_loc, "inc or random is expected");
	return &h->e;
}

struct expr *build_hash(struct parser *p, const struct loc *loc,
			struct expr *arg, struct str mod,
			const struct loc *mod_loc, struct words *seed,
			struct words *offset)
{
	struct hash_expr *h = hash_new(p, loc, mod, mod_loc, offset);

	h->e.ops = &expr_hash;
	h->type = arg ? NFT_HASH_JENKINS : NFT_HASH_SYM;
	h->arg = arg;
	h->has_seed = seed;
	if (seed)
		h->seed = number32(p, seed->word, &seed->loc);
	return &h->e;
}

struct stmt *build_connlimit(struct parser *p, const struct loc *loc,
			     struct str *over, const struct loc *over_loc,
			     struct str n, const struct loc *n_loc)
{
	struct connlimit_stmt *s =
		arena_new_of(p->arena, struct connlimit_stmt);

	s->s.ops = &stmt_connlimit;
	s->s.loc = *loc;
	s->count = number32(p, n, n_loc);
	s->over = over;
	if (over && !str_is(*over, "over"))
		diag_error(p->diags, over_loc, "over or a number is expected");
	return &s->s;
}
