/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation: summary_json() gathers; summary_print() says the same
 * in words by reading that object, so that the two cannot differ.
 */
#include "lab/summary.h"

#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "base/json_text.h"
#include "lab/names.h"

static json_t *verdicts_json(const struct summary *s)
{
	json_t *o = json_object();

	for (int v = 0; v <= PATH_STOLEN; v++) {
		if (s->verdicts[v])
			json_object_set_new(
				o, path_verdict_name(v),
				json_integer((json_int_t)s->verdicts[v]));
	}
	return o;
}

static json_t *reasons_json(const uint64_t *counts)
{
	json_t *o = json_object();

	for (int r = 0; r < REASON_COUNT; r++) {
		if (counts[r])
			json_object_set_new(
				o, reason_name(r),
				json_integer((json_int_t)counts[r]));
	}
	return o;
}

static json_t *drops_json(const struct summary *s)
{
	json_t *o = reasons_json(s->drops);

	if (s->by_rule_drop)
		json_object_set_new(o, reason_name(REASON_rule_drop),
				    json_integer((json_int_t)s->by_rule_drop));
	if (s->by_policy_drop)
		json_object_set_new(
			o, reason_name(REASON_policy_drop),
			json_integer((json_int_t)s->by_policy_drop));
	return o;
}

static json_t *rule_row(const struct summary_world *w,
			const struct vm_rule *rule)
{
	const struct vm_chain_spec *c = vm_chain_spec(vm_rule_chain(rule));
	struct strbuf text = STRBUF_INIT;
	json_t *row;

	w->rule_text(w->data, rule, &text);
	row = json_pack("{s:s, s:s, s:s, s:I, s:o, s:I}", "family",
			family_name(c->family), "table", c->table, "chain",
			c->name, "handle", (json_int_t)vm_rule_handle(rule),
			"text", json_text(strbuf_str(&text)), "hits",
			(json_int_t)vm_rule_hits(rule));
	strbuf_fini(&text);
	return row;
}

static json_t *rules_json(const struct summary_world *w, bool hit)
{
	const struct vm_chain *chain = NULL;
	const struct vm_rule *rule;
	json_t *a = json_array();

	while ((chain = vm_chain_next(w->vm, chain))) {
		rule = NULL;
		while ((rule = vm_rule_next(chain, rule))) {
			if ((vm_rule_hits(rule) > 0) == hit)
				json_array_append_new(a, rule_row(w, rule));
		}
	}
	return a;
}

/* Connections of one protocol in one state. */
struct conn_row {
	uint8_t l4;
	const char *state; /* static strings of the trackers, or NULL */
	uint64_t count;
};

struct conn_rows {
	struct conn_row *v;
	size_t len, cap;
};

static int count_conn(struct ct_conn *ct, void *data)
{
	struct conn_rows *rows = data;
	const char *state = ct_proto_state(ct);
	struct ct_tuple t;
	struct conn_row *r;

	ct_tuple(ct, CT_DIR_ORIGINAL, &t);
	vec_foreach(rows, r) {
		if (r->l4 == t.l4 && r->state == state) {
			r->count++;
			return 0;
		}
	}
	r = vec_add(rows);
	*r = (struct conn_row){ t.l4, state, 1 };
	return 0;
}

static int conn_row_cmp(const void *a, const void *b)
{
	const struct conn_row *x = a, *y = b;

	if (x->l4 != y->l4)
		return x->l4 < y->l4 ? -1 : 1;
	return strcmp(x->state ? x->state : "", y->state ? y->state : "");
}

static json_t *connections_json(const struct summary_world *w)
{
	struct conn_rows rows = { 0 };
	json_t *a = json_array(), *o;
	struct conn_row *r;

	ct_table_foreach(w->ct, &w->now, count_conn, &rows);
	if (rows.len)
		qsort(rows.v, rows.len, sizeof(*rows.v), conn_row_cmp);
	vec_foreach(&rows, r) {
		const char *name = l4_name(r->l4);

		o = json_object();
		if (name)
			json_object_set_new(o, "protocol", json_string(name));
		else
			json_object_set_new(o, "protocol", json_integer(r->l4));
		if (r->state)
			json_object_set_new(o, "state", json_string(r->state));
		json_object_set_new(o, "count",
				    json_integer((json_int_t)r->count));
		json_array_append_new(a, o);
	}
	vec_fini(&rows);
	return a;
}

