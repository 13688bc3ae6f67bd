/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `*`: the element that catches all. Only sets know what to do with it. */
#include "parser/check.h"
#include "parser/json.h"
#include "parser/print.h"

static struct expr *wildcard_check(struct check *c, struct expr *e)
{
	if (c->in_set)
		return e;
	diag_error(c->diags, &e->loc, "\"*\" stands only in a set");
	return NULL;
}

static void wildcard_print(struct printer *pr, const struct expr *e)
{
	strbuf_putc(pr->out, '*');
}

static json_t *wildcard_json(struct printer *pr, const struct expr *e)
{
	return json_string("*");
}

const struct expr_ops expr_wildcard = {
	.name = "wildcard",
	.is_const = true,
	.check = wildcard_check,
	.print = wildcard_print,
	.json = wildcard_json,
};
