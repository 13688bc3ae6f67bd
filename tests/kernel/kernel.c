/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation: one fresh namespace a run. The harness' own table goes
 * in before the ruleset: at equal priority the hook registered last runs
 * first, so conntrack's confirm, which comes with the ruleset, still runs
 * before the harness' input chain that counts and drops what is delivered.
 * The entry is confirmed, the local stack never answers. The harness' output
 * chain, first of all, drops what the box says by itself (neighbour discovery,
 * MLD, IGMP), and gives ICMP errors the id 0, so that rules which look at ids
 * see the same here and there; what the harness' raw sockets send has an owner
 * and passes it by. Its table is cut out of the listing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bytecode.h"
#include "counters.h"
#include "kernel.h"
#include "netns.h"
#include "packet_text.h"
#include "process.h"

/* What nft monitor takes to begin, and to hear the last. */
#define MONITOR_MS 300

static const char harness_rules[] =
	"table inet twin {\n"
	"	counter delivered { }\n"
	"	chain input {\n"
	"		type filter hook input priority 2147483647\n"
	"		counter name delivered drop\n"
	"	}\n"
	"	chain quiet {\n"
	"		type filter hook output priority -2147483648\n"
	"		meta skuid 0 accept\n"
	"		icmp type { 3, 5, 11, 12 } ip id set 0\n"
	"		meta l4proto igmp drop\n"
	"		icmpv6 type { 130-136, 143 } drop\n"
	"	}\n"
	"}\n";

static uint64_t now_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * UINT64_C(1000000000) + ts.tv_nsec;
}

static int nft(const char *option, const char *arg, const char *in,
	       struct strbuf *out, struct result *r)
{
	const char *argv[] = { "nft", option, arg, "ruleset", NULL };
	struct strbuf err = STRBUF_INIT;
	int rc;

	if (in)
		argv[3] = NULL;
	rc = process_run(argv, in, out, &err);
	if (rc)
		result_fail(r, "nft %s: %s", option, strbuf_str(&err));
	strbuf_fini(&err);
	return rc ? -1 : 0;
}

static void pause_ms(long ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&ts, NULL);
}

/* Send one packet and note everything it causes. */
static int run_packet(struct netns *ns, struct counters *c, const char *line,
		      unsigned int flags, struct result *r)
{
	struct strbuf err = STRBUF_INIT;
	struct step s = { 0 };
	uint64_t before = counters_delivered(c);

	if (packet_text_parse(line, r->steps.len + 1, r, &s.in, &err)) {
		result_fail(r, "%s", strbuf_str(&err));
		strbuf_fini(&err);
		return -1;
	}
	s.time_ns = now_ns(CLOCK_REALTIME);
	netns_send(ns, &s.in);
	netns_collect(ns, &s.out);
	s.delivered = counters_delivered(c) - before;
	if (flags & KERNEL_HITS)
		counters_hits(c, &s);
	vec_push(&r->steps, s);
	return 0;
}

static int run_packets(struct netns *ns, struct counters *c,
		       const char *packets, unsigned int flags,
		       struct result *r)
{
	struct strbuf line = STRBUF_INIT;
	struct step nothing = { 0 };
	long ms;
	int rc = 0;

	netns_collect(ns, &nothing.out);
	if (flags & KERNEL_HITS)
		counters_hits(c, &nothing);
	while (!rc && next_line(&packets, &line)) {
		char *text = line.s, *hash = strchr(text, '#');

		if (hash)
			*hash = '\0';
		if (!*text)
			continue;
		ms = packet_text_pause_ms(text);
		if (ms >= 0)
			pause_ms(ms);
		else
			rc = run_packet(ns, c, text, flags, r);
	}
	for (size_t i = 0; i < nothing.out.len; i++)
		free(nothing.out.v[i].data);
	vec_fini(&nothing.out);
	vec_fini(&nothing.hits);
	strbuf_fini(&line);
	return rc;
}

