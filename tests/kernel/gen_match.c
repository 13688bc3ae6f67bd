/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation: a table says for every match where its value lies in
 * a packet. A match is made by reading the value of the packet aimed at and
 * writing an expression around it in one of several forms (equal, range, set,
 * ...). What does not stand in the packet (connection, mark, links) is drawn
 * from words that occur.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

#include "base/byteorder.h"
#include "gen_match.h"

/* Where a value lies. */
enum layer {
	LAYER_IP4,
	LAYER_IP6,
	LAYER_TCP,
	LAYER_UDP,
	LAYER_TH,
	LAYER_ICMP,
	LAYER_ICMP6,
	/* the L3 length, the ethertype, the protocols */
	LAYER_META,
};

enum shape {
	SHAPE_NUMBER,
	SHAPE_ADDR4,
	SHAPE_ADDR6
};

/**
 * struct field - a match whose value stands in the packet
 * @bit:	offset in the layer's header, @bits wide
 * @type:	nft's datatype, for named sets and maps; NULL: not for them
 */
struct field {
	enum kind kind;
	const char *text;
	enum layer layer;
	uint16_t bit;
	uint8_t bits;
	enum shape shape;
	const char *type;
};

#define N(k, t, layer, bit, bits, type)                                 \
	{                                                               \
		KIND_match_##k, t, layer, bit, bits, SHAPE_NUMBER, type \
	}

static const struct field fields[] = {
	{ KIND_match_ip_saddr, "ip saddr", LAYER_IP4, 96, 32, SHAPE_ADDR4,
	  "ipv4_addr" },
	{ KIND_match_ip_daddr, "ip daddr", LAYER_IP4, 128, 32, SHAPE_ADDR4,
	  "ipv4_addr" },
	{ KIND_match_ip6_saddr, "ip6 saddr", LAYER_IP6, 64, 128, SHAPE_ADDR6,
	  "ipv6_addr" },
	{ KIND_match_ip6_daddr, "ip6 daddr", LAYER_IP6, 192, 128, SHAPE_ADDR6,
	  "ipv6_addr" },
	N(ip_protocol, "ip protocol", LAYER_IP4, 72, 8, "inet_proto"),
	N(ip_ttl, "ip ttl", LAYER_IP4, 64, 8, NULL),
	N(ip_dscp, "ip dscp", LAYER_IP4, 8, 6, NULL),
	N(ip_length, "ip length", LAYER_IP4, 16, 16, NULL),
	N(ip_id, "ip id", LAYER_IP4, 32, 16, NULL),
	N(ip_frag_off, "ip frag-off", LAYER_IP4, 48, 16, NULL),
	N(ip_hdrlength, "ip hdrlength", LAYER_IP4, 4, 4, NULL),
	N(ip6_nexthdr, "ip6 nexthdr", LAYER_IP6, 48, 8, "inet_proto"),
	N(ip6_hoplimit, "ip6 hoplimit", LAYER_IP6, 56, 8, NULL),
	N(ip6_dscp, "ip6 dscp", LAYER_IP6, 4, 6, NULL),
	N(ip6_length, "ip6 length", LAYER_IP6, 32, 16, NULL),
	N(ip6_flowlabel, "ip6 flowlabel", LAYER_IP6, 12, 20, NULL),
	N(tcp_sport, "tcp sport", LAYER_TCP, 0, 16, "inet_service"),
	N(tcp_dport, "tcp dport", LAYER_TCP, 16, 16, "inet_service"),
	N(tcp_sequence, "tcp sequence", LAYER_TCP, 32, 32, NULL),
	N(tcp_ackseq, "tcp ackseq", LAYER_TCP, 64, 32, NULL),
	N(tcp_doff, "tcp doff", LAYER_TCP, 96, 4, NULL),
	N(tcp_window, "tcp window", LAYER_TCP, 112, 16, NULL),
	N(udp_sport, "udp sport", LAYER_UDP, 0, 16, "inet_service"),
	N(udp_dport, "udp dport", LAYER_UDP, 16, 16, "inet_service"),
	N(udp_length, "udp length", LAYER_UDP, 32, 16, NULL),
	N(th_sport, "th sport", LAYER_TH, 0, 16, "inet_service"),
	N(th_dport, "th dport", LAYER_TH, 16, 16, "inet_service"),
	N(icmp_type, "icmp type", LAYER_ICMP, 0, 8, "icmp_type"),
	N(icmp_code, "icmp code", LAYER_ICMP, 8, 8, NULL),
	N(icmp_id, "icmp id", LAYER_ICMP, 32, 16, NULL),
	N(icmp_sequence, "icmp sequence", LAYER_ICMP, 48, 16, NULL),
	N(icmpv6_type, "icmpv6 type", LAYER_ICMP6, 0, 8, "icmpv6_type"),
	N(icmpv6_code, "icmpv6 code", LAYER_ICMP6, 8, 8, NULL),
	N(icmpv6_id, "icmpv6 id", LAYER_ICMP6, 32, 16, NULL),
	N(icmpv6_sequence, "icmpv6 sequence", LAYER_ICMP6, 48, 16, NULL),
	N(length, "meta length", LAYER_META, 0, 32, NULL),
	N(l4proto, "meta l4proto", LAYER_META, 1, 8, "inet_proto"),
};

