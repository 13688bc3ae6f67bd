/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * Classic pcap files, by libpcap: it knows all byte orders, micro- and
 * nanoseconds, and the old variants of the format.
 *
 * Its two fread(3) a packet, and the kernel's copy under them, cost more than
 * all the rest of reading. So where libpcap has found a plain file (regular,
 * version 2.4 on, the usual record header), records are taken from large pieces
 * of it, each one pread(2). Whatever is not right with a record is left to
 * libpcap, from there on: it has the words for it. A mapping would be no faster,
 * and a file that becomes shorter meanwhile would end the program (SIGBUS).
 */
#include "path/source.h"

#include <pcap/pcap.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "path/capture.h"

/* First word of a file: time stamps in microseconds, in nanoseconds, and an old
 * patch's longer record headers. */
#define MAGIC_MICRO   0xa1b2c3d4u
#define MAGIC_NANO    0xa1b23c4du
#define MAGIC_PATCHED 0xa1b2cd34u

enum {
	FILE_HDR_LEN = 24,
	RECORD_HDR_LEN = 16,
	/* of the file that is read at once; any record fits */
	PIECE = 2 * CAPTURE_FRAME_MAX,
};

/**
 * struct pcap_source - an open file
 * @piece:	@len bytes of the file that end at @end, of which @used are done;
 *		NULL: libpcap reads the records
 * @ns_per_unit: of the second half of a time stamp in a piece
 */
struct pcap_source {
	struct source source;
	pcap_t *pcap;
	const struct linktype *link;
	uint8_t *piece;
	uint32_t len, used;
	off_t end;
	uint32_t ns_per_unit;
	bool swapped;
};

static bool is_it(const uint8_t magic[4])
{
	static const uint32_t magics[] = { MAGIC_MICRO, MAGIC_NANO,
					   MAGIC_PATCHED };
	uint32_t be = get_be32(magic);

	for (size_t i = 0; i < ARRAY_LEN(magics); i++)
		if (be == magics[i] || be == __builtin_bswap32(magics[i]))
			return true;
	return false;
}

static void pcap_source_close(struct source *source)
{
	struct pcap_source *s = (struct pcap_source *)source;

	free(s->piece);
	pcap_close(s->pcap);
	strbuf_fini(&s->source.error);
	free(s);
}

/* Read in pieces, if the records are the plain ones. */
static void try_pieces(struct pcap_source *s)
{
	FILE *file = pcap_file(s->pcap);
	off_t records = ftello(file);
	struct stat st;
	uint8_t bytes[4];
	uint32_t magic;

	if (fstat(fileno(file), &st) || !S_ISREG(st.st_mode) ||
	    pcap_major_version(s->pcap) != 2 ||
	    pcap_minor_version(s->pcap) < 4 || records < FILE_HDR_LEN ||
	    pread(fileno(file), bytes, 4, records - FILE_HDR_LEN) != 4)
		return;
	magic = load_raw32(bytes);
	s->swapped = pcap_is_swapped(s->pcap);
	if (s->swapped)
		magic = __builtin_bswap32(magic);
	if (magic != MAGIC_MICRO && magic != MAGIC_NANO)
		return;
	s->piece = xmalloc(PIECE);
	s->end = records;
	s->ns_per_unit = magic == MAGIC_NANO ? 1 : 1000;
}

static struct source *pcap_source_open(FILE *file, struct strbuf *error)
{
	char why[PCAP_ERRBUF_SIZE];
	pcap_t *pcap = pcap_fopen_offline_with_tstamp_precision(
		file, PCAP_TSTAMP_PRECISION_NANO, why);
	struct pcap_source *s;
	int dlt;

