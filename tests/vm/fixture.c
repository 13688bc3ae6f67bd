/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/vm/fixture.h"

#include <stdlib.h>

/* --- the connection ------------------------------------------------------ */

uint32_t ct_status_bits(const struct ct_conn *ct)
{
	return ct->status;
}

uint32_t ct_mark(const struct ct_conn *ct)
{
	return ct->mark;
}

bool ct_set_mark(struct ct_conn *ct, uint32_t mark)
{
	bool changed = ct->mark != mark;

	ct->mark = mark;
	return changed;
}

void ct_tuple(const struct ct_conn *ct, enum ct_dir dir, struct ct_tuple *out)
{
	*out = ct->tuple[dir];
}

uint64_t ct_expires_ms(const struct ct_conn *ct, const struct nv_time *now)
{
	return ct->expires_ms;
}

uint32_t ct_id(const struct ct_conn *ct)
{
	return ct->id;
}

uint16_t ct_zone(const struct ct_conn *ct, enum ct_dir dir)
{
	return ct->zone[dir];
}

void ct_acct(const struct ct_conn *ct, enum ct_dir dir, uint64_t *packets,
	     uint64_t *bytes)
{
	*packets = ct->packets[dir];
	*bytes = ct->bytes[dir];
}

/* --- helpers: one for TCP, of either IP version -------------------------- */

struct ct_helper {
	const char *name;
};

const struct ct_helper *ct_helper_find(const char *name, uint8_t l3,
				       uint8_t l4proto)
{
	static const struct ct_helper ftp4 = { "ftp" }, ftp6 = { "ftp" };

	if (strcmp(name, "ftp") || l4proto != IPPROTO_TCP)
		return NULL;
	return l3 == NFPROTO_IPV4 ? &ftp4 : &ftp6;
}

const char *ct_helper_name(const struct ct_helper *helper)
{
	return helper->name;
}

void ct_helper_set(struct ct_table *t, const struct packet *pkt,
		   const struct ct_helper *helper)
{
	if (pkt->ct)
		pkt->ct->helper = helper;
}

const struct ct_helper *ct_helper_of(const struct ct_conn *ct)
{
	return ct->helper;
}

const struct ct_conn *ct_master(const struct ct_conn *ct)
{
	return ct->master;
}

/* Each packet is a connection of its own. */
bool ct_conncount_packet(struct ct_table *t, struct ct_conncount *count,
			 const struct packet *pkt, const struct nv_time *now)
{
	if (!(pkt->flags & PKT_L4))
		return false;
	vec_add(&count->tuples);
	return true;
}

/* --- NAT ------------------------------------------------------------------ */

static enum reason nat_asked(struct packet *pkt, const char *what,
			     const struct nat_range *range,
			     enum nat_manip manip)
{
	struct ct_conn *ct = pkt->ct;

	ct->nat.calls++;
	ct->nat.what = what;
	ct->nat.range = *range;
	ct->nat.manip = manip;
	return ct->answer;
}

enum reason nat_setup(const struct nat_env *env, struct packet *pkt,
		      const struct nat_range *range, enum nat_manip manip)
{
	return nat_asked(pkt, "setup", range, manip);
}

enum reason nat_masquerade(const struct nat_env *env, struct packet *pkt,
			   const struct nat_range *range)
{
	return nat_asked(pkt, "masquerade", range, NAT_SRC);
}

enum reason nat_redirect(const struct nat_env *env, struct packet *pkt,
			 const struct nat_range *range)
{
	return nat_asked(pkt, "redirect", range, NAT_DST);
}

void nat_netmap(struct nat_range *range, const struct packet *pkt,
		enum nat_manip manip)
{
	range->max = range->min;
}

/* --- the box ------------------------------------------------------------- */

enum host_route_type host_route(const struct host *h,
				const struct host_flow *flow,
				struct host_route *res)
{
	*res = h->route;
	return res->type;
}

