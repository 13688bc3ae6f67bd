/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets as text: the bytes that they are made of (from the RFCs, checksums
 * by the rules of RFC 1071), what is refused, and that printing and reading
 * back is a fixed point, over every frame of the captures.
 */
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "api/engine.h"
#include "base/alloc.h"
#include "base/strbuf.h"
#include "lab/packet_make.h"
#include "lab/packet_print.h"
#include "packet/csum.h"
#include "path/capture.h"

static const char router[] = "link add lan\nlink add wan\n"
			     "addr add 10.1.0.1/24 dev lan\n"
			     "addr add fd01::1/64 dev lan\n"
			     "addr add 203.0.113.2/24 dev wan\n"
			     "route add default via 203.0.113.1 dev wan\n";

struct lab {
	struct nftvm *nv;
	uint8_t *buf;
	struct packet pkt;
};

static void lab_init(struct lab *l)
{
	uint32_t source;

	l->nv = nftvm_new(0);
	l->buf = xmalloc(PACKET_ROOM);
	source = diag_source_add(l->nv->diags, "host", router,
				 sizeof(router) - 1, NULL);
	cr_assert(!host_parse(l->nv->host, l->nv->diags, source));
	l->nv->links = LINKS_HOST;
}

static void lab_fini(struct lab *l)
{
	nftvm_free(l->nv);
	free(l->buf);
}

static int read_text(struct lab *l, const char *text, struct packet *pkt)
{
	const struct loc span = { diag_source_add(l->nv->diags, "packet", text,
						  strlen(text), NULL),
				  0, (uint32_t)strlen(text) };

	return packet_from_text(l->nv, &span, l->buf, pkt);
}

static void print(struct lab *l, const struct packet *pkt, struct strbuf *out)
{
	struct parser_env env;

	engine_env(l->nv, &env);
	packet_print(&env, l->nv->host, pkt, out);
}

/* @text is the packet of these bytes (hexadecimal), and its words @said. */
static void expect(const char *text, const char *hex, const char *said)
{
	struct strbuf got = STRBUF_INIT;
	struct lab l;

	lab_init(&l);
	if (read_text(&l, text, &l.pkt)) {
		diags_print(l.nv->diags, stderr);
		cr_assert_fail("%s", text);
	}
	for (uint32_t i = 0; i < l.pkt.len; i++)
		strbuf_printf(&got, "%02x", l.pkt.data[i]);
	cr_expect_str_eq(strbuf_str(&got), hex, "%s:\n%s\nnot %s", text,
			 strbuf_str(&got), hex);
	strbuf_reset(&got);
	print(&l, &l.pkt, &got);
	cr_expect_str_eq(strbuf_str(&got), said, "%s:\n%s\nnot %s", text,
			 strbuf_str(&got), said);
	strbuf_fini(&got);
	lab_fini(&l);
}

/* IPv4 and TCP headers by RFC 791 and 9293, sums by another program. */
Test(packet_text, tcp)
{
	expect("iif lan ip daddr 192.0.2.9 tcp dport 443",
	       "4500002800010000"
	       "4006aec3"
	       "0a010002"
	       "c0000209"
	       "9c4001bb"
	       "000003e8"
	       "00000000"
	       "5002faf0"
	       "47020000",
	       "iif lan ip saddr 10.1.0.2 ip daddr 192.0.2.9 "
	       "tcp sport 40000 tcp dport 443 tcp flags syn");
}

Test(packet_text, udp_with_text)
{
	expect("meta mark 5 iif wan ip saddr 192.0.2.9 ip daddr 10.1.0.1 "
	       "udp sport 5 udp dport 6 payload \"hi\\n\"",
	       "4500001f00010000"
	       "4011aec2"
	       "c0000209"
	       "0a010001"
	       "00050006"
	       "000bc158"
	       "68690a",
	       "iif wan meta mark 0x00000005 ip saddr 192.0.2.9 "
	       "ip daddr 10.1.0.1 udp sport 5 udp dport 6 "
	       "payload \"hi\\n\"");
}

