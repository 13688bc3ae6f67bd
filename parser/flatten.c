/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From items to commands: names are resolved to family, table and the rest,
 * blocks become the commands that nft sends for them (the table, its chains,
 * its objects, its sets with their elements, then all rules), and each is
 * checked. A faulty command is left out; the others are still checked.
 */
#include "parser/flatten.h"

#include <stdio.h>
#include <libnftnl/object.h>
#include <libnftnl/set.h>
#include <libnftnl/udata.h>
#include <netinet/in.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "parser/build.h"
#include "parser/chain.h"
#include "parser/grammar.h"
#include "parser/merge.h"
#include "parser/names.h"
#include "parser/object.h"
#include "parser/setdecl.h"

static const struct {
	const char *word;
	uint8_t family;
} families[] = {
	{ "ip", NFPROTO_IPV4 },	      { "ip6", NFPROTO_IPV6 },
	{ "inet", NFPROTO_INET },     { "arp", NFPROTO_ARP },
	{ "bridge", NFPROTO_BRIDGE }, { "netdev", NFPROTO_NETDEV },
};

static int bad_family(struct parser *p, const char *word, const struct loc *loc)
{
	const char *names[ARRAY_LEN(families)], *near;

	for (size_t i = 0; i < ARRAY_LEN(families); i++)
		names[i] = families[i].word;
	diag_error(p->diags, loc, "no family \"%s\"", word);
	near = diag_nearest(word, names, ARRAY_LEN(names));
	if (near)
		diag_hint(p->diags, "did you mean \"%s\"?", near);
	return -1;
}

static int find_family(struct parser *p, const char *word,
		       const struct loc *loc, uint8_t *family)
{
	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		if (strcmp(families[i].word, word) != 0)
			continue;
		*family = families[i].family;
		return 0;
	}
	return bad_family(p, word, loc);
}

#define NAME_MAX_BYTES 255

/* The keyword that more words are reserved behind, or 0. */
static int word_before(struct parser *p, const struct item *it)
{
	const struct keyword *kw;
	const char *word;

	if (it->op == CMD_LIST && (it->obj == OBJ_TABLE ||
				   it->obj == OBJ_CHAIN || it->obj == OBJ_SET))
		return LIST;
	if (it->obj != OBJ_OBJECT)
		return 0;
	word = object_by_type(it->object_type)->word;
	kw = keywords_find(p->keywords, word, strcspn(word, " "));
	return kw->token;
}

static bool bad_name(struct parser *p, const struct item *it, unsigned i)
{
	const struct name_list *l = it->names;
	int behind = word_before(p, it);
	struct str name = { l->v[i], (uint32_t)strlen(l->v[i]) };

	if (name.len > NAME_MAX_BYTES) {
		diag_error(p->diags, &l->loc[i],
			   "a name has 1 to %d characters", NAME_MAX_BYTES);
		return true;
	}
	if (!keywords_reserve_behind(p->keywords, behind, name))
		return false;
	build_name_behind(p, behind, name, &l->loc[i]);
	return true;
}

/* [family] and @want more names: table, and chain, set or object. */
static int names(struct parser *p, const struct item *it, unsigned want,
		 struct cmd_handle *h)
{
	const struct name_list *l = it->names;
	unsigned at = 0;

	h->family = NFPROTO_IPV4;
	if (!l || l->n < want || l->n > want + 1)
		return diag_error(p->diags,
				  l && l->n ? &l->loc[l->n - 1] : &it->loc,
				  want == 1
					  ? "[FAMILY] TABLE is expected"
					  : "[FAMILY] TABLE NAME is expected");
	if (l->n == want + 1 &&
	    find_family(p, l->v[at], &l->loc[at], &h->family))
		return -1;
	at += l->n == want + 1;
	for (unsigned i = at; i < l->n; i++)
		if (bad_name(p, it, i))
			return -1;
	h->table = l->v[at];
	h->table_loc = l->loc[at];
	if (want < 2)
		return 0;
	h->chain = h->set = h->obj = l->v[at + 1];
	h->chain_loc = h->set_loc = h->obj_loc = l->loc[at + 1];
	return 0;
}

