/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A journey in the lines of `nft monitor trace`. */
#ifndef NFTVM_LAB_TRACE_NFT_H
#define NFTVM_LAB_TRACE_NFT_H

#include <stdio.h>

#include "api/engine.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "path/path.h"

/**
 * struct trace_nft_run - a base chain that runs on a packet
 * @told:	the packet itself was shown in it
 */
struct trace_nft_run {
	const struct packet *pkt;
	const struct vm_chain *base;
	bool told;
};

/** struct trace_nft_looped - what is said of a packet that came in by loopback */
struct trace_nft_looped {
	const struct packet *pkt;
	struct strbuf lines;
};

/**
 * struct trace_nft - such a listing under way
 * @trace:	for the path
 * @id:		of the packet
 * @runs:	the packet's, and those of answers to it, the newest last
 * @lines:	what is said
 * @looped:	of packets that come in by loopback, which wait their turn
 * @chosen:	rules choose what is traced: packets without their flag are not
 */
struct trace_nft {
	const struct nftvm *nv;
	struct path_trace trace;
	uint32_t id;
	VEC(struct trace_nft_run) runs;
	struct strbuf lines;
	VEC(struct trace_nft_looped) looped;
	bool chosen;
};

/** trace_nft_init() - where no rule sets nftrace, all packets are traced;
 * trace_nft_fini() it */
void trace_nft_init(struct trace_nft *t, const struct nftvm *nv);
/** trace_nft_begin() - @pkt is about to run */
void trace_nft_begin(struct trace_nft *t, const struct packet *pkt);
/** trace_nft_end() - it has: what there is to say */
void trace_nft_end(const struct trace_nft *t, FILE *out);
void trace_nft_fini(struct trace_nft *t);

#endif
