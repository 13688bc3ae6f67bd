/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which headers a packet is known to have while a rule is raised, which fields
 * lie in them, and which matches say no more than that a header is there.
 *
 * The last are kept as dependencies, one per layer: the match that names the
 * header of that layer. When a field of the header is read, the match can be
 * left out of the listing, since nft adds it again by itself; unless it says
 * more than that (`ip protocol tcp` in inet says IPv4, too).
 */
#include <netinet/in.h>
#include <linux/if_ether.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <net/if_arp.h>

#include "parser/key.h"
#include "parser/raise.h"

static const struct proto_field no_fields[] = { { NULL } };

/* Where families without a network header of their own begin. */
static const struct proto_desc of_inet = {
	.name = "inet",
	.base = PROTO_BASE_LL,
	.fields = no_fields,
};

static const struct proto_desc of_netdev = {
	.name = "netdev",
	.base = PROTO_BASE_LL,
	.fields = no_fields,
};

void raise_proto_init(struct raise *r)
{
	switch (r->family) {
	case NFPROTO_INET:
		r->proto[PROTO_BASE_LL] = &of_inet;
		break;
	case NFPROTO_NETDEV:
		r->proto[PROTO_BASE_LL] = &of_netdev;
		break;
	case NFPROTO_BRIDGE:
		r->proto[PROTO_BASE_LL] = &proto_ether;
		break;
	default:
		r->proto[PROTO_BASE_NETWORK] = proto_by_nfproto(r->family);
		break;
	}
}

static const struct proto_desc *by_ethertype(unsigned number)
{
	if (number == ETH_P_8021Q || number == ETH_P_8021AD)
		return &proto_vlan;
	return proto_by_ethertype(number);
}

/* Transport headers that stand behind this network header. */
static const struct proto_desc *by_ipproto(unsigned number,
					   const struct proto_desc *net)
{
	const struct proto_desc *p = proto_by_ipproto(number);

	return p && (!net || !p->nfproto || p->nfproto == net->nfproto) ? p
									: NULL;
}

const struct proto_desc *raise_upper(const struct proto_desc *base,
				     unsigned number)
{
	if (!base)
		return NULL;
	if (base == &of_inet)
		return number == NFPROTO_IPV4 || number == NFPROTO_IPV6
			       ? proto_by_nfproto(number)
			       : NULL;
	if (base == &of_netdev || base == &proto_ether || base == &proto_vlan)
		return by_ethertype(number);
	if (base == &proto_ip || base == &proto_ip6)
		return by_ipproto(number, base);
	if (base == &proto_ah || base == &proto_comp)
		return by_ipproto(number, NULL);
	return NULL;
}

/* ---- what matches say ---------------------------------------------------- */

bool raise_is_key(const struct payload_expr *p)
{
	return !p->raw && p->proto && p->proto->key &&
	       !strcmp(p->field->name, p->proto->key);
}

/* An echo's reply has the fields of the request. */
static uint8_t icmp_asked(const struct proto_desc *p, uint8_t type)
{
	if (p == &proto_icmp && type == 0)
		return 8;
	return p == &proto_icmpv6 && type == 129 ? 128 : type;
}

void raise_learn_payload(struct raise *r, const struct payload_expr *p, u128 v)
{
	const struct proto_desc *base = r->proto[p->base], *next;

	if (!raise_is_key(p))
		return;
	next = raise_upper(base, (unsigned)v);
	if (base == &proto_icmp || base == &proto_icmpv6)
		r->icmp_type = icmp_asked(base, (uint8_t)v);
	if (!next)
		return;
	if (next->base == base->base && next->base == PROTO_BASE_LL &&
	    r->n_stacked < ARRAY_LEN(r->stacked))
		r->stacked[r->n_stacked++] = base;
	r->proto[next->base] = next;
}

static bool from_link_layer(const struct raise *r)
{
	return r->family == NFPROTO_INET || r->family == NFPROTO_NETDEV ||
	       r->family == NFPROTO_BRIDGE;
}

