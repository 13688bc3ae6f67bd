/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builders of flowtables, and of the statement that puts flows into one. */
#include "parser/build.h"

#include <linux/netfilter/nf_tables.h>

void build_flowtable(struct parser *p, const struct loc *loc,
		     struct name_list *names)
{
	struct item *it = build_item(p, CMD_ADD, OBJ_FLOWTABLE, loc, names);

	it->flowtable = arena_new_of(p->arena, struct flowtable_item);
	build_open(p, it);
}

void build_flowtable_hook(struct parser *p, struct str hook,
			  const struct loc *hook_loc, struct prio *prio,
			  const struct loc *prio_loc)
{
	struct flowtable_item *f = p->open->flowtable;

	f->hook = hook;
	f->hook_loc = *hook_loc;
	f->prio = prio;
	f->prio_loc = *prio_loc;
}

void build_flowtable_devices(struct parser *p, const struct loc *loc,
			     struct expr *names)
{
	p->open->flowtable->devices = names;
	p->open->flowtable->device_loc = *loc;
}

void build_flowtable_flags(struct parser *p, const struct words *flags)
{
	if (flags->next || !str_is(flags->word, "offload"))
		diag_error(p->diags, &flags->loc,
			   "the only flag of a flowtable is offload");
	p->open->flowtable->flags |= NFT_FLOWTABLE_HW_OFFLOAD;
}

void build_flowtable_counter(struct parser *p)
{
	p->open->flowtable->flags |= NFT_FLOWTABLE_COUNTER;
}

struct stmt *build_flow(struct parser *p, const struct loc *loc,
			const struct str *word, const struct loc *word_loc,
			struct str name)
{
	struct flow_stmt *f = arena_new_of(p->arena, struct flow_stmt);

	f->s.ops = &stmt_flow;
	f->s.loc = *loc;
	f->name = arena_strndup(p->arena, name.s, name.len);
	if (word && !str_is(*word, "offload"))
		diag_error(p->diags, word_loc, "\"%.*s\" where add is expected",
			   (int)word->len, word->s);
	return &f->s;
}
