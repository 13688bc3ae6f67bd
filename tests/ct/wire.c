/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/ct/wire.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "packet/csum.h"

static const uint8_t hosts4[2][4] = { { 10, 1, 0, 2 }, { 10, 2, 0, 2 } };
static const uint8_t hosts6[2][16] = {
	{ 0xfd, 1, [15] = 2 },
	{ 0xfd, 2, [15] = 2 },
};

void wire_fix(struct wire *w)
{
	struct packet pkt;

	if (!w->v6) {
		be16_t sum;

		memset(w->buf + 10, 0, 2);
		sum = csum_ip_header(w->buf, 20);
		memcpy(w->buf + 10, &sum, 2);
	}
	packet_init(&pkt, w->buf, sizeof(w->buf), w->buf, w->len, w->len);
	pkt.nfproto = w->v6 ? NFPROTO_IPV6 : NFPROTO_IPV4;
	packet_csum_l4_fill(&pkt, w->proto, w->l4_off);
}

void wire_addrs4(struct wire *w, uint32_t src, uint32_t dst)
{
	put_be32(w->buf + 12, src);
	put_be32(w->buf + 16, dst);
	wire_fix(w);
}

void wire_ip(struct wire *w, bool v6, enum way way, uint8_t proto,
	     const void *payload, uint32_t len)
{
	assert(len <= WIRE_MAX - 40);
	memset(w, 0, sizeof(*w));
	w->v6 = v6;
	w->way = way;
	w->proto = proto;
	w->l4_off = v6 ? 40 : 20;
	w->len = w->l4_off + len;
	if (len)
		memcpy(w->buf + w->l4_off, payload, len);
	if (v6) {
		w->buf[0] = 0x60;
		put_be16(w->buf + 4, (uint16_t)len);
		w->buf[6] = proto;
		w->buf[7] = 64;
		memcpy(w->buf + 8, hosts6[way], 16);
		memcpy(w->buf + 24, hosts6[!way], 16);
	} else {
		w->buf[0] = 0x45;
		put_be16(w->buf + 2, (uint16_t)w->len);
		w->buf[8] = 64;
		w->buf[9] = proto;
		memcpy(w->buf + 12, hosts4[way], 4);
		memcpy(w->buf + 16, hosts4[!way], 4);
	}
	wire_fix(w);
}

uint32_t wire_hex(const char *hex, uint8_t *out, uint32_t max)
{
	uint32_t n = 0;
	unsigned byte;

	while (hex && n < max) {
		while (isspace((unsigned char)*hex))
			hex++;
		if (sscanf(hex, "%2x", &byte) != 1)
			break;
		out[n++] = (uint8_t)byte;
		hex += 2;
	}
	return n;
}

static uint8_t tcp_flags(const char *text)
{
	static const char letters[] = "FSRP.UEW";
	uint8_t flags = 0;

	for (; *text; text++)
		flags |= (uint8_t)(1 << (strchr(letters, *text) - letters));
	return flags;
}

void wire_tcp(struct wire *w, bool v6, uint16_t cport, uint16_t sport,
	      const struct segment_spec *spec)
{
	uint8_t th[WIRE_MAX] = { 0 };
	uint32_t opts = wire_hex(spec->opts, th + 20, 40);
	uint32_t header = 20 + ALIGN_UP(opts, 4u);

	assert(header + spec->len <= WIRE_MAX);
	put_be16(th, spec->way == C2S ? cport : sport);
	put_be16(th + 2, spec->way == C2S ? sport : cport);
	put_be32(th + 4, spec->seq);
	put_be32(th + 8, spec->ack);
	th[12] = (uint8_t)(header / 4 << 4);
	th[13] = tcp_flags(spec->flags);
	put_be16(th + 14, spec->win);
	wire_ip(w, v6, spec->way, IPPROTO_TCP, th, header + spec->len);
}

void wire_udp(struct wire *w, bool v6, enum way way, uint16_t cport,
	      uint16_t sport, uint16_t len)
{
	uint8_t uh[WIRE_MAX] = { 0 };

	put_be16(uh, way == C2S ? cport : sport);
	put_be16(uh + 2, way == C2S ? sport : cport);
	put_be16(uh + 4, (uint16_t)(8 + len));
	wire_ip(w, v6, way, IPPROTO_UDP, uh, 8u + len);
}

void wire_icmp(struct wire *w, bool v6, enum way way, uint8_t type,
	       uint8_t code, uint16_t id, const void *data, uint32_t len)
{
	uint8_t ih[WIRE_MAX] = { type, code };

	put_be16(ih + 4, id);
	if (len)
		memcpy(ih + 8, data, len);
	wire_ip(w, v6, way, v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP, ih, 8 + len);
}

void lab_open(struct lab *lab, const struct ct_config *cfg)
{
	if (cfg)
		lab->cfg = *cfg;
	else
		ct_config_init(&lab->cfg);
	lab->t = ct_table_new(&lab->cfg);
	/* A date in 2023; the other clock a bit before it wraps as jiffies do */
	lab->now.wall_ns = 1700000000 * NS_PER_SEC;
	lab->now.mono_ns = (UINT64_C(1) << 32) * NS_PER_TICK - 30 * NS_PER_SEC;
}

void lab_close(struct lab *lab)
{
	ct_table_free(lab->t);
	lab->t = NULL;
}

void lab_wait(struct lab *lab, uint64_t ms)
{
	lab->now.wall_ns += ms * NS_PER_MS;
	lab->now.mono_ns += ms * NS_PER_MS;
}

enum reason lab_in(struct lab *lab, struct wire *w, uint8_t hook,
		   struct packet *pkt)
{
	packet_init(pkt, w->buf, sizeof(w->buf), w->buf,
		    w->cut ? w->cut : w->len, w->len);
	pkt->hook = hook;
	if (hook == NF_INET_LOCAL_OUT)
		pkt->flags |= PKT_LOCAL_OUT;
	pkt->reason = packet_receive(pkt);
	if (pkt->reason != REASON_NONE)
		return pkt->reason;
	packet_decode(pkt);
	ct_in_prefetch(lab->t, pkt, 1);
	return ct_in(lab->t, pkt, &lab->now);
}

struct seen lab_send(struct lab *lab, struct wire *w)
{
	struct seen seen = { 0 };
	struct packet pkt;

	seen.verdict = lab_in(lab, w, NF_INET_PRE_ROUTING, &pkt);
	if (seen.verdict == REASON_NONE)
		seen.verdict = ct_confirm(lab->t, &pkt, &lab->now);
	seen.state = ct_state_bits(&pkt);
	seen.reason = pkt.ct_reason;
	seen.dir = ct_packet_dir(&pkt);
	if (pkt.ct) {
		const char *name = ct_proto_state(pkt.ct);

		seen.id = ct_id(pkt.ct);
		seen.status = ct_status_bits(pkt.ct);
		seen.expires_ms = ct_expires_ms(pkt.ct, &lab->now);
		snprintf(seen.tcp, sizeof(seen.tcp), "%s", name ? name : "");
	}
	ct_packet_release(lab->t, &pkt);
	return seen;
}

struct list_to {
	struct lab *lab;
	bool extended;
	FILE *f;
};

static int list_one(struct ct_conn *ct, void *data)
{
	struct list_to *to = data;

	ct_print(ct, &to->lab->now, to->extended, to->f);
	return 0;
}

char *lab_list(struct lab *lab, bool extended)
{
	char *text = NULL;
	size_t len;
	struct list_to to = { lab, extended, open_memstream(&text, &len) };

	ct_table_foreach(lab->t, &lab->now, list_one, &to);
	fclose(to.f);
	return text;
}
