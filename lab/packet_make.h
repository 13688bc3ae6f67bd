/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From what was said of a packet (parser/packet.h) to its bytes.
 *
 * What was not said is as a plain sender would have it: lengths, checksums,
 * what comes next, TTL 64, port 40000, a first segment for TCP, an echo request
 * where no transport protocol was named, addresses that fit the input link.
 */
#ifndef NFTVM_LAB_PACKET_MAKE_H
#define NFTVM_LAB_PACKET_MAKE_H

#include "packet/packet.h"
#include "parser/packet.h"

struct host;
struct nftvm;

/* Room for any packet with what is in front of it and behind. */
#define PACKET_ROOM (2 * 65536)

/**
 * packet_make() - a packet as it comes in
 * @items:	what is said, from parser_packet()
 * @host:	whose links and routes say what was not
 * @buf:	PACKET_ROOM bytes, borrowed as long as @pkt lives
 * @pkt:	initialised: bytes, l2, in (NULL: sent by the host), mark, pkttype,
 *		priority, protocol
 *
 * Return: 0; -1 with a diagnostic: it cannot be made.
 */
int packet_make(struct diags *d, const struct host *host,
		const struct packet_item *items, uint8_t *buf,
		struct packet *pkt);

/**
 * packet_from_text() - the same from the text itself
 * @nv:		whose links it may name, whose diagnostics it is told in
 * @span:	the text, in a source that these know
 */
int packet_from_text(const struct nftvm *nv, const struct loc *span,
		     uint8_t *buf, struct packet *pkt);

#endif
