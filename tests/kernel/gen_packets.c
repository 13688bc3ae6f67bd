/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation: a conversation is a short list of packet lines between
 * two ends; several are made and dealt out in random order, each keeping its
 * own. A line refers to an earlier one of its conversation as @N, which
 * becomes the packet's number when it is dealt.
 */
#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "gen.h"

enum {
	MAX_TALK = 32
};

/**
 * struct place - where an end of a conversation may be
 * @link:	link its packets arrive on; "local" for the host itself
 */
struct place {
	const char *link;
	const char *v4, *v6;
};

static const struct place neighbours[] = {
	{ "lan", "10.0.0.1", "fd00:a::1" },
	{ "lan", "10.0.0.2", "fd00:a::2" },
	{ "lan", "10.0.0.77", "fd00:a::77" },
	{ "wan", "192.0.2.1", "2001:db8:b::1" },
	{ "wan", "192.0.2.9", "2001:db8:b::9" },
	{ "wan", "198.51.100.7", "2001:db8:f::7" },
	{ "wan", "198.51.100.200", "2001:db8:f::200" },
	{ "dmz", "10.9.0.3", "fd00:c::3" },
	{ "dmz", "10.9.0.4", "fd00:c::4" },
};

static const struct place hosts[] = {
	{ "local", "10.0.0.254", "fd00:a::fe" },
	{ "local", "192.0.2.254", "2001:db8:b::fe" },
	{ "local", "10.9.0.254", "fd00:c::fe" },
};

/* Destinations that no route leads to. */
static const struct place nowhere[] = {
	{ "wan", "203.0.113.5", "2001:db8:aaaa::5" },
	{ "wan", "203.0.113.40", "2001:db8:aaaa::6" },
	{ "wan", "203.0.113.70", "2001:db8:aaaa::7" },
	{ "wan", "8.8.8.8", "2001:db8:aaaa::8" },
};

static const uint16_t server_ports[] = { 22, 53, 80, 80, 443, 5000 };
static const uint16_t client_ports[] = { 1000, 1001, 2000, 40000, 53 };

/**
 * struct talk - one conversation
 * @v6:		IP version 6
 * @kind:	kind that overrides the packets' own, when @has_kind
 * @seq:	next sequence number of client and server
 */
struct talk {
	struct rng *rng;
	bool v6, has_kind;
	enum kind kind;
	struct place client, server;
	uint16_t cport, sport;
	uint32_t seq[2];
	struct gen_packet lines[MAX_TALK];
	size_t len, next;
	size_t numbers[MAX_TALK];
};

/* Add a line; what does not fit is left out. */
static PRINTF_LIKE(3, 4) void line(struct talk *t, enum kind kind,
				   const char *fmt, ...)
{
	struct gen_packet *p = &t->lines[t->len];
	va_list ap;

	if (t->len == MAX_TALK)
		return;
	va_start(ap, fmt);
	if (vasprintf(&p->text, fmt, ap) < 0)
		xalloc_failed(128);
	va_end(ap);
	p->kind = t->has_kind ? t->kind : kind;
	t->len++;
}

static const char *addr_of(const struct talk *t, const struct place *p)
{
	return t->v6 ? p->v6 : p->v4;
}

/* "tcp A:p > B:q" of the client's packets. */
static const char *head(const struct talk *t, const char *proto, char *out,
			size_t size)
{
	snprintf(out, size,
		 t->v6 ? "%s> %s [%s]:%u > [%s]:%u" : "%s> %s %s:%u > %s:%u",
		 t->client.link, proto, addr_of(t, &t->client), t->cport,
		 addr_of(t, &t->server), t->sport);
	return out;
}

/* The same without ports. */
static const char *head3(const struct talk *t, const char *proto, char *out,
			 size_t size)
{
	snprintf(out, size, "%s> %s %s > %s", t->client.link, proto,
		 addr_of(t, &t->client), addr_of(t, &t->server));
	return out;
}

static const char *icmp_name(const struct talk *t)
{
	return t->v6 ? "icmp6" : "icmp";
}

/* ---- TCP ----------------------------------------------------------------- */

/* A segment from the client (0) or the server (1), in sequence. */
static void segment(struct talk *t, enum kind kind, int from, const char *flags,
		    unsigned int len, const char *more)
{
	char h[160];
	uint32_t seq = t->seq[from];
	uint32_t ack = strchr(flags, 'A') ? t->seq[!from] : 0;

	if (from == 0)
		line(t, kind, "%s %s seq=%u ack=%u len=%u %s",
		     head(t, "tcp", h, sizeof(h)), flags, seq, ack, len, more);
	else
		line(t, kind, "%s> reply @1 %s seq=%u ack=%u len=%u %s",
		     t->server.link, flags, seq, ack, len, more);
	t->seq[from] += len + (strchr(flags, 'S') || strchr(flags, 'F'));
}

