/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "bytecode.h"
#include "packet_text.h"
#include "result.h"

static void step_fini(struct step *s)
{
	for (size_t i = 0; i < s->out.len; i++)
		free(s->out.v[i].data);
	vec_fini(&s->out);
	vec_fini(&s->hits);
	free(s->in.data);
	free(s->said);
}

void result_fini(struct result *r)
{
	for (size_t i = 0; i < r->steps.len; i++)
		step_fini(&r->steps.v[i]);
	for (size_t i = 0; i < r->entries.len; i++)
		free(r->entries.v[i]);
	for (size_t i = 0; i < r->counters.len; i++)
		free(r->counters.v[i].key);
	vec_fini(&r->steps);
	vec_fini(&r->entries);
	vec_fini(&r->counters);
	bytecode_free(r->bytecode);
	free(r->listing);
	free(r->trace);
	free(r->error);
	memset(r, 0, sizeof(*r));
}

const struct step *result_step(const struct result *r, size_t number)
{
	return number && number <= r->steps.len ? &r->steps.v[number - 1]
						: NULL;
}

void result_fail(struct result *r, const char *fmt, ...)
{
	va_list ap;

	if (r->error)
		return;
	va_start(ap, fmt);
	if (vasprintf(&r->error, fmt, ap) < 0)
		r->error = xstrdup(fmt);
	va_end(ap);
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void result_add_entries(struct result *r, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		/* connections, and expectations, which begin with their time */
		if (!strncmp(text, "ipv4 ", 5) || !strncmp(text, "ipv6 ", 5) ||
		    isdigit((unsigned char)*text))
			vec_push(&r->entries, strndup(text, len));
		text += len + (text[len] == '\n');
	}
	if (r->entries.len)
		qsort(r->entries.v, r->entries.len, sizeof(char *),
		      compare_lines);
}

/* "counter packets P bytes B" at @at: its numbers; their end, or NULL. */
static const char *read_counter(const char *at, struct counter *c)
{
	unsigned long long packets, bytes;
	int n = 0;

	if (sscanf(at, "packets %llu bytes %llu%n", &packets, &bytes, &n) < 2)
		return NULL;
	c->packets = packets;
	c->bytes = bytes;
	return at + n;
}

/* The counters of one line; the key is @where and the line without them. */
static void add_line_counters(struct result *r, const char *where,
			      const char *line)
{
	const char *from = line, *at, *end;
	struct counter c = { 0 };
	struct strbuf key = STRBUF_INIT;

	while ((at = strstr(from, "packets "))) {
		end = read_counter(at, &c);
		if (!end) {
			from = at + 1;
			continue;
		}
		strbuf_printf(&key, "%s: %.*s#%s", where, (int)(at - line),
			      line, end);
		c.key = strbuf_take(&key);
		vec_push(&r->counters, c);
		line = from = end;
	}
}

/*
 * A listing is read by its shape alone: "table F N {" and one level further
 * in "chain N {", "set N {" ... say where we are; a rule is a line inside.
 */
void result_add_counters(struct result *r, const char *listing)
{
	char table[128] = "", block[128] = "";
	struct strbuf where = STRBUF_INIT, line = STRBUF_INIT;
	unsigned int ordinal = 0;

	for (; *listing; listing += *listing == '\n') {
		size_t len = strcspn(listing, "\n");
		const char *text;

		strbuf_reset(&line);
		strbuf_add(&line, listing, len);
		text = strbuf_str(&line);
		if (len > 2 && !strncmp(text, "table ", 6)) {
			snprintf(table, sizeof(table), "%.*s",
				 (int)strcspn(text + 6, "{"), text + 6);
		} else if (text[0] == '\t' && text[1] != '\t') {
			snprintf(block, sizeof(block), "%.*s",
				 (int)strcspn(text + 1, "{"), text + 1);
			ordinal = 0;
		} else if (text[0] == '\t') {
			strbuf_reset(&where);
			strbuf_printf(&where, "%s%s%u", table, block,
				      ++ordinal);
			add_line_counters(r, strbuf_str(&where), text + 2);
		}
		listing += len;
	}
	strbuf_fini(&where);
	strbuf_fini(&line);
}

static void write_frame(FILE *f, const char *what, const struct frame *fr)
{
	struct strbuf b = STRBUF_INIT;

	packet_text_describe(&b, fr->data, fr->len);
	fprintf(f, "%s %s: %s\n\t\t", what, fr->link, strbuf_str(&b));
	for (size_t i = 0; i < fr->len; i++)
		fprintf(f, "%02x", fr->data[i]);
	fputc('\n', f);
	strbuf_fini(&b);
}

void result_write(const struct result *r, FILE *f)
{
	if (r->error)
		fprintf(f, "error: %s\n", r->error);
	for (size_t i = 0; i < r->steps.len; i++) {
		const struct step *s = &r->steps.v[i];

		fprintf(f, "packet %zu:", i + 1);
		write_frame(f, " in", &s->in);
		for (size_t j = 0; j < s->out.len; j++)
			write_frame(f, "\tout", &s->out.v[j]);
		if (s->delivered)
			fprintf(f, "\tdelivered %llu\n",
				(unsigned long long)s->delivered);
		if (s->said)
			fprintf(f, "\t%s\n", s->said);
	}
	for (size_t i = 0; i < r->entries.len; i++)
		fprintf(f, "entry: %s\n", r->entries.v[i]);
	for (size_t i = 0; i < r->counters.len; i++)
		fprintf(f, "counter: %llu/%llu %s\n",
			(unsigned long long)r->counters.v[i].packets,
			(unsigned long long)r->counters.v[i].bytes,
			r->counters.v[i].key);
	if (r->listing)
		fputs(r->listing, f);
}
