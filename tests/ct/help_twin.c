/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel as judge of the helpers: control connections of FTP and IRC and
 * TFTP requests, right and broken, go packet by packet through a network
 * namespace of this machine and through a table of ours. After each packet both
 * must have let it through or not, given it the same state, and expect the same
 * connections.
 *
 * usage: help_twin [--seed N] [--seeds N] [-v]
 *
 * Exit status 77 (skipped) without the rights to make a namespace. NAT of what
 * helpers announce is tests/kernel's.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <time.h>

#include "base/rng.h"
#include "ct/help.h"
#include "tests/ct/router.h"

#define SKIPPED	   77
#define STEPS	   60
#define TEXT_MAX   400
#define LINES_MAX  64
#define FTP_PORT   21
#define IRC_PORT   6667
#define TFTP_PORT  69
#define CLIENT_EPH 40000

static const char ruleset[] =
	"table inet help {\n"
	" ct helper f { type \"ftp\" protocol tcp; }\n"
	" ct helper i { type \"irc\" protocol tcp; l3proto ip; }\n"
	" ct helper t { type \"tftp\" protocol udp; }\n"
	" chain p {\n"
	"  type filter hook prerouting priority -150;\n"
	"  tcp dport 21 ct helper set \"f\"\n"
	"  tcp dport 6667 ct helper set \"i\"\n"
	"  udp dport 69 ct helper set \"t\"\n"
	" }\n"
	"}\n";

/**
 * struct twin - both sides and a conversation
 * @nxt:	next sequence number of each end
 * @announced:	how many expectations there were in all
 * @reached:	packets that a helper dropped, that were expected
 */
struct twin {
	struct kernel k;
	struct lab lab;
	struct rng rng;
	bool v6, verbose;
	uint16_t cport, sport;
	uint32_t nxt[2];
	struct wire last;
	unsigned long packets, announced, dropped, related;
};

static uint32_t pick(struct twin *tw, uint32_t n)
{
	return rng_below(&tw->rng, n);
}

static bool chance(struct twin *tw, uint32_t percent)
{
	return pick(tw, 100) < percent;
}

/* --- what is said --------------------------------------------------------- */

/* An address as text: mostly the speaker's own. */
static void say_addr(struct twin *tw, enum way way, char sep, char *out,
		     size_t size)
{
	static const uint8_t hosts[][4] = { { 10, 1, 0, 2 },
					    { 10, 2, 0, 2 },
					    { 10, 1, 0, 9 } };
	const uint8_t *h = hosts[chance(tw, 85) ? (unsigned)way : pick(tw, 3)];

	snprintf(out, size, "%u%c%u%c%u%c%u", h[0], sep, h[1], sep, h[2], sep,
		 h[3]);
}

