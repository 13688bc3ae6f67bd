/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <netinet/in.h>

#include "base/byteorder.h"
#include "gen_match.h"

enum {
	/* how often a packet is drawn until one is as wanted */
	TRIES = 100
};

void aim_at(struct aim *a, const struct frame *f)
{
	memset(a, 0, sizeof(*a));
	a->f = f;
	a->v6 = f->len >= 40 && f->data[0] >> 4 == 6;
	a->proto = f->len < 20 ? 0 : a->v6 ? f->data[6] : f->data[9];
	a->l4 = a->v6 ? 40 : 20;
	a->is_fragment = f->len < a->l4 + 8 ||
			 (!a->v6 && (get_be16(f->data + 6) & 0x1fff));
}

static bool sees(const char *family, const struct aim *a)
{
	return a->f->len >= 20 && strcmp(family, a->v6 ? "ip" : "ip6") != 0;
}

bool aim_pick(struct aim *a, const struct generated *g, struct rng *rng,
	      const char *family, aim_fits *fits)
{
	/* 0: any */
	static const uint8_t protos[] = { IPPROTO_TCP, IPPROTO_UDP,
					  IPPROTO_ICMP, IPPROTO_ICMPV6, 0 };
	const uint8_t proto = pick(rng, protos);

	for (int left = TRIES; left; left--) {
		const struct step *s =
			&g->sent.steps.v[rng_below(rng, g->sent.steps.len)];
		bool wanted;

		aim_at(a, &s->in);
		a->inet = !strcmp(family, "inet");
		wanted = (!proto || a->proto == proto) && (!fits || fits(a));
		if (sees(family, a) && (wanted || left < TRIES / 4))
			return true;
	}
	return false;
}
