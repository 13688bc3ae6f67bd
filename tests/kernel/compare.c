/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/byteorder.h"
#include "compare.h"
#include "packet_text.h"

/**
 * struct pair - the two sides of a comparison and what was found
 */
struct pair {
	const char *a_name, *b_name;
	const struct result *a, *b;
	struct strbuf *report;
	unsigned int differences;
};

/* ---- packets ------------------------------------------------------------- */

static size_t l4_offset(const struct frame *f)
{
	return f->data[0] >> 4 == 6 ? 40 : (f->data[0] & 15) * 4;
}

/* An error that says something about another packet, or a reset. */
static bool is_answer(const struct frame *f)
{
	bool v6 = f->len && f->data[0] >> 4 == 6;
	size_t off = f->len >= 20 ? l4_offset(f) : 0;
	uint8_t proto, type;

	if (!off || f->len < off + 14)
		return false;
	proto = v6 ? f->data[6] : f->data[9];
	type = f->data[off];
	if (proto == IPPROTO_TCP)
		return f->data[off + 13] & 4;
	if (v6)
		return proto == IPPROTO_ICMPV6 && (type < 128 || type == 137);
	return proto == IPPROTO_ICMP &&
	       (type == 3 || type == 5 || type == 11 || type == 12);
}

/* Did the box make @f itself? Then it is an answer, and @in is none like it. */
static bool is_made(const struct frame *f, const struct frame *in)
{
	size_t fo, io;

	if (!is_answer(f))
		return false;
	if (!is_answer(in))
		return true;
	fo = l4_offset(f);
	io = l4_offset(in);
	if (f->data[0] >> 4 == 6)
		return f->data[6] != in->data[6] || f->data[fo] != in->data[io];
	return f->data[9] != in->data[9] ||
	       (f->data[9] == IPPROTO_ICMP && f->data[fo] != in->data[io]);
}

/* The fragment header's id of an IPv6 packet, or NULL. */
static uint8_t *frag6_id(const struct frame *f)
{
	size_t off = 40;
	uint8_t next;

	if (f->len < 48 || f->data[0] >> 4 != 6)
		return NULL;
	next = f->data[6];
	while ((next == IPPROTO_HOPOPTS || next == IPPROTO_ROUTING ||
		next == IPPROTO_DSTOPTS) &&
	       off + 8 <= f->len) {
		next = f->data[off];
		off += (f->data[off + 1] + 1) * 8;
	}
	return next == IPPROTO_FRAGMENT && off + 8 <= f->len ? f->data + off + 4
							     : NULL;
}

/* A copy of @f in which everything that is drawn by chance is zero. */
static struct frame blanked(const struct frame *f, const struct frame *in)
{
	struct frame c = *f;
	uint8_t *id, *in_id = frag6_id(in);

	c.data = xmemdup(f->data, f->len);
	id = frag6_id(&c);
	if (id && !(in_id && !memcmp(id, in_id, 4) && f->len == in->len))
		memset(id, 0, 4);
	if (!is_made(f, in))
		return c;
	if (c.data[0] >> 4 == 6) {
		c.data[1] &= 0xf0;
		memset(c.data + 2, 0, 2);
	} else {
		memset(c.data + 4, 0, 2);
		memset(c.data + 10, 0, 2);
	}
	return c;
}

static bool same_frame(const struct frame *a, const struct frame *b,
		       const struct frame *in)
{
	struct frame x, y;
	bool same;

	if (strcmp(a->link, b->link) || a->len != b->len)
		return false;
	x = blanked(a, in);
	y = blanked(b, in);
	same = !memcmp(x.data, y.data, x.len);
	free(x.data);
	free(y.data);
	return same;
}

/* Pieces that the box cut of one packet carry one id, whichever it drew. */
static bool cut_under_one_id(const struct step *s)
{
	const uint8_t *first = NULL, *id;

	for (size_t i = 0; i < s->out.len; i++) {
		id = frag6_id(&s->out.v[i]);
		if (id && first && memcmp(id, first, 4))
			return false;
		first = id;
	}
	return true;
}