static const char *const syn_options[] = {
	"win=64240 mss=1460 wscale=7 sackok",
	"win=65535",
	"win=8192 mss=1400",
	"win=29200 mss=1460 wscale=2",
	"win=1000 ts=5 sackok wscale=14",
};

static const char *const windows[] = { "win=502", "win=1000", "win=65535",
				       "win=0", "win=29200" };

static void handshake(struct talk *t)
{
	segment(t, KIND_packet_tcp_syn, 0, "S", 0, pick(t->rng, syn_options));
	segment(t, KIND_packet_tcp_synack, 1, "SA", 0,
		pick(t->rng, syn_options));
	segment(t, KIND_packet_tcp_ack, 0, "A", 0, pick(t->rng, windows));
}

static void data(struct talk *t, int from)
{
	unsigned int len = 1 + rng_below(t->rng, 600);

	segment(t, KIND_packet_tcp_data, from, "PA", len,
		pick(t->rng, windows));
	if (chance(t->rng, 60)) {
		t->seq[from] -= len;
		segment(t, KIND_packet_tcp_retransmit, from, "PA", len,
			"win=502");
	}
	if (chance(t->rng, 60))
		segment(t, KIND_packet_tcp_ack, !from, "A", 0,
			pick(t->rng, windows));
}

static void farewell(struct talk *t)
{
	int first = chance(t->rng, 50);

	segment(t, KIND_packet_tcp_fin, first, "FA", 0, "win=502");
	if (chance(t->rng, 70))
		segment(t, KIND_packet_tcp_ack, !first, "A", 0, "win=502");
	if (chance(t->rng, 80))
		segment(t, KIND_packet_tcp_fin, !first, "FA", 0, "win=502");
	if (chance(t->rng, 80))
		segment(t, KIND_packet_tcp_ack, first, "A", 0, "win=502");
}

static void tcp_life(struct talk *t)
{
	handshake(t);
	for (unsigned int n = rng_below(t->rng, 3); n; n--)
		data(t, chance(t->rng, 50));
	farewell(t);
	if (chance(t->rng, 90)) {
		t->seq[0] += 100000;
		segment(t, KIND_packet_tcp_reopen, 0, "S", 0, "wscale=3");
		if (chance(t->rng, 60))
			segment(t, KIND_packet_tcp_synack, 1, "SA", 0, "");
	}
}

static void tcp_half_open(struct talk *t)
{
	segment(t, KIND_packet_tcp_syn, 0, "S", 0, pick(t->rng, syn_options));
	if (chance(t->rng, 50)) {
		t->seq[0]--;
		segment(t, KIND_packet_tcp_retransmit, 0, "S", 0, "");
	}
	if (chance(t->rng, 50))
		segment(t, KIND_packet_tcp_synack, 1, "SA", 0, "");
	else if (chance(t->rng, 50))
		segment(t, KIND_packet_tcp_rst, 1, "RA", 0, "");
	else if (chance(t->rng, 50))
		segment(t, KIND_packet_tcp_syn, 1, "S", 0, "");
}

static void tcp_reset(struct talk *t)
{
	static const uint32_t off[] = {
		0, 0, 10, 5000, (uint32_t)-10, 100000000
	};
	int from = chance(t->rng, 50);
	uint32_t shift = pick(t->rng, off);

	handshake(t);
	if (chance(t->rng, 60))
		data(t, !from);
	t->seq[from] += shift;
	for (unsigned int n = 1 + rng_below(t->rng, 3); n; n--)
		segment(t, KIND_packet_tcp_rst, from,
			chance(t->rng, 50) ? "R" : "RA", 0, "");
	t->seq[from] -= shift;
	if (chance(t->rng, 40))
		segment(t, KIND_packet_tcp_ack, !from, "A", 0, "win=502");
	if (chance(t->rng, 75))
		segment(t, KIND_packet_tcp_reopen, 0, "S", 0, "");
}

