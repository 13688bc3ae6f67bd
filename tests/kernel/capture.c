/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pcapng in the order of this machine's bytes, link type RAW, nanoseconds;
 * one interface description per link, written when its first packet comes.
 * Not the product's own writer: a fault of its could hide one of the reader.
 * Ref: draft-ietf-opsawg-pcapng.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"
#include "capture.h"

enum {
	BLOCK_SECTION = 0x0a0d0d0a,
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET = 6,
	BYTE_ORDER_MAGIC = 0x1a2b3c4d,
	LINKTYPE_RAW = 101,
	OPT_IF_NAME = 2,
	OPT_IF_TSRESOL = 9,
	MAX_LINKS = 64,
};

static void add_u32(struct strbuf *b, uint32_t v)
{
	strbuf_add(b, &v, sizeof(v));
}

static void add_padded(struct strbuf *b, const void *p, size_t len)
{
	strbuf_add(b, p, len);
	strbuf_add(b, "\0\0\0", -len & 3);
}

static void add_option(struct strbuf *b, uint16_t code, const void *p,
		       uint16_t len)
{
	strbuf_add(b, &code, 2);
	strbuf_add(b, &len, 2);
	add_padded(b, p, len);
}

static void add_block(struct strbuf *file, uint32_t type,
		      const struct strbuf *body)
{
	add_u32(file, type);
	add_u32(file, body->len + 12);
	strbuf_add(file, body->s, body->len);
	add_u32(file, body->len + 12);
}

static void add_section(struct strbuf *file)
{
	static const uint8_t unknown_length[8] = { 0xff, 0xff, 0xff, 0xff,
						   0xff, 0xff, 0xff, 0xff };
	struct strbuf body = STRBUF_INIT;

	add_u32(&body, BYTE_ORDER_MAGIC);
	add_u32(&body, 1);
	strbuf_add(&body, unknown_length, sizeof(unknown_length));
	add_block(file, BLOCK_SECTION, &body);
	strbuf_fini(&body);
}

static void add_interface(struct strbuf *file, const char *name)
{
	struct strbuf body = STRBUF_INIT;
	uint8_t nanoseconds = 9;

	add_u32(&body, LINKTYPE_RAW);
	add_u32(&body, 0);
	add_option(&body, OPT_IF_NAME, name, strlen(name));
	add_option(&body, OPT_IF_TSRESOL, &nanoseconds, 1);
	add_u32(&body, 0);
	add_block(file, BLOCK_INTERFACE, &body);
	strbuf_fini(&body);
}

static void add_packet(struct strbuf *file, const struct step *s,
		       uint32_t interface)
{
	struct strbuf body = STRBUF_INIT;

	add_u32(&body, interface);
	add_u32(&body, s->time_ns >> 32);
	add_u32(&body, (uint32_t)s->time_ns);
	add_u32(&body, s->in.len);
	add_u32(&body, s->in.len);
	add_padded(&body, s->in.data, s->in.len);
	add_block(file, BLOCK_PACKET, &body);
	strbuf_fini(&body);
}

/* The number of a link's interface; described in @file when it is new. */
static uint32_t interface_of(struct strbuf *file, const char *link,
			     const char **names, uint32_t *len)
{
	for (uint32_t i = 0; i < *len; i++)
		if (!strcmp(names[i], link))
			return i;
	if (*len == MAX_LINKS)
		return 0;
	names[*len] = link;
	add_interface(file, link);
	return (*len)++;
}

int capture_write(const struct result *r, const char *path)
{
	struct strbuf file = STRBUF_INIT;
	const char *names[MAX_LINKS];
	uint32_t links = 0;
	FILE *f = fopen(path, "w");
	int rc = 0;

	if (!f)
		return -errno;
	add_section(&file);
	for (size_t i = 0; i < r->steps.len; i++) {
		const struct step *s = &r->steps.v[i];
		uint32_t n = interface_of(&file, s->in.link, names, &links);

		add_packet(&file, s, n);
	}
	if (fwrite(file.s, file.len, 1, f) != 1)
		rc = -EIO;
	if (fclose(f))
		rc = -errno;
	strbuf_fini(&file);
	return rc;
}
