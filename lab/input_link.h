/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which link a captured packet came in by. */
#ifndef NFTVM_LAB_INPUT_LINK_H
#define NFTVM_LAB_INPUT_LINK_H

#include <stdio.h>

#include "host/host.h"
#include "packet/packet.h"
#include "path/capture.h"

/**
 * struct input_link - what is remembered between packets
 * @host:	borrowed
 * @makes_links: links that captures name become the host's: it has no file
 * @last_iface, @last_link: the interface name seen last, and its link
 * @unknown:	how many packets named a link that the host does not have
 */
struct input_link {
	struct host *host;
	bool makes_links;
	FILE *err;
	const char *last_iface;
	const struct host_link *last_link;
	uint64_t unknown;
};

void input_link_init(struct input_link *in, struct host *host, bool makes_links,
		     FILE *err);

/**
 * input_link_of() - the link, or NULL for a packet that this host sends
 *
 * The interface that the capture names ("local": this host); else, a source
 * address of the host's own means that it was sent here; else the link of the
 * route back to the source, or the first one when there is no such route.
 *
 * A host without a file has addresses that were guessed, or given to tell its
 * own packets: of one of these where the capture does not tell the direction,
 * the source comes first, and the interface's name second.
 */
const struct host_link *input_link_of(struct input_link *in,
				      const struct packet *pkt,
				      const struct capture_frame *frame);

/** input_link_of_source() - the last of these: the link of the route back, NULL
 * for the host's own */
const struct host_link *input_link_of_source(const struct input_link *in,
					     const struct packet *pkt);

#endif
