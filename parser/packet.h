/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A packet as text: nft's matches read as assignments.
 *
 *	iif lan ip saddr 10.0.0.5 tcp dport 443 tcp flags syn payload "hello"
 *
 * What a rule may say of a packet may be said here, each field once and with
 * one value; and words that rules don't need:
 *
 *	payload "TEXT"		bytes behind the headers: \r \n \t \\ \xHH
 *	payload hex "HH..."	the same in hexadecimal, blanks between allowed
 *	payload N		N bytes
 *	raw hex "HH..."		the whole packet from its IP header on
 *	fragment A-B		of it all, the piece that carries bytes A to B of
 *				what is behind the IP header
 *	about { PACKET }	what an ICMP error quotes
 *	@th,32,16 0xffff	bits that have no name, as nft writes them
 *	like NAME		a template: values for what is not said
 *
 * The parser knows names, types and which fields go together; lab/packet_make.c
 * makes bytes of it.
 */
#ifndef NFTVM_PARSER_PACKET_H
#define NFTVM_PARSER_PACKET_H

#include "parser/key.h"
#include "parser/proto.h"

struct parser;

enum packet_item_kind {
	PACKET_FIELD,	 /* @proto, @field, @value */
	PACKET_BITS,	 /* @base (PROTO_BASE_*), @offset, @len: bits; @value */
	PACKET_OPTION,	 /* @hdr, @hdr_field, @value: extension header, TCP
			  * option, IPv4 option; without a field: it is there */
	PACKET_META,	 /* @key: NFT_META_*, @value */
	PACKET_PAYLOAD,	 /* @bytes, @len */
	PACKET_RAW,	 /* @bytes, @len */
	PACKET_FRAGMENT, /* bytes @value to @to */
	PACKET_ABOUT,	 /* @inner */
	PACKET_LIKE,	 /* @inner, in the place of a template's name */
};

/**
 * struct packet_item - one thing that is said of a packet; in the parser's arena
 * @value:	host order; of PACKET_META keys that are links, their ifindex, or 0
 *		for `local`: sent by this host
 * @bytes:	NULL: @len bytes of no particular content
 * @match, @word: as written, before the check
 */
struct packet_item {
	struct packet_item *next, *inner;
	enum packet_item_kind kind;
	struct loc loc;
	const struct proto_desc *proto;
	const struct proto_field *field;
	const struct exthdr_desc *hdr;
	const struct exthdr_field *hdr_field;
	unsigned key, base, offset;
	u128 value, to;
	const uint8_t *bytes;
	size_t len;
	struct stmt *match;
	struct str word;
};

/**
 * parser_packet() - read a packet
 * @span:	its text, in a source that the parser's diagnostics know
 * @items:	set to what it says, in the order of the text; NULL for nothing
 *
 * Return: 0, or -1 with every fault queued.
 */
int parser_packet(struct parser *p, const struct loc *span,
		  struct packet_item **items);

/* For the grammar. */
struct packet_item *build_packet_add(struct packet_item *list,
				     struct packet_item *it);
struct packet_item *build_packet_match(struct parser *p, const struct loc *loc,
				       struct stmt *match);
/** build_packet_text() - `payload "text"` */
struct packet_item *build_packet_text(struct parser *p, const struct loc *loc,
				      struct str word,
				      const struct loc *text_loc,
				      struct str text);
/** build_packet_word() - `payload 20`, `like ping` */
struct packet_item *build_packet_word(struct parser *p, const struct loc *loc,
				      struct str word,
				      const struct loc *arg_loc,
				      struct str arg);
/** build_packet_span() - `fragment 0-99` */
struct packet_item *build_packet_span(struct parser *p, const struct loc *loc,
				      struct str word, const struct loc *a_loc,
				      struct str a, const struct loc *b_loc,
				      struct str b);
/** build_packet_form() - `payload hex "00ff"` */
struct packet_item *
build_packet_form(struct parser *p, const struct loc *loc, struct str word,
		  const struct loc *form_loc, struct str form,
		  const struct loc *text_loc, struct str text);
/** build_packet_inner() - `about { ... }` */
struct packet_item *build_packet_inner(struct parser *p, const struct loc *loc,
				       struct str word,
				       struct packet_item *inner);

#endif
