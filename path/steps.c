/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The steps of a hook: what the kernel registers there itself, and the one
 * that runs a base chain.
 */
#include "ct/help.h"
#include "packet/frag.h"
#include "path/internal.h"

/* ipv4_conntrack_defrag(), ipv6_defrag(): fragments are held until the whole
 * is there, and the whole goes on in the hook of the last one. */
enum step_end step_defrag(struct path_run *run, const struct step *step)
{
	struct packet *pkt = run->pkt;
	enum reason reason = REASON_NONE;

	if (pkt->ctinfo == IP_CT_UNTRACKED ||
	    (pkt->nfproto == NFPROTO_IPV6 && pkt->ct))
		return STEP_GO_ON;
	switch (frag_in(run->p->frags, pkt, frag_user_of_hook(pkt->hook),
			run->now, &reason)) {
	case FRAG_WHOLE:
		return STEP_GO_ON;
	case FRAG_COMPLETE:
		packet_decode(pkt);
		return STEP_GO_ON;
	case FRAG_HELD:
		return run_hold(run);
	case FRAG_DROP:
		break;
	}
	return run_drop(run, reason);
}

/* nf_conntrack_in() */
enum step_end step_conntrack(struct path_run *run, const struct step *step)
{
	enum reason reason;

	run->res->tracked = true;
	reason = ct_in(run->p->cfg.ct, run->pkt, run->now);
	if (likely(reason == REASON_NONE) &&
	    unlikely(run->pkt->ctinfo == IP_CT_RELATED))
		reason = nat_expected(run);
	if (unlikely(reason != REASON_NONE))
		return run_drop(run, reason);
	return STEP_GO_ON;
}

/* nf_confirm() */
enum step_end step_confirm(struct path_run *run, const struct step *step)
{
	enum reason reason;

	if (!run->pkt->ct)
		return STEP_GO_ON;
	reason = ct_help(run->p->cfg.ct, run->pkt, run->now, &run->p->rng);
	if (likely(reason == REASON_NONE))
		reason = ct_confirm(run->p->cfg.ct, run->pkt, run->now);
	if (unlikely(reason != REASON_NONE))
		return run_drop(run, reason);
	return STEP_GO_ON;
}

/* The verdict of a chain becomes the packet's, or is remembered as the last
 * that let it through. */
enum step_end step_take_verdict(struct path_run *run,
				const struct vm_chain *chain,
				const struct vm_result *vr)
{
	struct vm_env *env = &run->p->env;
	struct path_result *res = run->res;
	bool accepted = vr->verdict == NF_ACCEPT;

	if (!accepted || vr->rule || !res->rule) {
		res->rule = vr->rule;
		res->chain = chain;
		res->by_policy = !vr->rule;
		res->hook = run->pkt->hook;
	}
	switch (vr->verdict) {
	case NF_ACCEPT:
		return STEP_GO_ON;
	case NF_QUEUE:
		res->verdict = PATH_QUEUE;
		res->queue = vr->queue;
		return STEP_QUEUE;
	case NF_STOLEN:
		res->verdict = PATH_STOLEN;
		return STEP_STOLEN;
	default:
		res->verdict = run->rejected ? PATH_REJECT : PATH_DROP;
		res->reason = env->drop_reason;
		env->drop_reason = REASON_NONE;
		return STEP_DROP;
	}
}

/* What decides a route, as nf_ip(6)_route_me_harder's callers compare it. */
struct route_key {
	union inet_addr saddr, daddr;
	uint32_t mark;
	uint32_t word; /* IPv4: tos; IPv6: the first header word, hop limit */
	uint8_t hop_limit;
};

static struct route_key route_key_of(const struct packet *pkt)
{
	struct route_key k = {
		.saddr = packet_saddr(pkt),
		.daddr = packet_daddr(pkt),
		.mark = pkt->mark,
	};

	if (pkt->nfproto == NFPROTO_IPV4) {
		k.word = pkt->data[1];
	} else {
		k.word = load_raw32(pkt->data);
		k.hop_limit = pkt->data[7];
	}
	return k;
}

static bool route_key_eq(const struct route_key *a, const struct route_key *b)
{
	return inet_addr_eq(&a->saddr, &b->saddr) &&
	       inet_addr_eq(&a->daddr, &b->daddr) && a->mark == b->mark &&
	       a->word == b->word && a->hop_limit == b->hop_limit;
}

enum step_end step_reroute(struct path_run *run)
{
	const struct host_link *out = run->pkt->out;
	struct host_route rt;
	enum reason reason = route_output(run, &rt);
	const union inet_addr saddr = packet_saddr(run->pkt);

	if (reason == REASON_NONE && !route_may_leave(run, &saddr, &rt))
		reason = REASON_martian;
	if (reason != REASON_NONE)
		return run_drop(run, reason);
	run->route = rt.type;
	run->rerouted = run->pkt->out;
	run->rerouted_mtu = rt.mtu;
	run->route = rt.type;
	run->pkt->out = out;
	return STEP_GO_ON;
}

/* nf_route_table_hook4(), nf_route_table_hook6(): a route chain that changed
 * what the route rests on has the packet routed again. */
static enum step_end run_route_chain(struct path_run *run,
				     const struct vm_chain *chain)
{
	struct route_key before = route_key_of(run->pkt), after;
	struct vm_result vr;
	enum step_end end;

	vm_run(&run->p->env, chain, run->pkt, &vr);
	end = step_take_verdict(run, chain, &vr);
	if (end != STEP_GO_ON)
		return end;
	after = route_key_of(run->pkt);
	if (route_key_eq(&before, &after))
		return STEP_GO_ON;
	return step_reroute(run);
}

/* nft_do_chain() by way of nft_do_chain_inet() and its like */
enum step_end step_chain(struct path_run *run, const struct step *step)
{
	struct vm_result vr;

	if (vm_chain_spec(step->chain)->type == VM_CHAIN_ROUTE &&
	    run->pkt->hook == NF_INET_LOCAL_OUT)
		return run_route_chain(run, step->chain);
	vm_run(&run->p->env, step->chain, run->pkt, &vr);
	return step_take_verdict(run, step->chain, &vr);
}