/* Only the part that the command is about. */
static void keep_name(struct cmd_handle *h, enum cmd_obj obj)
{
	if (obj != OBJ_CHAIN && obj != OBJ_RULE)
		h->chain = NULL;
	if (obj != OBJ_SET && obj != OBJ_ELEMENTS)
		h->set = NULL;
	if (obj != OBJ_OBJECT && obj != OBJ_FLOWTABLE)
		h->obj = NULL;
}

static struct cmd *cmd_new(struct parser *p, const struct item *it,
			   enum cmd_obj obj, const struct cmd_handle *h)
{
	struct cmd *cmd = arena_new_of(p->work, struct cmd);

	cmd->op = it->op;
	cmd->obj = obj;
	cmd->loc = it->loc;
	cmd->h = *h;
	keep_name(&cmd->h, obj);
	cmd->h.handle = it->handle;
	cmd->h.position = it->position;
	cmd->h.index = it->index;
	cmd->h.handle_loc = it->handle_loc;
	cmd->comment = it->comment;
	list_add_tail(&p->cmds, &cmd->node);
	return cmd;
}

static bool is_declaration(const struct item *it)
{
	return it->op == CMD_ADD || it->op == CMD_CREATE;
}

/* ---- what is made is taken ------------------------------------------------ */

void parser_drop_sets(struct parser *p)
{
	struct cmd_set **set;

	vec_foreach(&p->all_sets, set) {
		if ((*set)->nftnl)
			nftnl_set_free((*set)->nftnl);
		if ((*set)->elems)
			elem_batch_fini((*set)->elems);
		free((*set)->elems);
	}
	vec_fini(&p->all_sets);
}

/* Give the sink the commands that there are; then they and their sets are
 * gone. */
static void deliver(struct parser *p)
{
	struct cmd *cmd, *tmp;
	unsigned errors;

	if (!p->sink)
		return;
	list_for_each_safe(cmd, tmp, &p->cmds, node) {
		list_del(&cmd->node);
		errors = diags_errors(p->diags);
		if (errors == p->sink_errors)
			p->sink(p->sink_data, cmd);
		/* what it refused is no fault of the text */
		p->sink_errors += diags_errors(p->diags) - errors;
	}
	parser_drop_sets(p);
	arena_reset(p->work);
}

/* ---- rules --------------------------------------------------------------- */

static bool is_terminal(const struct stmt *s)
{
	const struct verdict_stmt *v = stmt_as_const(s, verdict_stmt);

	if (stmt_is(s, reject) || stmt_is(s, nat) || stmt_is(s, masquerade) ||
	    stmt_is(s, redirect) || stmt_is(s, queue) || stmt_is(s, fwd))
		return true;
	return stmt_is(s, verdict) && expr_is(v->e, verdict) &&
	       expr_as(v->e, verdict_expr)->code != NFT_CONTINUE &&
	       !expr_as(v->e, verdict_expr)->own;
}

static int check_stmts(struct check *c, struct rule_ast *r)
{
	int err = 0;

	for (struct stmt *s = r->written; s; s = s->next) {
		if (s->ops->check(c, s))
			err = -1;
		if (s->next && is_terminal(s))
			err = diag_error2(c->diags, &s->next->loc, &s->loc,
					  "nothing comes after this verdict");
	}
	return err;
}

static struct own_rules *own_rules(const struct stmt *s)
{
	const struct verdict_stmt *v = stmt_as_const(s, verdict_stmt);

	return stmt_is(s, verdict) && expr_is(v->e, verdict)
		       ? expr_as(v->e, verdict_expr)->own
		       : NULL;
}

static void flatten_rule(struct parser *p, const struct item *it,
			 const struct cmd_handle *h, struct rule_ast *r);

/* A chain that a rule leads to comes before it, with its rules. Return: the
 * anonymous sets of the rule that were sent by now, of @n_sets before. */
