/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Network address translation: what the four NAT steps of the hooks and the
 * nat expressions of the VM do.
 *
 *	rule: nat, masq, redir		nat_setup(), nat_masquerade(),
 *					nat_redirect()
 *	no rule did anything		nat_null_binding()
 *	then, and for every packet	nat_packet(), nat_icmp_error()
 *
 * Ref: nf_nat_core.c, nf_nat_proto.c, nf_nat_masquerade.c, nf_nat_redirect.c.
 */
#ifndef NFTVM_NAT_NAT_H
#define NFTVM_NAT_NAT_H

#include "base/rng.h"
#include "ct/ct.h"
#include "host/host.h"

/* NF_NAT_RANGE_*, as the nat expression's flags attribute has them */
#include <linux/netfilter/nf_nat.h>

/**
 * struct nat_range - what a connection's address and port may become
 * @flags:	NF_NAT_RANGE_*
 * @min, @max:	addresses, with NF_NAT_RANGE_MAP_IPS
 * @min_port, @max_port: ports or ICMP ids, with NF_NAT_RANGE_PROTO_SPECIFIED
 * @base_port:	what offsets count from, with NF_NAT_RANGE_PROTO_OFFSET
 */
struct nat_range {
	uint32_t flags;
	union inet_addr min, max;
	be16_t min_port, max_port, base_port;
};

enum nat_manip {
	NAT_SRC,
	NAT_DST,
};

/**
 * struct nat_env - what NAT works with; borrowed for the call
 * @rng:	for ports that are drawn
 */
struct nat_env {
	struct ct_table *ct;
	const struct host *host;
	struct rng *rng;
	const struct nv_time *now;
};

/** nat_hook_manip() - which of the two a hook does (HOOK2MANIP()) */
static inline enum nat_manip nat_hook_manip(uint8_t hook)
{
	return hook == NF_INET_POST_ROUTING || hook == NF_INET_LOCAL_IN
		       ? NAT_SRC
		       : NAT_DST;
}

/** nat_done_bit() - the status bit that says a manip was decided */
static inline uint32_t nat_done_bit(enum nat_manip manip)
{
	return manip == NAT_SRC ? IPS_SRC_NAT_DONE : IPS_DST_NAT_DONE;
}

/**
 * nat_setup() - bind the packet's connection: choose, alter its reply tuple
 * @pkt:	has a connection; a confirmed one stays as it is
 *
 * Ref: nf_nat_setup_info().
 * Return: REASON_NONE: go on; or why the packet is to be dropped.
 */
enum reason nat_setup(const struct nat_env *env, struct packet *pkt,
		      const struct nat_range *range, enum nat_manip manip);

/** nat_null_binding() - no rule maps it: it keeps its address, and its port
 * unless that is taken (nf_nat_alloc_null_binding()) */
enum reason nat_null_binding(const struct nat_env *env, struct packet *pkt,
			     enum nat_manip manip);

/**
 * nat_masquerade() - take the source address of the output link
 * @range:	ports and flags
 *
 * Ref: nf_nat_masquerade_ipv4(), nf_nat_masquerade_ipv6().
 */
enum reason nat_masquerade(const struct nat_env *env, struct packet *pkt,
			   const struct nat_range *range);

/** nat_redirect() - to this host itself: the address of the input link, or
 * loopback for what is sent here (nf_nat_redirect_ipv4(), _ipv6()) */
enum reason nat_redirect(const struct nat_env *env, struct packet *pkt,
			 const struct nat_range *range);

/**
 * nat_follow_master() - bind an expected connection both ways as the one that
 * announced it
 *
 * One that does not follow its master stays as it is.
 *
 * Ref: nf_nat_follow_master().
 */
enum reason nat_follow_master(const struct nat_env *env, struct packet *pkt);

/** nat_netmap() - narrow @range to the one address whose host bits are those
 * of the packet's (nft_nat_setup_netmap()) */
void nat_netmap(struct nat_range *range, const struct packet *pkt,
		enum nat_manip manip);

/**
 * nat_link_changed() - was it masqueraded by another link's address?
 *
 * Then the connection is to be deleted and the packet dropped:
 * nf_nat_oif_changed().
 */
bool nat_link_changed(const struct packet *pkt);

/** nat_applies() - is the packet's direction rewritten by this manip? */
bool nat_applies(const struct packet *pkt, enum nat_manip manip);
/** nat_target() - what packets of its direction are rewritten to, when both
 * manips were done; false: nothing that could be */
bool nat_target(const struct packet *pkt, struct ct_tuple *out);

/**
 * nat_packet() - rewrite what the bindings say, at the hook the packet is at
 *
 * Checksums are repaired. Ref: nf_nat_packet().
 * Return: REASON_NONE, or why the packet is to be dropped.
 */
enum reason nat_packet(const struct nat_env *env, struct packet *pkt);

/**
 * nat_icmp_error() - the same for an ICMP error: the packet it quotes, too
 * @l4_off:	of the ICMP header
 *
 * Ref: nf_nat_icmp_reply_translation(), nf_nat_icmpv6_reply_translation().
 */
enum reason nat_icmp_error(const struct nat_env *env, struct packet *pkt,
			   uint32_t l4_off);

#endif
