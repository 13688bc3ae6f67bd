/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * What is said first is what anybody would say: addresses, ports, flags,
 * options, payload. A packet is made of that and compared with the one to be
 * printed; each field in which they differ is said as well. If they differ
 * still, there are no words for it, and its bytes are said; so they are where
 * the words would not be read.
 */
#include "lab/packet_print.h"

#include <ctype.h>
#include <linux/if_ether.h>
#include <linux/netfilter/nf_tables.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/strbuf.h"
#include "host/host.h"
#include "lab/packet_build.h"
#include "parser/cmd.h"
#include "parser/print.h"

/**
 * struct tell - a packet being put into words
 * @tail:	where the next item goes; @link_end: where those about its bytes
 *		begin
 * @l2_len:	of the Ethernet header and its tags, 0: no words for what it has
 * @l4_off:	of the transport header, or of what stands in its place
 * @l4:		its protocol
 */
struct tell {
	const struct parser_env *env;
	const struct host *host;
	const struct packet *pkt;
	struct arena *arena;
	struct packet_item *first, **tail, **link_end;
	uint32_t l2_len, l4_off;
	uint8_t l4;
	bool has_l4;
};

static struct packet_item *say(struct tell *t, enum packet_item_kind kind)
{
	struct packet_item *it = arena_new_of(t->arena, struct packet_item);

	it->kind = kind;
	*t->tail = it;
	t->tail = &it->next;
	return it;
}

static void say_field(struct tell *t, const struct proto_desc *proto,
		      const struct proto_field *f, const uint8_t *header)
{
	struct packet_item *it = say(t, PACKET_FIELD);

	it->proto = proto;
	it->field = f;
	it->value = packet_bits(header, f->offset, f->len);
}

static void say_named(struct tell *t, const struct proto_desc *proto,
		      const char *name, const uint8_t *header)
{
	struct str s = { name, (uint32_t)strlen(name) };

	say_field(t, proto, proto_field_find(proto, s), header);
}

static void say_meta(struct tell *t, unsigned key, uint32_t value)
{
	struct packet_item *it = say(t, PACKET_META);

	it->key = key;
	it->value = value;
}

/* ---- options ------------------------------------------------------------- */

static void say_option(struct tell *t, const struct exthdr_desc *h,
		       const uint8_t *bytes, size_t size, unsigned from)
{
	bool said = false;

	for (const struct exthdr_field *f = h->fields; f->name; f++) {
		struct packet_item *it;

		if (f->offset < from || f->offset + f->len > 8 * size)
			continue;
		it = say(t, PACKET_OPTION);
		it->hdr = h;
		it->hdr_field = f;
		it->value = packet_bits(bytes, f->offset, f->len);
		said = true;
	}
	if (!said)
		say(t, PACKET_OPTION)->hdr = h;
}

static const struct exthdr_desc *option_of(const struct exthdr_desc *table,
					   uint8_t number)
{
	for (; table->name; table++)
		if (table->number == number)
			return table;
	return NULL;
}

/* TCP or IPv4 options: kind, length, fields from the third byte on. */
static void say_options(struct tell *t, const struct exthdr_desc *table,
			const uint8_t *p, size_t len)
{
	const struct exthdr_desc *h;
	size_t size;

	for (; len && *p; p += size, len -= size) {
		h = option_of(table, *p);
		size = *p == 1 || len < 2 ? 1 : p[1];
		if (!h || !size || size > len)
			return;
		say_option(t, h, p, size, 16);
	}
}

