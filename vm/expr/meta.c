/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * meta: what the box knows of a packet beside its bytes (nft_meta.c).
 *
 * One row per key: its name, length, how it is read, written, and at which
 * hooks. Lengths and byte orders are facts section 8.9's; a getter returns
 * false where the kernel BREAKs.
 */
#include <errno.h>
#include <stdio.h>

#include <libnftnl/expr.h>

#include "host/host.h"
#include "vm/emit.h"

struct meta {
	uint8_t key;
	bool is_set;
	struct vm_reg reg;
};

/**
 * struct meta_key - a row of the table
 * @len:	bytes of the value
 * @get:	fills zeroed words; false: BREAK. NULL: cannot be read
 * @set:	NULL: cannot be set
 * @hooks:	bit per hook where a load is allowed; 0: anywhere
 * @source, @offset: where its bytes are, if it is always some
 */
struct meta_key {
	const char *name;
	uint8_t len;
	bool (*get)(const struct vm_ctx *cx, uint32_t *w);
	void (*set)(struct packet *pkt, uint32_t value);
	uint8_t hooks;
	enum vm_source source;
	size_t offset;
};

static bool get_len(const struct vm_ctx *cx, uint32_t *w)
{
	*w = cx->pkt->wire_len;
	return true;
}

static bool get_protocol(const struct vm_ctx *cx, uint32_t *w)
{
	memcpy(w, &cx->pkt->protocol, 2);
	return true;
}

static bool get_priority(const struct vm_ctx *cx, uint32_t *w)
{
	*w = cx->pkt->priority;
	return true;
}

static bool get_mark(const struct vm_ctx *cx, uint32_t *w)
{
	*w = cx->pkt->mark;
	return true;
}

static bool get_nfproto(const struct vm_ctx *cx, uint32_t *w)
{
	*w = cx->pkt->nfproto;
	return true;
}

static bool get_l4proto(const struct vm_ctx *cx, uint32_t *w)
{
	*w = cx->pkt->l4proto;
	return cx->pkt->flags & PKT_L4;
}

/* Keys of the input and the output link; both are written once for @link. */
#define LINK_KEYS(dir, link)                                                 \
	static bool get_##dir##if (const struct vm_ctx * cx, uint32_t * w)   \
	{                                                                    \
		*w = cx->pkt->link ? cx->pkt->link->ifindex : 0;             \
		return true;                                                 \
	}                                                                    \
	static bool get_##dir##ifname(const struct vm_ctx *cx, uint32_t *w)  \
	{                                                                    \
		if (cx->pkt->link)                                           \
			memcpy(w, cx->pkt->link->name, 16);                  \
		return true;                                                 \
	}                                                                    \
	static bool get_##dir##iftype(const struct vm_ctx *cx, uint32_t *w)  \
	{                                                                    \
		if (cx->pkt->link)                                           \
			memcpy(w, &cx->pkt->link->type, 2);                  \
		return cx->pkt->link;                                        \
	}                                                                    \
	static bool get_##dir##ifgroup(const struct vm_ctx *cx, uint32_t *w) \
	{                                                                    \
		if (cx->pkt->link)                                           \
			*w = cx->pkt->link->group;                           \
		return cx->pkt->link;                                        \
	}                                                                    \
	static bool get_##dir##ifkind(const struct vm_ctx *cx, uint32_t *w)  \
	{                                                                    \
		if (!cx->pkt->link || !cx->pkt->link->kind[0])               \
			return false;                                        \
		memcpy(w, cx->pkt->link->kind, 16);                          \
		return true;                                                 \
	}

LINK_KEYS(i, in)
LINK_KEYS(o, out)

/* No socket ever hangs on a packet here. */
static bool get_nothing(const struct vm_ctx *cx, uint32_t *w)
{
	return false;
}

/* One security context, one processor, no VRF: always zero. */
static bool get_zero(const struct vm_ctx *cx, uint32_t *w)
{
	return true;
}

static bool get_rtclassid(const struct vm_ctx *cx, uint32_t *w)
{
	return cx->pkt->hook != NF_INET_PRE_ROUTING;
}

/* A packet that this host sent to itself counts as its address says
 * (nft_meta_get_eval_pkttype_lo()). */
static uint8_t loopback_pkttype(const struct packet *pkt)
{
	union inet_addr dst = packet_daddr(pkt);

	if (pkt->nfproto == NFPROTO_IPV4)
		return (dst.b[0] & 0xf0) == 0xe0 ? PKTTYPE_MULTICAST
						 : PKTTYPE_BROADCAST;
	return dst.b[0] == 0xff ? PKTTYPE_MULTICAST : PKTTYPE_BROADCAST;
}