enum host_route_type host_addr_type(const struct host *h, uint8_t nfproto,
				    const union inet_addr *addr,
				    const struct host_link *link)
{
	return h->addr_type;
}

/* --- the VM -------------------------------------------------------------- */

void fx_begin(struct fx *fx)
{
	fx->tx = vm_begin(fx->vm);
}

int fx_commit(struct fx *fx)
{
	int ret = vm_commit(fx->tx, &fx->env.now, &fx->err);

	if (ret)
		vm_abort(fx->tx);
	fx->tx = NULL;
	return ret;
}

int fx_base(struct fx *fx, const char *name, uint8_t hook, uint32_t policy)
{
	struct vm_chain_spec spec = { .family = fx->family,
				      .table = "t",
				      .name = name,
				      .is_base = true,
				      .hook = hook,
				      .policy = policy };

	return vm_chain_add(fx->tx, &spec, &fx->err);
}

int fx_chain(struct fx *fx, const char *name)
{
	struct vm_chain_spec spec = { .family = fx->family,
				      .table = "t",
				      .name = name };

	return vm_chain_add(fx->tx, &spec, &fx->err);
}

void fx_init(struct fx *fx, uint8_t family)
{
	memset(fx, 0, sizeof(*fx));
	fx->vm = vm_new();
	fx->family = family;
	fx->handle = 1;
	fx->env.rng = &fx->rng;
	fx->env.host = &fx->host;
	fx->env.reference = true;
	fx->env.now.mono_ns = 1000 * NS_PER_SEC;
	rng_seed(&fx->rng, 1);
	fx_begin(fx);
	vm_table_add(fx->tx, family, "t", 0, &fx->err);
	fx_base(fx, "in", NF_INET_LOCAL_IN, NF_ACCEPT);
	fx_commit(fx);
	fx_tcp4(fx, 0x0a000001, 0x0a000002, 1000, 80);
}

void fx_fini(struct fx *fx)
{
	vm_free(fx->vm);
}

struct nftnl_rule *fx_rule(struct fx *fx, const char *chain)
{
	struct nftnl_rule *r = nftnl_rule_alloc();

	nftnl_rule_set_u32(r, NFTNL_RULE_FAMILY, fx->family);
	nftnl_rule_set_str(r, NFTNL_RULE_TABLE, "t");
	nftnl_rule_set_str(r, NFTNL_RULE_CHAIN, chain);
	nftnl_rule_set_u64(r, NFTNL_RULE_HANDLE, fx->handle++);
	return r;
}

int fx_add(struct fx *fx, struct nftnl_rule *r)
{
	uint64_t handle = nftnl_rule_get_u64(r, NFTNL_RULE_HANDLE);
	int ret = vm_rule_add(fx->tx, r, 0, handle + 1000, &fx->err);

	nftnl_rule_free(r);
	return ret;
}

/* --- expressions --------------------------------------------------------- */

struct nftnl_expr *fx_expr(struct nftnl_rule *r, const char *name)
{
	struct nftnl_expr *e = nftnl_expr_alloc(name);

	if (r)
		nftnl_rule_add_expr(r, e);
	return e;
}

void fx_payload(struct nftnl_rule *r, uint32_t base, uint32_t offset,
		uint32_t len, uint32_t dreg)
{
	struct nftnl_expr *e = fx_expr(r, "payload");

	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_BASE, base);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_OFFSET, offset);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_LEN, len);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_DREG, dreg);
}

void fx_meta(struct nftnl_rule *r, uint32_t key, uint32_t dreg)
{
	struct nftnl_expr *e = fx_expr(r, "meta");

	nftnl_expr_set_u32(e, NFTNL_EXPR_META_KEY, key);
	nftnl_expr_set_u32(e, NFTNL_EXPR_META_DREG, dreg);
}