static void say_exthdrs6(struct tell *t)
{
	const struct packet *pkt = t->pkt;
	uint8_t next = pkt->data[6];
	uint32_t off = 40;
	size_t size;

	for (;;) {
		const struct exthdr_desc *h = option_of(ip6_exthdrs, next);

		if (!h || off + 8 > pkt->len)
			break;
		size = next == IPPROTO_FRAGMENT
			       ? 8
			       : 8 * (1 + (size_t)pkt->data[off + 1]);
		if (off + size > pkt->len)
			break;
		say_option(t, h, pkt->data + off, size, 8);
		if (next == IPPROTO_FRAGMENT &&
		    get_be16(pkt->data + off + 2) & 0xfff8)
			t->has_l4 = false;
		next = pkt->data[off];
		off += (uint32_t)size;
	}
	t->l4 = next;
	t->l4_off = off;
}

/* ---- headers ------------------------------------------------------------- */

/* Ethernet, tags, and then IP: else there are no words for it. */
static uint32_t l2_len(const struct packet *pkt)
{
	uint32_t at = ETH_HLEN;
	uint16_t type;

	if (!pkt->l2 || pkt->l2_len < ETH_HLEN)
		return 0;
	type = get_be16(pkt->l2 + 12);
	while ((type == ETH_P_8021Q || type == ETH_P_8021AD) &&
	       at + 4 <= pkt->l2_len) {
		type = get_be16(pkt->l2 + at + 2);
		at += 4;
	}
	return at == pkt->l2_len && (type == ETH_P_IP || type == ETH_P_IPV6)
		       ? at
		       : 0;
}

/* A link header that names another IP version than the packet's own. */
static void say_wrong_type(struct tell *t)
{
	const uint8_t *l2 = t->pkt->l2, *data = t->pkt->data;
	uint16_t is = get_be16(l2 + t->l2_len - 2);
	uint16_t fits = t->pkt->len && data[0] >> 4 == 6 ? ETH_P_IPV6
							 : ETH_P_IP;

	if (is == fits)
		return;
	if (t->l2_len == ETH_HLEN)
		say_named(t, &proto_ether, "type", l2);
	else
		say_named(t, &proto_vlan, "type", l2 + t->l2_len - 4);
}

static void say_link(struct tell *t)
{
	const struct packet *pkt = t->pkt;
	const uint8_t *l2 = pkt->l2;

	say_meta(t, NFT_META_IIF, pkt->in ? pkt->in->ifindex : 0);
	if (pkt->mark)
		say_meta(t, NFT_META_MARK, pkt->mark);
	if (pkt->priority)
		say_meta(t, NFT_META_PRIORITY, pkt->priority);
	if (pkt->pkttype)
		say_meta(t, NFT_META_PKTTYPE, pkt->pkttype);
	t->l2_len = l2_len(pkt);
	if (!t->l2_len)
		return;
	say_named(t, &proto_ether, "saddr", l2);
	say_named(t, &proto_ether, "daddr", l2);
	for (unsigned at = ETH_HLEN; at < t->l2_len; at += 4) {
		say_named(t, &proto_vlan, "id", l2 + at);
		if (l2[at] >> 5)
			say_named(t, &proto_vlan, "pcp", l2 + at);
		if (l2[at] & 0x10)
			say_named(t, &proto_vlan, "dei", l2 + at);
	}
	say_wrong_type(t);
}

static const struct proto_desc *ip_of(const struct tell *t)
{
	return t->pkt->data[0] >> 4 == 6 ? &proto_ip6 : &proto_ip;
}

/* false: not even an IP header */
static bool say_ip(struct tell *t)
{
	const struct packet *pkt = t->pkt;
	const uint8_t *h = pkt->data;
	const bool v6 = pkt->len && h[0] >> 4 == 6;
	uint32_t ihl = v6 ? 40 : pkt->len ? (h[0] & 15) * 4u : 0;

	if (pkt->len < MAX(ihl, 20u) || (!v6 && (h[0] >> 4 != 4 || ihl < 20)))
		return false;
	say_named(t, ip_of(t), "saddr", h);
	say_named(t, ip_of(t), "daddr", h);
	t->has_l4 = true;
	if (v6) {
		say_exthdrs6(t);
		return true;
	}
	say_options(t, ip_options, h + 20, ihl - 20);
	t->l4 = h[9];
	t->l4_off = ihl;
	if (get_be16(h + 6) & 0x1fff) {
		t->has_l4 = false;
		say_named(t, &proto_ip, "frag-off", h);
	}
	return true;
}

