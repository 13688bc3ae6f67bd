/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The list of datatypes, what they share, and those that are numbers with
 * names.
 */
#include "parser/datatype.h"

#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "parser/check.h"
#include "parser/cmd.h"

static const struct datatype *const types[TYPE_COUNT] = {
#define DATATYPE(id, name) [id] = &type_##name,
#include "parser/datatype.def"
#undef DATATYPE
};

const struct datatype *datatype_by_id(uint32_t id)
{
	return id < TYPE_COUNT ? types[id] : NULL;
}

bool str_is(struct str s, const char *word)
{
	return strlen(word) == s.len && !memcmp(s.s, word, s.len);
}

const struct datatype *datatype_by_name(struct str name)
{
	for (unsigned i = 0; i < TYPE_COUNT; i++)
		if (types[i] && str_is(name, types[i]->name))
			return types[i];
	return NULL;
}

void datatype_names(const char *names[TYPE_COUNT])
{
	for (unsigned i = 0; i < TYPE_COUNT; i++)
		names[i] = types[i] ? types[i]->name : NULL;
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 99;
}

bool str_number(struct str s, u128 *v)
{
	unsigned base = 10;
	uint32_t i = 0;
	u128 n = 0;

	if (s.len > 2 && s.s[0] == '0' && (s.s[1] == 'x' || s.s[1] == 'X')) {
		base = 16;
		i = 2;
	} else if (s.len > 1 && s.s[0] == '0') {
		base = 8;
		i = 1;
	}
	if (i == s.len)
		return false;
	for (; i < s.len; i++) {
		unsigned d = (unsigned)digit_value(s.s[i]);

		if (d >= base || n > (~(u128)0 - d) / base)
			return false;
		n = n * base + d;
	}
	*v = n;
	return true;
}

static bool symbol_find(const struct symbol *syms, struct str s, u128 *v)
{
	for (; syms && syms->name; syms++)
		if (str_is(s, syms->name)) {
			*v = syms->value;
			return true;
		}
	return false;
}

static int unknown_symbol(struct check *c, const struct datatype *t,
			  const struct symbol_expr *s)
{
	const char *names[64], *near;
	char *word = arena_strndup(c->arena, s->text.s, s->text.len);
	size_t n = 0;

	diag_error(c->diags, &s->e.loc, "\"%s\" is not a valid %s (%s)", word,
		   t->name, t->desc);
	for (const struct symbol *y = t->symbols; y && y->name && n < 64; y++)
		names[n++] = y->name;
	near = n ? diag_nearest(word, names, n) : NULL;
	if (near)
		diag_hint(c->diags, "did you mean \"%s\"?", near);
	return -1;
}

int datatype_parse(struct check *c, const struct datatype *t, unsigned bits,
		   const struct symbol_expr *s, u128 *v)
{
	int err = -1;

	if (!symbol_find(t->symbols, s->text, v)) {
		if (t->parse)
			err = t->parse(c, t, s, v);
		else if (str_number(s->text, v))
			err = 0;
		if (err == -2)
			return -1;
		if (err)
			return unknown_symbol(c, t, s);
	}
	if (bits && bits < 128 && *v >> bits)
		return diag_error(c->diags, &s->e.loc,
				  "%.*s does not fit %s (%u bits)",
				  (int)s->text.len, s->text.s, t->name, bits);
	return 0;
}

static void print_dec(u128 v, struct strbuf *out)
{
	char digits[40];
	unsigned i = sizeof(digits);

	do
		digits[--i] = (char)('0' + (unsigned)(v % 10));
	while (v /= 10);
	strbuf_add(out, digits + i, sizeof(digits) - i);
}

static void print_hex(u128 v, unsigned width, struct strbuf *out)
{
	char digits[32];
	unsigned i = sizeof(digits);

	do
		digits[--i] = "0123456789abcdef"[(unsigned)(v & 15)];
	while (v >>= 4);
	strbuf_puts(out, "0x");
	for (unsigned n = sizeof(digits) - i; n < width; n++)
		strbuf_putc(out, '0');
	strbuf_add(out, digits + i, sizeof(digits) - i);
}

static const char *symbol_name(const struct datatype *t, u128 v)
{
	for (const struct symbol *y = t->symbols; y && y->name; y++)
		if (y->value == v)
			return y->name;
	return NULL;
}

