/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ct: what connection tracking knows of a packet (nft_ct.c).
 *
 * One row per key (facts section 8.8). `state` always answers; every other key
 * BREAKs on a packet without a connection, where setting does nothing.
 */
#include <errno.h>
#include <stdio.h>

#include <libnftnl/expr.h>

#include "ct/help.h"
#include "vm/emit.h"

enum {
	NO_DIR = 0xff,
};

/**
 * struct ct - a ct key to or from a register
 * @dir:	enum ct_dir, or NO_DIR
 * @len:	bytes of the value
 */
struct ct {
	uint8_t key, dir, len;
	bool is_set;
	struct vm_reg reg;
};

/* May, must or must not a key have a direction? */
enum ct_dir_rule {
	DIR_NONE,
	DIR_MAY,
	DIR_MUST,
};

/**
 * struct ct_key - a row of the table
 * @len:	bytes of the value; 0: an address, by the table's family
 * @dir:	may it have a direction?
 * @get:	fills zeroed words; false: BREAK
 */
struct ct_key {
	const char *name;
	uint8_t len;
	enum ct_dir_rule dir;
	bool (*get)(const struct ct *ct, const struct vm_ctx *cx, uint32_t *w);
	void (*set)(struct packet *pkt, uint32_t value);
};

static bool get_state(const struct ct *ct, const struct vm_ctx *cx, uint32_t *w)
{
	*w = ct_state_bits(cx->pkt);
	return true;
}

static bool get_direction(const struct ct *ct, const struct vm_ctx *cx,
			  uint32_t *w)
{
	*w = ct_packet_dir(cx->pkt);
	return true;
}

static bool get_status(const struct ct *ct, const struct vm_ctx *cx,
		       uint32_t *w)
{
	*w = ct_status_bits(cx->pkt->ct);
	return true;
}

static bool get_mark(const struct ct *ct, const struct vm_ctx *cx, uint32_t *w)
{
	*w = ct_mark(cx->pkt->ct);
	return true;
}

/* No security contexts; labels are all clear. */
static bool get_zero(const struct ct *ct, const struct vm_ctx *cx, uint32_t *w)
{
	return true;
}

static bool get_expiration(const struct ct *ct, const struct vm_ctx *cx,
			   uint32_t *w)
{
	/* the timeout counts from confirm on */
	*w = ct_status_bits(cx->pkt->ct) & IPS_CONFIRMED
		     ? (uint32_t)ct_expires_ms(cx->pkt->ct, &cx->env->now)
		     : 0;
	return true;
}

static bool get_id(const struct ct *ct, const struct vm_ctx *cx, uint32_t *w)
{
	*w = ct_id(cx->pkt->ct);
	return true;
}

static bool get_zone(const struct ct *ct, const struct vm_ctx *cx, uint32_t *w)
{
	*w = ct_zone(cx->pkt->ct,
		     ct->dir == NO_DIR ? CT_DIR_ORIGINAL : ct->dir);
	return true;
}

static struct ct_tuple tuple_of(const struct ct *ct, const struct vm_ctx *cx)
{
	struct ct_tuple t;

	ct_tuple(cx->pkt->ct, ct->dir == NO_DIR ? CT_DIR_ORIGINAL : ct->dir,
		 &t);
	return t;
}

static bool get_l3proto(const struct ct *ct, const struct vm_ctx *cx,
			uint32_t *w)
{
	*w = tuple_of(ct, cx).l3;
	return true;
}

static bool get_protocol(const struct ct *ct, const struct vm_ctx *cx,
			 uint32_t *w)
{
	*w = tuple_of(ct, cx).l4;
	return true;
}

/* Without a version in the key, as long as the connection's addresses are. */
static bool get_src(const struct ct *ct, const struct vm_ctx *cx, uint32_t *w)
{
	struct ct_tuple t = tuple_of(ct, cx);

	memcpy(w, &t.src, t.l3 == NFPROTO_IPV4 ? 4 : ct->len);
	return true;
}

static bool get_dst(const struct ct *ct, const struct vm_ctx *cx, uint32_t *w)
{
	struct ct_tuple t = tuple_of(ct, cx);

	memcpy(w, &t.dst, t.l3 == NFPROTO_IPV4 ? 4 : ct->len);
	return true;
}

static bool get_src_ip(const struct ct *ct, const struct vm_ctx *cx,
		       uint32_t *w)
{
	struct ct_tuple t = tuple_of(ct, cx);

	*w = t.src.ip;
	return t.l3 == NFPROTO_IPV4;
}

static bool get_dst_ip(const struct ct *ct, const struct vm_ctx *cx,
		       uint32_t *w)
{
	struct ct_tuple t = tuple_of(ct, cx);

	*w = t.dst.ip;
	return t.l3 == NFPROTO_IPV4;
}

static bool get_src_ip6(const struct ct *ct, const struct vm_ctx *cx,
			uint32_t *w)
{
	struct ct_tuple t = tuple_of(ct, cx);

	memcpy(w, &t.src, 16);
	return t.l3 == NFPROTO_IPV6;
}

