/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SCTP: nf_conntrack_proto_sctp.c, facts section 4.
 *
 * Theory of operation
 *
 * A packet is a bundle of chunks, and each chunk moves the state by the table
 * below. What guards an association are the verification tags: each side
 * names one in its INIT (INIT ACK), and every packet to it carries that. vtag
 * of a direction is what packets of that direction have to carry.
 */
#include "ct/l4proto.h"

#include <linux/netfilter/nf_conntrack_sctp.h>

#define SCTP_HEADER_BYTES 12
#define SCTP_INIT_BYTES	  20 /* chunk header and the fixed part of INIT */
#define SCTP_FLAG_T	  1  /* in ABORT, SHUTDOWN COMPLETE: peer's tag */

enum sctp_chunk {
	SCTP_DATA = 0,
	SCTP_INIT = 1,
	SCTP_INIT_ACK = 2,
	SCTP_HEARTBEAT = 4,
	SCTP_HEARTBEAT_ACK = 5,
	SCTP_ABORT = 6,
	SCTP_SHUTDOWN = 7,
	SCTP_SHUTDOWN_ACK = 8,
	SCTP_ERROR = 9,
	SCTP_COOKIE_ECHO = 10,
	SCTP_COOKIE_ACK = 11,
	SCTP_SHUTDOWN_COMPLETE = 14,
	SCTP_CHUNKS
};

#define sNO SCTP_CONNTRACK_NONE
#define sCL SCTP_CONNTRACK_CLOSED
#define sCW SCTP_CONNTRACK_COOKIE_WAIT
#define sCE SCTP_CONNTRACK_COOKIE_ECHOED
#define sES SCTP_CONNTRACK_ESTABLISHED
#define sSS SCTP_CONNTRACK_SHUTDOWN_SENT
#define sSR SCTP_CONNTRACK_SHUTDOWN_RECD
#define sSA SCTP_CONNTRACK_SHUTDOWN_ACK_SENT
#define sHS SCTP_CONNTRACK_HEARTBEAT_SENT
#define sIV SCTP_CONNTRACK_NONE

/* What a chunk does, by direction, type and the state it meets. Types that do
 * not stand here keep the state; sIV is invalid. */
static const uint8_t
	sctp_conntracks[CT_DIR_MAX][SCTP_CHUNKS][SCTP_CONNTRACK_MAX - 1] = {
	[CT_DIR_ORIGINAL] = {
		/* from NO   CL   CW   CE   ES   SS   SR   SA   HS */
		[SCTP_INIT] =
			{ sCL, sCL, sCW, sCE, sES, sCL, sCL, sSA, sCW },
		[SCTP_INIT_ACK] =
			{ sCL, sCL, sCW, sCE, sES, sSS, sSR, sSA, sCL },
		[SCTP_ABORT] =
			{ sCL, sCL, sCL, sCL, sCL, sCL, sCL, sCL, sCL },
		[SCTP_SHUTDOWN] =
			{ sCL, sCL, sCW, sCE, sSS, sSS, sSR, sSA, sCL },
		[SCTP_SHUTDOWN_ACK] =
			{ sSA, sCL, sCW, sCE, sES, sSA, sSA, sSA, sSA },
		[SCTP_ERROR] =
			{ sCL, sCL, sCW, sCE, sES, sSS, sSR, sSA, sCL },
		[SCTP_COOKIE_ECHO] =
			{ sCL, sCL, sCE, sCE, sES, sSS, sSR, sSA, sCL },
		[SCTP_COOKIE_ACK] =
			{ sCL, sCL, sCW, sES, sES, sSS, sSR, sSA, sCL },
		[SCTP_SHUTDOWN_COMPLETE] =
			{ sCL, sCL, sCW, sCE, sES, sSS, sSR, sCL, sCL },
		[SCTP_HEARTBEAT] =
			{ sHS, sCL, sCW, sCE, sES, sSS, sSR, sSA, sHS },
		[SCTP_HEARTBEAT_ACK] =
			{ sCL, sCL, sCW, sCE, sES, sSS, sSR, sSA, sHS },
	},
	[CT_DIR_REPLY] = {
		/* from NO   CL   CW   CE   ES   SS   SR   SA   HS */
		[SCTP_INIT] =
			{ sIV, sCL, sCW, sCE, sES, sSS, sSR, sSA, sIV },
		[SCTP_INIT_ACK] =
			{ sIV, sCW, sCW, sCE, sES, sSS, sSR, sSA, sIV },
		[SCTP_ABORT] =
			{ sIV, sCL, sCL, sCL, sCL, sCL, sCL, sCL, sIV },
		[SCTP_SHUTDOWN] =
			{ sIV, sCL, sCW, sCE, sSR, sSS, sSR, sSA, sIV },
		[SCTP_SHUTDOWN_ACK] =
			{ sIV, sCL, sCW, sCE, sES, sSA, sSA, sSA, sIV },
		[SCTP_ERROR] =
			{ sIV, sCL, sCW, sCL, sES, sSS, sSR, sSA, sIV },
		[SCTP_COOKIE_ECHO] =
			{ sIV, sCL, sCE, sCE, sES, sSS, sSR, sSA, sIV },
		[SCTP_COOKIE_ACK] =
			{ sIV, sCL, sCW, sES, sES, sSS, sSR, sSA, sIV },
		[SCTP_SHUTDOWN_COMPLETE] =
			{ sIV, sCL, sCW, sCE, sES, sSS, sSR, sCL, sIV },
		[SCTP_HEARTBEAT] =
			{ sIV, sCL, sCW, sCE, sES, sSS, sSR, sSA, sHS },
		[SCTP_HEARTBEAT_ACK] =
			{ sIV, sCL, sCW, sCE, sES, sSS, sSR, sSA, sES },
	},
};