static void tcp_window(struct talk *t)
{
	static const uint32_t off[] = { 70000, 1000000, (uint32_t)-5000,
					(uint32_t)-200000, 0x80000000 };
	int from = chance(t->rng, 50);

	handshake(t);
	data(t, from);
	for (unsigned int n = 2 + rng_below(t->rng, 3); n; n--) {
		int which = chance(t->rng, 50);
		uint32_t shift = pick(t->rng, off);

		t->seq[which] += shift;
		segment(t, KIND_packet_tcp_window, from,
			chance(t->rng, 20) ? "FA" : "PA", 30, "win=1000");
		t->seq[which] -= shift;
	}
	if (chance(t->rng, 50))
		segment(t, KIND_packet_tcp_window, chance(t->rng, 50), "S", 0,
			"wscale=5");
	segment(t, KIND_packet_tcp_ack, !from, "A", 0, "win=502");
}

static void tcp_midstream(struct talk *t)
{
	t->has_kind = true;
	t->kind = KIND_packet_tcp_midstream;
	segment(t, t->kind, 0,
		pick(t->rng, ((const char *[]){ "A", "PA", "FA", "SA", "A" })),
		100, "win=502");
	segment(t, t->kind, 1, "A", 0, "win=600");
	data(t, 0);
	if (chance(t->rng, 50))
		farewell(t);
}

static void tcp_flags(struct talk *t)
{
	static const char *const flags[] = { "-",      "SF", "FPU", "SRA",
					     "FSRPAU", "F",  "R",   "SA",
					     "U",      "AU", "SU",  "RA" };
	bool open = chance(t->rng, 40);

	if (open)
		handshake(t);
	for (unsigned int n = 3 + rng_below(t->rng, 3); n; n--)
		segment(t, KIND_packet_tcp_flags, open && chance(t->rng, 50),
			pick(t->rng, flags), 0, "");
}

/* ---- helpers ------------------------------------------------------------- */

/* A control segment with a text, in sequence; "_" is a blank. */
static void say(struct talk *t, int from, const char *text)
{
	enum kind kind = t->sport == 21 ? KIND_packet_ftp : KIND_packet_irc;
	uint32_t len = 0;
	char h[160];

	for (const char *p = text; *p; p++)
		len += *p != '\\';
	if (from == 0)
		line(t, kind, "%s PA seq=%u ack=%u text=%s",
		     head(t, "tcp", h, sizeof(h)), t->seq[0], t->seq[1], text);
	else
		line(t, kind, "%s> reply @1 PA seq=%u ack=%u text=%s",
		     t->server.link, t->seq[1], t->seq[0], text);
	t->seq[from] += len;
}

/* An IPv4 address with commas. */
static void commas(const char *addr, char *out, size_t size)
{
	snprintf(out, size, "%s", addr);
	for (char *p = out; *p; p++)
		if (*p == '.')
			*p = ',';
}

/* The client announces a port, the server connects to where that left. */
static void ftp_active(struct talk *t, unsigned int port)
{
	char text[160], addr[64];

	commas(t->client.v4, addr, sizeof(addr));
	if (t->v6)
		snprintf(text, sizeof(text), "EPRT_|2|%s|%u|\\r\\n",
			 t->client.v6, port);
	else if (chance(t->rng, 25))
		snprintf(text, sizeof(text), "EPRT_|1|%s|%u|\\r\\n",
			 t->client.v4, port);
	else
		snprintf(text, sizeof(text), "PORT_%s,%u,%u\\r\\n", addr,
			 port / 256, port % 256);
	say(t, 0, text);
	if (chance(t->rng, 80))
		line(t, KIND_packet_announced,
		     "%s> reply @1 S seq=%u sport=20 dport=%u", t->server.link,
		     t->seq[1], port);
}

/* The server announces one, the client connects. */
static void ftp_passive(struct talk *t, unsigned int port)
{
	uint16_t cport = t->cport, sport = t->sport;
	char text[160], addr[64], h[160];

	commas(t->server.v4, addr, sizeof(addr));
	if (t->v6 || chance(t->rng, 25))
		snprintf(text, sizeof(text), "229_ok_(|||%u|)\\r\\n", port);
	else
		snprintf(text, sizeof(text), "227_ok_(%s,%u,%u)\\r\\n", addr,
			 port / 256, port % 256);
	say(t, 1, text);
	if (!chance(t->rng, 80))
		return;
	t->cport = (uint16_t)(cport + 1);
	t->sport = (uint16_t)port;
	line(t, KIND_packet_announced, "%s S seq=%u",
	     head(t, "tcp", h, sizeof(h)), t->seq[0]);
	t->cport = cport;
	t->sport = sport;
}

