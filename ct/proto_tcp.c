/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TCP: nf_conntrack_proto_tcp.c, facts section 3.
 *
 * Theory of operation
 *
 * We are the man in the middle: both ends talk past us, what we saw may not
 * have arrived, what we missed may have. So a segment is judged in two steps.
 *
 * The transition table (tcp_conntracks) says what a segment of its kind, from
 * its direction, does to the state of the connection as a whole; the state is
 * what the sender of that segment has reached at least. Cells can be "ignore"
 * (may be right, we cannot tell: let it pass, remember it, change nothing) or
 * empty: invalid.
 *
 * Then tcp_in_window() asks whether the sequence and acknowledgement numbers
 * fit what both ends have said (van Rooij, "Real stateful TCP packet filtering
 * in IP Filter", 2001):
 *
 *	I	the data begins inside the window the receiver offered
 *	II	it does not end before the window
 *	III	what it acknowledges has been sent
 *	IV	and not too long ago
 *
 * A segment that fails I or III is invalid, one that fails II or IV is old: it
 * passes but changes nothing. A connection picked up in the middle, whose
 * window scale nobody knows, is judged liberally.
 *
 * All arithmetic on sequence numbers is modulo 2^32.
 *
 * What most segments are is judged by tcp_usual() before it comes here.
 */
#include "ct/helper.h"
#include "ct/tcp.h"

#define sNO TCP_CONNTRACK_NONE
#define sSS TCP_CONNTRACK_SYN_SENT
#define sSR TCP_CONNTRACK_SYN_RECV
#define sES TCP_CONNTRACK_ESTABLISHED
#define sFW TCP_CONNTRACK_FIN_WAIT
#define sCW TCP_CONNTRACK_CLOSE_WAIT
#define sLA TCP_CONNTRACK_LAST_ACK
#define sTW TCP_CONNTRACK_TIME_WAIT
#define sCL TCP_CONNTRACK_CLOSE
#define sS2 TCP_CONNTRACK_SYN_SENT2
#define sIG TCP_CONNTRACK_IGNORE
/* An empty cell: no transition leads to NONE. */
#define sIV TCP_CONNTRACK_NONE

/* What a segment does, by direction, kind and the state it meets. */
static const uint8_t
	tcp_conntracks[CT_DIR_MAX][TCP_KINDS][TCP_CONNTRACK_MAX] = {
	[CT_DIR_ORIGINAL] = {
		[TCP_SYN_SET] = {
			[sNO] = sSS, /* a new connection */
			[sSS] = sSS, /* sent again */
			[sS2] = sS2, /* sent again, both opening */
			/* Late, or the client forgot the connection and we
			 * do not: the server's answer will tell. */
			[sSR ... sLA] = sIG,
			[sTW] = sSS, /* opened again */
			[sCL] = sSS, /* opened again */
		},
		[TCP_SYNACK_SET] = {
			/* Both sides open at once: the answer to theirs. */
			[sS2] = sSR,
			[sSR] = sSR, /* sent again */
		},
		[TCP_FIN_SET] = {
			[sSR] = sFW, /* the client closes at once */
			[sES] = sFW, /* the first FIN */
			[sFW] = sLA, /* the second, or the first again */
			[sCW] = sLA, /* the second FIN */
			[sLA] = sLA, /* sent again */
			[sTW] = sTW, /* sent again */
			[sCL] = sCL,
		},
		[TCP_ACK_SET] = {
			[sNO] = sES, /* picked up in the middle */
			[sSR] = sES, /* the handshake's third */
			[sES] = sES, /* data */
			[sFW] = sCW, /* of the first FIN */
			[sCW] = sCW, /* sent again */
			[sLA] = sTW, /* of the second FIN */
			[sTW] = sTW, /* sent again */
			[sCL] = sCL,
		},
		[TCP_RST_SET] = {
			[sSS ... sS2] = sCL, /* over, if it is in window */
		},
	},
	[CT_DIR_REPLY] = {
		[TCP_SYN_SET] = {
			[sSS] = sS2, /* both sides open at once */
			[sS2] = sS2, /* sent again */
			[sTW] = sSS, /* opened again from the other side */
		},
		[TCP_SYNACK_SET] = {
			[sSS] = sSR, /* the handshake's second */
			[sS2] = sSR, /* both opening: the answer to ours */
			/* Late, or the answer to a SYN that we ignored. */
			[sSR ... sCL] = sIG,
		},
		[TCP_FIN_SET] = {
			[sSR] = sFW,
			[sES] = sFW, /* the first FIN */
			[sFW] = sLA, /* the second, or the first again */
			[sCW] = sLA, /* the second FIN */
			[sLA] = sLA,
			[sTW] = sTW,
			[sCL] = sCL,
		},
		[TCP_ACK_SET] = {
			/* Perhaps a challenge: the server has an old
			 * connection open (RFC 5961). */
			[sSS] = sIG,
			[sS2] = sIG,
			[sSR] = sSR, /* both opened: see tcp_retarget() */
			[sES] = sES, /* data */
			[sFW] = sCW, /* of the first FIN */
			[sCW] = sCW,
			[sLA] = sTW, /* of the second FIN */
			[sTW] = sTW,
			[sCL] = sCL,
		},
		[TCP_RST_SET] = {
			[sSS ... sS2] = sCL, /* refused, or over */
		},
	},
};

/* Kinds by flags, plus one (get_conntrack_index()); 0: no TCP sends this
 * (tcp_valid_flags[]). */
static const uint8_t tcp_kinds[TCP_FLAGS_JUDGED + 1] = {
	[TH_SYN] = TCP_SYN_SET + 1,
	[TH_SYN | TH_URG] = TCP_SYN_SET + 1,
	[TH_SYN | TH_ACK] = TCP_SYNACK_SET + 1,
	[TH_RST] = TCP_RST_SET + 1,
	[TH_RST | TH_ACK] = TCP_RST_SET + 1,
	[TH_FIN | TH_ACK] = TCP_FIN_SET + 1,
	[TH_FIN | TH_ACK | TH_URG] = TCP_FIN_SET + 1,
	[TH_ACK] = TCP_ACK_SET + 1,
	[TH_ACK | TH_URG] = TCP_ACK_SET + 1,
};

/* seconds; nf_conntrack_proto_tcp.c tcp_timeouts[] */
static const uint32_t tcp_timeouts[TCP_CONNTRACK_MAX] = {
	[TCP_CONNTRACK_SYN_SENT] = 120,	      [TCP_CONNTRACK_SYN_RECV] = 60,
	[TCP_CONNTRACK_ESTABLISHED] = 432000, /* five days */
	[TCP_CONNTRACK_FIN_WAIT] = 120,	      [TCP_CONNTRACK_CLOSE_WAIT] = 60,
	[TCP_CONNTRACK_LAST_ACK] = 30,	      [TCP_CONNTRACK_TIME_WAIT] = 120,
	[TCP_CONNTRACK_CLOSE] = 10,	      [TCP_CONNTRACK_SYN_SENT2] = 120,
};

/* The sysctl that lets a segment pass. */
#define SETTING(name) "net.netfilter.nf_conntrack_tcp_" name "=1"

static const char *const tcp_state_names[TCP_CONNTRACK_MAX] = {
	[TCP_CONNTRACK_NONE] = "NONE",
	[TCP_CONNTRACK_SYN_SENT] = "SYN_SENT",
	[TCP_CONNTRACK_SYN_RECV] = "SYN_RECV",
	[TCP_CONNTRACK_ESTABLISHED] = "ESTABLISHED",
	[TCP_CONNTRACK_FIN_WAIT] = "FIN_WAIT",
	[TCP_CONNTRACK_CLOSE_WAIT] = "CLOSE_WAIT",
	[TCP_CONNTRACK_LAST_ACK] = "LAST_ACK",
	[TCP_CONNTRACK_TIME_WAIT] = "TIME_WAIT",
	[TCP_CONNTRACK_CLOSE] = "CLOSE",
	[TCP_CONNTRACK_SYN_SENT2] = "SYN_SENT2",
};

/*
 * struct segment - what a TCP header says
 * @opts, @opts_len: options; NULL where the snap length cut them
 * @end:	sequence number after the segment: data, SYN and FIN counted
 */
struct segment {
	const uint8_t *opts;
	uint32_t opts_len;
	uint32_t seq, ack, end;
	uint16_t win;
	uint8_t flags, kind;
};

static inline bool before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

static inline bool after(uint32_t a, uint32_t b)
{
	return before(b, a);
}

/* Read the header, and refuse what no TCP sends (tcp_error()). */
static enum ct_verdict segment_read(struct ct_ctx *cx, struct segment *seg)
{
	const struct packet *pkt = cx->pkt;
	const uint8_t *th = packet_read(pkt, cx->l4.off, TCP_HEADER_BYTES);
	uint32_t len, header;
	uint8_t kind;

	len = pkt->wire_len - cx->l4.off;
	if (!th)
		return ct_why_short(cx, len, TCP_HEADER_BYTES);
	header = (th[12] >> 4) * 4u;
	if (header < TCP_HEADER_BYTES || header > len)
		return ct_why_short(cx, len, MAX(header, TCP_HEADER_BYTES));
	if (ct_csum_bad(cx))
		return ct_why_checksum(cx);
	kind = tcp_kinds[th[13] & TCP_FLAGS_JUDGED];
	if (!kind) {
		ct_invalid(cx, REASON_ct_tcp_flags);
		ct_why_number(cx, "flags", th[13]);
		return CT_INVALID;
	}
	seg->seq = get_be32(th + 4);
	seg->ack = get_be32(th + 8);
	seg->win = get_be16(th + 14);
	seg->flags = th[13];
	seg->kind = kind - 1;
	seg->end = seg->seq + (len - header) + (th[13] >> 1 & 1) + (th[13] & 1);
	seg->opts_len = header - TCP_HEADER_BYTES;
	seg->opts =
		packet_read(pkt, cx->l4.off + TCP_HEADER_BYTES, seg->opts_len);
	return CT_ACCEPT;
}

/*
 * struct option - one TCP option; @data are the bytes after kind and length
 */
struct option {
	const uint8_t *data;
	uint8_t kind, len;
};

/* The option at *@off, which moves on; false at the end of the list, which
 * is also what cannot be read as an option. */
static bool option_next(const struct segment *seg, uint32_t *off,
			struct option *opt)
{
	const uint8_t *p = seg->opts;

	while (*off < seg->opts_len && p[*off] == TCPOPT_NOP)
		++*off;
	if (*off >= seg->opts_len || p[*off] == TCPOPT_EOL ||
	    seg->opts_len - *off < 2)
		return false;
	opt->kind = p[*off];
	opt->len = p[*off + 1];
	opt->data = p + *off + 2;
	if (opt->len < 2 || opt->len > seg->opts_len - *off)
		return false;
	*off += opt->len;
	return true;
}

/* tcp_options(): what a SYN offers. Without options all stays as it was. */
static void tcp_options(const struct segment *seg, struct ct_tcp_end *end)
{
	struct option opt;
	uint32_t off = 0;

	if (!seg->opts_len || !seg->opts)
		return;
	end->scale = 0;
	end->flags &= IP_CT_TCP_FLAG_BE_LIBERAL;
	while (option_next(seg, &off, &opt)) {
		if (opt.kind == TCPOPT_SACK_PERMITTED &&
		    opt.len == TCPOLEN_SACK_PERMITTED) {
			end->flags |= IP_CT_TCP_FLAG_SACK_PERM;
		} else if (opt.kind == TCPOPT_WINDOW &&
			   opt.len == TCPOLEN_WINDOW) {
			end->scale = MIN(opt.data[0], TCP_MAX_WINSHIFT);
			end->flags |= IP_CT_TCP_FLAG_WINDOW_SCALE;
		}
	}
}

/* tcp_sack(): the highest number that is acknowledged selectively, @ack if
 * none is higher. Only the first option of the kind counts. */
static uint32_t tcp_sack(const struct segment *seg, uint32_t ack)
{
	struct option opt;
	uint32_t off = 0;

	if (!seg->opts_len || !seg->opts ||
	    tcp_opts_are_timestamp(seg->opts, seg->opts_len))
		return ack;
	while (option_next(seg, &off, &opt)) {
		if (opt.kind != TCPOPT_SACK || opt.len < 10 ||
		    (opt.len - 2) % 8)
			continue;
		for (unsigned i = 4; i < opt.len - 2u; i += 8) {
			uint32_t right = get_be32(opt.data + i);

			if (after(right, ack))
				ack = right;
		}
		break;
	}
	return ack;
}

/* --- a new connection ----------------------------------------------------- */

/* tcp_new() */
static enum ct_verdict tcp_new(struct ct_ctx *cx, const struct segment *seg,
			       struct ct_tcp *tcp)
{
	struct ct_tcp_end *client = &tcp->seen[CT_DIR_ORIGINAL];
	uint8_t state = tcp_conntracks[CT_DIR_ORIGINAL][seg->kind][sNO];

	if (state == sIV ||
	    (state != TCP_CONNTRACK_SYN_SENT && !cx->t->cfg.tcp_loose)) {
		ct_invalid(cx, REASON_ct_tcp_new);
		ct_why_number(cx, "flags", seg->flags);
		if (state != sIV)
			ct_why_setting(cx, SETTING("loose"));
		return CT_INVALID;
	}
	client->end = seg->end;
	client->maxwin = MAX(seg->win, 1);
	if (state == TCP_CONNTRACK_SYN_SENT) {
		client->maxend = seg->end;
		tcp_options(seg, client);
	} else {
		/* In the middle of a connection: nobody knows the scale. */
		client->maxend = seg->end + client->maxwin;
		client->flags = IP_CT_TCP_FLAG_SACK_PERM |
				IP_CT_TCP_FLAG_BE_LIBERAL;
		tcp->seen[CT_DIR_REPLY].flags = client->flags;
	}
	tcp->last_kind = TCP_NONE_SET;
	return CT_ACCEPT;
}

/* --- before the window: 3.4 ----------------------------------------------- */

/* What is to become of a segment after its first look. */
enum tcp_fate {
	FATE_WINDOW,	/* the window decides */
	FATE_IN_WINDOW, /* taken as in window */
	FATE_PASS,	/* passes, nothing changes */
	FATE_INVALID,	/* ct_reason is set */
	FATE_REPEAT	/* the connection is over and opened again */
};

/* struct tcp_move - from which state to which */
struct tcp_move {
	uint8_t old, new;
};

/* A SYN for a connection that is over: does it open it again? */
static bool tcp_reopens(const struct ct_tcp *tcp, enum ct_dir dir)
{
	if ((tcp->seen[0].flags | tcp->seen[1].flags) &
	    IP_CT_TCP_FLAG_CLOSE_INIT)
		return true;
	return tcp->last_dir == dir && tcp->last_kind == TCP_RST_SET;
}

/* The answer to a SYN that we ignored: it was right and we were wrong. */
static bool tcp_resync(struct ct_tcp *tcp, enum ct_dir dir,
		       const struct segment *seg, struct tcp_move *move)
{
	struct ct_tcp_end *other = &tcp->seen[!dir], *self = &tcp->seen[dir];

	if (seg->kind != TCP_SYNACK_SET || tcp->last_kind != TCP_SYN_SET ||
	    tcp->last_dir == dir || seg->ack != tcp->last_end)
		return false;
	move->old = TCP_CONNTRACK_SYN_SENT;
	move->new = TCP_CONNTRACK_SYN_RECV;
	tcp->last_flags &= (uint8_t)~IP_CT_EXP_CHALLENGE_ACK;
	other->end = tcp->last_end;
	other->maxend = tcp->last_end;
	other->maxwin = MAX(tcp->last_win, 1);
	other->scale = tcp->last_wscale;
	other->flags = tcp->last_flags;
	*self = (struct ct_tcp_end){
		.flags = self->flags & IP_CT_TCP_FLAG_BE_LIBERAL,
	};
	return true;
}

/* Remember a segment that is let through unseen: what follows may refer to
 * it. */
static void tcp_remember(struct ct_tcp *tcp, enum ct_dir dir,
			 const struct segment *seg)
{
	tcp->last_kind = seg->kind;
	tcp->last_dir = dir;
	tcp->last_seq = seg->seq;
	tcp->last_end = seg->end;
	tcp->last_win = seg->win;
	if (seg->kind == TCP_SYN_SET && dir == CT_DIR_ORIGINAL) {
		struct ct_tcp_end offers = { 0 };

		tcp_options(seg, &offers);
		tcp->last_flags = offers.flags;
		tcp->last_wscale = offers.scale;
		/* RFC 5961: the ACK of the second FIN and the answer to this
		 * SYN look the same. */
		if (tcp->state == TCP_CONNTRACK_LAST_ACK)
			tcp->last_flags |= IP_CT_EXP_CHALLENGE_ACK;
	}
	if (tcp->state == TCP_CONNTRACK_SYN_SENT && seg->kind == TCP_ACK_SET &&
	    dir == CT_DIR_REPLY)
		tcp->last_ack = seg->ack;
}

static enum tcp_fate tcp_ignore(struct ct_tcp *tcp, enum ct_dir dir,
				const struct segment *seg,
				struct tcp_move *move)
{
	if (tcp_resync(tcp, dir, seg, move))
		return FATE_WINDOW;
	tcp_remember(tcp, dir, seg);
	return FATE_PASS;
}

/* An ACK that looks as if it ended the connection, but answers a SYN. */
static bool tcp_challenge_ack(struct ct_tcp *tcp, enum ct_dir dir,
			      const struct segment *seg)
{
	if (tcp->state != TCP_CONNTRACK_LAST_ACK || seg->kind != TCP_ACK_SET ||
	    tcp->last_dir == dir || tcp->last_kind != TCP_SYN_SET ||
	    !(tcp->last_flags & IP_CT_EXP_CHALLENGE_ACK))
		return false;
	tcp->last_flags &= (uint8_t)~IP_CT_EXP_CHALLENGE_ACK;
	return true;
}

/* nf_conntrack_tcp_established() */
static bool tcp_established(const struct ct_ctx *cx, const struct ct_tcp *tcp)
{
	return tcp->state == TCP_CONNTRACK_ESTABLISHED &&
	       cx->ct->status & IPS_ASSURED;
}

/*
 * A reset whose peer has acknowledged something: only the very next number
 * closes an established connection, since others make the peer answer with a
 * challenge ACK (RFC 5961) and live on.
 */
static enum tcp_fate tcp_rst_seq(struct ct_ctx *cx, const struct ct_tcp *tcp,
				 const struct segment *seg,
				 struct tcp_move *move, bool *decided)
{
	const struct ct_tcp_end *peer = &tcp->seen[!cx->dir];

	*decided = true;
	/* Most likely the answer to a SYN that we let through. */
	if (seg->seq == 0 && !tcp_established(cx, tcp))
		return FATE_WINDOW;
	if (before(seg->seq, peer->maxack) &&
	    !cx->t->cfg.tcp_ignore_invalid_rst) {
		ct_invalid(cx, REASON_ct_tcp_rst_seq);
		ct_why_state(cx, tcp_state_names[tcp->state]);
		ct_why_number(cx, "seq", seg->seq);
		ct_why_number(cx, "receiver's maxack", peer->maxack);
		ct_why_setting(cx, SETTING("ignore_invalid_rst"));
		return FATE_INVALID;
	}
	if (!tcp_established(cx, tcp) || seg->seq == peer->maxack)
		return FATE_WINDOW;
	/* Right behind the data it follows. */
	if (tcp->last_kind == TCP_ACK_SET && tcp->last_dir == cx->dir &&
	    seg->seq == tcp->last_end)
		return FATE_WINDOW;
	move->new = move->old;
	*decided = false;
	return FATE_WINDOW;
}

/* A reset is about to close the connection. */
static enum tcp_fate tcp_rst(struct ct_ctx *cx, const struct ct_tcp *tcp,
			     const struct segment *seg, struct tcp_move *move)
{
	const uint32_t status = cx->ct->status;
	enum tcp_fate fate;
	bool decided;

	/* It is closing anyway. */
	if (move->old >= TCP_CONNTRACK_FIN_WAIT &&
	    move->old <= TCP_CONNTRACK_CLOSE)
		return FATE_IN_WINDOW;
	if (tcp->seen[!cx->dir].flags & IP_CT_TCP_FLAG_MAXACK_SET &&
	    tcp->last_kind != TCP_SYN_SET) {
		fate = tcp_rst_seq(cx, tcp, seg, move, &decided);
		if (decided)
			return fate;
	}
	/* The answer to a SYN, or to the first ACK, that we let through. */
	if (seg->ack == tcp->last_end &&
	    ((status & IPS_SEEN_REPLY && tcp->last_kind == TCP_SYN_SET &&
	      tcp->last_dir != cx->dir) ||
	     (!(status & IPS_ASSURED) && tcp->last_kind == TCP_ACK_SET)))
		return FATE_IN_WINDOW;
	/* The answer to a challenge ACK that we let through. */
	if (move->old == TCP_CONNTRACK_SYN_SENT &&
	    tcp->last_kind == TCP_ACK_SET && tcp->last_dir == CT_DIR_REPLY &&
	    seg->seq == tcp->last_ack)
		return FATE_IN_WINDOW;
	return FATE_WINDOW;
}

/* What the table's cell means for this segment; may change the target. */
static enum tcp_fate tcp_first_look(struct ct_ctx *cx, struct ct_tcp *tcp,
				    const struct segment *seg,
				    struct tcp_move *move)
{
	switch (move->new) {
	case sIV:
		ct_invalid(cx, REASON_ct_tcp_state);
		ct_why_state(cx, tcp_state_names[tcp->state]);
		ct_why_number(cx, "flags", seg->flags);
		return FATE_INVALID;
	case TCP_CONNTRACK_SYN_SENT:
		if (move->old < TCP_CONNTRACK_TIME_WAIT)
			return FATE_WINDOW;
		if (tcp_reopens(tcp, cx->dir))
			return FATE_REPEAT;
		return tcp_ignore(tcp, cx->dir, seg, move);
	case TCP_CONNTRACK_IGNORE:
		return tcp_ignore(tcp, cx->dir, seg, move);
	case TCP_CONNTRACK_TIME_WAIT:
		if (tcp_challenge_ack(tcp, cx->dir, seg))
			return FATE_PASS;
		return FATE_WINDOW;
	case TCP_CONNTRACK_SYN_SENT2:
		/* Both open at once: the table does not know that each ACK
		 * finishes its own half. */
		tcp->last_flags |= IP_CT_TCP_SIMULTANEOUS_OPEN;
		return FATE_WINDOW;
	case TCP_CONNTRACK_SYN_RECV:
		if (cx->dir == CT_DIR_REPLY && seg->kind == TCP_ACK_SET &&
		    tcp->last_flags & IP_CT_TCP_SIMULTANEOUS_OPEN)
			move->new = TCP_CONNTRACK_ESTABLISHED;
		return FATE_WINDOW;
	case TCP_CONNTRACK_CLOSE:
		return seg->kind == TCP_RST_SET ? tcp_rst(cx, tcp, seg, move)
						: FATE_WINDOW;
	default:
		return FATE_WINDOW;
	}
}

/* --- the window: 3.5 ------------------------------------------------------ */

enum tcp_window {
	WINDOW_ACCEPT,
	WINDOW_IGNORE, /* passes, nothing more changes */
	WINDOW_INVALID
};

/*
 * struct bounds - the numbers that are compared; may differ from the segment's
 */
struct bounds {
	uint32_t seq, end, ack, sack;
};

/* The verdict on a segment out of window, unless we are to be liberal. */
static enum tcp_window out_of_window(struct ct_ctx *cx,
				     const struct ct_tcp_end *sender,
				     enum tcp_window verdict, enum reason why)
{
	if (sender->flags & IP_CT_TCP_FLAG_BE_LIBERAL ||
	    cx->t->cfg.tcp_be_liberal)
		return WINDOW_ACCEPT;
	if (verdict == WINDOW_INVALID)
		ct_invalid(cx, why);
	return verdict;
}

/* Out of window, with the numbers that decided it. */
static enum tcp_window window_invalid(struct ct_ctx *cx,
				      const struct ct_tcp *tcp,
				      const struct bounds *b, enum reason why)
{
	const struct ct_tcp_end *sender = &tcp->seen[cx->dir];
	const struct ct_tcp_end *receiver = &tcp->seen[!cx->dir];
	enum tcp_window v = out_of_window(cx, sender, WINDOW_INVALID, why);

	if (v != WINDOW_INVALID || !cx->t->why)
		return v;
	ct_why_state(cx, tcp_state_names[tcp->state]);
	ct_why_number(cx, "seq", b->seq);
	ct_why_number(cx, "end", b->end);
	ct_why_number(cx, "sack", b->sack);
	ct_why_number(cx, "sender's end", sender->end);
	ct_why_number(cx, "sender's maxend", sender->maxend);
	ct_why_number(cx, "sender's maxwin", sender->maxwin);
	ct_why_number(cx, "receiver's end", receiver->end);
	ct_why_number(cx, "receiver's maxwin", receiver->maxwin);
	ct_why_setting(cx, SETTING("be_liberal"));
	return v;
}

/* tcp_init_sender(): the first SYN of this side, or one that starts anew. */
static void tcp_init_sender(struct ct_tcp *tcp, enum ct_dir dir,
			    const struct segment *seg)
{
	struct ct_tcp_end *sender = &tcp->seen[dir];
	struct ct_tcp_end *receiver = &tcp->seen[!dir];

	sender->end = seg->end;
	sender->maxend = seg->end;
	sender->maxwin = MAX(seg->win, 1);
	tcp_options(seg, sender);
	/* RFC 7323: both send the option, or neither scales. */
	if (dir == CT_DIR_REPLY &&
	    !(sender->flags & receiver->flags & IP_CT_TCP_FLAG_WINDOW_SCALE)) {
		sender->scale = 0;
		receiver->scale = 0;
	}
}

/* The first segment that we see of this side, and it is no SYN. */
static void tcp_guess_sender(struct ct_tcp *tcp, enum ct_dir dir,
			     const struct segment *seg, uint32_t sack)
{
	struct ct_tcp_end *sender = &tcp->seen[dir];
	struct ct_tcp_end *receiver = &tcp->seen[!dir];
	uint32_t win = (uint32_t)seg->win << sender->scale;

	sender->end = seg->end;
	sender->maxwin = MAX(win, 1);
	sender->maxend = seg->end + sender->maxwin;
	if (receiver->maxwin == 0) {
		/* Nothing is known of the other side either. */
		receiver->end = sack;
		receiver->maxend = sack;
	} else if (sack == receiver->end + 1) {
		receiver->end++; /* it answers a keepalive */
	}
}

/*
 * The beginning of a side's data, steps a and b.
 * Return: true if the segment is accepted with that.
 */
static bool tcp_learn_sender(struct ct_tcp *tcp, enum ct_dir dir,
			     const struct segment *seg, uint32_t sack)
{
	const struct ct_tcp_end *sender = &tcp->seen[dir];
	bool syn = seg->flags & TH_SYN, ack = seg->flags & TH_ACK;

	if (sender->maxwin == 0) {
		if (!syn) {
			tcp_guess_sender(tcp, dir, seg, sack);
			return false;
		}
		tcp_init_sender(tcp, dir, seg);
		return !ack; /* both open at once */
	}
	if (syn && after(seg->end, sender->end) &&
	    (tcp->state == TCP_CONNTRACK_SYN_SENT ||
	     tcp->state == TCP_CONNTRACK_SYN_RECV)) {
		/* Started anew with higher numbers (RFC 793). */
		tcp_init_sender(tcp, dir, seg);
		return dir == CT_DIR_REPLY && !ack;
	}
	return false;
}

/* Bounds I to IV, steps e to h. WINDOW_ACCEPT with *@fits false: out of
 * window, but we are liberal. */
static enum tcp_window tcp_check_bounds(struct ct_ctx *cx, struct ct_tcp *tcp,
					const struct bounds *b, bool *fits)
{
	struct ct_tcp_end *sender = &tcp->seen[cx->dir];
	const struct ct_tcp_end *receiver = &tcp->seen[!cx->dir];
	uint32_t lag = MAX(sender->maxwin, TCP_MAXACKWIN);
	bool ends_in_window = receiver->maxwin &&
			      after(b->end, sender->end - receiver->maxwin - 1);
	bool ack_recent = after(b->sack, receiver->end - lag - 1);
	bool ack_of_seen = before(b->sack, receiver->end + 1);

	*fits = false;
	if (!before(b->seq, sender->maxend + 1)) {
		uint32_t over = b->end - sender->maxend + 1;

		if (!ends_in_window || !ack_recent || !ack_of_seen ||
		    over > receiver->maxwin)
			return window_invalid(cx, tcp, b,
					      REASON_ct_tcp_seq_over);
		/* A little more than was allowed. If it gets through and is
		 * acknowledged, that must not look like an ACK of data
		 * never seen. */
		sender->end = b->end;
		sender->flags |= IP_CT_TCP_FLAG_DATA_UNACKNOWLEDGED;
		return out_of_window(cx, sender, WINDOW_IGNORE, REASON_NONE);
	}
	if (!ack_of_seen)
		return window_invalid(cx, tcp, b, REASON_ct_tcp_ack_over);
	if ((receiver->maxwin && !ends_in_window) || !ack_recent)
		return out_of_window(cx, sender, WINDOW_IGNORE, REASON_NONE);
	*fits = true;
	return WINDOW_ACCEPT;
}

/* Step i: what this segment tells of both sides. */
static void tcp_update_ends(struct ct_tcp *tcp, enum ct_dir dir,
			    const struct segment *seg, const struct bounds *b)
{
	struct ct_tcp_end *sender = &tcp->seen[dir];
	struct ct_tcp_end *receiver = &tcp->seen[!dir];
	uint32_t win = seg->win, swin;

	if (!(seg->flags & TH_SYN))
		win <<= sender->scale;
	swin = win + (b->sack - b->ack);
	if (sender->maxwin < swin)
		sender->maxwin = swin;
	if (after(b->end, sender->end)) {
		sender->end = b->end;
		sender->flags |= IP_CT_TCP_FLAG_DATA_UNACKNOWLEDGED;
	}
	if (seg->flags & TH_ACK) {
		if (!(sender->flags & IP_CT_TCP_FLAG_MAXACK_SET) ||
		    after(b->ack, sender->maxack))
			sender->maxack = b->ack;
		sender->flags |= IP_CT_TCP_FLAG_MAXACK_SET;
	}
	if (receiver->maxwin && after(b->end, sender->maxend))
		receiver->maxwin += b->end - sender->maxend;
	if (after(b->sack + win, receiver->maxend - 1)) {
		receiver->maxend = b->sack + win;
		if (win == 0)
			receiver->maxend++;
	}
	if (b->ack == receiver->end)
		receiver->flags &= (uint8_t)~IP_CT_TCP_FLAG_DATA_UNACKNOWLEDGED;
}

/* The same ACK once more? */
static void tcp_count_retrans(struct ct_tcp *tcp, enum ct_dir dir,
			      const struct segment *seg, const struct bounds *b)
{
	if (seg->kind != TCP_ACK_SET)
		return;
	if (tcp->last_dir == dir && tcp->last_seq == b->seq &&
	    tcp->last_ack == b->ack && tcp->last_end == b->end &&
	    tcp->last_win == seg->win) {
		tcp->retrans++;
		return;
	}
	tcp->last_dir = dir;
	tcp->last_seq = b->seq;
	tcp->last_ack = b->ack;
	tcp->last_end = b->end;
	tcp->last_win = seg->win;
	tcp->retrans = 0;
}

/* tcp_in_window() */
static enum tcp_window tcp_in_window(struct ct_ctx *cx, struct ct_tcp *tcp,
				     const struct segment *seg)
{
	const struct ct_tcp_end *sender = &tcp->seen[cx->dir];
	const struct ct_tcp_end *receiver = &tcp->seen[!cx->dir];
	struct bounds b = {
		.seq = seg->seq,
		.end = seg->end,
		.ack = seg->ack,
		.sack = seg->ack,
	};
	enum tcp_window verdict;
	bool fits;

	if (receiver->flags & IP_CT_TCP_FLAG_SACK_PERM)
		b.sack = tcp_sack(seg, seg->ack);
	if (unlikely(cx->ct->status & IPS_SEQ_ADJUST)) {
		/* The peer's numbers before they were moved (ct/seqadj.c). */
		uint32_t moved = (uint32_t)ct_seq_offset(cx->t, cx->ct,
							 !cx->dir, b.ack - 1);

		b.ack -= moved;
		b.sack -= moved;
	}
	if (tcp_learn_sender(tcp, cx->dir, seg, b.sack))
		return WINDOW_ACCEPT;
	/* No ACK, or the zero that some put into their resets: as if all was
	 * acknowledged. */
	if (!(seg->flags & TH_ACK) || (seg->flags & TH_RST && b.ack == 0))
		b.ack = b.sack = receiver->end;
	if (seg->flags & TH_RST && b.seq == 0 &&
	    tcp->state == TCP_CONNTRACK_SYN_SENT)
		b.seq = b.end = sender->end; /* it answers a SYN */
	verdict = tcp_check_bounds(cx, tcp, &b, &fits);
	if (fits) {
		tcp_update_ends(tcp, cx->dir, seg, &b);
		tcp_count_retrans(tcp, cx->dir, seg, &b);
	}
	return verdict;
}

/*
 * nf_tcp_handle_invalid(): FIN or RST out of window from both sides: we have
 * lost track, the ends have not. Do not keep that for five days.
 */
static void tcp_handle_invalid(struct ct_ctx *cx, struct ct_tcp *tcp,
			       const struct segment *seg)
{
	struct ct_conn *ct = cx->ct;
	uint32_t unack = ct_ticks(cx->t->cfg.tcp_timeout_unacknowledged);
	int32_t left = (int32_t)(ct->timeout - cx->now);

	if (!(ct->status & IPS_ASSURED) || ct->status & IPS_FIXED_TIMEOUT ||
	    (seg->kind != TCP_RST_SET && seg->kind != TCP_FIN_SET))
		return;
	if (tcp->last_dir == cx->dir ||
	    (tcp->last_kind != TCP_FIN_SET && tcp->last_kind != TCP_RST_SET)) {
		tcp->last_kind = seg->kind;
		tcp->last_dir = cx->dir;
		return;
	}
	if (left >= 120 * TICKS_PER_SEC && (uint32_t)left > unack)
		ct_store(&ct->timeout, cx->now + unack);
}

/* --- after acceptance: 3.6 ------------------------------------------------ */

/* Seconds that a connection in tcp->state has, after this segment. */
static uint32_t tcp_timeout(const struct ct_config *cfg,
			    const struct ct_tcp *tcp, const struct segment *seg)
{
	uint32_t normal = cfg->tcp_timeout[tcp->state];
	uint32_t retrans = cfg->tcp_timeout_max_retrans;
	uint32_t unack = cfg->tcp_timeout_unacknowledged;

	if (tcp->retrans >= cfg->tcp_max_retrans && normal > retrans)
		return retrans;
	if (seg->kind == TCP_RST_SET)
		return cfg->tcp_timeout[TCP_CONNTRACK_CLOSE];
	if ((tcp->seen[0].flags | tcp->seen[1].flags) &
		    IP_CT_TCP_FLAG_DATA_UNACKNOWLEDGED &&
	    normal > unack)
		return unack;
	if (tcp->last_win == 0 && normal > retrans)
		return retrans;
	return normal;
}

static enum ct_verdict tcp_accepted(struct ct_ctx *cx, struct ct_tcp *tcp,
				    const struct segment *seg,
				    const struct tcp_move *move)
{
	const struct ct_config *cfg = &cx->t->cfg;
	struct ct_conn *ct = cx->ct;
	uint32_t timeout;

	tcp->last_kind = seg->kind;
	tcp->last_dir = cx->dir;
	tcp->state = move->new;
	if (move->old != move->new && move->new == TCP_CONNTRACK_FIN_WAIT)
		tcp->seen[cx->dir].flags |= IP_CT_TCP_FLAG_CLOSE_INIT;
	timeout = tcp_timeout(cfg, tcp, seg);
	if (!(ct->status & IPS_SEEN_REPLY)) {
		if (seg->flags & TH_RST) {
			/* Refused: nothing was there, nothing remains. */
			ct_count(cx);
			cx->kill = true;
			return CT_ACCEPT;
		}
		if (seg->kind == TCP_SYN_SET &&
		    move->old == TCP_CONNTRACK_SYN_SENT)
			return CT_ACCEPT; /* again: keeps its time */
		/* Picked up, and not answered yet. */
		if (move->new == TCP_CONNTRACK_ESTABLISHED)
			timeout = MIN(timeout, cfg->tcp_timeout_unacknowledged);
	} else if (!(ct->status & IPS_ASSURED) &&
		   (move->old == TCP_CONNTRACK_SYN_RECV ||
		    move->old == TCP_CONNTRACK_ESTABLISHED) &&
		   move->new == TCP_CONNTRACK_ESTABLISHED) {
		ct_assure(ct);
	}
	ct_refresh(cx, ct_ticks(timeout));
	return CT_ACCEPT;
}

/* nf_conntrack_tcp_packet() */
static enum ct_verdict tcp_packet(struct ct_ctx *cx)
{
	struct ct_tcp *tcp = &ct_conn_proto(cx->ct)->tcp;
	struct segment seg;
	struct tcp_move move;

	if (likely(tcp_usual(cx, tcp)))
		return CT_ACCEPT;
	if (unlikely(segment_read(cx, &seg) != CT_ACCEPT))
		return CT_INVALID;
	if (!(cx->ct->status & IPS_CONFIRMED) &&
	    tcp_new(cx, &seg, tcp) != CT_ACCEPT)
		return CT_INVALID;
	move.old = tcp->state;
	move.new = tcp_conntracks[cx->dir][seg.kind][move.old];
	switch (tcp_first_look(cx, tcp, &seg, &move)) {
	case FATE_PASS:
		return CT_ACCEPT;
	case FATE_INVALID:
		return CT_INVALID;
	case FATE_REPEAT:
		return CT_REPEAT;
	case FATE_IN_WINDOW:
		return tcp_accepted(cx, tcp, &seg, &move);
	case FATE_WINDOW:
		break;
	}
	switch (tcp_in_window(cx, tcp, &seg)) {
	case WINDOW_ACCEPT:
		return tcp_accepted(cx, tcp, &seg, &move);
	case WINDOW_IGNORE:
		return CT_ACCEPT;
	default:
		tcp_handle_invalid(cx, tcp, &seg);
		return CT_INVALID;
	}
}

/* tcp_can_early_drop(): closing anyway. */
static bool tcp_can_early_drop(struct ct_conn *ct)
{
	uint8_t state = ct_conn_proto(ct)->tcp.state;

	return state >= TCP_CONNTRACK_FIN_WAIT && state <= TCP_CONNTRACK_CLOSE;
}

static const char *tcp_state_name(struct ct_conn *ct)
{
	return tcp_state_names[ct_conn_proto(ct)->tcp.state];
}

static void tcp_defaults(struct ct_config *cfg)
{
	memcpy(cfg->tcp_timeout, tcp_timeouts, sizeof(tcp_timeouts));
	cfg->tcp_timeout_max_retrans = 300;
	cfg->tcp_timeout_unacknowledged = 300;
	cfg->tcp_loose = true;
	cfg->tcp_max_retrans = 3;
}

const struct ct_l4proto ct_proto_tcp = {
	.name = "tcp",
	.ports = true,
	.packet = tcp_packet,
	.can_early_drop = tcp_can_early_drop,
	.state_name = tcp_state_name,
	.print_tuple = ct_print_ports,
	.defaults = tcp_defaults,
};
