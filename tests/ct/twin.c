/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel as judge of ct/: random conversations go packet by packet through
 * a network namespace of this machine and through a table of ours, and after
 * each packet both must say the same of it and of its connection.
 *
 * Theory of operation
 *
 * The namespace is a router between two TUN devices. A packet written to one
 * comes out of the other before write() returns; on its way a rule writes what
 * `ct state` and `ct direction` read into its DSCP field. The entry itself is
 * asked for over ctnetlink: status bits, protocol state, timeout, and TCP's
 * flags and window scales of both directions.
 *
 * usage: twin [--seed N] [--seeds N] [--packets N] [-v]
 *
 * Everything follows from the seed but time, which is the machine's. Exit
 * status 77 (skipped) without the rights to make a namespace.
 */
#include <errno.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <time.h>

#include "base/rng.h"
#include "ct/conn.h"
#include "packet/csum.h"
#include "tests/ct/router.h"
#include "tests/ct/stories.h"

#define SKIPPED 77
#define FLOWS	4

/* --- our side ------------------------------------------------------------- */

struct sought {
	const struct ct_tuple *tuple;
	struct lab *lab;
	struct entry e;
};

static bool tuple_eq(const struct ct_tuple *a, const struct ct_tuple *b)
{
	return inet_addr_eq(&a->src, &b->src) &&
	       inet_addr_eq(&a->dst, &b->dst) && a->sport == b->sport &&
	       a->dport == b->dport && a->l4 == b->l4 && a->l3 == b->l3;
}

static int sought_one(struct ct_conn *ct, void *data)
{
	struct sought *s = data;
	struct ct_tuple orig, reply;
	const union ct_proto *proto = ct_conn_proto(ct);

	ct_tuple(ct, CT_DIR_ORIGINAL, &orig);
	ct_tuple(ct, CT_DIR_REPLY, &reply);
	if (!tuple_eq(&orig, s->tuple) && !tuple_eq(&reply, s->tuple))
		return 0;
	s->e = (struct entry){
		.there = true,
		.reversed = !tuple_eq(&orig, s->tuple),
		.status = ct_status_bits(ct),
		.timeout = (uint32_t)(ct_expires_ms(ct, &s->lab->now) / 1000),
	};
	for (int d = 0; d < 2; d++)
		ct_acct(ct, (enum ct_dir)d, &s->e.packets[d], &s->e.bytes[d]);
	if (orig.l4 == IPPROTO_SCTP)
		s->e.state = proto->sctp.state;
	if (orig.l4 == IPPROTO_TCP) {
		s->e.state = proto->tcp.state;
		for (int d = 0; d < 2; d++) {
			s->e.scale[d] = proto->tcp.seen[d].scale;
			s->e.flags[d] = proto->tcp.seen[d].flags;
		}
	}
	return 1;
}

static struct entry our_entry(struct lab *lab, const struct ct_tuple *tuple)
{
	struct sought s = { .tuple = tuple, .lab = lab };

	ct_table_foreach(lab->t, &lab->now, sought_one, &s);
	return s.e;
}

/* --- conversations -------------------------------------------------------- */

/*
 * struct flow - both ends of a conversation, as far as the generator keeps
 * track
 * @nxt:	next sequence number of each end
 * @script:	steps of an orderly life that are still to come
 */
struct flow {
	bool v6;
	uint8_t proto;
	uint16_t cport, sport;
	uint32_t nxt[2];
	uint32_t vtag[2];
	unsigned script;
};

struct twin {
	struct kernel k;
	struct lab lab;
	struct rng rng;
	struct flow flows[FLOWS];
	struct wire last; /* quoted by ICMP errors */
	struct ct_tuple last_tuple;
	unsigned long packets, compared[256];
	/* TCP's transition table: how often each cell was met */
	unsigned long cells[2][5][TCP_CONNTRACK_MAX];
	bool verbose;
};

static uint32_t pick(struct twin *tw, uint32_t n)
{
	return rng_below(&tw->rng, n);
}

static bool chance(struct twin *tw, uint32_t percent)
{
	return pick(tw, 100) < percent;
}