/* Take the harness' table out of a listing. Deleting the table before would
 * let the box's chatter reach the counters that are about to be read. */
static void cut_harness(struct strbuf *listing)
{
	char *from = strstr(listing->s ? listing->s : "", "table inet twin ");
	char *end = from ? strstr(from, "\n}\n") : NULL;

	if (!end)
		return;
	memmove(from, end + 3, strlen(end + 3) + 1);
	listing->len = strlen(listing->s);
}

static int list_state(struct result *r, uint64_t last)
{
	static const char *const ct[] = { "conntrack", "-L", "-o", "extended",
					  NULL };
	static const char *const expect[2][7] = {
		{ "conntrack", "-L", "expect", "-f", "ipv4", NULL },
		{ "conntrack", "-L", "expect", "-f", "ipv6", NULL },
	};
	struct strbuf out = STRBUF_INIT;
	int rc = process_run(ct, NULL, &out, NULL);

	for (int i = 0; i < 2 && !rc; i++)
		rc = process_run(expect[i], NULL, &out, NULL);
	if (rc)
		result_fail(r, "conntrack -L: status %d", rc);
	r->listed_ns = now_ns(CLOCK_MONOTONIC) - last;
	result_add_entries(r, strbuf_str(&out));
	strbuf_reset(&out);
	if (!rc)
		rc = nft("-a", "list", NULL, &out, r);
	cut_harness(&out);
	result_add_counters(r, strbuf_str(&out));
	r->listing = strbuf_take(&out);
	return rc ? -1 : 0;
}

/* The packets, and meanwhile what nft says of those that are traced. It says
 * nothing before it listens, and takes a moment to hear the last. */
static int run_traced(struct netns *ns, struct counters *c,
		      const struct scenario *s, unsigned int flags,
		      struct result *r)
{
	static const char *const monitor[] = { "nft", "monitor", "trace",
					       NULL };
	struct strbuf out = STRBUF_INIT;
	struct process nft;
	long heard;
	int rc;

	if (!(flags & KERNEL_TRACE))
		return run_packets(ns, c, strbuf_str(&s->packets), flags, r);
	if (process_start(&nft, monitor)) {
		result_fail(r, "no nft monitor");
		return -1;
	}
	pause_ms(MONITOR_MS);
	rc = run_packets(ns, c, strbuf_str(&s->packets), flags, r);
	do {
		heard = process_written(&nft);
		pause_ms(MONITOR_MS);
	} while (process_written(&nft) != heard);
	r->trace_cut = !process_stop(&nft, &out);
	r->trace = strbuf_take(&out);
	return rc;
}

static int keep_bytecode(unsigned int flags, struct result *r)
{
	if (!(flags & KERNEL_BYTECODE))
		return 0;
	r->bytecode = bytecode_dump();
	if (!r->bytecode)
		result_fail(r, "the bytecode cannot be dumped");
	return r->bytecode ? 0 : -1;
}

static int run_in(struct netns *ns, const struct scenario *s,
		  unsigned int flags, struct result *r)
{
	struct counters *c = counters_open();
	int rc = -1;

	if (!c) {
		result_fail(r, "no netlink socket");
		return -1;
	}
	if (nft("-f", "-", harness_rules, NULL, r) == 0 &&
	    nft("-f", "-", strbuf_str(&s->rules), NULL, r) == 0 &&
	    keep_bytecode(flags, r) == 0 && run_traced(ns, c, s, flags, r) == 0)
		rc = list_state(r, now_ns(CLOCK_MONOTONIC));
	counters_close(c);
	return rc;
}

int kernel_run(const struct scenario *s, unsigned int flags, struct result *r)
{
	struct netns ns;
	int rc = netns_enter(&ns, strbuf_str(&s->host), r);

	if (!rc)
		rc = run_in(&ns, s, flags, r);
	netns_leave(&ns);
	return rc;
}