static void say_ftp(struct twin *tw, enum way way, char *out, size_t size)
{
	static const char *const end[] = { "\r\n", "\r\n", "\r\n", "\r\n",
					   "\n",   "\r",   "",	   " \r\n" };
	static const char *const port[] = {
		"PORT %s,%u,%u%s", "port %s,%u,%u%s", "PORT  %s,%u,%u%s",
		"PORTX %s,%u,%u%s", "PORT\t%s,%u,%u%s"
	};
	static const char *const pasv[] = {
		"227 Entering Passive Mode (%s,%u,%u).%s", "227 =%s,%u,%u%s",
		"227 (%s,%u,%u%s", "227 ok %s,%u,%u)%s", "227%s,%u,%u%s"
	};
	unsigned hi = chance(tw, 90) ? pick(tw, 256) : pick(tw, 400);
	unsigned lo = chance(tw, 90) ? pick(tw, 256) : pick(tw, 3000);
	const char *last = end[pick(tw, ARRAY_LEN(end))];
	const char *v6 = chance(tw, 85) ? (way == C2S ? "fd01::2" : "fd02::2")
					: "fd01::0:2:3";
	char addr[64], delim = chance(tw, 85) ? '|' : "!1 }"[pick(tw, 4)];

	say_addr(tw, way, ',', addr, sizeof(addr));
	switch (pick(tw, 8)) {
	case 0:
	case 1:
		if (way == C2S)
			snprintf(out, size,
				 port[chance(tw, 70) ? 0 : pick(tw, 5)], addr,
				 hi, lo, last);
		else
			snprintf(out, size,
				 pasv[chance(tw, 60) ? 0 : pick(tw, 5)], addr,
				 hi, lo, last);
		break;
	case 2:
	case 3:
		if (way == S2C) {
			snprintf(out, size,
				 "229 Extended Passive (%c%c%c%u%c)%s", delim,
				 delim, chance(tw, 95) ? delim : 'x',
				 hi * 256 + lo, delim, last);
			break;
		}
		say_addr(tw, way, '.', addr, sizeof(addr));
		snprintf(out, size, "EPRT %c%c%c%s%c%u%c%s", delim,
			 chance(tw, 90) ? (tw->v6 ? '2' : '1') : '1' + !tw->v6,
			 delim, tw->v6 && chance(tw, 95) ? v6 : addr, delim,
			 hi * 256 + lo, delim, last);
		break;
	case 4:
		snprintf(out, size, "%s",
			 way == C2S ? "PASV\r\n" : "200 ok\r\n");
		break;
	case 5:
		snprintf(out, size, "%s%s", "LIST -la", last);
		break;
	case 6: /* a piece of a command */
		snprintf(out, size, "%.*s", (int)pick(tw, 12),
			 way == C2S ? "PORT 10,1,0,2,4,1" : "227 Entering 10,");
		break;
	default:
		snprintf(out, size, "220 hello there%s", last);
		break;
	}
}

static void say_irc(struct twin *tw, char *out, size_t size)
{
	static const char *const words[] = { "SEND",  "CHAT",	"MOVE", "TSEND",
					     "SCHAT", "RESUME", "send" };
	static const char *const before[] = { "", "", "", "\r\n", " ", "X " };
	static const uint32_t addrs[] = { 0x0a010002, 0x0a010002, 0x0a010002,
					  0x0a020002, 0 };

	if (chance(tw, 15)) {
		snprintf(out, size, "NICK somebody\r\nJOIN #place\r\n");
		return;
	}
	snprintf(out, size, "%s%s nick%s:%cDCC %s file%s %u %u%s%s",
		 before[pick(tw, ARRAY_LEN(before))],
		 chance(tw, 90) ? "PRIVMSG" : "NOTICE",
		 chance(tw, 90) ? " " : "  ", chance(tw, 95) ? 1 : 2,
		 words[pick(tw, ARRAY_LEN(words))],
		 chance(tw, 90) ? "" : " name",
		 addrs[pick(tw, ARRAY_LEN(addrs))],
		 chance(tw, 90) ? 1024 + pick(tw, 4000) : pick(tw, 70000),
		 chance(tw, 90) ? "\1" : "", chance(tw, 90) ? "\r\n" : "");
}

static void put_payload(struct wire *w, const char *text, uint32_t len)
{
	memcpy(w->buf + w->len - len, text, len);
	wire_fix(w);
}

/* One segment with what is said; now and then sent again, late, or cut in
 * two. */