static void ftp(struct talk *t)
{
	t->sport = 21;
	handshake(t);
	say(t, 1, "220_hello\\r\\n");
	say(t, 0, "USER_me\\r\\n");
	for (unsigned int n = 1 + rng_below(t->rng, 2); n; n--) {
		unsigned int port = 1024 + rng_below(t->rng, 30000);

		if (chance(t->rng, 50))
			ftp_active(t, port);
		else
			ftp_passive(t, port);
		say(t, 0, "LIST\\r\\n");
		if (chance(t->rng, 60))
			say(t, 1, "200_ok\\r\\n");
	}
	if (chance(t->rng, 50))
		farewell(t);
}

/* The client announces that anybody may connect to it. */
static void irc(struct talk *t)
{
	static const char *const commands[] = { "SEND", "CHAT", "MOVE" };
	unsigned int port = 1024 + rng_below(t->rng, 30000);
	struct in_addr addr;
	char text[160];

	t->v6 = false;
	t->sport = 6667;
	handshake(t);
	say(t, 0, "NICK_me\\r\\n");
	say(t, 1, "PING\\r\\n");
	inet_pton(AF_INET, t->client.v4, &addr);
	snprintf(text, sizeof(text), "PRIVMSG_a_:\\1DCC_%s_f_%u_%u\\1\\r\\n",
		 pick(t->rng, commands), ntohl(addr.s_addr), port);
	say(t, 0, text);
	if (chance(t->rng, 80))
		line(t, KIND_packet_announced,
		     "%s> reply @1 S seq=%u sport=4000 dport=%u",
		     t->server.link, t->seq[1], port);
	say(t, 1, "NOTICE_ok\\r\\n");
}

static void tftp(struct talk *t)
{
	unsigned int port = 3000 + rng_below(t->rng, 2);
	char h[160];

	t->sport = 69;
	for (unsigned int n = 1 + chance(t->rng, 60); n; n--)
		line(t, KIND_packet_tftp, "%s data=0001%04x00",
		     head(t, "udp", h, sizeof(h)), rng_below(t->rng, 65536));
	line(t, KIND_packet_announced, "%s> reply @1 sport=%u len=20",
	     t->server.link, port);
	if (chance(t->rng, 50))
		line(t, KIND_packet_announced, "%s dport=%u len=4",
		     head(t, "udp", h, sizeof(h)), port);
}

/* ---- UDP, ICMP, the rest ------------------------------------------------- */

static void udp(struct talk *t)
{
	char h[160];

	head(t, "udp", h, sizeof(h));
	for (unsigned int n = 1 + rng_below(t->rng, 3); n; n--) {
		line(t, KIND_packet_udp, "%s len=%u%s", h,
		     rng_below(t->rng, 300),
		     !t->v6 && chance(t->rng, 15) ? " nosum" : "");
		if (chance(t->rng, 75))
			line(t, KIND_packet_udp_reply, "%s> reply @1 len=%u",
			     t->server.link, rng_below(t->rng, 500));
	}
	if (chance(t->rng, 60))
		line(t, KIND_packet_icmp_error, "%s> %s %s > %s %s/%u about=@1",
		     t->server.link, icmp_name(t), addr_of(t, &t->server),
		     addr_of(t, &t->client),
		     pick(t->rng,
			  ((const char *[]){ "unreachable", "time-exceeded" })),
		     rng_below(t->rng, 4));
}

static void echo(struct talk *t)
{
	unsigned int id = 1 + rng_below(t->rng, 4);
	unsigned int last = 1 + rng_below(t->rng, 3);
	char h[160];

	head3(t, icmp_name(t), h, sizeof(h));
	for (unsigned int n = 1; n <= last; n++) {
		line(t, KIND_packet_echo, "%s echo-request id=%u seq=%u", h, id,
		     n);
		if (chance(t->rng, 75))
			line(t, KIND_packet_echo_reply, "%s> reply @%zu",
			     t->server.link, t->len);
	}
	if (chance(t->rng, 25))
		line(t, KIND_packet_icmp_error, "%s> %s %s > %s %s/1 about=@1",
		     t->server.link, icmp_name(t), addr_of(t, &t->server),
		     addr_of(t, &t->client), "unreachable");
}

