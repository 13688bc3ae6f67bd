/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel tells of a traced packet (nf_tables_trace.c) as nft prints it
 * (netlink.c: netlink_events_trace_cb()): the packet once in each base chain,
 * before the first line about it; each rule that did not break; the policy.
 *
 * Of the headers the kernel tells the first bytes: 40 of the network's, 20 of
 * the transport's. nft names the fields that lie in them, in an order of its
 * own and without those that nobody asks for, and shows what is left as bits.
 */
#include "lab/trace_nft.h"

#include <linux/if_ether.h>
#include <linux/netfilter/nf_tables.h>

#include "base/strbuf.h"
#include "host/host.h"
#include "lab/names.h"
#include "lab/packet_build.h"
#include "parser/print.h"

#define NETWORK_MAX   40
#define TRANSPORT_MAX 20

/* The order of a header's fields; those that are not here are not shown.
 * proto_desc.format in nft's proto.c. */
static const struct {
	const struct proto_desc *proto;
	const char *fields[10];
	unsigned size; /* bytes that have names */
} formats[] = {
	{ &proto_ether, { "saddr", "daddr" }, ETH_HLEN },
	{ &proto_ip,
	  { "saddr", "daddr", "dscp", "ecn", "ttl", "id", "protocol",
	    "length" },
	  20 },
	{ &proto_ip6,
	  { "saddr", "daddr", "dscp", "ecn", "hoplimit", "flowlabel", "nexthdr",
	    "length" },
	  40 },
	{ &proto_tcp, { "sport", "dport", "flags", "window" }, 20 },
	{ &proto_udp, { "sport", "dport", "length" }, 8 },
	{ &proto_udplite, { "sport", "dport", "csumcov", "checksum" }, 8 },
	/* whatever the type: the first that lie there */
	{ &proto_icmp, { "type", "code", "id", "sequence" }, 8 },
	{ &proto_icmpv6, { "type", "code", "parameter-problem" }, 8 },
	{ &proto_igmp, { "type", "mrt" }, 2 },
	{ &proto_sctp, { "sport", "dport", "vtag" }, 12 },
	{ &proto_dccp, { "sport", "dport" }, 4 },
	{ &proto_esp, { "spi", "sequence" }, 8 },
	{ &proto_ah,
	  { "nexthdr", "hdrlength", "reserved", "spi", "sequence" },
	  12 },
	{ &proto_comp, { "nexthdr", "flags", "cpi" }, 4 },
};

static const struct trace_nft_run *top(const struct trace_nft *t)
{
	return &t->runs.v[t->runs.len - 1];
}

static void put_header(const struct trace_nft *t, const struct vm_chain *chain,
		       struct strbuf *out)
{
	const struct vm_chain_spec *s = vm_chain_spec(chain);

	strbuf_printf(out, "trace id %08x %s %s %s ", t->id,
		      family_name(s->family), s->table, s->name);
}

/* A field that is cut short is the number that is left of it. */
static void put_field(struct strbuf *b, const struct parser_env *env,
		      const struct proto_desc *p, const struct proto_field *f,
		      const uint8_t *header, unsigned len)
{
	u128 v = packet_bits(header, f->offset,
			     MIN(f->len, 8 * len - f->offset));

	strbuf_printf(b, "%s %s %s", p->name, f->name,
		      f->type->bitmask ? "== " : "");
	datatype_print(env, f->type, v, f->len, b);
	strbuf_putc(b, ' ');
}

/* What has no name: a number as large as it is. */
static void put_rest(struct strbuf *b, const char *base, const uint8_t *bytes,
		     unsigned from, unsigned len)
{
	unsigned i = from;

	if (from >= len)
		return;
	while (i + 1 < len && !bytes[i])
		i++;
	strbuf_printf(b, "@%s,%u,%u 0x%x", base, 8 * from, 8 * (len - from),
		      bytes[i]);
	while (++i < len)
		strbuf_printf(b, "%02x", bytes[i]);
	strbuf_putc(b, ' ');
}

/* The fields of @proto (NULL: unknown) but @skip in the @len bytes of a header,
 * and what is left. */