static void next_talk(struct twin *tw, struct wire *w)
{
	enum way way = pick(tw, 2) ? C2S : S2C;
	struct segment_spec s = { .way = way, .flags = "P.", .win = 60000 };
	char text[TEXT_MAX] = "";
	uint32_t len;

	if (chance(tw, 8) && tw->last.len) {
		*w = tw->last;
		return;
	}
	if (tw->sport == FTP_PORT)
		say_ftp(tw, way, text, sizeof(text));
	else
		say_irc(tw, text, sizeof(text));
	len = (uint32_t)strlen(text);
	if (chance(tw, 5))
		len = pick(tw, len + 1);
	s.seq = tw->nxt[way] + (chance(tw, 4) ? pick(tw, 40) : 0);
	s.ack = tw->nxt[!way];
	s.len = (uint16_t)len;
	if (chance(tw, 10))
		s.opts = "0101080a0000000100000002";
	wire_tcp(w, tw->v6, tw->cport, tw->sport, &s);
	put_payload(w, text, len);
	if (chance(tw, 90))
		tw->nxt[way] = s.seq + len;
	tw->last = *w;
}

static void next_tftp(struct twin *tw, struct wire *w)
{
	static const uint8_t ops[] = { 1, 1, 2, 2, 3, 4, 0 };
	uint32_t len = chance(tw, 90) ? 20 : pick(tw, 4);
	enum way way = chance(tw, 80) ? C2S : S2C;
	char data[20] = { 0, (char)ops[pick(tw, ARRAY_LEN(ops))] };

	wire_udp(w, tw->v6, way, tw->cport, tw->sport, (uint16_t)len);
	put_payload(w, data, len);
}

/* A connection to what may have been announced: any port of the tuple in the
 * first expectation that we have. */
struct first_expect {
	struct ct_expect_view view;
	bool there;
};

static int take_first(const struct ct_expect_view *view, void *data)
{
	struct first_expect *first = data;

	first->view = *view;
	first->there = true;
	return 0; /* the last one counts */
}

static bool next_expected(struct twin *tw, struct wire *w)
{
	struct segment_spec s = { .flags = "S", .seq = 1, .win = 1000 };
	struct first_expect first = { .there = false };
	uint16_t dport;

	ct_expect_foreach(tw->lab.t, &tw->lab.now, take_first, &first);
	if (!first.there)
		return false;
	dport = be16toh(first.view.tuple.dport);
	if (chance(tw, 15))
		dport++;
	/* who is the client of the new one depends on the address */
	s.way = first.view.tuple.dst.b[tw->v6 ? 1 : 1] == 1 ? S2C : C2S;
	if (chance(tw, 10))
		s.way = (enum way) !s.way;
	if (first.view.tuple.l4 == IPPROTO_UDP)
		wire_udp(w, tw->v6, s.way, s.way == C2S ? 5000 : dport,
			 s.way == C2S ? dport : 5000, 10);
	else
		wire_tcp(w, tw->v6,
			 s.way == C2S ? (uint16_t)(5000 + pick(tw, 9)) : dport,
			 s.way == C2S ? dport : (uint16_t)(5000 + pick(tw, 9)),
			 &s);
	return true;
}

/* --- both sides ----------------------------------------------------------- */

/* struct lines - expectations, sorted, their seconds apart */
struct lines {
	char text[LINES_MAX][512];
	unsigned long secs[LINES_MAX];
	unsigned n;
};