void datatype_print(const struct parser_env *env, const struct datatype *t,
		    u128 v, unsigned bits, struct strbuf *out)
{
	const char *name = env && env->numeric ? NULL : symbol_name(t, v);

	if (name) {
		strbuf_printf(out, t->quoted ? "\"%s\"" : "%s", name);
		return;
	}
	if (t->print)
		t->print(env, t, v, bits, out);
	else if (t->bitmask)
		print_hex(v, 0, out);
	else if (t->format == FORMAT_DEC)
		print_dec(v, out);
	else
		print_hex(v,
			  t->format == FORMAT_HEX2
				  ? ((t->size ? t->size : bits) + 7) / 8 * 2
				  : 0,
			  out);
}

/* A verdict is not parsed here: its words are the grammar's. */
const struct datatype type_verdict = {
	.id = TYPE_VERDICT,
	.name = "verdict",
	.desc = "netfilter verdict",
	.size = 32,
	.byteorder = BYTEORDER_HOST,
};

static void invalid_print(const struct parser_env *env,
			  const struct datatype *t, u128 v, unsigned bits,
			  struct strbuf *out)
{
	print_hex(v, 0, out);
	strbuf_puts(out, " [invalid type]");
}

const struct datatype type_invalid = {
	.name = "invalid",
	.desc = "invalid type",
	.byteorder = BYTEORDER_BIG,
	.print = invalid_print,
};

const struct datatype type_bitmask = {
	.id = TYPE_BITMASK,
	.name = "bitmask",
	.desc = "bitmask",
	.format = FORMAT_HEX,
};

const struct datatype type_integer = {
	.id = TYPE_INTEGER,
	.name = "integer",
	.desc = "integer",
};

#define NUMBERS(tag, type_id, desc_, size_, order_, format_, ...)            \
	static const struct symbol type_##tag##_symbols[] = { __VA_ARGS__,   \
							      { NULL, 0 } }; \
	const struct datatype type_##tag = {                                 \
		.id = type_id,                                               \
		.name = #tag,                                                \
		.desc = desc_,                                               \
		.size = size_,                                               \
		.byteorder = order_,                                         \
		.format = format_,                                           \
		.bitmask = type_id == TYPE_CT_STATE ||                       \
			   type_id == TYPE_CT_STATUS ||                      \
			   type_id == TYPE_TCP_FLAG ||                       \
			   type_id == TYPE_CT_EVENTBIT,                      \
		.symbols = type_##tag##_symbols,                             \
	}

/* clang-format off */
NUMBERS(nf_proto, TYPE_NFPROTO, "netfilter protocol", 8, BYTEORDER_HOST,
	FORMAT_DEC, { "ipv4", 2 }, { "ipv6", 10 });

NUMBERS(ether_type, TYPE_ETHERTYPE, "Ethernet protocol", 16, BYTEORDER_BIG,
	FORMAT_HEX2,
	{ "ip", 0x0800 }, { "arp", 0x0806 }, { "ip6", 0x86dd },
	{ "8021q", 0x8100 }, { "8021ad", 0x88a8 }, { "vlan", 0x8100 });

NUMBERS(arp_op, TYPE_ARPOP, "ARP operation", 16, BYTEORDER_BIG, FORMAT_DEC,
	{ "request", 1 }, { "reply", 2 }, { "rrequest", 3 }, { "rreply", 4 },
	{ "inrequest", 8 }, { "inreply", 9 }, { "nak", 10 });

NUMBERS(icmp_type, TYPE_ICMP_TYPE, "ICMP type", 8, BYTEORDER_BIG, FORMAT_DEC,
	{ "echo-reply", 0 }, { "destination-unreachable", 3 },
	{ "source-quench", 4 }, { "redirect", 5 }, { "echo-request", 8 },
	{ "router-advertisement", 9 }, { "router-solicitation", 10 },
	{ "time-exceeded", 11 }, { "parameter-problem", 12 },
	{ "timestamp-request", 13 }, { "timestamp-reply", 14 },
	{ "info-request", 15 }, { "info-reply", 16 },
	{ "address-mask-request", 17 }, { "address-mask-reply", 18 });

NUMBERS(icmp_code, TYPE_ICMP_CODE, "icmp code", 8, BYTEORDER_BIG, FORMAT_DEC,
	{ "net-unreachable", 0 }, { "host-unreachable", 1 },
	{ "prot-unreachable", 2 }, { "port-unreachable", 3 },
	{ "net-prohibited", 9 }, { "host-prohibited", 10 },
	{ "admin-prohibited", 13 }, { "frag-needed", 4 });