static void put_fields(struct strbuf *b, const struct parser_env *env,
		       const struct proto_desc *proto, const char *skip,
		       const char *base, const uint8_t *header, unsigned len)
{
	size_t k = 0;

	while (k < ARRAY_LEN(formats) && formats[k].proto != proto)
		k++;
	if (k == ARRAY_LEN(formats)) {
		put_rest(b, base, header, 0, len);
		return;
	}
	for (size_t i = 0; formats[k].fields[i]; i++) {
		const char *name = formats[k].fields[i];
		const struct proto_field *f = proto_field_find(
			proto, (struct str){ name, (uint32_t)strlen(name) });

		if (f && f->offset < 8 * len && strcmp(name, skip))
			put_field(b, env, proto, f, header, len);
	}
	put_rest(b, base, header, formats[k].size, len);
}

static void put_link(struct strbuf *b, const char *key,
		     const struct host_link *link)
{
	if (link)
		strbuf_printf(b, "%s \"%s\" ", key, link->name);
}

/* Tables of one IP version leave out what the transport header says anyway. */
static bool is_one_family(const struct trace_nft *t)
{
	return vm_chain_spec(top(t)->base)->family != NFPROTO_INET;
}

/* Loopback has a header, of zeros. */
static void put_link_header(struct strbuf *b, const struct parser_env *env,
			    const struct packet *pkt)
{
	if (pkt->in && pkt->in->is_loopback)
		strbuf_printf(b, "@ll,0,112 0x%x ",
			      pkt->nfproto == NFPROTO_IPV4 ? ETH_P_IP
							   : ETH_P_IPV6);
	else if (pkt->l2 && pkt->l2_len >= ETH_HLEN && pkt->in)
		put_fields(b, env, &proto_ether, "", "ll", pkt->l2, ETH_HLEN);
}

static void put_network(struct strbuf *b, const struct parser_env *env,
			const struct packet *pkt, bool implied)
{
	const bool v4 = pkt->nfproto == NFPROTO_IPV4;
	unsigned len = MIN(MIN(pkt->l4_off, pkt->len), NETWORK_MAX);

	put_fields(b, env, v4 ? &proto_ip : &proto_ip6,
		   !implied ? ""
		   : v4	    ? "protocol"
			    : "nexthdr",
		   "nh", pkt->data, len);
}

static void put_packet(const struct trace_nft *t, const struct packet *pkt,
		       struct strbuf *b)
{
	const struct proto_desc *proto;
	struct parser_env env;
	unsigned th = 0;

	/* Without a transport offset the kernel has no length for the network
	 * header either. */
	if (!(pkt->flags & PKT_L4) || !pkt->l4_off)
		return;
	engine_env(t->nv, &env);
	put_header(t, top(t)->base, b);
	strbuf_puts(b, "packet: ");
	put_link(b, "iif", pkt->in);
	put_link(b, "oif", pkt->out);
	put_link_header(b, &env, pkt);
	if (pkt->l4_off < pkt->len)
		th = MIN(pkt->len - pkt->l4_off, (unsigned)TRANSPORT_MAX);
	/* by what the first header names, whatever stands behind it */
	proto = proto_by_ipproto(
		pkt->data[pkt->nfproto == NFPROTO_IPV4 ? 9 : 6]);
	put_network(b, &env, pkt, th && proto && is_one_family(t));
	if (th)
		put_fields(b, &env, proto, "", "th", pkt->data + pkt->l4_off,
			   th);
	strbuf_putc(b, '\n');
}

/* Back to @pkt, from an answer that was told of meanwhile. */
static void back_to(struct trace_nft *t, const struct packet *pkt)
{
	while (t->runs.len > 1 && top(t)->pkt != pkt)
		t->runs.len--;
}

/* What comes in by loopback waits until what caused it is through
 * (netif_rx()). */
static struct strbuf *lines_of(struct trace_nft *t, const struct packet *pkt)
{
	struct trace_nft_looped *l;

	if (!(pkt->flags & PKT_LOOPED))
		return &t->lines;
	vec_foreach(&t->looped, l)
		if (l->pkt == pkt)
			return &l->lines;
	l = vec_add(&t->looped);
	*l = (struct trace_nft_looped){ pkt, STRBUF_INIT };
	return &l->lines;
}