static int line_cmp(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void lines_add(struct lines *l, char *line)
{
	char *rest = strchr(line, ' ');

	if (!rest || l->n == LINES_MAX)
		return;
	l->secs[l->n] = strtoul(line, NULL, 10);
	snprintf(l->text[l->n], sizeof(l->text[0]), "%s", rest + 1);
	l->text[l->n][strcspn(l->text[l->n], "\n")] = '\0';
	l->n++;
}

static struct lines kernel_lines(bool v6)
{
	FILE *p = popen(v6 ? "conntrack -L expect -f ipv6 2>/dev/null"
			   : "conntrack -L expect -f ipv4 2>/dev/null",
			"r");
	struct lines l = { .n = 0 };
	char line[1024];

	while (p && fgets(line, sizeof(line), p))
		lines_add(&l, line);
	if (p)
		pclose(p);
	qsort(l.text, l.n, sizeof(l.text[0]), line_cmp);
	return l;
}

static int our_line(const struct ct_expect_view *view, void *data)
{
	ct_expect_print(view, data);
	return 0;
}

static struct lines our_lines(struct lab *lab)
{
	struct lines l = { .n = 0 };
	char *text = NULL, *line, *save;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	ct_expect_foreach(lab->t, &lab->now, our_line, f);
	fclose(f);
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		lines_add(&l, line);
	free(text);
	qsort(l.text, l.n, sizeof(l.text[0]), line_cmp);
	return l;
}

static bool lines_eq(const struct lines *a, const struct lines *b)
{
	if (a->n != b->n)
		return false;
	for (unsigned i = 0; i < a->n; i++) {
		unsigned long more = a->secs[i] > b->secs[i]
					     ? a->secs[i] - b->secs[i]
					     : b->secs[i] - a->secs[i];

		/* the listing takes its time */
		if (strcmp(a->text[i], b->text[i]) || more > 2)
			return false;
	}
	return true;
}

static void assign_helper(struct lab *lab, const struct packet *pkt)
{
	const uint8_t *ports = packet_read(pkt, pkt->l4_off, 4);
	const char *name = NULL;

	if (!ports)
		return;
	if (pkt->l4proto == IPPROTO_TCP && get_be16(ports + 2) == FTP_PORT)
		name = "ftp";
	if (pkt->l4proto == IPPROTO_TCP && get_be16(ports + 2) == IRC_PORT)
		name = "irc";
	if (pkt->l4proto == IPPROTO_UDP && get_be16(ports + 2) == TFTP_PORT)
		name = "tftp";
	if (name)
		ct_helper_set(lab->t, pkt,
			      ct_helper_find(name, pkt->nfproto, pkt->l4proto));
}

/* As kernel_send() tells it: 0 if it was dropped. */
static uint32_t our_send(struct twin *tw, struct wire *w, enum reason *reason)
{
	struct lab *lab = &tw->lab;
	struct packet pkt;
	uint32_t state;

	*reason = lab_in(lab, w, NF_INET_PRE_ROUTING, &pkt);
	if (*reason == REASON_NONE)
		assign_helper(lab, &pkt);
	if (*reason == REASON_NONE)
		*reason = ct_help(lab->t, &pkt, &lab->now, &tw->rng);
	if (*reason == REASON_NONE)
		*reason = ct_confirm(lab->t, &pkt, &lab->now);
	state = ct_state_bits(&pkt);
	if (state & (CT_STATE_ESTABLISHED | CT_STATE_RELATED))
		state |= (uint32_t)ct_packet_dir(&pkt) << 16;
	ct_packet_release(lab->t, &pkt);
	return *reason == REASON_NONE ? state : 0;
}

static void clock_read(struct nv_time *now)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	now->mono_ns = (uint64_t)ts.tv_sec * NS_PER_SEC + (uint64_t)ts.tv_nsec;
}

static void show(const struct wire *w, const struct lines *theirs,
		 const struct lines *ours)
{
	printf("  %s", w->way == C2S ? "client: " : "server: ");
	for (uint32_t i = w->l4_off; i < w->len; i++)
		printf(w->buf[i] >= 32 && w->buf[i] < 127 ? "%c" : "\\x%02x",
		       w->buf[i]);
	printf("\n");
	for (unsigned i = 0; i < theirs->n; i++)
		printf("  kernel %lu %s\n", theirs->secs[i], theirs->text[i]);
	for (unsigned i = 0; i < ours->n; i++)
		printf("  nftvm  %lu %s\n", ours->secs[i], ours->text[i]);
}

