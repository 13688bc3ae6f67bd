/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel as judge of clashes at confirm: two first packets of one flow are
 * under way at once, since a queue holds both between their lookup and their
 * confirm, and go on one after the other.
 *
 * Theory of operation
 *
 * The router of tests/ct/router.c gets a chain at FORWARD that gives new
 * connections to NFQUEUE. nft's own queue statement is not in every kernel; the
 * target of xtables goes into a chain of nftables just as well. Both packets
 * are written, then both are accepted, in order. What comes out, the entry, and
 * the counters of clashes, failed inserts and drops must be those of a table
 * of ours that sees the same: two lookups, then two confirms. Where each packet
 * was translated to another server, answers from the loser's come in too, before
 * and after the second that they have.
 *
 * usage: clash_twin; exit status 77 (skipped) without the rights or the target.
 *
 * Ref: nf_ct_resolve_clash(), nf_ct_resolve_clash_harder().
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnftnl/chain.h>
#include <libnftnl/common.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <linux/netfilter/xt_NFQUEUE.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <unistd.h>

#include "ct/nat.h"
#include "tests/ct/router.h"

#define SKIPPED 77
#define CLIENT	0x0a010002u
#define SERVER	0x0a020002u
#define OTHER	0x0a020003u

/* What the kernel's NAT steps leave on every entry, and ours are not run. */
#define NAT_BITS \
	(IPS_SRC_NAT | IPS_DST_NAT | IPS_SRC_NAT_DONE | IPS_DST_NAT_DONE)

static const char held[] =
	"table inet hold {\n"
	" chain q { }\n"
	" chain f {\n"
	"  type filter hook forward priority 10\n"
	"  udp sport 77 accept\n"
	"  ct state new jump q\n"
	" }\n"
	"}\n"
	"table ip n {\n"
	" chain p {\n"
	"  type nat hook prerouting priority -100\n"
	"  iifname \"c0\" udp dport 77 dnat to numgen inc mod 2 map { 0 : 10.2.0.2, 1 : 10.2.0.3 }\n"
	" }\n"
	"}\n";

/* struct outcome - what either side says of two packets */
struct outcome {
	bool passed[2];
	struct entry e;
	uint64_t clashes, insert_failed, drops;
	bool answered, answered_late; /* the loser's own server */
};

/* struct row - @translated: each to a server of its own */
static const struct row {
	const char *what;
	uint8_t proto;
	bool v6, mirrored, translated;
} rows[] = {
	{ "UDP", IPPROTO_UDP, false, false, false },
	{ "UDP, the other way", IPPROTO_UDP, false, true, false },
	{ "UDP, translated", IPPROTO_UDP, false, false, true },
	{ "UDP, IPv6", IPPROTO_UDP, true, false, false },
	{ "UDP, IPv6, the other way", IPPROTO_UDP, true, true, false },
	{ "GRE", IPPROTO_GRE, false, false, false },
	{ "GRE, the other way", IPPROTO_GRE, false, true, false },
	{ "protocol 99", 99, false, false, false },
	{ "protocol 99, IPv6, the other way", 99, true, true, false },
	{ "TCP", IPPROTO_TCP, false, false, false },
	{ "TCP, the other way", IPPROTO_TCP, false, true, false },
	{ "TCP, IPv6", IPPROTO_TCP, true, false, false },
	{ "ICMP", IPPROTO_ICMP, false, false, false },
	{ "ICMPv6", IPPROTO_ICMPV6, true, false, false },
};

static void make(struct wire *w, const struct row *row, enum way way)
{
	const struct segment_spec syn = { way, "S", 1, 0, 9, 0, NULL };
	static const uint8_t gre[8] = { 0, 0, 8, 0 };

	switch (row->proto) {
	case IPPROTO_UDP:
		wire_udp(w, row->v6, way, 1000, row->translated ? 77 : 53, 0);
		break;
	case IPPROTO_TCP:
		wire_tcp(w, row->v6, 1000, 53, &syn);
		break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		wire_icmp(w, row->v6, way, row->v6 ? 128 : 8, 0, 7, gre, 8);
		break;
	default:
		wire_ip(w, row->v6, way, row->proto, gre, sizeof(gre));
	}
}

/* The answer of the loser's server. */
static void make_answer(struct wire *w)
{
	wire_udp(w, false, S2C, 1000, 77, 0);
	wire_addrs4(w, OTHER, CLIENT);
	wire_fix(w);
}