/**
 * struct word_match - a match whose value does not stand in the packet
 * @values:	what it is compared with
 * @ct:		it asks the connection
 * @weight:	how often it is taken, beside the others
 */
struct word_match {
	enum kind kind;
	const char *text;
	const char *values[10];
	bool ct;
	uint8_t weight;
};

static const struct word_match word_matches[] = {
	{ KIND_match_iif, "iif", { "lan", "wan", "dmz", "lo" }, false, 3 },
	{ KIND_match_oif, "oif", { "lan", "wan", "dmz", "wan" }, false, 3 },
	{ KIND_match_iifname,
	  "iifname",
	  { "\"lan\"", "\"wan\"", "\"dmz\"", "\"nope\"", "\"la*\"" },
	  false,
	  4 },
	{ KIND_match_oifname,
	  "oifname",
	  { "\"lan\"", "\"wan\"", "\"dmz\"", "\"d*\"" },
	  false,
	  4 },
	{ KIND_match_mark, "meta mark", { "0", "1", "2", "0x10" }, false, 4 },
	{ KIND_match_ct_state,
	  "ct state",
	  { "new", "established", "invalid", "untracked", "related",
	    "established", "new", "established" },
	  true,
	  9 },
	{ KIND_match_ct_direction,
	  "ct direction",
	  { "original", "reply" },
	  true,
	  4 },
	{ KIND_match_ct_status,
	  "ct status",
	  { "seen-reply", "assured", "confirmed", "snat", "dying" },
	  true,
	  4 },
	{ KIND_match_ct_mark, "ct mark", { "0", "1", "0x10", "3" }, true, 4 },
	{ KIND_match_fib_type,
	  "fib daddr type",
	  { "unicast", "local", "blackhole", "unicast", "unreachable" },
	  false,
	  4 },
};

