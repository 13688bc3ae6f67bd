/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Base chains: types, hooks and the names of priorities. */
#include "parser/chain.h"

#include <net/if.h>
#include <netinet/in.h>
#include <linux/netfilter.h>
#include <linux/netfilter_arp.h>
#include <linux/netfilter_bridge.h>
#include <linux/netfilter_ipv4.h>
#include <stdlib.h>

#include "parser/build.h"

#define F(family) (1u << NFPROTO_##family)

enum {
	IP = F(IPV4) | F(IPV6) | F(INET),
};

/* @families: those that have it under this number */
static const struct hook_name {
	const char *name;
	uint32_t hook, families;
} hooks[] = {
	/* a bridge numbers its hooks as IP does */
	{ "prerouting", NF_INET_PRE_ROUTING, IP | F(BRIDGE) },
	{ "input", NF_INET_LOCAL_IN, IP | F(BRIDGE) },
	{ "forward", NF_INET_FORWARD, IP | F(BRIDGE) },
	{ "output", NF_INET_LOCAL_OUT, IP | F(BRIDGE) },
	{ "postrouting", NF_INET_POST_ROUTING, IP | F(BRIDGE) },
	{ "ingress", NF_INET_INGRESS, F(INET) },
	{ "input", NF_ARP_IN, F(ARP) },
	{ "output", NF_ARP_OUT, F(ARP) },
	{ "ingress", NF_NETDEV_INGRESS, F(NETDEV) },
	{ "egress", NF_NETDEV_EGRESS, F(NETDEV) },
};

/* Which hooks a type of chain may have: bits of hook numbers. Families that
 * are not IP have filters alone. */
static const struct {
	const char *name;
	uint32_t hooks;
} types[] = {
	{ "filter", 0x3f },
	{ "nat", 1u << NF_INET_PRE_ROUTING | 1u << NF_INET_LOCAL_IN |
			 1u << NF_INET_LOCAL_OUT | 1u << NF_INET_POST_ROUTING },
	{ "route", 1u << NF_INET_LOCAL_OUT },
};

/* @hook: the only one that knows the name, or -1 */
static const struct {
	const char *name;
	int32_t prio;
	int hook;
	uint32_t families;
} prios[] = {
	{ "raw", NF_IP_PRI_RAW, -1, IP },
	{ "mangle", NF_IP_PRI_MANGLE, -1, IP },
	{ "dstnat", NF_IP_PRI_NAT_DST, NF_INET_PRE_ROUTING, IP },
	{ "filter", NF_IP_PRI_FILTER, -1, IP | F(ARP) | F(NETDEV) },
	{ "security", NF_IP_PRI_SECURITY, -1, IP },
	{ "srcnat", NF_IP_PRI_NAT_SRC, NF_INET_POST_ROUTING, IP },
	{ "dstnat", NF_BR_PRI_NAT_DST_BRIDGED, NF_BR_PRE_ROUTING, F(BRIDGE) },
	{ "filter", NF_BR_PRI_FILTER_BRIDGED, -1, F(BRIDGE) },
	{ "out", NF_BR_PRI_NAT_DST_OTHER, NF_BR_LOCAL_OUT, F(BRIDGE) },
	{ "srcnat", NF_BR_PRI_NAT_SRC, NF_BR_POST_ROUTING, F(BRIDGE) },
};

static int hint(struct check *c, const char *word, const char *const *names,
		size_t n)
{
	const char *near = diag_nearest(word, names, n);

	if (near)
		diag_hint(c->diags, "did you mean \"%s\"?", near);
	return -1;
}

static int check_type(struct check *c, const struct chain_item *ci,
		      struct cmd_chain *ch, uint32_t *allowed)
{
	const char *names[ARRAY_LEN(types)];

	ch->type = arena_strndup(c->arena, ci->type.s, ci->type.len);
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		names[i] = types[i].name;
		if (!str_is(ci->type, names[i]))
			continue;
		*allowed = types[i].hooks;
		return 0;
	}
	diag_error(c->diags, &ci->type_loc, "no chain type \"%s\"", ch->type);
	return hint(c, ch->type, names, ARRAY_LEN(names));
}

static int check_hook(struct check *c, const struct chain_item *ci,
		      struct cmd_chain *ch)
{
	const char *names[ARRAY_LEN(hooks)];
	bool known = false;

