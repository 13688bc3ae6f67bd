/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kinds of expressions and statements share in JSON.
 *
 * Ref: json.c of nft 1.0.6; libnftables-json(5).
 */
#include "parser/json.h"

#include <stdio.h>

/* integer_type_json() */
static json_t *number(u128 v)
{
	char text[40];

	if (v <= INT64_MAX)
		return json_integer((json_int_t)v);
	if (v <= UINT64_MAX)
		return json_integer((json_int_t)(uint64_t)v);
	if (v >> 64)
		snprintf(text, sizeof(text), "0x%llx%016llx",
			 (unsigned long long)(v >> 64), (unsigned long long)v);
	return json_string(text);
}

/* What is listed in quotes is text, whatever it looks like. */
static json_t *of_text(struct strbuf *text)
{
	struct str word = { .s = strbuf_str(text), .len = (uint32_t)text->len };
	u128 v;

	if (word.len >= 2 && word.s[0] == '"') {
		text->s[word.len - 1] = '\0';
		return json_text(text->s + 1);
	}
	return str_number(word, &v) ? number(v) : json_text(word.s);
}

/* Numbers of these are text, too. */
static bool is_text(const struct datatype *t)
{
	return t->id == TYPE_IFINDEX || t->id == TYPE_REALM;
}

json_t *json_constant(const struct parser_env *env, const struct datatype *t,
		      u128 v, unsigned bits)
{
	struct strbuf text = STRBUF_INIT;
	json_t *o;

	if (t->id == TYPE_BOOLEAN)
		return json_boolean(v != 0);
	if (t->id == TYPE_TIME)
		return number(v / 1000);
	datatype_print(env, t, v, bits, &text);
	if (is_text(t) && text.s[0] != '"')
		o = json_string(text.s);
	else
		o = of_text(&text);
	strbuf_fini(&text);
	return o;
}

json_t *json_bound(const struct parser_env *env, const struct datatype *t,
		   u128 v, unsigned bits)
{
	struct parser_env numeric = *env;

	numeric.numeric |= t->id == TYPE_INET_PROTOCOL;
	return json_constant(&numeric, t, v, bits);
}

json_t *json_verdict(int32_t code, const char *chain)
{
	return json_one(verdict_word(code),
			chain ? json_one("target", json_text(chain))
			      : json_null());
}

json_t *json_one(const char *key, json_t *value)
{
	return json_pack("{s:o}", key, value);
}

json_t *json_prefix(json_t *addr, unsigned bits)
{
	return json_pack("{s:{s:o, s:i}}", "prefix", "addr", addr, "len",
			 (int)bits);
}

json_t *json_empty_or(const char *key, json_t *fields)
{
	if (json_object_size(fields))
		return json_one(key, fields);
	json_decref(fields);
	return json_one(key, json_null());
}

void json_put_words(json_t *o, const char *key, json_t *words)
{
	if (json_array_size(words) > 1)
		json_object_set(o, key, words);
	else if (json_array_size(words))
		json_object_set(o, key, json_array_get(words, 0));
	json_decref(words);
}

void json_put_size(json_t *o, const char *key, const char *unit_key,
		   uint64_t bytes)
{
	const char *unit = size_unit(&bytes);

	json_object_set_new(o, key, json_integer((json_int_t)bytes));
	json_object_set_new(o, unit_key, json_string(unit));
}

json_t *json_stmts(struct printer *pr, const struct stmt *s)
{
	json_t *a = json_array();

	for (; s; s = s->next)
		json_array_append_new(a, s->ops->json(pr, s));
	return a;
}
