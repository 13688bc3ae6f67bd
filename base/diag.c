/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/diag.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "base/vec.h"

/* More than these are counted, not kept: a broken 100,000-line file must not
 * print 100,000 records. */
#define DIAG_KEEP 50

/* Bytes of a line that are shown, and how many of a longer one before the
 * place that is meant. */
#define LINE_SHOWN  400
#define LINE_BEFORE 60
/* Bytes of a message, which may quote a word of any length. */
#define MESSAGE_MAX 1000

struct source {
	char *name;
	char *text;
	size_t len;
	struct loc from;
};

struct record {
	bool is_error;
	struct loc loc, other;
	char *message;
	char *hint;
};

struct diags {
	VEC(struct source) sources;
	VEC(struct record) records;
	unsigned errors;
	unsigned suppressed;
};

struct diags *diags_new(void)
{
	return xzalloc(sizeof(struct diags));
}

void diags_clear(struct diags *d)
{
	struct record *r;

	vec_foreach(&d->records, r) {
		free(r->message);
		free(r->hint);
	}
	d->records.len = 0;
	d->errors = d->suppressed = 0;
}

void diags_free(struct diags *d)
{
	struct source *s;

	if (!d)
		return;
	diags_clear(d);
	vec_foreach(&d->sources, s) {
		free(s->name);
		free(s->text);
	}
	vec_fini(&d->sources);
	vec_fini(&d->records);
	free(d);
}

static uint32_t source_add_owned(struct diags *d, const char *name, char *text,
				 size_t len, const struct loc *from)
{
	struct source *s = vec_add(&d->sources);

	s->name = xstrdup(name);
	s->text = text;
	s->len = len;
	if (from)
		s->from = *from;
	return (uint32_t)d->sources.len;
}

uint32_t diag_source_add(struct diags *d, const char *name, const char *text,
			 size_t len, const struct loc *from)
{
	char *copy = xmalloc(len + 1);

	memcpy(copy, text, len);
	copy[len] = '\0';
	return source_add_owned(d, name, copy, len, from);
}

static int read_all(FILE *f, struct strbuf *b)
{
	char chunk[65536];
	size_t n;

	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0) {
		if (b->len + n >= UINT32_MAX)
			return -EFBIG;
		strbuf_add(b, chunk, n);
	}
	return ferror(f) ? (errno ? -errno : -EIO) : 0;
}

int64_t diag_source_file(struct diags *d, const char *path,
			 const struct loc *from)
{
	bool is_stdin = !strcmp(path, "-");
	struct strbuf b = STRBUF_INIT;
	struct stat st;
	size_t len;
	FILE *f;
	int err;

	f = is_stdin ? stdin : fopen(path, "re");
	if (!f)
		return -errno;
	errno = 0;
	if (!fstat(fileno(f), &st) && S_ISDIR(st.st_mode))
		err = -EISDIR;
	else
		err = read_all(f, &b);
	if (!is_stdin)
		fclose(f);
	if (err) {
		strbuf_fini(&b);
		return err;
	}
	len = b.len;
	return source_add_owned(d, is_stdin ? "<stdin>" : path, strbuf_take(&b),
				len, from);
}

static const struct source *source_at(const struct diags *d, uint32_t source)
{
	assert(source >= 1 && source <= d->sources.len);
	return &d->sources.v[source - 1];
}

const char *diag_source_text(const struct diags *d, uint32_t source,
			     size_t *len)
{
	const struct source *s = source_at(d, source);

	if (len)
		*len = s->len;
	return s->text;
}

const char *diag_source_name(const struct diags *d, uint32_t source)
{
	return source_at(d, source)->name;
}

unsigned diag_line(const struct diags *d, uint32_t source, uint32_t offset)
{
	const struct source *s = source_at(d, source);
	unsigned line = 1;

	for (size_t i = 0; i < offset && i < s->len; i++)
		line += s->text[i] == '\n';
	return line;
}

static int queue(struct diags *d, bool is_error, const struct loc *loc,
		 const struct loc *other, const char *fmt, va_list ap)
{
	struct record *r;

	d->errors += is_error;
	if (d->records.len >= DIAG_KEEP) {
		d->suppressed++;
		return is_error ? -1 : 0;
	}
	r = vec_add(&d->records);
	r->is_error = is_error;
	if (loc)
		r->loc = *loc;
	if (other)
		r->other = *other;
	if (vasprintf(&r->message, fmt, ap) < 0)
		xalloc_failed(0);
	if (strlen(r->message) > MESSAGE_MAX + 3)
		strcpy(r->message + MESSAGE_MAX, "...");
	return is_error ? -1 : 0;
}

int diag_error(struct diags *d, const struct loc *loc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	queue(d, true, loc, NULL, fmt, ap);
	va_end(ap);
	return -1;
}

int diag_error2(struct diags *d, const struct loc *loc, const struct loc *other,
		const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	queue(d, true, loc, other, fmt, ap);
	va_end(ap);
	return -1;
}

int diag_warning(struct diags *d, const struct loc *loc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	queue(d, false, loc, NULL, fmt, ap);
	va_end(ap);
	return 0;
}

void diag_hint(struct diags *d, const char *fmt, ...)
{
	struct record *r;
	va_list ap;

	if (!d->records.len || d->suppressed)
		return;
	r = &d->records.v[d->records.len - 1];
	free(r->hint);
	va_start(ap, fmt);
	if (vasprintf(&r->hint, fmt, ap) < 0)
		xalloc_failed(0);
	va_end(ap);
}