	ch->hook_name = arena_strndup(c->arena, ci->hook.s, ci->hook.len);
	for (size_t i = 0; i < ARRAY_LEN(hooks); i++) {
		names[i] = hooks[i].name;
		if (!str_is(ci->hook, names[i]))
			continue;
		known = true;
		if (!(hooks[i].families >> c->family & 1))
			continue;
		ch->hook = hooks[i].hook;
		return 0;
	}
	if (known)
		return diag_error(c->diags, &ci->hook_loc,
				  "this family has no hook %s", ch->hook_name);
	diag_error(c->diags, &ci->hook_loc, "no hook \"%s\"", ch->hook_name);
	return hint(c, ch->hook_name, names, ARRAY_LEN(names));
}

static int symbol_of(struct check *c, struct expr *e, struct str *out)
{
	while (e && expr_is(e, var) && expr_as(e, var_expr)->def)
		e = expr_as(e, var_expr)->def->init;
	if (e && expr_is(e, set) && expr_as(e, set_expr)->elems.len == 1)
		e = expr_as(e, set_expr)->elems.v[0].key;
	if (e && expr_is(e, symbol)) {
		*out = expr_as(e, symbol_expr)->text;
		return 0;
	}
	if (e && expr_is(e, var))
		return -1; /* unknown: has been said */
	return diag_error(c->diags, &e->loc, "one word is expected");
}

static int prio_name(struct check *c, const struct chain_item *ci,
		     const struct cmd_chain *ch, struct str name, long *prio)
{
	const char *word = arena_strndup(c->arena, name.s, name.len);
	const char *names[ARRAY_LEN(prios)];
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(prios); i++) {
		if ((prios[i].hook >= 0 &&
		     (uint32_t)prios[i].hook != ch->hook) ||
		    !(prios[i].families >> c->family & 1))
			continue;
		names[n++] = prios[i].name;
		if (!str_is(name, prios[i].name))
			continue;
		*prio = prios[i].prio;
		return 0;
	}
	diag_error(c->diags, &ci->prio_loc,
		   "no priority \"%s\" in this family and hook", word);
	return hint(c, word, names, n);
}

/* A number with its sign, or a name. */
static int prio_word(struct check *c, const struct chain_item *ci,
		     const struct cmd_chain *ch, struct str word, long *prio)
{
	struct str digits = word;
	bool minus = word.len && word.s[0] == '-';
	u128 v;

	if (minus) {
		digits.s++;
		digits.len--;
	}
	if (!str_number(digits, &v))
		return prio_name(c, ci, ch, word, prio);
	*prio = (int32_t)v;
	if (minus)
		*prio = -*prio;
	return 0;
}

static int check_prio(struct check *c, const struct chain_item *ci,
		      struct cmd_chain *ch)
{
	const struct prio *p = ci->prio;
	long prio = 0, offset = 0;
	struct str word;
	u128 v = 0;

	if (p->var) {
		if (symbol_of(c, p->var, &word) ||
		    prio_word(c, ci, ch, word, &prio))
			return -1;
	} else if (p->has_name && prio_word(c, ci, ch, p->name, &prio)) {
		return -1;
	}
	if (p->offset.len) {
		str_number(p->offset, &v);
		offset = (int32_t)v;
	}
	/* nft counts in 32 bits, and says nothing of those above */
	ch->priority = (int32_t)(prio + p->sign * offset);
	return 0;
}

static bool has_device(const struct check *c, const struct cmd_chain *ch)
{
	return c->family == NFPROTO_NETDEV ||
	       (c->family == NFPROTO_INET && ch->hook == NF_INET_INGRESS);
}

