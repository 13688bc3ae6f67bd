/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * Classic pcap files, by libpcap: it knows all byte orders, micro- and
 * nanoseconds, and the old variants of the format.
 *
 * Its two fread(3) a packet, and the kernel's copy under them, cost more than
 * all the rest of reading. So where libpcap has found a plain file (regular,
 * version 2.4 on, the usual record header), records are taken from the mapped
 * file. Whatever is not right with one is left to libpcap, from there on: it
 * has the words for it.
 */
#include "path/source.h"

#include <pcap/pcap.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

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
};

/**
 * struct pcap_source - an open file
 * @map:	the file, @size bytes; NULL: libpcap reads the records
 * @ns_per_unit: of the second half of a time stamp in the mapped file
 */
struct pcap_source {
	struct source source;
	pcap_t *pcap;
	const struct linktype *link;
	const uint8_t *map;
	uint64_t size;
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

	if (s->map)
		munmap((void *)s->map, s->size);
	pcap_close(s->pcap);
	strbuf_fini(&s->source.error);
	free(s);
}

/* Map the file, if its records are the plain ones. */
static void try_map(struct pcap_source *s)
{
	int fd = fileno(pcap_file(s->pcap));
	struct stat st;
	uint32_t magic;
	void *map;

	if (fstat(fd, &st) || !S_ISREG(st.st_mode) ||
	    st.st_size < FILE_HDR_LEN || pcap_major_version(s->pcap) != 2 ||
	    pcap_minor_version(s->pcap) < 4)
		return;
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return;
	magic = load_raw32(map);
	s->swapped = pcap_is_swapped(s->pcap);
	if (s->swapped)
		magic = __builtin_bswap32(magic);
	if (magic != MAGIC_MICRO && magic != MAGIC_NANO) {
		munmap(map, (size_t)st.st_size);
		return;
	}
	madvise(map, (size_t)st.st_size, MADV_SEQUENTIAL);
	s->map = map;
	s->size = (uint64_t)st.st_size;
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
		try_map(s);
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

/* The next record of the mapped file; false: ask libpcap. */
static bool next_mapped(struct pcap_source *s, struct record *r)
{
	const uint8_t *p = s->map + s->source.offset;
	uint64_t left = s->size - s->source.offset;
	uint32_t len;

	if (unlikely(left < RECORD_HDR_LEN))
		return false;
	len = field(s, p + 8);
	if (unlikely(len > left - RECORD_HDR_LEN || len > CAPTURE_FRAME_MAX))
		return false;
	*r = (struct record){
		.wall_ns = field(s, p) * NS_PER_SEC +
			   (uint64_t)field(s, p + 4) * s->ns_per_unit,
		.bytes = p + RECORD_HDR_LEN,
		.len = len,
		.wire_len = MAX(field(s, p + 12), len),
		.link = s->link,
	};
	s->source.offset += RECORD_HDR_LEN + len;
	return true;
}

/* Leave the map for good; libpcap goes on where it ended. */
static void unmap(struct pcap_source *s)
{
	munmap((void *)s->map, s->size);
	s->map = NULL;
	fseeko(pcap_file(s->pcap), (off_t)s->source.offset, SEEK_SET);
}

static int pcap_source_next(struct source *source, struct record *r)
{
	struct pcap_source *s = (struct pcap_source *)source;
	struct pcap_pkthdr *hdr;
	const u_char *bytes;
	int ret;

	if (likely(s->map)) {
		if (likely(next_mapped(s, r)))
			return 1;
		unmap(s);
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
