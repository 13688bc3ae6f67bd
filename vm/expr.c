/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of expressions, and what several of them share. */
#include "vm/expr.h"

#include <stdlib.h>

static const struct vm_expr_ops *const vm_exprs[] = {
#define EXPR(id) &vm_expr_##id,
#include "vm/expr.def"
#undef EXPR
};

const struct vm_expr_ops *vm_expr_find(const char *name)
{
	/* most differ in their first letter */
	for (size_t i = 0; i < ARRAY_LEN(vm_exprs); i++)
		if (vm_exprs[i]->name[0] == name[0] &&
		    !strcmp(vm_exprs[i]->name, name))
			return vm_exprs[i];
	return NULL;
}

const struct vm_expr_ops *vm_expr_at(size_t i)
{
	return i < ARRAY_LEN(vm_exprs) ? vm_exprs[i] : NULL;
}

void vm_describe_words(struct strbuf *out, const void *data, size_t len)
{
	for (size_t i = 0; i < len; i += 4) {
		uint32_t w = 0;

		memcpy(&w, (const char *)data + i, MIN(len - i, (size_t)4));
		strbuf_printf(out, "0x%.8x ", w);
	}
}
