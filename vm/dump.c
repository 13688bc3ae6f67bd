/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A chain's program as text, in the notation of nft --debug=netlink. */
#include "vm/flat.h"

static void dump_rule(const struct vm_rule *r, struct strbuf *out)
{
	const struct vm_expr *e = r->exprs;

	strbuf_printf(out, "rule %llu\n", (unsigned long long)r->handle);
	for (unsigned i = 0; i < r->n; i++, e = vm_expr_after(e)) {
		strbuf_printf(out, "  [ %s ", e->ops->name);
		e->ops->describe(e, out);
		strbuf_puts(out, "]\n");
	}
}

void vm_dump(const struct vm_chain *chain, bool fast, struct strbuf *out)
{
	const struct vm_prog *p = chain->vm->image->progs[chain->slot];

	strbuf_printf(out, "chain %s %s\n", chain->table->name,
		      chain->spec.name);
	for (uint32_t i = 0; i < p->n; i++) {
		const struct vm_flat *seg = p->segs[i];

		if (fast)
			vm_flat_dump(seg, out);
		for (uint32_t j = 0; !fast && j < seg->n; j++)
			dump_rule(seg->rules[j], out);
	}
}