/* The types that stand in the table. */
static const bool sctp_moves[SCTP_CHUNKS] = {
	[SCTP_INIT] = true,
	[SCTP_INIT_ACK] = true,
	[SCTP_HEARTBEAT] = true,
	[SCTP_HEARTBEAT_ACK] = true,
	[SCTP_ABORT] = true,
	[SCTP_SHUTDOWN] = true,
	[SCTP_SHUTDOWN_ACK] = true,
	[SCTP_ERROR] = true,
	[SCTP_COOKIE_ECHO] = true,
	[SCTP_COOKIE_ACK] = true,
	[SCTP_SHUTDOWN_COMPLETE] = true,
};

/* seconds; nf_conntrack_proto_sctp.c sctp_timeouts[] */
static const uint32_t sctp_timeouts[SCTP_CONNTRACK_MAX] = {
	[SCTP_CONNTRACK_CLOSED] = 10,
	[SCTP_CONNTRACK_COOKIE_WAIT] = 3,
	[SCTP_CONNTRACK_COOKIE_ECHOED] = 3,
	[SCTP_CONNTRACK_ESTABLISHED] = 210,
	[SCTP_CONNTRACK_SHUTDOWN_SENT] = 3,
	[SCTP_CONNTRACK_SHUTDOWN_RECD] = 3,
	[SCTP_CONNTRACK_SHUTDOWN_ACK_SENT] = 3,
	[SCTP_CONNTRACK_HEARTBEAT_SENT] = 30,
};

static const char *const sctp_state_names[SCTP_CONNTRACK_MAX] = {
	[SCTP_CONNTRACK_NONE] = "NONE",
	[SCTP_CONNTRACK_CLOSED] = "CLOSED",
	[SCTP_CONNTRACK_COOKIE_WAIT] = "COOKIE_WAIT",
	[SCTP_CONNTRACK_COOKIE_ECHOED] = "COOKIE_ECHOED",
	[SCTP_CONNTRACK_ESTABLISHED] = "ESTABLISHED",
	[SCTP_CONNTRACK_SHUTDOWN_SENT] = "SHUTDOWN_SENT",
	[SCTP_CONNTRACK_SHUTDOWN_RECD] = "SHUTDOWN_RECD",
	[SCTP_CONNTRACK_SHUTDOWN_ACK_SENT] = "SHUTDOWN_ACK_SENT",
	[SCTP_CONNTRACK_HEARTBEAT_SENT] = "HEARTBEAT_SENT",
};

#define CHUNK_BIT(type) (1u << (type))