Test(packet_text, ping6)
{
	expect("iif lan ip6 saddr fd01::9 ip6 daddr fd01::1 icmpv6 id 7",
	       "60000000"
	       "00083a40"
	       "fd010000000000000000000000000009"
	       "fd010000000000000000000000000001"
	       "800085a7"
	       "00070001",
	       "iif lan ip6 saddr fd01::9 ip6 daddr fd01::1 "
	       "icmpv6 type echo-request icmpv6 id 7");
}

/* ---- a fixed point over the captures ------------------------------------- */

static void same(const struct packet *a, const struct packet *b,
		 const char *text)
{
	cr_assert_eq(a->len, b->len, "%s: %u bytes, not %u", text, b->len,
		     a->len);
	cr_assert(!memcmp(a->data, b->data, a->len), "%s", text);
	cr_assert_eq(a->in, b->in, "%s", text);
	cr_assert_eq(a->mark, b->mark, "%s", text);
	cr_assert_eq(a->pkttype, b->pkttype, "%s", text);
}

struct tally {
	size_t packets, raw;
};

static void fixed_point(struct lab *l, const struct packet *pkt,
			struct tally *t)
{
	struct strbuf one = STRBUF_INIT, two = STRBUF_INIT;
	struct packet again;

	print(l, pkt, &one);
	if (read_text(l, strbuf_str(&one), &again)) {
		diags_print(l->nv->diags, stderr);
		cr_assert_fail("%s", strbuf_str(&one));
	}
	same(pkt, &again, strbuf_str(&one));
	print(l, &again, &two);
	cr_assert_str_eq(strbuf_str(&one), strbuf_str(&two));
	t->packets++;
	t->raw += strstr(strbuf_str(&one), " raw hex ") != NULL;
	strbuf_fini(&one);
	strbuf_fini(&two);
}

static void capture_through(const char *path, struct tally *t)
{
	uint8_t *buf = xmalloc(CAPTURE_FRAME_MAX + 2 * CAPTURE_HEADROOM);
	struct capture_frame frame;
	struct capture *c;
	char *error = NULL;
	int status;
	struct lab l;

	lab_init(&l);
	c = capture_open(&path, 1, &status, &error);
	cr_assert(c, "%s", error);
	for (size_t i = 0; c && i < 300;) {
		struct packet pkt;
		enum capture_status st = capture_next(c, buf, &pkt, &frame);

		if (st == CAPTURE_END || st == CAPTURE_ERROR)
			break;
		if (st != CAPTURE_PACKET || pkt.len > 65535)
			continue;
		i++;
		pkt.in = host_link_by_name(l.nv->host, i % 2 ? "lan" : "wan");
		pkt.mark = (uint32_t)(i % 3);
		if (i % 4 == 0) /* hostile ones have words, too */
			pkt.data[i * 7 % MIN(pkt.len, 64u)] ^=
				(uint8_t)(1 + i % 255);
		fixed_point(&l, &pkt, t);
	}
	capture_close(c);
	free(buf);
	lab_fini(&l);
}

Test(packet_text, captures)
{
	const char *corpus = getenv("NFTVM_CORPUS");
	struct tally t = { 0 };
	char dir[512], path[1024];
	struct dirent *e;
	DIR *d;

	if (!corpus)
		cr_skip_test("NFTVM_CORPUS is not set");
	snprintf(dir, sizeof(dir), "%s/pcaps", corpus);
	d = opendir(dir);
	cr_assert(d, "%s", dir);
	while ((e = readdir(d))) {
		if (!strstr(e->d_name, ".pcap") && !strstr(e->d_name, ".cap"))
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		capture_through(path, &t);
	}
	closedir(d);
	cr_expect_gt(t.packets, 1000u);
	/* nearly all have words */
	cr_expect_lt(t.raw, t.packets / 10, "%zu of %zu", t.raw, t.packets);
}
