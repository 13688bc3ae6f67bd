/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables, chains and sets by name: one map of tables, two maps in each. */
#include "parser/names.h"

#include <stdlib.h>

struct table_names {
	uint8_t family;
	const char *name;
	struct strmap *chains, *sets;
};

static const char *table_key(char *buf, size_t size, uint8_t family,
			     const char *table)
{
	snprintf(buf, size, "%u %s", family, table);
	return buf;
}

static struct table_names *find(struct parser *p, uint8_t family,
				const char *table)
{
	char key[300];

	return strmap_get(p->tables,
			  table_key(key, sizeof(key), family, table));
}

static struct table_names *get(struct parser *p, uint8_t family,
			       const char *table)
{
	struct table_names *t = find(p, family, table);
	char key[300];

	if (t)
		return t;
	t = arena_new_of(p->arena, struct table_names);
	t->family = family;
	t->name = arena_strdup(p->arena, table);
	t->chains = strmap_new();
	t->sets = strmap_new();
	strmap_put(p->tables, table_key(key, sizeof(key), family, table), t);
	return t;
}

void names_add_table(struct parser *p, uint8_t family, const char *table)
{
	get(p, family, table);
}

void names_add_chain(struct parser *p, uint8_t family, const char *table,
		     const char *chain)
{
	strmap_put(get(p, family, table)->chains, chain, p);
}

void names_add_set(struct parser *p, uint8_t family, const char *table,
		   const char *set, const struct set_type *type)
{
	strmap_put(get(p, family, table)->sets, set, (void *)(uintptr_t)type);
}

bool names_has_table(struct parser *p, uint8_t family, const char *table)
{
	const struct parser_env *env = &p->env;

	return find(p, family, table) ||
	       (env->find_table && env->find_table(env->data, family, table));
}

bool names_has_chain(struct parser *p, uint8_t family, const char *table,
		     const char *chain)
{
	const struct parser_env *env = &p->env;
	struct table_names *t = find(p, family, table);

	return (t && strmap_get(t->chains, chain)) ||
	       (env->find_chain &&
		env->find_chain(env->data, family, table, chain));
}

const struct set_type *names_set(struct parser *p, uint8_t family,
				 const char *table, const char *set)
{
	const struct parser_env *env = &p->env;
	struct table_names *t = find(p, family, table);
	const struct set_type *type = t ? strmap_get(t->sets, set) : NULL;

	if (!type && env->find_set)
		type = env->find_set(env->data, family, table, set);
	return type;
}

static void unknown(struct parser *p, const struct loc *loc, const char *what,
		    const char *name, const struct strmap *known)
{
	const char *names[256], *key, *near;
	size_t n = 0, pos = 0;

	diag_error(p->diags, loc, "no %s \"%s\"", what, name);
	while (known && n < ARRAY_LEN(names) && strmap_next(known, &pos, &key))
		names[n++] = key;
	near = n ? diag_nearest(name, names, n) : NULL;
	if (near)
		diag_hint(p->diags, "did you mean \"%s\"?", near);
}

void names_unknown_set(struct check *c, const struct loc *loc, const char *name)
{
	struct table_names *t = find(c->parser, c->family, c->table);

	unknown(c->parser, loc, "set or map", name, t ? t->sets : NULL);
}

void names_unknown_chain(struct check *c, const struct loc *loc,
			 const char *name)
{
	struct table_names *t = find(c->parser, c->family, c->table);

	unknown(c->parser, loc, "chain", name, t ? t->chains : NULL);
}

int names_unknown_table(struct parser *p, const struct loc *loc, uint8_t family,
			const char *name)
{
	const char *names[256], *near, *key;
	const struct table_names *t;
	size_t n = 0, pos = 0;

	diag_error(p->diags, loc, "no table \"%s\" of this family", name);
	while (n < ARRAY_LEN(names) && (t = strmap_next(p->tables, &pos, &key)))
		if (t->family == family)
			names[n++] = t->name;
	near = n ? diag_nearest(name, names, n) : NULL;
	if (near)
		diag_hint(p->diags, "did you mean \"%s\"?", near);
	return -1;
}

void names_free(struct parser *p)
{
	struct table_names *t;
	const char *key;
	size_t pos = 0;

	while ((t = strmap_next(p->tables, &pos, &key))) {
		strmap_free(t->chains);
		strmap_free(t->sets);
	}
	strmap_free(p->tables);
}