static bool get_pkttype(const struct vm_ctx *cx, uint32_t *w)
{
	const struct packet *pkt = cx->pkt;

	*w = pkt->pkttype == PKTTYPE_LOOPBACK ? loopback_pkttype(pkt)
					      : pkt->pkttype;
	return true;
}

static bool get_random(const struct vm_ctx *cx, uint32_t *w)
{
	*w = rng_u32(cx->env->rng);
	return true;
}

static bool get_time(const struct vm_ctx *cx, uint32_t *w)
{
	memcpy(w, &cx->env->now.wall_ns, 8);
	return true;
}

enum {
	DAY_SECS = 86400,
	/* 1970-01-01 was a Thursday, 0 is Sunday */
	EPOCH_DAY = 4,
};

static bool get_day(const struct vm_ctx *cx, uint32_t *w)
{
	uint64_t secs = cx->env->now.wall_ns / NS_PER_SEC;

	*w = (uint32_t)((secs / DAY_SECS + EPOCH_DAY) % 7);
	return true;
}

static bool get_hour(const struct vm_ctx *cx, uint32_t *w)
{
	*w = (uint32_t)(cx->env->now.wall_ns / NS_PER_SEC % DAY_SECS);
	return true;
}

static void set_priority(struct packet *pkt, uint32_t value)
{
	pkt->priority = value;
}

static void set_mark(struct packet *pkt, uint32_t value)
{
	pkt->mark = value;
}

static void set_pkttype(struct packet *pkt, uint32_t value)
{
	uint8_t type = (uint8_t)value;

	if (type <= PKTTYPE_OTHERHOST && pkt->pkttype <= PKTTYPE_OTHERHOST)
		pkt->pkttype = type;
}

static void set_nftrace(struct packet *pkt, uint32_t value)
{
	if ((uint8_t)value)
		pkt->flags |= PKT_NFTRACE;
	else
		pkt->flags &= (uint16_t)~PKT_NFTRACE;
}

enum {
	HOOKS_SECPATH = 1 << NF_INET_PRE_ROUTING | 1 << NF_INET_LOCAL_IN |
			1 << NF_INET_FORWARD,
	HOOKS_SDIF = 1 << NF_INET_LOCAL_IN | 1 << NF_INET_FORWARD,
	HOOKS_SET_PKTTYPE = 1 << NF_INET_PRE_ROUTING,
};

/* Where a key's bytes always are. */
#define IN_PACKET(member) 0, VM_SOURCE_PACKET, offsetof(struct packet, member)
#define OF_IN(member)	  0, VM_SOURCE_IN, offsetof(struct host_link, member)
#define OF_OUT(member)	  0, VM_SOURCE_OUT, offsetof(struct host_link, member)

static const struct meta_key keys[] = {
	[NFT_META_LEN] = { "len", 4, get_len, NULL, IN_PACKET(wire_len) },
	[NFT_META_PROTOCOL] = { "protocol", 2, get_protocol, NULL,
				IN_PACKET(protocol) },
	[NFT_META_PRIORITY] = { "priority", 4, get_priority, set_priority,
				IN_PACKET(priority) },
	[NFT_META_MARK] = { "mark", 4, get_mark, set_mark, IN_PACKET(mark) },
	[NFT_META_IIF] = { "iif", 4, get_iif, NULL, OF_IN(ifindex) },
	[NFT_META_OIF] = { "oif", 4, get_oif, NULL, OF_OUT(ifindex) },
	[NFT_META_IIFNAME] = { "iifname", 16, get_iifname, NULL, OF_IN(name) },
	[NFT_META_OIFNAME] = { "oifname", 16, get_oifname, NULL, OF_OUT(name) },
	[NFT_META_IIFTYPE] = { "iiftype", 2, get_iiftype },
	[NFT_META_OIFTYPE] = { "oiftype", 2, get_oiftype },
	[NFT_META_SKUID] = { "skuid", 4, get_nothing },
	[NFT_META_SKGID] = { "skgid", 4, get_nothing },
	[NFT_META_NFTRACE] = { "nftrace", 1, NULL, set_nftrace },
	[NFT_META_RTCLASSID] = { "rtclassid", 4, get_rtclassid },
	[NFT_META_SECMARK] = { "secmark", 4, get_zero },
	[NFT_META_NFPROTO] = { "nfproto", 1, get_nfproto, NULL,
			       IN_PACKET(nfproto) },
	[NFT_META_L4PROTO] = { "l4proto", 1, get_l4proto },
	[NFT_META_PKTTYPE] = { "pkttype", 1, get_pkttype, set_pkttype },
	[NFT_META_CPU] = { "cpu", 4, get_zero },
	[NFT_META_IIFGROUP] = { "iifgroup", 4, get_iifgroup },
	[NFT_META_OIFGROUP] = { "oifgroup", 4, get_oifgroup },
	[NFT_META_CGROUP] = { "cgroup", 4, get_nothing },
	[NFT_META_PRANDOM] = { "prandom", 4, get_random },
	[NFT_META_SECPATH] = { "secpath", 1, get_zero, NULL, HOOKS_SECPATH },
	[NFT_META_IIFKIND] = { "iifkind", 16, get_iifkind },
	[NFT_META_OIFKIND] = { "oifkind", 16, get_oifkind },
	[NFT_META_TIME_NS] = { "time", 8, get_time },
	[NFT_META_TIME_DAY] = { "day", 1, get_day },
	[NFT_META_TIME_HOUR] = { "hour", 4, get_hour },
	[NFT_META_SDIF] = { "sdif", 4, get_zero, NULL, HOOKS_SDIF },
	[NFT_META_SDIFNAME] = { "sdifname", 16, get_zero, NULL, HOOKS_SDIF },
};