static unsigned flatten_own(struct parser *p, const struct item *it,
			    const struct cmd_handle *h, struct rule_ast *r,
			    const struct own_rules *own, unsigned n_sets)
{
	struct item add = *it;
	struct cmd_handle chain = *h;
	struct cmd *cmd;

	add.op = CMD_ADD;
	add.handle = add.position = add.index = 0;
	chain.chain = NULL;
	chain.chain_id = own->id;
	cmd = cmd_new(p, &add, OBJ_CHAIN, &chain);
	cmd->rule = r;
	cmd->sets_from = n_sets;
	cmd->sets_to = own->n_sets;
	for (size_t i = 0; i < own->rules.len; i++)
		flatten_rule(p, &add, &chain, own->rules.v[i]);
	return own->n_sets;
}

static void flatten_rule(struct parser *p, const struct item *it,
			 const struct cmd_handle *h, struct rule_ast *r)
{
	unsigned errors = diags_errors(p->diags), n_sets = 0;
	struct check c;
	struct cmd *cmd;

	check_init(&c, p, h->family, h->table, r);
	c.in_rule = h->chain_id;
	c.arena = p->work;
	if (check_stmts(&c, r) || diags_errors(p->diags) != errors)
		return;
	for (const struct stmt *s = r->checked; s; s = s->next)
		if (own_rules(s))
			n_sets = flatten_own(p, it, h, r, own_rules(s), n_sets);
	drop_redundant(r, h->family);
	merge_payloads(r);
	cmd = cmd_new(p, it, OBJ_RULE, h);
	cmd->rule = r;
	cmd->sets_from = n_sets;
	cmd->sets_to = (unsigned)r->sets.len;
	cmd->comment = r->comment;
	if (r->written)
		cmd->loc = r->written->loc;
}

static void flatten_rule_cmd(struct parser *p, const struct item *it)
{
	struct cmd_handle h = { 0 };

	if (names(p, it, 2, &h))
		return;
	if (it->op != CMD_DELETE &&
	    !names_has_chain(p, h.family, h.table, h.chain)) {
		struct check c;

		check_init(&c, p, h.family, h.table, NULL);
		names_unknown_chain(&c, &h.chain_loc, h.chain);
		return;
	}
	if ((it->op == CMD_DELETE || it->op == CMD_REPLACE) && !it->handle) {
		diag_error(p->diags, &it->loc, "handle NUMBER is expected");
		return;
	}
	if (it->rule)
		flatten_rule(p, it, &h, it->rule);
	else
		cmd_new(p, it, OBJ_RULE, &h);
}

/* ---- chains, sets, objects ----------------------------------------------- */

static void flatten_chain(struct parser *p, const struct item *it,
			  const struct cmd_handle *h)
{
	struct cmd_chain *ch;
	struct check c;
	struct cmd *cmd;

	check_init(&c, p, h->family, h->table, NULL);
	names_add_chain(p, h->family, h->table, h->chain);
	ch = chain_check(&c, it);
	if (!ch)
		return;
	cmd = cmd_new(p, it, OBJ_CHAIN, h);
	cmd->chain = ch;
}

static void flatten_rules(struct parser *p, const struct item *it,
			  const struct cmd_handle *h)
{
	struct item rule = *it;

	if (!it->chain)
		return;
	rule.op = CMD_ADD;
	for (size_t i = 0; i < it->chain->rules.len; i++) {
		flatten_rule(p, &rule, h, it->chain->rules.v[i]);
		deliver(p);
	}
}

/* ---- sets that rules change ---------------------------------------------- */
/*
 * A set that a rule of the text adds to is dynamic, said or not, and must be
 * made so: rules are looked through for such sets before any set is made.
 */

static const char *set_key(char *buf, size_t size, uint8_t family,
			   const char *table, const char *set)
{
	snprintf(buf, size, "%u %s %s", family, table, set);
	return buf;
}

static void note_rule(struct parser *p, const struct rule_ast *r,
		      uint8_t family, const char *table)
{
	char key[600];

	for (const struct stmt *s = r ? r->written : NULL; s; s = s->next) {
		const struct dynset_stmt *d = stmt_as_const(s, dynset_stmt);
		const struct own_rules *own = own_rules(s);

		for (size_t i = 0; own && i < own->rules.len; i++)
			note_rule(p, own->rules.v[i], family, table);
		if (!stmt_is(s, dynset) || d->is_meter ||
		    !expr_is(d->set, setref))
			continue;
		strmap_put(p->changed_sets,
			   set_key(key, sizeof(key), family, table,
				   expr_as(d->set, setref_expr)->name),
			   p);
	}
}

