/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Chains (nf_tables_newchain(), nf_tables_delchain(), nft_chain_parse_hook()). */
#include "ruleset/internal.h"

#include <errno.h>
#include <stdio.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter/nf_tables.h>

#include "base/strmap.h"

struct rs_chain *rs_chain_find(const struct rs_table *t, const char *name)
{
	return strmap_get(t->chain_names, name);
}

struct rs_chain *rs_chain_named(const struct rs_table *t, const char *name)
{
	struct rs_chain *c = rs_chain_find(t, name);

	return c && !c->id ? c : NULL;
}

struct rs_chain *rs_chain_by_id(const struct ruleset *rs,
				const struct rs_table *t, uint32_t id)
{
	struct rs_chain *c;

	/* made for the rule that is being made: among the last */
	for (const struct list *at = t->chains.prev; at != &t->chains;
	     at = at->prev) {
		c = list_entry(at, struct rs_chain, node);
		if (c->id == id && c->tx == rs->tx)
			return c;
	}
	return NULL;
}

struct rs_chain *rs_cmd_chain(struct ruleset *rs, const struct cmd *cmd)
{
	const struct cmd_handle *h = &cmd->h;
	struct rs_table *t = rs_cmd_table(rs, cmd);
	struct rs_chain *c;

	if (!t)
		return NULL;
	if (h->chain_id)
		return rs_chain_by_id(rs, t, h->chain_id);
	if (!h->chain) {
		c = rs_handles_get(&t->chain_handles, h->handle);
		if (!c)
			rs_refuse(rs, &h->handle_loc, &cmd->loc, ENOENT,
				  "no chain with handle %llu in table '%s'",
				  (unsigned long long)h->handle, t->name);
		return c;
	}
	c = rs_chain_named(t, h->chain);
	if (!c) {
		rs_refuse(rs, &h->chain_loc, &cmd->loc, ENOENT,
			  "chain '%s' in table %s '%s'", h->chain,
			  rs_family_name(t->family), t->name);
		rs_hint_names(rs, t->chain_names, h->chain);
	}
	return c;
}

void rs_names_free(char **names)
{
	for (char **n = names; n && *n; n++)
		free(*n);
	free(names);
}

void rs_chain_free(struct rs_chain *c)
{
	struct rs_rule *r, *tmp;

	list_for_each_safe(r, tmp, &c->rules, node)
		free(r);
	free(c->name);
	free(c->comment);
	free(c->type);
	free(c->hook_name);
	rs_names_free(c->devices);
	free(c);
}

/* --- undo ---------------------------------------------------------------- */

static void add_undo(struct ruleset *rs, struct rs_undo *u)
{
	struct rs_chain *c = u->thing;

	list_del(&c->node);
	strmap_del(c->table->chain_names, c->name);
	rs_handles_del(&c->table->chain_handles, c->handle);
	rs_chain_free(c);
}

static void del_undo(struct ruleset *rs, struct rs_undo *u)
{
	struct rs_chain *c = u->thing;

	rs_relink(u, &c->node);
	strmap_put(c->table->chain_names, c->name, c);
	rs_handles_restore(&c->table->chain_handles, c->handle, c);
}

static void del_done(struct ruleset *rs, struct rs_undo *u)
{
	rs_chain_free(u->thing);
}

static void policy_undo(struct ruleset *rs, struct rs_undo *u)
{
	struct rs_chain *c = u->thing;

	c->policy = u->old;
}

static const struct rs_undo_ops add_ops = { .undo = add_undo };
static const struct rs_undo_ops del_ops = { .undo = del_undo,
					    .done = del_done };
static void devices_undo(struct ruleset *rs, struct rs_undo *u)
{
	struct rs_chain *c = u->thing;

	rs_names_free(c->devices);
	c->devices = (char **)(uintptr_t)u->old;
}

static void devices_done(struct ruleset *rs, struct rs_undo *u)
{
	rs_names_free((char **)(uintptr_t)u->old);
}

static const struct rs_undo_ops devices_ops = { .undo = devices_undo,
						.done = devices_done };
static const struct rs_undo_ops policy_ops = { .undo = policy_undo };

/* --- add ----------------------------------------------------------------- */

