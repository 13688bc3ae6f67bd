/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lines are compared in their order, without what differs by nature: ids,
 * and the lines of the harness' own table. nft 1.0.6 dies when it is told of
 * some packets (an authentication header): the line it died in and what would
 * have followed are no judge.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "process.h"
#include "trace.h"

static const char tracing[] =
	"table inet tracing {\n"
	"	chain every {\n"
	"		type filter hook prerouting priority -2147483648\n"
	"		meta nftrace set 1\n"
	"	}\n"
	"}\n";

void trace_rules(struct scenario *s)
{
	struct strbuf all = STRBUF_INIT;

	strbuf_puts(&all, tracing);
	strbuf_add(&all, strbuf_str(&s->rules), s->rules.len);
	strbuf_fini(&s->rules);
	s->rules = all;
}

static void explain(const char *program, const char *dir, size_t number,
		    struct strbuf *out, struct strbuf *report)
{
	static const char command[] =
		"cd \"$1\" && exec \"$2\" trace --format nft "
		"--checksums=verify -f rules.nft --host host "
		"--packet \"$3\" in.pcapng";
	char n[24];
	const char *argv[] = {
		"sh", "-c", command, "sh", dir, program, n, NULL
	};
	struct strbuf err = STRBUF_INIT;
	int rc;

	snprintf(n, sizeof(n), "%zu", number);
	rc = process_run(argv, NULL, out, &err);
	if (rc)
		strbuf_printf(report, "\tpacket %zu: exit status %d: %s\n",
			      number, rc, strbuf_str(&err));
	strbuf_fini(&err);
}

/* Chains within rules: nft 1.0.6's monitor does not know their rules, and their
 * names are numbered by the kernel, for all namespaces. What is left of such a
 * line is the verdict; of another, the name without its number. */
static void plain_own_chains(struct strbuf *line)
{
	char *at = strstr(line->s, "__chain"), *verdict;
	size_t digits;

	if (!at)
		return;
	at += strlen("__chain");
	verdict = strrchr(line->s, '(');
	digits = strspn(at, "0123456789");
	if (!strchr(at, '(') || !verdict || verdict < at) {
		memmove(at, at + digits, strlen(at + digits) + 1);
	} else {
		*at++ = ' ';
		memmove(at, verdict, strlen(verdict) + 1);
	}
	line->len = strlen(line->s);
}

/* The next line that counts, without its id; false at the end. */
static bool line_next(const char **text, struct strbuf *line)
{
	while (next_line(text, line)) {
		const char *s = strbuf_str(line);
		char *rest;

		if (strncmp(s, "trace id ", 9) || strstr(s, " inet twin "))
			continue;
		rest = strchr(s + 9, ' ');
		if (!rest)
			continue;
		memmove(line->s, rest + 1, strlen(rest + 1) + 1);
		line->len = strlen(line->s);
		plain_own_chains(line);
		return true;
	}
	return false;
}

unsigned int trace_judge(const char *program, const char *dir,
			 const struct result *kernel, unsigned int *lines,
			 struct strbuf *report)
{
	struct strbuf ours = STRBUF_INIT, a = STRBUF_INIT, b = STRBUF_INIT;
	const char *theirs = kernel->trace, *text;
	unsigned int n = 0;
	bool more_a, more_b;

	for (size_t i = 1; i <= kernel->steps.len; i++)
		explain(program, dir, i, &ours, report);
	text = strbuf_str(&ours);
	for (;;) {
		more_a = line_next(&theirs, &a);
		more_b = line_next(&text, &b);
		if (!more_a && (!more_b || kernel->trace_cut))
			break;
		if (kernel->trace_cut && !strchr(theirs, '\n'))
			break;
		++*lines;
		if (more_a && more_b && !strcmp(strbuf_str(&a), strbuf_str(&b)))
			continue;
		strbuf_printf(report, "\tkernel: %s\n\tnftvm:  %s\n",
			      more_a ? strbuf_str(&a) : "(nothing)",
			      more_b ? strbuf_str(&b) : "(nothing)");
		if (++n == 10)
			break;
	}
	strbuf_fini(&ours);
	strbuf_fini(&a);
	strbuf_fini(&b);
	return n;
}