static uint32_t near_number(struct twin *tw, uint32_t right)
{
	static const int32_t off[] = { 1,     -1,   2,	    -2,	   100,
				       -100,  1400, -1400,  65535, -65535,
				       66000, 1000, -70000, 70000, -1000 };

	switch (pick(tw, 12)) {
	case 0:
		return right + (uint32_t)off[pick(tw, ARRAY_LEN(off))];
	case 1:
		return chance(tw, 30) ? 0 : rng_u32(&tw->rng);
	default:
		return right;
	}
}

static uint16_t some_window(struct twin *tw)
{
	static const uint16_t wins[] = { 0, 1, 100, 1000, 8192, 29200, 65535 };

	return wins[pick(tw, ARRAY_LEN(wins))];
}

/* Options as hex: right, odd and broken ones. */
static void some_options(struct twin *tw, bool syn, uint32_t near, char *hex,
			 size_t size)
{
	static const char *const syn_opts[] = {
		"",
		"020405b4 0402 080a0000000100000000 01 030307",
		"020405b4 010303 02",
		"0103030e",
		"010303ff 0402",
		"0402",
		"020405b4",
		"0303",		     /* cut */
		"04020101 00030307", /* after the end of the list */
		"0304050701010101",  /* wrong length */
		"0303050204020101 030301 01",
	};
	static const char *const opts[] = {
		"",	    "0101080a0000000100000002",
		"01010101", "0500",
		"0522",	    "fe0201 01",
		"00050a",
	};

	if (syn) {
		snprintf(hex, size, "%s",
			 syn_opts[pick(tw, ARRAY_LEN(syn_opts))]);
	} else if (chance(tw, 15)) {
		uint32_t left = near_number(tw, near + 1000);

		snprintf(hex, size, "0101 050a %08x%08x", left,
			 near_number(tw, left + 1000));
	} else if (chance(tw, 5)) {
		snprintf(hex, size, "0101 0512 %08x%08x %08x%08x",
			 near_number(tw, near), near_number(tw, near),
			 near_number(tw, near), near_number(tw, near));
	} else if (chance(tw, 30)) {
		snprintf(hex, size, "%s", opts[pick(tw, ARRAY_LEN(opts))]);
	}
}

/* The next step of an orderly life; then anything. */
static void next_step(struct twin *tw, struct flow *f, struct segment_spec *s)
{
	static const struct {
		enum way way;
		const char *flags;
	} life[] = {
		{ C2S, "S" }, { S2C, "S." }, { C2S, "." }, { C2S, "P." },
		{ S2C, "." }, { S2C, "P." }, { C2S, "." }, { C2S, "F." },
		{ S2C, "." }, { S2C, "F." }, { C2S, "." },
	};
	static const char *const any[] = {
		".",  ".",  ".",  ".",	"P.", "P.", ".",      "F.",  "F.",
		"S",  "S.", "R",  "R.", "S",  "S.", "F.",     "U.",  "F",
		"SF", "",   "SR", "P",	"SU", "RF", "FSRP.U", "SEW", "S.E",
	};

	if (f->script < ARRAY_LEN(life) && chance(tw, 85)) {
		s->way = life[f->script].way;
		s->flags = life[f->script].flags;
		f->script++;
		return;
	}
	if (f->script >= ARRAY_LEN(life) && chance(tw, 10))
		f->script = 0; /* the same ports once more */
	s->way = pick(tw, 2);
	s->flags = any[pick(tw, ARRAY_LEN(any))];
}

static void next_tcp(struct twin *tw, struct flow *f, struct wire *w)
{
	static const uint16_t lens[] = { 0, 0, 0, 1, 10, 1000, 1400 };
	struct segment_spec s = { .way = C2S };
	char hex[128] = "";
	uint32_t end;
	bool syn;

	next_step(tw, f, &s);
	syn = strchr(s.flags, 'S');
	if (syn && chance(tw, f->script == 1 ? 50 : 5))
		f->nxt[s.way] = rng_u32(&tw->rng);
	s.seq = near_number(tw, f->nxt[s.way]);
	if (syn && chance(tw, 20)) /* retransmitted */
		s.seq = f->nxt[s.way] - 1;
	if (strchr(s.flags, '.') || chance(tw, 10))
		s.ack = near_number(tw, f->nxt[!s.way]);
	s.win = some_window(tw);
	s.len = syn ? 0 : lens[pick(tw, ARRAY_LEN(lens))];
	if (chance(tw, 2))
		s.len = 10;
	some_options(tw, syn, f->nxt[!s.way], hex, sizeof(hex));
	s.opts = hex;
	end = s.seq + s.len + syn + !!strchr(s.flags, 'F');
	if ((int32_t)(end - f->nxt[s.way]) > 0 &&
	    (int32_t)(end - f->nxt[s.way]) < 10000 && chance(tw, 90))
		f->nxt[s.way] = end;
	wire_tcp(w, f->v6, f->cport, f->sport, &s);
}

