/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/why.h"

#include <string.h>

#include "base/strbuf.h"
#include "lab/names.h"

static json_t *about_json(const struct ct_tuple *t)
{
	const char *l4 = l4_name(t->l4);
	struct strbuf b = STRBUF_INIT;
	json_t *s;

	if (l4)
		strbuf_printf(&b, "%s ", l4);
	else
		strbuf_printf(&b, "protocol %u ", t->l4);
	tuple_end(t, true, &b);
	strbuf_puts(&b, " > ");
	tuple_end(t, false, &b);
	s = json_string(strbuf_str(&b));
	strbuf_fini(&b);
	return s;
}

json_t *why_json(const struct ct_why *why)
{
	json_t *o;

	if (why->reason == REASON_NONE ||
	    (!why->n && !why->state && !why->setting && !why->has_about))
		return NULL;
	o = json_object();
	if (why->state)
		json_object_set_new(o, "state", json_string(why->state));
	for (unsigned i = 0; i < why->n; i++)
		json_object_set_new(o, why->numbers[i].name,
				    json_integer(why->numbers[i].value));
	if (why->has_about)
		json_object_set_new(o, "about", about_json(&why->about));
	if (why->setting)
		json_object_set_new(o, "setting", json_string(why->setting));
	return o;
}

void why_text(const json_t *why, struct strbuf *out)
{
	const char *sep = "", *key;
	json_t *value;

	json_object_foreach((json_t *)why, key, value) {
		if (!strcmp(key, "setting"))
			continue;
		strbuf_printf(out, "%s%s ", sep, key);
		if (json_is_string(value))
			strbuf_puts(out, json_string_value(value));
		else
			strbuf_printf(out, "%lld",
				      (long long)json_integer_value(value));
		sep = ", ";
	}
	value = json_object_get(why, "setting");
	if (value)
		strbuf_printf(out, "%s%s would let it pass", *sep ? "; " : "",
			      json_string_value(value));
}
