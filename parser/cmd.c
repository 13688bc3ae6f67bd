/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parser as others see it: cmd.h. */
#include "parser/cmd.h"

#include <errno.h>
#include <stdio.h>
#include <libnftnl/object.h>
#include <libnftnl/rule.h>
#include <libnftnl/udata.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "parser/flatten.h"
#include "parser/keyword.h"
#include "parser/lower.h"
#include "parser/build.h"
#include "parser/names.h"

struct parser *parser_new(struct diags *d, const struct parser_env *env)
{
	struct parser *p = xzalloc(sizeof(*p));

	p->diags = d;
	if (env)
		p->env = *env;
	p->arena = p->work = arena_new();
	p->keywords = keywords_new();
	p->tables = strmap_new();
	p->defines = strmap_new();
	p->changed_sets = strmap_new();
	list_init(&p->cmds);
	list_init(&p->pending);
	list_init(&p->top.defines);
	p->scope = &p->top;
	return p;
}

void parser_free(struct parser *p)
{
	if (!p)
		return;
	parser_drop_sets(p);
	for (size_t i = 0; i < p->all_objects.len; i++)
		nftnl_obj_free(p->all_objects.v[i]);
	vec_fini(&p->all_objects);
	vec_fini(&p->all_sets);
	vec_fini(&p->scan.inputs);
	vec_fini(&p->scan.braces);
	names_free(p);
	strmap_free(p->changed_sets);
	strmap_free(p->defines);
	keywords_free(p->keywords);
	if (p->work != p->arena)
		arena_free(p->work);
	arena_free(p->arena);
	free(p);
}

void parser_sink(struct parser *p, void (*fn)(void *data, struct cmd *cmd),
		 void *data)
{
	p->sink = fn;
	p->sink_data = data;
	p->sink_errors = diags_errors(p->diags);
	p->work = arena_new();
}

static int parse_source(struct parser *p, uint32_t source)
{
	unsigned errors = diags_errors(p->diags);

	p->open = p->last = NULL;
	while (p->scope != &p->top)
		build_scope_pop(p);
	parser_scan(p, source);
	parser_flatten(p);
	return diags_errors(p->diags) == errors ? 0 : -1;
}

int parser_text(struct parser *p, const char *name, const char *text,
		size_t len)
{
	return parse_source(p,
			    diag_source_add(p->diags, name, text, len, NULL));
}

int parser_define(struct parser *p, const char *assignment)
{
	char *text;

	if (!strchr(assignment, '=') || assignment[0] == '=')
		return diag_error(p->diags, NULL,
				  "-D wants NAME=VALUE, not \"%s\"",
				  assignment);
	text = arena_printf(p->arena, "define %s\n", assignment);
	return parser_text(p, "<cmdline>", text, strlen(text));
}

int parser_file(struct parser *p, const char *path)
{
	int64_t source = diag_source_file(p->diags, path, NULL);

	if (source < 0)
		return diag_error(p->diags, NULL, "cannot read \"%s\": %s",
				  path, strerror((int)-source));
	return parse_source(p, (uint32_t)source);
}

struct cmd *parser_next_cmd(struct parser *p, struct cmd *prev)
{
	struct list *next = prev ? prev->node.next : p->cmds.next;

	return next == &p->cmds ? NULL : list_entry(next, struct cmd, node);
}

struct cmd_set *cmd_rule_sets(const struct cmd *cmd, unsigned i)
{
	const struct rule_ast *r = cmd->rule;

	return r && i < r->sets.len ? r->sets.v[i] : NULL;
}

/* The comment, as nft keeps it: NFTNL_UDATA_RULE_COMMENT. */
static void set_comment(struct nftnl_rule *rule, const char *comment)
{
	struct nftnl_udata_buf *b = nftnl_udata_buf_alloc(256);

	if (!b)
		xalloc_failed(0);
	nftnl_udata_put_strz(b, NFTNL_UDATA_RULE_COMMENT, comment);
	nftnl_rule_set_data(rule, NFTNL_RULE_USERDATA, nftnl_udata_buf_data(b),
			    nftnl_udata_buf_len(b));
	nftnl_udata_buf_free(b);
}

struct nftnl_rule *cmd_rule_lower(struct parser *p, const struct cmd *cmd,
				  const struct loc **locs, unsigned *n_locs)
{
	struct lower l = { .parser = p,
			   .family = cmd->h.family,
			   .table = cmd->h.table };

	l.rule = nftnl_rule_alloc();
	if (!l.rule)
		xalloc_failed(0);
	nftnl_rule_set_u32(l.rule, NFTNL_RULE_FAMILY, cmd->h.family);
	nftnl_rule_set_str(l.rule, NFTNL_RULE_TABLE, cmd->h.table);
	if (cmd->h.chain)
		nftnl_rule_set_str(l.rule, NFTNL_RULE_CHAIN, cmd->h.chain);
	if (cmd->rule->comment)
		set_comment(l.rule, cmd->rule->comment);
	lower_rule(&l, cmd->rule);
	*locs = arena_memdup(p->work, l.locs.v,
			     l.locs.len * sizeof(l.locs.v[0]));
	*n_locs = (unsigned)l.locs.len;
	vec_fini(&l.locs);
	return l.rule;
}