static void learn_meta(struct raise *r, unsigned key, unsigned v)
{
	const struct proto_desc *p;

	switch (key) {
	case NFT_META_IIFTYPE:
		if (r->family == NFPROTO_BRIDGE)
			return;
		r->proto[PROTO_BASE_LL] = v == ARPHRD_ETHER ? &proto_ether
							    : &proto_unknown;
		break;
	case NFT_META_NFPROTO:
		if (!from_link_layer(r))
			return;
		p = r->family == NFPROTO_INET ? raise_upper(&of_inet, v) : NULL;
		r->proto[PROTO_BASE_NETWORK] = p ? p : &proto_unknown;
		break;
	case NFT_META_PROTOCOL:
		if (r->family != NFPROTO_NETDEV && r->family != NFPROTO_BRIDGE)
			return;
		p = by_ethertype(v);
		r->proto[PROTO_BASE_NETWORK] = p ? p : &proto_unknown;
		break;
	case NFT_META_L4PROTO:
		p = by_ipproto(v, NULL);
		r->proto[PROTO_BASE_TRANSPORT] = p ? p : &proto_unknown;
		break;
	}
}

static void learn_ct(struct raise *r, unsigned key, unsigned v)
{
	const struct proto_desc *net = r->proto[PROTO_BASE_NETWORK], *p;

	if (key == NFT_CT_L3PROTOCOL) {
		p = raise_upper(r->proto[PROTO_BASE_LL], v);
		if (p)
			r->proto[PROTO_BASE_NETWORK] = p;
	} else {
		p = net ? by_ipproto(v, net) : NULL;
		if (p)
			r->proto[PROTO_BASE_TRANSPORT] = p;
	}
}

/* The layer whose header the key's value is about: the one below names it. */
static unsigned layer_of_key(const struct key_expr *k, bool *names)
{
	bool meta = expr_is(&k->e, meta);

	*names = true;
	if (meta) {
		if (k->key->key == NFT_META_IIFTYPE)
			return PROTO_BASE_NONE;
		if (k->key->key == NFT_META_NFPROTO ||
		    k->key->key == NFT_META_PROTOCOL)
			return PROTO_BASE_LL;
		if (k->key->key == NFT_META_L4PROTO)
			return PROTO_BASE_NETWORK;
	} else if (k->key->key == NFT_CT_L3PROTOCOL) {
		return PROTO_BASE_LL;
	} else if (k->key->key == NFT_CT_PROTOCOL) {
		return PROTO_BASE_NETWORK;
	}
	*names = false;
	return PROTO_BASE_NONE;
}

static bool may_drop_for_key(const struct raise *r, const struct key_expr *k,
			     u128 v);

void raise_learn_key(struct raise *r, const struct key_expr *k, u128 v,
		     size_t at)
{
	bool names;
	unsigned base = layer_of_key(k, &names);

	if (k->any && r->deps[PROTO_BASE_NETWORK] && may_drop_for_key(r, k, v))
		raise_uses_layer(r, PROTO_BASE_NETWORK);
	if (!names)
		return;
	if (expr_is(&k->e, meta))
		learn_meta(r, k->key->key, (unsigned)v);
	else
		learn_ct(r, k->key->key, (unsigned)v);
	if (r->deps[base] && may_drop_for_key(r, k, v))
		raise_uses_layer(r, base);
	raise_depends(r, at, base);
}

/* ---- fields -------------------------------------------------------------- */

static unsigned length_of(const struct proto_desc *d)
{
	return d == &proto_ether ? 112 : d == &proto_vlan ? 32 : 0;
}

const struct proto_desc *raise_header(const struct raise *r,
				      const struct payload_expr *p,
				      unsigned *skip)
{
	const struct proto_desc *top = r->proto[p->base];
	unsigned total = 0;

	*skip = 0;
	if (!top || p->base != PROTO_BASE_LL || p->offset < length_of(top))
		return top;
	for (unsigned i = 0; i < r->n_stacked; i++) {
		*skip = total;
		if (p->offset - total < length_of(r->stacked[i]))
			return r->stacked[i];
		total += length_of(r->stacked[i]);
	}
	*skip = total;
	return top;
}

bool raise_has_field(const struct raise *r, const struct proto_desc *d,
		     const struct proto_field *f)
{
	if (!f->n_types || !r->icmp_type)
		return true;
	return icmp_asked(d, f->types[0]) == r->icmp_type;
}

