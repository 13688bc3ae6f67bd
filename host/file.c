/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * The host file is what ip(8) takes in a batch, plus `link add` and `sysctl`.
 * A line is split into words that know where they stand; two tables (object,
 * verb) find the command, and each command is a table of options. What the
 * kernel refuses is refused by the same functions that build the host, here
 * only the place is added. A wrong line is skipped, so one run shows all.
 */
#include "host/file.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>

#include "base/arena.h"

struct verb {
	const char *object, *verb;
	int (*read)(struct reader *r);
};

/* The first row of an object is its usual verb. */
static const struct verb verbs[] = {
	{ "link", "add", read_link_add }, { "link", "set", read_link_set },
	{ "addr", "add", read_addr_add }, { "route", "add", read_route_add },
	{ "rule", "add", read_rule_add }, { "neigh", "add", read_neigh_add },
	{ "sysctl", NULL, read_sysctl },
};

static const struct {
	const char *alias, *object;
} aliases[] = {
	{ "address", "addr" },	  { "a", "addr" },	   { "r", "route" },
	{ "ro", "route" },	  { "ru", "rule" },	   { "l", "link" },
	{ "neighbour", "neigh" }, { "neighbor", "neigh" }, { "n", "neigh" },
};

struct loc line_loc(const struct reader *r)
{
	struct loc loc = r->words.v[0].loc;

	loc.end = r->words.v[r->words.len - 1].loc.end;
	return loc;
}

const struct word *next_word(struct reader *r, const char *what)
{
	struct loc end = line_loc(r);

	if (r->at < r->words.len)
		return &r->words.v[r->at++];
	end.start = end.end;
	diag_error(r->d, &end, "%s is missing", what);
	return NULL;
}

bool take_word(struct reader *r, const char *s)
{
	if (r->at >= r->words.len || strcmp(r->words.v[r->at].s, s))
		return false;
	r->at++;
	return true;
}

int refused(struct reader *r, const struct word *w, const char *why)
{
	struct loc loc = line_loc(r);

	return diag_error2(r->d, w ? &w->loc : &loc, &loc, "%s", why);
}

/* --- values -------------------------------------------------------------- */

int word_u32(struct reader *r, const struct word *w, const char *what,
	     uint32_t min, uint32_t max, uint32_t *out)
{
	char *end;
	unsigned long long v;

	errno = 0;
	v = strtoull(w->s, &end, 0);
	if (!isdigit((unsigned char)w->s[0]) || *end)
		return diag_error(r->d, &w->loc, "%s must be a number", what);
	if (errno || v < min || v > max)
		return diag_error(r->d, &w->loc, "%s must be %u to %u", what,
				  min, max);
	*out = (uint32_t)v;
	return 0;
}

int word_link(struct reader *r, const struct word *w,
	      const struct host_link **out)
{
	VEC(const char *) names = { 0 };
	const char *near;

	*out = host_link_by_name(r->h, w->s);
	if (*out)
		return 0;
	diag_error(r->d, &w->loc, "there is no link %s", w->s);
	for (size_t i = 0; i < r->h->links.len; i++)
		vec_push(&names, r->h->links.v[i]->pub.name);
	near = diag_nearest(w->s, names.v, names.len);
	if (near)
		diag_hint(r->d, "did you mean %s?", near);
	else
		diag_hint(r->d, "add it first: link add NAME");
	vec_fini(&names);
	return -1;
}

/* get_addr_ipv4(): what is left out is zero, 10.1 is 10.1.0.0. */
static bool parse_ipv4(const char *s, size_t len, union inet_addr *out)
{
	const char *end = s + len;
	unsigned i, v;

	for (i = 0; i < 4 && s < end; i++) {
		const char *digit = s;

		for (v = 0; s < end && isdigit((unsigned char)*s); s++) {
			v = v * 10 + (unsigned)(*s - '0');
			if (v > 255)
				return false;
		}
		if (s == digit)
			return false;
		out->b[i] = (uint8_t)v;
		if (s == end)
			return true;
		if (*s++ != '.')
			return false;
	}
	return false;
}

