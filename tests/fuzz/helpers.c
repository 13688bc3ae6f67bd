/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as what both ends of an FTP, IRC or TFTP conversation say, behind
 * NAT: helpers read them, rewrite them, announce connections, of which some
 * come. Whatever leaves has right lengths and checksums, since what came in
 * had.
 *
 * The first byte says which protocol and IP version; then each record is one
 * byte (who speaks; bit 7: a connection to what was announced last; bit 6: the
 * last segment once more), one of length, and the payload.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/engine.h"
#include "ct/help.h"
#include "packet/csum.h"
#include "path/path.h"
#include "tests/ct/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

#define ROUTER4 0x0a020001

static const char rules[] =
	"table inet t {\n"
	" ct helper f { type \"ftp\" protocol tcp; }\n"
	" ct helper i { type \"irc\" protocol tcp; }\n"
	" ct helper t { type \"tftp\" protocol udp; }\n"
	" chain pre { type filter hook prerouting priority -150;\n"
	"  tcp dport 21 ct helper set \"f\"\n"
	"  tcp dport 6667 ct helper set \"i\"\n"
	"  udp dport 69 ct helper set \"t\"\n"
	" }\n"
	" chain post { type nat hook postrouting priority 100;\n"
	"  oifname \"wan\" masquerade\n"
	" }\n"
	"}\n";

static const char host[] = "link add lan\nlink add wan\n"
			   "addr add 10.1.0.1/24 dev lan\n"
			   "addr add 10.2.0.1/24 dev wan\n"
			   "addr add fd01::1/64 dev lan\n"
			   "addr add fd02::1/64 dev wan\n";

struct talk {
	struct nftvm *nv;
	struct ct_table *ct;
	struct path *path;
	struct nv_time now;
	struct wire last;
	uint32_t nxt[2];
	uint16_t port;
	bool v6, udp;
	uint64_t n;
};

/* What leaves is right. */
static void on_emit(void *data, uint64_t number, enum path_emit_kind kind,
		    const struct packet *pkt)
{
	struct packet again;

	if (kind != EMIT_PACKET)
		return;
	packet_init(&again, pkt->buf, pkt->buf_size, pkt->data, pkt->len,
		    pkt->len);
	if (packet_receive(&again) != REASON_NONE || again.len != pkt->len)
		abort();
	packet_decode(&again);
	if (packet_csum_l4(&again, again.l4proto, again.l4_off) != CSUM_GOOD)
		abort();
}

static void start(struct talk *t)
{
	struct path_config cfg = { .sink = { .emit = on_emit } };
	struct ct_config ct;

	t->nv = nftvm_new(0);
	t->nv->links = LINKS_HOST;
	if (host_parse(t->nv->host, t->nv->diags,
		       diag_source_add(t->nv->diags, "host", host,
				       sizeof(host) - 1, NULL)) ||
	    nftvm_load_text(t->nv, "rules", rules, sizeof(rules) - 1))
		abort();
	ct_config_init(&ct);
	ct.max = 1000;
	t->ct = ct_table_new(&ct);
	cfg.vm = t->nv->vm;
	cfg.ct = t->ct;
	cfg.host = t->nv->host;
	t->path = path_new(&cfg);
	t->now.mono_ns = t->now.wall_ns = NS_PER_SEC;
	t->nxt[C2S] = 1000;
	t->nxt[S2C] = 0xffffff00;
}

static void stop(struct talk *t)
{
	path_free(t->path);
	ct_table_free(t->ct);
	nftvm_free(t->nv);
}

static void run(struct talk *t, struct wire w)
{
	struct path_result res;
	struct packet pkt;

	packet_init(&pkt, w.buf, sizeof(w.buf), w.buf, w.len, w.len);
	pkt.number = ++t->n;
	pkt.in = host_link_by_name(t->nv->host, w.way == C2S ? "lan" : "wan");
	path_run_batch(t->path, &pkt, &t->now, 1, &res);
	t->now.mono_ns += 10 * NS_PER_MS;
}

/* The server answers to the translated address. */
static void to_router(struct wire *w)
{
	if (w->way == S2C && w->v6)
		memcpy(w->buf + 24, "\xfd\2\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 16);
	else if (w->way == S2C)
		wire_addrs4(w, 0x0a020002, ROUTER4);
	wire_fix(w);
}

static void say(struct talk *t, enum way way, const char *flags,
		const uint8_t *text, uint32_t len)
{
	struct segment_spec s = { way,		flags, t->nxt[way],
				  t->nxt[!way], 60000, (uint16_t)len,
				  NULL };
	struct wire w;

	if (t->udp)
		wire_udp(&w, t->v6, way, 40000, t->port, (uint16_t)len);
	else
		wire_tcp(&w, t->v6, 40000, t->port, &s);
	if (len)
		memcpy(w.buf + w.len - len, text, len);
	to_router(&w);
	t->nxt[way] += len + !!strchr(flags, 'S');
	t->last = w;
	run(t, w);
}

static int newest(const struct ct_expect_view *view, void *data)
{
	*(struct ct_expect_view *)data = *view;
	return 0;
}

/* Somebody comes for what was announced last. */
static void come(struct talk *t, enum way way)
{
	struct segment_spec s = { .way = way, .flags = "S", .win = 1000 };
	struct ct_expect_view view = { .helper = NULL };
	struct wire w;

	ct_expect_foreach(t->ct, &t->now, newest, &view);
	if (!view.helper)
		return;
	if (t->udp)
		wire_udp(&w, t->v6, way, be16toh(view.tuple.dport), 5000, 4);
	else
		wire_tcp(&w, t->v6,
			 way == C2S ? 5000 : be16toh(view.tuple.dport),
			 way == C2S ? be16toh(view.tuple.dport) : 5000, &s);
	to_router(&w);
	run(t, w);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const uint16_t ports[] = { 21, 21, 6667, 69 };
	struct talk t = { 0 };

	if (len < 1)
		return 0;
	t.port = ports[bytes[0] & 3];
	t.v6 = bytes[0] & 4;
	t.udp = t.port == 69;
	start(&t);
	if (!t.udp) {
		say(&t, C2S, "S", NULL, 0);
		say(&t, S2C, "S.", NULL, 0);
		say(&t, C2S, ".", NULL, 0);
	}
	for (bytes++, len--; len >= 2;) {
		enum way way = bytes[0] & 1 ? S2C : C2S;
		size_t n = MIN((size_t)bytes[1], len - 2);

		if (bytes[0] & 0x80)
			come(&t, way);
		else if (bytes[0] & 0x40 && t.last.len)
			run(&t, t.last);
		else
			say(&t, way, "P.", bytes + 2, (uint32_t)n);
		bytes += 2 + n;
		len -= 2 + n;
	}
	stop(&t);
	return 0;
}
