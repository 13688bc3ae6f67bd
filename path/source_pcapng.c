/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * pcapng files, by a reader of our own: libpcap throws away the names of the
 * interfaces, which say where a packet came in, and refuses a file whose
 * interfaces have different link types.
 *
 * A file is a row of blocks, each with its length before and behind its body:
 *
 *	type 4 | length 4 | body ... | length 4
 *
 * A section header (SHB) begins a section: it sets the byte order and forgets
 * the interfaces. An interface description (IDB) adds one: link type, name,
 * unit of its time stamps. Packets stand in enhanced (EPB), simple (SPB) and
 * obsolete (PB) packet blocks. Blocks that are not known are stepped over.
 *
 * Every number is hostile. A block is read whole into a buffer of bounded size
 * and a cursor over the body says when something is not there; blocks that are
 * only skipped may have any length.
 *
 * Ref: draft-ietf-opsawg-pcapng.
 */
#include <errno.h>

#include "base/clock.h"
#include "base/vec.h"
#include "path/capture.h"
#include "path/source.h"

enum {
	BLOCK_SHB = 0x0a0d0d0a,
	BLOCK_IDB = 1,
	BLOCK_PB = 2,
	BLOCK_SPB = 3,
	BLOCK_EPB = 6,

	BYTE_ORDER_MAGIC = 0x1a2b3c4d,
	BLOCK_OVERHEAD = 12,
	/* a frame, and 64 KiB of options around it */
	BLOCK_MAX = CAPTURE_FRAME_MAX + 65536,

	OPT_END = 0,
	OPT_IF_NAME = 2,
	OPT_IF_TSRESOL = 9,
	OPT_IF_TSOFFSET = 14,
	OPT_EPB_FLAGS = 2,

	EPB_DIRECTION = 3,
	EPB_OUTBOUND = 2,
};

/**
 * struct iface - an interface of the section
 * @name:	or NULL; owned by the source's names
 * @resol:	if_tsresol: 10^-N seconds, or 2^-N with the top bit set
 * @offset_s:	seconds to add
 */
struct iface {
	const struct linktype *link;
	uint32_t linktype, snaplen;
	const char *name;
	uint8_t resol;
	int64_t offset_s;
};

struct pcapng_source {
	struct source source;
	FILE *file;
	bool swapped;
	VEC(struct iface) ifaces;
	VEC(char *) names;
	uint64_t
		last_ns; /* what a simple packet block, which has no time, gets */
	uint8_t *block;
	uint32_t block_cap;
};

/** struct cursor - a block's body while it is read */
struct cursor {
	const uint8_t *p;
	uint32_t len;
	bool swapped;
};

/* The next @len bytes, or NULL. */
static const uint8_t *take(struct cursor *c, uint32_t len)
{
	const uint8_t *p = c->p;

	if (len > c->len)
		return NULL;
	c->p += len;
	c->len -= len;
	return p;
}

static uint32_t swap32(bool swapped, uint32_t v)
{
	return swapped ? __builtin_bswap32(v) : v;
}

static bool take32(struct cursor *c, uint32_t *v)
{
	const uint8_t *p = take(c, 4);

	if (p)
		*v = swap32(c->swapped, load_raw32(p));
	return p != NULL;
}

static bool take16(struct cursor *c, uint16_t *v)
{
	const uint8_t *p = take(c, 2);

	if (p)
		*v = c->swapped ? __builtin_bswap16(load_raw16(p))
				: load_raw16(p);
	return p != NULL;
}

/* The next option and its value; false at the end of the options, and when
 * they are cut short. */
static bool take_option(struct cursor *c, uint16_t *code, struct cursor *value)
{
	uint16_t len;
	const uint8_t *p;

	if (!take16(c, code) || !take16(c, &len) || *code == OPT_END)
		return false;
	p = take(c, ALIGN_UP((uint32_t)len, 4u));
	if (!p)
		return false;
	*value = (struct cursor){ p, len, c->swapped };
	return true;
}