/* --- the kernel's side ---------------------------------------------------- */

struct queue {
	struct mnl_socket *nl;
	uint32_t last_id;
};

/* One message and its acknowledgement. */
static bool talk(struct mnl_socket *nl, const struct nlmsghdr *nlh, size_t len)
{
	char buf[8192];
	ssize_t n;

	if (mnl_socket_sendto(nl, nlh, len) < 0)
		return false;
	n = mnl_socket_recvfrom(nl, buf, sizeof(buf));
	return n > 0 && mnl_cb_run(buf, (size_t)n, 0, 0, NULL, NULL) >= 0;
}

static struct nftnl_rule *queue_rule(void)
{
	/* its size is rounded up to that of a pointer */
	struct xt_NFQ_info_v3 *info = calloc(2, sizeof(*info));
	struct nftnl_expr *e = nftnl_expr_alloc("target");
	struct nftnl_rule *r = nftnl_rule_alloc();

	info->queues_total = 1;
	nftnl_expr_set_str(e, NFTNL_EXPR_TG_NAME, "NFQUEUE");
	nftnl_expr_set_u32(e, NFTNL_EXPR_TG_REV, 3);
	nftnl_expr_set(e, NFTNL_EXPR_TG_INFO, info, ALIGN_UP(sizeof(*info), 8));
	nftnl_rule_set_str(r, NFTNL_RULE_TABLE, "hold");
	nftnl_rule_set_str(r, NFTNL_RULE_CHAIN, "q");
	nftnl_rule_set_u32(r, NFTNL_RULE_FAMILY, NFPROTO_INET);
	nftnl_rule_add_expr(r, e);
	return r;
}

static bool load_queue_rule(struct mnl_socket *nl)
{
	struct nftnl_rule *r = queue_rule();
	char buf[4096];
	struct mnl_nlmsg_batch *batch = mnl_nlmsg_batch_start(buf, sizeof(buf));
	struct nlmsghdr *nlh;
	bool ok;

	nftnl_batch_begin(mnl_nlmsg_batch_current(batch), 1);
	mnl_nlmsg_batch_next(batch);
	nlh = nftnl_nlmsg_build_hdr(mnl_nlmsg_batch_current(batch),
				    NFT_MSG_NEWRULE, NFPROTO_INET,
				    NLM_F_CREATE | NLM_F_APPEND | NLM_F_ACK, 2);
	nftnl_rule_nlmsg_build_payload(nlh, r);
	mnl_nlmsg_batch_next(batch);
	nftnl_batch_end(mnl_nlmsg_batch_current(batch), 3);
	mnl_nlmsg_batch_next(batch);
	ok = talk(nl, mnl_nlmsg_batch_head(batch), mnl_nlmsg_batch_size(batch));
	mnl_nlmsg_batch_stop(batch);
	nftnl_rule_free(r);
	return ok;
}

static struct nlmsghdr *queue_message(char *buf, uint8_t type, uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct nfgenmsg *nfg;

	nlh->nlmsg_type = (uint16_t)(NFNL_SUBSYS_QUEUE << 8 | type);
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nfg = mnl_nlmsg_put_extra_header(nlh, sizeof(*nfg));
	nfg->version = NFNETLINK_V0;
	return nlh;
}

static bool queue_open(struct queue *q)
{
	const struct nfqnl_msg_config_cmd bind = { .command =
							   NFQNL_CFG_CMD_BIND };
	const struct nfqnl_msg_config_params meta = {
		.copy_range = htobe32(64), .copy_mode = NFQNL_COPY_META
	};
	char buf[4096];
	struct nlmsghdr *nlh = queue_message(buf, NFQNL_MSG_CONFIG, NLM_F_ACK);

	q->nl = mnl_socket_open(NETLINK_NETFILTER);
	if (!q->nl || mnl_socket_bind(q->nl, 0, MNL_SOCKET_AUTOPID) ||
	    !load_queue_rule(q->nl))
		return false;
	mnl_attr_put(nlh, NFQA_CFG_CMD, sizeof(bind), &bind);
	mnl_attr_put(nlh, NFQA_CFG_PARAMS, sizeof(meta), &meta);
	return talk(q->nl, nlh, nlh->nlmsg_len);
}

