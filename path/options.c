/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IPv4 options: what the host checks, fills in and answers with.
 *
 * Theory of operation
 *
 * The options of a packet that came in are read once it is routed, between
 * PREROUTING and what follows: one that is wrong is a parameter problem, whose
 * pointer names the byte. The host's address and the time go in at once, into
 * record route and timestamps, and the header's checksum stays behind until
 * the packet has passed FORWARD: rules at INPUT and FORWARD see it so, and so
 * do quotes.
 *
 *	options_receive()	after routing; a source route may route anew
 *	options_reread()	of fragments that waited for each other behind that
 *	options_forward()	after FORWARD: the address of the output link
 *	options_echo_way()	where an ICMP error about the packet goes
 *	options_echo()		and what it has of its options
 *
 * An ICMP error has the options of the packet it is about: record route and
 * timestamps as they are, a source route turned round.
 *
 * Ref: __ip_options_compile(), ip_options_rcv_srr(), ip_forward_options(),
 * __ip_options_echo(), ip_options_build(); RFC 791, RFC 1812.
 */
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>

#include "packet/csum.h"
#include "path/internal.h"

enum {
	HDR_LEN = 20,
	TS_ONLY = 0,
	TS_AND_ADDR = 1,
	TS_PRESPEC = 3,
	CIPSO = 134,
	CIPSO_SHORTEST = 8,
	ROUTER_ALERT_SHORTEST = 4,
	ADDR_LEN = 4,
};

/**
 * struct reading - the options of a packet being read
 * @iph:	its header, which is written to
 * @at:		the byte that is wrong, from @iph; 0: none
 */
struct reading {
	struct path_run *run;
	uint8_t *iph;
	struct ip4_options *o;
	uint32_t at;
};

static bool wrong(struct reading *r, const uint8_t *where)
{
	r->at = (uint32_t)(where - r->iph);
	return false;
}

/* Milliseconds of the day, as timestamps have them. */
static void put_time(const struct path_run *run, uint8_t *to)
{
	const uint64_t day_ms = UINT64_C(86400000);

	put_be32(to, (uint32_t)(run->now->wall_ns / NS_PER_MS % day_ms));
}

/* fib_compute_spec_dst(): the address by which the sender knows this host. */
static void put_own_addr(const struct path_run *run, uint8_t *to)
{
	const struct host *h = run->p->cfg.host;
	const struct packet *pkt = run->pkt;
	const bool by_mark =
		host_link_sysctl(h, pkt->in, LINK_SYSCTL_src_valid_mark);
	const struct host_flow flow = {
		.nfproto = NFPROTO_IPV4,
		.tos = pkt->data[1],
		.daddr = packet_saddr(pkt),
		.iif = 1,
		.mark = by_mark ? pkt->mark : 0,
	};
	union inet_addr addr = packet_daddr(pkt);

	if (run->route != ROUTE_LOCAL) {
		addr.ip = host_option_addr(h, &flow);
		if (!addr.ip)
			host_select_addr(h, pkt->in, NFPROTO_IPV4, &flow.daddr,
					 &addr);
	}
	memcpy(to, &addr.ip, ADDR_LEN);
}

static bool read_source_route(struct reading *r, uint8_t *opt)
{
	if (opt[1] < 3)
		return wrong(r, opt + 1);
	if (opt[2] < 4)
		return wrong(r, opt + 2);
	if (r->o->srr)
		return wrong(r, opt);
	r->o->strict = opt[0] == IPOPT_SSRR;
	r->o->srr = (uint8_t)(opt - r->iph);
	return true;
}

static bool read_record_route(struct reading *r, uint8_t *opt)
{
	if (r->o->rr)
		return wrong(r, opt);
	if (opt[1] < 3)
		return wrong(r, opt + 1);
	if (opt[2] < 4)
		return wrong(r, opt + 2);
	if (opt[2] <= opt[1]) {
		if (opt[2] + 3 > opt[1])
			return wrong(r, opt + 2);
		put_own_addr(r->run, opt + opt[2] - 1);
		opt[2] += ADDR_LEN;
		r->o->changed = r->o->rr_needaddr = true;
	}
	r->o->rr = (uint8_t)(opt - r->iph);
	return true;
}

static bool is_unicast(const struct path_run *run, const uint8_t *at)
{
	const union inet_addr addr = { .ip = load_raw32(at) };

	return host_addr_type(run->p->cfg.host, NFPROTO_IPV4, &addr, NULL) ==
	       ROUTE_UNICAST;
}

