/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * `tcp dport 22` means nothing before the packet is known to be TCP. What a
 * rule has found out so far is struct proto_state: one header per layer. A
 * match on a header that is not known to be there gets a dependency first:
 *
 *	a network header in inet	meta nfproto, or ether type behind Ethernet
 *	one in bridge and netdev	meta protocol; ether type behind Ethernet
 *					that was matched, and for ARP in bridge
 *	a transport header		meta l4proto
 *	ICMP in inet			meta nfproto, then meta l4proto
 *	an Ethernet header		meta iiftype ether
 *	a VLAN tag			meta iiftype ether, then ether type 8021q
 *	an ICMP field of some types	icmp type
 *
 * What matches say about the packet (`ip protocol tcp`, `meta l4proto tcp`) is
 * learned from them and makes the dependency needless.
 */
#include "parser/check.h"

#include <net/if_arp.h>
#include <netinet/in.h>
#include <linux/if_ether.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "parser/key.h"

static struct match_stmt *match_new(struct check *c, const struct loc *loc,
				    struct expr *left, u128 v)
{
	struct match_stmt *m = arena_new_of(c->arena, struct match_stmt);

	m->s.ops = &stmt_match;
	m->s.loc = *loc;
	m->s.implicit = true;
	m->left = left;
	m->op = OP_EQ;
	m->right = value_new(c->arena, loc, left->dtype, left->len,
			     left->byteorder, v);
	return m;
}

unsigned depend_skip(const struct proto_desc *p)
{
	return p == &proto_vlan ? 8 * ETH_HLEN : 0;
}

static void emit_meta(struct check *c, const struct loc *loc, const char *name,
		      u128 v)
{
	struct key_expr *k = arena_new_of(c->arena, struct key_expr);

	k->key = key_find(meta_keys,
			  (struct str){ name, (uint32_t)strlen(name) });
	k->e.ops = &expr_meta;
	k->e.loc = *loc;
	k->e.dtype = k->key->type;
	k->e.len = k->key->len;
	k->e.byteorder = k->key->byteorder;
	k->dir = -1;
	check_emit(c, &match_new(c, loc, &k->e, v)->s);
}

/* What the Ethernet header or the VLAN tag says to come next. */
static void emit_link_type(struct check *c, const struct loc *loc,
			   const struct proto_desc *link, u128 v)
{
	struct payload_expr *p = arena_new_of(c->arena, struct payload_expr);
	struct str name = { link->key, (uint32_t)strlen(link->key) };

	p->proto = link;
	p->field = proto_field_find(link, name);
	p->base = PROTO_BASE_LL;
	p->offset = p->field->offset + depend_skip(link);
	p->e.ops = &expr_payload;
	p->e.loc = *loc;
	p->e.dtype = p->field->type;
	p->e.len = p->field->len;
	p->e.byteorder = BYTEORDER_BIG;
	check_emit(c, &match_new(c, loc, &p->e, v)->s);
}

static int conflict(struct check *c, const struct expr *e, const char *a,
		    const char *b)
{
	return diag_error(c->diags, &e->loc,
			  "conflicting protocols: %s, and before it %s", b, a);
}

int check_l3(struct check *c, const struct expr *e, uint8_t nfproto)
{
	const struct proto_desc *now = c->proto.at[PROTO_BASE_NETWORK];

	if (!now || now->nfproto == nfproto)
		return 0;
	return conflict(c, e, now->name, proto_by_nfproto(nfproto)->name);
}

/* Tables whose packets are all of one network protocol. */
static bool is_one_family(uint8_t family)
{
	return family == NFPROTO_IPV4 || family == NFPROTO_IPV6 ||
	       family == NFPROTO_ARP;
}

/* Frames of a bridge: the kernel has looked at their type already. */
static bool by_meta(const struct check *c, const struct expr *e,
		    const struct proto_desc *link, uint8_t nfproto)
{
	return c->family == NFPROTO_BRIDGE && link == &proto_ether &&
	       nfproto != NFPROTO_ARP && expr_is(e, payload) &&
	       expr_as_const(e, payload_expr)->base == PROTO_BASE_NETWORK;
}

