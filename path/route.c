/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a packet goes, and whether it may: the decisions of
 * ip_route_input_slow(), ip6_route_input() and of the output side, on top of
 * the host's routes.
 */
#include "path/internal.h"

static bool ip4_is_multicast(be32_t a)
{
	return (be32toh(a) & 0xf0000000) == 0xe0000000;
}

static bool ip4_is_lbcast(be32_t a)
{
	return a == 0xffffffff;
}

static bool ip4_is_zeronet(be32_t a)
{
	return (be32toh(a) & 0xff000000) == 0;
}

static bool ip4_is_loopback(be32_t a)
{
	return (be32toh(a) & 0xff000000) == 0x7f000000;
}

static void flow_init(struct host_flow *flow, const struct packet *pkt,
		      uint32_t iif)
{
	const uint8_t *h = pkt->data;

	flow->nfproto = pkt->nfproto;
	flow->l4proto = pkt->l4proto;
	flow->way_only = false;
	flow->iif = iif;
	flow->oif = 0;
	flow->mark = pkt->mark;
	if (pkt->nfproto == NFPROTO_IPV4) {
		flow->tos = h[1];
		flow->saddr = inet_addr_ip4(load_raw32(h + 12));
		flow->daddr = inet_addr_ip4(load_raw32(h + 16));
	} else {
		flow->tos = (uint8_t)(get_be16(h) >> 4);
		flow->saddr = packet_saddr(pkt);
		flow->daddr = packet_daddr(pkt);
	}
}

static enum reason reason_of_type(enum host_route_type type)
{
	switch (type) {
	case ROUTE_BLACKHOLE:
		return REASON_route_blackhole;
	case ROUTE_UNREACHABLE:
		return REASON_route_unreachable;
	case ROUTE_PROHIBIT:
		return REASON_route_prohibit;
	default:
		return REASON_no_route;
	}
}

/* Does the link have an IPv4 address? */
static bool has_addr(const struct host *h, const struct host_link *link)
{
	union inet_addr none;

	return host_link_addr(h, link, NFPROTO_IPV4, NULL, &none);
}

/* __fib_validate_source(): by which link would an answer go? @filter is
 * rp_filter: 1 the one it came by, 2 any, 0 no matter. @near is set when the
 * source is on the link itself, behind no gateway. */
static enum reason source_by_route(const struct path_run *run,
				   const struct host_flow *flow, uint32_t oif,
				   int64_t filter, bool *near)
{
	const enum reason unknown = filter ? REASON_rp_filter : REASON_NONE;
	const struct host *h = run->p->cfg.host;
	const struct host_link *in = run->pkt->in;
	struct host_flow back = {
		.nfproto = flow->nfproto,
		.tos = flow->tos,
		.saddr = flow->daddr,
		.daddr = flow->saddr,
		.iif = oif ? oif : 1,
	};
	struct host_route rt;
	bool is_in;

	if (host_link_sysctl(h, in, LINK_SYSCTL_src_valid_mark))
		back.mark = flow->mark;
	host_route(h, &back, &rt);
	if (!rt.out)
		return unknown;
	is_in = rt.out == in;
	if (rt.type == ROUTE_LOCAL &&
	    host_link_sysctl(h, in, LINK_SYSCTL_accept_local))
		is_in = host_addr_type(h, flow->nfproto, &flow->saddr, in) ==
			ROUTE_LOCAL;
	else if (rt.type != ROUTE_UNICAST)
		return REASON_martian;
	if (is_in) {
		*near = !rt.has_gateway;
		return REASON_NONE;
	}
	if (!has_addr(h, in))
		return unknown;
	if (filter == 1)
		return REASON_rp_filter;
	back.oif = in->ifindex;
	*near = host_route(h, &back, &rt) == ROUTE_UNICAST && !rt.has_gateway;
	return REASON_NONE;
}

static bool sends_redirects(const struct host *h, const struct host_link *link)
{
	return host_link_sysctl(h, link, LINK_SYSCTL_send_redirects);
}

/* fib_validate_source(): an address of this host does not come in by a link,
 * nor, with rp_filter, one that is reached by another link. @oif: of the link
 * it will leave by, 0 when it stays. */
static enum reason validate_source(const struct path_run *run,
				   const struct host_flow *flow, uint32_t oif,
				   bool *near)
{
	const struct host *h = run->p->cfg.host;
	const struct host_link *in = run->pkt->in;
	int64_t filter = host_link_sysctl(h, in, LINK_SYSCTL_rp_filter);

	*near = false;
	if (unlikely(filter) ||
	    unlikely(oif == in->ifindex && sends_redirects(h, in)))
		return source_by_route(run, flow, oif, filter, near);
	if (host_link_sysctl(h, in, LINK_SYSCTL_accept_local))
		return REASON_NONE;
	if (unlikely(host_has_own_routing(h)))
		return source_by_route(run, flow, oif, 0, near);
	return host_addr_is_local(h, flow->nfproto, &flow->saddr)
		       ? REASON_martian
		       : REASON_NONE;
}

/* The unicast half of __mkroute_input(): may it be forwarded, and should its
 * sender hear of a shorter way? */