/* A timestamp option with room left: enter what its kind asks for. */
static bool stamp(struct reading *r, uint8_t *opt)
{
	uint8_t *here = opt + opt[2] - 1;
	const unsigned kind = opt[3] & 0x0f;
	const bool with_addr = kind == TS_AND_ADDR || kind == TS_PRESPEC;

	if (opt[2] + 3 > opt[1] || (with_addr && opt[2] + 7 > opt[1]))
		return wrong(r, opt + 2);
	if (kind != TS_ONLY && !with_addr)
		return true;
	/* for another host */
	if (kind == TS_PRESPEC && is_unicast(r->run, here))
		return true;
	if (kind == TS_AND_ADDR) {
		put_own_addr(r->run, here);
		r->o->ts_needaddr = true;
	}
	put_time(r->run, with_addr ? here + ADDR_LEN : here);
	r->o->ts_needtime = r->o->changed = true;
	opt[2] += with_addr ? 2 * ADDR_LEN : ADDR_LEN;
	return true;
}

static bool read_timestamp(struct reading *r, uint8_t *opt)
{
	if (r->o->ts)
		return wrong(r, opt);
	if (opt[1] < 4)
		return wrong(r, opt + 1);
	if (opt[2] < 5)
		return wrong(r, opt + 2);
	if (opt[2] <= opt[1]) {
		if (!stamp(r, opt))
			return false;
	} else if ((opt[3] & 0x0f) != TS_PRESPEC) {
		/* no room: count those who found none */
		if (opt[3] >> 4 == 15)
			return wrong(r, opt + 3);
		opt[3] = (uint8_t)(opt[3] + 0x10);
		r->o->changed = true;
	}
	r->o->ts = (uint8_t)(opt - r->iph);
	return true;
}

/* cipso_v4_validate(): no domain of interpretation is set up, so that whatever
 * it names is unknown */
static bool read_cipso(struct reading *r, uint8_t *opt)
{
	if (r->o->cipso)
		return wrong(r, opt);
	r->o->cipso = (uint8_t)(opt - r->iph);
	return wrong(r, opt + (opt[1] < CIPSO_SHORTEST ? 1 : 2));
}

static bool read_option(struct reading *r, uint8_t *opt)
{
	switch (opt[0]) {
	case IPOPT_SSRR:
	case IPOPT_LSRR:
		return read_source_route(r, opt);
	case IPOPT_RR:
		return read_record_route(r, opt);
	case IPOPT_TIMESTAMP:
		return read_timestamp(r, opt);
	case IPOPT_RA:
		return opt[1] >= ROUTER_ALERT_SHORTEST || wrong(r, opt + 1);
	case CIPSO:
		return read_cipso(r, opt);
	}
	return true;
}

/* Behind the end there are only ends. */
static void clear_rest(struct ip4_options *o, uint8_t *opt, unsigned left)
{
	for (; left; left--, opt++) {
		o->changed |= *opt != IPOPT_END;
		*opt = IPOPT_END;
	}
}

/* __ip_options_compile() */
static bool read_options(struct reading *r)
{
	uint8_t *opt = r->iph + HDR_LEN;
	unsigned left = r->o->len, len;

	for (; left; left -= len, opt += len) {
		len = 1;
		if (opt[0] == IPOPT_END) {
			clear_rest(r->o, opt + 1, left - 1);
			return true;
		}
		if (opt[0] == IPOPT_NOP)
			continue;
		if (left < 2 || opt[1] < 2 || opt[1] > left)
			return wrong(r, opt);
		len = opt[1];
		if (!read_option(r, opt))
			return false;
	}
	return true;
}

static void problem(struct path_run *run, uint32_t at)
{
	answer_icmp4(run, ICMP_PARAMETERPROB, 0, at << 24);
}

/*
 * The rest of ip_options_rcv_srr(): the packet has come to where its source
 * route led. Go on to the next address in it that is not this host's own.
 */
static enum reason next_hop(struct path_run *run, struct host_route *rt)
{
	struct ip4_options *o = &run->opt;
	uint8_t *iph = run->pkt->data, *opt = iph + o->srr;
	unsigned at = opt[2];
	union inet_addr hop = { .q = { 0, 0 } };

