/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Helpers and expectations, as the rest of the engine sees them: a rule gives a
 * new connection its helper (ct_helper_set()), which then reads every packet at
 * the last step of POSTROUTING and INPUT (ct_help()) and announces connections
 * to come.
 */
#ifndef NFTVM_CT_HELP_H
#define NFTVM_CT_HELP_H

#include "ct/ct.h"

struct ct_helper;
struct rng;

/* Flags of expectations (NF_CT_EXPECT_*). */
enum {
	CT_EXPECT_PERMANENT = 1,
	CT_EXPECT_INACTIVE = 2,
	CT_EXPECT_USERSPACE = 4,
};

/** ct_helper_find() - the helper of a name and transport protocol; NULL: none
 * for connections of @l3, NFPROTO_IPV4 or NFPROTO_IPV6
 * (nf_conntrack_helper_try_module_get()) */
const struct ct_helper *ct_helper_find(const char *name, uint8_t l3,
				       uint8_t l4proto);

/** ct_helper_name() - its name */
const char *ct_helper_name(const struct ct_helper *helper);

/**
 * ct_helper_set() - give the packet's connection a helper
 * @helper:	for its IP version; NULL: none, nothing is done
 *
 * Only a new connection of the helper's protocol, once; anything else stays as
 * it is.
 *
 * Ref: nft_ct_helper_obj_eval().
 */
void ct_helper_set(struct ct_table *t, const struct packet *pkt,
		   const struct ct_helper *helper);

/** ct_helper_of() - a connection's helper; NULL: none */
const struct ct_helper *ct_helper_of(const struct ct_conn *ct);

/** ct_master() - the connection that announced this one; NULL: none */
const struct ct_conn *ct_master(const struct ct_conn *ct);

/**
 * ct_follow() - is a new connection to be translated as its master is?
 * @dir:	direction of the master that it goes in
 * @port:	what its destination port is without NAT
 *
 * Ref: nf_nat_follow_master().
 */
bool ct_follow(const struct ct_conn *ct, enum ct_dir *dir, be16_t *port);

/**
 * ct_help() - what stands before ct_confirm(): the helper looks at the packet,
 * sequence numbers are adjusted
 *
 * Ref: nf_confirm().
 * Return: REASON_NONE, or why the packet is to be dropped.
 */
enum reason ct_help(struct ct_table *t, struct packet *pkt,
		    const struct nv_time *now, struct rng *rng);

/**
 * ct_seqadj_undo() - turn adjusted numbers of a segment back into those that
 * its sender sent
 * @pkt:	decoded, not tracked yet; a segment of the connection of @tuple,
 *		numbered as the receiver sees it
 */
void ct_seqadj_undo(struct ct_table *t, struct packet *pkt,
		    const struct ct_tuple *tuple, const struct nv_time *now);

/**
 * struct ct_expect_view - an expectation for who looks at it
 * @tuple:	its source counts only as far as the next two say
 * @plain:	what @tuple would be without NAT
 * @master:	original tuple of its master
 * @secs:	seconds left
 */
struct ct_expect_view {
	struct ct_tuple tuple, plain, master;
	bool any_saddr, any_sport;
	uint8_t class, flags;
	uint16_t zone;
	uint32_t secs;
	const char *helper;
};

/** ct_expect_foreach() - every expectation, in order of creation; ends with
 * what is not 0 from @fn, and returns it */
int ct_expect_foreach(struct ct_table *t, const struct nv_time *now,
		      int (*fn)(const struct ct_expect_view *view, void *data),
		      void *data);

/** ct_expect_print() - one line as `conntrack -L expect` prints it */
void ct_expect_print(const struct ct_expect_view *view, FILE *out);

#endif
