/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * A packet is checked as a rule of a bridge would be, where frames of all
 * kinds pass: types, ranges and contradictions (`tcp dport 1 udp sport 2`) are
 * found by the checks that rules have. The dependencies that come of it are
 * thrown away. Then each match must be an equation with one value.
 */
#include "parser/packet.h"

#include <netinet/in.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "parser/check.h"
#include "parser/scan.h"

/* As large as an IP packet can be. */
#define PACKET_MAX 65535

/* ---- building ------------------------------------------------------------ */

static struct packet_item *item_new(struct parser *p, const struct loc *loc,
				    enum packet_item_kind kind)
{
	struct packet_item *it = arena_new_of(p->arena, struct packet_item);

	it->kind = kind;
	it->loc = *loc;
	return it;
}

struct packet_item *build_packet_add(struct packet_item *list,
				     struct packet_item *it)
{
	struct packet_item *last = list;

	if (!it)
		return list;
	if (!list)
		return it;
	while (last->next)
		last = last->next;
	last->next = it;
	return list;
}

struct packet_item *build_packet_match(struct parser *p, const struct loc *loc,
				       struct stmt *match)
{
	struct packet_item *it = item_new(p, loc, PACKET_FIELD);

	it->match = match;
	return it;
}

static struct packet_item *unknown(struct parser *p, const struct loc *loc,
				   struct str word, const char *form)
{
	static const char *const words[] = { "payload", "raw", "fragment",
					     "about", "like" };
	const char *name = arena_strndup(p->arena, word.s, word.len);
	const char *near = diag_nearest(name, words, ARRAY_LEN(words));

	diag_error(p->diags, loc, "'%s%s' says nothing of a packet", name,
		   form);
	if (near)
		diag_hint(p->diags, "did you mean \"%s\"?", near);
	return NULL;
}

static bool number(struct parser *p, const struct loc *loc, struct str s,
		   u128 *v)
{
	if (str_number(s, v) && *v <= PACKET_MAX)
		return true;
	diag_error(p->diags, loc, "a number up to %d is expected", PACKET_MAX);
	return false;
}

struct packet_item *build_packet_word(struct parser *p, const struct loc *loc,
				      struct str word,
				      const struct loc *arg_loc, struct str arg)
{
	struct packet_item *it;
	u128 v;

	if (str_is(word, "like")) {
		it = item_new(p, arg_loc, PACKET_LIKE);
		it->word = arg;
		return it;
	}
	if (!str_is(word, "payload"))
		return unknown(p, loc, word, " ...");
	it = item_new(p, loc, PACKET_PAYLOAD);
	if (!number(p, arg_loc, arg, &v))
		return NULL;
	it->len = (size_t)v;
	return it;
}

struct packet_item *build_packet_span(struct parser *p, const struct loc *loc,
				      struct str word, const struct loc *a_loc,
				      struct str a, const struct loc *b_loc,
				      struct str b)
{
	struct packet_item *it = item_new(p, loc, PACKET_FRAGMENT);

	if (!str_is(word, "fragment"))
		return unknown(p, loc, word, " A-B");
	if (!number(p, a_loc, a, &it->value) || !number(p, b_loc, b, &it->to))
		return NULL;
	if (it->value % 8) {
		diag_error(p->diags, a_loc,
			   "a fragment begins at a multiple of 8 bytes");
		return NULL;
	}
	if (it->to < it->value) {
		diag_error2(p->diags, b_loc, a_loc, "it ends before it begins");
		return NULL;
	}
	return it;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Two digits at @s, or -1. */
static int hex_byte(const char *s, const char *end)
{
	if (end - s < 2 || hex_digit(s[0]) < 0 || hex_digit(s[1]) < 0)
		return -1;
	return hex_digit(s[0]) << 4 | hex_digit(s[1]);
}

static bool read_hex(struct parser *p, const struct loc *loc, struct str text,
		     struct packet_item *it)
{
	uint8_t *b = arena_alloc(p->arena, text.len / 2 + 1);
	const char *s = text.s, *end = text.s + text.len;

	it->bytes = b;
	while (s < end) {
		int byte;

		if (*s == ' ' || *s == '\t') {
			s++;
			continue;
		}
		byte = hex_byte(s, end);
		if (byte < 0) {
			diag_error(p->diags, loc,
				   "pairs of hexadecimal digits are expected");
			return false;
		}
		b[it->len++] = (uint8_t)byte;
		s += 2;
	}
	return true;
}

/* \r \n \t \\ \xHH; other bytes stand for themselves. */
static bool read_text(struct parser *p, const struct loc *loc, struct str text,
		      struct packet_item *it)
{
	static const char escapes[] = "r\rn\nt\t\\\\";
	uint8_t *b = arena_alloc(p->arena, text.len + 1);
	const char *s = text.s, *end = text.s + text.len, *at;
	int byte;

