/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A journey's tree for people: one line a node, indented by its depth. */
#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"
#include "lab/trace_tree.h"
#include "lab/why.h"

/* Where what a rule came to stands, when its text leaves room. */
#define OUTCOME_COLUMN 64

static const char *str(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

static void indent(FILE *out, unsigned depth)
{
	fprintf(out, "%*s", (int)(2 * depth), "");
}

static void put_node(const json_t *node, FILE *out, unsigned depth);
static void put_nodes(const json_t *nodes, FILE *out, unsigned depth);
static void put_chain(const json_t *node, FILE *out, unsigned depth);

/* "no: tcp dport 22, but it has tcp dport 443" */
static void put_outcome(const json_t *rule, FILE *out)
{
	const char *verdict = str(rule, "verdict");

	if (strcmp(verdict, "break")) {
		fputs(strcmp(verdict, "continue") ? verdict : "yes", out);
		if (*str(rule, "chain"))
			fprintf(out, " %s", str(rule, "chain"));
		return;
	}
	fprintf(out, "no: %s", str(rule, "match"));
	if (*str(rule, "seen"))
		fprintf(out, " (it is %s)", str(rule, "seen"));
}

static void put_set(const json_t *set, FILE *out, unsigned depth)
{
	const json_t *one;
	size_t i;

	json_array_foreach(set, i, one) {
		indent(out, depth);
		fprintf(out, "-> %s\n", json_string_value(one));
	}
}

static void put_rule(const json_t *rule, FILE *out, unsigned depth)
{
	int used;

	indent(out, depth);
	used = fprintf(out, "%s%s%s", str(rule, "place"),
		       *str(rule, "place") ? ": " : "", str(rule, "text"));
	used += (int)(2 * depth);
	if (used < OUTCOME_COLUMN)
		fprintf(out, "%*s", OUTCOME_COLUMN - used, "");
	fputs("  ", out);
	put_outcome(rule, out);
	fputc('\n', out);
	put_set(json_object_get(rule, "set"), out, depth + 1);
	if (json_object_get(rule, "into"))
		put_chain(json_object_get(rule, "into"), out, depth + 1);
}

static void put_chain(const json_t *node, FILE *out, unsigned depth)
{
	const json_t *chain = json_object_get(node, "chain"), *rule;
	size_t i;

	indent(out, depth);
	fprintf(out, "chain %s %s %s", str(chain, "family"),
		str(chain, "table"), str(chain, "name"));
	if (json_object_get(chain, "type"))
		fprintf(out, " (%s, priority %d)", str(chain, "type"),
			(int)json_integer_value(
				json_object_get(chain, "priority")));
	fputc('\n', out);
	json_array_foreach(json_object_get(node, "rules"), i, rule) {
		if (json_object_get(rule, "text"))
			put_rule(rule, out, depth + 1);
		else
			put_node(rule, out, depth + 1);
	}
	if (*str(node, "end")) {
		indent(out, depth + 1);
		fprintf(out, "%s\n", str(node, "end"));
	}
}

static void put_pair(const json_t *node, const char *key, FILE *out)
{
	const json_t *pair = json_object_get(node, key);

	if (pair)
		fprintf(out, ", %s %s -> %s", key,
			json_string_value(json_array_get(pair, 0)),
			json_string_value(json_array_get(pair, 1)));
}

/* A line under the step it belongs to. */
static void put_detail(const json_t *node, const char *key, const char *what,
		       FILE *out, unsigned depth)
{
	if (!*str(node, key))
		return;
	indent(out, depth);
	fprintf(out, "%s %s\n", what, str(node, key));
}

static void put_why(const json_t *why, FILE *out, unsigned depth)
{
	struct strbuf text = STRBUF_INIT;

	if (!why)
		return;
	why_text(why, &text);
	indent(out, depth);
	fprintf(out, "%s\n", strbuf_str(&text));
	strbuf_fini(&text);
}

static void put_step(const json_t *node, FILE *out, unsigned depth)
{
	indent(out, depth);
	fputs(str(node, "step"), out);
	if (*str(node, "state"))
		fprintf(out, ": %s", str(node, "state"));
	if (*str(node, "direction"))
		fprintf(out, ", %s direction", str(node, "direction"));
	if (*str(node, "reason"))
		fprintf(out, ": %s", str(node, "reason"));
	put_pair(node, "source", out);
	put_pair(node, "destination", out);
	fputc('\n', out);
	put_detail(node, "was", "was", out, depth + 1);
	put_detail(node, "is", "is ", out, depth + 1);
	put_detail(node, "packet", "is ", out, depth + 1);
	put_why(json_object_get(node, "why"), out, depth + 1);
}

static void put_route(const json_t *route, FILE *out, unsigned depth)
{
	indent(out, depth);
	if (*str(route, "reason"))
		fprintf(out, "route: none, %s", str(route, "reason"));
	else
		fprintf(out, "route: %s", str(route, "type"));
	if (*str(route, "oif") && strcmp(str(route, "type"), "local"))
		fprintf(out, " by %s", str(route, "oif"));
	if (*str(route, "via"))
		fprintf(out, " via %s", str(route, "via"));
	fputc('\n', out);
}

static void put_emit(const json_t *emit, FILE *out, unsigned depth)
{
	indent(out, depth);
	fprintf(out, "%s leaves by %s: %s\n", str(emit, "kind"),
		str(emit, "oif"), str(emit, "packet"));
}

static void put_node(const json_t *node, FILE *out, unsigned depth)
{
	const json_t *v;

	if (*str(node, "hook")) {
		indent(out, depth);
		fprintf(out, "%s\n", str(node, "hook"));
		put_nodes(json_object_get(node, "steps"), out, depth + 1);
	} else if (*str(node, "step")) {
		put_step(node, out, depth);
	} else if (json_object_get(node, "chain")) {
		put_chain(node, out, depth);
	} else if ((v = json_object_get(node, "route"))) {
		put_route(v, out, depth);
	} else if ((v = json_object_get(node, "emit"))) {
		put_emit(v, out, depth);
	} else if (*str(node, "log")) {
		indent(out, depth);
		fprintf(out, "log: %s\n", str(node, "log"));
	} else if ((v = json_object_get(node, "answer"))) {
		indent(out, depth);
		fputs("the host answers\n", out);
		put_nodes(v, out, depth + 1);
	}
}

static void put_nodes(const json_t *nodes, FILE *out, unsigned depth)
{
	const json_t *node;
	size_t i;

	json_array_foreach(nodes, i, node)
		put_node(node, out, depth);
}

static void put_result(const json_t *res, FILE *out)
{
	const json_t *rule = json_object_get(res, "rule");

	fputs(str(res, "verdict"), out);
	if (*str(res, "to"))
		fprintf(out, " to %s", str(res, "to"));
	if (*str(res, "why"))
		fprintf(out, ": %s", str(res, "why"));
	if (rule)
		fprintf(out, ", by rule %d of %s %s %s",
			(int)json_integer_value(
				json_object_get(rule, "handle")),
			str(rule, "family"), str(rule, "table"),
			str(rule, "chain"));
	else if (json_object_get(res, "policy"))
		fprintf(out, ", by policy at %s", str(res, "hook"));
	fputc('\n', out);
}

void trace_text(const json_t *tree, FILE *out)
{
	fprintf(out, "packet %s\n", str(tree, "packet"));
	put_nodes(json_object_get(tree, "journey"), out, 1);
	put_result(json_object_get(tree, "result"), out);
}