static void say_payload(struct tell *t, const uint8_t *p, size_t len)
{
	struct packet_item *it;
	size_t i = 0;

	if (!len)
		return;
	it = say(t, PACKET_PAYLOAD);
	it->len = len;
	while (i < len && p[i] == (uint8_t)i)
		i++;
	if (i < len)
		it->bytes = p;
}

static size_t say_transport(struct tell *t, const uint8_t *h, size_t len)
{
	size_t size;

	switch (t->l4) {
	case IPPROTO_TCP:
		size = len >= 20 ? (size_t)(h[12] >> 4) * 4 : 0;
		if (size < 20 || size > len)
			return 0;
		say_named(t, &proto_tcp, "sport", h);
		say_named(t, &proto_tcp, "dport", h);
		say_named(t, &proto_tcp, "flags", h);
		say_options(t, tcp_options, h + 20, size - 20);
		return size;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
		size = t->l4 == IPPROTO_SCTP ? 12 : 8;
		if (len < size)
			return 0;
		say_named(t, proto_by_ipproto(t->l4), "sport", h);
		say_named(t, proto_by_ipproto(t->l4), "dport", h);
		return size;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		if (len < 8 || !proto_by_ipproto(t->l4)->nfproto)
			return 0;
		say_named(t, proto_by_ipproto(t->l4), "type", h);
		return 8;
	}
	return 0;
}

static void say_rest(struct tell *t)
{
	const uint8_t *h = t->pkt->data + t->l4_off;
	size_t len = t->pkt->len - t->l4_off, size = 0;

	if (t->has_l4)
		size = say_transport(t, h, len);
	if (!size) {
		struct packet_item *it = say(t, PACKET_META);

		it->key = NFT_META_L4PROTO;
		it->value = t->l4;
	}
	say_payload(t, h + size, len - size);
}

/* ---- is it the same? ----------------------------------------------------- */

static bool same_bytes(const struct tell *t, const struct packet *made)
{
	const struct packet *pkt = t->pkt;

	return pkt->len == made->len &&
	       !memcmp(pkt->data, made->data, pkt->len) &&
	       (!t->l2_len || (t->l2_len == made->l2_len &&
			       !memcmp(pkt->l2, made->l2, t->l2_len)));
}

static bool make(struct tell *t, uint8_t *buf, struct packet *made)
{
	struct diags *d = diags_new();
	bool ok = !packet_make(d, t->host, t->first, buf, made);

	diags_free(d);
	return ok;
}

static bool is_checksum(const struct proto_field *f)
{
	return !strcmp(f->name, "checksum");
}

/* Fields of ICMP that only some types have. */
static bool has_field(const struct proto_field *f, const uint8_t *header)
{
	for (unsigned i = 0; i < f->n_types; i++)
		if (f->types[i] == header[0])
			return true;
	return !f->n_types;
}

/* Say each field of @proto that is not as it would be by itself; checksums
 * only when all else is the same. */
static void say_differing(struct tell *t, const struct proto_desc *proto,
			  const uint8_t *is, size_t is_len, const uint8_t *made,
			  size_t made_len, bool sums)
{
	for (const struct proto_field *f = proto->fields; f->name; f++) {
		size_t end = (f->offset + f->len + 7u) / 8;
		bool said = false;

		if (end > is_len || end > made_len || is_checksum(f) != sums ||
		    !has_field(f, is) ||
		    packet_bits(is, f->offset, f->len) ==
			    packet_bits(made, f->offset, f->len))
			continue;
		for (const struct packet_item *it = t->first; it; it = it->next)
			said |= it->kind == PACKET_FIELD &&
				it->proto == proto &&
				it->field->offset == f->offset;
		if (!said)
			say_field(t, proto, f, is);
	}
}