	it->bytes = b;
	for (; s < end; s++) {
		if (*s != '\\') {
			b[it->len++] = (uint8_t)*s;
			continue;
		}
		if (++s == end)
			break;
		byte = *s == 'x' ? hex_byte(s + 1, end) : -1;
		at = strchr(escapes, *s);
		if (byte >= 0) {
			s += 2;
		} else if (at && *s && (at - escapes) % 2 == 0) {
			byte = at[1];
		} else {
			break;
		}
		b[it->len++] = (uint8_t)byte;
	}
	if (s >= end &&
	    (!text.len || end[-1] != '\\' || (text.len > 1 && end[-2] == '\\')))
		return true;
	diag_error(p->diags, loc,
		   "behind a backslash stands r, n, t, xHH or a backslash");
	return false;
}

struct packet_item *build_packet_text(struct parser *p, const struct loc *loc,
				      struct str word,
				      const struct loc *text_loc,
				      struct str text)
{
	struct packet_item *it = item_new(p, loc, PACKET_PAYLOAD);

	if (!str_is(word, "payload"))
		return unknown(p, loc, word, " \"...\"");
	return read_text(p, text_loc, text, it) ? it : NULL;
}

struct packet_item *
build_packet_form(struct parser *p, const struct loc *loc, struct str word,
		  const struct loc *form_loc, struct str form,
		  const struct loc *text_loc, struct str text)
{
	bool raw = str_is(word, "raw");
	struct packet_item *it =
		item_new(p, loc, raw ? PACKET_RAW : PACKET_PAYLOAD);

	if (!raw && !str_is(word, "payload"))
		return unknown(p, loc, word, "");
	if (!str_is(form, "hex")) {
		diag_error(p->diags, form_loc, "hex is expected");
		return NULL;
	}
	return read_hex(p, text_loc, text, it) ? it : NULL;
}

struct packet_item *build_packet_inner(struct parser *p, const struct loc *loc,
				       struct str word,
				       struct packet_item *inner)
{
	struct packet_item *it = item_new(p, loc, PACKET_ABOUT);

	if (!str_is(word, "about"))
		return unknown(p, loc, word, " { }");
	it->inner = inner;
	return it;
}

/* ---- checking ------------------------------------------------------------ */

/* `iif local`: no link at all. */
static bool is_local(const struct match_stmt *m)
{
	const struct key_expr *k;

	if (!expr_is(m->left, meta) || !expr_is(m->right, symbol))
		return false;
	k = expr_as_const(m->left, key_expr);
	return (k->key->key == NFT_META_IIF ||
		k->key->key == NFT_META_IIFNAME) &&
	       str_is(expr_as_const(m->right, symbol_expr)->text, "local");
}

/* A link's name as its number. */
static int link_number(struct check *c, const struct match_stmt *m,
		       struct packet_item *it)
{
	char name[17] = "";

	value_export(it->value, 16, BYTEORDER_BIG, (uint8_t *)name);
	it->key = NFT_META_IIF;
	it->value = c->env->link_index ? c->env->link_index(c->env->data, name)
				       : 0;
	if (it->value)
		return 0;
	return diag_error(c->diags, &m->right->loc, "there is no link \"%s\"",
			  name);
}

static int take_meta(struct check *c, const struct match_stmt *m,
		     struct packet_item *it)
{
	static const unsigned keys[] = {
		NFT_META_IIF,	  NFT_META_IIFNAME,  NFT_META_MARK,
		NFT_META_PKTTYPE, NFT_META_PROTOCOL, NFT_META_NFPROTO,
		NFT_META_L4PROTO, NFT_META_PRIORITY,
	};

	it->kind = PACKET_META;
	it->key = expr_as_const(m->left, key_expr)->key->key;
	if (it->key == NFT_META_IIFNAME)
		return link_number(c, m, it);
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (it->key == keys[i])
			return 0;
	return diag_error(c->diags, &m->left->loc,
			  "this is not the packet's to say");
}

static int take_left(struct check *c, const struct match_stmt *m,
		     struct packet_item *it)
{
	const struct payload_expr *pl;
	const struct key_expr *k;