/* Chunks that have a tag rule of their own. */
#define OWN_TAG_RULE                                                \
	(CHUNK_BIT(SCTP_INIT) | CHUNK_BIT(SCTP_SHUTDOWN_COMPLETE) | \
	 CHUNK_BIT(SCTP_COOKIE_ECHO) | CHUNK_BIT(SCTP_ABORT) |      \
	 CHUNK_BIT(SCTP_SHUTDOWN_ACK) | CHUNK_BIT(SCTP_HEARTBEAT) | \
	 CHUNK_BIT(SCTP_HEARTBEAT_ACK))

/*
 * struct bundle - the packet
 * @off, @end:	where chunks begin and end
 * @vtag:	verification tag, network order
 * @seen:	CHUNK_BIT() of every chunk with a known type
 */
struct bundle {
	const struct packet *pkt;
	uint32_t off, end;
	be32_t vtag;
	uint32_t seen;
};

/* struct chunk - one of them; @off in the packet */
struct chunk {
	uint32_t off;
	uint8_t type, flags;
};

/* The chunk at *@off, which moves on to the next; false at the end. */
static bool chunk_next(const struct bundle *b, uint32_t *off,
		       struct chunk *chunk)
{
	const uint8_t *sch;
	uint32_t len;

	if (*off >= b->end)
		return false;
	sch = packet_read(b->pkt, *off, 4);
	if (!sch)
		return false;
	len = get_be16(sch + 2);
	if (!len)
		return false;
	*chunk = (struct chunk){ *off, sch[0], sch[1] };
	*off += ALIGN_UP(len, 4u);
	return true;
}

/* do_basic_checks(): which chunks there are, and whether together. */
static bool bundle_check(struct bundle *b)
{
	bool alone = false, any = false;
	uint32_t off = b->off;
	const uint8_t *sch;

	while (off < b->end && (sch = packet_read(b->pkt, off, 4))) {
		uint8_t type = sch[0];
		uint32_t len = get_be16(sch + 2);

		if (type == SCTP_INIT || type == SCTP_INIT_ACK ||
		    type == SCTP_SHUTDOWN_COMPLETE)
			alone = true;
		/* A cookie has to be first, some have to be alone. */
		if (((type == SCTP_COOKIE_ACK || type == SCTP_COOKIE_ECHO ||
		      alone) &&
		     any) ||
		    !len)
			return false;
		if (type < 32)
			b->seen |= CHUNK_BIT(type);
		any = true;
		off += ALIGN_UP(len, 4u);
	}
	return any;
}

static be32_t chunk_init_tag(const struct bundle *b, const struct chunk *c,
			     bool *there)
{
	const uint8_t *p = packet_read(b->pkt, c->off, SCTP_INIT_BYTES);

	*there = p != NULL;
	return p ? load_raw32(p + 4) : 0;
}

/* sctp_new_state() */
static uint8_t sctp_new_state(enum ct_dir dir, uint8_t old, uint8_t type)
{
	if (type >= SCTP_CHUNKS || !sctp_moves[type])
		return old;
	return sctp_conntracks[dir][type][old];
}

/* sctp_new(): may this packet begin an association? */
static enum ct_verdict sctp_new(struct ct_ctx *cx, const struct bundle *b,
				struct ct_sctp *sctp)
{
	uint32_t off = b->off;
	struct chunk c;
	be32_t tag;
	bool there;

	while (chunk_next(b, &off, &c)) {
		if (sctp_new_state(CT_DIR_ORIGINAL, sNO, c.type) == sIV ||
		    c.type == SCTP_ABORT || c.type == SCTP_COOKIE_ACK ||
		    c.type == SCTP_SHUTDOWN_COMPLETE)
			return ct_invalid(cx, REASON_ct_sctp_new);
		if (c.type == SCTP_INIT) {
			tag = chunk_init_tag(b, &c, &there);
			if (b->vtag || !there)
				return ct_invalid(cx, REASON_ct_sctp_vtag);
			sctp->vtag[CT_DIR_REPLY] = tag;
		} else if (c.type == SCTP_HEARTBEAT) {
			sctp->vtag[CT_DIR_ORIGINAL] = b->vtag;
		} else if (c.type == SCTP_SHUTDOWN_ACK) {
			sctp->vtag[CT_DIR_REPLY] = b->vtag;
		}
	}
	return CT_ACCEPT;
}

/* What the tags say of one chunk. */
enum tag_verdict {
	TAG_GOOD,
	TAG_BAD,
	TAG_IGNORE
};