static int fail(struct pcapng_source *s, uint64_t offset, const char *what)
{
	strbuf_reset(&s->source.error);
	strbuf_printf(&s->source.error, "%s, at byte %llu", what,
		      (unsigned long long)offset);
	return -1;
}

/* --- blocks -------------------------------------------------------------- */

static bool read_bytes(struct pcapng_source *s, void *to, size_t len)
{
	size_t n = fread(to, 1, len, s->file);

	s->source.offset += n;
	return n == len;
}

/* Step over @len bytes of a file that may be a pipe. */
static bool skip_bytes(struct pcapng_source *s, uint64_t len)
{
	char waste[4096];

	for (; len > sizeof(waste); len -= sizeof(waste))
		if (!read_bytes(s, waste, sizeof(waste)))
			return false;
	return read_bytes(s, waste, len);
}

/* The byte order comes with the section header, and its length before it. */
static int begin_section(struct pcapng_source *s, uint64_t start, uint32_t *len)
{
	uint8_t magic[4];

	if (!read_bytes(s, magic, 4))
		return fail(s, start, "truncated section header");
	if (load_raw32(magic) == BYTE_ORDER_MAGIC)
		s->swapped = false;
	else if (load_raw32(magic) == __builtin_bswap32(BYTE_ORDER_MAGIC))
		s->swapped = true;
	else
		return fail(s, start, "section header without its magic");
	*len = swap32(s->swapped, *len);
	if (*len < BLOCK_OVERHEAD + 16 || *len % 4)
		return fail(s, start, "section header of a wrong length");
	s->ifaces.len = 0;
	if (!skip_bytes(s, *len - BLOCK_OVERHEAD - 4))
		return fail(s, start, "truncated section header");
	return 0;
}

static bool is_wanted(uint32_t type)
{
	return type == BLOCK_IDB || type == BLOCK_EPB || type == BLOCK_SPB ||
	       type == BLOCK_PB;
}

/* The body of a block into the buffer. */
static int read_body(struct pcapng_source *s, uint64_t start, uint32_t type,
		     uint32_t len, struct cursor *body)
{
	uint32_t body_len = len - BLOCK_OVERHEAD;

	if (!is_wanted(type)) {
		if (!skip_bytes(s, body_len))
			return fail(s, start, "truncated block");
		return 0;
	}
	if (len > BLOCK_MAX)
		return fail(s, start, "block larger than any packet");
	if (body_len > s->block_cap) {
		s->block_cap = MAX(body_len, 4096u);
		s->block = xrealloc_array(s->block, s->block_cap, 1);
	}
	if (!read_bytes(s, s->block, body_len))
		return fail(s, start, "truncated block");
	*body = (struct cursor){ s->block, body_len, s->swapped };
	return 0;
}

/**
 * next_block() - read a block
 * Return: 1 with its type and body; 0 at the end of the file; -1.
 */
static int next_block(struct pcapng_source *s, uint32_t *type,
		      struct cursor *body)
{
	uint64_t start = s->source.offset;
	uint8_t head[8], tail[4];
	uint32_t len;

	if (!read_bytes(s, head, sizeof(head)))
		return s->source.offset == start
			       ? 0
			       : fail(s, start, "truncated block");
	*type = swap32(s->swapped, load_raw32(head));
	len = load_raw32(head + 4);
	*body = (struct cursor){ s->block, 0, s->swapped };
	if (load_raw32(head) == BLOCK_SHB) { /* the same in both byte orders */
		*type = BLOCK_SHB;
		if (begin_section(s, start, &len))
			return -1;
	} else {
		len = swap32(s->swapped, len);
		if (len < BLOCK_OVERHEAD || len % 4)
			return fail(s, start, "block of a wrong length");
		if (read_body(s, start, *type, len, body))
			return -1;
	}
	if (!read_bytes(s, tail, sizeof(tail)))
		return fail(s, start, "truncated block");
	if (swap32(s->swapped, load_raw32(tail)) != len)
		return fail(s, start, "block whose two lengths differ");
	return 1;
}

