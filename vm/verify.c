/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Verification: what must hold before a packet meets a rule.
 *
 * Theory of operation
 *
 * Of one rule, when it is added: every register that an expression reads was
 * written before in the same rule (the kernel's -ENODATA); lowering already
 * checked that registers exist and lengths fit.
 *
 * Of a table, before a commit that changed who can jump where: from each base
 * chain all reachable chains are walked (nft_chain_validate()). A chain may be
 * at most 15 jumps or gotos below its base chain, which also ends the walk
 * of a loop: both give -EMLINK. Loops that no base chain reaches stay, as in Linux. On
 * the way expressions say whether they may stand below this kind of chain.
 *
 * Depths are found once per chain (the longest way down from it), with chains
 * that are on the way marked: so the walk is linear in chains and jumps, where
 * trying every path would be exponential. A second walk per base chain visits
 * each reachable chain once for the sake of validate().
 */
#include <errno.h>

#include "vm/core.h"

int vm_verify_rule(const struct vm_rule *r, struct vm_error *err)
{
	const struct vm_expr *e = r->exprs;
	uint32_t written = 0;

	for (unsigned i = 0; i < r->n; i++, e = vm_expr_after(e)) {
		if (e->reads & ~written) {
			if (err)
				err->expr = (int)i;
			return vm_error_set(err, -ENODATA,
					    "%s reads a register that nothing "
					    "in the rule wrote",
					    e->ops->name);
		}
		written |= e->writes;
	}
	return 0;
}

enum {
	/* vm_chain.depth of a chain that is being looked at */
	ON_THE_WAY = -1,
};

/* The walk's position, for the message. */
struct walk {
	struct vm *vm;
	const struct vm_chain_spec *base;
	struct vm_error *err;
	const struct vm_rule *rule;
	int expr;
	int deepest, level;
};

static int walk_error(struct walk *w, int code, const char *what,
		      const struct vm_chain *c)
{
	if (w->err && w->rule) {
		w->err->rule_handle = w->rule->handle;
		w->err->cookie = w->rule->cookie;
		w->err->expr = w->expr;
	}
	return vm_error_set(w->err, code, "%s: chain %s of table %s", what,
			    c->spec.name, c->table->name);
}

/* Call @fn for each chain that a rule of @c may go to. */
static int each_target(struct walk *w, const struct vm_chain *c,
		       int (*fn)(struct vm_chain *to, void *arg))
{
	const struct vm_rule *r;
	int ret = 0;

	list_for_each(r, &c->rules, node) {
		const struct vm_expr *e = r->exprs;

		if (!(r->flags & VM_EXPR_JUMPS))
			continue;
		for (unsigned i = 0; i < r->n; i++, e = vm_expr_after(e)) {
			w->rule = r;
			w->expr = (int)i;
			if (e->ops->targets)
				ret = e->ops->targets(e, fn, w);
			if (ret)
				return ret;
		}
	}
	return 0;
}

/* How many chains one below the other there are from @c on. */
static int depth_below(struct vm_chain *c, void *arg)
{
	struct walk *w = arg;
	int outer = w->deepest, ret;
	const struct vm_rule *rule = w->rule;
	int expr = w->expr;

	if (c->mark == w->vm->mark) {
		if (c->depth == ON_THE_WAY)
			return walk_error(w, -EMLINK, "jumps in a loop", c);
		w->deepest = MAX(outer, c->depth);
		return 0;
	}
	if (w->level == VM_JUMP_STACK)
		return walk_error(w, -EMLINK, "jumps too deep", c);
	c->mark = w->vm->mark;
	c->depth = ON_THE_WAY;
	w->deepest = 0;
	w->level++;
	ret = each_target(w, c, depth_below);
	w->level--;
	if (ret)
		return ret;
	c->depth = w->deepest + 1;
	w->rule = rule;
	w->expr = expr;
	if (c->depth > VM_JUMP_STACK)
		return walk_error(w, -EMLINK, "jumps too deep", c);
	w->deepest = MAX(outer, c->depth);
	return 0;
}

static int validate_below(struct vm_chain *c, void *arg)
{
	struct walk *w = arg;
	const struct vm_rule *r;

	if (c->mark == w->vm->mark)
		return 0;
	c->mark = w->vm->mark;
	list_for_each(r, &c->rules, node) {
		const struct vm_expr *e = r->exprs;

		if (!(r->flags & VM_EXPR_VALIDATE))
			continue;
		for (unsigned i = 0; i < r->n; i++, e = vm_expr_after(e)) {
			int ret = 0;

			if (e->flags & VM_EXPR_VALIDATE)
				ret = e->ops->validate(e, w->base);
			w->rule = r;
			w->expr = (int)i;
			if (ret)
				return walk_error(
					w, ret, "not allowed at this hook", c);
		}
	}
	return each_target(w, c, validate_below);
}

int vm_verify_table(struct vm *vm, struct vm_table *t, struct vm_error *err)
{
	struct walk w = { .vm = vm, .err = err, .expr = -1 };
	struct vm_chain *c;
	int ret;

	vm->mark++;
	list_for_each(c, &t->chains, node) {
		w.deepest = 0;
		w.rule = NULL;
		ret = c->spec.is_base ? depth_below(c, &w) : 0;
		if (ret)
			return ret;
	}
	list_for_each(c, &t->chains, node) {
		if (!c->spec.is_base)
			continue;
		vm->mark++;
		w.base = &c->spec;
		w.rule = NULL;
		ret = validate_below(c, &w);
		if (ret)
			return ret;
	}
	return 0;
}