void fx_meta_set(struct nftnl_rule *r, uint32_t key, uint32_t sreg)
{
	struct nftnl_expr *e = fx_expr(r, "meta");

	nftnl_expr_set_u32(e, NFTNL_EXPR_META_KEY, key);
	nftnl_expr_set_u32(e, NFTNL_EXPR_META_SREG, sreg);
}

void fx_ct(struct nftnl_rule *r, uint32_t key, uint32_t dreg)
{
	struct nftnl_expr *e = fx_expr(r, "ct");

	nftnl_expr_set_u32(e, NFTNL_EXPR_CT_KEY, key);
	nftnl_expr_set_u32(e, NFTNL_EXPR_CT_DREG, dreg);
}

void fx_cmp(struct nftnl_rule *r, uint32_t op, uint32_t sreg, const void *data,
	    uint32_t len)
{
	struct nftnl_expr *e = fx_expr(r, "cmp");

	nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_OP, op);
	nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_SREG, sreg);
	nftnl_expr_set(e, NFTNL_EXPR_CMP_DATA, data, len);
}

void fx_cmp_u8(struct nftnl_rule *r, uint32_t op, uint32_t sreg, uint8_t v)
{
	fx_cmp(r, op, sreg, &v, sizeof(v));
}

void fx_cmp_be16(struct nftnl_rule *r, uint32_t op, uint32_t sreg, uint16_t v)
{
	v = htobe16(v);
	fx_cmp(r, op, sreg, &v, sizeof(v));
}

void fx_cmp_u32(struct nftnl_rule *r, uint32_t op, uint32_t sreg, uint32_t v)
{
	fx_cmp(r, op, sreg, &v, sizeof(v));
}

void fx_mask(struct nftnl_rule *r, uint32_t reg, const void *mask, uint32_t len)
{
	static const uint8_t zero[VM_REG_BYTES];
	struct nftnl_expr *e = fx_expr(r, "bitwise");

	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_SREG, reg);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_DREG, reg);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_LEN, len);
	nftnl_expr_set(e, NFTNL_EXPR_BITWISE_MASK, mask, len);
	nftnl_expr_set(e, NFTNL_EXPR_BITWISE_XOR, zero, len);
}

void fx_imm(struct nftnl_rule *r, uint32_t dreg, const void *data, uint32_t len)
{
	struct nftnl_expr *e = fx_expr(r, "immediate");

	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, dreg);
	nftnl_expr_set(e, NFTNL_EXPR_IMM_DATA, data, len);
}

void fx_verdict(struct nftnl_rule *r, int32_t code, const char *chain)
{
	struct nftnl_expr *e = fx_expr(r, "immediate");

	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_VERDICT, (uint32_t)code);
	if (chain)
		nftnl_expr_set_str(e, NFTNL_EXPR_IMM_CHAIN, chain);
}

void fx_lookup(struct nftnl_rule *r, uint32_t sreg, const char *set,
	       int32_t dreg, uint32_t flags)
{
	struct nftnl_expr *e = fx_expr(r, "lookup");

	nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_SREG, sreg);
	nftnl_expr_set_str(e, NFTNL_EXPR_LOOKUP_SET, set);
	if (dreg >= 0)
		nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_DREG, (uint32_t)dreg);
	if (flags)
		nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_FLAGS, flags);
}

void fx_counter(struct nftnl_rule *r)
{
	fx_expr(r, "counter");
}

/* --- sets ---------------------------------------------------------------- */

struct nftnl_set *fx_set(struct fx *fx, const char *name, uint32_t flags,
			 uint32_t key_len)
{
	struct nftnl_set *s = nftnl_set_alloc();

	nftnl_set_set_u32(s, NFTNL_SET_FAMILY, fx->family);
	nftnl_set_set_str(s, NFTNL_SET_TABLE, "t");
	nftnl_set_set_str(s, NFTNL_SET_NAME, name);
	nftnl_set_set_u32(s, NFTNL_SET_FLAGS, flags);
	nftnl_set_set_u32(s, NFTNL_SET_KEY_LEN, key_len);
	return s;
}

