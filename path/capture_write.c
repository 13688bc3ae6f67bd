/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writing captures: pcapng, raw IP packets, nanoseconds, one interface block
 * per name, written before its first packet. Numbers in this machine's byte
 * order, as the format wants.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/strmap.h"
#include "path/capture.h"

enum {
	BLOCK_SHB = 0x0a0d0d0a,
	BLOCK_IDB = 1,
	BLOCK_EPB = 6,
	BYTE_ORDER_MAGIC = 0x1a2b3c4d,
	/* What libpcap calls DLT_RAW, and not LINKTYPE_RAW, which is 101: of that
	 * it takes a second interface for one of another type, and tcpdump
	 * reads no further. Wireshark knows both. */
	LINKTYPE_RAW = 12,
	OPT_END = 0,
	OPT_IF_NAME = 2,
	OPT_IF_TSRESOL = 9,
};

/**
 * struct capture_writer - a file being written
 * @ifaces:	name to its number plus one, as a pointer
 * @error:	-errno of the first write that failed
 */
struct capture_writer {
	FILE *file;
	struct strmap *ifaces;
	uintptr_t ifaces_len;
	int error;
};

static void put(struct capture_writer *w, const void *p, size_t len)
{
	if (!w->error && fwrite(p, 1, len, w->file) != len)
		w->error = errno ? -errno : -EIO;
}

static void put32(struct capture_writer *w, uint32_t v)
{
	put(w, &v, sizeof(v));
}

static void put_padded(struct capture_writer *w, const void *p, uint32_t len)
{
	static const char zero[4];

	put(w, p, len);
	put(w, zero, -len & 3);
}

static void put_option(struct capture_writer *w, uint16_t code, const void *p,
		       uint16_t len)
{
	put(w, &code, sizeof(code));
	put(w, &len, sizeof(len));
	put_padded(w, p, len);
}

static void put_section(struct capture_writer *w)
{
	static const uint16_t version[2] = { 1, 0 };
	static const uint32_t unknown_len[2] = { UINT32_MAX, UINT32_MAX };

	put32(w, BLOCK_SHB);
	put32(w, 28);
	put32(w, BYTE_ORDER_MAGIC);
	put(w, version, sizeof(version));
	put(w, unknown_len, sizeof(unknown_len));
	put32(w, 28);
}

static void put_iface(struct capture_writer *w, const char *name)
{
	static const uint8_t nanoseconds = 9;
	static const uint16_t link[2] = { LINKTYPE_RAW, 0 };
	uint16_t name_len = (uint16_t)strlen(name);
	/* fixed part, name option, unit option, end of options */
	uint32_t len = 20 + 4 + ALIGN_UP((uint32_t)name_len, 4u) + 8 + 4;

	put32(w, BLOCK_IDB);
	put32(w, len);
	put(w, link, sizeof(link));
	put32(w, 0); /* no snap length */
	put_option(w, OPT_IF_NAME, name, name_len);
	put_option(w, OPT_IF_TSRESOL, &nanoseconds, 1);
	put32(w, OPT_END);
	put32(w, len);
}

/* A stream of our own over stdout, so that closing it leaves stdout alone. */
static FILE *open_out(const char *path)
{
	FILE *file;
	int fd;

	if (strcmp(path, "-"))
		return fopen(path, "wb");
	fd = dup(STDOUT_FILENO);
	file = fd < 0 ? NULL : fdopen(fd, "wb");
	if (!file && fd >= 0)
		close(fd);
	return file;
}

struct capture_writer *capture_create(const char *path)
{
	FILE *file = open_out(path);
	struct capture_writer *w;

	if (!file)
		return NULL;
	w = xzalloc(sizeof(*w));
	w->file = file;
	w->ifaces = strmap_new();
	put_section(w);
	return w;
}

static uint32_t iface_id(struct capture_writer *w, const char *name)
{
	uintptr_t id = (uintptr_t)strmap_get(w->ifaces, name);

	if (id)
		return (uint32_t)(id - 1);
	put_iface(w, name);
	strmap_put(w->ifaces, name, (void *)++w->ifaces_len);
	return (uint32_t)(w->ifaces_len - 1);
}

void capture_write(struct capture_writer *w, const char *iface,
		   uint64_t wall_ns, const uint8_t *bytes, uint32_t len,
		   uint32_t wire_len)
{
	uint32_t id = iface_id(w, iface);
	uint32_t total = 32 + ALIGN_UP(len, 4u);

	put32(w, BLOCK_EPB);
	put32(w, total);
	put32(w, id);
	put32(w, (uint32_t)(wall_ns >> 32));
	put32(w, (uint32_t)wall_ns);
	put32(w, len);
	put32(w, wire_len);
	put_padded(w, bytes, len);
	put32(w, total);
}

/* A file without an interface is none to libpcap, so an empty one gets one. */
int capture_finish(struct capture_writer *w)
{
	int ret;

	if (!w->ifaces_len)
		iface_id(w, "none");
	ret = w->error;
	errno = 0;
	if (fclose(w->file) && !ret)
		ret = errno ? -errno : -EIO;
	strmap_free(w->ifaces);
	free(w);
	return ret;
}
