/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many connections went past a point: the lists behind `ct count`
 * (nf_conncount.c).
 */
#ifndef NFTVM_CT_CONNCOUNT_H
#define NFTVM_CT_CONNCOUNT_H

#include "base/vec.h"
#include "ct/ct.h"

/**
 * struct ct_conncount - connections, each by its original tuple, oldest first
 * @swept:	tick at which closed ones were last looked for
 * @swept_len:	how many were left then
 *
 * All zero is an empty one; vec_fini(&count->tuples) ends it.
 */
struct ct_conncount {
	VEC(struct ct_tuple) tuples;
	uint32_t swept;
	size_t swept_len;
};

/**
 * ct_conncount_packet() - the connection of @pkt is one of @count's from now on
 * @pkt:	after packet_decode()
 *
 * Connections that are over or closed leave the list, so that its length is
 * how many there are; for new ones at most once per tick (4 ms), as in the kernel.
 *
 * Ref: __nf_conncount_add().
 * Return: false: the packet has no tuple; drop it.
 */
bool ct_conncount_packet(struct ct_table *t, struct ct_conncount *count,
			 const struct packet *pkt, const struct nv_time *now);

#endif
