/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hash: registers (jhash) or the packet's flow (symhash) as a number
 * (nft_hash.c). */
#include <errno.h>
#include <stdio.h>

#include <libnftnl/expr.h>

#include "vm/core.h"
#include "vm/expr.h"

#define JHASH_START 0xdeadbeef

/**
 * struct hash - a number from @offset to @offset + @modulus - 1
 * @key:	symhash: the machine's secret; the same for every rule
 * @seed:	jhash: the rule's, or any
 */
struct hash {
	struct vm_reg sreg, dreg;
	uint32_t type, modulus, offset, seed, said_seed;
	uint8_t len;
	struct hash_key key;
};

static int lower_jhash(struct vm_lower *lw, const struct nftnl_expr *ne,
		       struct hash *h)
{
	uint32_t len = nftnl_expr_get_u32(ne, NFTNL_EXPR_HASH_LEN);

	if (len > UINT8_MAX)
		return vm_refuse(lw, -ERANGE, "jhash of %u bytes", len);
	h->len = (uint8_t)len;
	h->said_seed = nftnl_expr_get_u32(ne, NFTNL_EXPR_HASH_SEED);
	h->seed = nftnl_expr_is_set(ne, NFTNL_EXPR_HASH_SEED)
			  ? h->said_seed
			  : (uint32_t)hash_key_random().k0;
	return vm_lower_load(lw, nftnl_expr_get_u32(ne, NFTNL_EXPR_HASH_SREG),
			     len, &h->sreg);
}

static int hash_lower(struct vm_lower *lw, const struct nftnl_expr *ne,
		      void *priv)
{
	struct hash *h = priv;
	int rc = 0;

	h->type = nftnl_expr_get_u32(ne, NFTNL_EXPR_HASH_TYPE);
	h->modulus = nftnl_expr_get_u32(ne, NFTNL_EXPR_HASH_MODULUS);
	h->offset = nftnl_expr_get_u32(ne, NFTNL_EXPR_HASH_OFFSET);
	h->key = lw->tx->vm->key;
	if (h->type > NFT_HASH_SYM)
		return vm_refuse(lw, -EOPNOTSUPP, "no hash type %u", h->type);
	if (h->modulus < 1)
		return vm_refuse(lw, -ERANGE, "hash modulo 0");
	if (h->offset + h->modulus - 1 < h->offset)
		return vm_refuse(lw, -EOVERFLOW, "hash beyond 32 bits");
	if (h->type == NFT_HASH_JENKINS)
		rc = lower_jhash(lw, ne, h);
	if (rc)
		return rc;
	lw->e->flags |= VM_EXPR_PURE;
	return vm_lower_store(lw, nftnl_expr_get_u32(ne, NFTNL_EXPR_HASH_DREG),
			      sizeof(uint32_t), &h->dreg);
}

static uint32_t rol(uint32_t v, unsigned n)
{
	return v << n | v >> (32 - n);
}

/* Bob Jenkins's lookup3, hashlittle(), as Linux has it in jhash.h. */
static uint32_t jhash(const uint8_t *p, uint32_t len, uint32_t seed)
{
	uint32_t w[3], a, b, c;

	a = b = c = JHASH_START + len + seed;
	for (; len > sizeof(w); len -= sizeof(w), p += sizeof(w)) {
		memcpy(w, p, sizeof(w));
		a += w[0];
		b += w[1];
		c += w[2];
		a = (a - c) ^ rol(c, 4), c += b;
		b = (b - a) ^ rol(a, 6), a += c;
		c = (c - b) ^ rol(b, 8), b += a;
		a = (a - c) ^ rol(c, 16), c += b;
		b = (b - a) ^ rol(a, 19), a += c;
		c = (c - b) ^ rol(b, 4), b += a;
	}
	if (!len)
		return c;
	memset(w, 0, sizeof(w));
	memcpy(w, p, len);
	a += w[0];
	b += w[1];
	c += w[2];
	c = (c ^ b) - rol(b, 14);
	a = (a ^ c) - rol(c, 11);
	b = (b ^ a) - rol(a, 25);
	c = (c ^ b) - rol(b, 16);
	a = (a ^ c) - rol(c, 4);
	b = (b ^ a) - rol(a, 14);
	return (c ^ b) - rol(b, 24);
}

/* Both directions of a flow have one number. */
static uint32_t symhash(const struct hash *h, const struct packet *pkt)
{
	struct {
		union inet_addr a, b;
		uint16_t p, q;
		uint32_t proto;
	} f = { .a = packet_saddr(pkt), .b = packet_daddr(pkt) };
	bool swap = memcmp(&f.a, &f.b, sizeof(f.a)) > 0;
	union inet_addr a = f.a;
	uint16_t p;

	if (pkt->flags & PKT_L4)
		f.proto = pkt->l4proto;
	if ((f.proto == IPPROTO_TCP || f.proto == IPPROTO_UDP) &&
	    !pkt->frag_off && pkt->l4_off + 4u <= pkt->len) {
		memcpy(&f.p, pkt->data + pkt->l4_off, 2);
		memcpy(&f.q, pkt->data + pkt->l4_off + 2, 2);
	}
	if (swap) {
		f.a = f.b;
		f.b = a;
	}
	if (f.p > f.q) {
		p = f.p;
		f.p = f.q;
		f.q = p;
	}
	return (uint32_t)hash_sip13(&h->key, &f, sizeof(f));
}

static void hash_exec(const struct vm_expr *e, struct vm_regs *regs,
		      struct vm_ctx *cx)
{
	const struct hash *h = vm_priv(e);
	const void *bytes = &regs->w[h->sreg.word];
	uint32_t v = h->type == NFT_HASH_SYM ? symhash(h, cx->pkt)
					     : jhash(bytes, h->len, h->seed);

	regs->w[h->dreg.word] =
		(uint32_t)(((uint64_t)v * h->modulus) >> 32) + h->offset;
}

static void hash_describe(const struct vm_expr *e, struct strbuf *out)
{
	const struct hash *h = vm_priv(e);

	strbuf_printf(out, "reg %u = ", h->dreg.nr);
	if (h->type == NFT_HASH_SYM)
		strbuf_puts(out, "symhash()");
	else
		strbuf_printf(out, "jhash(reg %u, %u, 0x%x)", h->sreg.nr,
			      h->len, h->said_seed);
	strbuf_printf(out, " %% mod %u ", h->modulus);
	if (h->offset)
		strbuf_printf(out, "offset %u ", h->offset);
}

const struct vm_expr_ops vm_expr_hash = {
	.name = "hash",
	.priv_size = sizeof(struct hash),
	.lower = hash_lower,
	.exec = hash_exec,
	.describe = hash_describe,
};
