/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames of all link types, and what must be left of them. */
#ifndef NFTVM_TESTS_PATH_FRAMES_H
#define NFTVM_TESTS_PATH_FRAMES_H

#include "tests/path/capfile.h"

#define MACS "\x02\0\0\0\0\1\x02\0\0\0\0\2"
#define IP4  "\x45\0\0\x14\0\0\0\0\x40\x11\0\0\1\2\3\4\5\6\7\x08"
#define IP6                      \
	"\x60\0\0\0\0\0\x3b\x40" \
	"0123456789abcdef0123456789abcdef"

#define FRAME(b) b, sizeof(b) - 1

/**
 * struct frame_case - a frame
 * @link:	LINKTYPE_* in the file
 * @ip_at:	where its IP packet begins; -1: there is none
 */
struct frame_case {
	const char *name;
	uint32_t link;
	const char *bytes;
	size_t len;
	int ip_at;
	uint16_t protocol;
	uint8_t pkttype;
	bool outgoing;
};

static inline void check_frame(const struct frame_case *c)
{
	uint32_t len = (uint32_t)c->len;
	struct strbuf b =
		pcap_of(c->link, c->bytes, len, len + 100, false, true);
	struct seen s = read_bytes(b.s, b.len);

	strbuf_fini(&b);
	cr_assert_null(s.error, "%s: %s", c->name, s.error);
	cr_expect_eq(s.packets, c->ip_at >= 0, "%s", c->name);
	if (c->ip_at < 0 || !s.packets)
		return;
	cr_expect_eq(s.last.len, len - (uint32_t)c->ip_at, "%s", c->name);
	cr_expect_eq(memcmp(s.data, c->bytes + c->ip_at, s.last.len), 0, "%s",
		     c->name);
	if (c->link != 239) /* NFLOG says itself how long the packet was */
		cr_expect_eq(s.last.wire_len, s.last.len + 100, "%s", c->name);
	cr_expect_eq(be16toh(s.last.protocol), c->protocol, "%s", c->name);
	cr_expect_eq(s.pkttype, c->pkttype, "%s", c->name);
	cr_expect_eq(s.outgoing, c->outgoing, "%s", c->name);
	cr_expect_eq(!!(s.last.flags & PKT_HAS_L2), c->link == 1, "%s",
		     c->name);
	if (c->link == 1)
		cr_expect_eq(s.last.l2_len, c->ip_at, "%s", c->name);
}

static inline void check_frames(const struct frame_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++)
		check_frame(&cases[i]);
}

#endif
