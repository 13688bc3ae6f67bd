/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/path/capfile.h"

static const char ip4[20] =
	"\x45\0\0\x14\0\0\0\0\x40\x11\0\0\1\2\3\4\5\6\7\x08";

/* Blocks; @len of a block is filled in when it ends. */
static size_t begin(struct strbuf *b, bool swap, uint32_t type)
{
	add32(b, swap, type);
	add32(b, swap, 0);
	return b->len - 8;
}

static void end(struct strbuf *b, bool swap, size_t start)
{
	uint32_t len = (uint32_t)(b->len - start + 4);
	uint32_t v = swap ? __builtin_bswap32(len) : len;

	memcpy(b->s + start + 4, &v, 4);
	add32(b, swap, len);
}

static void section(struct strbuf *b, bool swap)
{
	size_t at = begin(b, swap, 0x0a0d0d0a);

	add32(b, swap, 0x1a2b3c4d);
	add16(b, swap, 1);
	add16(b, swap, 0);
	add32(b, swap, UINT32_MAX);
	add32(b, swap, UINT32_MAX);
	end(b, swap, at);
}

/* @resol: if_tsresol, or -1 for none; @offset: if_tsoffset */
static void iface(struct strbuf *b, bool swap, uint16_t link, const char *name,
		  int resol, int32_t offset)
{
	static const char zero[4];
	size_t at = begin(b, swap, 1), len = strlen(name);
	uint8_t r = (uint8_t)resol;

	add16(b, swap, link);
	add16(b, swap, 0);
	add32(b, swap, 0);
	add16(b, swap, 2);
	add16(b, swap, (uint16_t)len);
	strbuf_add(b, name, len);
	strbuf_add(b, zero, -len & 3);
	if (resol >= 0) {
		add16(b, swap, 9);
		add16(b, swap, 1);
		strbuf_add(b, &r, 1);
		strbuf_add(b, zero, 3);
	}
	add16(b, swap, 14);
	add16(b, swap, 8);
	add32(b, swap, swap ? (uint32_t)(offset >> 31) : (uint32_t)offset);
	add32(b, swap, swap ? (uint32_t)offset : (uint32_t)(offset >> 31));
	add32(b, swap, 0);
	end(b, swap, at);
}

static void packet(struct strbuf *b, bool swap, uint32_t id, uint64_t ts,
		   uint32_t flags)
{
	size_t at = begin(b, swap, 6);

	add32(b, swap, id);
	add32(b, swap, (uint32_t)(ts >> 32));
	add32(b, swap, (uint32_t)ts);
	add32(b, swap, sizeof(ip4));
	add32(b, swap, 1500);
	strbuf_add(b, ip4, sizeof(ip4));
	add16(b, swap, 2);
	add16(b, swap, 4);
	add32(b, swap, flags);
	add32(b, swap, 0);
	end(b, swap, at);
}

/* Time units: draft-ietf-opsawg-pcapng, if_tsresol. */
static const struct {
	int resol;
	int32_t offset;
	uint64_t ts, ns;
} units[] = {
	{ -1, 0, 1500000, 1500000000 },
	{ 6, 0, 1500000, 1500000000 },
	{ 9, 0, 1500000001, 1500000001 },
	{ 3, 0, 1500, 1500000000 },
	{ 0, 0, 7, 7000000000 },
	{ 12, 0, 1500000001234, 1500000001 },
	{ 0x80, 0, 7, 7000000000 },
	{ 0x8a, 0, 1536, 1500000000 },
	{ 0xa0, 0, 0x180000000, 1500000000 },
	{ 9, 100, 5, 100000000005 },
	{ 9, -1, 5000000000, 4000000000 },
};

Test(pcapng, time_units_in_both_byte_orders)
{
	for (size_t i = 0; i < 2 * ARRAY_LEN(units); i++) {
		struct strbuf b = STRBUF_INIT;
		bool swap = i & 1;
		struct seen s;

		section(&b, swap);
		iface(&b, swap, 101, "eth0", units[i / 2].resol,
		      units[i / 2].offset);
		packet(&b, swap, 0, units[i / 2].ts, 0);
		s = read_bytes(b.s, b.len);
		cr_assert_null(s.error, "row %zu: %s", i / 2, s.error);
		cr_assert_eq(s.packets, 1);
		cr_expect_eq(s.last_ns, units[i / 2].ns, "row %zu: %lu", i / 2,
			     (unsigned long)s.last_ns);
		cr_assert_str_eq(s.iface, "eth0");
		cr_assert_eq(s.last.len, 20);
		cr_assert_eq(s.last.wire_len, 1500);
		strbuf_fini(&b);
	}
}

/* libpcap's device of all links is no link. */
Test(pcapng, the_name_any_is_none)
{
	static const char *const names[][2] = { { "any", "" },
						{ "anyx", "anyx" } };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct strbuf b = STRBUF_INIT;
		struct seen s;

		section(&b, false);
		iface(&b, false, 101, names[i][0], 9, 0);
		packet(&b, false, 0, 1, 0);
		s = read_bytes(b.s, b.len);
		cr_assert_str_eq(s.iface, names[i][1]);
		strbuf_fini(&b);
	}
}

