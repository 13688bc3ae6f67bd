/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Captures made in memory, for tests. */
#ifndef NFTVM_TESTS_PATH_CAPFILE_H
#define NFTVM_TESTS_PATH_CAPFILE_H

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/rng.h"
#include "base/strbuf.h"
#include "path/capture.h"

/** struct seen - what reading a capture to its end gave */
struct seen {
	unsigned packets, ignored;
	uint64_t bytes, wire_bytes, last_ns, steps_back;
	char iface[32]; /* of the last packet */
	bool outgoing;
	uint8_t pkttype;
	struct packet last;
	uint8_t data[256]; /* the last packet's first bytes */
	char *error;	   /* NULL, or what went wrong; free() it */
};

static inline void seen_packet(struct seen *s, const struct packet *pkt,
			       const struct capture_frame *f)
{
	s->packets++;
	s->bytes += pkt->len;
	s->wire_bytes += pkt->wire_len;
	s->last_ns = f->wall_ns;
	s->outgoing = f->outgoing;
	s->pkttype = pkt->pkttype;
	s->last = *pkt;
	memcpy(s->data, pkt->data, MIN(pkt->len, sizeof(s->data)));
	snprintf(s->iface, sizeof(s->iface), "%s", f->iface ? f->iface : "");
	/* the bytes are there, and the room around them */
	cr_assert_geq(pkt->data - pkt->buf, CAPTURE_HEADROOM);
	cr_assert_leq(pkt->data + pkt->len + CAPTURE_HEADROOM,
		      pkt->buf + pkt->buf_size);
	cr_assert_eq(pkt->number, s->packets + s->ignored);
}

/* Read all of @paths. */
static inline struct seen read_files(const char *const *paths, size_t n)
{
	uint8_t *buf = malloc(CAPTURE_FRAME_MAX + 2 * CAPTURE_HEADROOM);
	struct seen s = { 0 };
	struct capture_frame f;
	struct packet pkt;
	enum capture_status st;
	int status = 0;
	struct capture *c = capture_open(paths, n, &status, &s.error);

	if (!c) {
		cr_assert_eq(status, 1);
		free(buf);
		return s;
	}
	while ((st = capture_next(c, buf, &pkt, &f)) < CAPTURE_END) {
		if (st == CAPTURE_PACKET)
			seen_packet(&s, &pkt, &f);
		else
			s.ignored++;
	}
	s.steps_back = capture_steps_back(c);
	if (st == CAPTURE_ERROR)
		s.error = strdup(capture_error(c));
	capture_close(c);
	free(buf);
	return s;
}

/* A file with these bytes; unlink() and free() the name. */
static inline char *file_of(const void *bytes, size_t len)
{
	char *name = strdup("/tmp/nftvm-cap-XXXXXX");
	int fd = mkstemp(name);

	cr_assert_eq(write(fd, bytes, len), (ssize_t)len);
	close(fd);
	return name;
}

static inline struct seen read_bytes(const void *bytes, size_t len)
{
	char *name = file_of(bytes, len);
	struct seen s = read_files((const char *const *)&name, 1);

	unlink(name);
	free(name);
	return s;
}

/* Numbers in either byte order, for making files. */
static inline void add16(struct strbuf *b, bool swap, uint16_t v)
{
	if (swap)
		v = __builtin_bswap16(v);
	strbuf_add(b, &v, 2);
}

static inline void add32(struct strbuf *b, bool swap, uint32_t v)
{
	if (swap)
		v = __builtin_bswap32(v);
	strbuf_add(b, &v, 4);
}

/* A classic pcap of one frame. */
static inline struct strbuf pcap_of(uint32_t link, const void *frame,
				    uint32_t len, uint32_t wire_len, bool swap,
				    bool nano)
{
	struct strbuf b = STRBUF_INIT;

	add32(&b, swap, nano ? 0xa1b23c4d : 0xa1b2c3d4);
	add16(&b, swap, 2);
	add16(&b, swap, 4);
	add32(&b, swap, 0);
	add32(&b, swap, 0);
	add32(&b, swap, 65535);
	add32(&b, swap, link);
	add32(&b, swap, 1700000000);
	add32(&b, swap, 123456);
	add32(&b, swap, len);
	add32(&b, swap, wire_len);
	strbuf_add(&b, frame, len);
	return b;
}

/* Read @b with up to four bits flipped, @rounds times: whatever it says, it reads
 * nothing out of bounds. */
static inline void read_flipped(const struct strbuf *b, uint64_t seed,
				unsigned rounds)
{
	struct rng rng;

	rng_seed(&rng, seed);
	for (unsigned round = 0; round < rounds; round++) {
		char *copy = malloc(b->len);
		struct seen s;

		memcpy(copy, b->s, b->len);
		for (unsigned n = rng_below(&rng, 4) + 1; n; n--)
			copy[rng_below(&rng, (uint32_t)b->len)] ^=
				(char)(1 << rng_below(&rng, 8));
		s = read_bytes(copy, b->len);
		free(s.error);
		free(copy);
	}
}

/* The captures of the corpus, or NULL. */
static inline const char *corpus(void)
{
	const char *dir = getenv("NFTVM_CORPUS");

	return dir && access(dir, R_OK) == 0 ? dir : NULL;
}

#endif