static struct payload_expr *as_field(struct raise *r,
				     const struct payload_expr *p,
				     const struct proto_desc *d,
				     const struct proto_field *f)
{
	struct payload_expr *n = arena_memdup(r->arena, p, sizeof(*p));

	n->proto = d;
	n->field = f;
	n->raw = false;
	n->e.dtype = f->type;
	n->e.byteorder = BYTEORDER_BIG;
	return n;
}

struct payload_expr *raise_named(struct raise *r, const struct payload_expr *p)
{
	unsigned skip;
	const struct proto_desc *d = raise_header(r, p, &skip);

	if (!d)
		return NULL;
	for (const struct proto_field *f = d->fields; f->name; f++)
		if (f->offset + skip == p->offset && f->len == p->e.len &&
		    raise_has_field(r, d, f))
			return as_field(r, p, d, f);
	return NULL;
}

/* The bits of a mask: where the lowest and behind the highest of the ones that
 * follow each other. */
static void mask_span(u128 mask, unsigned *low, unsigned *high)
{
	*low = 0;
	while (*low < 128 && !(mask >> *low & 1))
		++*low;
	*high = *low;
	while (*high < 128 && mask >> *high & 1)
		++*high;
}

struct payload_expr *raise_trim(struct raise *r, const struct payload_expr *p,
				u128 mask, unsigned *shift)
{
	unsigned skip, low, high, at, bits = 0, left = p->e.len, off;
	const struct proto_desc *d = raise_header(r, p, &skip);
	struct payload_expr *n;

	mask_span(mask, &low, &high);
	if (!d || !mask || high > p->e.len)
		return NULL;
	off = p->e.len - high;
	at = p->offset - skip + off;
	for (const struct proto_field *f = d->fields; f->name; f++) {
		if (f->offset != at)
			continue;
		if (f->len >= left)
			return NULL;
		left -= f->len;
		at += f->len;
		bits += f->len;
		if (low + bits != high)
			continue;
		n = arena_memdup(r->arena, p, sizeof(*p));
		n->offset += off;
		n->e.len = (uint16_t)bits;
		*shift = low;
		return n;
	}
	return NULL;
}

/* ---- dependencies -------------------------------------------------------- */

/* Ports are at home in several headers: their layer is one deeper as well. */
static unsigned dep_slot(const struct raise *r, unsigned base)
{
	if (!r->deps[base] && base == PROTO_BASE_TRANSPORT)
		return PROTO_BASE_INNER;
	return base;
}

static const struct match_stmt *dep_at(const struct raise *r, unsigned base)
{
	size_t at = r->deps[dep_slot(r, base)];

	return at ? stmt_as_const(r->out.v[at - 1].s, match_stmt) : NULL;
}

void raise_uses_layer(struct raise *r, unsigned base)
{
	unsigned slot = dep_slot(r, base);

	if (!r->deps[slot])
		return;
	r->out.v[r->deps[slot] - 1].dropped = true;
	if (r->prev == r->deps[slot])
		r->prev = 0;
	r->deps[slot] = 0;
}

static const struct payload_expr *left_field(const struct match_stmt *m)
{
	return expr_is(m->left, payload) ? expr_as_const(m->left, payload_expr)
					 : NULL;
}

static bool right_number(const struct match_stmt *m, u128 *v)
{
	if (!expr_is(m->right, value))
		return false;
	*v = expr_as_const(m->right, value_expr)->v;
	return true;
}

/* A type of ICMP that the field needs anyway. Echo and its reply share their
 * fields, so a match on one of them says more. */
static bool may_drop_icmp(const struct raise *r, const struct match_stmt *dep,
			  const struct payload_expr *p)
{
	if (p->raw || !p->field->n_types)
		return false;
	if (left_field(dep)->proto != p->proto)
		return false;
	return r->dep_type == p->field->types[0];
}

static bool may_drop_link(const struct match_stmt *dep)
{
	const struct payload_expr *f = left_field(dep);
	u128 v;

	if (f->proto == &proto_vlan)
		return false;
	if (f->proto == &proto_ether && right_number(dep, &v))
		return v == ETH_P_8021Q;
	return true;
}

