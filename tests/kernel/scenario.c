/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "scenario.h"

/*
 * Three networks of both IP versions, two networks behind gateways, and every
 * kind of route that refuses.
 */
static const char standard_router[] =
	"link add lan\n"
	"link add wan\n"
	"link add dmz\n"
	"addr add 10.0.0.254/24 dev lan\n"
	"addr add fd00:a::fe/64 dev lan\n"
	"addr add 192.0.2.254/24 dev wan\n"
	"addr add 2001:db8:b::fe/64 dev wan\n"
	"addr add 10.9.0.254/24 dev dmz\n"
	"addr add fd00:c::fe/64 dev dmz\n"
	"route add 198.51.100.0/24 via 192.0.2.1 dev wan\n"
	"route add 2001:db8:f::/48 via 2001:db8:b::1 dev wan\n"
	"route add blackhole 203.0.113.0/27\n"
	"route add unreachable 203.0.113.32/27\n"
	"route add prohibit 203.0.113.64/27\n"
	"route add 198.51.100.0/24 via 10.9.0.1 dev dmz table 100\n"
	"route add 2001:db8:f::/48 via fd00:c::1 dev dmz table 100\n"
	"rule add fwmark 1 table 100 priority 100\n"
	"-6 rule add fwmark 1 table 100 priority 100\n"
	"sysctl net.netfilter.nf_conntrack_acct=1\n";

const char *scenario_default_host(void)
{
	return standard_router;
}

bool next_line(const char **text, struct strbuf *line)
{
	size_t len, blank;

	if (!**text)
		return false;
	len = strcspn(*text, "\n");
	blank = strspn(*text, " \t");
	strbuf_reset(line);
	if (blank < len)
		strbuf_add(line, *text + blank, len - blank);
	else
		strbuf_puts(line, "");
	while (line->len && strchr(" \t\r", line->s[line->len - 1]))
		line->s[--line->len] = '\0';
	*text += len + ((*text)[len] == '\n');
	return true;
}

/* The section that a heading opens, with what stands behind the colon. */
static struct strbuf *heading(struct scenario *s, const char *line,
			      const char **rest)
{
	const struct {
		const char *word;
		struct strbuf *text;
	} sections[] = {
		{ "why:", &s->why },	     { "host:", &s->host },
		{ "more host:", &s->host },  { "rules:", &s->rules },
		{ "packets:", &s->packets }, { "drawn:", &s->drawn },
	};

	for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
		size_t len = strlen(sections[i].word);

		if (!strncmp(line, sections[i].word, len)) {
			*rest = line + len + strspn(line + len, " ");
			return sections[i].text;
		}
	}
	return NULL;
}

static void read_text(struct scenario *s, FILE *f, const char *path, int *rc)
{
	struct strbuf *section = NULL;
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;
	const char *text;

	while ((len = getline(&line, &cap, f)) > 0) {
		text = line;
		if (line[0] == '#' || line[0] == '\n')
			continue;
		if (line[0] != '\t' && line[0] != ' ') {
			section = heading(s, line, &text);
			if (section == &s->host && !strncmp(line, "more", 4))
				strbuf_puts(section, standard_router);
		} else {
			text++;
		}
		if (!section) {
			fprintf(stderr, "%s: no section: %s", path, line);
			*rc = -1;
		} else if (*text != '\n') {
			strbuf_puts(section, text);
		}
	}
	free(line);
}

int scenario_read(struct scenario *s, const char *path)
{
	const char *slash = strrchr(path, '/');
	FILE *f = fopen(path, "r");
	int rc = 0;

	memset(s, 0, sizeof(*s));
	if (!f) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return -1;
	}
	s->name = xstrdup(slash ? slash + 1 : path);
	if (strstr(s->name, ".twin"))
		*strstr(s->name, ".twin") = '\0';
	read_text(s, f, path, &rc);
	fclose(f);
	if (!s->host.len)
		strbuf_puts(&s->host, standard_router);
	if (!s->packets.len) {
		fprintf(stderr, "%s: no packets\n", path);
		rc = -1;
	}
	return rc;
}

static void write_section(FILE *f, const char *head, const struct strbuf *text)
{
	const char *at = strbuf_str(text);
	size_t len;

	if (!text->len)
		return;
	fprintf(f, "%s\n", head);
	for (; *at; at += len + (at[len] == '\n')) {
		len = strcspn(at, "\n");
		fprintf(f, "\t%.*s\n", (int)len, at);
	}
}

void scenario_write(const struct scenario *s, FILE *f)
{
	write_section(f, "why:", &s->why);
	if (strcmp(strbuf_str(&s->host), standard_router))
		write_section(f, "host:", &s->host);
	write_section(f, "drawn:", &s->drawn);
	write_section(f, "rules:", &s->rules);
	write_section(f, "packets:", &s->packets);
}

void scenario_fini(struct scenario *s)
{
	free(s->name);
	strbuf_fini(&s->why);
	strbuf_fini(&s->host);
	strbuf_fini(&s->drawn);
	strbuf_fini(&s->rules);
	strbuf_fini(&s->packets);
}
