/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The packet path.
 *
 * Theory of operation
 *
 * A packet that comes in by a link:
 *
 *	ip_rcv checks -> PREROUTING -> route -+-> INPUT -> the host
 *	                                      |
 *	                                      +-> TTL -> FORWARD -> POSTROUTING
 *	                                                 -> fragments -> a link
 * A packet that the host sends:
 *
 *	route -> OUTPUT -> POSTROUTING -> fragments -> a link (lo: it comes in)
 *
 * and of one to a broadcast address, or to a group that the host is in, a copy
 * passes POSTROUTING too and comes in by the link that it would leave by.
 *
 * Each capital word is a list of steps (hooks.c); the functions below are the
 * kernel's way between them, in its order: ip_rcv_finish(), ip_local_deliver(),
 * ip_forward(), ip_output(), and their IPv6 twins. A step that does not go on
 * ends the journey, and the result says why.
 *
 * A batch runs in two passes: the first checks and decodes every packet and
 * starts loading what conntrack will touch, the second takes the packets
 * through the hooks one after the other. Only the second has effects, so a
 * batch gives exactly what its packets would give one by one.
 */
#include "path/path.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "ct/ct.h"
#include "packet/csum.h"
#include "packet/frag.h"
#include "packet/ip6opt.h"
#include "packet/logline.h"
#include "path/internal.h"
#include "path/limit.h"

/* How many packets pass between two small shares of garbage collection. */
#define GC_EVERY 64

enum {
	HEAR_HEADROOM = 64,
	SCOPE6_NODE = 1, /* of an IPv6 group */
	LOOPBACK = 1,	 /* index of its link */
};

static void emit(struct path_run *run, enum path_emit_kind kind,
		 struct packet *pkt)
{
	const struct path_sink *sink = &run->p->cfg.sink;

	if (unlikely(pkt->flags & PKT_CSUM_PARTIAL))
		packet_csum_finish(pkt, pkt->l4_off);
	if (sink->emit)
		sink->emit(sink->data, run->pkt->number,
			   run->kind == EMIT_PACKET ? kind : run->kind, pkt);
}

static void receive(struct path_run *run);

/* Drop it, and tell its sender where Linux does. */
static void refuse(struct path_run *run, enum reason reason, uint32_t mtu)
{
	answer_reason(run, reason, mtu);
	run_drop(run, reason);
}

/* Hop-by-hop options are read where a packet comes in, and the host may have
 * sent wrong ones: ip6_rcv_core(). */
static bool hopopts_ok(struct packet *pkt)
{
	struct ip6_problem problem;

	return pkt->nfproto != NFPROTO_IPV6 ||
	       pkt->data[6] != IPPROTO_HOPOPTS || ip6_hopopts_ok(pkt, &problem);
}

/* loopback_xmit(), dev_loopback_xmit(): what the host sends to itself comes
 * in. */
static void loop(struct path_run *run)
{
	struct packet *pkt = run->pkt;

	pkt->in = pkt->out;
	pkt->out = NULL;
	pkt->flags |= PKT_LOOPED;
	if (unlikely(!hopopts_ok(pkt)))
		refuse(run, REASON_hdr_options, 0);
	else
		receive(run);
}

static void loop_piece(void *data, struct packet *piece)
{
	struct path_run *run = data;
	struct packet *whole = run->pkt;

	packet_decode(piece);
	run->pkt = piece;
	loop(run);
	run->pkt = whole;
}

/* What the host sends to a group that it is in itself: a copy of @pkt passes
 * POSTROUTING and comes in, before it leaves. */
static void hear(struct path_run *run, struct packet *pkt)
{
	uint8_t *buf = xmalloc(HEAR_HEADROOM + pkt->len);
	enum step_end end;
	struct path_result res = { 0 };
	struct packet copy = *pkt;
	struct path_run own = {
		.p = run->p,
		.pkt = &copy,
		.res = &res,
		.now = run->now,
		.kind = EMIT_DUP,
		.depth = run->depth,
		.route = run->route,
	};

	copy.buf = buf;
	copy.buf_size = HEAR_HEADROOM + pkt->len;
	copy.data = buf + HEAR_HEADROOM;
	memcpy(copy.data, pkt->data, pkt->len);
	copy.number = run->pkt->number;
	ct_packet_share(&copy);
	run->p->run = &own;
	packet_decode(&copy);
	end = hook_run(&own, NF_INET_POST_ROUTING);
	ct_packet_follow(run->p->cfg.ct, pkt, &copy);
	if (end == STEP_GO_ON) {
		copy.pkttype = PKTTYPE_LOOPBACK;
		loop(&own);
	}
	run->p->run = run;
	ct_packet_release(run->p->cfg.ct, &copy);
	free(buf);
}

