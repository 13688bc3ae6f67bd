/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Datatypes of time: spans (1h30m), and the calendar's (date, hour, day),
 * which nft reads and prints in the local time zone.
 */
#include "parser/datatype.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/strbuf.h"
#include "parser/check.h"
#include "parser/listing.h"

#define NS_PER_SEC 1000000000ull

struct time_unit {
	const char *name;
	uint64_t ms;
};

static const struct time_unit time_units[] = {
	{ "d", 86400000 }, { "h", 3600000 }, { "ms", 1 },
	{ "m", 60000 },	   { "s", 1000 },
};

static const struct time_unit *unit_at(struct str s, uint32_t i)
{
	for (unsigned u = 0; u < ARRAY_LEN(time_units); u++) {
		size_t n = strlen(time_units[u].name);

		if (s.len - i >= n && !memcmp(s.s + i, time_units[u].name, n))
			return &time_units[u];
	}
	return NULL;
}

bool str_time(struct str s, uint64_t *ms)
{
	const struct time_unit *unit;
	uint64_t total = 0, n;
	uint32_t i = 0;

	if (!s.len)
		return false;
	while (i < s.len) {
		uint32_t from = i;

		for (n = 0; i < s.len && s.s[i] >= '0' && s.s[i] <= '9'; i++) {
			if (n > UINT64_MAX / 100000000000ull)
				return false;
			n = n * 10 + (uint64_t)(s.s[i] - '0');
		}
		if (i == from)
			return false;
		if (i == s.len && from == 0) {
			*ms = n * 1000;
			return true;
		}
		unit = unit_at(s, i);
		if (!unit)
			return false;
		total += n * unit->ms;
		i += (uint32_t)strlen(unit->name);
	}
	*ms = total;
	return true;
}

void time_print(bool numeric, uint64_t ms, struct strbuf *out)
{
	static const struct time_unit order[] = {
		{ "d", 86400000 }, { "h", 3600000 }, { "m", 60000 },
		{ "s", 1000 },	   { "ms", 1 },
	};

	if (numeric) {
		strbuf_printf(out, "%llus", (unsigned long long)(ms / 1000));
		return;
	}
	for (unsigned u = 0; u < ARRAY_LEN(order); u++) {
		if (ms / order[u].ms)
			strbuf_printf(out, "%llu%s",
				      (unsigned long long)(ms / order[u].ms),
				      order[u].name);
		ms %= order[u].ms;
	}
}

static int span_parse(struct check *c, const struct datatype *t,
		      const struct symbol_expr *s, u128 *v)
{
	uint64_t ms;

	if (!str_time(s->text, &ms))
		return -1;
	*v = ms;
	return 0;
}

static void span_print(const struct parser_env *env, const struct datatype *t,
		       u128 v, unsigned bits, struct strbuf *out)
{
	time_print(env && env->numeric, (uint64_t)v, out);
}

const struct datatype type_time = {
	.id = TYPE_TIME,
	.name = "time",
	.desc = "relative time",
	.size = 64,
	.byteorder = BYTEORDER_HOST,
	.parse = span_parse,
	.print = span_print,
};

static bool symbol_text(const struct symbol_expr *s, char *buf, size_t size)
{
	if (s->text.len >= size)
		return false;
	memcpy(buf, s->text.s, s->text.len);
	buf[s->text.len] = '\0';
	return true;
}

static int date_parse(struct check *c, const struct datatype *t,
		      const struct symbol_expr *s, u128 *v)
{
	static const char *const formats[] = { "%Y-%m-%d %H:%M:%S",
					       "%Y-%m-%d %H:%M", "%Y-%m-%d" };
	char text[64];

	if (!symbol_text(s, text, sizeof(text)))
		return -1;
	for (unsigned i = 0; i < ARRAY_LEN(formats); i++) {
		struct tm tm = { .tm_isdst = -1 };
		const char *end = strptime(text, formats[i], &tm);

		if (!end || *end)
			continue;
		tm.tm_isdst = -1;
		*v = (u128)((uint64_t)mktime(&tm) * NS_PER_SEC);
		return 0;
	}
	if (!str_number(s->text, v) || *v > UINT64_MAX / NS_PER_SEC)
		return -1;
	*v *= NS_PER_SEC;
	return 0;
}