static void next_sctp(struct twin *tw, struct flow *f, struct wire *w)
{
	static const uint8_t types[] = { 0, 0, 1, 2,  3,  4,  5,  6,
					 7, 8, 9, 10, 11, 14, 200 };
	static const struct {
		enum way way;
		uint8_t type;
	} life[] = { { C2S, 1 }, { S2C, 2 }, { C2S, 10 }, { S2C, 11 },
		     { C2S, 0 }, { S2C, 3 }, { C2S, 4 },  { S2C, 5 },
		     { C2S, 7 }, { S2C, 8 }, { C2S, 14 } };
	uint8_t sh[128] = { 0 };
	uint32_t len = 12, size, chunks = 1 + chance(tw, 15) + chance(tw, 5),
		 tag;
	enum way way = pick(tw, 2);
	uint8_t type = types[pick(tw, ARRAY_LEN(types))];

	if (f->script < ARRAY_LEN(life) && chance(tw, 85)) {
		way = life[f->script].way;
		type = life[f->script++].type;
		chunks = 1;
	} else if (chance(tw, 10)) {
		f->script = 0;
	}
	tag = type == 1 ? 0 : f->vtag[way];
	if (chance(tw, 8))
		tag = chance(tw, 50) ? f->vtag[!way] : rng_u32(&tw->rng);
	put_be16(sh, way == C2S ? f->cport : f->sport);
	put_be16(sh + 2, way == C2S ? f->sport : f->cport);
	put_be32(sh + 4, tag);
	while (chunks--) {
		size = type == 1 || type == 2 ? 20 : 8;
		sh[len] = type;
		sh[len + 1] = chance(tw, 20);
		put_be16(sh + len + 2,
			 (uint16_t)(chance(tw, 97) ? size : pick(tw, 10)));
		if (type == 1 || type == 2) {
			if (chance(tw, 80))
				f->vtag[!way] = rng_u32(&tw->rng);
			put_be32(sh + len + 4, f->vtag[!way]);
		}
		len += size;
		type = types[pick(tw, ARRAY_LEN(types))];
	}
	wire_ip(w, f->v6, way, IPPROTO_SCTP, sh, chance(tw, 97) ? len : 11);
}

/* An ICMP error that quotes the last packet, or something like it. */
static void next_error(struct twin *tw, struct wire *w)
{
	static const uint8_t types4[] = { 3, 3, 4, 5, 11, 12, 13, 19 };
	static const uint8_t types6[] = { 1, 2, 3, 4, 100, 150 };
	const struct wire *q = &tw->last;
	uint8_t quote[WIRE_MAX];
	uint32_t len = MIN(q->len, 20 + pick(tw, 100));
	uint8_t type = q->v6 ? types6[pick(tw, ARRAY_LEN(types6))]
			     : types4[pick(tw, ARRAY_LEN(types4))];

	memcpy(quote, q->buf, q->len);
	if (chance(tw, 15))
		quote[pick(tw, len)] ^= (uint8_t)(1 << pick(tw, 8));
	wire_icmp(w, q->v6, chance(tw, 90) ? !q->way : q->way, type,
		  (uint8_t)pick(tw, 4), (uint16_t)pick(tw, 3), quote, len);
	if (!q->v6 && chance(tw, 15)) /* from a router, or to somebody else */
		wire_addrs4(w, 0x0a010003 + (pick(tw, 2) << 16),
			    get_be32(w->buf + 16) + pick(tw, 2));
}

