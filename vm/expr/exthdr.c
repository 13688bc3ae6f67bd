/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exthdr: bytes of an IPv6 extension header, an IPv4 option or a TCP option;
 * is it there; and TCP options written or overwritten with NOPs
 * (nft_exthdr.c).
 */
#include <errno.h>
#include <stdio.h>

#include <libnftnl/expr.h>
#include <netinet/in.h>

#include "packet/csum.h"
#include "packet/ip4opt.h"
#include "vm/expr.h"

enum {
	OPT_EOL = 0,
	OPT_NOP = 1,
	OPT_MSS = 2,
};

/**
 * struct exthdr - @len bytes at @offset of header or option @type
 * @reg:	to it, or (@write) from it
 * @strip:	overwrite the option
 */
struct exthdr {
	struct vm_reg reg;
	uint8_t op, type, len, offset;
	bool present, write, strip;
};

static int lower_write(struct vm_lower *lw, const struct nftnl_expr *ne,
		       struct exthdr *x)
{
	x->write = nftnl_expr_is_set(ne, NFTNL_EXPR_EXTHDR_SREG);
	x->strip = !x->write;
	if (x->op != NFT_EXTHDR_OP_TCPOPT)
		return vm_refuse(lw, -EOPNOTSUPP,
				 "only TCP options are written");
	lw->e->flags |= VM_EXPR_CHANGES;
	if (x->strip)
		return 0;
	if (x->offset < 2)
		return vm_refuse(lw, -EOPNOTSUPP,
				 "kind and length of an option stay");
	if (x->len != 2 && x->len != 4)
		return vm_refuse(lw, -EOPNOTSUPP, "%u bytes of an option",
				 x->len);
	return vm_lower_load(lw, nftnl_expr_get_u32(ne, NFTNL_EXPR_EXTHDR_SREG),
			     x->len, &x->reg);
}

static int exthdr_lower(struct vm_lower *lw, const struct nftnl_expr *ne,
			void *priv)
{
	uint32_t offset = nftnl_expr_get_u32(ne, NFTNL_EXPR_EXTHDR_OFFSET);
	uint32_t len = nftnl_expr_get_u32(ne, NFTNL_EXPR_EXTHDR_LEN);
	uint32_t flags = nftnl_expr_get_u32(ne, NFTNL_EXPR_EXTHDR_FLAGS);
	struct exthdr *x = priv;

	if (offset > UINT8_MAX || len > UINT8_MAX)
		return vm_refuse(lw, -ERANGE, "%u bytes at %u", len, offset);
	if (flags & ~NFT_EXTHDR_F_PRESENT)
		return vm_refuse(lw, -EINVAL, "exthdr flags 0x%x", flags);
	x->op = (uint8_t)nftnl_expr_get_u32(ne, NFTNL_EXPR_EXTHDR_OP);
	x->type = nftnl_expr_get_u8(ne, NFTNL_EXPR_EXTHDR_TYPE);
	x->offset = (uint8_t)offset;
	x->len = (uint8_t)len;
	x->present = flags & NFT_EXTHDR_F_PRESENT;
	if (x->op > NFT_EXTHDR_OP_IPV4)
		return vm_refuse(lw, -ENOSYS,
				 "headers of kind %u are not run here", x->op);
	if (!nftnl_expr_is_set(ne, NFTNL_EXPR_EXTHDR_DREG))
		return lower_write(lw, ne, x);
	lw->e->flags |= VM_EXPR_PURE;
	return vm_lower_store(lw,
			      nftnl_expr_get_u32(ne, NFTNL_EXPR_EXTHDR_DREG),
			      len, &x->reg);
}

/* ---- finding ------------------------------------------------------------- */

/* Does the walk know the header, and go on behind it? */
static bool is_extension(uint8_t nexthdr)
{
	return nexthdr == IPPROTO_HOPOPTS || nexthdr == IPPROTO_ROUTING ||
	       nexthdr == IPPROTO_FRAGMENT || nexthdr == IPPROTO_AH ||
	       nexthdr == IPPROTO_NONE || nexthdr == IPPROTO_DSTOPTS;
}

/* ipv6_find_hdr(): offset of the header, or -1. */
static int find_ip6(const struct packet *pkt, uint8_t type)
{
	const uint8_t *h = packet_read(pkt, 0, 40);
	uint32_t off = 40;
	uint8_t next;

	if (pkt->nfproto != NFPROTO_IPV6 || !h)
		return -1;
	next = h[6];
	while (next != type) {
		if (!is_extension(next) || next == IPPROTO_NONE)
			return -1;
		h = packet_read(pkt, off, 2);
		if (!h)
			return -1;
		if (next == IPPROTO_FRAGMENT) {
			const uint8_t *f = packet_read(pkt, off, 8);

			/* behind a later fragment's header there is none */
			if (!f || f[2] || f[3] & 0xf8)
				return -1;
			off += 8;
		} else if (next == IPPROTO_AH) {
			off += 4u * (h[1] + 2u);
		} else {
			off += 8u * (h[1] + 1u);
		}
		next = h[0];
	}
	return (int)off;
}

/* Options of a header in @len bytes at @off: the first of its kind, or -1. A
 * length that cannot be ends the walk. */
static int find_option(const struct packet *pkt, uint32_t off, uint32_t len,
		       uint8_t type)
{
	const uint8_t *o = packet_read(pkt, off, len);
	uint32_t i = 0, step;

	while (o && i < len) {
		step = o[i] == OPT_EOL || o[i] == OPT_NOP ? 1
		       : i + 1 < len			  ? o[i + 1]
							  : 0;
		if (step < 1 || (step < 2 && o[i] > OPT_NOP))
			step = 1;
		if (o[i] == type) {
			if (i + step > len)
				return -1;
			return (int)(off + i);
		}
		i += step;
	}
	return -1;
}