static void date_print(const struct parser_env *env, const struct datatype *t,
		       u128 v, unsigned bits, struct strbuf *out)
{
	time_t when = (time_t)((uint64_t)v / NS_PER_SEC);
	char text[32];
	struct tm tm;

	localtime_r(&when, &tm);
	strftime(text, sizeof(text), "\"%Y-%m-%d %H:%M:%S\"", &tm);
	strbuf_puts(out, text);
}

const struct datatype type_date = {
	.id = TYPE_TIME_DATE,
	.name = "time",
	.desc = "Relative time of packet reception",
	.size = 64,
	.byteorder = BYTEORDER_HOST,
	.parse = date_parse,
	.print = date_print,
};

/* Seconds east of Greenwich, now: what nft takes. */
static long gmt_offset(void)
{
	time_t now = time(NULL);
	struct tm tm;

	localtime_r(&now, &tm);
	return tm.tm_gmtoff;
}

#define DAY_SECONDS 86400

/* 1h30m: so much of the day has passed, in Greenwich */
static int hour_span(const struct symbol_expr *s, u128 *v)
{
	uint64_t ms;

	if (!str_time(s->text, &ms))
		return -1;
	*v = ms / 1000;
	return 0;
}

static int hour_parse(struct check *c, const struct datatype *t,
		      const struct symbol_expr *s, u128 *v)
{
	unsigned h, m, sec = 0;
	char text[32], extra;
	long at;

	if (!symbol_text(s, text, sizeof(text)))
		return -1;
	if (sscanf(text, "%2u:%2u:%2u%c", &h, &m, &sec, &extra) != 3 &&
	    sscanf(text, "%2u:%2u%c", &h, &m, &extra) != 2)
		return hour_span(s, v);
	if (h > 23 || m > 59 || sec > 59)
		return -1;
	at = (long)(h * 3600 + m * 60 + sec) - gmt_offset();
	*v = (u128)((at + DAY_SECONDS) % DAY_SECONDS);
	return 0;
}

static void hour_print(const struct parser_env *env, const struct datatype *t,
		       u128 v, unsigned bits, struct strbuf *out)
{
	long at =
		((long)(uint64_t)v + gmt_offset() + DAY_SECONDS) % DAY_SECONDS;

	strbuf_printf(out, "\"%02ld:%02ld", at / 3600, at / 60 % 60);
	if (at % 60)
		strbuf_printf(out, ":%02ld", at % 60);
	strbuf_putc(out, '"');
}

const struct datatype type_hour = {
	.id = TYPE_TIME_HOUR,
	.name = "hour",
	.desc = "Hour of day of packet reception",
	.size = 32,
	.byteorder = BYTEORDER_HOST,
	.parse = hour_parse,
	.print = hour_print,
};

static const struct symbol day_symbols[] = {
	{ "Sunday", 0 },    { "Monday", 1 },   { "Tuesday", 2 },
	{ "Wednesday", 3 }, { "Thursday", 4 }, { "Friday", 5 },
	{ "Saturday", 6 },  { NULL, 0 },
};

static int day_parse(struct check *c, const struct datatype *t,
		     const struct symbol_expr *s, u128 *v)
{
	return str_number(s->text, v) && *v <= 6 ? 0 : -1;
}

const struct datatype type_day = {
	.id = TYPE_TIME_DAY,
	.name = "day",
	.desc = "Day of week of packet reception",
	.size = 8,
	.byteorder = BYTEORDER_HOST,
	.quoted = true,
	.symbols = day_symbols,
	.parse = day_parse,
};