	if (expr_is(m->left, meta))
		return take_meta(c, m, it);
	if (expr_is(m->left, exthdr)) {
		k = expr_as_const(m->left, key_expr);
		it->kind = PACKET_OPTION;
		it->hdr = k->hdr;
		it->hdr_field = k->field;
		if (k->present && !it->value)
			return diag_error(c->diags, &m->right->loc,
					  "what is missing need not be said");
		return 0;
	}
	pl = expr_as_const(m->left, payload_expr);
	if (!expr_is(m->left, payload) || pl->base == PROTO_BASE_INNER)
		return diag_error(c->diags, &m->left->loc,
				  "a packet has no such field");
	if (pl->raw) {
		it->kind = PACKET_BITS;
		it->base = pl->base;
		it->offset = pl->offset;
		it->len = pl->e.len;
		return 0;
	}
	it->proto = pl->proto;
	it->field = pl->field;
	return 0;
}

/* The match that the check left last: its dependencies stand before it. */
static int take_match(struct check *c, struct packet_item *it)
{
	const struct match_stmt *m = stmt_as_const(c->tail, match_stmt);

	if (!stmt_is(c->tail, match) || m->mask || !expr_is(m->right, value) ||
	    !(m->op == OP_EQ || (m->flagcmp && m->op == OP_NEQ)))
		return diag_error(c->diags, &it->loc,
				  "a packet has one value here, and says it "
				  "without an operator");
	it->value = expr_as_const(m->right, value_expr)->v;
	return take_left(c, m, it);
}

static int match_item(struct check *c, struct packet_item *it)
{
	struct match_stmt *m = stmt_as(it->match, match_stmt);

	if (m->op != OP_IMPLICIT && m->op != OP_EQ)
		return diag_error(c->diags, &it->loc,
				  "a packet says what it has, not what it has "
				  "not");
	if (is_local(m)) {
		it->kind = PACKET_META;
		it->key = NFT_META_IIF;
		return 0;
	}
	if (it->match->ops->check(c, it->match))
		return -1;
	return take_match(c, it);
}

/* What comes before a packet's own words: they win. */
static const struct {
	const char *name, *text;
} templates[] = {
	{ "ping",
	  "icmp type echo-request icmp id 1 icmp sequence 1 payload 56" },
	{ "ping6",
	  "icmpv6 type echo-request icmpv6 id 1 icmpv6 sequence 1 payload 56" },
	{ "syn", "tcp flags syn tcp option maxseg size 1460 "
		 "tcp option sack-perm exists tcp option nop exists "
		 "tcp option window count 7" },
	{ "http",
	  "tcp dport 80 tcp flags psh,ack "
	  "payload \"GET / HTTP/1.1\\r\\nHost: example.org\\r\\n\\r\\n\"" },
	{ "dns", "udp dport 53 payload hex \"0001 0100 0001 0000 0000 0000 "
		 "07 6578616d706c65 03 6f7267 00 0001 0001\"" },
	{ "ntp", "udp sport 123 udp dport 123 payload 48" },
	{ "dhcp", "ip saddr 0.0.0.0 ip daddr 255.255.255.255 udp sport 68 "
		  "udp dport 67 payload 300" },
};

static int like_item(struct parser *p, struct packet_item *it)
{
	const char *names[ARRAY_LEN(templates)], *name, *near;
	struct loc span;

	name = arena_strndup(p->arena, it->word.s, it->word.len);
	for (size_t i = 0; i < ARRAY_LEN(templates); i++) {
		uint32_t source;

		names[i] = templates[i].name;
		if (strcmp(name, names[i]))
			continue;
		source = diag_source_add(p->diags, name, templates[i].text,
					 strlen(templates[i].text), &it->loc);
		span = (struct loc){ source, 0,
				     (uint32_t)strlen(templates[i].text) };
		return parser_packet(p, &span, &it->inner);
	}
	near = diag_nearest(name, names, ARRAY_LEN(names));
	diag_error(p->diags, &it->loc, "there is no template \"%s\"", name);
	if (near)
		diag_hint(p->diags, "did you mean \"%s\"?", near);
	return -1;
}

static int items_check(struct parser *p, struct packet_item *items)
{
	struct rule_ast rule = { 0 };
	struct check c;
	int err = 0;

	check_init(&c, p, NFPROTO_BRIDGE, "packet", &rule);
	for (struct packet_item *it = items; it; it = it->next) {
		if (it->match)
			err |= match_item(&c, it);
		else if (it->kind == PACKET_ABOUT)
			err |= items_check(p, it->inner);
		else if (it->kind == PACKET_LIKE)
			err |= like_item(p, it);
	}
	return err;
}

/* Nothing said: everything is as it would be by itself. */
static bool is_blank(const struct parser *p, const struct loc *span)
{
	const char *text = diag_source_text(p->diags, span->source, NULL);

	for (uint32_t i = span->start; i < span->end; i++)
		if (!strchr(" \t\n", text[i]))
			return false;
	return true;
}

int parser_packet(struct parser *p, const struct loc *span,
		  struct packet_item **items)
{
	unsigned errors = diags_errors(p->diags);

	*items = NULL;
	if (is_blank(p, span))
		return 0;
	p->packet = NULL;
	p->scan.begin_packet = true;
	if (parser_scan_span(p, span))
		return -1;
	*items = p->packet;
	items_check(p, *items);
	return diags_errors(p->diags) == errors ? 0 : -1;
}