static void icmp_odd(struct talk *t)
{
	static const char *const odd4[] = { "echo-reply id=3",
					    "timestamp id=4",
					    "timestamp-reply id=4",
					    "mask-request id=5",
					    "8/3 id=6",
					    "42",
					    "redirect/1 rest=0x0a000001",
					    "9 id=1",
					    "echo-request cut=24" };
	static const char *const odd6[] = { "echo-reply id=3",
					    "ni-query id=4",
					    "128/3 id=6",
					    "200",
					    "153",
					    "1/0",
					    "echo-request cut=44" };
	char h[160];

	head3(t, icmp_name(t), h, sizeof(h));
	for (unsigned int n = 1 + rng_below(t->rng, 3); n; n--)
		line(t, KIND_packet_icmp_odd, "%s %s", h,
		     t->v6 ? pick(t->rng, odd6) : pick(t->rng, odd4));
}

static void nd(struct talk *t)
{
	static const char *const types[] = { "rs",	    "ns",
					     "na",	    "mld-report",
					     "mld2-report", "mld-query" };

	t->v6 = true;
	for (unsigned int n = 1 + rng_below(t->rng, 3); n; n--)
		line(t, KIND_packet_nd,
		     "lan> icmp6 fd00:a::1 > %s %s ttl=%u "
		     "len=16",
		     chance(t->rng, 50) ? "fd00:a::fe"
					: addr_of(t, &neighbours[3]),
		     pick(t->rng, types), chance(t->rng, 50) ? 255 : 64);
}

/* A datagram in pieces: in order, turned round, overlapping, twice, torn. */
static void datagram(struct talk *t)
{
	enum kind kind = t->v6 ? KIND_packet_frag6 : KIND_packet_frag4;
	unsigned int id = 1 + rng_u32(t->rng) % 65000, how;
	static const char *const orders[][3] = {
		{ "0+24", "24+24", "48+60" }, { "48+60", "24+24", "0+24" },
		{ "0+48", "48+60", NULL },    { "0+24", "16+32", "48+60" },
		{ "0+48", "0+48", "48+60" },  { "0+24", "48+60", NULL },
		{ "0+24", "24+30", "54+60" }, { "0+8", "8+40", "48+60" },
	};
	char h[160];

	head(t, chance(t->rng, 70) ? "udp" : "tcp", h, sizeof(h));
	how = rng_below(t->rng, ARRAY_LEN(orders));
	for (size_t i = 0; i < 3 && orders[how][i]; i++)
		line(t, kind, "%s len=100 ipid=%u frag=%s", h, id,
		     orders[how][i]);
}

static void fragments(struct talk *t)
{
	for (unsigned int n = 1 + rng_below(t->rng, 2); n; n--)
		datagram(t);
}

static void fragments4(struct talk *t)
{
	t->v6 = false;
	fragments(t);
}

static void fragments6(struct talk *t)
{
	t->v6 = true;
	fragments(t);
}

static void echo4(struct talk *t)
{
	t->v6 = false;
	echo(t);
}

static void echo6(struct talk *t)
{
	t->v6 = true;
	echo(t);
}

static void generic(struct talk *t)
{
	static const char *const protos[] = { "proto 99", "esp", "proto 103" };
	const char *proto = pick(t->rng, protos);
	char h[160];

	head3(t, proto, h, sizeof(h));
	line(t, KIND_packet_generic, "%s len=%u", h, rng_below(t->rng, 60));
	if (chance(t->rng, 60))
		line(t, KIND_packet_generic, "%s> %s %s > %s len=20",
		     t->server.link, proto, addr_of(t, &t->server),
		     addr_of(t, &t->client));
}

static void ext6(struct talk *t)
{
	static const char *const exts[] = { "hbh",    "dstopt",	    "rt",
					    "atomic", "hbh dstopt", "nonext",
					    "ah" };
	char h[160];

	t->v6 = true;
	head(t, "udp", h, sizeof(h));
	for (unsigned int n = 1 + rng_below(t->rng, 3); n; n--)
		line(t, KIND_packet_ext6, "%s len=30 %s flow=%u", h,
		     pick(t->rng, exts), rng_below(t->rng, 3));
}

/* Options that routers look at, some of them wrong. */
static void options(struct talk *t)
{
	static const char *const v4[] = {
		"07070400000000", "070b040000000000000000", "94040000",
		"01010100",	  "830704c0000201",	    "0702",
		"0707080a000001", "440809f000000000",	    "86060000000101",
	};
	static const char *const v6[] = {
		"050200000100", "1e0400000000", "5e0400000000",
		"9e0400000000", "de0400000000", "c20400000001",
	};
	char h[160];

	head(t, "udp", h, sizeof(h));
	for (unsigned int n = 1 + rng_below(t->rng, 3); n; n--)
		line(t, KIND_packet_options, "%s len=%u opt=%s", h,
		     rng_below(t->rng, 40),
		     t->v6 ? pick(t->rng, v6) : pick(t->rng, v4));
}