static void say_differences(struct tell *t, const struct packet *made,
			    bool sums)
{
	const struct packet *pkt = t->pkt;
	const struct proto_desc *l4 = proto_by_ipproto(t->l4);

	if (t->l2_len && made->l2_len >= ETH_HLEN)
		say_differing(t, &proto_ether, pkt->l2, ETH_HLEN, made->l2,
			      ETH_HLEN, sums);
	say_differing(t, ip_of(t), pkt->data, pkt->len, made->data, made->len,
		      sums);
	if (t->has_l4 && l4 && t->l4_off < pkt->len && t->l4_off < made->len)
		say_differing(t, l4, pkt->data + t->l4_off,
			      pkt->len - t->l4_off, made->data + t->l4_off,
			      made->len - t->l4_off, sums);
}

/* The second word of an ICMP header, which has no name for most types. */
static void say_nameless(struct tell *t, const struct packet *made)
{
	const uint8_t *is = t->pkt->data + t->l4_off + 4;
	struct packet_item *it;

	if ((t->l4 != IPPROTO_ICMP && t->l4 != IPPROTO_ICMPV6) || !t->has_l4 ||
	    t->l4_off + 8 > t->pkt->len || t->l4_off + 8 > made->len ||
	    !memcmp(is, made->data + t->l4_off + 4, 4))
		return;
	it = say(t, PACKET_BITS);
	it->base = PROTO_BASE_TRANSPORT;
	it->offset = 32;
	it->len = 32;
	it->value = get_be32(is);
}

/* Fields first, then checksums that are wrong still. */
static bool say_until_same(struct tell *t, uint8_t *buf)
{
	struct packet made;

	for (unsigned i = 0;; i++) {
		if (!make(t, buf, &made))
			return false;
		if (same_bytes(t, &made) || i == 3)
			break;
		if (i == 1)
			say_nameless(t, &made);
		else
			say_differences(t, &made, i == 2);
	}
	return same_bytes(t, &made);
}

/* All that is left to say of bytes for which there are no words. */
static void say_bytes(struct tell *t)
{
	struct packet_item *it;

	t->tail = t->link_end;
	it = say(t, PACKET_RAW);
	it->bytes = t->pkt->data;
	it->len = t->pkt->len;
}

/* The packet in items, as few as say all of it. */
static void tell(struct tell *t)
{
	uint8_t *buf = xmalloc(PACKET_ROOM);

	if (!say_ip(t)) {
		say_bytes(t);
	} else {
		say_rest(t);
		if (!say_until_same(t, buf))
			say_bytes(t);
	}
	free(buf);
}

/* ---- words --------------------------------------------------------------- */

static bool is_text(const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!(p[i] < 0x80 && isprint(p[i]) && p[i] != '"') &&
		    p[i] != '\r' && p[i] != '\n' && p[i] != '\t')
			return false;
	return true;
}

static void put_text(struct strbuf *out, const uint8_t *p, size_t len)
{
	static const char escapes[] = "r\rn\nt\t\\\\";

	strbuf_putc(out, '"');
	for (size_t i = 0; i < len; i++) {
		const char *at = NULL;

		for (size_t k = 1; k < sizeof(escapes) - 1; k += 2)
			if (escapes[k] == (char)p[i])
				at = escapes + k - 1;
		if (at)
			strbuf_printf(out, "\\%c", *at);
		else
			strbuf_putc(out, (char)p[i]);
	}
	strbuf_putc(out, '"');
}

static void put_hex(struct strbuf *out, const uint8_t *p, size_t len)
{
	strbuf_puts(out, "hex \"");
	for (size_t i = 0; i < len; i++)
		strbuf_printf(out, "%02x", p[i]);
	strbuf_putc(out, '"');
}

static void put_meta(const struct tell *t, const struct packet_item *it,
		     struct strbuf *out)
{
	const struct key_desc *k = key_by_number(meta_keys, it->key);
	const struct host_link *link;