int depend_network(struct check *c, const struct expr *e, uint8_t nfproto)
{
	const struct proto_desc *now = c->proto.at[PROTO_BASE_NETWORK];
	const struct proto_desc *want = proto_by_nfproto(nfproto);
	const struct proto_desc *link = c->proto.at[PROTO_BASE_LL];

	if (now == want)
		return 0;
	if (now && !is_one_family(c->family) && c->rule)
		return conflict(c, e, now->name, want->name);
	if (is_one_family(c->family) ||
	    (c->family == NFPROTO_INET && nfproto == NFPROTO_ARP))
		return diag_error(c->diags, &e->loc,
				  "%s does not exist in this table's family",
				  want->name);
	if (c->rule && link && !by_meta(c, e, link, nfproto))
		emit_link_type(c, &e->loc, link, want->number);
	else if (c->rule && c->family == NFPROTO_INET)
		emit_meta(c, &e->loc, "nfproto", nfproto);
	else if (c->rule)
		emit_meta(c, &e->loc, "protocol", want->number);
	c->proto.at[PROTO_BASE_NETWORK] = want;
	return 0;
}

static int depend_transport(struct check *c, const struct payload_expr *e)
{
	const struct proto_desc *now = c->proto.at[PROTO_BASE_TRANSPORT];
	const struct proto_desc *net = c->proto.at[PROTO_BASE_NETWORK];

	if (!e->proto->number || now == e->proto)
		return 0;
	if (net == &proto_arp && c->rule)
		return conflict(c, &e->e, net->name, e->proto->name);
	if (now && now->number && c->rule)
		return conflict(c, &e->e, now->name, e->proto->name);
	if (e->proto->nfproto && !is_one_family(c->family) &&
	    !c->proto.at[PROTO_BASE_NETWORK] &&
	    depend_network(c, &e->e, e->proto->nfproto))
		return -1;
	if (c->rule)
		emit_meta(c, &e->e.loc, "l4proto", e->proto->number);
	c->proto.at[PROTO_BASE_TRANSPORT] = e->proto;
	return 0;
}

static int depend_link(struct check *c, const struct payload_expr *e)
{
	const struct proto_desc *now = c->proto.at[PROTO_BASE_LL];

	if (now == e->proto || now == &proto_vlan)
		return 0;
	if (now == &proto_unknown && c->rule)
		return conflict(c, &e->e, now->name, e->proto->name);
	if (!now && c->rule)
		emit_meta(c, &e->e.loc, "iiftype", ARPHRD_ETHER);
	if (e->proto == &proto_vlan && c->rule)
		emit_link_type(c, &e->e.loc, &proto_ether, ETH_P_8021Q);
	c->proto.at[PROTO_BASE_LL] = e->proto;
	return 0;
}

static struct expr *icmp_type_expr(struct check *c,
				   const struct payload_expr *e)
{
	struct payload_expr *t = arena_memdup(c->arena, e, sizeof(*e));

	t->field = &e->proto->fields[0];
	t->offset = t->field->offset;
	t->e.dtype = t->field->type;
	t->e.len = t->field->len;
	t->e.byteorder = BYTEORDER_BIG;
	return &t->e;
}

static struct expr *type_set(struct check *c, const struct payload_expr *e,
			     struct expr *left);

/* Fields that only some ICMP types have: the type must be one of these. */
static int depend_icmp_type(struct check *c, const struct payload_expr *e)
{
	const struct proto_field *f = e->field;
	struct match_stmt *m;

	if (!f->n_types)
		return 0;
	if (c->proto.icmp_type_known) {
		for (unsigned i = 0; i < f->n_types; i++)
			if (f->types[i] == c->proto.icmp_type)
				return 0;
		if (c->proto.icmp_type_pair == f->types[0] && f->n_types == 2)
			return 0;
		return diag_error(c->diags, &e->e.loc,
				  "this type of %s has no %s", e->proto->name,
				  f->name);
	}
	c->proto.icmp_type_known = true;
	c->proto.icmp_type = f->types[0];
	if (f->n_types == 2)
		c->proto.icmp_type_pair = f->types[0];
	if (!c->rule)
		return 0;
	m = match_new(c, &e->e.loc, icmp_type_expr(c, e), f->types[0]);
	if (f->n_types > 1) {
		m->right = type_set(c, e, m->left);
		if (!m->right)
			return -1;
	}
	check_emit(c, &m->s);
	return 0;
}

/* The two types as an anonymous set. */
static struct expr *type_set(struct check *c, const struct payload_expr *e,
			     struct expr *left)
{
	struct set_expr *set = arena_new_of(c->arena, struct set_expr);

	set->e.ops = &expr_set;
	set->e.loc = e->e.loc;
	for (unsigned i = 0; i < e->field->n_types; i++) {
		struct elem el = { value_new(c->arena, &e->e.loc, left->dtype,
					     left->len, left->byteorder,
					     e->field->types[i]),
				   NULL, NULL };

		arena_push(c->arena, &set->elems, el);
	}
	return check_set_of(c, left, set);
}