static bool may_drop(const struct raise *r, const struct match_stmt *dep,
		     const struct payload_expr *p)
{
	const struct payload_expr *f = left_field(dep);

	if (from_link_layer(r) && f) {
		if (f->base == PROTO_BASE_NETWORK &&
		    (f->proto == &proto_ip || f->proto == &proto_ip6) &&
		    p->base == PROTO_BASE_TRANSPORT)
			return false;
		if (dep->op == OP_EQ && p->base == f->base) {
			if (raise_is_key(p))
				return false;
			if (p->base == PROTO_BASE_LL)
				return may_drop_link(dep);
		}
	}
	if (p->base != PROTO_BASE_TRANSPORT || !f ||
	    f->base != PROTO_BASE_TRANSPORT)
		return true;
	if (f->proto == &proto_icmp || f->proto == &proto_icmpv6)
		return may_drop_icmp(r, dep, p);
	return true;
}

void raise_uses(struct raise *r, const struct payload_expr *p)
{
	const struct match_stmt *dep = dep_at(r, p->base);

	/* Bits without a name say nothing of a header. */
	if (dep && !p->raw && may_drop(r, dep, p))
		raise_uses_layer(r, p->base);
}

/* The IP version that a dependency of the network layer says; 0: another. */
static bool says_version(const struct match_stmt *dep, unsigned *nfproto)
{
	const struct payload_expr *f = left_field(dep);
	const struct proto_desc *p;
	u128 v = 0;

	right_number(dep, &v);
	if (expr_is(dep->left, meta)) {
		unsigned key = expr_as_const(dep->left, key_expr)->key->key;

		if (key == NFT_META_NFPROTO) {
			*nfproto = (unsigned)v;
			return true;
		}
		if (key != NFT_META_PROTOCOL)
			return false;
	} else if (!f || f->base != PROTO_BASE_LL ||
		   f->e.dtype->id != TYPE_ETHERTYPE) {
		return false;
	}
	p = proto_by_ethertype((unsigned)v);
	*nfproto = p && p->nfproto != NFPROTO_ARP ? p->nfproto : 0;
	return true;
}

/*
 * May a match on a key take the place of the dependency of the network layer?
 * It says the IP version, which counts in families that have both; only ICMP
 * says the version as well.
 */
static bool may_drop_for_key(const struct raise *r, const struct key_expr *k,
			     u128 v)
{
	const struct match_stmt *dep = dep_at(r, PROTO_BASE_NETWORK);
	unsigned nfproto = 0;

	if (!dep || !says_version(dep, &nfproto))
		return true;
	if (r->family == NFPROTO_IPV4 || r->family == NFPROTO_IPV6)
		return nfproto == r->family;
	if (!from_link_layer(r))
		return true;
	if (!expr_is(&k->e, meta) || k->key->key != NFT_META_L4PROTO)
		return true;
	if (v == IPPROTO_ICMP)
		return nfproto != NFPROTO_IPV6;
	if (v == IPPROTO_ICMPV6)
		return nfproto != NFPROTO_IPV4;
	return false;
}

/* Types of ICMP are told from the rest: an echo is never a dependency. */
static bool is_echo(struct raise *r, const struct match_stmt *m)
{
	const struct payload_expr *p = left_field(m);
	u128 v;

	if (!p || p->raw || !right_number(m, &v) || m->right->len != 8)
		return false;
	if (p->proto != &proto_icmp && p->proto != &proto_icmpv6)
		return false;
	r->dep_type = (uint8_t)v;
	if (p->proto == &proto_icmp)
		return v == 8 || v == 0;
	return v == 128 || v == 129;
}

void raise_depends(struct raise *r, size_t at, unsigned base)
{
	const struct match_stmt *m =
		stmt_as_const(r->out.v[at - 1].s, match_stmt);

	if (!is_echo(r, m))
		r->deps[base + 1] = at;
}

void raise_forget(struct raise *r)
{
	memset(r->deps, 0, sizeof(r->deps));
	r->dep_type = 0;
	r->prev = 0;
}
