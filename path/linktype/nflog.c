/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets that a `log group` statement sent: a family, then attributes as
 * nfnetlink_log has them, in the capturing machine's byte order. The packet is
 * one of them. The group may have cut it (log snaplen) without saying so; then
 * the IP header still tells how long it was.
 */
#include "path/linktype.h"

enum {
	NFLOG_HDR_LEN = 4,
	NFULA_PACKET_HDR = 1,
	NFULA_PAYLOAD = 9,
};

static uint16_t load16(const struct frame *f, const uint8_t *p)
{
	uint16_t v = load_raw16(p);

	return f->swapped ? __builtin_bswap16(v) : v;
}

static bool is_ip(uint16_t protocol)
{
	return protocol == ETHERTYPE_IP4 || protocol == ETHERTYPE_IP6;
}

/* The wire had at least what the IP header says. */
static void restore_wire_len(struct frame *f)
{
	uint32_t total = 0;

	if (f->protocol == ETHERTYPE_IP4 && f->len >= 20)
		total = get_be16(f->p + 2);
	else if (f->protocol == ETHERTYPE_IP6 && f->len >= 40)
		total = 40u + get_be16(f->p + 4);
	f->wire_len = MAX(f->wire_len, total);
}

static bool strip(struct frame *f)
{
	uint16_t protocol = 0;

	if (!frame_pull(f, NFLOG_HDR_LEN) || f->p[-3] != 0)
		return false;
	while (f->len >= 4) {
		uint32_t len = load16(f, f->p);
		uint16_t type = load16(f, f->p + 2) & 0x7fff;

		if (len < 4 || (len > f->len && type != NFULA_PAYLOAD))
			return false;
		if (type == NFULA_PACKET_HDR && len >= 6)
			protocol = get_be16(f->p + 4);
		if (type == NFULA_PAYLOAD) {
			f->wire_len = len - 4;
			f->p += 4;
			f->len = MIN(f->len, len) - 4;
			f->protocol = protocol;
			if (!is_ip(protocol) && !frame_ip(f))
				return false;
			restore_wire_len(f);
			return true;
		}
		if (!frame_pull(f, MIN(f->len, ALIGN_UP(len, 4u))))
			return false;
	}
	return false;
}

const struct linktype linktype_nflog = {
	.name = "NFLOG",
	.values = { 239, -1 },
	.strip = strip,
};