/* What may be hooked where: nft_chain_filter.c, nft_chain_nat.c,
 * nft_chain_route.c. */
static const struct {
	const char *name;
	uint32_t hooks;
} chain_types[] = {
	{ "filter", 0x3f },
	{ "nat", 1 << NF_INET_PRE_ROUTING | 1 << NF_INET_LOCAL_IN |
			 1 << NF_INET_LOCAL_OUT | 1 << NF_INET_POST_ROUTING },
	{ "route", 1 << NF_INET_LOCAL_OUT },
};

static int hook_check(struct ruleset *rs, const struct cmd *cmd)
{
	const struct cmd_chain *cc = cmd->chain;

	for (size_t i = 0; i < ARRAY_LEN(chain_types); i++) {
		if (strcmp(chain_types[i].name, cc->type))
			continue;
		if (!(chain_types[i].hooks & 1u << cc->hook))
			return rs_refuse(rs, &cc->hook_loc, &cmd->loc,
					 EOPNOTSUPP,
					 "a chain of type %s at hook %s",
					 cc->type, cc->hook_name);
		/* nat runs inside of conntrack's hooks, never before them. */
		if (!strcmp(cc->type, "nat") &&
		    cc->priority <= NF_IP_PRI_CONNTRACK)
			return rs_refuse(rs, &cc->priority_loc, &cmd->loc,
					 EOPNOTSUPP,
					 "a nat chain at priority %d, not above"
					 " conntrack's %d",
					 cc->priority, NF_IP_PRI_CONNTRACK);
		return 0;
	}
	return rs_refuse(rs, &cc->type_loc, &cmd->loc, ENOENT,
			 "chain type '%s'", cc->type);
}

static bool has_name(char *const *names, const char *name)
{
	for (; names && *names; names++)
		if (!strcmp(*names, name))
			return true;
	return false;
}