/* ip_mc_output(): is there still something to be sent? Groups with a TTL of
 * zero are for this host alone. */
static bool output_group4(struct path_run *run)
{
	struct packet *pkt = run->pkt;
	const union inet_addr to = packet_daddr(pkt);

	if (pkt->nfproto != NFPROTO_IPV4 || pkt->out->is_loopback ||
	    (run->route == ROUTE_MULTICAST ? !host_is_member4(&to)
					   : run->route != ROUTE_BROADCAST))
		return true;
	hear(run, pkt);
	return run->route == ROUTE_BROADCAST || pkt->data[8] != 0;
}

/* The same in ip6_finish_output2(), for each piece and behind POSTROUTING;
 * what is for one node alone does not leave it. */
static bool output_group6(struct path_run *run, struct packet *pkt)
{
	const union inet_addr to = packet_daddr(pkt);

	if (host_is_member6(run->p->cfg.host, pkt->out, &to)) {
		hear(run, pkt);
		if (pkt->data[7] == 0)
			return false;
	}
	return (to.b[1] & 0x0f) > SCOPE6_NODE;
}

static bool is_group6(const struct packet *pkt)
{
	return pkt->nfproto == NFPROTO_IPV6 && pkt->data[24] == 0xff;
}

/* On the link. */
static void transmit(struct path_run *run, enum path_emit_kind kind,
		     struct packet *pkt)
{
	if (unlikely(is_group6(pkt)) && !output_group6(run, pkt))
		run_drop(run, REASON_group_scope);
	else
		emit(run, kind, pkt);
}

static void transmit_fragment(void *data, struct packet *frag)
{
	transmit(data, EMIT_FRAGMENT, frag);
}

/* ip_finish_output(), ip6_finish_output(): cut to the MTU what must be, or
 * what came in pieces; then it is on the link. Pieces that come in by loopback
 * are put together again, but not those of IPv6 that are tracked already. */
static void finish_output(struct path_run *run, uint32_t mtu)
{
	struct packet *pkt = run->pkt;
	enum reason reason;

	if (pkt->out->is_loopback) {
		if (pkt->nfproto == NFPROTO_IPV6 && pkt->frag && pkt->ct)
			frag_output(run->p->frags, pkt, mtu, loop_piece, run);
		else
			loop(run);
		return;
	}
	run->res->out = pkt->out;
	if (!(pkt->flags & PKT_REASSEMBLED) &&
	    (pkt->wire_len <= mtu || (pkt->flags & PKT_GSO))) {
		transmit(run, EMIT_PACKET, pkt);
		return;
	}
	reason = frag_output(run->p->frags, pkt, mtu, transmit_fragment, run);
	if (reason != REASON_NONE)
		refuse(run, reason, mtu);
}

/* ip_output(), ip6_output() */
static void output(struct path_run *run, uint32_t mtu)
{
	if (hook_run(run, NF_INET_POST_ROUTING) == STEP_GO_ON)
		finish_output(run, mtu);
}

/* IPv4 fragments for the host are put together before INPUT even where
 * nothing tracks connections: ip_local_deliver(). */
static bool deliver_defrag(struct path_run *run)
{
	enum reason reason = REASON_NONE;

	if (run->pkt->nfproto != NFPROTO_IPV4)
		return true;
	switch (frag_in(run->p->frags, run->pkt, FRAG_USER_LOCAL_DELIVER,
			run->now, &reason)) {
	case FRAG_COMPLETE:
		packet_decode(run->pkt);
		options_reread(run);
		return true;
	case FRAG_HELD:
		run_hold(run);
		return false;
	case FRAG_DROP:
		run_drop(run, reason);
		return false;
	case FRAG_WHOLE:
		break;
	}
	return true;
}

/* ip_local_deliver(), ip6_input() */
static void deliver(struct path_run *run)
{
	if (!deliver_defrag(run))
		return;
	if (hook_run(run, NF_INET_LOCAL_IN) != STEP_GO_ON)
		return;
	/* an answer, a copy, or one more piece of what came before */
	if (run->kind != EMIT_PACKET || run->res->to_local) {
		run->pkt->out = host_link_by_index(run->p->cfg.host, LOOPBACK);
		emit(run, EMIT_FRAGMENT, run->pkt);
	}
	run->res->to_local = true;
}

/* Lower the TTL or hop limit by one; IPv4's checksum follows
 * (ip_decrease_ttl()). */