/* The family and table of an item's names; false: none that could be. */
static bool table_of(const struct item *it, unsigned want, uint8_t *family,
		     const char **table)
{
	const struct name_list *l = it->names;

	*family = NFPROTO_IPV4;
	if (!l || l->n < want || l->n > want + 1)
		return false;
	*table = l->v[l->n - want];
	for (size_t i = 0; l->n > want && i < ARRAY_LEN(families); i++)
		if (!strcmp(families[i].word, l->v[0]))
			*family = families[i].family;
	return true;
}

static void note_chain(struct parser *p, const struct item *it, uint8_t family,
		       const char *table)
{
	for (size_t i = 0; it->chain && i < it->chain->rules.len; i++)
		note_rule(p, it->chain->rules.v[i], family, table);
}

static void note_changed_sets(struct parser *p, const struct item *it)
{
	bool is_table = it->obj == OBJ_TABLE;
	const struct item *child;
	const char *table;
	uint8_t family;

	if (!table_of(it, is_table ? 1 : 2, &family, &table))
		return;
	note_rule(p, it->rule, family, table);
	note_chain(p, it, family, table);
	if (!is_table || !is_declaration(it))
		return;
	list_for_each(child, &it->children, node)
		note_chain(p, child, family, table);
}

static bool is_changed(struct parser *p, const struct cmd_handle *h)
{
	char key[600];

	return strmap_get(p->changed_sets, set_key(key, sizeof(key), h->family,
						   h->table, h->set));
}

static void make_dynamic(struct cmd_set *set)
{
	set->type.flags |= NFT_SET_EVAL;
	nftnl_set_set_u32(set->nftnl, NFTNL_SET_FLAGS, set->type.flags);
}

static void flatten_set(struct parser *p, const struct item *it,
			const struct cmd_handle *h)
{
	unsigned errors = diags_errors(p->diags);
	struct cmd_set *set = declset_check(p, h, it);
	struct cmd *cmd;

	if (set)
		names_add_set(p, h->family, h->table, h->set, &set->type);
	if (set && set->nftnl && is_changed(p, h))
		make_dynamic(set);
	if (!set || diags_errors(p->diags) != errors)
		return;
	cmd = cmd_new(p, it, OBJ_SET, h);
	cmd->set = set;
}

static void flatten_flowtable(struct parser *p, const struct item *it,
			      const struct cmd_handle *h)
{
	struct cmd_flowtable *f;
	struct check c;

	check_init(&c, p, h->family, h->table, NULL);
	f = flowtable_check(&c, it);
	if (f)
		cmd_new(p, it, OBJ_FLOWTABLE, h)->flowtable = f;
}

/* nft's note: NFTNL_UDATA_OBJ_COMMENT. */
static void object_comment(struct nftnl_obj *o, const char *comment)
{
	struct nftnl_udata_buf *b = nftnl_udata_buf_alloc(256);

	if (!b)
		xalloc_failed(0);
	nftnl_udata_put_strz(b, NFTNL_UDATA_OBJ_COMMENT, comment);
	nftnl_obj_set_data(o, NFTNL_OBJ_USERDATA, nftnl_udata_buf_data(b),
			   nftnl_udata_buf_len(b));
	nftnl_udata_buf_free(b);
}

static struct nftnl_obj *object_nftnl(struct parser *p, const struct item *it,
				      const struct cmd_handle *h)
{
	struct nftnl_obj *o = nftnl_obj_alloc();

	if (!o)
		xalloc_failed(0);
	vec_push(&p->all_objects, o);
	nftnl_obj_set_u32(o, NFTNL_OBJ_FAMILY, h->family);
	nftnl_obj_set_str(o, NFTNL_OBJ_TABLE, h->table);
	nftnl_obj_set_str(o, NFTNL_OBJ_NAME, h->obj);
	nftnl_obj_set_u32(o, NFTNL_OBJ_TYPE, it->object_type);
	object_by_type(it->object_type)->put(o, it->object);
	if (it->comment)
		object_comment(o, it->comment);
	return o;
}