/* The TCP header with its options, or NULL. */
static const uint8_t *tcp_header(const struct packet *pkt, uint32_t *len)
{
	const uint8_t *t;

	if (!(pkt->flags & PKT_L4) || pkt->l4proto != IPPROTO_TCP ||
	    pkt->frag_off)
		return NULL;
	t = packet_read_l4(pkt, 0, 20);
	if (!t)
		return NULL;
	*len = (t[12] >> 4) * 4u;
	if (*len < 20)
		return NULL;
	return packet_read_l4(pkt, 0, *len);
}

static int find_tcp(const struct packet *pkt, uint8_t type)
{
	uint32_t len;

	if (!tcp_header(pkt, &len))
		return -1;
	return find_option(pkt, pkt->l4_off + 20, len - 20, type);
}

static int find(const struct exthdr *x, const struct packet *pkt)
{
	if (x->op == NFT_EXTHDR_OP_TCPOPT)
		return find_tcp(pkt, x->type);
	if (x->op == NFT_EXTHDR_OP_IPV4)
		return ip4_option_find(pkt, x->type);
	return find_ip6(pkt, x->type);
}

/* ---- running ------------------------------------------------------------- */

static void put_sum(struct packet *pkt, const uint8_t *from, const uint8_t *to,
		    uint32_t at, unsigned len)
{
	uint8_t *check = packet_write(pkt, pkt->l4_off + 16, 2);
	uint8_t a[64] = { 0 }, b[64] = { 0 };
	unsigned odd = (at - pkt->l4_off) & 1;

	if (!check || len + odd > sizeof(a))
		return;
	memcpy(a + odd, from, len);
	memcpy(b + odd, to, len);
	csum_replace(check, a, b, ALIGN_UP(len + odd, 2));
}

/* A maximum segment size is only ever made smaller. */
static bool exec_write(const struct exthdr *x, const struct vm_regs *regs,
		       struct packet *pkt, int off)
{
	const uint8_t *to = (const uint8_t *)&regs->w[x->reg.word];
	const uint8_t *o = packet_read(pkt, (uint32_t)off, 2);
	uint8_t *at;

	if (!o || o[1] < x->offset + x->len)
		return false;
	at = packet_write(pkt, (uint32_t)off + x->offset, x->len);
	if (!at)
		return false;
	if (x->type == OPT_MSS && x->len == 2 && memcmp(at, to, 2) <= 0)
		return true;
	put_sum(pkt, at, to, (uint32_t)off + x->offset, x->len);
	memcpy(at, to, x->len);
	return true;
}

static bool exec_strip(const struct exthdr *x, struct packet *pkt, int off)
{
	const uint8_t *o = packet_read(pkt, (uint32_t)off, 2);
	uint8_t nops[40];
	unsigned len;
	uint8_t *at;

	if (!o)
		return false;
	len = x->type <= OPT_NOP ? 1 : o[1];
	at = len <= sizeof(nops) ? packet_write(pkt, (uint32_t)off, len) : NULL;
	if (!at)
		return false;
	memset(nops, OPT_NOP, sizeof(nops));
	put_sum(pkt, at, nops, (uint32_t)off, len);
	memcpy(at, nops, len);
	return true;
}

static void exthdr_exec(const struct vm_expr *e, struct vm_regs *regs,
			struct vm_ctx *cx)
{
	const struct exthdr *x = vm_priv(e);
	int off = find(x, cx->pkt);
	const uint8_t *src;
	uint32_t *dst;

	if (x->strip) {
		uint32_t len;

		/* what is not there need not go */
		if (!tcp_header(cx->pkt, &len) ||
		    (off >= 0 && !exec_strip(x, cx->pkt, off)))
			vm_break(regs);
		return;
	}
	if (x->write) {
		if (off < 0 || !exec_write(x, regs, cx->pkt, off))
			vm_break(regs);
		return;
	}
	dst = &regs->w[x->reg.word];
	if (x->present) {
		*dst = off >= 0;
		return;
	}
	src = off < 0 ? NULL
		      : packet_read(cx->pkt, (uint32_t)off + x->offset, x->len);
	if (!src || !x->len)
		return vm_break(regs);
	dst[(x->len - 1) / 4] = 0;
	memcpy(dst, src, x->len);
}

static void exthdr_describe(const struct vm_expr *e, struct strbuf *out)
{
	static const char *const ops[] = { "ipv6", "tcpopt", "ipv4" };
	const struct exthdr *x = vm_priv(e);

	if (x->strip)
		strbuf_printf(out, "reset %s %u ", ops[x->op], x->type);
	else if (x->write)
		strbuf_printf(out, "write %s reg %u => %ub @ %u + %u ",
			      ops[x->op], x->reg.nr, x->len, x->type,
			      x->offset);
	else
		strbuf_printf(out, "load %s %ub @ %u + %u%s => reg %u ",
			      ops[x->op], x->len, x->type, x->offset,
			      x->present ? " present" : "", x->reg.nr);
}

const struct vm_expr_ops vm_expr_exthdr = {
	.name = "exthdr",
	.priv_size = sizeof(struct exthdr),
	.lower = exthdr_lower,
	.exec = exthdr_exec,
	.describe = exthdr_describe,
};
