/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Running: the reference form, each expression in turn (nft_do_chain()).
 *
 * Theory of operation
 *
 * A run takes the image that is current when it begins and looks at nothing
 * else: jumps are slot numbers in it, sets are too. So a packet sees the whole
 * old or the whole new ruleset, whatever is committed meanwhile. The image may
 * be freed when no run that began before the commit is still going on: what a
 * commit replaces is kept until the next vm_begin(), and a caller with several
 * threads has each of them pass through a point outside vm_run() (an epoch)
 * between a commit and the next transaction.
 */
#include "vm/flat.h"

/* A rule to its end or to where its verdict falls; the last expression that
 * ran. */
static unsigned rule_run(const struct vm_rule *r, struct vm_regs *regs,
			 struct vm_ctx *cx)
{
	const struct vm_expr *e = r->exprs;
	unsigned i;

	regs->verdict = NFT_CONTINUE;
	for (i = 0; i < r->n; i++, e = vm_expr_after(e)) {
		e->ops->exec(e, regs, cx);
		if (regs->verdict != NFT_CONTINUE)
			return i;
	}
	return i ? i - 1 : 0;
}

static void tell_enter(const struct vm_ctx *cx, const struct vm_prog *prog)
{
	const struct vm_trace *tr = cx->env->trace;

	if (tr)
		tr->enter(tr->data, prog->chain, cx->pkt);
}

static void tell_rule(struct vm_ctx *cx, const struct vm_rule *r,
		      const struct vm_regs *regs, unsigned at)
{
	const struct vm_trace *tr = cx->env->trace;
	struct vm_step step = { regs->verdict, at, NULL, cx, r };

	if (!tr)
		return;
	if (regs->verdict == NFT_JUMP || regs->verdict == NFT_GOTO)
		step.to = cx->image->progs[regs->chain]->chain;
	tr->rule(tr->data, r, cx->pkt, &step);
}

/* Loads alone: what is done to a value is what hides it. */
static bool is_load(const struct vm_expr *e)
{
	return e->flags & VM_EXPR_PURE && e->writes &&
	       strcmp(e->ops->name, "bitwise") &&
	       strcmp(e->ops->name, "byteorder");
}

void vm_step_words(const struct vm_step *step, uint32_t *words)
{
	struct vm_regs regs = { .verdict = NFT_CONTINUE };
	const struct vm_expr *e = step->rule->exprs;

	for (unsigned i = 0; i < step->at; i++, e = vm_expr_after(e))
		if (is_load(e))
			e->ops->exec(e, &regs, step->cx);
	memcpy(words, regs.w + 4, VM_STEP_WORDS * sizeof(*words));
}

/* @base: the base chain's end, NULL: another's */
static void tell_end(const struct vm_ctx *cx, const struct vm_prog *prog,
		     const struct vm_prog *base)
{
	const struct vm_trace *tr = cx->env->trace;

	if (tr)
		tr->end(tr->data, prog->chain, cx->pkt,
			base ? (int)base->chain->spec.policy : -1);
}

/* Where a run is, and where it goes on when a chain returns. */
struct frame {
	const struct vm_prog *prog;
	uint32_t seg, next;
};

/* The next rule, or NULL at the end of the chain. */
static const struct vm_rule *rule_next(struct frame *at)
{
	while (at->seg < at->prog->n) {
		const struct vm_flat *seg = at->prog->segs[at->seg];

		if (at->next < seg->n)
			return seg->rules[at->next++];
		at->seg++;
		at->next = 0;
	}
	return NULL;
}

/* NF_QUEUE carries its number in the upper bits (facts section 1.3). */
void vm_result_set(struct vm_result *res, int32_t verdict,
		   const struct vm_rule *rule)
{
	res->rule = rule;
	res->queue = 0;
	res->verdict = (uint32_t)verdict & NF_VERDICT_MASK;
	if (res->verdict != NF_QUEUE)
		return;
	res->queue = (uint32_t)verdict >> NF_VERDICT_QBITS;
	if ((uint32_t)verdict & NF_VERDICT_FLAG_QUEUE_BYPASS)
		res->queue |= 1u << 31;
}

void vm_result_policy(struct vm_result *res, const struct vm_prog *base)
{
	++*base->chain->hits;
	vm_result_set(res, (int32_t)base->chain->spec.policy, NULL);
}

void vm_run_reference(struct vm_ctx *cx, const struct vm_prog *base,
		      struct vm_result *res)
{
	struct frame stack[VM_JUMP_STACK], at = { base, 0, 0 };
	struct vm_regs regs = { .verdict = NFT_CONTINUE };
	unsigned depth = 0;

	tell_enter(cx, base);
	for (;;) {
		const struct vm_rule *r = rule_next(&at);

		if (r) {
			tell_rule(cx, r, &regs, rule_run(r, &regs, cx));
			if (regs.verdict == NFT_BREAK)
				continue;
			vm_rule_hit(r);
		} else {
			regs.verdict = NFT_RETURN;
		}
		switch (regs.verdict) {
		case NFT_CONTINUE:
			break;
		case NFT_JUMP:
			stack[depth++] = at;
			/* fall through */
		case NFT_GOTO:
			at = (struct frame){ cx->image->progs[regs.chain], 0,
					     0 };
			tell_enter(cx, at.prog);
			break;
		case NFT_RETURN:
			tell_end(cx, at.prog, depth ? NULL : base);
			if (!depth)
				return vm_result_policy(res, base);
			at = stack[--depth];
			break;
		default:
			return vm_result_set(res, regs.verdict, r);
		}
	}
}

void vm_run(struct vm_env *env, const struct vm_chain *base, struct packet *pkt,
	    struct vm_result *res)
{
	struct vm_ctx cx = { .env = env, .pkt = pkt };
	const struct vm_prog *prog;

	cx.image = __atomic_load_n(&base->vm->image, __ATOMIC_ACQUIRE);
	prog = cx.image->progs[base->slot];
	if (env->reference || unlikely(env->trace))
		vm_run_reference(&cx, prog, res);
	else
		vm_run_flat(&cx, prog, res);
}