/* Tuple parts; the packet's own address or port is in one of them. */
static const struct {
	enum kind kind;
	const char *text;
	enum layer layer;
	uint16_t bit;
	uint8_t bits;
	enum shape shape;
} tuple_parts[] = {
#define TUPLE(k, t, layer, bit, bits, shape)                              \
	{ KIND_match_ct_##k, "ct original " t, layer, bit, bits, shape }, \
	{                                                                 \
		KIND_match_ct_##k, "ct reply " t, layer, bit, bits, shape \
	}
	TUPLE(saddr, "ip saddr", LAYER_IP4, 96, 32, SHAPE_ADDR4),
	TUPLE(daddr, "ip daddr", LAYER_IP4, 128, 32, SHAPE_ADDR4),
	TUPLE(saddr6, "ip6 saddr", LAYER_IP6, 64, 128, SHAPE_ADDR6),
	TUPLE(daddr6, "ip6 daddr", LAYER_IP6, 192, 128, SHAPE_ADDR6),
	TUPLE(proto_src, "proto-src", LAYER_TH, 0, 16, SHAPE_NUMBER),
	TUPLE(proto_dst, "proto-dst", LAYER_TH, 16, 16, SHAPE_NUMBER),
	TUPLE(proto_src, "proto-src", LAYER_ICMP, 32, 16, SHAPE_NUMBER),
	TUPLE(proto_dst, "proto-dst", LAYER_ICMP, 0, 16, SHAPE_NUMBER),
};

static const char *const flag_words[] = { "fin", "syn", "rst",
					  "psh", "ack", "urg" };

/* ---- values -------------------------------------------------------------- */

/**
 * struct value - a field's value in the packet aimed at
 * @n:		number, host order; addresses: @a, @bytes long
 */
struct value {
	enum shape shape;
	uint8_t bits;
	uint64_t n;
	uint8_t a[16];
};

static bool has_layer(const struct aim *a, enum layer layer)
{
	bool tcp = a->proto == IPPROTO_TCP, udp = a->proto == IPPROTO_UDP;

	switch (layer) {
	case LAYER_IP4:
		return !a->v6;
	case LAYER_IP6:
		return a->v6;
	case LAYER_TCP:
		return tcp && !a->is_fragment && a->f->len >= a->l4 + 20;
	case LAYER_UDP:
		return udp && !a->is_fragment;
	case LAYER_TH:
		return (tcp || udp) && !a->is_fragment;
	case LAYER_ICMP:
		return a->proto == IPPROTO_ICMP && !a->is_fragment;
	case LAYER_ICMP6:
		return a->proto == IPPROTO_ICMPV6 && !a->is_fragment;
	default:
		return a->f->len >= 20;
	}
}

static uint64_t read_bits(const uint8_t *p, unsigned int bit, unsigned int bits)
{
	uint64_t v = 0;

	for (; bits; bits--, bit++)
		v = v << 1 | (p[bit / 8] >> (7 - bit % 8) & 1);
	return v;
}

static struct value value_of(const struct aim *a, enum layer layer,
			     unsigned int bit, uint8_t bits, enum shape shape)
{
	struct value v = { .shape = shape, .bits = bits };
	const uint8_t *p = a->f->data;

	if (layer == LAYER_META) {
		v.n = bit ? a->proto : a->f->len;
		return v;
	}
	p += layer == LAYER_IP4 || layer == LAYER_IP6 ? 0 : a->l4;
	if (shape == SHAPE_NUMBER)
		v.n = read_bits(p, bit, bits);
	else
		memcpy(v.a, p + bit / 8, bits / 8);
	return v;
}

static void put_addr(struct strbuf *b, const struct value *v)
{
	char text[64];

	inet_ntop(v->shape == SHAPE_ADDR6 ? AF_INET6 : AF_INET, v->a, text,
		  sizeof(text));
	strbuf_puts(b, text);
}

static void put(struct strbuf *b, const struct value *v)
{
	if (v->shape == SHAPE_NUMBER)
		strbuf_printf(b, "%llu", (unsigned long long)v->n);
	else
		put_addr(b, v);
}

static uint64_t top_of(const struct value *v)
{
	return (UINT64_C(1) << v->bits) - 1;
}

/* A value near @v, @by steps up or down, inside the type. */
static struct value moved(const struct value *v, int by)
{
	struct value w = *v;
	size_t last = v->bits / 8 - 1;

	if (v->shape == SHAPE_NUMBER)
		w.n = by < 0 ? v->n - MIN(v->n, (uint64_t)-by)
			     : MIN(v->n + by, top_of(v));
	else
		w.a[last] = by < 0 ? w.a[last] - MIN(w.a[last], -by)
				   : MIN(w.a[last] + by, 255);
	return w;
}

static void put_range(struct strbuf *b, const struct value *v, struct rng *rng)
{
	struct value lo = moved(v, -(int)rng_below(rng, 20));
	struct value hi = moved(v, 1 + rng_below(rng, 30));

	if (!memcmp(&lo, &hi, sizeof(lo)))
		lo = moved(&lo, -1);
	put(b, &lo);
	strbuf_putc(b, '-');
	put(b, &hi);
}

/* The network of an address, as a prefix. */
static void put_prefix(struct strbuf *b, const struct value *v, struct rng *rng)
{
	unsigned int len = v->shape == SHAPE_ADDR6 ? 48 + rng_below(rng, 80)
						   : 8 + rng_below(rng, 24);
	struct value w = *v;

	for (unsigned int bit = len; bit < v->bits; bit++)
		w.a[bit / 8] &= ~(0x80 >> bit % 8);
	put(b, &w);
	strbuf_printf(b, "/%u", len);
}

/* Some other value of the shape, far away. */
static void put_other(struct strbuf *b, const struct value *v, struct rng *rng)
{
	struct value w = *v;

	if (v->shape == SHAPE_ADDR4)
		strbuf_printf(b, "172.16.%u.1", rng_below(rng, 200));
	else if (v->shape == SHAPE_ADDR6)
		strbuf_printf(b, "fdff::%x", 1 + rng_below(rng, 60000));
	else {
		w.n = v->n ^ (1 + rng_below(rng, MIN(top_of(v), 200)));
		put(b, &w);
	}
}

/* ---- forms --------------------------------------------------------------- */

static enum kind set_of_values(struct strbuf *b, const struct value *v,
			       struct rng *rng, const char *negate)
{
	strbuf_printf(b, "%s{ ", negate);
	if (*negate) {
		put_other(b, v, rng);
	} else {
		put_other(b, v, rng);
		strbuf_puts(b, ", ");
		put(b, v);
	}
	strbuf_puts(b, " }");
	return *negate ? KIND_form_neq_set : KIND_form_set;
}

static enum kind set_of_intervals(struct strbuf *b, const struct value *v,
				  struct rng *rng)
{
	struct value far = *v;

	strbuf_puts(b, "{ ");
	if (v->shape != SHAPE_NUMBER && chance(rng, 50)) {
		put_prefix(b, v, rng);
		strbuf_puts(b, v->shape == SHAPE_ADDR4
				       ? ", 172.16.0.0/12"
				       : ", fdfe::/32, ff02::1-ff02::9");
	} else {
		put_range(b, v, rng);
		far = moved(v, 40);
		if (v->shape == SHAPE_NUMBER && far.n + 20 < top_of(v))
			strbuf_printf(b, ", %llu-%llu, %llu",
				      (unsigned long long)far.n,
				      (unsigned long long)far.n + 10,
				      (unsigned long long)far.n + 15);
	}
	strbuf_puts(b, " }");
	return KIND_form_interval_set;
}

static enum kind number_form(struct strbuf *b, const struct value *v,
			     struct rng *rng)
{
	struct value near;
	uint64_t mask;

	switch (rng_below(rng, 3)) {
	case 0:
		near = moved(v, 1 + rng_below(rng, 50));
		strbuf_puts(b, chance(rng, 50) ? "<= " : "< ");
		put(b, &near);
		return KIND_form_order;
	case 1:
		near = moved(v, -(int)(1 + rng_below(rng, 50)));
		strbuf_puts(b, chance(rng, 50) ? ">= " : "> ");
		put(b, &near);
		return KIND_form_order;
	default:
		mask = 1 + rng_below(rng, MIN(top_of(v), 0xffff));
		strbuf_printf(b, "& 0x%llx == 0x%llx", (unsigned long long)mask,
			      (unsigned long long)(v->n & mask));
		return KIND_form_mask;
	}
}

static enum kind named_set(struct strbuf *b, const struct value *v,
			   const char *type, struct rng *rng,
			   struct strbuf *sets)
{
	bool interval = chance(rng, 50);
	uint32_t name = rng_u32(rng);

	strbuf_printf(b, "@s%u", name);
	strbuf_printf(sets, "\tset s%u {\n\t\ttype %s\n%s\t\telements = ", name,
		      type, interval ? "\t\tflags interval\n" : "");
	if (interval)
		set_of_intervals(sets, v, rng);
	else
		set_of_values(sets, v, rng, "");
	strbuf_puts(sets, "\n\t}\n");
	return KIND_form_named_set;
}

/* One of the forms around the value; its kind. */
static enum kind form(struct strbuf *b, const struct value *v, const char *type,
		      struct rng *rng, struct strbuf *sets)
{
	switch (rng_below(rng, 12)) {
	case 0:
	case 1:
		strbuf_puts(b, "!= ");
		put_other(b, v, rng);
		return KIND_form_neq;
	case 2:
		put_range(b, v, rng);
		return KIND_form_range;
	case 3: {
		struct value far = moved(v, 60);

		strbuf_puts(b, "!= ");
		put_range(b, &far, rng);
		return KIND_form_neq_range;
	}
	case 4:
		return set_of_values(b, v, rng, "");
	case 5:
		return set_of_values(b, v, rng, "!= ");
	case 6:
		return set_of_intervals(b, v, rng);
	case 7:
	case 8:
		if (type)
			return named_set(b, v, type, rng, sets);
		break;
	case 9:
	case 10:
		if (v->shape == SHAPE_NUMBER)
			return number_form(b, v, rng);
		put_prefix(b, v, rng);
		return KIND_form_prefix;
	}
	put(b, v);
	return KIND_form_eq;
}

/* ---- matches -------------------------------------------------------------- */

/* Those that more packets have than the rest of their header. */
static bool is_code(enum kind k)
{
	return k == KIND_match_icmp_type || k == KIND_match_icmp_code ||
	       k == KIND_match_icmpv6_type || k == KIND_match_icmpv6_code;
}

/* A field that the packet has; @typed: one with a datatype of its own. */
static const struct field *pick_field(const struct aim *a, struct rng *rng,
				      bool typed)
{
	const struct field *f;
	unsigned int tries = 200;

	do {
		f = &fields[rng_below(rng, ARRAY_LEN(fields))];
	} while (tries-- && (!has_layer(a, f->layer) || (typed && !f->type) ||
			     (f->layer <= LAYER_IP6 && chance(rng, 70)) ||
			     (f->layer == LAYER_TH && chance(rng, 75)) ||
			     (is_code(f->kind) && chance(rng, 40)) ||
			     (f->layer == LAYER_META && chance(rng, 40))));
	return has_layer(a, f->layer) && (f->type || !typed) ? f : NULL;
}

/* nft takes no set of these beside a field that depends on them. */
static bool others_depend_on(enum kind k)
{
	return k == KIND_match_l4proto || k == KIND_match_ip_protocol ||
	       k == KIND_match_ip6_nexthdr || k == KIND_match_icmp_type ||
	       k == KIND_match_icmpv6_type;
}

static void match_field(const struct aim *a, struct rng *rng, struct strbuf *b,
			struct strbuf *sets, struct kind_set *kinds)
{
	const struct field *f = pick_field(a, rng, false);
	struct value v;

	if (!f)
		return;
	v = value_of(a, f->layer, f->bit, f->bits, f->shape);
	strbuf_printf(b, "%s ", f->text);
	kind_add(kinds, f->kind);
	if (others_depend_on(f->kind))
		kind_add(kinds, number_form(b, &v, rng));
	else
		kind_add(kinds, form(b, &v, f->type, rng, sets));
	strbuf_putc(b, ' ');
}

static void match_word(struct rng *rng, bool ct, struct strbuf *b,
		       struct kind_set *kinds)
{
	const struct word_match *w;
	uint32_t n = 0, r, which;

	do {
		w = &pick(rng, word_matches);
		r = rng_below(rng, 9);
	} while ((w->ct && !ct) || r >= w->weight);
	while (n < ARRAY_LEN(w->values) && w->values[n])
		n++;
	which = rng_below(rng, n);
	kind_add(kinds, w->kind);
	r = rng_below(rng, 10);
	if (r < 2) {
		kind_add(kinds, KIND_form_neq);
		strbuf_printf(b, "%s != %s ", w->text, w->values[which]);
	} else if (r < 4 && which && !strchr(w->values[which], '*') &&
		   strcmp(w->values[which], w->values[0])) {
		kind_add(kinds, KIND_form_set);
		strbuf_printf(b, "%s { %s, %s } ", w->text, w->values[0],
			      w->values[which]);
	} else {
		kind_add(kinds, KIND_form_eq);
		strbuf_printf(b, "%s %s ", w->text, w->values[which]);
	}
}

static void match_tuple(const struct aim *a, struct rng *rng, struct strbuf *b,
			struct strbuf *sets, struct kind_set *kinds)
{
	uint32_t i, tries = 100;
	struct value v;

	do {
		i = rng_below(rng, ARRAY_LEN(tuple_parts));
	} while (tries-- && !has_layer(a, tuple_parts[i].layer));
	if (!has_layer(a, tuple_parts[i].layer))
		return;
	v = value_of(a, tuple_parts[i].layer, tuple_parts[i].bit,
		     tuple_parts[i].bits, tuple_parts[i].shape);
	if (v.shape == SHAPE_NUMBER)
		strbuf_printf(b, "meta l4proto %u ", a->proto);
	strbuf_printf(b, "%s ", tuple_parts[i].text);
	kind_add(kinds, tuple_parts[i].kind);
	kind_add(kinds, form(b, &v, NULL, rng, sets));
	strbuf_putc(b, ' ');
}

static void match_tcp_flags(const struct aim *a, struct rng *rng,
			    struct strbuf *b, struct kind_set *kinds)
{
	uint8_t flags = a->f->data[a->l4 + 13] & 0x3f, mask;
	const char *sep = "";

	kind_add(kinds, KIND_match_tcp_flags);
	if (chance(rng, 30)) {
		kind_add(kinds, KIND_form_neq);
		strbuf_printf(b, "tcp flags != %s ", pick(rng, flag_words));
		return;
	}
	if (chance(rng, 30)) {
		kind_add(kinds, KIND_form_eq);
		strbuf_printf(b, "tcp flags == 0x%x ", flags);
		return;
	}
	mask = flags | 1 << rng_below(rng, 6);
	strbuf_puts(b, "tcp flags & (");
	for (int i = 0; i < 6; i++)
		if (mask & 1 << i) {
			strbuf_printf(b, "%s%s", sep, flag_words[i]);
			sep = "|";
		}
	strbuf_printf(b, ") == 0x%x ", flags);
	kind_add(kinds, KIND_form_mask);
}

/* IP version and protocol, which a rule's other matches must agree with. */
static void match_version(const struct aim *a, struct rng *rng, bool ct,
			  struct strbuf *b, struct kind_set *kinds)
{
	uint32_t r = rng_below(rng, ct ? 4 : 2);

	kind_add(kinds, KIND_form_eq);
	if (r == 0 && a->inet) {
		strbuf_printf(b, "meta nfproto %s ", a->v6 ? "ipv6" : "ipv4");
		kind_add(kinds, KIND_match_nfproto);
	} else if (r <= 1) {
		strbuf_printf(b, "meta protocol %s ", a->v6 ? "ip6" : "ip");
		kind_add(kinds, KIND_match_protocol);
	} else if (r == 2) {
		strbuf_printf(b, "ct l3proto %s ", a->v6 ? "ipv6" : "ipv4");
		kind_add(kinds, KIND_match_ct_l3proto);
	} else {
		strbuf_printf(b, "ct protocol %u ", a->proto);
		kind_add(kinds, KIND_match_ct_protocol);
	}
}

/* Two typed fields as one key, looked up in a set. */
static void match_concat(const struct aim *a, struct rng *rng, struct strbuf *b,
			 struct kind_set *kinds)
{
	const struct field *x = pick_field(a, rng, true), *y;
	bool interval = chance(rng, 50);
	struct value v, w;

	y = pick_field(a, rng, true);
	if (!x || !y || x == y)
		return;
	v = value_of(a, x->layer, x->bit, x->bits, x->shape);
	w = value_of(a, y->layer, y->bit, y->bits, y->shape);
	strbuf_printf(b, "%s . %s { ", x->text, y->text);
	if (interval && v.shape != SHAPE_NUMBER)
		put_prefix(b, &v, rng);
	else if (interval)
		put_range(b, &v, rng);
	else
		put(b, &v);
	strbuf_puts(b, " . ");
	put(b, &w);
	strbuf_puts(b, ", ");
	put_other(b, &v, rng);
	strbuf_puts(b, " . ");
	put_other(b, &w, rng);
	strbuf_puts(b, " } ");
	kind_add(kinds, x->kind);
	kind_add(kinds, y->kind);
	kind_add(kinds,
		 interval ? KIND_form_concat_interval : KIND_form_concat);
}

void gen_match(const struct aim *a, struct rng *rng, bool ct,
	       struct strbuf *text, struct strbuf *sets, struct kind_set *kinds)
{
	uint32_t r = rng_below(rng, 100);

	if (r < 8 && has_layer(a, LAYER_TCP))
		match_tcp_flags(a, rng, text, kinds);
	else if (r < 20)
		match_concat(a, rng, text, kinds);
	else if (r < 26)
		match_version(a, rng, ct, text, kinds);
	else if (r < 48)
		match_word(rng, ct, text, kinds);
	else if (r < 58 && ct)
		match_tuple(a, rng, text, sets, kinds);
	else
		match_field(a, rng, text, sets, kinds);
}

/* A range that the neighbour of the value is not in, for maps. */
static void put_key(struct strbuf *b, const struct value *v, struct rng *rng)
{
	if (chance(rng, 40))
		put_range(b, v, rng);
	else
		put(b, v);
}

/* Does @far lie beyond every range around @v? */
static bool is_far(const struct value *v, const struct value *far)
{
	if (v->shape == SHAPE_NUMBER)
		return far->n == v->n + 70;
	return far->a[v->bits / 8 - 1] == v->a[v->bits / 8 - 1] + 70;
}

void gen_vmap(const struct aim *a, struct rng *rng, const char *chain,
	      struct strbuf *text, struct kind_set *kinds)
{
	const struct field *f = pick_field(a, rng, true);
	struct value v, far;

	if (!f)
		return;
	v = value_of(a, f->layer, f->bit, f->bits, f->shape);
	far = moved(&v, 70);
	strbuf_printf(text, "%s vmap { ", f->text);
	put_key(text, &v, rng);
	if (chain)
		strbuf_printf(text, " : jump %s", chain);
	else
		strbuf_puts(text, chance(rng, 70) ? " : accept" : " : drop");
	if (is_far(&v, &far)) {
		strbuf_puts(text, ", ");
		put(text, &far);
		strbuf_puts(text, " : return");
	}
	strbuf_puts(text, " } ");
	kind_add(kinds, f->kind);
	kind_add(kinds, KIND_form_vmap);
}

void gen_map(const struct aim *a, struct rng *rng, struct strbuf *text,
	     struct kind_set *kinds)
{
	const struct field *f = pick_field(a, rng, true);
	struct value v;

	if (!f) {
		strbuf_puts(text, "1 ");
		return;
	}
	v = value_of(a, f->layer, f->bit, f->bits, f->shape);
	strbuf_printf(text, "%s map { ", f->text);
	put_key(text, &v, rng);
	strbuf_printf(text, " : %u } ", rng_below(rng, 4));
	kind_add(kinds, f->kind);
	kind_add(kinds, KIND_statement_mark_map);
}
