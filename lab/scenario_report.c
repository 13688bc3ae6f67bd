/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/scenario_report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lab/scenario_run.h"

/**
 * struct report - one under way
 * @number:	tests told so far
 */
struct report {
	const struct scenario_options *o;
	unsigned number, passed, failed;
	struct coverage coverage;
};

/* ---- forms --------------------------------------------------------------- */

static void tell_plain(struct report *r, const struct scenario *s,
		       const struct scenario_test *t,
		       const struct scenario_outcome *o)
{
	FILE *out = r->o->out;

	fprintf(out, "%s %s: %s\n", o->faults.len ? "FAIL" : "ok  ", s->path,
		t->name);
	for (size_t i = 0; i < o->faults.len; i++)
		fprintf(out, "     %s:%u: %s\n", s->path, o->faults.v[i].line,
			o->faults.v[i].text);
}

/* A TAP diagnostic: each line begins with #. */
static void put_commented(const char *text, FILE *out)
{
	for (; *text; text++) {
		fputc(*text, out);
		if (*text == '\n')
			fputs("# ", out);
	}
}

static void tell_tap(struct report *r, const struct scenario *s,
		     const struct scenario_test *t,
		     const struct scenario_outcome *o)
{
	FILE *out = r->o->out;

	fprintf(out, "%sok %u - ", o->faults.len ? "not " : "", r->number);
	for (const char *c = t->name; *c; c++)
		fputc(*c == '#' ? '_' : *c, out);
	fputc('\n', out);
	for (size_t i = 0; i < o->faults.len; i++) {
		fprintf(out, "# %s:%u: ", s->path, o->faults.v[i].line);
		put_commented(o->faults.v[i].text, out);
		fputc('\n', out);
	}
}

/* XML 1.0 has no words for control characters. */
static void put_xml(const char *text, FILE *out)
{
	static const char special[] = "<>&\"";
	static const char *const names[] = { "&lt;", "&gt;", "&amp;",
					     "&quot;" };
	const char *at;

	for (; *text; text++) {
		at = strchr(special, *text);
		if (at)
			fputs(names[at - special], out);
		else if ((unsigned char)*text < 0x20 && *text != '\n' &&
			 *text != '\t')
			fputc('?', out);
		else
			fputc(*text, out);
	}
}

static void tell_junit(struct report *r, const struct scenario *s,
		       const struct scenario_test *t,
		       const struct scenario_outcome *o)
{
	FILE *out = r->o->out;

	fputs("    <testcase classname=\"", out);
	put_xml(s->path, out);
	fputs("\" name=\"", out);
	put_xml(t->name, out);
	if (!o->faults.len) {
		fputs("\"/>\n", out);
		return;
	}
	fputs("\">\n", out);
	for (size_t i = 0; i < o->faults.len; i++) {
		fputs("      <failure message=\"", out);
		put_xml(s->path, out);
		fprintf(out, ":%u\">", o->faults.v[i].line);
		put_xml(o->faults.v[i].text, out);
		fputs("</failure>\n", out);
	}
	fputs("    </testcase>\n", out);
}

typedef void tell_fn(struct report *r, const struct scenario *s,
		     const struct scenario_test *t,
		     const struct scenario_outcome *o);

static tell_fn *const tells[] = {
	[SCENARIO_PLAIN] = tell_plain,
	[SCENARIO_TAP] = tell_tap,
	[SCENARIO_JUNIT] = tell_junit,
};

/* ---- files --------------------------------------------------------------- */

static int run_test(struct report *r, struct scenario *s,
		    const struct scenario_test *t)
{
	struct scenario_outcome outcome;
	int wrong;

	if (r->o->only && !strstr(t->name, r->o->only))
		return 0;
	wrong = scenario_run(s, t, r->o->coverage ? &r->coverage : NULL,
			     &outcome, r->o->err);
	if (!wrong) {
		r->number++;
		if (outcome.faults.len)
			r->failed++;
		else
			r->passed++;
		tells[r->o->format](r, s, t, &outcome);
	}
	scenario_outcome_fini(&outcome);
	return wrong;
}

static int run_file(struct report *r, const char *path)
{
	struct scenario s;
	int wrong = scenario_read(&s, path) ? 1 : 0;

	diags_print(s.diags, r->o->err);
	for (const struct scenario_test *t = s.tests; t && !wrong; t = t->next)
		wrong = run_test(r, &s, t);
	scenario_fini(&s);
	return wrong;
}

static void begin(const struct report *r)
{
	if (r->o->format == SCENARIO_TAP)
		fputs("TAP version 13\n", r->o->out);
	else if (r->o->format == SCENARIO_JUNIT)
		fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		      "<testsuites>\n  <testsuite name=\"nftvm\">\n",
		      r->o->out);
}

static void end(const struct report *r)
{
	if (r->o->format == SCENARIO_TAP)
		fprintf(r->o->out, "1..%u\n", r->number);
	else if (r->o->format == SCENARIO_JUNIT)
		fputs("  </testsuite>\n</testsuites>\n", r->o->out);
	else
		fprintf(r->o->out, "%u passed, %u failed\n", r->passed,
			r->failed);
}

int scenario_files(const struct scenario_options *o)
{
	struct report r = { .o = o };
	int wrong = 0;

	begin(&r);
	for (size_t i = 0; i < o->n_files; i++)
		wrong |= run_file(&r, o->files[i]);
	end(&r);
	if (o->coverage && !wrong &&
	    coverage_write(&r.coverage, o->coverage, o->out)) {
		fprintf(o->err, "nftvm: %s: %s\n", o->coverage,
			strerror(errno));
		wrong = 3;
	}
	coverage_fini(&r.coverage);
	return wrong ? wrong : r.failed ? 4 : 0;
}