/* Let the next packet go on. */
static void queue_accept(struct queue *q)
{
	const struct nfqnl_msg_verdict_hdr accept = {
		.verdict = htobe32(NF_ACCEPT), .id = htobe32(++q->last_id)
	};
	char buf[4096];
	struct nlmsghdr *nlh = queue_message(buf, NFQNL_MSG_VERDICT, 0);

	mnl_attr_put(nlh, NFQA_VERDICT_HDR, sizeof(accept), &accept);
	mnl_socket_sendto(q->nl, nlh, nlh->nlmsg_len);
}

/* What comes out of @tun of this protocol; false: nothing. @src: IPv4, its
 * source in host order. */
static bool comes_out(int tun, const struct wire *w, uint32_t *src)
{
	uint8_t in[2048];
	bool out = false;
	ssize_t n;

	while ((n = read(tun, in, sizeof(in))) > 0) {
		if (n < 20 || in[0] >> 4 != (w->v6 ? 6 : 4) ||
		    in[w->v6 ? 6 : 9] != w->proto)
			continue;
		if (w->v6 && w->proto == IPPROTO_ICMPV6 && in[40] != 128)
			continue; /* the namespace's own chatter */
		out = true;
		*src = get_be32(in + 12);
	}
	return out;
}

/* The sum over all processors of a column of the statistics. */
static uint64_t stat_of(const char *name)
{
	FILE *f = fopen("/proc/net/stat/nf_conntrack", "r");
	char line[1024], *rest, *word;
	int column = -1, i = 0;
	uint64_t sum = 0;

	if (!f || !fgets(line, sizeof(line), f))
		abort();
	for (rest = line; (word = strtok_r(rest, " \n", &rest)); i++)
		if (!strcmp(word, name))
			column = i;
	while (fgets(line, sizeof(line), f))
		for (i = 0, rest = line; (word = strtok_r(rest, " \n", &rest));
		     i++)
			if (i == column)
				sum += strtoull(word, NULL, 16);
	fclose(f);
	return sum;
}

static bool is_answered(struct kernel *k)
{
	struct wire w;
	uint32_t src = 0;

	make_answer(&w);
	if (write(k->tun[S2C], w.buf, w.len) != (ssize_t)w.len)
		return false;
	return comes_out(k->tun[C2S], &w, &src) && src == SERVER;
}

static struct outcome ask_kernel(struct kernel *k, struct queue *q,
				 const struct row *row,
				 const struct ct_tuple *tuple)
{
	const enum way ways[2] = { C2S, row->mirrored ? S2C : C2S };
	struct outcome o = { .clashes = stat_of("clashres"),
			     .insert_failed = stat_of("insert_failed"),
			     .drops = stat_of("drop") };
	struct wire w[2];
	uint32_t src;

	kernel_flush(k);
	for (int i = 0; i < 2; i++) {
		make(&w[i], row, ways[i]);
		if (write(k->tun[ways[i]], w[i].buf, w[i].len) !=
		    (ssize_t)w[i].len)
			abort();
		if (comes_out(k->tun[!ways[i]], &w[i], &src))
			fprintf(stderr, "%s: not held\n", row->what);
	}
	for (int i = 0; i < 2; i++) {
		queue_accept(q);
		o.passed[i] = comes_out(k->tun[!ways[i]], &w[i], &src);
	}
	o.e = kernel_entry(k, tuple);
	o.clashes = stat_of("clashres") - o.clashes;
	o.insert_failed = stat_of("insert_failed") - o.insert_failed;
	o.drops = stat_of("drop") - o.drops;
	if (row->translated) {
		o.answered = is_answered(k);
		usleep(1200000);
		o.answered_late = is_answered(k);
	}
	return o;
}

/* --- our side ------------------------------------------------------------- */

static bool our_answer(struct lab *lab)
{
	struct seen seen;
	struct wire w;

	make_answer(&w);
	seen = lab_send(lab, &w);
	return seen.dir == CT_DIR_REPLY;
}

/* As the rule does: to the other server. */
static void translate(struct lab *lab, struct packet *pkt)
{
	struct ct_tuple reply;

	ct_tuple(pkt->ct, CT_DIR_REPLY, &reply);
	reply.src.ip = htobe32(OTHER);
	ct_nat_reply_set(lab->t, pkt, &reply);
}