static bool get_dst_ip6(const struct ct *ct, const struct vm_ctx *cx,
			uint32_t *w)
{
	struct ct_tuple t = tuple_of(ct, cx);

	memcpy(w, &t.dst, 16);
	return t.l3 == NFPROTO_IPV6;
}

static bool get_proto_src(const struct ct *ct, const struct vm_ctx *cx,
			  uint32_t *w)
{
	struct ct_tuple t = tuple_of(ct, cx);

	memcpy(w, &t.sport, 2);
	return true;
}

static bool get_proto_dst(const struct ct *ct, const struct vm_ctx *cx,
			  uint32_t *w)
{
	struct ct_tuple t = tuple_of(ct, cx);

	memcpy(w, &t.dport, 2);
	return true;
}

/* Packets and bytes of the direction, or of both together. */
static void acct(const struct ct *ct, const struct vm_ctx *cx,
		 uint64_t *packets, uint64_t *bytes)
{
	uint64_t p, b;

	*packets = *bytes = 0;
	for (int dir = 0; dir < CT_DIR_MAX; dir++) {
		if (ct->dir != NO_DIR && ct->dir != dir)
			continue;
		ct_acct(cx->pkt->ct, dir, &p, &b);
		*packets += p;
		*bytes += b;
	}
}

static bool get_packets(const struct ct *ct, const struct vm_ctx *cx,
			uint32_t *w)
{
	uint64_t packets, bytes;

	acct(ct, cx, &packets, &bytes);
	memcpy(w, &packets, 8);
	return true;
}

static bool get_bytes(const struct ct *ct, const struct vm_ctx *cx, uint32_t *w)
{
	uint64_t packets, bytes;

	acct(ct, cx, &packets, &bytes);
	memcpy(w, &bytes, 8);
	return true;
}

static bool get_avgpkt(const struct ct *ct, const struct vm_ctx *cx,
		       uint32_t *w)
{
	uint64_t packets, bytes;

	acct(ct, cx, &packets, &bytes);
	bytes = packets ? bytes / packets : 0;
	memcpy(w, &bytes, 8);
	return true;
}

/* That of the connection which announced this one. */
static bool get_helper(const struct ct *ct, const struct vm_ctx *cx,
		       uint32_t *w)
{
	const struct ct_conn *master = ct_master(cx->pkt->ct);
	const struct ct_helper *helper = master ? ct_helper_of(master) : NULL;
	const char *name = helper ? ct_helper_name(helper) : "";

	memcpy(w, name, strnlen(name, 15));
	return helper;
}

static void set_mark(struct packet *pkt, uint32_t value)
{
	ct_set_mark(pkt->ct, value);
}

/* Which events are told: nobody listens. */
static void set_events(struct packet *pkt, uint32_t value)
{
}

static const struct ct_key keys[] = {
	[NFT_CT_STATE] = { "state", 4, DIR_NONE, get_state },
	[NFT_CT_DIRECTION] = { "direction", 1, DIR_NONE, get_direction },
	[NFT_CT_STATUS] = { "status", 4, DIR_NONE, get_status },
	[NFT_CT_MARK] = { "mark", 4, DIR_NONE, get_mark, set_mark },
	[NFT_CT_SECMARK] = { "secmark", 4, DIR_NONE, get_zero },
	[NFT_CT_EXPIRATION] = { "expiration", 4, DIR_NONE, get_expiration },
	[NFT_CT_HELPER] = { "helper", 16, DIR_NONE, get_helper },
	[NFT_CT_L3PROTOCOL] = { "l3protocol", 1, DIR_MAY, get_l3proto },
	[NFT_CT_SRC] = { "src", 0, DIR_MUST, get_src },
	[NFT_CT_DST] = { "dst", 0, DIR_MUST, get_dst },
	[NFT_CT_PROTOCOL] = { "protocol", 1, DIR_MAY, get_protocol },
	[NFT_CT_PROTO_SRC] = { "proto_src", 2, DIR_MUST, get_proto_src },
	[NFT_CT_PROTO_DST] = { "proto_dst", 2, DIR_MUST, get_proto_dst },
	[NFT_CT_LABELS] = { "label", 16, DIR_NONE, get_zero },
	[NFT_CT_PKTS] = { "packets", 8, DIR_MAY, get_packets },
	[NFT_CT_BYTES] = { "bytes", 8, DIR_MAY, get_bytes },
	[NFT_CT_AVGPKT] = { "avgpkt", 8, DIR_MAY, get_avgpkt },
	[NFT_CT_ZONE] = { "zone", 2, DIR_MAY, get_zone },
	[NFT_CT_EVENTMASK] = { "event", 4, DIR_NONE, NULL, set_events },
	[NFT_CT_SRC_IP] = { "src_ip", 4, DIR_MUST, get_src_ip },
	[NFT_CT_DST_IP] = { "dst_ip", 4, DIR_MUST, get_dst_ip },
	[NFT_CT_SRC_IP6] = { "src_ip6", 16, DIR_MUST, get_src_ip6 },
	[NFT_CT_DST_IP6] = { "dst_ip6", 16, DIR_MUST, get_dst_ip6 },
	[NFT_CT_ID] = { "unknown", 4, DIR_NONE, get_id },
};

