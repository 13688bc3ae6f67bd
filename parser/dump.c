/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checked syntax tree as text (compile --emit=ast): commands in the order
 * in which the kernel gets them; under a rule its statements, those that the
 * compiler added marked `implied', merged fields behind the first; under a
 * statement its expressions, each with its type, bits and byte order.
 *
 *	add rule inet f c
 *	  match eq
 *	    payload tcp dport : inet_service 16 big
 *	    value 22 : inet_service 16 big
 *	  verdict accept
 *
 * For people, tests and tools that want to know what became of a text; kept
 * stable.
 */
#include <stdio.h>
#include <libnftnl/object.h>
#include <libnftnl/set.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "parser/object.h"
#include "parser/print.h"
#include "parser/setdecl.h"

/** struct dump - where it goes, and how deep in it is */
struct dump {
	struct printer pr;
	struct parser *p;
	unsigned depth;
};

static void indent(struct dump *d)
{
	for (unsigned i = 0; i < d->depth; i++)
		strbuf_puts(d->pr.out, "  ");
}

/* A kind and what it prints, which may begin with the kind's word anyway. */
static void named(const char *kind, const char *text, struct strbuf *out)
{
	size_t n = strlen(kind);

	if (strncmp(kind, text, n) != 0 || (text[n] && text[n] != ' '))
		strbuf_printf(out, "%s ", kind);
	strbuf_puts(out, text);
}

/* ---- expressions --------------------------------------------------------- */

static void type_dump(const struct expr *e, struct strbuf *out)
{
	static const char *const orders[] = {
		[BYTEORDER_INVALID] = "",
		[BYTEORDER_HOST] = " host",
		[BYTEORDER_BIG] = " big",
	};

	if (!e->dtype)
		return;
	strbuf_puts(out, " :");
	for (unsigned i = 0; i < e->dtype->n_fields; i++)
		strbuf_printf(out, "%s %s", i ? " ." : "",
			      e->dtype->fields[i]->name);
	if (!e->dtype->n_fields)
		strbuf_printf(out, " %s", e->dtype->name);
	strbuf_printf(out, " %u%s", e->len, orders[e->byteorder]);
}

static void expr_dump(struct dump *d, const struct expr *e)
{
	const struct expr *children[EXPR_CHILDREN];
	size_t n;

	indent(d);
	if (e->ops->print) {
		struct strbuf text = STRBUF_INIT, *out = d->pr.out;

		d->pr.out = &text;
		expr_print(&d->pr, e);
		d->pr.out = out;
		named(e->ops->name, strbuf_str(&text), out);
		strbuf_fini(&text);
	} else {
		strbuf_puts(d->pr.out, e->ops->name);
	}
	type_dump(e, d->pr.out);
	strbuf_putc(d->pr.out, '\n');
	n = e->ops->children ? e->ops->children(e, children) : 0;
	d->depth++;
	for (size_t i = 0; i < n; i++)
		expr_dump(d, children[i]);
	d->depth--;
}

/* ---- sets ---------------------------------------------------------------- */

static void elem_dump(struct dump *d, const struct cmd_set *set, size_t row)
{
	const struct elem_batch *b = set->elems;
	const struct elem_look look = { set->layout->f[0].shift,
					set->layout->n == 1
						? set->layout->f[0].dtype
						: NULL };

	indent(d);
	strbuf_puts(d->pr.out,
		    b->flags[row] & ELEM_INTERVAL_END ? "end " : "element ");
	set_key_print(d->p, &set->type, b, row, &look, d->pr.out);
	if (set->type.flags & (NFT_SET_MAP | NFT_SET_OBJECT) &&
	    !(b->flags[row] & ELEM_INTERVAL_END)) {
		strbuf_puts(d->pr.out, " : ");
		set_data_print(d->p, &set->type, b, row, d->pr.out);
	}
	strbuf_putc(d->pr.out, '\n');
}

static void elems_dump(struct dump *d, const struct cmd_set *set)
{
	d->depth++;
	for (size_t row = 0; set->elems && row < set->elems->len; row++)
		elem_dump(d, set, row);
	d->depth--;
}

static void set_dump(struct dump *d, const struct cmd_set *set)
{
	d->depth++;
	indent(d);
	set_type_print(d->p, &set->type, d->pr.out);
	strbuf_printf(d->pr.out, " flags 0x%x", set->type.flags);
	if (set->size)
		strbuf_printf(d->pr.out, " size %u", set->size);
	if (set->timeout_ms)
		strbuf_printf(d->pr.out, " timeout %llums",
			      (unsigned long long)set->timeout_ms);
	strbuf_putc(d->pr.out, '\n');
	d->depth--;
	elems_dump(d, set);
}

/* ---- statements ---------------------------------------------------------- */

static void text_dump(struct dump *d, const struct stmt *s)
{
	struct strbuf text = STRBUF_INIT, *out = d->pr.out;

	d->pr.out = &text;
	s->ops->print(&d->pr, s);
	d->pr.out = out;
	named(s->ops->name, strbuf_str(&text), out);
	strbuf_fini(&text);
}

/* Statements with expressions show these; others are what they print. */
static void stmt_dump(struct dump *d, const struct stmt *s, const char *before)
{
	const struct expr *children[EXPR_CHILDREN];
	const char *word = "";
	size_t n = 0;

	if (s->ops->children)
		n = s->ops->children(s, children, &word);
	indent(d);
	strbuf_puts(d->pr.out, before);
	if (!s->ops->children)
		text_dump(d, s);
	else
		strbuf_printf(d->pr.out, "%s%s%s", s->ops->name,
			      *word ? " " : "", word);
	strbuf_printf(d->pr.out, "%s\n", s->implicit ? " implied" : "");
	d->depth++;
	for (size_t i = 0; i < n; i++)
		expr_dump(d, children[i]);
	d->depth--;
}

static void rule_dump(struct dump *d, const struct cmd *cmd)
{
	const struct rule_ast *r = cmd->rule;

	d->depth++;
	for (size_t i = 0; i < r->sets.len; i++) {
		indent(d);
		strbuf_printf(d->pr.out, "set %u\n", r->sets.v[i]->id);
		set_dump(d, r->sets.v[i]);
	}
	for (const struct stmt *s = r->checked; s; s = s->next) {
		stmt_dump(d, s, "");
		if (!stmt_is(s, match))
			continue;
		for (const struct match_stmt *m =
			     stmt_as_const(s, match_stmt)->merged;
		     m; m = m->merged)
			stmt_dump(d, &m->s, "and ");
	}
	if (r->comment) {
		indent(d);
		strbuf_printf(d->pr.out, "comment \"%s\"\n", r->comment);
	}
	d->depth--;
}

/* ---- commands ------------------------------------------------------------ */

static void chain_dump(struct dump *d, const struct cmd *cmd)
{
	const struct cmd_chain *c = cmd->chain;

	d->depth++;
	if (c && c->is_base) {
		indent(d);
		strbuf_printf(d->pr.out, "type %s hook %s priority %d", c->type,
			      c->hook_name, c->priority);
		strbuf_printf(d->pr.out, " policy %s\n",
			      c->policy == NF_DROP ? "drop" : "accept");
	}
	d->depth--;
}

static void object_dump(struct dump *d, const struct cmd *cmd)
{
	struct strbuf text = STRBUF_INIT;

	if (!cmd->object->nftnl)
		return;
	list_object(cmd->object->nftnl, false, &text);
	strbuf_printf(d->pr.out, "  %s",
		      strbuf_str(&text) + strspn(strbuf_str(&text), "\t"));
	strbuf_fini(&text);
}

static void rule_part(struct dump *d, const struct cmd *cmd)
{
	if (cmd->rule)
		rule_dump(d, cmd);
}

static void set_part(struct dump *d, const struct cmd *cmd)
{
	if (cmd->set)
		set_dump(d, cmd->set);
}

static void elems_part(struct dump *d, const struct cmd *cmd)
{
	if (cmd->set)
		elems_dump(d, cmd->set);
}

static const struct {
	const char *word;
	void (*part)(struct dump *d, const struct cmd *cmd);
} objs[] = {
	[OBJ_RULESET] = { "ruleset", NULL },
	[OBJ_TABLE] = { "table", NULL },
	[OBJ_CHAIN] = { "chain", chain_dump },
	[OBJ_RULE] = { "rule", rule_part },
	[OBJ_SET] = { "set", set_part },
	[OBJ_ELEMENTS] = { "element", elems_part },
	[OBJ_FLOWTABLE] = { "flowtable", NULL },
	[OBJ_OBJECT] = { "object", object_dump },
};

static void handle_dump(const struct cmd_handle *h, struct strbuf *out)
{
	static const char *const families[] = {
		[NFPROTO_INET] = "inet",     [NFPROTO_IPV4] = "ip",
		[NFPROTO_ARP] = "arp",	     [NFPROTO_NETDEV] = "netdev",
		[NFPROTO_BRIDGE] = "bridge", [NFPROTO_IPV6] = "ip6",
	};
	const char *name = h->chain ? h->chain : h->set ? h->set : h->obj;

	if (h->family < ARRAY_LEN(families) && families[h->family])
		strbuf_printf(out, " %s", families[h->family]);
	if (h->table)
		strbuf_printf(out, " %s", h->table);
	if (name)
		strbuf_printf(out, " %s", name);
	if (h->handle)
		strbuf_printf(out, " handle %llu",
			      (unsigned long long)h->handle);
	if (h->position)
		strbuf_printf(out, " position %llu",
			      (unsigned long long)h->position);
	if (h->chain_id)
		strbuf_printf(out, " (%u)", h->chain_id);
	if (h->index)
		strbuf_printf(out, " index %u", h->index - 1);
}

void cmd_dump(struct parser *p, const struct cmd *cmd, struct strbuf *out)
{
	static const char *const ops[] = {
		[CMD_ADD] = "add",	 [CMD_CREATE] = "create",
		[CMD_INSERT] = "insert", [CMD_REPLACE] = "replace",
		[CMD_DELETE] = "delete", [CMD_FLUSH] = "flush",
		[CMD_LIST] = "list",	 [CMD_RESET] = "reset",
		[CMD_RENAME] = "rename",
	};
	static const struct list_world world = { 0 };
	struct dump d = { .pr = { .parser = p,
				  .env = &p->env,
				  .world = &world,
				  .family = cmd->h.family,
				  .out = out },
			  .p = p };

	strbuf_printf(out, "%s %s", ops[cmd->op],
		      cmd->object ? list_object_word(cmd->object->type)
				  : objs[cmd->obj].word);
	handle_dump(&cmd->h, out);
	if (cmd->new_name)
		strbuf_printf(out, " to %s", cmd->new_name);
	strbuf_putc(out, '\n');
	if (objs[cmd->obj].part)
		objs[cmd->obj].part(&d, cmd);
}