	if (it->key == NFT_META_IIF) {
		link = host_link_by_index(t->host, (uint32_t)it->value);
		strbuf_printf(out, "iif %s", link ? link->name : "local");
		return;
	}
	strbuf_printf(out, "meta %s ", k->name);
	datatype_print(t->env, k->type, it->value, k->len, out);
}

static void put_option(const struct tell *t, const struct packet_item *it,
		       struct strbuf *out)
{
	const struct exthdr_desc *h = it->hdr;
	const struct exthdr_field *f = it->hdr_field;

	if (h->op == NFT_EXTHDR_OP_TCPOPT)
		strbuf_puts(out, "tcp option ");
	else if (h->op == NFT_EXTHDR_OP_IPV4)
		strbuf_puts(out, "ip option ");
	else if (!f)
		strbuf_puts(out, "exthdr ");
	strbuf_puts(out, h->name);
	if (!f) {
		strbuf_puts(out, " exists");
		return;
	}
	strbuf_printf(out, " %s ", f->name);
	datatype_print(t->env, f->type, it->value, f->len, out);
}

static void put_item(const struct tell *t, const struct packet_item *it,
		     struct strbuf *out)
{
	switch (it->kind) {
	case PACKET_FIELD:
		strbuf_printf(out, "%s %s ", it->proto->name, it->field->name);
		datatype_print(t->env, it->field->type, it->value,
			       it->field->len, out);
		return;
	case PACKET_META:
		put_meta(t, it, out);
		return;
	case PACKET_BITS:
		strbuf_printf(out, "@%s,%u,%zu 0x%x",
			      payload_base_name(it->base), it->offset, it->len,
			      (unsigned)it->value);
		return;
	case PACKET_OPTION:
		put_option(t, it, out);
		return;
	case PACKET_RAW:
		strbuf_puts(out, "raw ");
		put_hex(out, it->bytes, it->len);
		return;
	default:
		strbuf_puts(out, "payload ");
		if (!it->bytes)
			strbuf_printf(out, "%zu", it->len);
		else if (is_text(it->bytes, it->len))
			put_text(out, it->bytes, it->len);
		else
			put_hex(out, it->bytes, it->len);
		return;
	}
}

static void put_items(const struct tell *t, struct strbuf *out)
{
	for (const struct packet_item *it = t->first; it; it = it->next) {
		put_item(t, it, out);
		if (it->next)
			strbuf_putc(out, ' ');
	}
}

/* Does it read back as the same packet? Words that contradict each other are
 * refused. */
static bool reads_back(struct tell *t, const char *text)
{
	struct diags *d = diags_new();
	struct parser *p = parser_new(d, t->env);
	const struct loc span = { diag_source_add(d, "", text, strlen(text),
						  NULL),
				  0, (uint32_t)strlen(text) };
	uint8_t *buf = xmalloc(PACKET_ROOM);
	struct packet_item *items;
	struct packet made;
	bool ok = !parser_packet(p, &span, &items) &&
		  !packet_make(d, t->host, items, buf, &made) &&
		  same_bytes(t, &made);

	free(buf);
	parser_free(p);
	diags_free(d);
	return ok;
}

void packet_print(const struct parser_env *env, const struct host *host,
		  const struct packet *pkt, struct strbuf *out)
{
	struct tell t = { .env = env, .host = host, .pkt = pkt };
	struct strbuf text = STRBUF_INIT;

	t.arena = arena_new();
	t.tail = &t.first;
	say_link(&t);
	t.link_end = t.tail;
	tell(&t);
	put_items(&t, &text);
	if (!reads_back(&t, strbuf_str(&text))) {
		say_bytes(&t);
		strbuf_reset(&text);
		put_items(&t, &text);
	}
	strbuf_puts(out, strbuf_str(&text));
	strbuf_fini(&text);
	arena_free(t.arena);
}