/* Damerau-Levenshtein distance (adjacent transpositions), at most 32 long. */
static unsigned distance(const char *a, const char *b)
{
	unsigned rows[3][34], *two = rows[0], *one = rows[1], *cur = rows[2];
	size_t la = strlen(a), lb = strlen(b);
	unsigned *swap;

	if (la > 32 || lb > 32)
		return 99;
	for (size_t j = 0; j <= lb; j++)
		one[j] = (unsigned)j;
	for (size_t i = 1; i <= la; i++) {
		cur[0] = (unsigned)i;
		for (size_t j = 1; j <= lb; j++) {
			unsigned sub = one[j - 1] + (a[i - 1] != b[j - 1]);

			cur[j] = MIN(sub, MIN(one[j], cur[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				cur[j] = MIN(cur[j], two[j - 2] + 1);
		}
		swap = two;
		two = one;
		one = cur;
		cur = swap;
	}
	return one[lb];
}

const char *diag_nearest(const char *word, const char *const *names, size_t len)
{
	unsigned best = 1 + (unsigned)strlen(word) / 3;
	const char *found = NULL;

	for (size_t i = 0; i < len; i++) {
		unsigned n = names[i] ? distance(word, names[i]) : 99;

		if (n > 0 && n <= best && (!found || n < best)) {
			best = n;
			found = names[i];
		}
	}
	return found;
}

unsigned diags_errors(const struct diags *d)
{
	return d->errors;
}

/* The line that a byte of a source stands in. */
struct line {
	const char *s;
	size_t len;
	size_t start; /* offset of its first byte */
	unsigned no;
};

static struct line line_of(const struct diags *d, uint32_t source,
			   uint32_t offset)
{
	const struct source *src = source_at(d, source);
	size_t at = MIN((size_t)offset, src->len), end;
	struct line l;

	l.no = diag_line(d, source, (uint32_t)at);
	while (at > 0 && src->text[at - 1] != '\n')
		at--;
	for (end = at; end < src->len && src->text[end] != '\n'; end++)
		;
	l.s = src->text + at;
	l.len = end - at;
	l.start = at;
	return l;
}

/* The part of a line that is shown: what is around the location, when it is
 * longer than anybody wrote by hand. */
static struct line window_of(const struct line *l, uint32_t at)
{
	struct line w = *l;
	size_t from = at - l->start;

	if (l->len <= LINE_SHOWN)
		return w;
	from -= MIN(from, (size_t)LINE_BEFORE);
	w.s += from;
	w.start += from;
	w.len = MIN(l->len - from, (size_t)LINE_SHOWN);
	return w;
}

/* Marks for the bytes of @loc that stand in line @l: one per column, tabs of
 * the line kept so that the marks stand below their text. */
static void mark(char *marks, const struct line *l, const struct loc *loc,
		 uint32_t source, char c)
{
	size_t from, to;

	if (loc->source != source || loc->end < l->start)
		return;
	from = loc->start > l->start ? loc->start - l->start : 0;
	to = loc->end - l->start;
	if (to <= from)
		to = from + 1;
	for (size_t i = from; i < to && i <= l->len; i++)
		marks[i] = c;
}

/* Control bytes of hostile text must not reach a terminal. */
static void print_line(FILE *out, const struct line *l)
{
	for (size_t i = 0; i < l->len; i++) {
		unsigned char c = (unsigned char)l->s[i];

		fputc(c == '\t' || (c >= 0x20 && c != 0x7f) ? c : '?', out);
	}
	fputc('\n', out);
}

static void print_marks(FILE *out, const struct record *r, const struct line *l)
{
	char *marks = xmalloc(l->len + 2);
	size_t n = l->len + 1;

	for (size_t i = 0; i < n; i++)
		marks[i] = i < l->len && l->s[i] == '\t' ? '\t' : ' ';
	mark(marks, l, &r->other, r->loc.source, '~');
	mark(marks, l, &r->loc, r->loc.source, '^');
	while (n && (marks[n - 1] == ' ' || marks[n - 1] == '\t'))
		n--;
	fwrite(marks, 1, n, out);
	fputc('\n', out);
	free(marks);
}

static void print_chain(const struct diags *d, FILE *out, uint32_t source)
{
	const struct loc *from = &source_at(d, source)->from;

	if (!from->source)
		return;
	print_chain(d, out, from->source);
	fprintf(out, "In file included from %s:%u:\n",
		source_at(d, from->source)->name,
		diag_line(d, from->source, from->start));
}

static void print_record(const struct diags *d, FILE *out,
			 const struct record *r)
{
	const char *kind = r->is_error ? "error" : "warning";
	struct line l;
	unsigned first, last;

	if (!r->loc.source) {
		fprintf(out, "nftvm: %s: %s\n", kind, r->message);
	} else {
		l = line_of(d, r->loc.source, r->loc.start);
		first = (unsigned)(r->loc.start - l.start) + 1;
		last = r->loc.end > r->loc.start
			       ? (unsigned)(r->loc.end - l.start)
			       : first;
		last = MIN(last, MAX((unsigned)l.len, first));
		print_chain(d, out, r->loc.source);
		fprintf(out, "%s:%u:%u-%u: %s: %s\n",
			source_at(d, r->loc.source)->name, l.no, first, last,
			kind, r->message);
		l = window_of(&l, r->loc.start);
		print_line(out, &l);
		print_marks(out, r, &l);
	}
	if (r->hint)
		fprintf(out, "hint: %s\n", r->hint);
}

void diags_print(const struct diags *d, FILE *out)
{
	const struct record *r;

	vec_foreach(&d->records, r)
		print_record(d, out, r);
	if (d->suppressed)
		fprintf(out, "nftvm: %u more not shown\n", d->suppressed);
}
