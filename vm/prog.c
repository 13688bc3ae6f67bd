/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs: what a chain is for packets, made anew at each commit that changed
 * its rules. A program is a list of shared rules, so a new one costs a pointer
 * a rule, as the kernel's rule blob costs a copy. */
#include <stdlib.h>

#include "vm/flat.h"

struct vm_prog *vm_prog_new(const struct vm_chain *c)
{
	struct vm_prog *p =
		xmalloc(sizeof(*p) + c->n_rules * sizeof(p->rules[0]));
	const struct vm_rule *r;

	p->chain = c;
	p->n = 0;
	list_for_each(r, &c->rules, node)
		p->rules[p->n++] = r;
	p->flat = vm_flat_new(p->rules, p->n);
	return p;
}

void vm_prog_free(void *prog)
{
	struct vm_prog *p = prog;

	if (!p)
		return;
	vm_flat_free(p->flat);
	free(p);
}