/* --- interfaces ---------------------------------------------------------- */

static char *keep_name(struct pcapng_source *s, const struct cursor *value)
{
	size_t len = strnlen((const char *)value->p, value->len);
	char *name = xmalloc(len + 1);

	memcpy(name, value->p, len);
	name[len] = '\0';
	vec_push(&s->names, name);
	return name;
}

/* libpcap's device of all links is none itself. */
static bool is_any(const struct cursor *name)
{
	return name->len == 3 && !memcmp(name->p, "any", 3);
}

static void iface_option(struct pcapng_source *s, struct iface *iface,
			 uint16_t code, struct cursor value)
{
	uint64_t offset;

	if (code == OPT_IF_NAME && value.len && !is_any(&value))
		iface->name = keep_name(s, &value);
	else if (code == OPT_IF_TSRESOL && value.len == 1)
		iface->resol = value.p[0];
	else if (code == OPT_IF_TSOFFSET && value.len == 8) {
		memcpy(&offset, value.p, 8);
		iface->offset_s = (int64_t)(value.swapped
						    ? __builtin_bswap64(offset)
						    : offset);
	}
}

/* Units that give nanoseconds without overflow: 10^-19 s, 2^-63 s. */
static bool resol_ok(uint8_t resol)
{
	return resol & 0x80 ? (resol & 0x7f) <= 63 : resol <= 19;
}

static int add_iface(struct pcapng_source *s, uint64_t start,
		     struct cursor body)
{
	struct iface iface = { .resol = 6 };
	struct cursor value;
	uint16_t linktype, reserved, code;

	if (!take16(&body, &linktype) || !take16(&body, &reserved) ||
	    !take32(&body, &iface.snaplen))
		return fail(s, start, "interface block cut short");
	while (take_option(&body, &code, &value))
		iface_option(s, &iface, code, value);
	if (!resol_ok(iface.resol))
		return fail(s, start, "interface with an impossible time unit");
	iface.linktype = linktype;
	iface.link = linktype_find(linktype);
	vec_push(&s->ifaces, iface);
	return 0;
}

static uint64_t pow10_u64(unsigned n)
{
	uint64_t v = 1;

	while (n--)
		v *= 10;
	return v;
}

/* Time stamp to nanoseconds since 1970; what does not fit is cut to 64 bits. */
static uint64_t to_ns(const struct iface *iface, uint64_t ts)
{
	unsigned n = iface->resol & 0x7f;
	uint64_t ns;

	if (iface->resol & 0x80)
		ns = (uint64_t)(((unsigned __int128)ts * NS_PER_SEC) >> n);
	else if (n <= 9)
		ns = ts * pow10_u64(9 - n);
	else
		ns = ts / pow10_u64(n - 9);
	return ns + (uint64_t)iface->offset_s * NS_PER_SEC;
}

/* --- packets ------------------------------------------------------------- */

static int use_iface(struct pcapng_source *s, uint64_t start, uint32_t id,
		     const struct iface **iface)
{
	char what[64];

	if (id >= s->ifaces.len)
		return fail(s, start, "packet of an interface not described");
	*iface = &s->ifaces.v[id];
	if ((*iface)->link)
		return 0;
	snprintf(what, sizeof(what), "link type %u is not supported",
		 (*iface)->linktype);
	return fail(s, start, what);
}

static int fill(struct pcapng_source *s, uint64_t start, struct record *r,
		const struct iface *iface, uint32_t len, uint32_t wire_len,
		struct cursor *body)
{
	if (len > CAPTURE_FRAME_MAX)
		return fail(s, start, "packet larger than any frame");
	*r = (struct record){
		.wall_ns = s->last_ns,
		.bytes = take(body, len),
		.len = len,
		.wire_len = MAX(len, wire_len),
		.iface = iface->name,
		.link = iface->link,
		.swapped = s->swapped,
	};
	return r->bytes ? 1 : fail(s, start, "packet longer than its block");
}