static void lower_ttl(struct packet *pkt)
{
	uint32_t check;

	if (pkt->nfproto == NFPROTO_IPV6) {
		pkt->data[7]--;
		return;
	}
	check = get_be16(pkt->data + 10) + 0x0100;
	put_be16(pkt->data + 10, (uint16_t)(check + (check >= 0xffff)));
	pkt->data[8]--;
}

static bool ip6_is_linklocal(const uint8_t *a)
{
	return a[0] == 0xfe && (a[1] & 0xc0) == 0x80;
}

static bool ip6_is_any(const uint8_t *a)
{
	static const uint8_t any[16];

	return !memcmp(a, any, sizeof(any));
}

/* What ip6_forward() says of the source of a packet that changes links. */
static enum reason forward_source6(const struct packet *pkt)
{
	const uint8_t *saddr = pkt->data + 8;

	if (pkt->in == pkt->out)
		return REASON_NONE;
	if (ip6_is_any(saddr))
		return REASON_martian;
	return ip6_is_linklocal(saddr) ? REASON_link_local_source : REASON_NONE;
}

/* Does it not fit the way out, and may it not be cut?
 * ip_exceeds_mtu(), ip6_pkt_too_big() */
static bool exceeds_mtu(const struct packet *pkt, uint32_t mtu)
{
	const struct frag_info *frag = pkt->frag;

	if (pkt->nfproto == NFPROTO_IPV6 && frag)
		return frag->max_size > mtu;
	if (pkt->wire_len <= mtu || (pkt->flags & PKT_GSO))
		return false;
	if (pkt->nfproto == NFPROTO_IPV6)
		return true;
	if (!(pkt->data[6] & 0x40))
		return false;
	return !frag || frag->max_size > mtu;
}

/* What ip_forward() refuses, in its order. */
static enum reason forward_check4(struct path_run *run,
				  const struct host_route *rt)
{
	const struct packet *pkt = run->pkt;

	if (pkt->pkttype != PKTTYPE_HOST)
		return REASON_l2_not_for_us;
	if (pkt->data[8] <= 1)
		return REASON_ttl_exceeded;
	if (run->opt.strict && rt->has_gateway)
		return REASON_source_route_failed;
	return exceeds_mtu(pkt, rt->forward_mtu) ? REASON_mtu : REASON_NONE;
}

/* ip6_forward(): back by the link it came by means that there is a shorter
 * way. */
static enum reason forward_check6(struct path_run *run,
				  const struct host_route *rt)
{
	const struct packet *pkt = run->pkt;
	enum reason reason;

	if (pkt->pkttype != PKTTYPE_HOST)
		return REASON_l2_not_for_us;
	if (pkt->data[7] <= 1)
		return REASON_ttl_exceeded;
	reason = forward_source6(pkt);
	if (reason != REASON_NONE)
		return reason;
	if (pkt->in == pkt->out)
		answer_redirect(run, rt);
	return exceeds_mtu(pkt, rt->forward_mtu) ? REASON_mtu : REASON_NONE;
}

/* rt_tos2priority(): the priority that the IPv4 type of service asks for,
 * ip_tos2prio[] indexed by its four bits. */
static uint32_t tos_priority(uint8_t tos)
{
	/* TC_PRIO_: besteffort 0, filler 1, bulk 2, interactive 6,
	 * interactive bulk 4 */
	static const uint8_t prio[16] = { 0, 1, 0, 0, 2, 2, 2, 2,
					  6, 6, 6, 6, 4, 4, 4, 4 };

	return prio[(tos & 0x1e) >> 1];
}

/* The rest of ip_forward(), up to FORWARD. */
static void forward_change4(struct path_run *run, const struct host_route *rt)
{
	struct packet *pkt = run->pkt;

	if (unlikely(run->redirect) && !run->opt.srr)
		answer_redirect(run, rt);
	pkt->priority = tos_priority(pkt->data[1]);
}

static void forward(struct path_run *run, const struct host_route *rt)
{
	struct packet *pkt = run->pkt;
	const bool v4 = pkt->nfproto == NFPROTO_IPV4;
	enum reason reason = v4 ? forward_check4(run, rt)
				: forward_check6(run, rt);

	if (reason != REASON_NONE) {
		refuse(run, reason, rt->forward_mtu);
		return;
	}
	lower_ttl(pkt);
	pkt->flags |= PKT_DIRTY;
	if (v4)
		forward_change4(run, rt);
	if (hook_run(run, NF_INET_FORWARD) != STEP_GO_ON)
		return;
	if (unlikely(run->opt.len))
		options_forward(run, rt);
	output(run, rt->mtu);
}

