/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Expectations: connections that another one has announced
 * (nf_conntrack_expect.c). Private to ct/; ct/help.h has what others see.
 *
 * Life: a helper fills a struct ct_expect and ct_expect_add() copies it into
 * the table. The first packet that fits it takes it (ct_expect_take()), or it
 * ends with its time, with its master, or for a newer one.
 */
#ifndef NFTVM_CT_EXPECT_H
#define NFTVM_CT_EXPECT_H

#include "ct/key.h"

struct ct_helper;

#define CT_EXPECT_BUCKETS 256

/**
 * struct ct_expect - one expectation
 * @key:	tuple and zone of the first packet; source address and port
 *		count only as far as the next two say
 * @any_saddr, @any_sport: source may be anything
 * @class:	index into the helper's policies
 * @flags:	CT_EXPECT_* (ct/help.h)
 * @helper:	of the master: its policies hold
 * @master:	entry that announced it; no reference: the expectation ends
 *		with it
 * @id:		serial number, from 1; 0: not in the table
 * @end:	tick at which it is over
 * @follow:	the new connection is translated as its master is
 * @dir:	with @follow: direction of the master that it goes in
 * @saved_port:	with @follow: what the destination port was before NAT
 * @next, @next_of_master: newest first, index + 1
 */
struct ct_expect {
	struct ct_key key;
	bool any_saddr, any_sport, follow;
	uint8_t class, flags, dir;
	be16_t saved_port;
	const struct ct_helper *helper;
	struct ct_conn *master;
	uint32_t id, end;
	uint32_t next, next_of_master;
};

/**
 * struct ct_expects - all expectations of a table
 * @v:		bounded by the configuration's expect_max; grows to it
 * @heads:	by hash of destination and protocol
 * @count:	how many there are
 * @soonest:	no expectation is over before this tick
 */
struct ct_expects {
	struct ct_expect *v;
	uint32_t room, free, count, next_id, soonest, lock;
	uint32_t heads[CT_EXPECT_BUCKETS];
};

struct ct_table;

void ct_expects_fini(struct ct_expects *x);

/**
 * ct_expect_add() - nf_ct_expect_related()
 * @exp:	key, any_*, class, helper, master, follow, ... filled in; copied
 *
 * Replaces an equal one of the same master; evicts the oldest of a full class.
 *
 * Return: 0, -EALREADY: another master's, -EBUSY: overlaps another, -EMFILE:
 * there are too many, -ESHUTDOWN: the master has no helper.
 */
int ct_expect_add(struct ct_table *t, const struct ct_expect *exp,
		  uint32_t now);

/** ct_expect_del() - take back the one that is equal to @exp, if it is there */
void ct_expect_del(struct ct_table *t, const struct ct_expect *exp,
		   uint32_t now);

/**
 * ct_expect_take() - is a connection with this tuple expected?
 * @key:	of its first packet
 * @out:	the expectation, which is gone unless it is permanent
 *
 * The master has one more reference, the caller's.
 *
 * Ref: nf_ct_find_expectation().
 */
bool ct_expect_take(struct ct_table *t, const struct ct_key *key, uint32_t now,
		    struct ct_expect *out);

/** ct_expect_forget() - @master is deleted: so are its expectations
 * (nf_ct_remove_expectations()) */
void ct_expect_forget(struct ct_table *t, struct ct_conn *master);

#endif