static bool parse_addr(const char *s, size_t len, uint8_t *nfproto,
		       union inet_addr *out)
{
	bool v6 = memchr(s, ':', len) != NULL;
	char text[INET6_ADDRSTRLEN + 1];

	memset(out, 0, sizeof(*out));
	if (*nfproto && v6 != (*nfproto == NFPROTO_IPV6))
		return false;
	*nfproto = v6 ? NFPROTO_IPV6 : NFPROTO_IPV4;
	if (!v6)
		return parse_ipv4(s, len, out);
	if (len >= sizeof(text))
		return false;
	memcpy(text, s, len);
	text[len] = '\0';
	return inet_pton(AF_INET6, text, out->b) == 1;
}

static const char *version_name(uint8_t nfproto)
{
	return nfproto == NFPROTO_IPV4	 ? "an IPv4"
	       : nfproto == NFPROTO_IPV6 ? "an IPv6"
					 : "an";
}

int word_addr(struct reader *r, const struct word *w, uint8_t *nfproto,
	      union inet_addr *out)
{
	uint8_t wanted = *nfproto;

	if (parse_addr(w->s, strlen(w->s), nfproto, out))
		return 0;
	return diag_error(r->d, &w->loc, "%s address is expected here",
			  version_name(wanted));
}

int word_prefix(struct reader *r, const struct word *w, uint8_t *nfproto,
		union inet_addr *out, uint8_t *len)
{
	const char *slash = strchr(w->s, '/');
	size_t addr_len = slash ? (size_t)(slash - w->s) : strlen(w->s);
	struct word number = *w;
	uint8_t wanted = *nfproto;
	uint32_t max, bits;

	memset(out, 0, sizeof(*out));
	*len = 0;
	if (!strcmp(w->s, "default") || !strcmp(w->s, "any") ||
	    !strcmp(w->s, "all"))
		return 0;
	if (!parse_addr(w->s, addr_len, nfproto, out))
		return diag_error(r->d, &w->loc,
				  "%s address or prefix is expected here",
				  version_name(wanted));
	max = *nfproto == NFPROTO_IPV4 ? 32 : 128;
	bits = max;
	if (slash) {
		number.s = slash + 1;
		number.loc.start += (uint32_t)addr_len + 1;
		if (word_u32(r, &number, "prefix length", 0, max, &bits))
			return -1;
	}
	*len = (uint8_t)bits;
	return 0;
}

int word_mac(struct reader *r, const struct word *w, uint8_t mac[6])
{
	const char *s = w->s;
	unsigned i;

	for (i = 0; i < 6; i++, s += 3) {
		char hex[3] = { s[0], s[0] ? s[1] : '\0', '\0' };

		if (!isxdigit((unsigned char)hex[0]) ||
		    !isxdigit((unsigned char)hex[1]) ||
		    s[2] != (i < 5 ? ':' : '\0'))
			break;
		mac[i] = (uint8_t)strtoul(hex, NULL, 16);
	}
	if (i == 6)
		return 0;
	return diag_error(r->d, &w->loc,
			  "a MAC address is expected here: 02:00:00:00:00:01");
}