json_t *summary_json(const struct summary *s, const struct summary_world *w)
{
	json_t *o = json_object();

	json_object_set_new(o, "packets", json_integer((json_int_t)s->packets));
	json_object_set_new(o, "ignored", json_integer((json_int_t)s->ignored));
	json_object_set_new(o, "copies", json_integer((json_int_t)s->copies));
	json_object_set_new(o, "translated",
			    json_pack("{s:I,s:I}", "source",
				      (json_int_t)s->nat_src, "destination",
				      (json_int_t)s->nat_dst));
	json_object_set_new(o, s->readdressed ? "readdressed" : "readdress",
			    json_integer((json_int_t)s->readdress));
	json_object_set_new(o, "steps_back",
			    json_integer((json_int_t)s->steps_back));
	json_object_set_new(o, "verdicts", verdicts_json(s));
	json_object_set_new(o, "to_local",
			    json_integer((json_int_t)s->to_local));
	json_object_set_new(o, "drops", drops_json(s));
	json_object_set_new(o, "invalid", reasons_json(s->invalid));
	json_object_set_new(o, "rules_hit", rules_json(w, true));
	json_object_set_new(o, "rules_never_hit", rules_json(w, false));
	json_object_set_new(o, "connections", connections_json(w));
	return o;
}

static json_int_t number(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

static const char *string(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

/* "accept 12, drop 3" */
static void print_counts(FILE *out, json_t *counts)
{
	const char *key, *sep = "";
	json_t *value;

	json_object_foreach(counts, key, value) {
		fprintf(out, "%s%s %lld", sep, key,
			(long long)json_integer_value(value));
		sep = ", ";
	}
	fputc('\n', out);
}

/* One line per reason, with what it means. */
static void print_reasons(FILE *out, const char *title, json_t *counts)
{
	json_t *value;
	int r;

	if (!json_object_size(counts))
		return;
	fprintf(out, "%s:\n", title);
	for (r = 0; r < REASON_COUNT; r++) {
		value = json_object_get(counts, reason_name(r));
		if (value)
			fprintf(out, "%10lld  %-18s %s\n",
				(long long)json_integer_value(value),
				reason_name(r), reason_text(r));
	}
}

/* Are two rows of one chain? The same name is in many tables. */
static bool same_chain(const json_t *a, const json_t *b)
{
	static const char *const keys[] = { "family", "table", "chain" };

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		if (strcmp(string(a, keys[i]), string(b, keys[i])) != 0)
			return false;
	}
	return true;
}

static void print_rules(FILE *out, const char *title, json_t *rules)
{
	json_t *row, *before = NULL;
	size_t i;

	if (!json_array_size(rules))
		return;
	fprintf(out, "%s:\n", title);
	json_array_foreach(rules, i, row) {
		if (!same_chain(row, before))
			fprintf(out, "  %s %s %s\n", string(row, "family"),
				string(row, "table"), string(row, "chain"));
		before = row;
		fprintf(out, "%10lld  %s\n", (long long)number(row, "hits"),
			string(row, "text"));
	}
}

static void print_connections(FILE *out, json_t *rows)
{
	size_t i;
	json_t *row, *protocol;

	if (!json_array_size(rows))
		return;
	fputs("connections at the end:\n", out);
	json_array_foreach(rows, i, row) {
		protocol = json_object_get(row, "protocol");
		fprintf(out, "%10lld  ", (long long)number(row, "count"));
		if (json_is_string(protocol))
			fputs(json_string_value(protocol), out);
		else
			fprintf(out, "protocol %lld",
				(long long)json_integer_value(protocol));
		if (*string(row, "state"))
			fprintf(out, " %s", string(row, "state"));
		fputc('\n', out);
	}
}

void summary_print(const struct summary *s, const struct summary_world *w,
		   FILE *out)
{
	json_t *o = summary_json(s, w);

	fprintf(out, "packets %lld: ", (long long)number(o, "packets"));
	print_counts(out, json_object_get(o, "verdicts"));
	if (s->ignored)
		fprintf(out, "not IP: %llu\n", (unsigned long long)s->ignored);
	if (s->copies)
		fprintf(out, "captured twice, judged once: %llu\n",
			(unsigned long long)s->copies);
	if (s->nat_src | s->nat_dst)
		fprintf(out,
			"translated: source of %llu, destination of %llu\n",
			(unsigned long long)s->nat_src,
			(unsigned long long)s->nat_dst);
	if (s->readdress)
		fprintf(out,
			s->readdressed
				? "replies readdressed: %llu\n"
				: "replies captured under other translations: "
				  "%llu (--readdress)\n",
			(unsigned long long)s->readdress);
	if (s->steps_back)
		fprintf(out, "clock stepped back: %llu times\n",
			(unsigned long long)s->steps_back);
	print_reasons(out, "drops by reason", json_object_get(o, "drops"));
	print_reasons(out, "invalid by reason", json_object_get(o, "invalid"));
	print_rules(out, "rules hit", json_object_get(o, "rules_hit"));
	print_rules(out, "rules never hit",
		    json_object_get(o, "rules_never_hit"));
	print_connections(out, json_object_get(o, "connections"));
	json_decref(o);
}