static void next_icmp(struct twin *tw, struct flow *f, struct wire *w)
{
	static const uint8_t types4[] = {
		8, 0, 13, 14, 15, 16, 17, 18, 10, 30
	};
	static const uint8_t types6[] = {
		128, 129, 139, 140, 128, 129, 153, 200
	};
	uint8_t type = f->v6 ? types6[pick(tw, ARRAY_LEN(types6))]
			     : types4[pick(tw, ARRAY_LEN(types4))];

	wire_icmp(w, f->v6, pick(tw, 2), type, chance(tw, 10), f->cport, "x",
		  pick(tw, 2));
	if (chance(tw, 4)) { /* the other version's protocol */
		uint8_t ih[8] = { f->v6 ? 8 : 128 };

		wire_ip(w, f->v6, C2S, f->v6 ? IPPROTO_ICMP : IPPROTO_ICMPV6,
			ih, 8);
	}
}

/* Turn UDP into UDP-Lite; the checksum is left as UDP's most times, since that
 * is what the kernel's tracker compares with. */
static void next_udplite(struct twin *tw, struct wire *w)
{
	w->proto = IPPROTO_UDPLITE;
	w->buf[w->v6 ? 6 : 9] = IPPROTO_UDPLITE;
	if (!w->v6) {
		be16_t sum;

		memset(w->buf + 10, 0, 2);
		sum = csum_ip_header(w->buf, 20);
		memcpy(w->buf + 10, &sum, 2);
	}
	if (chance(tw, 10))
		wire_fix(w);
}

static void next_other(struct twin *tw, struct flow *f, struct wire *w)
{
	enum way way = pick(tw, 2);

	if (f->proto == IPPROTO_UDP || f->proto == IPPROTO_UDPLITE) {
		wire_udp(w, f->v6, way, f->cport, f->sport,
			 (uint16_t)pick(tw, 20));
		if (f->proto == IPPROTO_UDPLITE)
			next_udplite(tw, w);
		if (chance(tw, 5)) {
			put_be16(w->buf + w->l4_off + 4,
				 (uint16_t)pick(tw, 40));
			wire_fix(w);
		}
		if (chance(tw, 5)) /* no checksum */
			put_be16(w->buf + w->l4_off + 6, 0);
		return;
	}
	if (f->proto == IPPROTO_GRE) {
		static const uint8_t v0[4] = { 0, 0, 8, 0 };
		static const uint8_t v1[8] = {
			0x20, 1, 0x88, 0x0b, 0, 0, 1, 2
		};
		static const uint8_t bad[8] = { 0x20, 1, 0x88, 0x0c };
		const uint8_t *which[] = { v0, v0, v0, v1, bad };
		unsigned i = pick(tw, ARRAY_LEN(which));

		wire_ip(w, f->v6, way, IPPROTO_GRE, which[i],
			which[i] == v0 ? pick(tw, 5) : 8);
		return;
	}
	wire_ip(w, f->v6, way, f->proto, "abcdefgh", pick(tw, 8));
}

static void next_packet(struct twin *tw, struct flow *f, struct wire *w)
{
	if (tw->last.len && chance(tw, 8)) {
		next_error(tw, w);
		return;
	}
	switch (f->proto) {
	case IPPROTO_TCP:
		next_tcp(tw, f, w);
		break;
	case IPPROTO_SCTP:
		next_sctp(tw, f, w);
		break;
	case IPPROTO_ICMP:
		next_icmp(tw, f, w);
		break;
	default:
		next_other(tw, f, w);
	}
	if (chance(tw, 2)) /* a bit falls over */
		w->buf[w->l4_off + pick(tw, MAX(w->len - w->l4_off, 1))] ^=
			(uint8_t)(1 << pick(tw, 8));
	tw->last = *w;
}

/* --- comparing ------------------------------------------------------------ */

static void show_wire(const struct wire *w)
{
	const uint8_t *th = w->buf + w->l4_off;

	printf("  %s %s proto %u len %u", w->v6 ? "ip6" : "ip",
	       w->way == C2S ? "->" : "<-", w->proto, w->len);
	if (w->proto == IPPROTO_TCP)
		printf(" %u>%u flags %02x seq %u ack %u win %u off %u",
		       get_be16(th), get_be16(th + 2), th[13], get_be32(th + 4),
		       get_be32(th + 8), get_be16(th + 14), th[12] >> 4);
	printf("\n   ");
	for (uint32_t i = w->l4_off; i < MIN(w->len, w->l4_off + 60); i++)
		printf("%02x%s", w->buf[i], i % 4 == 3 ? " " : "");
	printf("\n");
}

