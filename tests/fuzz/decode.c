/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as packets, one after the other (a length byte pair before each):
 * received, decoded, put together, cut, logged. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "lab/packet_line.h"
#include "packet/csum.h"
#include "packet/frag.h"
#include "packet/logline.h"
#include "packet/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void drop_piece(void *data, struct packet *frag)
{
}

/* One packet in memory of exactly its size, so that a byte too far is seen. */
static void one(struct frag_queue *q, const uint8_t *bytes, uint32_t len,
		struct nv_time *now)
{
	uint8_t *copy = malloc(len ? len : 1);
	struct strbuf text = STRBUF_INIT;
	enum reason reason = REASON_NONE;
	struct packet pkt;

	memcpy(copy, bytes, len);
	packet_init(&pkt, copy, len, copy, len, len);
	pkt.reason = packet_receive(&pkt);
	if (pkt.reason == REASON_NONE) {
		packet_decode(&pkt);
		packet_line(&text, &pkt);
		logline_format(&text, &pkt, "eth0", "", 1, "x", 0x3f);
		if (pkt.flags & PKT_L4)
			packet_csum_l4(&pkt, pkt.l4proto, pkt.l4_off);
		if (frag_in(q, &pkt, FRAG_USER_CONNTRACK_IN, now, &reason) ==
		    FRAG_COMPLETE) {
			packet_decode(&pkt);
			packet_line(&text, &pkt);
			frag_output(q, &pkt, 1280, drop_piece, NULL);
		}
	}
	now->mono_ns += NS_PER_SEC;
	frag_expire(q, now);
	strbuf_fini(&text);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct frag_queue *q = frag_queue_new();
	struct nv_time now = { 0, 0 };

	while (len >= 2) {
		size_t n = (size_t)bytes[0] << 8 | bytes[1];

		bytes += 2;
		len -= 2;
		n = MIN(n, len);
		one(q, bytes, (uint32_t)n, &now);
		bytes += n;
		len -= n;
	}
	frag_queue_free(q);
	return 0;
}
