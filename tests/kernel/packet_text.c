/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation: a packet line is read into a struct spec (addresses,
 * ports, flags, and one number per word of packet_key.def), and the spec is
 * written out as bytes from the inside outwards: transport segment with its
 * checksum over the whole, then the piece of it that a fragment carries, then
 * the IP header. All checksums are right unless a word says otherwise; they
 * are computed here and not by the engine's code, so that both cannot be
 * wrong together.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "base/byteorder.h"
#include "packet_text.h"

enum packet_key {
#define PACKET_KEY(name, def, what) KEY_##name,
#include "packet_key.def"
#undef PACKET_KEY
	KEY_COUNT
};

static const struct {
	const char *name;
	long def;
} packet_keys[] = {
#define PACKET_KEY(name, def, what) { #name, def },
#include "packet_key.def"
#undef PACKET_KEY
};

static const struct {
	const char *name;
	uint8_t number;
} l4_names[] = {
	{ "icmp", IPPROTO_ICMP }, { "tcp", IPPROTO_TCP },
	{ "udp", IPPROTO_UDP },	  { "icmp6", IPPROTO_ICMPV6 },
	{ "esp", IPPROTO_ESP },	  { "ah", IPPROTO_AH },
};

static const struct {
	const char *name;
	uint8_t v4, v6;
} icmp_names[] = {
	{ "echo-request", 8, 128 },
	{ "echo-reply", 0, 129 },
	{ "unreachable", 3, 1 },
	{ "time-exceeded", 11, 3 },
	{ "too-big", 3, 2 },
	{ "redirect", 5, 137 },
	{ "timestamp", 13, 255 },
	{ "timestamp-reply", 14, 255 },
	{ "param-problem", 12, 4 },
	{ "rs", 10, 133 },
	{ "ra", 9, 134 },
	{ "ns", 255, 135 },
	{ "na", 255, 136 },
	{ "mld-query", 255, 130 },
	{ "mld-report", 255, 131 },
	{ "mld2-report", 255, 143 },
	{ "info-request", 15, 255 },
	{ "info-reply", 16, 255 },
	{ "mask-request", 17, 255 },
	{ "mask-reply", 18, 255 },
	{ "ni-query", 255, 139 },
	{ "ni-reply", 255, 140 },
};

/* TCP flag letters, bit 0 first. */
static const char tcp_flag_letters[] = "FSRPAUEC";

/**
 * struct spec - a packet line, read
 * @v6:		IP version 6
 * @flags:	TCP flags
 * @type:	ICMP type, @code its code
 * @key:	numbers, by enum packet_key
 * @data:	payload given as data=HEX, @data_len bytes
 * @opt:	IPv4 or hop-by-hop options given as opt=HEX, @opt_len bytes
 */
struct spec {
	bool v6;
	uint8_t proto;
	uint8_t src[16], dst[16];
	uint16_t sport, dport;
	uint8_t flags, type, code;
	long key[KEY_COUNT];
	uint8_t data[2048];
	size_t data_len;
	uint8_t opt[256];
	size_t opt_len;
	const struct step *about;
};

/* A packet being written; large enough for any. */
struct bytes {
	uint8_t b[66000];
	size_t len;
};

static void bytes_add(struct bytes *o, const void *p, size_t len)
{
	if (len > sizeof(o->b) - o->len)
		len = sizeof(o->b) - o->len;
	memcpy(o->b + o->len, p, len);
	o->len += len;
}

static void bytes_fill(struct bytes *o, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		uint8_t c = 'a' + i % 26;

		bytes_add(o, &c, 1);
	}
}

static void bytes_be16(struct bytes *o, uint16_t v)
{
	uint8_t b[2] = { v >> 8, v & 0xff };

	bytes_add(o, b, 2);
}

static void bytes_be32(struct bytes *o, uint32_t v)
{
	bytes_be16(o, v >> 16);
	bytes_be16(o, v & 0xffff);
}

static void bytes_u8(struct bytes *o, uint8_t v)
{
	bytes_add(o, &v, 1);
}