Test(pcapng, sections_forget_interfaces_and_may_turn_the_byte_order)
{
	struct strbuf b = STRBUF_INIT;
	struct seen s;
	size_t at;

	section(&b, false);
	iface(&b, false, 1, "lan", 9, 0);
	iface(&b, false, 101, "wan", 9, 0);
	packet(&b, false, 1, 10, 0);
	section(&b, true);
	iface(&b, true, 101, "dmz", 9, 0);
	at = begin(&b, true, 0x0bad); /* a custom block */
	add32(&b, true, 5);
	end(&b, true, at);
	packet(&b, true, 0, 20, 2);
	s = read_bytes(b.s, b.len);
	cr_assert_null(s.error, "%s", s.error);
	cr_assert_eq(s.packets, 2);
	cr_assert_str_eq(s.iface, "dmz");
	cr_assert(s.outgoing);
	packet(&b, true, 1, 30, 0);
	s = read_bytes(b.s, b.len);
	cr_assert_eq(s.packets, 2);
	cr_assert_not_null(strstr(s.error, "interface not described, at byte"),
			   "%s", s.error);
	free(s.error);
	strbuf_fini(&b);
}

Test(pcapng, simple_and_obsolete_packet_blocks)
{
	struct strbuf b = STRBUF_INIT;
	struct seen s;
	size_t at;

	section(&b, false);
	iface(&b, false, 101, "lan", 9, 0);
	at = begin(&b, false, 2);
	add16(&b, false, 0);
	add16(&b, false, 7);
	add32(&b, false, 0);
	add32(&b, false, 42);
	add32(&b, false, 20);
	add32(&b, false, 60);
	strbuf_add(&b, ip4, 20);
	end(&b, false, at);
	s = read_bytes(b.s, b.len);
	cr_assert_null(s.error, "%s", s.error);
	cr_assert_eq(s.last_ns, 42);
	cr_assert_eq(s.last.wire_len, 60);
	at = begin(&b, false, 3);
	add32(&b, false, 20);
	strbuf_add(&b, ip4, 20);
	end(&b, false, at);
	s = read_bytes(b.s, b.len);
	cr_assert_null(s.error, "%s", s.error);
	cr_assert_eq(s.packets, 2);
	cr_assert_eq(s.last_ns, 42);
	cr_assert_eq(s.last.len, 20);
	strbuf_fini(&b);
}

static struct strbuf good(void)
{
	struct strbuf b = STRBUF_INIT;

	section(&b, false);
	iface(&b, false, 101, "lan", 9, 0);
	packet(&b, false, 0, 1, 0);
	packet(&b, false, 0, 2, 0);
	return b;
}

Test(pcapng, cut_anywhere_it_says_so_after_what_came_before)
{
	struct strbuf b = good();
	size_t first = 28 + 52, one = (b.len - first) / 2;

	for (size_t len = 0; len < b.len; len++) {
		struct seen s = read_bytes(b.s, len);
		bool whole = len == 28 || len == first || len == first + one;

		cr_assert_eq(s.error == NULL, whole, "%zu: %s", len, s.error);
		cr_assert_eq(s.packets, len < first + one ? 0 : 1, "%zu", len);
		free(s.error);
	}
	strbuf_fini(&b);
}

static const struct {
	const char *what;
	size_t at;
	uint32_t value;
	const char *said;
} wrongs[] = {
	{ "magic of the section", 8, 0x12345678, "without its magic" },
	{ "length of the section", 4, 12, "section header of a wrong length" },
	{ "length of a block", 28 + 4, 11, "block of a wrong length" },
	{ "length of a block, odd", 28 + 4, 53, "block of a wrong length" },
	{ "length of a block, huge", 28 + 4, 0x7ffffff0, "larger than any" },
	{ "trailing length", 28 + 48, 48, "two lengths differ, at byte 28" },
	{ "link type", 28 + 8, 7777, "link type 7777 is not supported" },
	{ "time unit", 28 + 28, 0x000000ff, "impossible time unit" },
	{ "captured length", 80 + 20, 1000, "longer than its block" },
	{ "captured length, huge", 80 + 20, 0xfffffff0, "larger than any" },
	{ "interface", 80 + 8, 1, "interface not described, at byte 80" },
};

Test(pcapng, every_number_is_doubted)
{
	for (size_t i = 0; i < ARRAY_LEN(wrongs); i++) {
		struct strbuf b = good();
		struct seen s;

		memcpy(b.s + wrongs[i].at, &wrongs[i].value, 4);
		s = read_bytes(b.s, b.len);
		cr_assert_not_null(s.error, "%s", wrongs[i].what);
		cr_expect(strstr(s.error, wrongs[i].said) != NULL, "%s: %s",
			  wrongs[i].what, s.error);
		free(s.error);
		strbuf_fini(&b);
	}
}

Test(pcapng, flipped_bits_never_read_out_of_bounds)
{
	struct strbuf b = good();

	read_flipped(&b, 7, 3000);
	strbuf_fini(&b);
}