int word_table(struct reader *r, const struct word *w, uint32_t *out)
{
	static const struct {
		const char *name;
		uint32_t id;
	} names[] = {
		{ "main", TABLE_MAIN },
		{ "local", TABLE_LOCAL },
		{ "default", TABLE_DEFAULT },
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (!strcmp(w->s, names[i].name)) {
			*out = names[i].id;
			return 0;
		}
	return word_u32(r, w, "table", 1, UINT32_MAX, out);
}

/* --- commands ------------------------------------------------------------ */

static int unknown_word(struct reader *r, const struct word *w,
			const char *const *names, size_t len, const char *what)
{
	const char *near = diag_nearest(w->s, names, len);

	diag_error(r->d, &w->loc, "%s %s is not known here", what, w->s);
	if (near)
		diag_hint(r->d, "did you mean %s?", near);
	return -1;
}

int read_options(struct reader *r, const struct option *options, size_t len,
		 void *into)
{
	const char *names[32];

	assert(len <= ARRAY_LEN(names));
	while (r->at < r->words.len) {
		const struct word *w = &r->words.v[r->at++];
		const struct word *value = w;
		size_t i;

		for (i = 0; i < len; i++) {
			names[i] = options[i].name;
			if (!strcmp(w->s, options[i].name) ||
			    (options[i].alias &&
			     !strcmp(w->s, options[i].alias)))
				break;
		}
		if (i == len)
			return unknown_word(r, w, names, len, "option");
		if (options[i].value)
			value = next_word(r, options[i].value);
		if (!value || options[i].take(r, value, into))
			return -1;
	}
	return 0;
}

static const char *object_of(const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(aliases); i++)
		if (!strcmp(word, aliases[i].alias))
			return aliases[i].object;
	return word;
}

static int read_line(struct reader *r)
{
	const char *names[ARRAY_LEN(verbs)];
	const struct word *w, *verb = NULL;
	const char *object;
	size_t i;

	while (r->at < r->words.len && r->words.v[r->at].s[0] == '-') {
		w = &r->words.v[r->at++];
		if (strcmp(w->s, "-4") && strcmp(w->s, "-6"))
			return diag_error(r->d, &w->loc,
					  "only -4 and -6 are known here");
		r->nfproto = w->s[1] == '4' ? NFPROTO_IPV4 : NFPROTO_IPV6;
	}
	w = next_word(r, "link, addr, route, rule, neigh or sysctl");
	if (!w)
		return -1;
	object = object_of(w->s);
	for (i = 0; i < ARRAY_LEN(verbs); i++) {
		names[i] = verbs[i].object;
		if (strcmp(object, verbs[i].object))
			continue;
		if (!verbs[i].verb)
			return verbs[i].read(r);
		if (!verb)
			verb = next_word(r, "the verb (add)");
		if (!verb)
			return -1;
		if (!strcmp(verb->s, verbs[i].verb))
			return verbs[i].read(r);
	}
	if (verb)
		return diag_error(r->d, &verb->loc,
				  "a host file can only add, not %s", verb->s);
	return unknown_word(r, w, names, ARRAY_LEN(names), "command");
}

/* The words of one line, up to a comment. */
static void split(struct reader *r, struct arena *arena, const char *text,
		  struct loc line)
{
	uint32_t at = line.start, start;
	struct word *w;

	r->words.len = r->at = 0;
	r->nfproto = 0;
	while (at < line.end && text[at] != '#') {
		if (isspace((unsigned char)text[at])) {
			at++;
			continue;
		}
		start = at;
		while (at < line.end && text[at] != '#' &&
		       !isspace((unsigned char)text[at]))
			at++;
		w = vec_add(&r->words);
		w->s = arena_strndup(arena, text + start, at - start);
		w->loc = (struct loc){ line.source, start, at };
	}
}

int host_parse(struct host *h, struct diags *d, uint32_t source)
{
	struct reader r = { .h = h, .d = d };
	struct arena *arena = arena_new();
	unsigned errors = diags_errors(d);
	size_t len;
	const char *text = diag_source_text(d, source, &len), *nl;
	struct loc line = { source, 0, 0 };

	for (; line.start < len; line.start = line.end + 1) {
		nl = memchr(text + line.start, '\n', len - line.start);
		line.end = nl ? (uint32_t)(nl - text) : (uint32_t)len;
		split(&r, arena, text, line);
		if (r.words.len)
			read_line(&r);
		arena_reset(arena);
	}
	vec_fini(&r.words);
	arena_free(arena);
	return diags_errors(d) > errors ? -1 : 0;
}