/* The Internet checksum (RFC 1071) of bytes, on top of @sum. */
static uint32_t sum_add(uint32_t sum, const uint8_t *p, size_t len)
{
	for (; len > 1; p += 2, len -= 2)
		sum += get_be16(p);
	if (len)
		sum += *p << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static uint16_t pseudo_sum(const struct spec *s, const struct bytes *seg)
{
	size_t alen = s->v6 ? 16 : 4;
	uint8_t tail[4] = { 0, s->proto, seg->len >> 8, seg->len & 0xff };
	uint32_t sum = 0;

	if (s->proto != IPPROTO_ICMP) {
		sum = sum_add(sum, s->src, alen);
		sum = sum_add(sum, s->dst, alen);
		sum = sum_add(sum, tail, 4);
	}
	return ~sum_add(sum, seg->b, seg->len) & 0xffff;
}

static void put_sum(const struct spec *s, struct bytes *seg, size_t off)
{
	uint16_t sum;

	put_be16(seg->b + off, 0);
	sum = pseudo_sum(s, seg);
	if (s->proto == IPPROTO_UDP && !sum)
		sum = 0xffff;
	if (s->key[KEY_badsum])
		sum ^= 0x1111;
	put_be16(seg->b + off, sum);
}

static void add_payload(const struct spec *s, struct bytes *o, long def)
{
	long len = s->key[KEY_len];

	bytes_add(o, s->data, s->data_len);
	bytes_fill(o, len >= 0 ? len : s->data_len ? 0 : def);
}

static void add_tcp_options(const struct spec *s, struct bytes *o)
{
	size_t start = o->len;

	if (s->key[KEY_mss] >= 0) {
		bytes_be16(o, 0x0204);
		bytes_be16(o, s->key[KEY_mss]);
	}
	if (s->key[KEY_sackok])
		bytes_be16(o, 0x0402);
	if (s->key[KEY_wscale] >= 0) {
		bytes_be16(o, 0x0303);
		bytes_u8(o, s->key[KEY_wscale]);
	}
	if (s->key[KEY_ts] >= 0) {
		bytes_be32(o, 0x0101080a);
		bytes_be32(o, s->key[KEY_ts]);
		bytes_be32(o, 0);
	}
	if (s->key[KEY_sackl] >= 0) {
		bytes_be32(o, 0x0101050a);
		bytes_be32(o, s->key[KEY_sackl]);
		bytes_be32(o, s->key[KEY_sackr]);
	}
	while ((o->len - start) % 4)
		bytes_u8(o, 0);
}

static void build_tcp(const struct spec *s, struct bytes *o)
{
	size_t header;

	bytes_be16(o, s->sport);
	bytes_be16(o, s->dport);
	bytes_be32(o, s->key[KEY_seq]);
	bytes_be32(o, s->key[KEY_ack]);
	bytes_u8(o, 0);
	bytes_u8(o, s->flags);
	bytes_be16(o, s->key[KEY_win]);
	bytes_be16(o, 0);
	bytes_be16(o, s->key[KEY_urp]);
	add_tcp_options(s, o);
	header = s->key[KEY_doff] >= 0 ? s->key[KEY_doff] : (long)o->len / 4;
	o->b[12] = header << 4;
	add_payload(s, o, 0);
	put_sum(s, o, 16);
}

static void build_udp(const struct spec *s, struct bytes *o)
{
	bytes_be16(o, s->sport);
	bytes_be16(o, s->dport);
	bytes_be32(o, 0);
	add_payload(s, o, 0);
	put_be16(o->b + 4,
		 s->key[KEY_udplen] >= 0 ? s->key[KEY_udplen] : (long)o->len);
	if (!s->key[KEY_nosum])
		put_sum(s, o, 6);
}

static bool icmp_is_error(const struct spec *s)
{
	if (s->v6)
		return s->type < 128;
	return s->type == 3 || s->type == 4 || s->type == 5 || s->type == 11 ||
	       s->type == 12;
}

/* Protocol and, for ICMP, type: what stays the same on the way through. */
static unsigned int sort_of(const struct frame *f)
{
	bool v6 = f->len >= 40 && f->data[0] >> 4 == 6;
	size_t ihl = v6 ? 40 : f->len ? (f->data[0] & 15) * 4 : 0;
	uint8_t proto = f->len < MAX(ihl, (size_t)20) ? 0
			: v6			      ? f->data[6]
						      : f->data[9];

	if (proto != IPPROTO_ICMP && proto != IPPROTO_ICMPV6)
		return proto;
	return proto | (f->len > ihl ? f->data[ihl] << 8 : 0);
}

/* A packet as it left the box (and not what the box answered), else as sent. */
static const struct frame *as_left(const struct step *st)
{
	for (size_t i = 0; i < st->out.len; i++)
		if (sort_of(&st->out.v[i]) == sort_of(&st->in))
			return &st->out.v[i];
	return &st->in;
}

static void build_icmp(const struct spec *s, struct bytes *o)
{
	bytes_u8(o, s->type);
	bytes_u8(o, s->code);
	bytes_be16(o, 0);
	if (s->key[KEY_rest] >= 0 || icmp_is_error(s)) {
		bytes_be32(o, MAX(s->key[KEY_rest], 0L));
	} else {
		bytes_be16(o, s->key[KEY_id]);
		bytes_be16(o, s->key[KEY_seq]);
	}
	if (s->about) {
		const struct frame *q = as_left(s->about);
		size_t n = s->key[KEY_quote] >= 0 ? s->key[KEY_quote]
			   : s->v6		  ? 1232
						  : 28;

		bytes_add(o, q->data, MIN(n, q->len));
	}
	add_payload(s, o, s->about || s->key[KEY_rest] >= 0 ? 0 : 8);
	put_sum(s, o, 2);
}

static void build_segment(const struct spec *s, struct bytes *o)
{
	o->len = 0;
	if (s->proto == IPPROTO_TCP)
		build_tcp(s, o);
	else if (s->proto == IPPROTO_UDP)
		build_udp(s, o);
	else if (s->proto == IPPROTO_ICMP || s->proto == IPPROTO_ICMPV6)
		build_icmp(s, o);
	else
		add_payload(s, o, 16);
}

/* Keep of @seg the piece that a fragment carries; is there more behind? */
static bool take_piece(const struct spec *s, struct bytes *seg)
{
	size_t off = s->key[KEY_fragoff], len = s->key[KEY_fraglen];
	bool more;

	if (s->key[KEY_fragoff] < 0)
		return s->key[KEY_mf] > 0;
	if (off > seg->len)
		bytes_fill(seg, off + len - seg->len);
	len = MIN(len, seg->len - off);
	more = off + len < seg->len;
	memmove(seg->b, seg->b + off, len);
	seg->len = len;
	return s->key[KEY_mf] >= 0 ? s->key[KEY_mf] : more;
}

static void build_ip4(const struct spec *s, const struct bytes *seg, bool more,
		      struct bytes *o)
{
	size_t ihl = 5 + s->key[KEY_ra] + (s->opt_len + 3) / 4, total;
	uint16_t frag = MAX(s->key[KEY_fragoff], 0L) / 8;

	frag |= (s->key[KEY_df] ? 0x4000 : 0) | (more ? 0x2000 : 0);
	bytes_u8(o, 0x45);
	bytes_u8(o, s->key[KEY_tos]);
	bytes_be16(o, 0);
	bytes_be16(o, s->key[KEY_ipid]);
	bytes_be16(o, frag);
	bytes_u8(o, s->key[KEY_ttl]);
	bytes_u8(o, s->proto);
	bytes_be16(o, 0);
	bytes_add(o, s->src, 4);
	bytes_add(o, s->dst, 4);
	if (s->key[KEY_ra])
		bytes_be32(o, 0x94040000);
	bytes_add(o, s->opt, (s->opt_len + 3) / 4 * 4);
	bytes_add(o, seg->b, seg->len);
	if (s->key[KEY_cut] >= 0)
		o->len = MIN(o->len, (size_t)s->key[KEY_cut]);
	total = s->key[KEY_iplen] >= 0 ? (size_t)s->key[KEY_iplen] : o->len;
	o->b[0] = (s->key[KEY_version] >= 0 ? s->key[KEY_version] : 4) << 4 |
		  (s->key[KEY_ihl] >= 0 ? s->key[KEY_ihl] : (long)ihl);
	put_be16(o->b + 2, total);
	put_be16(o->b + 10, ~sum_add(0, o->b, ihl * 4) & 0xffff);
	if (s->key[KEY_badipsum])
		o->b[10] ^= 0x55;
}

/* An extension header that only says what comes next and is padded. */
static void add_ext6(struct bytes *o, uint8_t **next, uint8_t number)
{
	static const uint8_t padn[8] = { 0, 0, 1, 4, 0, 0, 0, 0 };

	**next = number;
	*next = o->b + o->len;
	bytes_add(o, padn, 8);
}

/* A hop-by-hop header of the options given, padded with Pad1. */
static void add_hopopts(const struct spec *s, struct bytes *o, uint8_t **next)
{
	size_t len = (s->opt_len + 2 + 7) / 8 * 8;

	**next = IPPROTO_HOPOPTS;
	*next = o->b + o->len;
	bytes_be16(o, len / 8 - 1);
	bytes_add(o, s->opt, len - 2);
}

static void build_ip6(const struct spec *s, const struct bytes *seg, bool more,
		      struct bytes *o)
{
	uint8_t *next = o->b + 6;
	static const uint8_t ah[12] = { 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1 };
	static const uint8_t rt[8] = { 0, 0, 0, 0, 0, 0, 0, 0 };

	bytes_be32(o, 6U << 28 | (uint32_t)s->key[KEY_tos] << 20 |
			      (uint32_t)s->key[KEY_flow]);
	bytes_be32(o, s->key[KEY_ttl] & 0xff);
	bytes_add(o, s->src, 16);
	bytes_add(o, s->dst, 16);
	if (s->opt_len)
		add_hopopts(s, o, &next);
	if (s->key[KEY_hbh])
		add_ext6(o, &next, IPPROTO_HOPOPTS);
	if (s->key[KEY_rt]) {
		*next = IPPROTO_ROUTING;
		next = o->b + o->len;
		bytes_add(o, rt, 8);
	}
	if (s->key[KEY_fragoff] >= 0 || s->key[KEY_atomic]) {
		*next = IPPROTO_FRAGMENT;
		next = o->b + o->len;
		bytes_be16(o, 0);
		bytes_be16(o, (MAX(s->key[KEY_fragoff], 0L) & 0xfff8) | more);
		bytes_be32(o, s->key[KEY_ipid]);
	}
	if (s->key[KEY_ah] && s->key[KEY_fragoff] <= 0) {
		*next = IPPROTO_AH;
		next = o->b + o->len;
		bytes_add(o, ah, 12);
	}
	if (s->key[KEY_dstopt] && s->key[KEY_fragoff] <= 0)
		add_ext6(o, &next, IPPROTO_DSTOPTS);
	*next = s->key[KEY_nonext] ? IPPROTO_NONE : s->proto;
	bytes_add(o, seg->b, seg->len);
	if (s->key[KEY_cut] >= 0)
		o->len = MIN(o->len, (size_t)s->key[KEY_cut]);
	put_be16(o->b + 4, s->key[KEY_iplen] >= 0 ? s->key[KEY_iplen]
						  : (long)o->len - 40);
	if (s->key[KEY_version] >= 0)
		o->b[0] = s->key[KEY_version] << 4;
}

static void build(const struct spec *s, struct frame *f)
{
	struct bytes *seg = xzalloc(sizeof(*seg)), *o = xzalloc(sizeof(*o));
	bool more;

	build_segment(s, seg);
	more = take_piece(s, seg);
	if (s->v6)
		build_ip6(s, seg, more, o);
	else
		build_ip4(s, seg, more, o);
	bytes_fill(o, s->key[KEY_pad]);
	if ((size_t)s->key[KEY_lost] < o->len)
		o->len -= s->key[KEY_lost];
	f->data = xmemdup(o->b, o->len);
	f->len = o->len;
	free(seg);
	free(o);
}

/* ---- reading a line ------------------------------------------------------ */

/* A, A:PORT or [A]:PORT. */
static int parse_endpoint(const char *word, bool *v6, uint8_t addr[16],
			  uint16_t *port)
{
	char text[64];
	const char *colon = NULL;
	size_t len = strlen(word);

	if (*word == '[') {
		colon = strchr(word, ']');
		if (!colon)
			return -1;
		len = colon++ - ++word;
		colon = *colon == ':' ? colon : NULL;
	} else if (strchr(word, '.')) {
		colon = strchr(word, ':');
		len = colon ? (size_t)(colon - word) : len;
	}
	if (len >= sizeof(text))
		return -1;
	memcpy(text, word, len);
	text[len] = '\0';
	*v6 = strchr(text, ':') != NULL;
	*port = colon ? strtoul(colon + 1, NULL, 0) : 0;
	return inet_pton(*v6 ? AF_INET6 : AF_INET, text, addr) == 1 ? 0 : -1;
}

static int hex_decode(const char *hex, uint8_t *out, size_t size)
{
	size_t n = 0;
	unsigned int byte;

	for (;
	     isxdigit((unsigned char)hex[0]) && isxdigit((unsigned char)hex[1]);
	     hex += 2) {
		if (n == size || sscanf(hex, "%2x", &byte) != 1)
			return -1;
		out[n++] = byte;
	}
	return *hex ? -1 : (int)n;
}

/* Text as it is, but for _ (a blank), \r, \n, \1 and \\. */
static int text_decode(const char *text, uint8_t *out, size_t size)
{
	static const char escapes[] = "r\rn\n1\1\\\\__";
	size_t n = 0;

	for (; *text; text++) {
		const char *at;

		if (n == size)
			return -1;
		out[n] = *text == '_' ? ' ' : (uint8_t)*text;
		if (*text == '\\') {
			at = strchr(escapes, *++text);
			if (!*text || !at)
				return -1;
			out[n] = (uint8_t)at[1];
		}
		n++;
	}
	return (int)n;
}

static int parse_icmp_type(struct spec *s, const char *word)
{
	size_t len = strcspn(word, "/");
	char *end;

	s->type = strtoul(word, &end, 0);
	for (size_t i = 0; i < ARRAY_LEN(icmp_names); i++)
		if (!strncmp(icmp_names[i].name, word, len) &&
		    !icmp_names[i].name[len]) {
			s->type = s->v6 ? icmp_names[i].v6 : icmp_names[i].v4;
			end = (char *)word + len;
		}
	if (*end == '/')
		s->code = strtoul(end + 1, &end, 0);
	return end == word || *end ? -1 : 0;
}

static int parse_tcp_flags(struct spec *s, const char *word)
{
	const char *at;

	if (!strcmp(word, "-"))
		return 0;
	for (; *word; word++) {
		at = strchr(tcp_flag_letters, *word);
		if (!at)
			return -1;
		s->flags |= 1 << (at - tcp_flag_letters);
	}
	return 0;
}

/* data=HEX, opt=HEX, text=TEXT, frag=OFF+LEN, and the words of packet_key.def. */
static int parse_key(struct spec *s, const char *word)
{
	const char *value = strchr(word, '=');
	size_t len = value ? (size_t)(value - word) : strlen(word);
	char *end;
	int n;

	if (!strncmp(word, "data=", 5)) {
		n = hex_decode(value + 1, s->data, sizeof(s->data));
		s->data_len = MAX(n, 0);
		return n;
	}
	if (!strncmp(word, "opt=", 4)) {
		n = hex_decode(value + 1, s->opt, sizeof(s->opt) - 8);
		s->opt_len = MAX(n, 0);
		return n;
	}
	if (!strncmp(word, "text=", 5)) {
		n = text_decode(value + 1, s->data, sizeof(s->data));
		s->data_len = MAX(n, 0);
		return n;
	}
	if (!strncmp(word, "frag=", 5)) {
		s->key[KEY_fragoff] = strtol(value + 1, &end, 0);
		s->key[KEY_fraglen] = strtol(end + 1, NULL, 0);
		return *end == '+' ? 0 : -1;
	}
	for (size_t i = 0; i < KEY_COUNT; i++) {
		if (strncmp(packet_keys[i].name, word, len) ||
		    packet_keys[i].name[len])
			continue;
		s->key[i] = value ? strtol(value + 1, &end, 0) : 1;
		return value && *end ? -1 : 0;
	}
	return -1;
}

static int parse_words(struct spec *s, char *rest)
{
	bool icmp = s->proto == IPPROTO_ICMP || s->proto == IPPROTO_ICMPV6;
	bool kind_seen = false;
	char *word, *save = NULL;

	for (word = strtok_r(rest, " \t", &save); word;
	     word = strtok_r(NULL, " \t", &save)) {
		if (parse_key(s, word) >= 0)
			continue;
		if (kind_seen || (!icmp && s->proto != IPPROTO_TCP))
			return -1;
		if (icmp ? parse_icmp_type(s, word) : parse_tcp_flags(s, word))
			return -1;
		kind_seen = true;
	}
	return 0;
}

/* Addresses, ports and ICMP id of the packet @st, turned round. */
static int spec_reverse(struct spec *s, const struct step *st)
{
	const struct frame *f = as_left(st);
	const uint8_t *l4;
	size_t ihl;

	s->v6 = f->data[0] >> 4 == 6;
	ihl = s->v6 ? 40 : (f->data[0] & 15) * 4;
	if (f->len < ihl)
		return -1;
	s->proto = s->v6 ? f->data[6] : f->data[9];
	memcpy(s->src, f->data + (s->v6 ? 24 : 16), s->v6 ? 16 : 4);
	memcpy(s->dst, f->data + (s->v6 ? 8 : 12), s->v6 ? 16 : 4);
	l4 = f->data + ihl;
	if (f->len < ihl + 8)
		return 0;
	if (s->proto == IPPROTO_TCP || s->proto == IPPROTO_UDP) {
		s->sport = get_be16(l4 + 2);
		s->dport = get_be16(l4);
	} else if (s->proto == IPPROTO_ICMP || s->proto == IPPROTO_ICMPV6) {
		s->type = s->v6 ? l4[0] + 1 : l4[0] == 8 ? 0 : l4[0] + 1;
		s->code = l4[1];
		s->key[KEY_id] = get_be16(l4 + 4);
		s->key[KEY_seq] = get_be16(l4 + 6);
	}
	return 0;
}

/* "PROTO A > B" or "proto N A > B"; @rest is what follows. */
static int parse_head(struct spec *s, char *text, char **rest)
{
	char proto[16], from[64], arrow[4], to[64];
	bool other;
	int n = 0;

	if (sscanf(text, "proto %15s %63s %3s %63s%n", proto, from, arrow, to,
		   &n) < 4 &&
	    sscanf(text, "%15s %63s %3s %63s%n", proto, from, arrow, to, &n) <
		    4)
		return -1;
	*rest = text + n;
	s->proto = strtoul(proto, NULL, 0);
	for (size_t i = 0; i < ARRAY_LEN(l4_names); i++)
		if (!strcmp(l4_names[i].name, proto))
			s->proto = l4_names[i].number;
	if (strcmp(arrow, ">") ||
	    parse_endpoint(from, &s->v6, s->src, &s->sport) ||
	    parse_endpoint(to, &other, s->dst, &s->dport) || other != s->v6)
		return -1;
	return 0;
}

static int parse_reply(struct spec *s, char *text, const struct result *past,
		       char **rest)
{
	const struct step *st = NULL;

	st = result_step(past, strtoul(text + 6, rest, 10));
	return st ? spec_reverse(s, st) : -1;
}

static int parse_raw(const char *text, struct frame *f)
{
	uint8_t *b = xmalloc(strlen(text) / 2 + 1);
	int n = hex_decode(text + strspn(text, " "), b, strlen(text) / 2 + 1);

	f->data = b;
	f->len = MAX(n, 0);
	return n > 0 ? 0 : -1;
}

static int parse_spec(struct spec *s, char *text, size_t number,
		      const struct result *past)
{
	char *rest = NULL;
	int rc;

	for (size_t i = 0; i < KEY_COUNT; i++)
		s->key[i] = packet_keys[i].def;
	s->key[KEY_ipid] = number;
	rc = strncmp(text, "reply ", 6) ? parse_head(s, text, &rest)
					: parse_reply(s, text, past, &rest);
	if (rc || parse_words(s, rest))
		return -1;
	if (s->key[KEY_sport] >= 0)
		s->sport = s->key[KEY_sport];
	if (s->key[KEY_dport] >= 0)
		s->dport = s->key[KEY_dport];
	if (s->key[KEY_about] >= 0) {
		s->about = result_step(past, s->key[KEY_about]);
		return s->about ? 0 : -1;
	}
	return 0;
}

int packet_text_parse(const char *line, size_t number,
		      const struct result *past, struct frame *f,
		      struct strbuf *err)
{
	char *text = xstrdup(line), *at = strstr(text, "> ");
	struct spec *s = xzalloc(sizeof(*s));
	int rc = -1;

	memset(f, 0, sizeof(*f));
	if (at && (size_t)(at - text) < sizeof(f->link)) {
		memcpy(f->link, text, at - text);
		at += 2;
		if (!strncmp(at, "raw ", 4)) {
			rc = parse_raw(at + 4, f);
		} else {
			rc = parse_spec(s, at, number, past);
			if (!rc)
				build(s, f);
		}
	}
	if (rc) {
		strbuf_printf(err, "not a packet: %s", line);
		free(f->data);
		f->data = NULL;
	}
	free(s);
	free(text);
	return rc;
}

long packet_text_pause_ms(const char *line)
{
	char *end;
	double seconds;

	if (*line != '+')
		return -1;
	seconds = strtod(line + 1, &end);
	return *end == 's' ? (long)(seconds * 1000) : -1;
}

/* ---- telling about a packet ---------------------------------------------- */

static void describe_l4(struct strbuf *b, uint8_t proto, const uint8_t *p,
			size_t len)
{
	if (proto == IPPROTO_TCP && len >= 20) {
		strbuf_printf(b, " %u > %u ", get_be16(p), get_be16(p + 2));
		for (int i = 0; i < 8; i++)
			if (p[13] & 1 << i)
				strbuf_putc(b, tcp_flag_letters[i]);
		strbuf_printf(b, " seq=%u ack=%u win=%u", get_be32(p + 4),
			      get_be32(p + 8), get_be16(p + 14));
	} else if (proto == IPPROTO_UDP && len >= 8) {
		strbuf_printf(b, " %u > %u", get_be16(p), get_be16(p + 2));
	} else if ((proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6) &&
		   len >= 8) {
		strbuf_printf(b, " %u/%u id=%u", p[0], p[1], get_be16(p + 4));
	}
}

static void describe_name(struct strbuf *b, uint8_t proto)
{
	for (size_t i = 0; i < ARRAY_LEN(l4_names); i++)
		if (l4_names[i].number == proto) {
			strbuf_puts(b, l4_names[i].name);
			return;
		}
	strbuf_printf(b, "proto %u", proto);
}

void packet_text_describe(struct strbuf *b, const uint8_t *data, size_t len)
{
	bool v6 = len && data[0] >> 4 == 6;
	size_t ihl = v6 ? 40 : len ? (data[0] & 15) * 4 : 0;
	char src[64], dst[64];
	uint16_t frag;

	if (len < MAX(ihl, (size_t)20)) {
		strbuf_printf(b, "%zu bytes, no IP header", len);
		return;
	}
	inet_ntop(v6 ? AF_INET6 : AF_INET, data + (v6 ? 8 : 12), src,
		  sizeof(src));
	inet_ntop(v6 ? AF_INET6 : AF_INET, data + (v6 ? 24 : 16), dst,
		  sizeof(dst));
	describe_name(b, v6 ? data[6] : data[9]);
	strbuf_printf(b, " %s > %s", src, dst);
	frag = v6 ? 0 : get_be16(data + 6);
	if (!(frag & 0x1fff))
		describe_l4(b, v6 ? data[6] : data[9], data + ihl, len - ihl);
	if (frag & 0x3fff)
		strbuf_printf(b, " frag=%u%s", (frag & 0x1fff) * 8,
			      frag & 0x2000 ? "+" : "");
	strbuf_printf(b, " ttl=%u %zu bytes", data[v6 ? 7 : 8], len);
}
