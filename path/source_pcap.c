/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Classic pcap files, by libpcap: it knows all byte orders, micro- and
 * nanoseconds, and the old variants of the format.
 */
#include "path/source.h"

#include <pcap/pcap.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"

enum {
	FILE_HDR_LEN = 24,
	RECORD_HDR_LEN = 16
};

struct pcap_source {
	struct source source;
	pcap_t *pcap;
	const struct linktype *link;
};

static bool is_it(const uint8_t magic[4])
{
	uint32_t be = get_be32(magic), m = MIN(be, __builtin_bswap32(be));

	/* microseconds, nanoseconds, and the patched format of old */
	return m == MIN(0xa1b2c3d4, 0xd4c3b2a1) ||
	       m == MIN(0xa1b23c4d, 0x4d3cb2a1) ||
	       m == MIN(0xa1b2cd34, 0x34cdb2a1);
}

static void pcap_source_close(struct source *source)
{
	struct pcap_source *s = (struct pcap_source *)source;

	pcap_close(s->pcap);
	strbuf_fini(&s->source.error);
	free(s);
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
	if (s->link)
		return &s->source;
	strbuf_printf(error, "link type %d (%s) is not supported", dlt,
		      pcap_datalink_val_to_name(dlt)
			      ? pcap_datalink_val_to_name(dlt)
			      : "unknown");
	pcap_source_close(&s->source);
	return NULL;
}

static int pcap_source_next(struct source *source, struct record *r)
{
	struct pcap_source *s = (struct pcap_source *)source;
	struct pcap_pkthdr *hdr;
	const u_char *bytes;
	int ret = pcap_next_ex(s->pcap, &hdr, &bytes);

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
