/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packet/ip4opt.h"

#include <netinet/ip.h>

enum {
	HDR_LEN = 20,
	CIPSO = 134,
	TS_AND_ADDR = 1,
	TS_PRESPEC = 3,
	ADDR_LEN = 4,
};

/* struct found - offsets of what has been read; 0: there is none */
struct found {
	uint8_t srr, rr, ts, ra;
	bool strict;
};

/* To be sent, it has its first hop still before it. */
static bool source_route_ok(const struct found *f, const uint8_t *opt)
{
	return !f->srr && opt[1] >= 3 + ADDR_LEN && (opt[1] - 3) % 4 == 0 &&
	       opt[2] == 4;
}

static bool record_route_ok(const struct found *f, const uint8_t *opt)
{
	return !f->rr && opt[1] >= 3 && opt[2] >= 4 &&
	       (opt[2] > opt[1] || opt[2] + 3 <= opt[1]);
}

static bool timestamp_ok(const struct found *f, const uint8_t *opt)
{
	unsigned kind;

	if (f->ts || opt[1] < 4 || opt[2] < 5)
		return false;
	kind = opt[3] & 0x0f;
	if (opt[2] > opt[1])
		return kind == TS_PRESPEC || opt[3] >> 4 < 15;
	return opt[2] + 3 <= opt[1] &&
	       ((kind != TS_AND_ADDR && kind != TS_PRESPEC) ||
		opt[2] + 7 <= opt[1]);
}

static bool take(struct found *f, const uint8_t *opt, uint8_t at)
{
	switch (opt[0]) {
	case IPOPT_SSRR:
	case IPOPT_LSRR:
		f->strict = opt[0] == IPOPT_SSRR;
		if (!source_route_ok(f, opt))
			return false;
		f->srr = at;
		return true;
	case IPOPT_RR:
		if (!record_route_ok(f, opt))
			return false;
		f->rr = at;
		return true;
	case IPOPT_TIMESTAMP:
		if (!timestamp_ok(f, opt))
			return false;
		f->ts = at;
		return true;
	case IPOPT_RA:
		if (opt[1] < 4)
			return false;
		if (!opt[2] && !opt[3])
			f->ra = at;
		return true;
	}
	return opt[0] != CIPSO; /* of which no domain is known */
}

/* False: one of them is wrong. */
static bool compile(struct found *f, const uint8_t *iph, unsigned end)
{
	unsigned at = HDR_LEN;

	while (at < end && iph[at] != IPOPT_END) {
		if (iph[at] == IPOPT_NOP) {
			at++;
			continue;
		}
		if (end - at < 2 || iph[at + 1] < 2 || iph[at + 1] > end - at ||
		    !take(f, iph + at, (uint8_t)at))
			return false;
		at += iph[at + 1];
	}
	return true;
}

int ip4_option_find(const struct packet *pkt, uint8_t type)
{
	const uint8_t *iph = packet_read(pkt, 0, HDR_LEN);
	const unsigned end = iph ? (iph[0] & 15) * 4u : 0;
	struct found f = { 0 };
	uint8_t at = 0;

	if (pkt->nfproto != NFPROTO_IPV4 || end <= HDR_LEN ||
	    !packet_read(pkt, 0, end) || !compile(&f, iph, end))
		return -1;
	switch (type) {
	case IPOPT_SSRR:
	case IPOPT_LSRR:
		at = f.strict == (type == IPOPT_SSRR) ? f.srr : 0;
		break;
	case IPOPT_RR:
		at = f.rr;
		break;
	case IPOPT_RA:
		at = f.ra;
		break;
	}
	return at ? at : -1;
}