/* ABORT and SHUTDOWN COMPLETE: the T flag says whose tag it is. */
static enum tag_verdict tag_end(const struct ct_sctp *sctp, enum ct_dir dir,
				const struct bundle *b, const struct chunk *c)
{
	enum ct_dir whose = c->flags & SCTP_FLAG_T ? !dir : dir;

	return b->vtag == sctp->vtag[whose] ? TAG_GOOD : TAG_BAD;
}

/* A heartbeat with another tag may come from a restarted peer: its answer will
 * tell. Once in a packet, and not with data. */
static enum tag_verdict tag_heartbeat(struct ct_sctp *sctp, enum ct_dir dir,
				      const struct bundle *b, bool again)
{
	if (!sctp->vtag[dir]) {
		sctp->vtag[dir] = b->vtag;
	} else if (b->vtag != sctp->vtag[dir]) {
		if (b->seen & CHUNK_BIT(SCTP_DATA) || again)
			return TAG_BAD;
		sctp->hb_failed = true;
		sctp->last_dir = dir;
		return TAG_IGNORE;
	} else {
		sctp->hb_failed = false;
	}
	return TAG_GOOD;
}

static enum tag_verdict tag_heartbeat_ack(struct ct_sctp *sctp, enum ct_dir dir,
					  const struct bundle *b)
{
	if (!sctp->vtag[dir]) {
		sctp->vtag[dir] = b->vtag;
	} else if (b->vtag != sctp->vtag[dir]) {
		if (b->seen & CHUNK_BIT(SCTP_DATA) || !sctp->hb_failed ||
		    sctp->last_dir == dir)
			return TAG_BAD;
		sctp->hb_failed = false;
		sctp->vtag[dir] = b->vtag;
		sctp->vtag[!dir] = 0;
	} else {
		sctp->hb_failed = false;
	}
	return TAG_GOOD;
}

/* The tag rule of a chunk, before it moves the state. @again: one of the packet
 * was ignored already. */
static enum tag_verdict chunk_tag(struct ct_sctp *sctp, enum ct_dir dir,
				  const struct bundle *b, const struct chunk *c,
				  bool again)
{
	switch (c->type) {
	case SCTP_INIT:
		return b->vtag ? TAG_BAD : TAG_GOOD;
	case SCTP_ABORT:
	case SCTP_SHUTDOWN_COMPLETE:
		return tag_end(sctp, dir, b, c);
	case SCTP_COOKIE_ECHO:
		return b->vtag == sctp->vtag[dir] ? TAG_GOOD : TAG_BAD;
	case SCTP_COOKIE_ACK:
		sctp->init[0] = sctp->init[1] = false;
		return TAG_GOOD;
	case SCTP_HEARTBEAT:
		return tag_heartbeat(sctp, dir, b, again);
	case SCTP_HEARTBEAT_ACK:
		return tag_heartbeat_ack(sctp, dir, b);
	default:
		return TAG_GOOD;
	}
}

/* What INIT and INIT ACK tell of the tags to come. */
static enum tag_verdict chunk_init(struct ct_ctx *cx, struct ct_sctp *sctp,
				   const struct bundle *b,
				   const struct chunk *c, uint8_t old,
				   uint8_t next)
{
	enum ct_dir dir = cx->dir;
	be32_t tag;
	bool there;

	tag = chunk_init_tag(b, c, &there);
	if (!there)
		return TAG_BAD;
	if (c->type == SCTP_INIT_ACK) {
		if ((!sctp->init[!dir] && sctp->vtag[!dir] &&
		     sctp->vtag[!dir] != tag) ||
		    (sctp->init[0] && sctp->init[1] && sctp->vtag[!dir] != tag))
			return TAG_BAD;
		sctp->vtag[!dir] = tag;
		return TAG_GOOD;
	}
	/* Do not refresh what is closed and stays so. */
	if (old == sNO || tag != sctp->vtag[!dir]) {
		if (sctp->init[0] && sctp->init[1])
			sctp->init[!dir] = false;
		sctp->init[dir] = true;
	}
	sctp->vtag[!dir] = tag;
	/* Trying again does not keep a closed association. */
	if (old == sCL && next == sCL && cx->ct->status & IPS_CONFIRMED)
		return TAG_IGNORE;
	return TAG_GOOD;
}