static int name_cmp(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char **rs_names_join(char *const *old, const char *const *more, size_t n)
{
	VEC(char *) all = { 0 };

	for (char *const *name = old; name && *name; name++)
		vec_push(&all, xstrdup(*name));
	for (size_t i = 0; i < n; i++)
		if (!has_name(old, more[i]))
			vec_push(&all, xstrdup(more[i]));
	if (!all.len)
		return NULL;
	qsort(all.v, all.len, sizeof(*all.v), name_cmp);
	vec_push(&all, NULL);
	return all.v;
}

static struct rs_chain *chain_make(struct ruleset *rs, struct rs_table *t,
				   const struct cmd *cmd)
{
	const struct cmd_chain *cc = cmd->chain;
	struct rs_chain *c = xzalloc(sizeof(*c));
	char name[32] = "";

	c->table = t;
	c->id = cmd->h.chain_id;
	c->tx = rs->tx;
	while (c->id && (!*name || rs_chain_find(t, name)))
		snprintf(name, sizeof(name), "__chain%u", ++t->last_chain);
	c->name = xstrdup(c->id ? name : cmd->h.chain);
	c->handle = rs_new_handle(t);
	list_init(&c->rules);
	if (cc && cc->comment)
		c->comment = xstrdup(cc->comment);
	if (cc && cc->is_base) {
		c->type = xstrdup(cc->type);
		c->hook = cc->hook;
		c->hook_name = xstrdup(cc->hook_name);
		c->devices = rs_names_join(NULL, cc->devices, cc->n_devices);
		c->offloads = cc->offloads;
		c->priority = cc->priority;
		c->policy = cc->policy < 0 ? NF_ACCEPT : cc->policy;
	}
	list_add_tail(&t->chains, &c->node);
	strmap_put(t->chain_names, c->name, c);
	rs_handles_add(&t->chain_handles, c->handle, c);
	return c;
}

/* nf_tables_updchain(): what may be said of a chain that is there. */
static int chain_update(struct ruleset *rs, struct rs_chain *c,
			const struct cmd *cmd)
{
	const struct cmd_chain *cc = cmd->chain;

	if (cmd->op == CMD_CREATE)
		return rs_refuse(rs, &cmd->h.chain_loc, &cmd->loc, EEXIST,
				 "chain '%s'", c->name);
	if (!cc)
		return 0;
	if (cc->is_base && !c->type)
		return rs_refuse(rs, &cmd->h.chain_loc, &cmd->loc, EEXIST,
				 "chain '%s' without a hook", c->name);
	if (cc->is_base && (strcmp(c->type, cc->type) || c->hook != cc->hook ||
			    c->priority != cc->priority))
		return rs_refuse(rs, &cmd->h.chain_loc, &cmd->loc, EOPNOTSUPP,
				 "another type, hook or priority for chain "
				 "'%s'",
				 c->name);
	if (cc->policy >= 0 && !c->type)
		return rs_refuse(rs, &cc->policy_loc, &cmd->loc, EOPNOTSUPP,
				 "a policy for chain '%s' without a hook",
				 c->name);
	if (cc->n_devices) {
		/* it is hooked into those of both */
		rs_undo_push(rs, &devices_ops, c)->old = (uintptr_t)c->devices;
		c->devices =
			rs_names_join(c->devices, cc->devices, cc->n_devices);
	}
	if (cc->policy < 0 || (uint32_t)cc->policy == c->policy)
		return 0;
	rs_undo_push(rs, &policy_ops, c)->old = c->policy;
	c->policy = cc->policy;
	return rs_event(rs, chain_policy, c);
}

int rs_chain_add(struct ruleset *rs, struct parser *p, const struct cmd *cmd)
{
	struct rs_table *t = rs_cmd_table(rs, cmd);
	struct rs_chain *c;

	if (!t)
		return -1;
	c = cmd->h.chain ? rs_chain_find(t, cmd->h.chain) : NULL;
	if (c && c->id)
		return rs_refuse(rs, &cmd->h.chain_loc, &cmd->loc, EINVAL,
				 "chain '%s', which is a rule's own", c->name);
	if (c)
		return chain_update(rs, c, cmd);
	if (cmd->chain && cmd->chain->is_base && hook_check(rs, cmd))
		return -1;
	if (cmd->chain && !cmd->chain->is_base && cmd->chain->policy >= 0)
		return rs_refuse(rs, &cmd->chain->policy_loc, &cmd->loc,
				 EOPNOTSUPP,
				 "a policy for chain '%s' without a hook",
				 cmd->h.chain);
	if (cmd->chain && cmd->chain->offloads && !cmd->chain->n_devices)
		return rs_refuse(rs, &cmd->chain->flags_loc, &cmd->loc,
				 EOPNOTSUPP, "offload of chain '%s' to no link",
				 cmd->h.chain);
	c = chain_make(rs, t, cmd);
	rs_undo_push(rs, &add_ops, c);
	return rs_event(rs, chain_add, c);
}

/* --- delete, flush, rename ----------------------------------------------- */

int rs_chain_empty(struct ruleset *rs, struct rs_chain *c)
{
	struct rs_rule *r, *tmp;

	list_for_each_safe(r, tmp, &c->rules, node)
		if (rs_rule_remove(rs, r))
			return -1;
	return 0;
}

static int chain_remove(struct ruleset *rs, struct rs_chain *c)
{
	struct rs_undo *u = rs_undo_push(rs, &del_ops, c);

	rs_unlink(u, &c->node);
	strmap_del(c->table->chain_names, c->name);
	rs_handles_del(&c->table->chain_handles, c->handle);
	return rs_event(rs, chain_del, c);
}

int rs_chain_remove_with_rule(struct ruleset *rs, struct rs_chain *c)
{
	return rs_chain_empty(rs, c) ? -1 : chain_remove(rs, c);
}

int rs_chain_delete(struct ruleset *rs, struct parser *p, const struct cmd *cmd)
{
	struct rs_chain *c = rs_cmd_chain(rs, cmd);

	if (!c || rs_chain_empty(rs, c))
		return -1;
	if (c->use)
		return rs_refuse(rs, &cmd->h.chain_loc, &cmd->loc, EBUSY,
				 "chain '%s' is jumped to", c->name);
	return chain_remove(rs, c);
}

int rs_chain_flush(struct ruleset *rs, struct parser *p, const struct cmd *cmd)
{
	struct rs_chain *c;

	if (!cmd->h.chain)
		return rs_table_flush(rs, p, cmd);
	c = rs_cmd_chain(rs, cmd);
	return c ? rs_chain_empty(rs, c) : -1;
}