/* EPB, and PB with its narrower interface number */
static int packet_block(struct pcapng_source *s, uint64_t start, bool enhanced,
			struct cursor body, struct record *r)
{
	uint32_t id = 0, hi, lo, len, wire_len, flags;
	const struct iface *iface;
	struct cursor value;
	uint16_t code, id16 = 0, drops;

	if (enhanced ? !take32(&body, &id)
		     : !take16(&body, &id16) || !take16(&body, &drops))
		return fail(s, start, "packet block cut short");
	if (!take32(&body, &hi) || !take32(&body, &lo) ||
	    !take32(&body, &len) || !take32(&body, &wire_len))
		return fail(s, start, "packet block cut short");
	if (use_iface(s, start, enhanced ? id : id16, &iface))
		return -1;
	s->last_ns = to_ns(iface, (uint64_t)hi << 32 | lo);
	if (fill(s, start, r, iface, len, wire_len, &body) < 0)
		return -1;
	take(&body, -len & 3);
	while (take_option(&body, &code, &value))
		if (code == OPT_EPB_FLAGS && take32(&value, &flags)) {
			r->directed = flags & EPB_DIRECTION;
			r->outgoing = (flags & EPB_DIRECTION) == EPB_OUTBOUND;
		}
	return 1;
}

static int simple_block(struct pcapng_source *s, uint64_t start,
			struct cursor body, struct record *r)
{
	const struct iface *iface;
	uint32_t wire_len, len;

	if (!take32(&body, &wire_len))
		return fail(s, start, "packet block cut short");
	if (use_iface(s, start, 0, &iface))
		return -1;
	len = wire_len;
	if (iface->snaplen)
		len = MIN(len, iface->snaplen);
	return fill(s, start, r, iface, len, wire_len, &body);
}

static int pcapng_source_next(struct source *source, struct record *r)
{
	struct pcapng_source *s = (struct pcapng_source *)source;

	for (;;) {
		uint64_t start = s->source.offset;
		struct cursor body;
		uint32_t type;
		int ret = next_block(s, &type, &body);

		if (ret <= 0)
			return ret;
		switch (type) {
		case BLOCK_IDB:
			if (add_iface(s, start, body))
				return -1;
			break;
		case BLOCK_EPB:
		case BLOCK_PB:
			return packet_block(s, start, type == BLOCK_EPB, body,
					    r);
		case BLOCK_SPB:
			return simple_block(s, start, body, r);
		default:
			break;
		}
	}
}

static bool is_it(const uint8_t magic[4])
{
	return load_raw32(magic) == BLOCK_SHB;
}

static void pcapng_source_close(struct source *source)
{
	struct pcapng_source *s = (struct pcapng_source *)source;

	for (size_t i = 0; i < s->names.len; i++)
		free(s->names.v[i]);
	vec_fini(&s->names);
	vec_fini(&s->ifaces);
	free(s->block);
	fclose(s->file);
	strbuf_fini(&s->source.error);
	free(s);
}

static struct source *pcapng_source_open(FILE *file, struct strbuf *error)
{
	struct pcapng_source *s = xzalloc(sizeof(*s));
	struct cursor body;
	uint32_t type;

	s->source.ops = &source_pcapng;
	s->file = file;
	if (next_block(s, &type, &body) == 1)
		return &s->source;
	strbuf_puts(error, strbuf_str(&s->source.error));
	pcapng_source_close(&s->source);
	return NULL;
}

const struct source_ops source_pcapng = {
	.name = "pcapng",
	.is_it = is_it,
	.open = pcapng_source_open,
	.next = pcapng_source_next,
	.close = pcapng_source_close,
};
