/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drawn.h"

#include <netinet/in.h>
#include <stdlib.h>

#include "packet/csum.h"

/* The range is looked at in so many parts; a fair generator leaves one of them
 * with less than 1 of PART_LEAST numbers once in millions of scenarios. */
#define PARTS	   4
#define PART_LEAST 32

/**
 * struct drawn - what a scenario says, and what was seen
 * @field:	sport, dport or id
 * @every:	of every so many-th packet
 * @n, @parts:	how many numbers, in all and in each part of the range
 */
struct drawn {
	char field[8];
	unsigned int lo, hi, every;
	unsigned int n, parts[PARTS];
	const char *who;
	struct strbuf *report;
	unsigned int complaints;
};

/* Where the number stands in @f, and its checksum; false: it has none. */
static bool find(const struct drawn *d, const struct frame *f, uint8_t **number,
		 uint8_t **check)
{
	const bool v6 = f->data[0] >> 4 == 6;
	const size_t off = v6 ? 40 : (f->data[0] & 15) * 4;
	const uint8_t proto = f->data[v6 ? 6 : 9];
	const bool icmp = proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6;
	uint8_t *l4 = f->data + off;

	if (f->len < off + (proto == IPPROTO_TCP ? 20 : 8))
		return false;
	if (!icmp && proto != IPPROTO_TCP && proto != IPPROTO_UDP)
		return false;
	if (icmp != !strcmp(d->field, "id"))
		return false;
	*check = l4 + (icmp ? 2 : proto == IPPROTO_TCP ? 16 : 6);
	*number = l4 + (icmp ? 4 : !strcmp(d->field, "dport") ? 2 : 0);
	return true;
}

static bool fits(const struct drawn *d, unsigned int number)
{
	return number >= d->lo && number <= d->hi;
}

static void settle_frame(struct drawn *d, struct frame *f, size_t packet)
{
	const unsigned int size = d->hi - d->lo + 1;
	uint8_t *number, *check;
	unsigned int drawn;

	if (!find(d, f, &number, &check))
		return;
	drawn = get_be16(number);
	if (!fits(d, drawn)) {
		d->complaints++;
		strbuf_printf(d->report, "\t%s: packet %zu: %s %u was drawn\n",
			      d->who, packet, d->field, drawn);
		return;
	}
	d->n++;
	d->parts[(drawn - d->lo) * PARTS / size]++;
	csum_replace2(check, load_raw16(number), htobe16((uint16_t)d->lo));
	put_be16(number, (uint16_t)d->lo);
}

/* In a listing it stands in the tuple of the answers, which is the second: a
 * source port as their destination. */
static void settle_entry(struct drawn *d, char **line)
{
	const char *word = !strcmp(d->field, "sport")	? " dport="
			   : !strcmp(d->field, "dport") ? " sport="
							: " id=";
	char *at = strstr(*line, word), *end, *settled;
	unsigned long number;

	at = at ? strstr(at + 1, word) : NULL;
	if (!at)
		return;
	at += strlen(word);
	number = strtoul(at, &end, 10);
	if (!fits(d, (unsigned int)number))
		return; /* a packet of its own said so */
	if (asprintf(&settled, "%.*s%u%s", (int)(at - *line), *line, d->lo,
		     end) < 0)
		return;
	free(*line);
	*line = settled;
}

static void judge_spread(struct drawn *d)
{
	if (d->hi - d->lo + 1 < PARTS)
		return;
	for (int i = 0; i < PARTS; i++) {
		if (d->n && d->parts[i] >= (d->n + PART_LEAST - 1) / PART_LEAST)
			continue;
		d->complaints++;
		strbuf_printf(
			d->report,
			"\t%s: of %u numbers %u are in part %d of the range\n",
			d->who, d->n, d->parts[i], i + 1);
	}
}

unsigned int drawn_settle(const char *spec, const char *who, struct result *r,
			  struct strbuf *report)
{
	struct drawn d = { .every = 1, .who = who, .report = report };

	if (!*spec)
		return 0;
	if (sscanf(spec, "%7s %u-%u every %u", d.field, &d.lo, &d.hi,
		   &d.every) < 3 ||
	    d.hi > 65535 || d.lo > d.hi || !d.every) {
		strbuf_printf(report, "\tdrawn: cannot be read: %s\n", spec);
		return 1;
	}
	for (size_t i = 0; i < r->steps.len; i++) {
		struct step *s = &r->steps.v[i];

		for (size_t k = 0; k < s->out.len && (i + 1) % d.every == 0;
		     k++)
			settle_frame(&d, &s->out.v[k], i + 1);
	}
	for (size_t i = 0; i < r->entries.len; i++)
		settle_entry(&d, &r->entries.v[i]);
	judge_spread(&d);
	return d.complaints;
}
