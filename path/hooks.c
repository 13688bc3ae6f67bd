/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ordered list of steps of each family and hook.
 *
 * Theory of operation: built-in steps (defrag -400, conntrack -200, NAT -100
 * and 100, confirm last) and the filter and route base chains of the ruleset
 * are entries of one list, sorted once per commit; hook_run() walks it. NAT
 * chains are not in it: they hang on the NAT steps, ordered by their own
 * priority (facts, trap 2). The built-in steps are there from the moment that
 * a rule needs them, as the kernel registers its hooks, and that moment takes
 * part in the order: at equal priority the newest registration runs first
 * (trap 1; nf_hook_entries_grow() puts a new entry before its equals).
 */
#include <limits.h>
#include <stdlib.h>

#include "base/vec.h"
#include "path/internal.h"

/* Where the kernel hangs its own functions (facts section 1.2). */
static const struct {
	uint8_t fam, hook;
	int32_t priority;
	step_fn *run;
	enum vm_need need;
	enum path_stop stop;
} builtin[] = {
#define BOTH(hook, priority, stop)            \
	{ FAM_IP, hook, priority, stop },     \
	{                                     \
		FAM_IP6, hook, priority, stop \
	}
#define DEFRAG	  step_defrag, VM_NEED_CT, PATH_STOP_DEFRAG
#define CONNTRACK step_conntrack, VM_NEED_CT, PATH_STOP_CONNTRACK
#define NAT	  step_nat, VM_NEED_NAT, PATH_STOP_NAT
#define CONFIRM	  step_confirm, VM_NEED_CT, PATH_STOP_CONFIRM
	BOTH(NF_INET_PRE_ROUTING, -400, DEFRAG),
	BOTH(NF_INET_LOCAL_OUT, -400, DEFRAG),
	BOTH(NF_INET_PRE_ROUTING, -200, CONNTRACK),
	BOTH(NF_INET_LOCAL_OUT, -200, CONNTRACK),
	BOTH(NF_INET_PRE_ROUTING, -100, NAT),
	BOTH(NF_INET_LOCAL_OUT, -100, NAT),
	BOTH(NF_INET_POST_ROUTING, 100, NAT),
	BOTH(NF_INET_LOCAL_IN, 100, NAT),
	BOTH(NF_INET_POST_ROUTING, INT_MAX, CONFIRM),
	{ FAM_IP, NF_INET_LOCAL_IN, INT_MAX, CONFIRM },
	{ FAM_IP6, NF_INET_LOCAL_IN, INT_MAX - 1, CONFIRM },
#undef BOTH
#undef DEFRAG
#undef CONNTRACK
#undef NAT
#undef CONFIRM
};

static const uint8_t fam_nfproto[FAM_COUNT] = {
	[FAM_IP] = NFPROTO_IPV4,
	[FAM_IP6] = NFPROTO_IPV6,
};

static int step_cmp(const void *a, const void *b)
{
	const struct step *x = a, *y = b;

	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	return x->seq > y->seq ? -1 : x->seq < y->seq;
}

static void add_chain(struct path *p, int fam, const struct vm_chain *chain)
{
	const struct vm_chain_spec *spec = vm_chain_spec(chain);
	struct step s = { spec->priority, vm_chain_seq(chain), step_chain,
			  chain, 0 };

	if (spec->hook >= HOOKS)
		return;
	if (spec->type == VM_CHAIN_NAT)
		vec_push(&p->nat[fam][spec->hook], s);
	else
		vec_push(&p->hooks[fam][spec->hook], s);
}

static void sort_all(struct path *p)
{
	struct step_list *l;

	for (int fam = 0; fam < FAM_COUNT; fam++) {
		for (int hook = 0; hook < HOOKS; hook++) {
			l = &p->hooks[fam][hook];
			if (l->len)
				qsort(l->v, l->len, sizeof(*l->v), step_cmp);
			l = &p->nat[fam][hook];
			if (l->len)
				qsort(l->v, l->len, sizeof(*l->v), step_cmp);
		}
	}
}

void hooks_fini(struct path *p)
{
	for (int fam = 0; fam < FAM_COUNT; fam++) {
		for (int hook = 0; hook < HOOKS; hook++) {
			vec_fini(&p->hooks[fam][hook]);
			vec_fini(&p->nat[fam][hook]);
		}
	}
}

void hooks_build(struct path *p)
{
	const struct vm_chain *chain = NULL;
	uint64_t seq;

	hooks_fini(p);
	for (size_t i = 0; i < ARRAY_LEN(builtin); i++) {
		struct step s = { builtin[i].priority, 0, builtin[i].run, NULL,
				  builtin[i].stop };

		seq = vm_need_seq(p->cfg.vm, fam_nfproto[builtin[i].fam],
				  builtin[i].need);
		s.seq = seq;
		if (seq)
			vec_push(&p->hooks[builtin[i].fam][builtin[i].hook], s);
	}
	while ((chain = vm_base_chain_next(p->cfg.vm, chain))) {
		for (int fam = 0; fam < FAM_COUNT; fam++) {
			uint8_t family = vm_chain_spec(chain)->family;

			if (family == NFPROTO_INET ||
			    family == fam_nfproto[fam])
				add_chain(p, fam, chain);
		}
	}
	sort_all(p);
}

/* hook_run(), told. */
static enum step_end hook_run_traced(struct path_run *run,
				     const struct step_list *l)
{
	const struct path_trace *tr = run->p->trace;
	const struct step *s;
	enum step_end end;

	tr->hook(tr->data, run->pkt);
	vec_foreach(l, s) {
		if (!s->chain)
			tr->stop(tr->data, run->pkt, s->stop, false);
		end = s->run(run, s);
		if (!s->chain)
			tr->stop(tr->data, run->pkt, s->stop, true);
		if (end != STEP_GO_ON)
			return end;
	}
	return STEP_GO_ON;
}

enum step_end hook_run(struct path_run *run, uint8_t hook)
{
	const struct step_list *l = &run->p->hooks[packet_fam(run->pkt)][hook];
	const struct step *s;
	enum step_end end;

	run->pkt->hook = hook;
	if (unlikely(run->p->trace))
		return hook_run_traced(run, l);
	vec_foreach(l, s) {
		end = s->run(run, s);
		if (unlikely(end != STEP_GO_ON))
			return end;
	}
	return STEP_GO_ON;
}
