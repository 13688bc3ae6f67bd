/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An expression of bytecode that no statement here is: shown as it is called. */
#include "parser/check.h"
#include "parser/json.h"
#include "parser/print.h"

static int unsupported_check(struct check *c, struct stmt *s)
{
	assert(!"no text makes one");
	return -1;
}

static void unsupported_lower(struct lower *l, const struct stmt *s)
{
	assert(!"no text makes one");
}

static void unsupported_print(struct printer *pr, const struct stmt *s)
{
	const struct str *w = &stmt_as_const(s, unsupported_stmt)->word;

	strbuf_printf(pr->out, "[ %.*s ]", (int)w->len, w->s);
}

static json_t *unsupported_json(struct printer *pr, const struct stmt *s)
{
	const struct str *w = &stmt_as_const(s, unsupported_stmt)->word;

	return json_one("unknown", json_stringn(w->s, w->len));
}

const struct stmt_ops stmt_unsupported = {
	.name = "unsupported",
	.check = unsupported_check,
	.lower = unsupported_lower,
	.print = unsupported_print,
	.json = unsupported_json,
};