static void show_entry(const char *who, uint32_t state, const struct entry *e)
{
	printf("  %-6s state %2u dir %u", who, state & 0xffff, state >> 16);
	if (e->there)
		printf(" status %x proto-state %u timeout %u scale %u/%u flags %x/%x",
		       e->status, e->state, e->timeout, e->scale[0],
		       e->scale[1], e->flags[0], e->flags[1]);
	if (e->there)
		printf(" packets %llu/%llu bytes %llu/%llu",
		       (unsigned long long)e->packets[0],
		       (unsigned long long)e->packets[1],
		       (unsigned long long)e->bytes[0],
		       (unsigned long long)e->bytes[1]);
	printf("\n");
}

static bool entry_eq(const struct entry *a, const struct entry *b)
{
	const uint32_t bits = IPS_SEEN_REPLY | IPS_ASSURED | IPS_CONFIRMED;
	uint32_t apart = a->timeout > b->timeout ? a->timeout - b->timeout
						 : b->timeout - a->timeout;

	if (a->there != b->there)
		return false;
	return !a->there ||
	       ((a->status & bits) == (b->status & bits) && apart <= 1 &&
		a->state == b->state && a->scale[0] == b->scale[0] &&
		a->scale[1] == b->scale[1] && a->flags[0] == b->flags[0] &&
		a->flags[1] == b->flags[1] &&
		!memcmp(a->packets, b->packets, sizeof(a->packets)) &&
		!memcmp(a->bytes, b->bytes, sizeof(a->bytes)));
}

static void clock_read(struct nv_time *now)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	now->mono_ns = (uint64_t)ts.tv_sec * NS_PER_SEC + (uint64_t)ts.tv_nsec;
	clock_gettime(CLOCK_REALTIME, &ts);
	now->wall_ns = (uint64_t)ts.tv_sec * NS_PER_SEC + (uint64_t)ts.tv_nsec;
}

/* The tuple whose entry is looked at: the packet's, or that of the one before
 * for an ICMP error. */
static bool packet_tuple(const struct wire *w, struct ct_tuple *tuple)
{
	const uint8_t *l4 = w->buf + w->l4_off;

	*tuple = (struct ct_tuple){
		.l3 = w->v6 ? NFPROTO_IPV6 : NFPROTO_IPV4,
		.l4 = w->proto,
	};
	memcpy(&tuple->src, w->buf + (w->v6 ? 8 : 12), w->v6 ? 16 : 4);
	memcpy(&tuple->dst, w->buf + (w->v6 ? 24 : 16), w->v6 ? 16 : 4);
	switch (w->proto) {
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		tuple->sport = load_raw16(l4 + 4);
		tuple->dport = load_raw16(l4);
		return w->v6 ? l4[0] >= 128 && w->proto == IPPROTO_ICMPV6
			     : l4[0] <= 18 && w->proto == IPPROTO_ICMP;
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
		tuple->sport = load_raw16(l4);
		tuple->dport = load_raw16(l4 + 2);
		return true;
	case IPPROTO_GRE:
		return w->len - w->l4_off < 4 || !(l4[1] & 7);
	default:
		return true;
	}
}

/* Count the cell of TCP's table that a well-formed segment met. */
static void count_cell(struct twin *tw, const struct wire *w,
		       const struct seen *seen, const struct entry *before)
{
	uint8_t flags = w->buf[w->l4_off + 13];
	int kind = flags & 4   ? 4
		   : flags & 2 ? !!(flags & 16)
		   : flags & 1 ? 2
			       : 3;

	if (w->proto == IPPROTO_TCP && seen->reason != REASON_ct_tcp_flags &&
	    seen->reason != REASON_ct_checksum &&
	    seen->reason != REASON_ct_short)
		tw->cells[before->reversed][kind][before->state]++;
}