NUMBERS(icmpv6_type, TYPE_ICMP6_TYPE, "ICMPv6 type", 8, BYTEORDER_BIG,
	FORMAT_DEC,
	{ "destination-unreachable", 1 }, { "packet-too-big", 2 },
	{ "time-exceeded", 3 }, { "parameter-problem", 4 },
	{ "echo-request", 128 }, { "echo-reply", 129 },
	{ "mld-listener-query", 130 }, { "mld-listener-report", 131 },
	{ "mld-listener-done", 132 }, { "mld-listener-reduction", 132 },
	{ "nd-router-solicit", 133 }, { "nd-router-advert", 134 },
	{ "nd-neighbor-solicit", 135 }, { "nd-neighbor-advert", 136 },
	{ "nd-redirect", 137 }, { "router-renumbering", 138 },
	{ "ind-neighbor-solicit", 141 }, { "ind-neighbor-advert", 142 },
	{ "mld2-listener-report", 143 });

NUMBERS(icmpv6_code, TYPE_ICMPV6_CODE, "icmpv6 code", 8, BYTEORDER_BIG,
	FORMAT_DEC,
	{ "no-route", 0 }, { "admin-prohibited", 1 }, { "addr-unreachable", 3 },
	{ "port-unreachable", 4 }, { "policy-fail", 5 }, { "reject-route", 6 });

NUMBERS(icmpx_code, TYPE_ICMPX_CODE, "icmpx code", 8, BYTEORDER_BIG, FORMAT_DEC,
	{ "port-unreachable", 1 }, { "admin-prohibited", 3 },
	{ "no-route", 0 }, { "host-unreachable", 2 });

NUMBERS(igmp_type, TYPE_IGMP_TYPE, "IGMP type", 8, BYTEORDER_BIG, FORMAT_DEC,
	{ "membership-query", 17 }, { "membership-report-v1", 18 },
	{ "membership-report-v2", 22 }, { "membership-report-v3", 34 },
	{ "leave-group", 23 });

NUMBERS(tcp_flag, TYPE_TCP_FLAG, "TCP flag", 8, BYTEORDER_BIG, FORMAT_HEX,
	{ "fin", 0x01 }, { "syn", 0x02 }, { "rst", 0x04 }, { "psh", 0x08 },
	{ "ack", 0x10 }, { "urg", 0x20 }, { "ecn", 0x40 }, { "cwr", 0x80 });

NUMBERS(dccp_pkttype, TYPE_DCCP_PKTTYPE, "DCCP packet type", 4, BYTEORDER_BIG,
	FORMAT_HEX2,
	{ "request", 0 }, { "response", 1 }, { "data", 2 }, { "ack", 3 },
	{ "dataack", 4 }, { "closereq", 5 }, { "close", 6 }, { "reset", 7 },
	{ "sync", 8 }, { "syncack", 9 });

NUMBERS(mh_type, TYPE_MH_TYPE, "Mobility Header Type", 8, BYTEORDER_BIG,
	FORMAT_DEC,
	{ "binding-refresh-request", 0 }, { "home-test-init", 1 },
	{ "careof-test-init", 2 }, { "home-test", 3 }, { "careof-test", 4 },
	{ "binding-update", 5 }, { "binding-acknowledgement", 6 },
	{ "binding-error", 7 }, { "fast-binding-update", 8 },
	{ "fast-binding-acknowledgement", 9 },
	{ "fast-binding-advertisement", 10 },
	{ "experimental-mobility-header", 11 },
	{ "home-agent-switch-message", 12 });

NUMBERS(iface_type, TYPE_ARPHRD, "network interface type", 16, BYTEORDER_HOST,
	FORMAT_DEC,
	{ "ether", 1 }, { "ppp", 512 }, { "ipip", 768 }, { "ipip6", 769 },
	{ "loopback", 772 }, { "sit", 776 }, { "ipgre", 778 });

NUMBERS(ct_state, TYPE_CT_STATE, "conntrack state", 32, BYTEORDER_HOST,
	FORMAT_HEX,
	{ "invalid", 1 }, { "new", 8 }, { "established", 2 },
	{ "related", 4 }, { "untracked", 64 });

NUMBERS(ct_dir, TYPE_CT_DIR, "conntrack direction", 8, BYTEORDER_HOST,
	FORMAT_DEC, { "original", 0 }, { "reply", 1 });