	for (; at <= opt[1]; at += ADDR_LEN) {
		if (at + 3 > opt[1]) {
			problem(run, o->srr + 2u);
			return REASON_ip_options;
		}
		memcpy(&hop.ip, opt + at - 1, ADDR_LEN);
		if (route_input(run, &hop, rt) != REASON_NONE)
			return REASON_source_route;
		if (rt->type == ROUTE_UNICAST)
			break;
		if (rt->type != ROUTE_LOCAL)
			return REASON_source_route;
		memcpy(iph + 16, &hop.ip, ADDR_LEN);
		o->changed = true;
	}
	run->route = rt->type;
	if (at <= opt[1]) {
		o->srr_is_hit = o->changed = true;
		o->next_hop = hop.ip;
	}
	return REASON_NONE;
}

/* ip_options_rcv_srr() */
static enum reason receive_source_route(struct path_run *run,
					struct host_route *rt)
{
	if (!host_link_sysctl(run->p->cfg.host, run->pkt->in,
			      LINK_SYSCTL_accept_source_route) ||
	    run->pkt->pkttype != PKTTYPE_HOST)
		return REASON_source_route;
	if (rt->type == ROUTE_LOCAL)
		return next_hop(run, rt);
	if (rt->type != ROUTE_UNICAST)
		return REASON_source_route;
	if (!run->opt.strict)
		return REASON_NONE;
	problem(run, 16);
	return REASON_source_route;
}

enum reason options_receive(struct path_run *run, struct host_route *rt)
{
	struct packet *pkt = run->pkt;
	struct reading r = { .run = run, .iph = pkt->data, .o = &run->opt };

	r.o->len = (uint8_t)((pkt->data[0] & 15) * 4 - HDR_LEN);
	pkt->flags |= PKT_DIRTY;
	if (!read_options(&r)) {
		problem(run, r.at);
		return REASON_ip_options;
	}
	return r.o->srr ? receive_source_route(run, rt) : REASON_NONE;
}

/* Who has room left in an option now had it before, and has entered himself. */
void options_reread(struct path_run *run)
{
	const uint8_t *iph = run->pkt->data;
	const unsigned end = (iph[0] & 15) * 4;
	struct ip4_options *o = &run->opt;
	uint8_t kind;

	*o = (struct ip4_options){ .len = (uint8_t)(end - HDR_LEN) };
	for (unsigned at = HDR_LEN; at < end && iph[at] != IPOPT_END;
	     at += iph[at] == IPOPT_NOP ? 1 : iph[at + 1]) {
		switch (iph[at]) {
		case IPOPT_SSRR:
		case IPOPT_LSRR:
			o->srr = (uint8_t)at;
			break;
		case IPOPT_RR:
			o->rr = (uint8_t)at;
			o->rr_needaddr = true;
			break;
		case IPOPT_TIMESTAMP:
			o->ts = (uint8_t)at;
			kind = iph[at + 3] & 0x0f;
			o->ts_needaddr = kind == TS_AND_ADDR;
			o->ts_needtime = true;
			break;
		}
	}
}

/* ip_rt_get_source(): the address of the link that the packet leaves by. */
static void put_output_addr(const struct path_run *run,
			    const struct host_route *rt, uint8_t *to)
{
	const struct host *h = run->p->cfg.host;
	const struct packet *pkt = run->pkt;
	const struct host_flow flow = {
		.nfproto = NFPROTO_IPV4,
		.tos = pkt->data[1],
		.saddr = packet_saddr(pkt),
		.daddr = packet_daddr(pkt),
		.iif = pkt->in->ifindex,
		.oif = rt->out->ifindex,
		.mark = pkt->mark,
	};
	union inet_addr addr = { .ip = host_option_addr(h, &flow) };

	if (!addr.ip)
		host_select_addr(h, rt->out, NFPROTO_IPV4,
				 rt->has_gateway ? &rt->gateway : &flow.daddr,
				 &addr);
	memcpy(to, &addr.ip, ADDR_LEN);
}

/* The source route has been followed by one hop. */
static void enter_hop(const struct path_run *run, const struct host_route *rt)
{
	const struct ip4_options *o = &run->opt;
	uint8_t *iph = run->pkt->data, *opt = iph + o->srr;
	unsigned at = opt[2];

	while (at + 3u <= opt[1] && load_raw32(opt + at - 1) != o->next_hop)
		at += ADDR_LEN;
	if (at + 3u > opt[1])
		return;
	memcpy(iph + 16, &o->next_hop, ADDR_LEN);
	put_output_addr(run, rt, opt + at - 1);
	opt[2] = (uint8_t)(at + ADDR_LEN);
}

