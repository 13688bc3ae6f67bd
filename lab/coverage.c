/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/coverage.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "base/strmap.h"

/* The line of a place, a new one if it was none yet. */
static struct coverage_line *line_of(struct coverage *c, const char *file,
				     unsigned line)
{
	struct strbuf place = STRBUF_INIT;
	uintptr_t number;

	if (!c->places)
		c->places = strmap_new();
	strbuf_printf(&place, "%s:%u", file, line);
	number = (uintptr_t)strmap_get(c->places, strbuf_str(&place));
	if (!number) {
		*vec_add(&c->lines) =
			(struct coverage_line){ .file = xstrdup(file),
						.line = line };
		number = c->lines.len;
		strmap_put(c->places, strbuf_str(&place), (void *)number);
	}
	strbuf_fini(&place);
	return &c->lines.v[number - 1];
}

static void add_rule(struct coverage *c, const struct nftvm *nv,
		     const struct vm_rule *rule)
{
	const struct loc *loc = &engine_rule(rule)->cmd_loc;
	struct strbuf text = STRBUF_INIT;
	struct coverage_line *l;

	if (!loc->source)
		return;
	l = line_of(c, diag_source_name(nv->diags, loc->source),
		    diag_line(nv->diags, loc->source, loc->start));
	if (!l->rule) {
		engine_list_rule(nv, rule, &text);
		l->rule = strbuf_take(&text);
	}
	l->hits += vm_rule_hits(rule);
}

void coverage_add(struct coverage *c, const struct nftvm *nv)
{
	const struct vm_chain *chain = NULL;
	const struct vm_rule *r;

	while ((chain = vm_chain_next(nv->vm, chain)))
		for (r = vm_rule_next(chain, NULL); r;
		     r = vm_rule_next(chain, r))
			add_rule(c, nv, r);
}

size_t coverage_reached(const struct coverage *c)
{
	const struct coverage_line *l;
	size_t n = 0;

	vec_foreach(&c->lines, l)
		n += l->hits > 0;
	return n;
}

static int line_cmp(const void *a, const void *b)
{
	const struct coverage_line *x = a, *y = b;
	int by_file = strcmp(x->file, y->file);

	return by_file ? by_file : (x->line > y->line) - (x->line < y->line);
}

/* A sorted copy, to be free()d. */
static struct coverage_line *sorted(const struct coverage *c)
{
	struct coverage_line *v =
		xmalloc((c->lines.len + 1) * sizeof(struct coverage_line));

	if (c->lines.len) {
		memcpy(v, c->lines.v, c->lines.len * sizeof(*v));
		qsort(v, c->lines.len, sizeof(*v), line_cmp);
	}
	return v;
}

static void put_text(const struct coverage *c, FILE *out)
{
	struct coverage_line *v = sorted(c);
	const size_t n = c->lines.len;

	fprintf(out, "rules reached: %zu of %zu\n", coverage_reached(c), n);
	for (size_t i = 0; i < n; i++)
		if (v[i].hits)
			fprintf(out, "%10llu  %s:%u: %s\n",
				(unsigned long long)v[i].hits, v[i].file,
				v[i].line, v[i].rule);
	for (size_t i = 0; i < n; i++)
		if (!v[i].hits)
			fprintf(out, "     never  %s:%u: %s\n", v[i].file,
				v[i].line, v[i].rule);
	free(v);
}

/* geninfo(1), "FILES": a record a source. */
static void put_lcov(const struct coverage *c, FILE *out)
{
	struct coverage_line *v = sorted(c);
	const size_t n = c->lines.len;

	for (size_t i = 0, end; i < n; i = end) {
		size_t hit = 0;
		char *path = realpath(v[i].file, NULL);

		fprintf(out, "TN:nftvm\nSF:%s\n", path ? path : v[i].file);
		free(path);
		for (end = i; end < n && !strcmp(v[end].file, v[i].file);
		     end++) {
			fprintf(out, "DA:%u,%llu\n", v[end].line,
				(unsigned long long)v[end].hits);
			hit += v[end].hits > 0;
		}
		fprintf(out, "LF:%zu\nLH:%zu\nend_of_record\n", end - i, hit);
	}
	free(v);
}

int coverage_write(const struct coverage *c, const char *path, FILE *out)
{
	const size_t len = strlen(path);
	const bool lcov = len > 5 && !strcmp(path + len - 5, ".info");
	FILE *f = strcmp(path, "-") ? fopen(path, "w") : out;
	int err;

	if (!f)
		return -1;
	if (lcov)
		put_lcov(c, f);
	else
		put_text(c, f);
	err = ferror(f);
	if (f != out)
		err |= fclose(f);
	return err ? -1 : 0;
}

void coverage_fini(struct coverage *c)
{
	struct coverage_line *l;

	vec_foreach(&c->lines, l) {
		free(l->file);
		free(l->rule);
	}
	vec_fini(&c->lines);
	strmap_free(c->places);
}
