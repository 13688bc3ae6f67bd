/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Listing with the living state: the ruleset has the bytecode, the VM has the
 * counters and the elements. The VM's rules are looked up by the ruleset's
 * they were made from, in an array sorted for the time of the listing.
 */
#include "api/engine.h"

#include <jansson.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <linux/netfilter/nf_tables.h>
#include <stdlib.h>

#include "base/strbuf.h"

/* A rule of the ruleset, and of the VM. */
struct pair {
	const struct rs_rule *rs;
	const struct vm_rule *vm;
};

struct living {
	const struct nftvm *nv;
	VEC(struct pair) pairs;
};

static int pair_cmp(const void *a, const void *b)
{
	const struct pair *pa = a, *pb = b;

	return (pa->rs > pb->rs) - (pa->rs < pb->rs);
}

static void pairs_collect(struct living *lv)
{
	const struct vm_chain *c = NULL;
	const struct vm_rule *r;

	while ((c = vm_chain_next(lv->nv->vm, c)))
		for (r = vm_rule_next(c, NULL); r; r = vm_rule_next(c, r)) {
			struct pair pair = { engine_rule(r), r };

			vec_push(&lv->pairs, pair);
		}
	if (lv->pairs.len)
		qsort(lv->pairs.v, lv->pairs.len, sizeof(struct pair),
		      pair_cmp);
}

static void rule_state(void *data, const struct rs_rule *r,
		       struct nftnl_rule *rule)
{
	const struct living *lv = data;
	struct pair key = { r, NULL }, *found = NULL;

	if (lv->pairs.len)
		found = bsearch(&key, lv->pairs.v, lv->pairs.len, sizeof(key),
				pair_cmp);
	if (found)
		vm_rule_state(found->vm, rule);
}

static void object_state(void *data, struct nftnl_obj *o)
{
	const struct living *lv = data;

	vm_obj_state(lv->nv->vm, o);
}

static bool set_elems(void *data, const struct rs_set *s,
		      struct elem_batch *out)
{
	const struct living *lv = data;

	/* Only what packets or time can change differs from what was loaded. */
	if (!s->stmt_len && !(s->type.flags & (NFT_SET_EVAL | NFT_SET_TIMEOUT)))
		return false;
	return !vm_set_snapshot(lv->nv->vm, s->table->family, s->table->name,
				s->name, &lv->nv->now, out);
}

static void living_begin(struct living *lv, const struct nftvm *nv,
			 unsigned flags, struct ruleset_view *view)
{
	*lv = (struct living){ .nv = nv };
	*view = (struct ruleset_view){
		.handles = flags & NFTVM_LIST_HANDLES,
		.stateless = flags & NFTVM_LIST_STATELESS,
		.numeric = nv->numeric,
		.rule_state = rule_state,
		.object_state = object_state,
		.set_elems = set_elems,
		.data = lv,
	};
	pairs_collect(lv);
}

/* What nft says of itself there; its schema is what ours follows. */
static void list_json(const struct nftvm *nv, struct parser *p,
		      const struct ruleset_view *view, struct strbuf *out)
{
	json_t *all = ruleset_list_json(nv->ruleset, p, view);
	json_t *root;
	char *text;

	json_array_insert_new(all, 0,
			      json_pack("{s:{s:s, s:s, s:i}}", "metainfo",
					"version", nftvm_version(),
					"release_name", "nftvm",
					"json_schema_version", 1));
	root = json_pack("{s:o}", "nftables", all);
	text = json_dumps(root, 0);
	strbuf_puts(out, text);
	strbuf_putc(out, '\n');
	free(text);
	json_decref(root);
}

void engine_list(const struct nftvm *nv, unsigned flags, struct strbuf *out)
{
	struct ruleset_view view;
	struct parser_env env;
	struct living lv;
	struct parser *p;

	engine_env(nv, &env);
	p = parser_new(nv->diags, &env);
	living_begin(&lv, nv, flags, &view);
	if (flags & NFTVM_LIST_JSON)
		list_json(nv, p, &view, out);
	else
		ruleset_list(nv->ruleset, p, &view, out);
	vec_fini(&lv.pairs);
	parser_free(p);
}

static void list_rule_alone(const struct nftvm *nv, const struct vm_rule *rule,
			    bool stateless, struct strbuf *out)
{
	const struct ruleset_view view = { .stateless = stateless };
	struct parser_env env;
	struct parser *p;

	engine_env(nv, &env);
	p = parser_new(nv->diags, &env);
	ruleset_list_rule(p, engine_rule(rule), &view, out);
	parser_free(p);
}

void engine_list_rule(const struct nftvm *nv, const struct vm_rule *rule,
		      struct strbuf *out)
{
	list_rule_alone(nv, rule, true, out);
}

void engine_list_rule_loaded(const struct nftvm *nv, const struct vm_rule *rule,
			     struct strbuf *out)
{
	list_rule_alone(nv, rule, false, out);
}

void engine_rule_break(const struct nftvm *nv, const struct vm_rule *rule,
		       unsigned at, const uint32_t *words, struct strbuf *match,
		       struct strbuf *seen)
{
	struct parser_env env;
	struct parser *p;

	engine_env(nv, &env);
	p = parser_new(nv->diags, &env);
	ruleset_rule_break(p, engine_rule(rule), at, words, match, seen);
	parser_free(p);
}

static bool sets_nftrace(const struct rs_rule *r)
{
	struct nftnl_rule *rule = ruleset_rule_nftnl(r);
	struct nftnl_expr_iter *it = rule ? nftnl_expr_iter_create(rule) : NULL;
	struct nftnl_expr *e;
	bool sets = false;

	while (it && (e = nftnl_expr_iter_next(it)))
		sets |= !strcmp(nftnl_expr_get_str(e, NFTNL_EXPR_NAME),
				"meta") &&
			nftnl_expr_is_set(e, NFTNL_EXPR_META_SREG) &&
			nftnl_expr_get_u32(e, NFTNL_EXPR_META_KEY) ==
				NFT_META_NFTRACE;
	if (it)
		nftnl_expr_iter_destroy(it);
	nftnl_rule_free(rule);
	return sets;
}

bool engine_sets_nftrace(const struct nftvm *nv)
{
	const struct vm_chain *c = NULL;
	const struct vm_rule *r;

	while ((c = vm_chain_next(nv->vm, c)))
		for (r = vm_rule_next(c, NULL); r; r = vm_rule_next(c, r))
			if (sets_nftrace(engine_rule(r)))
				return true;
	return false;
}

char *nftvm_list(const struct nftvm *nv, unsigned flags)
{
	struct strbuf out = STRBUF_INIT;

	engine_list(nv, flags, &out);
	strbuf_puts(&out, "");
	return strbuf_take(&out);
}