static bool has_options(const struct packet *pkt)
{
	return pkt->nfproto == NFPROTO_IPV4 && (pkt->data[0] & 15) > 5;
}

/* Routing has an answer, even if that is to refuse: then options are read. */
static bool is_routed(enum reason reason)
{
	return reason != REASON_martian && reason != REASON_rp_filter &&
	       reason != REASON_not_joined;
}

/* What is looped keeps the route that it was sent with: by lo, every one that
 * is not a group's leads to the host (__mkroute_output()). */
static enum reason route_looped(struct path_run *run, struct host_route *rt)
{
	*rt = (struct host_route){ .type = run->route };
	if (rt->type == ROUTE_UNICAST)
		rt->type = ROUTE_LOCAL;
	return REASON_NONE;
}

/* From PREROUTING on: ip_rcv_finish(), ip6_rcv_finish(). */
static void receive(struct path_run *run)
{
	enum reason reason, options = REASON_NONE;
	struct host_route rt;

	if (hook_run(run, NF_INET_PRE_ROUTING) != STEP_GO_ON)
		return;
	reason = run->pkt->flags & PKT_LOOPED ? route_looped(run, &rt)
					      : route_input(run, NULL, &rt);
	run->route = rt.type;
	if (unlikely(has_options(run->pkt)) && is_routed(reason))
		options = options_receive(run, &rt);
	if (options != REASON_NONE)
		run_drop(run, options);
	else if (reason != REASON_NONE)
		refuse(run, reason, 0);
	else if (rt.type == ROUTE_UNICAST)
		forward(run, &rt);
	else
		deliver(run);
}

/* __ip_local_out(): the header's checksum is the sender's last word. A capture
 * may show it unfinished. */
static void fill_ip_csum(struct packet *pkt)
{
	uint8_t *iph = pkt->data;
	be16_t sum;

	memset(iph + 10, 0, 2);
	sum = csum_ip_header(iph, (iph[0] & 15) * 4);
	memcpy(iph + 10, &sum, 2);
}

/* __ip_local_out() and on: what the host sends. */
void path_send_local(struct path_run *run)
{
	struct packet *pkt = run->pkt;
	struct host_route rt;
	enum reason reason;

	if (pkt->nfproto == NFPROTO_IPV4)
		fill_ip_csum(pkt);
	reason = route_output(run, &rt);
	run->route = rt.type;
	if (reason != REASON_NONE) {
		run_drop(run, reason);
		return;
	}
	if (hook_run(run, NF_INET_LOCAL_OUT) != STEP_GO_ON)
		return;
	if (run->rerouted)
		pkt->out = run->rerouted;
	if (unlikely(run->route != ROUTE_UNICAST) && !output_group4(run))
		run_drop(run, REASON_group_scope);
	else
		output(run, run->rerouted ? run->rerouted_mtu : rt.mtu);
}

static void result_init(struct path_result *res, const struct packet *pkt)
{
	memset(res, 0, sizeof(*res));
	res->in = pkt->in;
	res->verdict = PATH_ACCEPT;
}

/* What JSON says of the connection, taken before the reference is given up:
 * an entry that was never confirmed dies with it. */
static void result_finish(struct path_run *run)
{
	struct path_result *res = run->res;
	struct packet *pkt = run->pkt;

	res->mark = pkt->mark;
	res->ct_info = pkt->ctinfo;
	res->ct_reason = pkt->ct_reason;
	if (pkt->ct) {
		res->ct_id = ct_id(pkt->ct);
		res->ct_mark = ct_mark(pkt->ct);
		res->ct_status = ct_status_bits(pkt->ct);
		res->ct_zone = ct_zone(pkt->ct, CT_DIR_ORIGINAL);
	}
	if (pkt->ct || pkt->ctinfo)
		ct_packet_release(run->p->cfg.ct, pkt);
}

/* ip_expire(), nf_ct_frag6_expire(): what their sender hears, before the packet
 * that is on its way. */
static void fragments_timed_out(void *data, struct packet *first,
				enum frag_user user)
{
	struct path *p = data;
	struct path_run *outer = p->run;
	struct path_result res = { 0 };
	struct path_run run = {
		.p = p, .pkt = first, .res = &res, .now = outer->now
	};

	first->number = outer->pkt->number;
	p->run = &run;
	if (user == FRAG_USER_LOCAL_DELIVER)
		options_reread(&run);
	answer_frag_timeout(&run);
	p->run = outer;
}