static bool compare(struct twin *tw, struct wire *w)
{
	struct lines theirs, ours;
	uint32_t kernel, mine;
	enum reason reason;
	bool same;

	clock_read(&tw->lab.now);
	kernel = kernel_send(&tw->k, w);
	mine = our_send(tw, w, &reason);
	theirs = kernel_lines(tw->v6);
	clock_read(&tw->lab.now);
	ours = our_lines(&tw->lab);
	tw->packets++;
	tw->announced += ours.n;
	tw->dropped += !mine;
	tw->related += !!(mine & CT_STATE_RELATED);
	same = kernel == mine && lines_eq(&theirs, &ours);
	if (!same || tw->verbose) {
		printf("  state: kernel %#x, nftvm %#x (%s)\n", kernel, mine,
		       reason_name(reason));
		show(w, &theirs, &ours);
	}
	return same;
}

static bool shake_hands(struct twin *tw)
{
	struct segment_spec steps[] = {
		{ C2S, "S", tw->nxt[C2S] - 1, 0, 60000, 0, "020405b4" },
		{ S2C, "S.", tw->nxt[S2C] - 1, tw->nxt[C2S], 60000, 0, NULL },
		{ C2S, ".", tw->nxt[C2S], tw->nxt[S2C], 60000, 0, NULL },
	};
	struct wire w;

	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		wire_tcp(&w, tw->v6, tw->cport, tw->sport, &steps[i]);
		if (!compare(tw, &w))
			return false;
	}
	return true;
}

static bool run_seed(struct twin *tw, uint64_t seed)
{
	static const uint16_t ports[] = { FTP_PORT, FTP_PORT, IRC_PORT,
					  TFTP_PORT };
	bool ok = true;

	rng_seed(&tw->rng, seed);
	kernel_flush(&tw->k);
	lab_open(&tw->lab, NULL);
	tw->v6 = chance(tw, 40);
	tw->sport = ports[pick(tw, ARRAY_LEN(ports))];
	tw->cport = (uint16_t)(CLIENT_EPH + pick(tw, 20000));
	tw->nxt[C2S] = chance(tw, 20) ? 0xffffff80 : rng_u32(&tw->rng);
	tw->nxt[S2C] = rng_u32(&tw->rng);
	tw->last.len = 0;
	if (tw->sport != TFTP_PORT)
		ok = shake_hands(tw);
	for (unsigned i = 0; i < STEPS && ok; i++) {
		struct wire w;

		if (!chance(tw, 15) || !next_expected(tw, &w)) {
			if (tw->sport == TFTP_PORT)
				next_tftp(tw, &w);
			else
				next_talk(tw, &w);
		}
		ok = compare(tw, &w);
	}
	if (!ok)
		printf("seed %llu: they disagree\n", (unsigned long long)seed);
	lab_close(&tw->lab);
	return ok;
}

static bool load(const char *text)
{
	FILE *p = popen("nft -f -", "w");

	if (!p)
		return false;
	fputs(text, p);
	return pclose(p) == 0;
}

int main(int argc, char **argv)
{
	static struct twin tw;
	unsigned long seed = 1, seeds = 40, failed = 0;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "-v"))
			tw.verbose = true;
		else if (!strcmp(argv[i], "--seed") && i + 1 < argc)
			seed = strtoul(argv[++i], NULL, 0);
		else if (!strcmp(argv[i], "--seeds") && i + 1 < argc)
			seeds = strtoul(argv[++i], NULL, 0);
		else
			return 2;
	}
	if (!kernel_open(&tw.k) || !load(ruleset)) {
		fprintf(stderr, "SKIPPED: no namespace, TUN or nft: %s\n",
			strerror(errno));
		return SKIPPED;
	}
	for (unsigned long i = 0; i < seeds; i++)
		failed += !run_seed(&tw, seed + i) && !run_seed(&tw, seed + i);
	printf("%lu packets, %lu dropped, %lu expected connections, %lu expectations listed, %lu of %lu seeds differ\n",
	       tw.packets, tw.dropped, tw.related, tw.announced, failed, seeds);
	if (seeds >= 40 && (!tw.dropped || !tw.related || !tw.announced)) {
		printf("the seeds prove nothing\n");
		failed++;
	}
	return failed != 0;
}