static struct outcome ask_ours(const struct row *row, struct ct_tuple *tuple)
{
	const enum way ways[2] = { C2S, row->mirrored ? S2C : C2S };
	struct outcome o = { .clashes = 0 };
	struct packet pkt[2];
	struct ct_stats stats;
	struct wire w[2];
	struct lab lab;

	lab_open(&lab, NULL);
	ct_table_set_acct(lab.t, true);
	for (int i = 0; i < 2; i++) {
		make(&w[i], row, ways[i]);
		lab_in(&lab, &w[i], NF_INET_PRE_ROUTING, &pkt[i]);
	}
	ct_tuple(pkt[0].ct, CT_DIR_ORIGINAL, tuple);
	if (row->translated)
		translate(&lab, &pkt[1]);
	for (int i = 0; i < 2; i++)
		o.passed[i] = ct_confirm(lab.t, &pkt[i], &lab.now) ==
			      REASON_NONE;
	o.e.there = true;
	o.e.status = ct_status_bits(pkt[0].ct);
	o.e.timeout = (uint32_t)(ct_expires_ms(pkt[0].ct, &lab.now) / 1000);
	for (int d = 0; d < 2; d++)
		ct_acct(pkt[0].ct, (enum ct_dir)d, &o.e.packets[d],
			&o.e.bytes[d]);
	for (int i = 0; i < 2; i++)
		ct_packet_release(lab.t, &pkt[i]);
	ct_table_stats(lab.t, &stats);
	o.clashes = stats.clash_resolve;
	o.insert_failed = stats.insert_failed;
	o.drops = stats.drop;
	if (row->translated) {
		o.answered = our_answer(&lab);
		lab_wait(&lab, 1200);
		o.answered_late = our_answer(&lab);
	}
	lab_close(&lab);
	return o;
}

/* --- comparing ------------------------------------------------------------ */

static void say(const char *who, const struct outcome *o)
{
	printf("\t%s: passed %d %d, status 0x%x, timeout %u, packets %llu %llu, "
	       "clashes %llu, insert_failed %llu, drops %llu, answered %d %d\n",
	       who, o->passed[0], o->passed[1], o->e.status & ~NAT_BITS,
	       o->e.timeout, (unsigned long long)o->e.packets[0],
	       (unsigned long long)o->e.packets[1],
	       (unsigned long long)o->clashes,
	       (unsigned long long)o->insert_failed,
	       (unsigned long long)o->drops, o->answered, o->answered_late);
}

static bool same(const struct outcome *a, const struct outcome *b)
{
	return a->passed[0] == b->passed[0] && a->passed[1] == b->passed[1] &&
	       a->e.there == b->e.there &&
	       (a->e.status & ~NAT_BITS) == (b->e.status & ~NAT_BITS) &&
	       a->e.timeout - b->e.timeout + 2 < 5 &&
	       !memcmp(a->e.packets, b->e.packets, sizeof(a->e.packets)) &&
	       !memcmp(a->e.bytes, b->e.bytes, sizeof(a->e.bytes)) &&
	       a->clashes == b->clashes &&
	       a->insert_failed == b->insert_failed && a->drops == b->drops &&
	       a->answered == b->answered &&
	       a->answered_late == b->answered_late;
}

int main(int argc, char **argv)
{
	const bool verbose = argc > 1 && !strcmp(argv[1], "-v");
	struct outcome kernel, ours;
	unsigned failed = 0;
	struct ct_tuple tuple;
	struct queue q = { 0 };
	struct kernel k;

	if (!kernel_open(&k) || !kernel_load(held) || !queue_open(&q)) {
		fprintf(stderr, "SKIPPED: no namespace, or no NFQUEUE: %s\n",
			strerror(errno));
		return SKIPPED;
	}
	kernel_sysctl("/proc/sys/net/netfilter/nf_conntrack_acct", "1");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		ours = ask_ours(&rows[i], &tuple);
		kernel = ask_kernel(&k, &q, &rows[i], &tuple);
		if (!same(&kernel, &ours)) {
			printf("FAIL ");
			failed++;
		}
		if (verbose || !same(&kernel, &ours)) {
			printf("%s\n", rows[i].what);
			say("kernel", &kernel);
			say("ours", &ours);
		}
	}
	mnl_socket_close(q.nl);
	mnl_socket_close(k.nl);
	printf("%zu clashes, %u differ\n", ARRAY_LEN(rows), failed);
	return failed != 0;
}
