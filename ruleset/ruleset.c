/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * A command changes the ruleset at once, and leaves behind how to take that
 * back: a record in a log. A transaction that is aborted runs its log
 * backwards; one that is committed runs it forwards, to free what was deleted
 * (until then it must live, for it may come back, and those who follow the
 * changes may still look at it). So a command sees what the commands before it
 * did, as in the kernel; all or nothing holds without a copy of anything; and
 * a transaction costs what it changes.
 *
 * Answers are the kernel's (nf_tables_api.c): same errno, same moment. What
 * takes verification of the whole (loops, depth, hooks) is the VM's, which
 * follows through struct ruleset_events.
 */
#include "ruleset/internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <linux/netfilter.h>

#include "base/strmap.h"

struct ruleset *ruleset_new(bool lists)
{
	struct ruleset *rs = xzalloc(sizeof(*rs));

	list_init(&rs->tables);
	rs->table_names = strmap_new();
	rs->lists = lists;
	return rs;
}

void ruleset_free(struct ruleset *rs)
{
	struct rs_table *t, *tmp;

	if (!rs)
		return;
	if (rs->in_tx)
		ruleset_abort(rs);
	list_for_each_safe(t, tmp, &rs->tables, node)
		rs_table_free(t);
	strmap_free(rs->table_names);
	vec_fini(&rs->undo);
	free(rs->scratch);
	free(rs);
}

const struct list *ruleset_tables(const struct ruleset *rs)
{
	return &rs->tables;
}

/* --- transactions -------------------------------------------------------- */

void ruleset_begin(struct ruleset *rs, struct diags *d,
		   const struct ruleset_events *events, void *data)
{
	assert(!rs->in_tx);
	rs->in_tx = true;
	rs->tx++;
	rs->diags = d;
	rs->events = events;
	rs->events_data = data;
}

static void tx_end(struct ruleset *rs)
{
	struct rs_table *t;

	list_for_each(t, &rs->tables, node) {
		t->committed_handle = t->last_handle;
		rs_handles_compact(&t->chain_handles);
		rs_handles_compact(&t->set_handles);
		rs_handles_compact(&t->rule_handles);
	}
	vec_fini(&rs->undo);
	rs->in_tx = false;
}

void ruleset_commit(struct ruleset *rs)
{
	struct rs_undo *u;

	assert(rs->in_tx);
	vec_foreach(&rs->undo, u)
		if (u->ops->done)
			u->ops->done(rs, u);
	tx_end(rs);
}

void ruleset_abort(struct ruleset *rs)
{
	assert(rs->in_tx);
	while (rs->undo.len) {
		struct rs_undo *u = &rs->undo.v[--rs->undo.len];

		u->ops->undo(rs, u);
	}
	tx_end(rs);
}

struct rs_undo *rs_undo_push(struct ruleset *rs, const struct rs_undo_ops *ops,
			     void *thing)
{
	struct rs_undo *u = vec_add(&rs->undo);

	u->ops = ops;
	u->thing = thing;
	return u;
}

void rs_unlink(struct rs_undo *u, struct list *node)
{
	u->next = node->next;
	list_del(node);
}

void rs_relink(struct rs_undo *u, struct list *node)
{
	list_insert(node, u->next->prev, u->next);
}

/* --- answers ------------------------------------------------------------- */

int rs_refuse(struct ruleset *rs, const struct loc *loc,
	      const struct loc *fallback, int err, const char *fmt, ...)
{
	char what[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (!loc->source)
		loc = fallback;
	return diag_error(rs->diags, loc, "%s: %s", what, strerror(err));
}

void rs_hint_names(struct ruleset *rs, const struct strmap *names,
		   const char *word)
{
	VEC(const char *) list = { 0 };
	const char *name, *near;
	size_t pos = 0;

	/* Comparing a slip with more names than this is no help to anybody. */
	while (list.len < 1000 && strmap_next(names, &pos, &name))
		vec_push(&list, name);
	near = diag_nearest(word, list.v, list.len);
	if (near)
		diag_hint(rs->diags, "did you mean '%s'?", near);
	vec_fini(&list);
}

const char *rs_family_name(uint8_t family)
{
	static const char *const names[] = {
		[NFPROTO_INET] = "inet",     [NFPROTO_IPV4] = "ip",
		[NFPROTO_ARP] = "arp",	     [NFPROTO_NETDEV] = "netdev",
		[NFPROTO_BRIDGE] = "bridge", [NFPROTO_IPV6] = "ip6",
	};

	if (family < ARRAY_LEN(names) && names[family])
		return names[family];
	return "unknown";
}

/* --- commands ------------------------------------------------------------ */

#define OPS  (CMD_RENAME + 1)
#define OBJS (OBJ_OBJECT + 1)

/* Commands that only ask (list, reset) are not here: they change nothing that
 * a transaction holds. */
static rs_apply_fn *const applies[OBJS][OPS] = {
	[OBJ_RULESET] = {
		[CMD_FLUSH] = rs_ruleset_flush,
	},
	[OBJ_TABLE] = {
		[CMD_ADD] = rs_table_add,
		[CMD_CREATE] = rs_table_add,
		[CMD_DELETE] = rs_table_delete,
		[CMD_FLUSH] = rs_table_flush,
	},
	[OBJ_CHAIN] = {
		[CMD_ADD] = rs_chain_add,
		[CMD_CREATE] = rs_chain_add,
		[CMD_DELETE] = rs_chain_delete,
		[CMD_FLUSH] = rs_chain_flush,
	},
	[OBJ_RULE] = {
		[CMD_ADD] = rs_rule_add,
		[CMD_CREATE] = rs_rule_add,
		[CMD_INSERT] = rs_rule_add,
		[CMD_REPLACE] = rs_rule_replace,
		[CMD_DELETE] = rs_rule_delete,
	},
	[OBJ_SET] = {
		[CMD_ADD] = rs_set_add,
		[CMD_CREATE] = rs_set_add,
		[CMD_DELETE] = rs_set_delete,
		[CMD_FLUSH] = rs_set_flush,
	},
	[OBJ_OBJECT] = {
		[CMD_ADD] = rs_object_add,
		[CMD_CREATE] = rs_object_add,
		[CMD_DELETE] = rs_object_delete,
	},
	[OBJ_FLOWTABLE] = {
		[CMD_ADD] = rs_flowtable_add,
		[CMD_CREATE] = rs_flowtable_add,
		[CMD_DELETE] = rs_flowtable_delete,
	},
	[OBJ_ELEMENTS] = {
		[CMD_ADD] = rs_elements_add,
		[CMD_CREATE] = rs_elements_add,
		[CMD_DELETE] = rs_elements_delete,
	},
};

int ruleset_apply(struct ruleset *rs, struct parser *p, const struct cmd *cmd)
{
	rs_apply_fn *apply = applies[cmd->obj][cmd->op];

	assert(rs->in_tx);
	if (cmd->op == CMD_LIST)
		return 0;
	if (!apply)
		return diag_error(rs->diags, &cmd->loc,
				  "this command changes no ruleset");
	return apply(rs, p, cmd);
}