NUMBERS(ct_status, TYPE_CT_STATUS, "conntrack status", 32, BYTEORDER_HOST,
	FORMAT_HEX,
	{ "expected", 1 }, { "seen-reply", 2 }, { "assured", 4 },
	{ "confirmed", 8 }, { "snat", 16 }, { "dnat", 32 }, { "dying", 512 });

NUMBERS(ct_event, TYPE_CT_EVENTBIT, "conntrack event bits", 32, BYTEORDER_HOST,
	FORMAT_HEX,
	{ "new", 1 }, { "related", 2 }, { "destroy", 4 }, { "reply", 8 },
	{ "assured", 16 }, { "protoinfo", 32 }, { "helper", 64 },
	{ "mark", 128 }, { "seqadj", 256 }, { "secmark", 512 },
	{ "label", 1024 });

NUMBERS(pkt_type, TYPE_PKTTYPE, "packet type", 8, BYTEORDER_HOST, FORMAT_DEC,
	{ "host", 0 }, { "unicast", 0 }, { "broadcast", 1 }, { "multicast", 2 },
	{ "other", 3 });

NUMBERS(dscp, TYPE_DSCP, "Differentiated Services Code Point", 6,
	BYTEORDER_BIG, FORMAT_HEX2,
	{ "cs0", 0x00 }, { "cs1", 0x08 }, { "cs2", 0x10 }, { "cs3", 0x18 },
	{ "cs4", 0x20 }, { "cs5", 0x28 }, { "cs6", 0x30 }, { "cs7", 0x38 },
	{ "df", 0x00 }, { "be", 0x00 }, { "lephb", 0x01 }, { "af11", 0x0a },
	{ "af12", 0x0c }, { "af13", 0x0e }, { "af21", 0x12 }, { "af22", 0x14 },
	{ "af23", 0x16 }, { "af31", 0x1a }, { "af32", 0x1c }, { "af33", 0x1e },
	{ "af41", 0x22 }, { "af42", 0x24 }, { "af43", 0x26 }, { "va", 0x2c },
	{ "ef", 0x2e });

NUMBERS(ecn, TYPE_ECN, "Explicit Congestion Notification", 2, BYTEORDER_BIG,
	FORMAT_HEX,
	{ "not-ect", 0 }, { "ect1", 1 }, { "ect0", 2 }, { "ce", 3 });

NUMBERS(fib_addrtype, TYPE_FIB_ADDR, "fib address type", 32, BYTEORDER_HOST,
	FORMAT_DEC,
	{ "unspec", 0 }, { "unicast", 1 }, { "local", 2 }, { "broadcast", 3 },
	{ "anycast", 4 }, { "multicast", 5 }, { "blackhole", 6 },
	{ "unreachable", 7 }, { "prohibit", 8 });

NUMBERS(boolean, TYPE_BOOLEAN, "boolean type", 1, BYTEORDER_HOST, FORMAT_DEC,
	{ "exists", 1 }, { "missing", 0 });
/* clang-format on */

/* Number N is bit N. */
static int label_parse(struct check *c, const struct datatype *t,
		       const struct symbol_expr *s, u128 *v)
{
	u128 bit;

	if (!str_number(s->text, &bit))
		return -1;
	if (bit >= t->size) {
		diag_error(c->diags, &s->e.loc, "%.*s: a label is below %u",
			   (int)s->text.len, s->text.s, t->size);
		return -2;
	}
	*v = (u128)1 << (unsigned)bit;
	return 0;
}

static void label_print(const struct parser_env *env, const struct datatype *t,
			u128 v, unsigned bits, struct strbuf *out)
{
	unsigned bit = 0;

	(void)env, (void)t, (void)bits;
	while (bit < 127 && !(v >> bit & 1))
		bit++;
	print_dec(bit, out);
}

const struct datatype type_ct_label = {
	.id = TYPE_CT_LABEL,
	.name = "ct_label",
	.desc = "conntrack label",
	.size = 128,
	.byteorder = BYTEORDER_HOST,
	.bitmask = true,
	.parse = label_parse,
	.print = label_print,
};

const struct datatype type_cgroupsv2 = {
	.id = TYPE_CGROUPV2,
	.name = "cgroupsv2",
	.desc = "cgroupsv2 path",
	.size = 64,
	.byteorder = BYTEORDER_HOST,
};
