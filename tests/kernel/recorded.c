/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recorded.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/vec.h"
#include "path/capture.h"

enum {
	MOST_PACKETS = 400,
	LARGEST = 8900, /* fits the links, with room */
};

/* An address and the side it is on. */
struct end {
	union inet_addr addr;
	uint8_t nfproto;
	bool on_lan;
};

struct recorded {
	struct scenario *s;
	VEC(struct end) ends;
	unsigned int n;
};

static const char router[] = "link add lan mtu 9000\n"
			     "link add wan mtu 9000\n"
			     "addr add 100.64.255.1/24 dev lan\n"
			     "addr add 100.65.255.1/24 dev wan\n"
			     "addr add fd00:ffff::1/64 dev lan\n"
			     "addr add 2001:db8:ffff::1/64 dev wan\n"
			     "route add default dev wan\n"
			     "route add ::/0 dev wan\n";

static struct end *end_find(struct recorded *r, uint8_t nfproto,
			    const union inet_addr *addr)
{
	struct end *e;

	vec_foreach(&r->ends, e)
		if (e->nfproto == nfproto && inet_addr_eq(&e->addr, addr))
			return e;
	return NULL;
}

static struct end end_get(struct recorded *r, uint8_t nfproto,
			  union inet_addr addr, bool on_lan)
{
	struct end *found = end_find(r, nfproto, &addr);
	struct end e = { .addr = addr, .nfproto = nfproto, .on_lan = on_lan };

	if (found)
		return *found;
	vec_push(&r->ends, e);
	return e;
}

static void add_packet(struct recorded *r, struct packet *pkt)
{
	struct strbuf *b = &r->s->packets;
	struct end from;

	if (pkt->len != pkt->wire_len || pkt->len > LARGEST ||
	    packet_receive(pkt) != REASON_NONE)
		return;
	from = end_get(r, pkt->nfproto, packet_saddr(pkt), true);
	end_get(r, pkt->nfproto, packet_daddr(pkt), !from.on_lan);
	strbuf_printf(b, "%s> raw ", from.on_lan ? "lan" : "wan");
	for (uint32_t i = 0; i < pkt->len; i++)
		strbuf_printf(b, "%02x", pkt->data[i]);
	strbuf_putc(b, '\n');
	r->n++;
}

static int read_packets(struct recorded *r, const char *path)
{
	uint8_t *buf = xmalloc(CAPTURE_FRAME_MAX + 2 * CAPTURE_HEADROOM);
	struct capture_frame frame;
	enum capture_status got = CAPTURE_END;
	struct packet pkt;
	char *error = NULL;
	int status;
	struct capture *c = capture_open(&path, 1, &status, &error);

	while (c && r->n < MOST_PACKETS) {
		got = capture_next(c, buf, &pkt, &frame);
		if (got == CAPTURE_PACKET)
			add_packet(r, &pkt);
		else if (got != CAPTURE_IGNORED)
			break;
	}
	if (!c || got == CAPTURE_ERROR)
		fprintf(stderr, "%s\n", c ? capture_error(c) : error);
	status = !c || got == CAPTURE_ERROR ? -1 : 0;
	if (c)
		capture_close(c);
	free(error);
	free(buf);
	return status;
}

static bool can_have_route(const struct end *e)
{
	const uint8_t *a = (const uint8_t *)&e->addr;

	if (e->nfproto == NFPROTO_IPV4)
		return a[0] && a[0] != 127 && a[0] < 224;
	return a[0] != 0xff && !(a[0] == 0xfe && (a[1] & 0xc0) == 0x80) &&
	       memcmp(a, &in6addr_any, 16) && memcmp(a, &in6addr_loopback, 16);
}

static void add_routes(struct recorded *r)
{
	char text[INET6_ADDRSTRLEN];
	const struct end *e;

	strbuf_puts(&r->s->host, router);
	vec_foreach(&r->ends, e) {
		bool v4 = e->nfproto == NFPROTO_IPV4;

		if (!e->on_lan || !can_have_route(e))
			continue;
		inet_ntop(v4 ? AF_INET : AF_INET6, &e->addr, text,
			  sizeof(text));
		strbuf_printf(&r->s->host, "route add %s/%u dev lan\n", text,
			      v4 ? 32 : 128);
	}
}

static int read_rules(struct scenario *s, const char *path)
{
	char chunk[4096];
	FILE *f = fopen(path, "r");
	size_t n;

	if (!f) {
		perror(path);
		return -1;
	}
	while ((n = fread(chunk, 1, sizeof(chunk), f)))
		strbuf_add(&s->rules, chunk, n);
	fclose(f);
	return 0;
}

/* "get.pcap+state" */
static char *name_of(const char *path, const char *rules)
{
	struct strbuf b = STRBUF_INIT;
	const char *slash = strrchr(path, '/');

	strbuf_printf(&b, "%s+", slash ? slash + 1 : path);
	slash = strrchr(rules, '/');
	strbuf_puts(&b, slash ? slash + 1 : rules);
	return strbuf_take(&b);
}

int recorded_read(struct scenario *s, const char *path, const char *rules)
{
	struct recorded r = { .s = s };
	int ret;

	memset(s, 0, sizeof(*s));
	s->name = name_of(path, rules);
	strbuf_puts(&s->why, "recorded traffic");
	ret = read_rules(s, rules);
	if (!ret)
		ret = read_packets(&r, path);
	add_routes(&r);
	vec_fini(&r.ends);
	return ret || r.n ? ret : 1;
}