/* Cells that no segment met; those of NONE, answers, cannot be. */
static unsigned show_cells(const struct twin *tw)
{
	static const char *const kinds[] = { "syn", "synack", "fin", "ack",
					     "rst" };
	unsigned missed = 0;

	for (int d = 0; d < 2; d++)
		for (int k = 0; k < 5; k++)
			for (int s = d; s < TCP_CONNTRACK_MAX; s++) {
				if (tw->cells[d][k][s])
					continue;
				printf("not met: %s %s in state %d\n",
				       d ? "reply" : "original", kinds[k], s);
				missed++;
			}
	return missed;
}

/* One packet through both; true if they agree. */
static bool compare(struct twin *tw, const struct wire *packet)
{
	struct wire copy = *packet;
	struct entry theirs = { 0 }, ours = { 0 }, before = { 0 };
	uint32_t kernel, mine;
	struct ct_tuple tuple;
	struct seen seen;

	if (!packet_tuple(packet, &tuple))
		tuple = tw->last_tuple;
	tw->last_tuple = tuple;
	if (tuple.l3)
		before = our_entry(&tw->lab, &tuple);
	kernel = kernel_send(&tw->k, packet);
	clock_read(&tw->lab.now);
	seen = lab_send(&tw->lab, &copy);
	mine = seen.verdict == REASON_NONE ? seen.state : 0;
	if (mine & (CT_STATE_ESTABLISHED | CT_STATE_RELATED))
		mine |= (uint32_t)seen.dir << 16;
	count_cell(tw, packet, &seen, &before);
	if (tuple.l3) {
		theirs = kernel_entry(&tw->k, &tuple);
		ours = our_entry(&tw->lab, &tuple);
	}
	tw->packets++;
	tw->compared[packet->proto]++;
	if (tw->verbose || kernel != mine || !entry_eq(&theirs, &ours)) {
		show_wire(packet);
		show_entry("kernel", kernel, &theirs);
		show_entry("nftvm", mine, &ours);
		printf("  reason %s\n", reason_name(seen.reason));
	}
	return kernel == mine && entry_eq(&theirs, &ours);
}

static void flow_init(struct twin *tw, struct flow *f, unsigned i)
{
	static const uint8_t others[] = {
		IPPROTO_UDP, IPPROTO_ICMP, IPPROTO_UDPLITE,
		IPPROTO_GRE, 99,	   IPPROTO_SCTP
	};

	*f = (struct flow){
		.v6 = chance(tw, 25),
		.proto = i < 2 ? IPPROTO_TCP
			       : others[pick(tw, ARRAY_LEN(others))],
		.cport = (uint16_t)(1024 + pick(tw, 60000)),
		.sport = (uint16_t)(chance(tw, 50) ? 80 : 7),
		.nxt = { rng_u32(&tw->rng), rng_u32(&tw->rng) },
		.vtag = { rng_u32(&tw->rng), rng_u32(&tw->rng) },
		.script = chance(tw, 75) ? 0 : 100,
	};
}

/* Sysctls: mostly the defaults, to both sides. */
static void set_sysctls(struct twin *tw, struct ct_config *cfg)
{
	const struct {
		const char *name;
		bool *value;
		uint32_t percent; /* of seeds in which it is not the default */
	} knobs[] = {
		{ "tcp_loose", &cfg->tcp_loose, 15 },
		{ "tcp_be_liberal", &cfg->tcp_be_liberal, 10 },
		{ "tcp_ignore_invalid_rst", &cfg->tcp_ignore_invalid_rst, 10 },
		{ "checksum", &cfg->checksum, 10 },
		{ "acct", &cfg->acct, 100 },
	};
	char path[128];

	ct_config_init(cfg);
	for (size_t i = 0; i < ARRAY_LEN(knobs); i++) {
		*knobs[i].value ^= chance(tw, knobs[i].percent);
		snprintf(path, sizeof(path),
			 "/proc/sys/net/netfilter/nf_conntrack_%s",
			 knobs[i].name);
		kernel_sysctl(path, *knobs[i].value ? "1" : "0");
	}
	cfg->tcp_max_retrans = chance(tw, 10) ? (uint8_t)pick(tw, 6) : 3;
	snprintf(path, sizeof(path), "%u", cfg->tcp_max_retrans);
	kernel_sysctl("/proc/sys/net/netfilter/nf_conntrack_tcp_max_retrans",
		      path);
}

