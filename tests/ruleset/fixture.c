/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"

void loaded_init(struct loaded *l)
{
	l->d = diags_new();
	l->rs = ruleset_new(true);
	l->faults = NULL;
	l->events = NULL;
	l->events_data = NULL;
}

void loaded_fini(struct loaded *l)
{
	ruleset_free(l->rs);
	diags_free(l->d);
	free(l->faults);
}

static uint32_t link_index(void *data, const char *name)
{
	return strcmp(name, "lo") == 0;
}

static const struct set_type *find_set(void *data, uint8_t family,
				       const char *table, const char *set)
{
	const struct ruleset *rs = data;
	const struct rs_table *t = ruleset_table(rs, family, table);
	struct rs_set *s = t ? rs_set_find(t, set) : NULL;

	if (!s)
		return NULL;
	s->type.has_elems = s->elems.len > 0;
	return &s->type;
}

static bool find_table(void *data, uint8_t family, const char *table)
{
	return ruleset_table(data, family, table);
}

static bool find_chain(void *data, uint8_t family, const char *table,
		       const char *chain)
{
	const struct rs_table *t = ruleset_table(data, family, table);

	return t && rs_chain_find(t, chain);
}

static void keep_faults(struct loaded *l)
{
	size_t len;
	FILE *f;

	free(l->faults);
	f = open_memstream(&l->faults, &len);
	diags_print(l->d, f);
	fclose(f);
	diags_clear(l->d);
}

bool loaded_text(struct loaded *l, const char *text)
{
	struct parser_env env = { .link_index = link_index,
				  .find_set = find_set,
				  .find_table = find_table,
				  .find_chain = find_chain,
				  .data = l->rs };
	struct parser *p = parser_new(l->d, &env);
	bool ok = !parser_text(p, "case", text, strlen(text));
	struct cmd *cmd = NULL;

	ruleset_begin(l->rs, l->d, l->events, l->events_data);
	while (ok && (cmd = parser_next_cmd(p, cmd)))
		ok = !ruleset_apply(l->rs, p, cmd);
	if (ok)
		ruleset_commit(l->rs);
	else
		ruleset_abort(l->rs);
	keep_faults(l);
	parser_free(p);
	return ok;
}

char *loaded_list(const struct loaded *l, const struct ruleset_view *view)
{
	static const struct ruleset_view with_handles = { .handles = true };
	struct parser_env env = { .data = l->rs };
	struct parser *p = parser_new(l->d, &env);
	struct strbuf out = STRBUF_INIT;

	ruleset_list(l->rs, p, view ? view : &with_handles, &out);
	strbuf_puts(&out, "");
	parser_free(p);
	return strbuf_take(&out);
}

void rs_case_run(const struct rs_case *c)
{
	char *listing, *before = NULL;
	struct loaded l;
	bool ok = true;

	loaded_init(&l);
	for (size_t i = 0; i < 4 && c->texts[i]; i++) {
		cr_assert(ok, "%s: %s", c->name, l.faults);
		free(before);
		before = loaded_list(&l, NULL);
		ok = loaded_text(&l, c->texts[i]);
	}
	cr_assert_eq(ok, c->listing != NULL, "%s: %s", c->name, l.faults);
	listing = loaded_list(&l, NULL);
	cr_assert_str_eq(listing, ok ? c->listing : before, "%s: got\n%s",
			 c->name, listing);
	if (c->fault)
		cr_assert_not_null(strstr(l.faults, c->fault), "%s: %s",
				   c->name, l.faults);
	free(before);
	free(listing);
	loaded_fini(&l);
}
