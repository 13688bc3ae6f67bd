/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * One pass over the type-length-value options. Padding is limited to what
 * alignment can need (7 bytes between options, zeros), options that count are
 * limited to 8 (net.ipv6.max_hbh_opts_number), and what is not known is judged
 * by the two highest bits of its type.
 */
#include "packet/ip6opt.h"

#include <netinet/icmp6.h>

enum {
	IP6_HDR_LEN = 40,
	OPT_PAD1 = 0,
	OPT_PADN = 1,
	OPT_ROUTER_ALERT = 5,
	OPT_CALIPSO = 7,
	OPT_JUMBO = 0xc2,
	MAX_PADDING = 7,
	MAX_OPTIONS = 8,
};

static bool wrong(struct ip6_problem *problem, uint8_t code, uint32_t at)
{
	*problem = (struct ip6_problem){ .code = code, .at = at };
	return false;
}

/* RFC 2675: 4 bytes at 4n+2, over 65535, and the payload length is zero. */
static bool jumbo_ok(struct packet *pkt, uint32_t off,
		     struct ip6_problem *problem)
{
	const uint8_t *opt = pkt->data + off;
	uint32_t payload;

	if (opt[1] != 4 || (off & 3) != 2)
		return false;
	payload = get_be32(opt + 2);
	if (payload <= UINT16_MAX)
		return wrong(problem, ICMP6_PARAMPROB_HEADER, off + 2);
	if (get_be16(pkt->data + 4))
		return wrong(problem, ICMP6_PARAMPROB_HEADER, off);
	if (payload > pkt->wire_len - IP6_HDR_LEN)
		return false;
	pkt->wire_len = payload + IP6_HDR_LEN;
	pkt->len = MIN(pkt->len, pkt->wire_len);
	return true;
}

static bool calipso_ok(const uint8_t *opt)
{
	return opt[1] >= 8 && opt[6] * 4 + 8 <= opt[1];
}

/* The two highest bits: skip over it; discard; discard and say so; say so but
 * not to a group. */
static bool unknown_ok(const struct packet *pkt, uint32_t off,
		       struct ip6_problem *problem)
{
	const bool to_group = pkt->data[24] == 0xff;

	switch (pkt->data[off] >> 6) {
	case 0:
		return true;
	case 1:
		return false;
	case 3:
		if (to_group)
			return false;
	}
	return wrong(problem, ICMP6_PARAMPROB_OPTION, off);
}

static bool option_ok(struct packet *pkt, uint32_t off,
		      struct ip6_problem *problem)
{
	const uint8_t *opt = pkt->data + off;

	if (opt[0] == OPT_ROUTER_ALERT)
		return opt[1] == 2;
	if (opt[0] == OPT_JUMBO)
		return jumbo_ok(pkt, off, problem);
	if (opt[0] == OPT_CALIPSO)
		return calipso_ok(opt);
	return unknown_ok(pkt, off, problem);
}

static bool is_zero(const uint8_t *p, unsigned len)
{
	while (len--)
		if (*p++)
			return false;
	return true;
}

bool ip6_hopopts_ok(struct packet *pkt, struct ip6_problem *problem)
{
	const uint8_t *hdr = packet_read(pkt, IP6_HDR_LEN, 8);
	unsigned options = 0, padding = 0, opt_len;
	uint32_t off = IP6_HDR_LEN + 2, left;

	*problem = (struct ip6_problem){ 0 };
	if (!hdr || !packet_read(pkt, IP6_HDR_LEN, (hdr[1] + 1) * 8))
		return false;
	for (left = (hdr[1] + 1) * 8 - 2; left; off += opt_len) {
		const uint8_t *opt = pkt->data + off;

		if (opt[0] == OPT_PAD1) {
			opt_len = 1;
			padding++;
		} else if (left < 2 || opt[1] + 2u > left) {
			return false;
		} else if (opt[0] == OPT_PADN) {
			opt_len = opt[1] + 2;
			padding += opt_len;
			if (!is_zero(opt + 2, opt[1]))
				return false;
		} else {
			opt_len = opt[1] + 2;
			padding = 0;
			if (++options > MAX_OPTIONS ||
			    !option_ok(pkt, off, problem))
				return false;
		}
		if (padding > MAX_PADDING)
			return false;
		left -= opt_len;
	}
	return true;
}