static int name_cmp(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names of links: one, a variable or several in braces. */
static int names_of(struct check *c, struct expr *e, struct device_names *out)
{
	const struct set_expr *set;
	struct str word;
	int err = 0;

	while (expr_is(e, var) && expr_as(e, var_expr)->def)
		e = expr_as(e, var_expr)->def->init;
	if (!expr_is(e, set)) {
		if (symbol_of(c, e, &word))
			return -1;
		if (word.len >= IFNAMSIZ)
			return diag_error(c->diags, &e->loc,
					  "a link's name has at most %d "
					  "characters",
					  IFNAMSIZ - 1);
		arena_push(c->arena, out,
			   arena_strndup(c->arena, word.s, word.len));
		return 0;
	}
	set = expr_as(e, set_expr);
	for (size_t i = 0; !err && i < set->elems.len; i++)
		err = names_of(c, set->elems.v[i].key, out);
	if (!set->elems.len)
		return diag_error(c->diags, &e->loc,
				  "no links in these braces");
	return err;
}

int devices_check(struct check *c, struct expr *e, const struct loc *loc,
		  struct device_names *out)
{
	if (names_of(c, e, out))
		return -1;
	qsort(out->v, out->len, sizeof(*out->v), name_cmp);
	for (size_t i = 1; i < out->len; i++)
		if (!strcmp(out->v[i - 1], out->v[i]))
			return diag_error(c->diags, loc, "%s is named twice",
					  out->v[i]);
	return 0;
}

static int check_device(struct check *c, const struct chain_item *ci,
			struct cmd_chain *ch)
{
	struct device_names names = { 0 };

	if (ci->devices &&
	    devices_check(c, ci->devices, &ci->device_loc, &names))
		return -1;
	ch->devices = names.v;
	ch->n_devices = names.len;
	if (ch->devices && !has_device(c, ch))
		return diag_error(c->diags, &ci->device_loc,
				  "only hooks of a link have a device");
	if (!ch->devices && has_device(c, ch))
		return diag_error(c->diags, &ci->hook_loc,
				  "the hook %s needs a device", ch->hook_name);
	return 0;
}

static int check_policy(struct check *c, const struct chain_item *ci,
			struct cmd_chain *ch)
{
	struct str word;

	ch->policy = ci->policy;
	if (ci->policy_var) {
		if (symbol_of(c, ci->policy_var, &word))
			return -1;
		if (str_is(word, "accept"))
			ch->policy = NF_ACCEPT;
		else if (str_is(word, "drop"))
			ch->policy = NF_DROP;
		else
			return diag_error(c->diags, &ci->policy_loc,
					  "a policy is accept or drop");
	}
	return 0;
}

static int check_base(struct check *c, const struct chain_item *ci,
		      struct cmd_chain *ch)
{
	uint32_t allowed = 0;

	if (check_type(c, ci, ch, &allowed) || check_hook(c, ci, ch))
		return -1;
	if (!(IP >> c->family & 1) && strcmp(ch->type, "filter") != 0)
		return diag_error(
			c->diags, &ci->type_loc,
			"this family has chains of type filter alone");
	if (!(allowed >> ch->hook & 1))
		return diag_error2(c->diags, &ci->hook_loc, &ci->type_loc,
				   "chains of type %s have no hook %s",
				   ch->type, ch->hook_name);
	if (check_prio(c, ci, ch) || check_device(c, ci, ch))
		return -1;
	if (!strcmp(ch->type, "nat") && ch->priority <= NF_IP_PRI_CONNTRACK)
		return diag_error(c->diags, &ci->prio_loc,
				  "NAT comes after connection tracking: a "
				  "priority above %d",
				  NF_IP_PRI_CONNTRACK);
	return 0;
}

struct cmd_chain *chain_check(struct check *c, const struct item *it)
{
	struct cmd_chain *ch = arena_new_of(c->arena, struct cmd_chain);
	const struct chain_item *ci = it->chain;

	ch->policy = -1;
	ch->comment = it->comment;
	if (!ci)
		return ch;
	ch->is_base = ci->type.len > 0;
	ch->hook_loc = ci->hook_loc;
	ch->priority_loc = ci->prio_loc;
	ch->policy_loc = ci->policy_loc;
	ch->type_loc = ci->type_loc;
	ch->flags_loc = ci->flags_loc;
	ch->offloads = ci->offloads;
	if (ch->is_base && check_base(c, ci, ch))
		return NULL;
	if (check_policy(c, ci, ch))
		return NULL;
	return ch;
}

static int flowtable_hook(struct check *c, const struct item *it,
			  struct cmd_flowtable *f)
{
	const struct flowtable_item *fi = it->flowtable;
	const struct chain_item as = { .prio = fi->prio,
				       .prio_loc = fi->prio_loc };
	struct cmd_chain hook = { .hook = NF_NETDEV_INGRESS };
	uint8_t family = c->family;
	int err;

	if (!fi->prio)
		return diag_error(c->diags, &it->loc,
				  "a flowtable has a hook and a priority");
	if (!str_is(fi->hook, "ingress"))
		return diag_error(c->diags, &fi->hook_loc,
				  "flowtables have the hook ingress");
	c->family = NFPROTO_NETDEV;
	err = check_prio(c, &as, &hook);
	c->family = family;
	f->priority = hook.priority;
	return err;
}

struct cmd_flowtable *flowtable_check(struct check *c, const struct item *it)
{
	struct cmd_flowtable *f = arena_new_of(c->arena, struct cmd_flowtable);
	const struct flowtable_item *fi = it->flowtable;
	struct device_names names = { 0 };

	if (!(IP >> c->family & 1)) {
		diag_error(c->diags, &it->loc,
			   "flowtables are of tables of ip, ip6 and inet");
		return NULL;
	}
	if (flowtable_hook(c, it, f))
		return NULL;
	if (fi->devices &&
	    devices_check(c, fi->devices, &fi->device_loc, &names))
		return NULL;
	f->devices = names.v;
	f->n_devices = names.len;
	f->flags = fi->flags;
	return f;
}
