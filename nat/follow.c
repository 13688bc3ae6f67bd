/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Connections that another one announced in a payload which a helper rewrote:
 * the announcement named the translated address, so the connection comes to it
 * and is sent on to where the announcer is.
 */
#include "ct/help.h"
#include "nat/nat.h"

static struct nat_range one_address(const union inet_addr *addr)
{
	return (struct nat_range){
		.flags = NF_NAT_RANGE_MAP_IPS,
		.min = *addr,
		.max = *addr,
	};
}

enum reason nat_follow_master(const struct nat_env *env, struct packet *pkt)
{
	const struct ct_conn *master = ct_master(pkt->ct);
	struct ct_tuple opposite;
	struct nat_range range;
	enum reason reason;
	enum ct_dir dir;
	be16_t port;

	if (!master || !ct_follow(pkt->ct, &dir, &port))
		return REASON_NONE;
	ct_tuple(master, (enum ct_dir) !dir, &opposite);
	/* from where the master's packets of this direction come */
	range = one_address(&opposite.dst);
	reason = nat_setup(env, pkt, &range, NAT_SRC);
	if (reason != REASON_NONE)
		return reason;
	range = one_address(&opposite.src);
	range.flags |= NF_NAT_RANGE_PROTO_SPECIFIED;
	range.min_port = range.max_port = port;
	return nat_setup(env, pkt, &range, NAT_DST);
}
