/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nftvm gets the same host file and ruleset, and as a capture the packets as
 * they were really sent, with their real times. Its JSON answers packet by
 * packet; the connections and the counters come from its dumps.
 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture.h"
#include "engine.h"
#include "netns.h"
#include "process.h"

static char *path_in(const char *dir, const char *name)
{
	char *path = NULL;

	if (asprintf(&path, "%s/%s", dir, name) < 0)
		xalloc_failed(strlen(dir));
	return path;
}

static int write_file(const char *dir, const char *name, const char *a,
		      const char *b, struct result *out)
{
	char *path = path_in(dir, name);
	FILE *f = fopen(path, "w");
	int rc = 0;

	if (!f || fputs(a, f) < 0 || fputs(b, f) < 0 || fclose(f)) {
		result_fail(out, "%s: %s", path, strerror(errno));
		rc = -1;
	}
	free(path);
	return rc;
}

static void read_file(const char *dir, const char *name, struct strbuf *b)
{
	char *path = path_in(dir, name);
	FILE *f = fopen(path, "r");
	char part[4096];
	size_t n;

	if (f) {
		while ((n = fread(part, 1, sizeof(part), f)))
			strbuf_add(b, part, n);
		fclose(f);
	}
	free(path);
}

int engine_write_files(const struct scenario *s, const struct result *kernel,
		       const char *dir, struct result *out)
{
	struct strbuf sysctls = STRBUF_INIT;
	char *path = path_in(dir, "in.pcapng");
	int rc;

	netns_sysctl_text(&sysctls);
	rc = capture_write(kernel, path);
	if (rc)
		result_fail(out, "%s: %s", path, strerror(-rc));
	rc = rc ||
	     write_file(dir, "host", strbuf_str(&sysctls), strbuf_str(&s->host),
			out) ||
	     write_file(dir, "rules.nft", strbuf_str(&s->rules), "", out);
	strbuf_fini(&sysctls);
	free(path);
	return rc ? -1 : 0;
}

/* ---- reading the answer -------------------------------------------------- */

static const char *text_of(const json_t *obj, const char *key)
{
	const char *s = json_string_value(json_object_get(obj, key));

	return s ? s : "";
}

static void add_emitted(struct step *s, const json_t *e)
{
	const char *hex = text_of(e, "data");
	struct frame *f;
	unsigned int byte;

	/* What goes to the box itself the kernel counts as delivered. */
	if (!strcmp(text_of(e, "oif"), "lo")) {
		s->delivered++;
		return;
	}
	f = vec_add(&s->out);

	snprintf(f->link, sizeof(f->link), "%s", text_of(e, "oif"));
	f->data = xmalloc(strlen(hex) / 2 + 1);
	for (; sscanf(hex, "%2x", &byte) == 1; hex += 2)
		f->data[f->len++] = byte;
}

/* As people want to read it: verdict, and the rule or reason behind it. */
static void say(struct step *s, const json_t *obj)
{
	const json_t *rule = json_object_get(obj, "rule");
	struct strbuf b = STRBUF_INIT;

	strbuf_printf(&b, "verdict %s", text_of(obj, "verdict"));
	if (*text_of(obj, "reason"))
		strbuf_printf(&b, ", reason %s", text_of(obj, "reason"));
	if (*text_of(obj, "hook"))
		strbuf_printf(&b, ", hook %s", text_of(obj, "hook"));
	if (rule)
		strbuf_printf(&b, ", rule %s %s handle %lld",
			      text_of(rule, "table"), text_of(rule, "chain"),
			      (long long)json_integer_value(
				      json_object_get(rule, "handle")));
	strbuf_printf(&b, ", ct %s",
		      text_of(json_object_get(obj, "ct"), "state"));
	s->said = strbuf_take(&b);
}

/* Position of @link in the order in which the kernel's links are read. */
static size_t link_rank(const char *host, const char *link)
{
	struct strbuf line = STRBUF_INIT;
	char name[LINK_NAME_BYTES];
	size_t rank = 0, found = SIZE_MAX;

	while (next_line(&host, &line)) {
		if (sscanf(strbuf_str(&line), "link add %15s", name) != 1)
			continue;
		if (!strcmp(name, link))
			found = rank;
		rank++;
	}
	strbuf_fini(&line);
	return found;
}

/* Order the packets of a step by link, as netns_collect() reads them. */
static void sort_by_link(struct frames *out, const char *host)
{
	for (size_t i = 1; i < out->len; i++)
		for (size_t j = i; j && link_rank(host, out->v[j - 1].link) >
						link_rank(host, out->v[j].link);
		     j--) {
			struct frame f = out->v[j];

			out->v[j] = out->v[j - 1];
			out->v[j - 1] = f;
		}
}

static void add_step(struct result *r, const json_t *obj, const char *host)
{
	struct step *s = vec_add(&r->steps);
	const json_t *emit = json_object_get(obj, "emit");
	size_t i;
	json_t *e;

	json_array_foreach(emit, i, e)
		add_emitted(s, e);
	sort_by_link(&s->out, host);
	s->delivered += !strcmp(text_of(obj, "to"), "local") &&
			!strcmp(text_of(obj, "verdict"), "accept");
	say(s, obj);
}

static int read_json(const char *text, size_t len, const char *host,
		     struct result *r)
{
	json_error_t err;
	json_t *obj;

	while (len) {
		obj = json_loadb(text, len, JSON_DISABLE_EOF_CHECK, &err);
		if (!obj) {
			if (strspn(text, " \n") == len)
				break;
			result_fail(r, "JSON: %s", err.text);
			return -1;
		}
		if (json_object_get(obj, "packet"))
			add_step(r, obj, host);
		json_decref(obj);
		text += err.position;
		len -= err.position;
	}
	return 0;
}

/* The dumps of the state at the end. */
static void read_dumps(const char *dir, struct result *out)
{
	struct strbuf text = STRBUF_INIT;

	read_file(dir, "nftvm.conntrack", &text);
	read_file(dir, "nftvm.expect", &text);
	result_add_entries(out, strbuf_str(&text));
	strbuf_reset(&text);
	read_file(dir, "nftvm.ruleset", &text);
	result_add_counters(out, strbuf_str(&text));
	out->listing = strbuf_take(&text);
}

int engine_run(const char *program, const char *dir, const char *host,
	       struct result *out)
{
	static const char command[] =
		"cd \"$1\" && exec \"$2\" replay --json --emit -a "
		"--checksums=verify -f rules.nft "
		"--host host --dump conntrack=nftvm.conntrack "
		"--dump expect=nftvm.expect "
		"--dump ruleset=nftvm.ruleset in.pcapng";
	const char *argv[] = { "sh", "-c", command, "sh", dir, program, NULL };
	struct strbuf text = STRBUF_INIT, err = STRBUF_INIT;
	int rc = process_run(argv, NULL, &text, &err);

	if (rc)
		result_fail(out, "exit status %d: %s", rc, strbuf_str(&err));
	else
		rc = read_json(strbuf_str(&text), text.len, host, out);
	if (!rc)
		read_dumps(dir, out);
	strbuf_fini(&text);
	strbuf_fini(&err);
	return rc ? -1 : 0;
}
