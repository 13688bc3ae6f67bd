/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One open capture file, whatever its format. */
#ifndef NFTVM_PATH_SOURCE_H
#define NFTVM_PATH_SOURCE_H

#include <stdio.h>

#include "base/strbuf.h"
#include "path/linktype.h"

/**
 * struct record - one frame as it stands in a file
 * @bytes:	borrowed from the source until its next record
 * @wire_len:	>= @len
 * @iface:	name of the interface, or NULL; lasts as long as the source
 * @swapped:	written on a machine of the other byte order
 */
struct record {
	uint64_t wall_ns;
	const uint8_t *bytes;
	uint32_t len, wire_len;
	const char *iface;
	const struct linktype *link;
	bool directed, outgoing, swapped;
};

struct source;

/**
 * struct source_ops - a file format
 * @open:	take over @file, positioned at its start; NULL with @error set
 *		(and the file closed) when it is not right
 * @next:	1 a record; 0 the end; -1 with source->error set
 */
struct source_ops {
	const char *name;
	bool (*is_it)(const uint8_t magic[4]);
	struct source *(*open)(FILE *file, struct strbuf *error);
	int (*next)(struct source *s, struct record *r);
	void (*close)(struct source *s);
};

/**
 * struct source - first member of each format's own struct
 * @offset:	bytes of the file that were read
 * @error:	what is wrong, without the file's name
 */
struct source {
	const struct source_ops *ops;
	uint64_t offset;
	struct strbuf error;
};

extern const struct source_ops source_pcap;
extern const struct source_ops source_pcapng;

#endif