	if (!pcap) {
		strbuf_puts(error, why);
		fclose(file);
		return NULL;
	}
	s = xzalloc(sizeof(*s));
	s->source.ops = &source_pcap;
	s->source.offset = FILE_HDR_LEN;
	s->pcap = pcap;
	dlt = pcap_datalink(pcap);
	s->link = linktype_find((uint32_t)dlt);
	if (s->link) {
		try_pieces(s);
		return &s->source;
	}
	strbuf_printf(error, "link type %d (%s) is not supported", dlt,
		      pcap_datalink_val_to_name(dlt)
			      ? pcap_datalink_val_to_name(dlt)
			      : "unknown");
	pcap_source_close(&s->source);
	return NULL;
}

static inline uint32_t field(const struct pcap_source *s, const uint8_t *p)
{
	uint32_t v = load_raw32(p);

	return unlikely(s->swapped) ? __builtin_bswap32(v) : v;
}

/* Read on behind what is not used yet. */
static void next_piece(struct pcap_source *s)
{
	int fd = fileno(pcap_file(s->pcap));
	ssize_t n;

	s->len -= s->used;
	memmove(s->piece, s->piece + s->used, s->len);
	s->used = 0;
	while (s->len < PIECE) {
		n = pread(fd, s->piece + s->len, PIECE - s->len, s->end);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break; /* libpcap comes to the same place */
		s->len += (uint32_t)n;
		s->end += n;
	}
}

/* Length of the record that the piece goes on with, header and all; 0 when it
 * is not all there. */
static inline uint32_t whole_record(const struct pcap_source *s)
{
	uint32_t left = s->len - s->used, len;

	if (unlikely(left < RECORD_HDR_LEN))
		return 0;
	len = field(s, s->piece + s->used + 8);
	if (unlikely(len > left - RECORD_HDR_LEN || len > CAPTURE_FRAME_MAX))
		return 0;
	return RECORD_HDR_LEN + len;
}

/* The next record of the file; false: ask libpcap. */
static bool next_plain(struct pcap_source *s, struct record *r)
{
	uint32_t len = whole_record(s);
	const uint8_t *p;

	if (unlikely(!len)) {
		next_piece(s);
		len = whole_record(s);
		if (!len)
			return false;
	}
	p = s->piece + s->used;
	*r = (struct record){
		.wall_ns = field(s, p) * NS_PER_SEC +
			   (uint64_t)field(s, p + 4) * s->ns_per_unit,
		.bytes = p + RECORD_HDR_LEN,
		.len = len - RECORD_HDR_LEN,
		.wire_len = MAX(field(s, p + 12), len - RECORD_HDR_LEN),
		.link = s->link,
	};
	s->used += len;
	s->source.offset += len;
	return true;
}

/* No more pieces; libpcap goes on where they ended. */
static void leave_pieces(struct pcap_source *s)
{
	fseeko(pcap_file(s->pcap), s->end - (s->len - s->used), SEEK_SET);
	free(s->piece);
	s->piece = NULL;
}

static int pcap_source_next(struct source *source, struct record *r)
{
	struct pcap_source *s = (struct pcap_source *)source;
	struct pcap_pkthdr *hdr;
	const u_char *bytes;
	int ret;

	if (likely(s->piece)) {
		if (likely(next_plain(s, r)))
			return 1;
		leave_pieces(s);
	}
	ret = pcap_next_ex(s->pcap, &hdr, &bytes);
	if (unlikely(ret != 1)) {
		if (ret == PCAP_ERROR_BREAK)
			return 0;
		strbuf_reset(&s->source.error);
		strbuf_puts(&s->source.error, pcap_geterr(s->pcap));
		return -1;
	}
	s->source.offset += RECORD_HDR_LEN + hdr->caplen;
	*r = (struct record){
		.wall_ns = (uint64_t)hdr->ts.tv_sec * NS_PER_SEC +
			   (uint64_t)hdr->ts.tv_usec,
		.bytes = bytes,
		.len = hdr->caplen,
		.wire_len = MAX(hdr->len, hdr->caplen),
		.link = s->link,
	};
	return 1;
}

const struct source_ops source_pcap = {
	.name = "pcap",
	.is_it = is_it,
	.open = pcap_source_open,
	.next = pcap_source_next,
	.close = pcap_source_close,
};