static void flatten_object(struct parser *p, const struct item *it,
			   const struct cmd_handle *h)
{
	struct cmd *cmd = cmd_new(p, it, OBJ_OBJECT, h);

	cmd->object = arena_new_of(p->arena, struct cmd_object);
	cmd->object->type = it->object_type;
	cmd->object->comment = it->comment;
	if (!is_declaration(it))
		return;
	if (it->object)
		cmd->object->nftnl = object_nftnl(p, it, h);
	else
		diag_error(p->diags, &it->loc, "a %s needs its numbers",
			   object_by_type(it->object_type)->word);
}

static void child_handle(const struct cmd_handle *table, const struct item *it,
			 struct cmd_handle *h)
{
	*h = *table;
	h->chain = h->set = h->obj = it->names->v[0];
	h->chain_loc = h->set_loc = h->obj_loc = it->names->loc[0];
}

static void each_child(struct parser *p, const struct item *table,
		       const struct cmd_handle *h, enum cmd_obj obj,
		       void (*one)(struct parser *p, const struct item *it,
				   const struct cmd_handle *h))
{
	struct cmd_handle child;
	struct item *it;

	list_for_each(it, &table->children, node) {
		if (it->obj != obj || bad_name(p, it, 0))
			continue;
		child_handle(h, it, &child);
		one(p, it, &child);
		deliver(p);
	}
}

static void flatten_table(struct parser *p, const struct item *it)
{
	struct cmd_handle h = { 0 };
	struct cmd *cmd;

	if (names(p, it, 1, &h))
		return;
	names_add_table(p, h.family, h.table);
	cmd = cmd_new(p, it, OBJ_TABLE, &h);
	cmd->table_flags = it->flags;
	deliver(p);
	each_child(p, it, &h, OBJ_CHAIN, flatten_chain);
	each_child(p, it, &h, OBJ_OBJECT, flatten_object);
	each_child(p, it, &h, OBJ_SET, flatten_set);
	each_child(p, it, &h, OBJ_FLOWTABLE, flatten_flowtable);
	each_child(p, it, &h, OBJ_CHAIN, flatten_rules);
}

/* ---- the other commands -------------------------------------------------- */

/* nft sends intervals with the declaration of the set as well, when that is in
 * the same text: they exist when they are to be created. */
static bool exists(struct parser *p, const struct item *it,
		   const struct cmd_handle *h, const struct cmd_set *set)
{
	if (it->op != CMD_CREATE || !set->type.layout || !set->elems ||
	    !set_is_ranges(&set->type))
		return false;
	diag_error(p->diags, &it->elems->loc,
		   "elements of set '%s' that the same text declares: nft "
		   "sends them with it: File exists",
		   h->set);
	return true;
}

static void flatten_elements(struct parser *p, const struct item *it)
{
	const struct set_type *type;
	struct cmd_handle h = { 0 };
	struct set_layout l;
	struct cmd_set *set;
	struct expr *literal = it->elems;
	struct check c;

	if (names(p, it, 2, &h))
		return;
	check_init(&c, p, h.family, h.table, NULL);
	type = names_set(p, h.family, h.table, h.set);
	if (!type) {
		names_unknown_set(&c, &h.set_loc, h.set);
		return;
	}
	if (set_layout_of_type(&c, type, &h.set_loc, &l))
		return;
	set = arena_new_of(p->arena, struct cmd_set);
	set->type = *type;
	set->layout = arena_memdup(p->arena, &l, sizeof(l));
	set->auto_merge = type->auto_merge;
	set->no_first = type->has_elems || !type->layout;
	vec_push(&p->all_sets, set);
	if (set_fill(&c, set, &l, &literal, 1, it->op == CMD_DELETE) ||
	    exists(p, it, &h, set))
		return;
	set->stays = it->op == CMD_DELETE && type->unsent;
	if (type->layout) {
		((struct set_type *)(uintptr_t)type)->has_elems = true;
		((struct set_type *)(uintptr_t)type)->unsent = false;
	}
	set_nftnl(&c, set, &l, h.set);
	cmd_new(p, it, OBJ_ELEMENTS, &h)->set = set;
}

