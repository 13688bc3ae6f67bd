/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The NAT steps: nf_nat_inet_fn() and what nf_nat_proto.c puts around it.
 *
 * Theory of operation
 *
 * The first packet of a connection asks the nat chains of the hook, in the
 * order of their own priorities, until one binds it; if none does, it gets the
 * null binding. From then on this direction of it is decided, and packets are
 * only rewritten. ICMP errors ask nobody: they follow the connection they are
 * about.
 *
 * A packet that this host sends was routed before OUTPUT; if its destination
 * is translated there, it is routed anew. After PREROUTING routing comes
 * anyway.
 */
#include "nat/nat.h"

#include "ct/nat.h"
#include "path/internal.h"

static struct nat_env nat_env_of(const struct path_run *run)
{
	return (struct nat_env){
		.ct = run->p->cfg.ct,
		.host = run->p->cfg.host,
		.rng = &run->p->rng,
		.now = run->now,
	};
}

/* The offset of an ICMP header; -1: the packet has none. */
static int icmp_offset(const struct packet *pkt)
{
	uint8_t l4proto;
	int off = packet_l4_conntrack(pkt, 0, &l4proto);

	if (l4proto !=
	    (pkt->nfproto == NFPROTO_IPV4 ? IPPROTO_ICMP : IPPROTO_ICMPV6))
		return -1;
	return off;
}

/* Ask the nat chains, then bind to nothing. */
static enum step_end bind_connection(struct path_run *run,
				     const struct nat_env *env,
				     enum nat_manip manip)
{
	const struct step_list *chains =
		&run->p->nat[packet_fam(run->pkt)][run->pkt->hook];
	const uint32_t done = nat_done_bit(manip);
	struct packet *pkt = run->pkt;
	enum reason reason;
	struct vm_result vr;

	for (size_t i = 0; i < chains->len; i++) {
		vm_run(&run->p->env, chains->v[i].chain, pkt, &vr);
		if (vr.verdict != NF_ACCEPT)
			return step_take_verdict(run, chains->v[i].chain, &vr);
		if (ct_status_bits(pkt->ct) & done) {
			run->res->nat_rule = vr.rule;
			return STEP_GO_ON;
		}
	}
	reason = nat_null_binding(env, pkt, manip);
	return reason == REASON_NONE ? STEP_GO_ON : run_drop(run, reason);
}

/* What the rewriting did, for who looks at the result. */
static void note_rewritten(struct path_run *run, enum nat_manip manip)
{
	struct path_result *res = run->res;

	if (!nat_applies(run->pkt, manip))
		return;
	if (manip == NAT_SRC)
		res->nat_src = true;
	else
		res->nat_dst = true;
	nat_target(run->pkt, &res->nat_tuple);
}

static enum step_end rewrite(struct path_run *run, const struct nat_env *env,
			     enum nat_manip manip)
{
	enum reason reason = nat_packet(env, run->pkt);

	if (reason != REASON_NONE)
		return run_drop(run, reason);
	note_rewritten(run, manip);
	return STEP_GO_ON;
}

/* nf_nat_ipv4_local_fn(), nf_nat_ipv6_local_fn(): is the destination another
 * than the one it was routed to? */
static bool destination_changed(const struct packet *pkt)
{
	struct ct_tuple own, opposite;
	enum ct_dir dir = ct_packet_dir(pkt);

	ct_tuple(pkt->ct, dir, &own);
	ct_tuple(pkt->ct, dir == CT_DIR_REPLY ? CT_DIR_ORIGINAL : CT_DIR_REPLY,
		 &opposite);
	return !inet_addr_eq(&own.dst, &opposite.src);
}

static enum step_end nat_error(struct path_run *run, const struct nat_env *env,
			       uint32_t off, enum nat_manip manip)
{
	enum reason reason = nat_icmp_error(env, run->pkt, off);

	if (reason != REASON_NONE)
		return run_drop(run, reason);
	note_rewritten(run, manip);
	return STEP_GO_ON;
}

/* nf_nat_inet_fn() */
static enum step_end nat_connection(struct path_run *run,
				    const struct nat_env *env,
				    enum nat_manip manip)
{
	struct packet *pkt = run->pkt;
	enum step_end end;

	if (pkt->ctinfo % IP_CT_IS_REPLY != IP_CT_ESTABLISHED &&
	    !(ct_status_bits(pkt->ct) & nat_done_bit(manip))) {
		end = bind_connection(run, env, manip);
		return end == STEP_GO_ON ? rewrite(run, env, manip) : end;
	}
	if (nat_link_changed(pkt)) {
		ct_nat_delete(env->ct, pkt->ct);
		return run_drop(run, REASON_nat_link_changed);
	}
	return rewrite(run, env, manip);
}

enum reason nat_expected(struct path_run *run)
{
	struct nat_env env = nat_env_of(run);

	if (!run->pkt->ct || ct_status_bits(run->pkt->ct) & IPS_CONFIRMED)
		return REASON_NONE;
	return nat_follow_master(&env, run->pkt);
}

enum step_end step_nat(struct path_run *run, const struct step *step)
{
	struct packet *pkt = run->pkt;
	enum nat_manip manip = nat_hook_manip(pkt->hook);
	struct nat_env env = nat_env_of(run);
	enum step_end end;
	int icmp = -1;

	if (!pkt->ct)
		return STEP_GO_ON;
	if (pkt->ctinfo % IP_CT_IS_REPLY == IP_CT_RELATED)
		icmp = icmp_offset(pkt);
	if (icmp >= 0)
		end = nat_error(run, &env, (uint32_t)icmp, manip);
	else
		end = nat_connection(run, &env, manip);
	if (end == STEP_GO_ON && pkt->hook == NF_INET_LOCAL_OUT &&
	    destination_changed(pkt))
		return step_reroute(run);
	return end;
}