int depend_payload(struct check *c, const struct payload_expr *e)
{
	if (e->raw)
		return 0;
	if (e->base == PROTO_BASE_LL)
		return depend_link(c, e);
	if (e->base == PROTO_BASE_NETWORK)
		return depend_network(c, &e->e, e->proto->nfproto);
	if (depend_transport(c, e))
		return -1;
	return depend_icmp_type(c, e);
}

/* ---- what matches say ---------------------------------------------------- */

static void learn_payload(struct check *c, const struct payload_expr *e, u128 v)
{
	if (e->raw || !e->proto)
		return;
	if (e->proto == &proto_ether && v == ETH_P_8021Q &&
	    !strcmp(e->field->name, proto_ether.key))
		c->proto.at[PROTO_BASE_LL] = &proto_vlan;
	if (e->base == PROTO_BASE_LL && e->proto->key &&
	    !strcmp(e->field->name, e->proto->key) &&
	    proto_by_ethertype((unsigned)v))
		c->proto.at[PROTO_BASE_NETWORK] =
			proto_by_ethertype((unsigned)v);
	if (e->proto->key && e->base == PROTO_BASE_NETWORK &&
	    !strcmp(e->field->name, e->proto->key))
		c->proto.at[PROTO_BASE_TRANSPORT] =
			proto_by_ipproto((unsigned)v);
	if (e->field == e->proto->fields &&
	    (e->proto == &proto_icmp || e->proto == &proto_icmpv6)) {
		c->proto.icmp_type_known = true;
		c->proto.icmp_type = (uint8_t)v;
	}
}

static void learn_meta(struct check *c, const struct key_expr *k, u128 v)
{
	const struct proto_desc *p;

	if (k->key->key == NFT_META_PROTOCOL && !is_one_family(c->family) &&
	    c->family != NFPROTO_INET) {
		p = proto_by_ethertype((unsigned)v);
		if (p)
			c->proto.at[PROTO_BASE_NETWORK] = p;
	} else if (k->key->key == NFT_META_IIFTYPE &&
		   c->family != NFPROTO_BRIDGE) {
		c->proto.at[PROTO_BASE_LL] = v == ARPHRD_ETHER ? &proto_ether
							       : &proto_unknown;
	} else if (k->key->key == NFT_META_L4PROTO) {
		p = proto_by_ipproto((unsigned)v);
		if (p || !c->proto.at[PROTO_BASE_TRANSPORT])
			c->proto.at[PROTO_BASE_TRANSPORT] = p;
	} else if (k->key->key == NFT_META_NFPROTO &&
		   c->family == NFPROTO_INET) {
		c->proto.at[PROTO_BASE_NETWORK] = proto_by_nfproto((unsigned)v);
	}
}

static void learn_ct(struct check *c, const struct key_expr *k, u128 v)
{
	const struct proto_desc *net = c->proto.at[PROTO_BASE_NETWORK], *p;

	if (k->key->key == NFT_CT_L3PROTOCOL && c->family == NFPROTO_INET)
		c->proto.at[PROTO_BASE_NETWORK] = proto_by_nfproto((unsigned)v);
	if (k->key->key != NFT_CT_PROTOCOL || !net)
		return;
	p = proto_by_ipproto((unsigned)v);
	if (p && (!p->nfproto || p->nfproto == net->nfproto))
		c->proto.at[PROTO_BASE_TRANSPORT] = p;
}

static bool last_of_set(const struct expr *e, u128 *v)
{
	const struct elem_batch *b;
	const struct cmd_set *set;

	if (expr_is(e, value)) {
		*v = expr_as_const(e, value_expr)->v;
		return true;
	}
	if (!expr_is(e, set))
		return false;
	set = expr_as_const(e, set_expr)->set;
	b = set ? set->elems : NULL;
	if (!b || !b->len || b->key_len != 1 ||
	    set->type.flags & NFT_SET_INTERVAL)
		return false;
	*v = elem_batch_key(b, b->len - 1)[0];
	return true;
}

void depend_learn(struct check *c, const struct match_stmt *m)
{
	u128 v;

	if (m->op != OP_EQ || m->flagcmp || m->mask ||
	    !last_of_set(m->right, &v))
		return;
	if (expr_is(m->left, payload))
		learn_payload(c, expr_as(m->left, payload_expr), v);
	else if (expr_is(m->left, meta))
		learn_meta(c, expr_as(m->left, key_expr), v);
	else if (expr_is(m->left, ct))
		learn_ct(c, expr_as(m->left, key_expr), v);
}