static bool same_outcome(const struct step *a, const struct step *b)
{
	if (cut_under_one_id(a) != cut_under_one_id(b))
		return false;
	if (a->delivered != b->delivered || a->out.len != b->out.len)
		return false;
	for (size_t i = 0; i < a->out.len; i++)
		if (!same_frame(&a->out.v[i], &b->out.v[i], &a->in))
			return false;
	return true;
}

static void say_outcome(struct strbuf *r, const char *who, const struct step *s)
{
	strbuf_printf(r, "\t\t%s: ", who);
	for (size_t i = 0; i < s->out.len; i++) {
		strbuf_printf(r, "%sout %s ", i ? "; " : "", s->out.v[i].link);
		packet_text_describe(r, s->out.v[i].data, s->out.v[i].len);
	}
	if (s->delivered)
		strbuf_printf(r, "delivered to the host %llu times",
			      (unsigned long long)s->delivered);
	if (!s->out.len && !s->delivered)
		strbuf_puts(r, "nothing");
	if (s->said)
		strbuf_printf(r, " (%s)", s->said);
	strbuf_putc(r, '\n');
}

/* Where the bytes of the first differing pair of packets part. */
static void say_bytes(struct strbuf *r, const struct step *a,
		      const struct step *b)
{
	for (size_t i = 0; i < MIN(a->out.len, b->out.len); i++) {
		struct frame x = blanked(&a->out.v[i], &a->in);
		struct frame y = blanked(&b->out.v[i], &a->in);
		size_t at = 0, end = MIN(x.len, y.len);

		while (at < end && x.data[at] == y.data[at])
			at++;
		if (at < end)
			strbuf_printf(r,
				      "\t\tat byte %zu: %02x instead of %02x\n",
				      at, y.data[at], x.data[at]);
		free(x.data);
		free(y.data);
	}
}

static void compare_steps(struct pair *p)
{
	if (p->a->steps.len != p->b->steps.len) {
		p->differences++;
		strbuf_printf(p->report, "\t%zu packets: %s, %zu: %s\n",
			      p->a->steps.len, p->a_name, p->b->steps.len,
			      p->b_name);
		return;
	}
	for (size_t i = 0; i < p->a->steps.len; i++) {
		const struct step *a = &p->a->steps.v[i];
		const struct step *b = &p->b->steps.v[i];

		if (same_outcome(a, b))
			continue;
		p->differences++;
		strbuf_printf(p->report, "\tpacket %zu, %s> ", i + 1,
			      a->in.link);
		packet_text_describe(p->report, a->in.data, a->in.len);
		strbuf_putc(p->report, '\n');
		say_outcome(p->report, p->a_name, a);
		say_outcome(p->report, p->b_name, b);
		say_bytes(p->report, a, b);
	}
}

/* ---- connections --------------------------------------------------------- */

/* A line of the listing, its timeout taken out: "... tcp 6 @ ESTABLISHED"; an
 * expectation: "@ proto=6 src=...". */
static char *split_entry(const char *line, long *timeout)
{
	int at = 0, end = 0;
	char *key = NULL;

	*timeout = 0;
	if (sscanf(line, "%ld proto=%*d%n", timeout, &at) == 1 && at)
		return xstrdup(strchr(line, ' '));
	if (sscanf(line, "%*s %*u %*s %*u %n%ld%n", &at, timeout, &end) < 1)
		return xstrdup(line);
	if (asprintf(&key, "%.*s@%s", at, line, line + end) < 0)
		return xstrdup(line);
	return key;
}

struct entry {
	char *key;
	long timeout;
};

static int compare_entry(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int c = strcmp(x->key, y->key);

	return c ? c : (x->timeout > y->timeout) - (x->timeout < y->timeout);
}