static int meta_lower(struct vm_lower *lw, const struct nftnl_expr *ne,
		      void *priv)
{
	struct meta *m = priv;
	uint32_t key = nftnl_expr_get_u32(ne, NFTNL_EXPR_META_KEY);
	const struct meta_key *k;

	m->is_set = nftnl_expr_is_set(ne, NFTNL_EXPR_META_SREG);
	if (key >= ARRAY_LEN(keys) || !keys[key].name)
		return vm_refuse(lw, -EOPNOTSUPP, "no meta key %u", key);
	k = &keys[key];
	m->key = (uint8_t)key;
	if (m->is_set ? !k->set : !k->get)
		return vm_refuse(lw, -EOPNOTSUPP, "meta %s cannot be %s",
				 k->name, m->is_set ? "set" : "read");
	if (m->is_set) {
		lw->e->flags |= VM_EXPR_CHANGES;
		if (key == NFT_META_PKTTYPE)
			lw->e->flags |= VM_EXPR_VALIDATE;
		return vm_lower_load(
			lw, nftnl_expr_get_u32(ne, NFTNL_EXPR_META_SREG),
			k->len, &m->reg);
	}
	/* a random number is another at each look */
	if (key != NFT_META_PRANDOM)
		lw->e->flags |= VM_EXPR_PURE;
	if (k->hooks)
		lw->e->flags |= VM_EXPR_VALIDATE;
	return vm_lower_store(lw, nftnl_expr_get_u32(ne, NFTNL_EXPR_META_DREG),
			      k->len, &m->reg);
}

static void meta_exec(const struct vm_expr *e, struct vm_regs *regs,
		      struct vm_ctx *cx)
{
	const struct meta *m = vm_priv(e);
	const struct meta_key *k = &keys[m->key];
	uint32_t *w = &regs->w[m->reg.word];

	if (m->is_set)
		return k->set(cx->pkt, *w);
	memset(w, 0, ALIGN_UP((size_t)k->len, (size_t)4));
	if (!k->get(cx, w))
		vm_break(regs);
}

static bool meta_emit(const struct vm_expr *e, struct vm_emit *em)
{
	const struct meta *m = vm_priv(e);
	const struct meta_key *k = &keys[m->key];

	if (!(e->flags & VM_EXPR_PURE))
		return false;
	vm_emit_load(em, e, m->key, m->reg, k->len);
	if (k->source)
		vm_emit_source(em, k->source, k->offset);
	return true;
}

static void meta_describe(const struct vm_expr *e, struct strbuf *out)
{
	const struct meta *m = vm_priv(e);

	if (m->is_set)
		strbuf_printf(out, "set %s with reg %u ", keys[m->key].name,
			      m->reg.nr);
	else
		strbuf_printf(out, "load %s => reg %u ", keys[m->key].name,
			      m->reg.nr);
}

static int meta_validate(const struct vm_expr *e,
			 const struct vm_chain_spec *base)
{
	const struct meta *m = vm_priv(e);
	unsigned hooks = m->is_set ? HOOKS_SET_PKTTYPE : keys[m->key].hooks;

	return vm_validate_hooks(base, hooks);
}

const struct vm_expr_ops vm_expr_meta = {
	.name = "meta",
	.priv_size = sizeof(struct meta),
	.lower = meta_lower,
	.exec = meta_exec,
	.emit = meta_emit,
	.describe = meta_describe,
	.validate = meta_validate,
};
