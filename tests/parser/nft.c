/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/parser/nft.h"

#include <criterion/criterion.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/engine.h"
#include "parser/cmd.h"
#include "ruleset/ruleset.h"

static void write_text(char *path, const char *text)
{
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");

	cr_assert(f);
	fputs(text, f);
	fclose(f);
}

bool nft_run(const char *command, struct strbuf *out)
{
	FILE *f = popen(command, "r");
	char buf[4096];
	size_t n;

	cr_assert(f);
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		strbuf_add(out, buf, n);
	return pclose(f) == 0;
}

/* Without nft's (null) lines of chains, and without empty lines. */
void nft_tidy(struct strbuf *b)
{
	char *text = strbuf_take(b), *line, *save = NULL;

	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		size_t n = strlen(line);

		while (n && line[n - 1] == ' ')
			line[--n] = '\0';
		if (!n || strstr(line, "(null)"))
			continue;
		strbuf_puts(b, line);
		strbuf_putc(b, '\n');
	}
	free(text);
}

bool nft_bytecode(const char *text, struct strbuf *out)
{
	char path[] = "/tmp/nftvm-test-XXXXXX", command[256];
	bool ok;

	write_text(path, text);
	snprintf(command, sizeof(command),
		 "unshare -n nft -c --debug=netlink -f %s 2>&1", path);
	ok = nft_run(command, out);
	unlink(path);
	nft_tidy(out);
	return ok;
}

/* The rules of chain c, out of a listing. */
static void rules_of(char *all, struct strbuf *out)
{
	char *line, *save = NULL;
	bool inside = false;

	for (line = strtok_r(all, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		if (line[0] == '\t' && line[1] != '\t')
			inside = !strcmp(line, "\tchain c {");
		else if (inside && strncmp(line, "\t\ttype ", 7) != 0)
			strbuf_printf(out, "%s\n", line + 2);
	}
}

bool nft_listing(const char *text, struct strbuf *out)
{
	char path[] = "/tmp/nftvm-test-XXXXXX", command[256];
	struct strbuf all = STRBUF_INIT;
	bool ok;

	write_text(path, text);
	snprintf(command, sizeof(command),
		 "unshare -n sh -c 'nft -f %s && nft list ruleset' 2>&1", path);
	ok = nft_run(command, &all);
	unlink(path);
	if (ok)
		rules_of(all.s, out);
	else
		strbuf_puts(out, strbuf_str(&all));
	strbuf_fini(&all);
	return ok;
}

static uint32_t link_index(void *data, const char *name)
{
	return !strcmp(name, "lo") ? 1 : 0;
}

static const char *link_name(void *data, uint32_t index)
{
	return index == 1 ? "lo" : NULL;
}

static bool list_rules(struct parser *p, struct diags *d, struct strbuf *out)
{
	static const struct ruleset_view view = { 0 };
	struct ruleset *rs = ruleset_new(true);
	struct strbuf all = STRBUF_INIT;
	struct cmd *cmd = NULL;
	int err = 0;

	ruleset_begin(rs, d, NULL, NULL);
	while (!err && (cmd = parser_next_cmd(p, cmd)))
		err = ruleset_apply(rs, p, cmd);
	ruleset_commit(rs);
	ruleset_list(rs, p, &view, &all);
	rules_of(all.s, out);
	strbuf_fini(&all);
	ruleset_free(rs);
	return !err;
}

bool our_bytecode(const char *text, struct strbuf *out, struct strbuf *listing)
{
	struct parser_env env = { .link_index = link_index,
				  .link_name = link_name };
	struct diags *d = diags_new();
	struct parser *p = parser_new(d, &env);
	bool ok = !parser_text(p, "test", text, strlen(text));

	if (ok) {
		engine_netlink(p, out);
		nft_tidy(out);
		ok = !listing || list_rules(p, d, listing);
	}
	diags_print(d, stderr);
	parser_free(p);
	diags_free(d);
	return ok;
}

/* Counters count even in a namespace without traffic of ours. */
static void blank_counters(struct strbuf *b)
{
	char *text = strbuf_take(b), *p = text;
	unsigned long packets, bytes;
	int n;

	while (*p) {
		n = 0;
		if (sscanf(p, "packets %lu bytes %lu%n", &packets, &bytes,
			   &n) == 2 &&
		    n) {
			strbuf_puts(b, "packets N bytes N");
			p += n;
		} else {
			strbuf_putc(b, *p++);
		}
	}
	free(text);
}

static void same_lines(const char *what, const char *text, const char *want,
		       const char *got)
{
	while (*want && *got) {
		size_t w = strcspn(want, "\n"), g = strcspn(got, "\n");

		if (w != g || memcmp(want, got, w) != 0)
			cr_assert_fail("%s\n nft: %.*s\nours: %.*s\n%s", what,
				       (int)w, want, (int)g, got, text);
		want += w + (want[w] == '\n');
		got += g + (got[g] == '\n');
	}
	cr_assert(!*want && !*got,
		  "%s: more on one side:\n nft: %s\nours: %s\n%s", what, want,
		  got, text);
}

void nft_judge(const char *what, const char *text)
{
	struct strbuf want = STRBUF_INIT, got = STRBUF_INIT;
	struct strbuf list = STRBUF_INIT, our_list = STRBUF_INIT;

	cr_assert(nft_bytecode(text, &want), "%s: nft refuses: %s\n%s", what,
		  strbuf_str(&want), text);
	cr_assert(our_bytecode(text, &got, &our_list), "%s: refused\n%s", what,
		  text);
	same_lines(what, text, strbuf_str(&want), strbuf_str(&got));
	cr_assert(nft_listing(text, &list), "%s: nft refuses: %s\n%s", what,
		  strbuf_str(&list), text);
	blank_counters(&list);
	blank_counters(&our_list);
	same_lines(what, text, strbuf_str(&list), strbuf_str(&our_list));
	strbuf_fini(&want);
	strbuf_fini(&got);
	strbuf_fini(&list);
	strbuf_fini(&our_list);
}