static void run_packet(struct path *p, struct packet *pkt,
		       const struct nv_time *now, struct path_result *res)
{
	struct path_run run = { .p = p, .pkt = pkt, .res = res, .now = now };

	p->env.now = *now;
	p->run = &run;
	frag_expire(p->frags, now);
	if (unlikely(pkt->reason == REASON_hdr_options))
		refuse(&run, pkt->reason, 0);
	else if (unlikely(pkt->reason != REASON_NONE))
		run_drop(&run, pkt->reason);
	else if (pkt->in)
		receive(&run);
	else
		path_send_local(&run);
	result_finish(&run);
	if (unlikely(!p->gc_countdown--)) {
		p->gc_countdown = GC_EVERY;
		ct_table_gc(p->cfg.ct, now);
	}
}

/* First pass over a packet: no effects but on the packet itself. */
static void prepare(struct path *p, struct packet *pkt)
{
	if (!pkt->in)
		pkt->flags |= PKT_LOCAL_OUT;
	else if (pkt->wire_len > pkt->in->mtu)
		pkt->flags |= PKT_GSO;
	/* What this host sends may leave its checksum to the network card, and
	 * mostly does. */
	if (p->cfg.checksums == CHECKSUMS_TRUST ||
	    (!pkt->in && p->cfg.checksums != CHECKSUMS_VERIFY))
		pkt->flags |= PKT_CSUM_OK;
	else if (p->cfg.checksums == CHECKSUMS_AUTO)
		pkt->flags |= PKT_CSUM_LAX;
	pkt->reason = packet_receive(pkt);
	if (pkt->reason == REASON_NONE)
		packet_decode(pkt);
}

/* First pass over a wave; its entries are on their way when it returns. */
static void prepare_wave(struct path *p, struct packet *pkts,
			 struct path_result *out, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		result_init(&out[i], &pkts[i]);
		prepare(p, &pkts[i]);
	}
	ct_in_prefetch(p->cfg.ct, pkts, n);
}

void path_run_batch(struct path *p, struct packet *pkts,
		    const struct nv_time *times, size_t n,
		    struct path_result *out)
{
	size_t ready = MIN(n, (size_t)PATH_WAVE), more;

	prepare_wave(p, pkts, out, ready);
	for (size_t i = 0; i < n; i++) {
		if (i % PATH_WAVE == 0) {
			more = MIN(n - ready, (size_t)PATH_WAVE);
			prepare_wave(p, pkts + ready, out + ready, more);
			ready += more;
		}
		run_packet(p, &pkts[i], &times[i], &out[i]);
	}
}

/* nft_log: the line that the kernel's syslog back end writes. */
static void log_line(void *data, const struct packet *pkt,
		     const struct vm_log *log)
{
	struct path *p = data;
	struct strbuf line = STRBUF_INIT;

	if (!p->cfg.sink.log || log->level < 0)
		return;
	logline_format(&line, pkt, pkt->in ? pkt->in->name : "",
		       pkt->out ? pkt->out->name : "",
		       pkt->in ? pkt->in->type : 0, log->prefix, log->flags);
	p->cfg.sink.log(p->cfg.sink.data, pkt->number, strbuf_str(&line));
	strbuf_fini(&line);
}

struct path *path_new(const struct path_config *cfg)
{
	struct path *p = xzalloc(sizeof(*p));

	p->cfg = *cfg;
	p->frags = frag_queue_new();
	frag_queue_set_timeouts(
		p->frags, (uint32_t)host_sysctl(cfg->host, SYSCTL_ipfrag_time),
		(uint32_t)host_sysctl(cfg->host, SYSCTL_ct_frag6_timeout));
	frag_queue_on_timeout(p->frags, fragments_timed_out, p);
	rng_seed(&p->rng, cfg->seed);
	p->limits = limits_new(cfg->host, &p->rng);
	p->env = (struct vm_env){
		.host = cfg->host,
		.ct = cfg->ct,
		.rng = &p->rng,
		.reference = cfg->reference,
		.log = log_line,
		.log_data = p,
		.reject = answer_reject,
		.reject_data = p,
	};
	hooks_build(p);
	return p;
}

void path_set_trace(struct path *p, const struct path_trace *trace)
{
	p->trace = trace;
	p->env.trace = trace ? &trace->vm : NULL;
}

void path_ruleset_changed(struct path *p)
{
	hooks_build(p);
}

void path_free(struct path *p)
{
	if (!p)
		return;
	hooks_fini(p);
	frag_queue_free(p->frags);
	limits_free(p->limits);
	free(p);
}