static int lower_dir(struct vm_lower *lw, const struct nftnl_expr *ne,
		     const struct ct_key *k, struct ct *ct)
{
	bool given = nftnl_expr_is_set(ne, NFTNL_EXPR_CT_DIR);

	ct->dir = given ? nftnl_expr_get_u8(ne, NFTNL_EXPR_CT_DIR) : NO_DIR;
	if (given && (k->dir == DIR_NONE || ct->dir > CT_DIR_REPLY))
		return vm_refuse(lw, -EINVAL, "ct %s has no direction %u",
				 k->name, ct->dir);
	if (!given && k->dir == DIR_MUST)
		return vm_refuse(lw, -EINVAL, "ct %s needs a direction",
				 k->name);
	return 0;
}

static bool counts(uint8_t key)
{
	return key == NFT_CT_PKTS || key == NFT_CT_BYTES ||
	       key == NFT_CT_AVGPKT;
}

static int ct_lower(struct vm_lower *lw, const struct nftnl_expr *ne,
		    void *priv)
{
	struct ct *ct = priv;
	uint32_t key = nftnl_expr_get_u32(ne, NFTNL_EXPR_CT_KEY);
	const struct ct_key *k;
	int ret;

	ct->is_set = nftnl_expr_is_set(ne, NFTNL_EXPR_CT_SREG);
	if (key >= ARRAY_LEN(keys) || !keys[key].name)
		return vm_refuse(lw, -EOPNOTSUPP, "no ct key %u", key);
	k = &keys[key];
	if (ct->is_set && (key == NFT_CT_LABELS || key == NFT_CT_ZONE))
		return vm_refuse(lw, -ENOSYS, "ct %s set is not run here",
				 k->name);
	if (ct->is_set ? !k->set : !k->get)
		return vm_refuse(lw, -EOPNOTSUPP, "ct %s cannot be %s", k->name,
				 ct->is_set ? "set" : "read");
	ct->key = (uint8_t)key;
	ct->len = k->len ? k->len : lw->family == NFPROTO_IPV4 ? 4 : 16;
	ret = lower_dir(lw, ne, k, ct);
	if (ret)
		return ret;
	lw->e->flags |= VM_EXPR_NEED_CT;
	if (counts(ct->key))
		lw->e->flags |= VM_EXPR_NEED_ACCT;
	lw->e->flags |= ct->is_set ? VM_EXPR_CHANGES : VM_EXPR_PURE;
	if (ct->is_set)
		return vm_lower_load(lw,
				     nftnl_expr_get_u32(ne, NFTNL_EXPR_CT_SREG),
				     ct->len, &ct->reg);
	return vm_lower_store(lw, nftnl_expr_get_u32(ne, NFTNL_EXPR_CT_DREG),
			      ct->len, &ct->reg);
}

static void ct_exec(const struct vm_expr *e, struct vm_regs *regs,
		    struct vm_ctx *cx)
{
	const struct ct *ct = vm_priv(e);
	const struct ct_key *k = &keys[ct->key];
	uint32_t *w = &regs->w[ct->reg.word];

	if (ct->is_set) {
		if (cx->pkt->ct)
			k->set(cx->pkt, *w);
		return;
	}
	memset(w, 0, ALIGN_UP((size_t)ct->len, (size_t)4));
	if (ct->key != NFT_CT_STATE && !cx->pkt->ct)
		return vm_break(regs);
	if (!k->get(ct, cx, w))
		vm_break(regs);
}

static bool ct_emit(const struct vm_expr *e, struct vm_emit *em)
{
	const struct ct *ct = vm_priv(e);

	return e->flags & VM_EXPR_PURE &&
	       vm_emit_load(em, e, (uint64_t)ct->key << 8 | ct->dir, ct->reg,
			    ct->len);
}

static void ct_describe(const struct vm_expr *e, struct strbuf *out)
{
	const struct ct *ct = vm_priv(e);

	if (ct->is_set)
		strbuf_printf(out, "set %s with reg %u ", keys[ct->key].name,
			      ct->reg.nr);
	else
		strbuf_printf(out, "load %s => reg %u ", keys[ct->key].name,
			      ct->reg.nr);
	if (ct->dir != NO_DIR)
		strbuf_printf(out, ", dir %s ", ct->dir ? "reply" : "original");
}

const struct vm_expr_ops vm_expr_ct = {
	.name = "ct",
	.priv_size = sizeof(struct ct),
	.lower = ct_lower,
	.exec = ct_exec,
	.emit = ct_emit,
	.describe = ct_describe,
};