/* ---- putting them together ----------------------------------------------- */

static void (*const talks[])(struct talk *) = {
	ftp,	    ext6,	tftp,	       tftp,
	tftp,	    irc,	options,       options,
	generic,    generic,	generic,       tcp_life,
	tcp_life,   tcp_life,	tcp_half_open, tcp_reset,
	tcp_reset,  tcp_window, tcp_window,    tcp_midstream,
	tcp_flags,  tcp_flags,	udp,	       udp,
	udp,	    udp,	echo,	       echo,
	echo,	    echo,	icmp_odd,      icmp_odd,
	nd,	    nd,		ext6,	       fragments,
	fragments4, fragments4, fragments4,    fragments4,
	fragments6, fragments6, fragments6,    echo4,
	echo4,	    echo6,	echo6,	       tcp_half_open,
};

static void set_ends(struct talk *t)
{
	uint32_t r = rng_below(t->rng, 100);

	do {
		t->client = pick(t->rng, neighbours);
		t->server = pick(t->rng, neighbours);
	} while (t->client.link == t->server.link);
	if (r < 12) {
		t->server = pick(t->rng, hosts);
		t->has_kind = chance(t->rng, 60);
		t->kind = KIND_packet_to_host;
	} else if (r < 22) {
		t->client = pick(t->rng, hosts);
		t->has_kind = chance(t->rng, 60);
		t->kind = KIND_packet_from_host;
	} else if (r < 27) {
		t->server = pick(t->rng, nowhere);
	}
	t->cport = pick(t->rng, client_ports);
	t->sport = pick(t->rng, server_ports);
	t->seq[0] = rng_u32(t->rng);
	t->seq[1] = chance(t->rng, 20) ? 0xfffffff0 : rng_u32(t->rng);
	t->v6 = chance(t->rng, 45);
}

/* Spoil a packet: checksum, length, TTL, TOS. */
static void spoil(struct gen_packet *p, struct rng *rng)
{
	uint32_t r = rng_below(rng, 100);
	char *text = NULL;
	int n = 0;

	if (r < 3) {
		p->kind = KIND_packet_badsum;
		n = asprintf(&text, "%s badsum", p->text);
	} else if (r < 6) {
		p->kind = KIND_packet_truncated;
		n = asprintf(&text, "%s cut=%u", p->text,
			     (strstr(p->text, "::") ? 40 : 20) +
				     rng_below(rng, 24));
	} else if (r < 9) {
		p->kind = KIND_packet_ttl;
		n = asprintf(&text, "%s ttl=1", p->text);
	} else if (r < 19) {
		n = asprintf(&text, "%s tos=%u df", p->text,
			     rng_below(rng, 4) * 32);
	} else {
		return;
	}
	if (n < 0)
		xalloc_failed(128);
	free(p->text);
	p->text = text;
}

/* The line's @N turned into the number of that packet in the whole. */
static void resolve(const struct talk *t, struct gen_packet *p)
{
	char *at = strchr(p->text, '@'), *end, *text;
	size_t n;

	if (!at)
		return;
	n = strtoul(at + 1, &end, 10);
	if (asprintf(&text, "%.*s%zu%s", (int)(at - p->text), p->text,
		     t->numbers[n - 1], end) < 0)
		xalloc_failed(128);
	free(p->text);
	p->text = text;
}

static void deal(struct generated *g, struct talk *all, size_t n,
		 struct rng *rng)
{
	size_t left = 0, i;

	for (i = 0; i < n; i++)
		left += all[i].len;
	while (left--) {
		struct gen_packet p;
		struct talk *t;

		do {
			t = &all[rng_below(rng, n)];
		} while (t->next == t->len);
		p = t->lines[t->next];
		t->numbers[t->next++] = g->packets.len + 1;
		resolve(t, &p);
		spoil(&p, rng);
		vec_push(&g->packets, p);
	}
}

void gen_packets(struct generated *g, struct rng *rng)
{
	size_t n = 8 + rng_below(rng, 6);
	struct talk *all = xcalloc(n, sizeof(*all));

	for (size_t i = 0; i < n; i++) {
		all[i].rng = rng;
		set_ends(&all[i]);
		pick(rng, talks)(&all[i]);
	}
	deal(g, all, n, rng);
	free(all);
}