/* One seed: some conversations, mixed. */
static bool run_seed(struct twin *tw, uint64_t seed, unsigned packets)
{
	struct ct_config cfg;
	struct wire w;
	bool ok = true;

	rng_seed(&tw->rng, seed);
	kernel_flush(&tw->k);
	set_sysctls(tw, &cfg);
	lab_open(&tw->lab, &cfg);
	memset(&tw->last, 0, sizeof(tw->last));
	memset(&tw->last_tuple, 0, sizeof(tw->last_tuple));
	for (unsigned i = 0; i < FLOWS; i++)
		flow_init(tw, &tw->flows[i], i);
	for (unsigned n = 0; n < packets && ok; n++) {
		unsigned i = pick(tw, FLOWS);

		if (chance(tw, 1))
			flow_init(tw, &tw->flows[i], i);
		next_packet(tw, &tw->flows[i], &w);
		ok = compare(tw, &w);
		if (!ok)
			printf("seed %llu, packet %u: they disagree\n",
			       (unsigned long long)seed, n);
	}
	lab_close(&tw->lab);
	return ok;
}

/* The stories of proto_tcp.c, told to the kernel: what they expect of ours is
 * what it says. */
static bool run_stories(struct twin *tw)
{
	bool ok = true;

	for (size_t n = 0; n < tcp_stories_n; n++) {
		const struct story *story = &tcp_stories[n];

		kernel_flush(&tw->k);
		lab_open(&tw->lab, NULL);
		for (unsigned i = 0; i < STORY_STEPS && story->steps[i].ct;
		     i++) {
			struct wire w;

			wire_tcp(&w, false, 40000, 80, &story->steps[i].seg);
			if (compare(tw, &w))
				continue;
			printf("story \"%s\", step %u: they disagree\n",
			       story->name, i);
			ok = false;
		}
		lab_close(&tw->lab);
	}
	return ok;
}

int main(int argc, char **argv)
{
	static struct twin tw;
	unsigned long seed = 1, seeds = 60, packets = 500, failed = 0;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "-v"))
			tw.verbose = true;
		else if (!strcmp(argv[i], "--seed") && i + 1 < argc)
			seed = strtoul(argv[++i], NULL, 0);
		else if (!strcmp(argv[i], "--seeds") && i + 1 < argc)
			seeds = strtoul(argv[++i], NULL, 0);
		else if (!strcmp(argv[i], "--packets") && i + 1 < argc)
			packets = strtoul(argv[++i], NULL, 0);
		else
			return 2;
	}
	if (!kernel_open(&tw.k)) {
		fprintf(stderr, "SKIPPED: no namespace, TUN or nft: %s\n",
			strerror(errno));
		return SKIPPED;
	}
	/* Time is the machine's: what differs only because it was busy for
	 * seconds does not differ again. */
	failed += !run_stories(&tw) && !run_stories(&tw);
	for (unsigned long i = 0; i < seeds; i++)
		failed += !run_seed(&tw, seed + i, (unsigned)packets) &&
			  !run_seed(&tw, seed + i, (unsigned)packets);
	printf("%lu packets (%lu TCP, %lu UDP, %lu SCTP, %lu ICMP, %lu others) of %lu seeds, %lu seeds differ\n",
	       tw.packets, tw.compared[IPPROTO_TCP], tw.compared[IPPROTO_UDP],
	       tw.compared[IPPROTO_SCTP],
	       tw.compared[IPPROTO_ICMP] + tw.compared[IPPROTO_ICMPV6],
	       tw.packets - tw.compared[IPPROTO_TCP] -
		       tw.compared[IPPROTO_UDP] - tw.compared[IPPROTO_SCTP] -
		       tw.compared[IPPROTO_ICMP] - tw.compared[IPPROTO_ICMPV6],
	       seeds, failed);
	/* Fewer seeds prove less, and need not meet every cell. */
	if (seeds >= 60 && show_cells(&tw))
		failed++;
	return failed != 0;
}