/* Return: where the packet's lines go, until the next call. */
static struct strbuf *tell_packet(struct trace_nft *t, const struct packet *pkt)
{
	struct strbuf *out = lines_of(t, pkt);
	struct trace_nft_run *run;

	back_to(t, pkt);
	run = &t->runs.v[t->runs.len - 1];
	if (!run->told)
		put_packet(t, pkt, out);
	run->told = true;
	return out;
}

static bool is_traced(const struct trace_nft *t, const struct packet *pkt)
{
	return !t->chosen || pkt->flags & PKT_NFTRACE;
}

static void on_enter(void *data, const struct vm_chain *chain,
		     const struct packet *pkt)
{
	struct trace_nft *t = data;
	struct trace_nft_run run = { .pkt = pkt, .base = chain };
	size_t n = t->runs.len;

	if (!vm_chain_spec(chain)->is_base)
		return;
	while (n && t->runs.v[n - 1].pkt != pkt)
		n--;
	if (n)
		t->runs.len = n - 1;
	vec_push(&t->runs, run);
}

static void on_rule(void *data, const struct vm_rule *rule,
		    const struct packet *pkt, const struct vm_step *step)
{
	struct trace_nft *t = data;
	struct strbuf *out;

	if (step->verdict == NFT_BREAK || !is_traced(t, pkt))
		return;
	out = tell_packet(t, pkt);
	put_header(t, vm_rule_chain(rule), out);
	strbuf_puts(out, "rule ");
	engine_list_rule_loaded(t->nv, rule, out);
	strbuf_printf(out, " (verdict %s", verdict_word(step->verdict));
	if (step->to)
		strbuf_printf(out, " %s", vm_chain_spec(step->to)->name);
	strbuf_puts(out, ")\n");
}

static void on_end(void *data, const struct vm_chain *chain,
		   const struct packet *pkt, int policy)
{
	struct trace_nft *t = data;
	struct strbuf *out;

	if (policy < 0 || !is_traced(t, pkt))
		return;
	out = tell_packet(t, pkt);
	put_header(t, top(t)->base, out);
	strbuf_printf(out, "policy %s ", policy == NF_DROP ? "drop" : "accept");
	if (pkt->mark)
		strbuf_printf(out, "meta mark 0x%08x ", pkt->mark);
	strbuf_putc(out, '\n');
}

static void no_hook(void *data, const struct packet *pkt)
{
}

static void no_stop(void *data, const struct packet *pkt, enum path_stop stop,
		    bool done)
{
}

static void no_route(void *data, const struct packet *pkt,
		     const struct host_route *rt, enum reason reason)
{
}

void trace_nft_init(struct trace_nft *t, const struct nftvm *nv)
{
	*t = (struct trace_nft){ .nv = nv };
	t->chosen = engine_sets_nftrace(nv);
	t->trace = (struct path_trace){
		.hook = no_hook,
		.stop = no_stop,
		.route = no_route,
		.vm = { .enter = on_enter,
			.rule = on_rule,
			.end = on_end,
			.data = t },
		.data = t,
	};
}

static void forget_looped(struct trace_nft *t)
{
	struct trace_nft_looped *l;

	vec_foreach(&t->looped, l)
		strbuf_fini(&l->lines);
	t->looped.len = 0;
}

void trace_nft_begin(struct trace_nft *t, const struct packet *pkt)
{
	t->id = (uint32_t)pkt->number;
	t->runs.len = 0;
	strbuf_reset(&t->lines);
	forget_looped(t);
}

void trace_nft_end(const struct trace_nft *t, FILE *out)
{
	const struct trace_nft_looped *l;

	fputs(strbuf_str(&t->lines), out);
	vec_foreach(&t->looped, l)
		fputs(strbuf_str(&l->lines), out);
}

void trace_nft_fini(struct trace_nft *t)
{
	strbuf_fini(&t->lines);
	forget_looped(t);
	vec_fini(&t->looped);
	vec_fini(&t->runs);
}