/* `flush set' of a map, or the other way round. */
static bool is_other_kind(struct parser *p, const struct item *it,
			  const struct cmd_handle *h)
{
	const struct set_type *type;
	bool is_map;

	if (it->obj != OBJ_SET || it->op != CMD_FLUSH)
		return false;
	type = names_set(p, h->family, h->table, h->set);
	is_map = type && type->flags & (NFT_SET_MAP | NFT_SET_OBJECT);
	if (!type || is_map == !strcmp(it->list_what, "map"))
		return false;
	diag_error(p->diags, &h->set_loc, "\"%s\" is a %s, not a %s", h->set,
		   is_map ? "map" : "set", it->list_what);
	return true;
}

static void flatten_named(struct parser *p, const struct item *it)
{
	struct cmd_handle h = { 0 };

	if (!it->names && it->op == CMD_LIST) {
		cmd_new(p, it, it->obj, &h);
		return;
	}
	if (names(p, it, it->obj == OBJ_TABLE || it->handle ? 1 : 2, &h))
		return;
	if (is_declaration(it) && !names_has_table(p, h.family, h.table)) {
		names_unknown_table(p, &h.table_loc, h.family, h.table);
		return;
	}
	if (is_other_kind(p, it, &h))
		return;
	if (it->obj == OBJ_OBJECT) {
		flatten_object(p, it, &h);
	} else if (!is_declaration(it)) {
		cmd_new(p, it, it->obj, &h);
	} else if (it->obj == OBJ_FLOWTABLE) {
		flatten_flowtable(p, it, &h);
	} else if (it->obj == OBJ_CHAIN) {
		flatten_chain(p, it, &h);
		flatten_rules(p, it, &h);
	} else {
		flatten_set(p, it, &h);
	}
}

static void flatten_ruleset(struct parser *p, const struct item *it)
{
	struct cmd_handle h = { 0 };

	if (it->names && it->names->n > 1) {
		diag_error(p->diags, &it->names->loc[1],
			   "one family is enough");
		return;
	}
	if (it->names &&
	    find_family(p, it->names->v[0], &it->names->loc[0], &h.family))
		return;
	cmd_new(p, it, OBJ_RULESET, &h);
}

static void flatten_rename(struct parser *p, const struct item *it)
{
	struct name_list names_only = *it->names;
	struct item chain = *it;
	struct cmd_handle h = { 0 };

	if (names_only.n < 3) {
		diag_error(p->diags, &it->loc,
			   "[FAMILY] TABLE CHAIN NEW-NAME is expected");
		return;
	}
	names_only.n--;
	chain.names = &names_only;
	if (names(p, &chain, 2, &h))
		return;
	if (bad_name(p, it, names_only.n))
		return;
	names_add_chain(p, h.family, h.table, it->names->v[names_only.n]);
	cmd_new(p, it, OBJ_CHAIN, &h)->new_name = it->names->v[names_only.n];
}

static void flatten_item(struct parser *p, const struct item *it)
{
	if (it->obj == OBJ_RULESET)
		flatten_ruleset(p, it);
	else if (it->op == CMD_RENAME)
		flatten_rename(p, it);
	else if (it->obj == OBJ_TABLE && is_declaration(it))
		flatten_table(p, it);
	else if (it->obj == OBJ_RULE)
		flatten_rule_cmd(p, it);
	else if (it->obj == OBJ_ELEMENTS)
		flatten_elements(p, it);
	else
		flatten_named(p, it);
}

void parser_flatten(struct parser *p)
{
	struct item *it, *tmp;

	list_for_each(it, &p->pending, node)
		note_changed_sets(p, it);
	list_for_each_safe(it, tmp, &p->pending, node) {
		list_del(&it->node);
		flatten_item(p, it);
		deliver(p);
	}
}