static enum reason route_forward4(struct path_run *run,
				  const struct host_flow *flow,
				  const struct host_route *rt)
{
	const struct host *h = run->p->cfg.host;
	const struct host_link *in = run->pkt->in;
	enum reason reason;
	bool near;

	if (!host_link_sysctl(h, in, LINK_SYSCTL_forwarding))
		return REASON_not_forwarding;
	reason = validate_source(run, flow, rt->out->ifindex, &near);
	run->redirect = near && rt->out == in && sends_redirects(h, in) &&
			(host_link_sysctl(h, in, LINK_SYSCTL_shared_media) ||
			 host_on_subnet(h, in, flow->saddr.ip,
					rt->has_gateway ? rt->gateway.ip : 0));
	return reason;
}

/* The route that refuses, or that is not there; who does not forward says so
 * to nobody (ip_error()). */
static enum reason no_way4(const struct path_run *run,
			   enum host_route_type type)
{
	return host_link_sysctl(run->p->cfg.host, run->pkt->in,
				LINK_SYSCTL_forwarding)
		       ? reason_of_type(type)
		       : REASON_not_forwarding;
}

/* Loopback addresses come in by a link only where that is asked for. */
static bool loopback_refused(const struct path_run *run, be32_t s, be32_t d)
{
	return (ip4_is_loopback(s) || ip4_is_loopback(d)) &&
	       !host_link_sysctl(run->p->cfg.host, run->pkt->in,
				 LINK_SYSCTL_route_localnet);
}

/* ip_route_input_rcu(), the multicast half, without multicast routing: only
 * the group that every host is in. */
static enum reason route_input_multicast(const struct host_flow *flow,
					 struct host_route *rt)
{
	be32_t s = flow->saddr.ip;

	if (ip4_is_multicast(s) || ip4_is_lbcast(s) || ip4_is_loopback(s))
		return REASON_martian;
	if (!host_is_member4(&flow->daddr))
		return REASON_not_joined;
	rt->type = ROUTE_MULTICAST;
	return REASON_NONE;
}

static enum reason route_input4(struct path_run *run,
				const struct host_flow *flow,
				struct host_route *rt)
{
	be32_t s = flow->saddr.ip, d = flow->daddr.ip;
	bool near;

	if (ip4_is_multicast(d))
		return route_input_multicast(flow, rt);
	if (ip4_is_multicast(s) || ip4_is_lbcast(s))
		return REASON_martian;
	if (ip4_is_lbcast(d) || (!s && !d)) {
		rt->type = ROUTE_BROADCAST;
		return ip4_is_zeronet(s) ? REASON_NONE
					 : validate_source(run, flow, 0, &near);
	}
	if (ip4_is_zeronet(s) || ip4_is_zeronet(d) ||
	    loopback_refused(run, s, d))
		return REASON_martian;
	switch (host_route(run->p->cfg.host, flow, rt)) {
	case ROUTE_LOCAL:
	case ROUTE_BROADCAST:
		return validate_source(run, flow, 0, &near);
	case ROUTE_UNICAST:
		return route_forward4(run, flow, rt);
	default:
		return no_way4(run, rt->type);
	}
}

static enum reason route_input6(struct path_run *run,
				const struct host_flow *flow,
				struct host_route *rt)
{
	const struct host *h = run->p->cfg.host;

	if (flow->daddr.b[0] == 0xff) {
		if (!host_is_member6(h, run->pkt->in, &flow->daddr))
			return REASON_not_joined;
		rt->type = ROUTE_MULTICAST;
		return REASON_NONE;
	}
	switch (host_route(h, flow, rt)) {
	case ROUTE_LOCAL:
	case ROUTE_ANYCAST:
		return REASON_NONE;
	case ROUTE_UNICAST:
		return host_sysctl(h, SYSCTL_ip6_forward)
			       ? REASON_NONE
			       : REASON_not_forwarding;
	default:
		return reason_of_type(rt->type);
	}
}

static enum reason told(const struct path_run *run, const struct host_route *rt,
			enum reason reason)
{
	const struct path_trace *tr = run->p->trace;

	if (unlikely(tr))
		tr->route(tr->data, run->pkt, rt, reason);
	return reason;
}

enum reason route_input(struct path_run *run, const union inet_addr *daddr,
			struct host_route *rt)
{
	const struct packet *pkt = run->pkt;
	struct host_flow flow;
	enum reason reason;

	flow_init(&flow, pkt, pkt->in ? pkt->in->ifindex : 1);
	if (daddr)
		flow.daddr = *daddr;
	rt->type = ROUTE_UNSPEC;
	rt->out = NULL;
	if (run->pkt->nfproto == NFPROTO_IPV4)
		reason = route_input4(run, &flow, rt);
	else
		reason = route_input6(run, &flow, rt);
	if (reason == REASON_NONE && rt->type == ROUTE_UNICAST)
		run->pkt->out = rt->out;
	return told(run, rt, reason);
}

bool route_may_leave(const struct path_run *run, const union inet_addr *saddr,
		     const struct host_route *rt)
{
	return run->pkt->nfproto != NFPROTO_IPV4 ||
	       !ip4_is_loopback(saddr->ip) || rt->out->is_loopback ||
	       host_link_sysctl(run->p->cfg.host, rt->out,
				LINK_SYSCTL_route_localnet);
}

enum reason route_output(struct path_run *run, struct host_route *rt)
{
	struct host_flow flow;

	flow_init(&flow, run->pkt, 1);
	flow.oif = run->oif;
	host_route(run->p->cfg.host, &flow, rt);
	if (!rt->out)
		return told(run, rt, reason_of_type(rt->type));
	run->pkt->out = rt->out;
	return told(run, rt, REASON_NONE);
}