int fx_set_add(struct fx *fx, struct nftnl_set *s)
{
	int ret = vm_set_add(fx->tx, s, &fx->err);

	nftnl_set_free(s);
	return ret;
}

/* --- running ------------------------------------------------------------- */

const struct vm_chain *fx_chain_find(const struct fx *fx, const char *name)
{
	const struct vm_chain *c = NULL;

	while ((c = vm_chain_next(fx->vm, c)))
		if (!strcmp(vm_chain_spec(c)->name, name))
			return c;
	return NULL;
}

const struct vm_rule *fx_rule_at(const struct fx *fx, const char *chain,
				 unsigned i)
{
	const struct vm_chain *c = fx_chain_find(fx, chain);
	const struct vm_rule *r = vm_rule_next(c, NULL);

	while (i--)
		r = vm_rule_next(c, r);
	return r;
}

uint32_t fx_run(struct fx *fx, const char *chain, struct vm_result *res)
{
	struct vm_result ignored;

	res = res ? res : &ignored;
	vm_run(&fx->env, fx_chain_find(fx, chain), &fx->pkt, res);
	return res->verdict;
}

struct vm_expr *fx_lower(struct fx *fx, const struct nftnl_expr *ne)
{
	struct vm_table *t = vm_table_find(fx->vm, fx->family, "t");
	struct vm_lower lw = { .tx = fx->tx,
			       .table = t,
			       .chain = fx_chain_find(fx, "in"),
			       .family = fx->family,
			       .err = &fx->err };

	memset(&fx->err, 0, sizeof(fx->err));
	return vm_lower_expr(&lw, ne);
}

void fx_exec(struct fx *fx, const struct vm_expr *e, struct vm_regs *regs)
{
	struct vm_ctx cx = { &fx->env, &fx->pkt, fx->vm->image };

	regs->verdict = NFT_CONTINUE;
	e->ops->exec(e, regs, &cx);
}

bool fx_describes(struct fx *fx, const struct nftnl_expr *ne)
{
	struct vm_expr *e = fx_lower(fx, ne);
	struct strbuf b = STRBUF_INIT;
	char want[512] = "";
	bool same;

	if (!e) {
		fprintf(stderr, "refused: %s\n", fx->err.message);
		return false;
	}
	nftnl_expr_snprintf(want, sizeof(want), ne, 0, 0);
	e->ops->describe(e, &b);
	same = !strcmp(want, strbuf_str(&b));
	if (!same)
		fprintf(stderr, "want \"%s\"\ngot  \"%s\"\n", want,
			strbuf_str(&b));
	strbuf_fini(&b);
	vm_expr_free(e);
	return same;
}

void fx_tcp4(struct fx *fx, uint32_t saddr, uint32_t daddr, uint16_t sport,
	     uint16_t dport)
{
	uint8_t *h = fx->buf + 64;
	struct packet *pkt = &fx->pkt;

	memset(fx->buf, 0, sizeof(fx->buf));
	memset(pkt, 0, sizeof(*pkt));
	h[0] = 0x45;
	put_be16(h + 2, 60);
	h[8] = 64;
	h[9] = IPPROTO_TCP;
	put_be32(h + 12, saddr);
	put_be32(h + 16, daddr);
	put_be16(h + 20, sport);
	put_be16(h + 22, dport);
	h[32] = 0x50;
	h[33] = 0x02;
	pkt->buf = fx->buf;
	pkt->buf_size = sizeof(fx->buf);
	pkt->data = h;
	pkt->len = pkt->wire_len = 60;
	pkt->nfproto = NFPROTO_IPV4;
	pkt->protocol = htobe16(0x0800);
	pkt->l4proto = IPPROTO_TCP;
	pkt->l4_off = 20;
	pkt->flags = PKT_L4;
	pkt->hook = NF_INET_LOCAL_IN;
}