void options_forward(struct path_run *run, const struct host_route *rt)
{
	const struct ip4_options *o = &run->opt;
	uint8_t *iph = run->pkt->data;
	be16_t check;

	if (o->rr_needaddr)
		put_output_addr(run, rt, iph + o->rr + iph[o->rr + 2] - 5);
	if (o->srr_is_hit) {
		enter_hop(run, rt);
		if (o->ts_needaddr)
			put_output_addr(run, rt,
					iph + o->ts + iph[o->ts + 2] - 9);
	}
	if (!o->changed)
		return;
	memset(iph + 10, 0, 2);
	check = csum_ip_header(iph, HDR_LEN + o->len);
	memcpy(iph + 10, &check, sizeof(check));
}

/* --- in an answer --------------------------------------------------------- */

/**
 * struct echo - the options of an answer being written
 * @from:	whom the answer is from
 * @out:	behind its IP header, 40 bytes
 */
struct echo {
	const struct path_run *run;
	const union inet_addr *from;
	uint8_t *out;
	uint32_t len;
};

/* Add the option at @off of the packet's header as it is. */
static uint8_t *echo_copy(struct echo *e, uint8_t off)
{
	const uint8_t *opt = e->run->pkt->data + off;
	uint8_t *to = e->out + e->len;

	memcpy(to, opt, opt[1]);
	e->len += opt[1];
	return to;
}

/* The host enters itself once more, as the answer's sender. */
static bool echo_record_route(struct echo *e)
{
	uint8_t *opt = echo_copy(e, e->run->opt.rr);

	if (!e->run->opt.rr_needaddr || opt[2] > opt[1])
		return true;
	if (opt[2] + 3 > opt[1])
		return false;
	memcpy(opt + opt[2] - 1, &e->from->ip, ADDR_LEN);
	opt[2] += ADDR_LEN;
	return true;
}

static bool echo_timestamp(struct echo *e)
{
	const struct ip4_options *o = &e->run->opt;
	uint8_t *opt = echo_copy(e, o->ts);
	unsigned at = opt[2];
	bool time = o->ts_needtime;

	if (at > opt[1])
		return true;
	if (o->ts_needaddr) {
		if (at + 3 > opt[1])
			return false;
		memcpy(opt + at - 1, &e->from->ip, ADDR_LEN);
		at += ADDR_LEN;
	}
	if (time && at + 3 > opt[1])
		return false;
	if (time && (opt[3] & 0x0f) == TS_PRESPEC) {
		time = at + 7 <= opt[1] && !is_unicast(e->run, opt + at - 1);
		at += time ? ADDR_LEN : 0;
	}
	if (time) {
		put_time(e->run, opt + at - 1);
		at += ADDR_LEN;
	}
	opt[2] = (uint8_t)at;
	return true;
}

/* The way it came, back: the address that was passed last is the first to go
 * to, and the sender comes at the end. */
static void echo_source_route(struct echo *e, union inet_addr *to)
{
	const uint8_t *opt = e->run->pkt->data + e->run->opt.srr;
	const be32_t sender = load_raw32(e->run->pkt->data + 12);
	uint8_t *out = e->out + e->len;
	int at = MIN(opt[2], opt[1] + 1) - ADDR_LEN, n = ADDR_LEN;
	be32_t first;

	if (at <= 3)
		return;
	first = load_raw32(opt + at - 1);
	for (at -= ADDR_LEN; at > 3; at -= ADDR_LEN, n += ADDR_LEN)
		memcpy(out + n - 1, opt + at - 1, ADDR_LEN);
	if (load_raw32(opt + at + 3) == sender)
		n -= ADDR_LEN;
	if (n <= 3)
		return;
	to->ip = first;
	out[0] = opt[0];
	out[1] = (uint8_t)(n + 3);
	out[2] = 4;
	memcpy(out + out[1] - ADDR_LEN, &sender, ADDR_LEN);
	e->len += out[1];
}

void options_echo_way(const struct path_run *run, union inet_addr *to)
{
	uint8_t unused[OPTIONS_MAX];
	struct echo e = { .run = run, .out = unused };

	if (run->opt.srr)
		echo_source_route(&e, to);
}

bool options_echo(const struct path_run *run, const union inet_addr *from,
		  uint8_t *out, uint32_t *len)
{
	struct echo e = { .run = run, .from = from, .out = out };
	const struct ip4_options *o = &run->opt;
	union inet_addr to;

	if ((o->rr && !echo_record_route(&e)) || (o->ts && !echo_timestamp(&e)))
		return false;
	if (o->srr)
		echo_source_route(&e, &to);
	if (o->cipso)
		echo_copy(&e, o->cipso);
	while (e.len % 4)
		out[e.len++] = IPOPT_END;
	*len = e.len;
	return true;
}