static struct entry *sorted_entries(const struct result *r)
{
	struct entry *e = xcalloc(r->entries.len + 1, sizeof(*e));

	for (size_t i = 0; i < r->entries.len; i++)
		e[i].key = split_entry(r->entries.v[i], &e[i].timeout);
	qsort(e, r->entries.len, sizeof(*e), compare_entry);
	return e;
}

static void say_entry(struct pair *p, const char *who, const struct entry *e)
{
	p->differences++;
	strbuf_printf(p->report, "\tonly %s has: %s\n", who, e->key);
}

static void compare_entries(struct pair *p)
{
	struct entry *a = sorted_entries(p->a), *b = sorted_entries(p->b);
	size_t an = p->a->entries.len, bn = p->b->entries.len, i = 0, j = 0;
	long slack = 1 + (MAX(p->a->listed_ns, p->b->listed_ns) + 999999999) /
				 1000000000;

	while (i < an || j < bn) {
		int c = i == an ? 1 : j == bn ? -1 : strcmp(a[i].key, b[j].key);

		if (c < 0) {
			say_entry(p, p->a_name, &a[i++]);
		} else if (c > 0) {
			say_entry(p, p->b_name, &b[j++]);
		} else {
			if (labs(a[i].timeout - b[j].timeout) > slack) {
				p->differences++;
				strbuf_printf(p->report,
					      "\ttimeout: %s %ld, %s %ld: %s\n",
					      p->a_name, a[i].timeout,
					      p->b_name, b[j].timeout,
					      a[i].key);
			}
			i++, j++;
		}
	}
	for (i = 0; i < an; i++)
		free(a[i].key);
	for (j = 0; j < bn; j++)
		free(b[j].key);
	free(a);
	free(b);
}

/* ---- counters ------------------------------------------------------------ */

/* The part of a key that says where the counter stands. */
static size_t place_len(const char *key)
{
	const char *colon = strstr(key, ": ");

	return colon ? (size_t)(colon - key) : strlen(key);
}

static bool same_place(const struct counter *a, const struct counter *b)
{
	size_t n = place_len(a->key);

	return n == place_len(b->key) && !strncmp(a->key, b->key, n);
}

static void compare_counters(struct pair *p)
{
	size_t an = p->a->counters.len, bn = p->b->counters.len;

	for (size_t i = 0; i < MAX(an, bn); i++) {
		const struct counter *a = &p->a->counters.v[i];
		const struct counter *b = &p->b->counters.v[i];

		if (i >= an || i >= bn || !same_place(a, b)) {
			p->differences++;
			strbuf_printf(p->report,
				      "\tcounter %zu: %s has %s, %s has %s\n",
				      i + 1, p->a_name, i < an ? a->key : "no",
				      p->b_name, i < bn ? b->key : "no");
			return;
		}
		if (a->packets == b->packets && a->bytes == b->bytes)
			continue;
		p->differences++;
		strbuf_printf(
			p->report,
			"\tcounter: %s %llu packets %llu bytes, %s %llu packets %llu bytes: %s\n",
			p->a_name, (unsigned long long)a->packets,
			(unsigned long long)a->bytes, p->b_name,
			(unsigned long long)b->packets,
			(unsigned long long)b->bytes, a->key);
	}
}

unsigned int compare_results(const char *a_name, const struct result *a,
			     const char *b_name, const struct result *b,
			     struct strbuf *report)
{
	struct pair p = { a_name, b_name, a, b, report, 0 };

	for (size_t i = 0; i < 2; i++) {
		const struct result *r = i ? b : a;

		if (!r->error)
			continue;
		strbuf_printf(report, "\t%s: %s\n", i ? b_name : a_name,
			      r->error);
		p.differences++;
	}
	if (p.differences)
		return p.differences;
	compare_steps(&p);
	compare_entries(&p);
	compare_counters(&p);
	return p.differences;
}