/* One chunk; *@ignore is set if the packet is to refresh nothing. */
static enum ct_verdict sctp_chunk(struct ct_ctx *cx, struct ct_sctp *sctp,
				  const struct bundle *b, const struct chunk *c,
				  bool *ignore)
{
	enum tag_verdict tag = chunk_tag(sctp, cx->dir, b, c, *ignore);
	uint8_t old = sctp->state, next = old;

	if (tag == TAG_GOOD) {
		next = sctp_new_state(cx->dir, old, c->type);
		if (next == sIV) {
			ct_invalid(cx, REASON_ct_sctp_state);
			ct_why_state(cx, sctp_state_names[old]);
			ct_why_number(cx, "chunk", c->type);
			return CT_INVALID;
		}
		if (c->type == SCTP_INIT || c->type == SCTP_INIT_ACK)
			tag = chunk_init(cx, sctp, b, c, old, next);
	}
	if (tag == TAG_BAD)
		return ct_invalid(cx, REASON_ct_sctp_vtag);
	*ignore |= tag == TAG_IGNORE;
	sctp->state = next;
	if (old != next && next == sES)
		ct_assure(cx->ct);
	return CT_ACCEPT;
}

/* sctp_error(), and the header */
static enum ct_verdict bundle_read(struct ct_ctx *cx, struct bundle *b)
{
	const uint8_t *sh = packet_read(cx->pkt, cx->l4.off, SCTP_HEADER_BYTES);

	if (!sh)
		return ct_invalid(cx, REASON_ct_short);
	if (ct_csum_bad(cx))
		return ct_why_checksum(cx);
	*b = (struct bundle){
		.pkt = cx->pkt,
		.off = cx->l4.off + SCTP_HEADER_BYTES,
		.end = cx->pkt->wire_len,
		.vtag = load_raw32(sh + 4),
	};
	if (!bundle_check(b))
		return ct_invalid(cx, REASON_ct_sctp_chunks);
	return CT_ACCEPT;
}

/* nf_conntrack_sctp_packet() */
static enum ct_verdict sctp_packet(struct ct_ctx *cx)
{
	struct ct_sctp *sctp = &ct_conn_proto(cx->ct)->sctp;
	struct bundle b;
	struct chunk c;
	bool ignore = false;
	uint32_t off;

	if (bundle_read(cx, &b) != CT_ACCEPT)
		return CT_INVALID;
	if (!(cx->ct->status & IPS_CONFIRMED) &&
	    sctp_new(cx, &b, sctp) != CT_ACCEPT)
		return CT_INVALID;
	if (!(b.seen & OWN_TAG_RULE) && b.vtag != sctp->vtag[cx->dir]) {
		ct_invalid(cx, REASON_ct_sctp_vtag);
		ct_why_state(cx, sctp_state_names[sctp->state]);
		ct_why_number(cx, "vtag", be32toh(b.vtag));
		ct_why_number(cx, "wanted", be32toh(sctp->vtag[cx->dir]));
		return CT_INVALID;
	}
	for (off = b.off; chunk_next(&b, &off, &c);) {
		if (sctp_chunk(cx, sctp, &b, &c, &ignore) != CT_ACCEPT)
			return CT_INVALID;
	}
	if (!ignore)
		ct_refresh(cx, ct_ticks(cx->t->cfg.sctp_timeout[sctp->state]));
	return CT_ACCEPT;
}

/* sctp_can_early_drop() */
static bool sctp_can_early_drop(struct ct_conn *ct)
{
	uint8_t state = ct_conn_proto(ct)->sctp.state;

	return state >= SCTP_CONNTRACK_SHUTDOWN_SENT &&
	       state <= SCTP_CONNTRACK_SHUTDOWN_ACK_SENT;
}

static const char *sctp_state_name(struct ct_conn *ct)
{
	return sctp_state_names[ct_conn_proto(ct)->sctp.state];
}

static void sctp_defaults(struct ct_config *cfg)
{
	memcpy(cfg->sctp_timeout, sctp_timeouts, sizeof(sctp_timeouts));
}

const struct ct_l4proto ct_proto_sctp = {
	.name = "sctp",
	.ports = true,
	.packet = sctp_packet,
	.can_early_drop = sctp_can_early_drop,
	.state_name = sctp_state_name,
	.print_tuple = ct_print_ports,
	.defaults = sctp_defaults,
};
