/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * A connection's first packet decides, once at the destination's hook and once
 * at the source's, what becomes of all of them: a binding. It is the reply
 * tuple altered; how packets are rewritten follows from it (nat/apply.c). So a
 * connection that both hooks change (a hairpin, for one) needs nothing
 * special: the second binding starts from what the first one left.
 *
 * When no rule binds a connection it gets the null binding: its own address,
 * its own port. Where that port is taken, because an earlier connection was
 * translated to it, even the null binding changes the source port.
 *
 * What is altered makes the entry a wide one (ct/conn.h); with that, and their
 * two places in the index and one among the sources (ct/source.h), translated
 * ones take some 50 bytes more.
 *
 * Threads. A binding is made on an unconfirmed entry, which is the caller's
 * alone, and never changes after. Two connections may choose the same free
 * port at the same time: confirm finds out, as in the kernel.
 */
#include "nat/nat.h"

#include "ct/nat.h"
#include "nat/unique.h"

/* nf_nat_initialized() and nf_ct_is_confirmed(): nothing more to decide. */
static bool is_bound(const struct packet *pkt, enum nat_manip manip)
{
	return ct_status_bits(pkt->ct) & (IPS_CONFIRMED | nat_done_bit(manip));
}

enum reason nat_setup(const struct nat_env *env, struct packet *pkt,
		      const struct nat_range *range, enum nat_manip manip)
{
	struct ct_tuple reply, current, chosen;
	uint32_t bits = nat_done_bit(manip);

	if (is_bound(pkt, manip))
		return REASON_NONE;
	ct_tuple(pkt->ct, CT_DIR_REPLY, &reply);
	if (!ct_tuple_invert(&reply, &current))
		return REASON_nat_short;
	nat_unique_tuple(env, pkt->ct, &current, range, manip, &chosen);
	if (!ct_tuple_eq(&chosen, &current)) {
		if (!ct_tuple_invert(&chosen, &reply) ||
		    !ct_nat_reply_set(env->ct, pkt, &reply))
			return REASON_nat_full;
		bits |= manip == NAT_SRC ? IPS_SRC_NAT : IPS_DST_NAT;
		if (manip == NAT_SRC)
			ct_nat_remember_source(env->ct, pkt->ct);
	}
	ct_status_add(pkt->ct, bits);
	return REASON_NONE;
}

enum reason nat_null_binding(const struct nat_env *env, struct packet *pkt,
			     enum nat_manip manip)
{
	struct nat_range range = { .flags = NF_NAT_RANGE_MAP_IPS };
	struct ct_tuple reply;

	if (is_bound(pkt, manip))
		return REASON_NONE;
	if (manip == NAT_DST && !nat_is_icmp(ct_l4(pkt->ct))) {
		/* Its own address without ports to choose from: nothing is
		 * looked up, nothing changes (get_unique_tuple()). */
		ct_status_add(pkt->ct, IPS_DST_NAT_DONE);
		return REASON_NONE;
	}
	ct_tuple(pkt->ct, CT_DIR_REPLY, &reply);
	range.min = range.max = manip == NAT_SRC ? reply.dst : reply.src;
	return nat_setup(env, pkt, &range, manip);
}

/* Bind to one address, with the ports of @range. */
static enum reason setup_addr(const struct nat_env *env, struct packet *pkt,
			      const struct nat_range *range,
			      const union inet_addr *addr, enum nat_manip manip)
{
	struct nat_range one = *range;

	one.flags |= NF_NAT_RANGE_MAP_IPS;
	one.min = one.max = *addr;
	return nat_setup(env, pkt, &one, manip);
}

/* The next hop of a packet that leaves by its output link. */
static union inet_addr next_hop(const struct nat_env *env,
				const struct packet *pkt)
{
	const struct host_flow flow = {
		.nfproto = pkt->nfproto,
		.l4proto = pkt->l4proto,
		.tos = pkt->nfproto == NFPROTO_IPV4 ? pkt->data[1] : 0,
		.daddr = packet_daddr(pkt),
		.iif = 1,
		.oif = pkt->out->ifindex,
		.mark = pkt->mark,
	};
	struct host_route rt;

	host_route(env->host, &flow, &rt);
	return rt.has_gateway ? rt.gateway : flow.daddr;
}

enum reason nat_masquerade(const struct nat_env *env, struct packet *pkt,
			   const struct nat_range *range)
{
	const bool v4 = pkt->nfproto == NFPROTO_IPV4;
	union inet_addr addr, to;
	struct ct_tuple original;

	ct_tuple(pkt->ct, CT_DIR_ORIGINAL, &original);
	/* A host that does not know its address yet: DHCP. */
	if (v4 && !original.src.ip)
		return REASON_NONE;
	to = v4 ? next_hop(env, pkt) : packet_daddr(pkt);
	if (!host_select_addr(env->host, pkt->out, pkt->nfproto, &to, &addr))
		return REASON_nat_no_address;
	if (is_bound(pkt, NAT_SRC))
		return REASON_NONE;
	if (!ct_nat_set_masq_link(env->ct, pkt, pkt->out->ifindex))
		return REASON_nat_full;
	return setup_addr(env, pkt, range, &addr, NAT_SRC);
}

static union inet_addr loopback_addr(const struct packet *pkt)
{
	union inet_addr a = { .q = { 0, 0 } };

	if (pkt->nfproto == NFPROTO_IPV4)
		a.ip = htobe32(0x7f000001);
	else
		a.b[15] = 1;
	return a;
}

enum reason nat_redirect(const struct nat_env *env, struct packet *pkt,
			 const struct nat_range *range)
{
	union inet_addr addr = loopback_addr(pkt), to = packet_daddr(pkt);

	if (pkt->hook != NF_INET_LOCAL_OUT &&
	    !host_link_addr(env->host, pkt->in, pkt->nfproto, &to, &addr))
		return REASON_nat_no_address;
	return setup_addr(env, pkt, range, &addr, NAT_DST);
}

void nat_netmap(struct nat_range *range, const struct packet *pkt,
		enum nat_manip manip)
{
	union inet_addr addr = manip == NAT_SRC ? packet_saddr(pkt)
						: packet_daddr(pkt);

	for (int i = 0; i < 2; i++) {
		uint64_t host = range->min.q[i] ^ range->max.q[i];

		addr.q[i] = (addr.q[i] & host) | (range->min.q[i] & ~host);
	}
	range->min = range->max = addr;
}
