/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of path/ share with each other and with nobody else. */
#ifndef NFTVM_PATH_INTERNAL_H
#define NFTVM_PATH_INTERNAL_H

#include "base/rng.h"
#include "path/path.h"

/* Two families have hooks of their own: IPv4 and IPv6. */
enum {
	FAM_IP,
	FAM_IP6,
	FAM_COUNT
};

#define HOOKS NF_INET_NUMHOOKS

/* How a step leaves the packet; anything but GO_ON ends its journey. */
enum step_end {
	STEP_GO_ON,
	STEP_DROP,   /* run->res says by what */
	STEP_STOLEN, /* held: somebody keeps the bytes */
	STEP_QUEUE,
};

struct path_run;
struct step;

typedef enum step_end step_fn(struct path_run *run, const struct step *step);

/**
 * struct step - one entry of a hook's list
 * @priority:	the kernel's, ascending; at equal priority the higher @seq runs
 *		first, because it was registered later (facts, trap 1)
 * @chain:	for base chains, else NULL
 * @stop:	for the others: which
 */
struct step {
	int32_t priority;
	uint64_t seq;
	step_fn *run;
	const struct vm_chain *chain;
	enum path_stop stop;
};

struct step_list {
	struct step *v;
	size_t len, cap;
};

struct path {
	struct path_config cfg;
	struct step_list hooks[FAM_COUNT][HOOKS];
	struct frag_queue *frags;
	struct vm_env env;
	struct rng rng;
	/* NAT chains by hook, ordered by their own priority */
	struct step_list nat[FAM_COUNT][HOOKS];
	unsigned gc_countdown;
	struct path_run *run; /* the innermost that is going on */
	struct limits *limits;
	const struct path_trace *trace;
};

#define OPTIONS_MAX 40

/**
 * struct ip4_options - the IPv4 options of a packet that has been routed
 * @len:	bytes of all of them; 0: it has none, or they were not read yet
 * @srr, @rr, @ts, @cipso: offset of the option in the IP header; 0: there is
 *		none. Source route (either kind), record route, timestamp, CIPSO
 * @strict:	the source route is strict
 * @rr_needaddr, @ts_needaddr, @ts_needtime: the host has entered its address,
 *		its time
 * @srr_is_hit:	the source route goes on, to @next_hop
 * @changed:	the header's checksum is out of date
 */
struct ip4_options {
	uint8_t len, srr, rr, ts, cipso;
	bool strict, rr_needaddr, ts_needaddr, ts_needtime;
	bool srr_is_hit, changed;
	be32_t next_hop;
};

/**
 * struct path_run - one packet on its way: what the step functions get
 * @rerouted:	output link that a route chain at OUTPUT chose; the hook's later
 *		chains still see the old one (nf_hook_state.out), what comes
 *		after the hook sees this, and the MTU of that way. NULL: none
 *		did
 * @route:	what routing said it is here: ROUTE_LOCAL, UNICAST, ...; UNSPEC
 *		before
 * @redirect:	its sender should hear of a shorter way (IPSKB_DOREDIRECT)
 * @opt:	its IPv4 options
 * @oif:	the link it must leave by, where something says so; else 0
 * @kind:	as what it leaves
 * @rejected:	a rule answered it, so its drop is a reject
 * @depth:	answers to answers
 */
struct path_run {
	struct path *p;
	struct packet *pkt;
	struct path_result *res;
	const struct nv_time *now;
	const struct host_link *rerouted;
	uint32_t rerouted_mtu;
	enum host_route_type route;
	enum path_emit_kind kind;
	bool rejected, redirect;
	unsigned depth;
	uint32_t oif;
	struct ip4_options opt;
};

static inline int packet_fam(const struct packet *pkt)
{
	return pkt->nfproto == NFPROTO_IPV4 ? FAM_IP : FAM_IP6;
}

/** run_undecide() - what let the packet through before is not what ended it */
static inline void run_undecide(struct path_run *run)
{
	run->res->rule = NULL;
	run->res->chain = NULL;
	run->res->by_policy = false;
}

/** run_hold() - a fragment that waits for the others */
static inline enum step_end run_hold(struct path_run *run)
{
	run_undecide(run);
	run->res->verdict = PATH_STOLEN;
	return STEP_STOLEN;
}

/** run_drop() - end the journey for a reason that no rule gave */
static inline enum step_end run_drop(struct path_run *run, enum reason reason)
{
	run_undecide(run);
	run->res->verdict = PATH_DROP;
	run->res->reason = reason;
	run->pkt->reason = reason;
	return STEP_DROP;
}

/* path/hooks.c */
void hooks_build(struct path *p);
void hooks_fini(struct path *p);
/** hook_run() - all steps of a hook on the packet of @run */
enum step_end hook_run(struct path_run *run, uint8_t hook);

/* path/steps.c: the built-in steps and the one that runs a chain */
step_fn step_defrag, step_conntrack, step_confirm, step_chain;
/** step_take_verdict() - a chain's verdict becomes the packet's, or is
 * remembered as the last that let it through */
enum step_end step_take_verdict(struct path_run *run,
				const struct vm_chain *chain,
				const struct vm_result *vr);
/** step_reroute() - at OUTPUT: what the route rests on has changed
 * (ip_route_me_harder(), ip6_route_me_harder()) */
enum step_end step_reroute(struct path_run *run);

/* path/nat.c: the NAT steps */
step_fn step_nat;
/** nat_expected() - bind a connection that was announced as its master is; of
 * packets that are RELATED. Return: why the packet is to be dropped. */
enum reason nat_expected(struct path_run *run);

/* path/path.c */
/** path_send_local() - a packet that the host sends, from its routing on */
void path_send_local(struct path_run *run);

/* path/answer.c */
/** answer_reason() - tell the sender why its packet is dropped, where Linux
 * does; @mtu: of the way out */
void answer_reason(struct path_run *run, enum reason reason, uint32_t mtu);
/** answer_reject() - a reject expression's answer (struct vm_env.reject) */
void answer_reject(void *data, struct packet *pkt,
		   const struct vm_reject *reject);
/** answer_icmp4() - an ICMP error about an IPv4 packet, with @rest as the
 * second word of its header */
void answer_icmp4(struct path_run *run, uint8_t type, uint8_t code,
		  uint32_t rest);
/** answer_redirect() - tell the sender that there is a shorter way than by
 * this host, as often as Linux does (ip_rt_send_redirect(),
 * ndisc_send_redirect()) */
void answer_redirect(struct path_run *run, const struct host_route *rt);
/** answer_frag_timeout() - tell the sender of fragments that never completed;
 * @run: of the first of them */
void answer_frag_timeout(struct path_run *run);

/* path/options.c */
/**
 * options_receive() - read and fill in the options of an IPv4 packet
 * @rt:		its route; of a source route that goes on, the way on
 * Return: why it is dropped; then its sender has been told.
 */
enum reason options_receive(struct path_run *run, struct host_route *rt);
/** options_reread() - the same of fragments put together behind that, or too
 * late: what the first of them had, filled in as it is */
void options_reread(struct path_run *run);
/** options_forward() - fill in what only the way out says; the checksum */
void options_forward(struct path_run *run, const struct host_route *rt);
/** options_echo_way() - where the answer goes: changes @to where the packet was
 * source-routed */
void options_echo_way(const struct path_run *run, union inet_addr *to);
/**
 * options_echo() - the options of an ICMP error about the packet
 * @from:	whom the error is from
 * @out:	OPTIONS_MAX bytes behind its header
 * Return: false when they cannot be made: then there is no error.
 */
bool options_echo(const struct path_run *run, const union inet_addr *from,
		  uint8_t *out, uint32_t *len);

/* path/route.c */
/**
 * route_input() - the decision after PREROUTING; sets pkt->out for unicast
 * @daddr:	where to; NULL: where the packet says
 *
 * Return: REASON_NONE, and in @type what the packet is here; or why not.
 */
enum reason route_input(struct path_run *run, const union inet_addr *daddr,
			struct host_route *rt);
/** route_output() - for a packet that this host sends */
enum reason route_output(struct path_run *run, struct host_route *rt);

/**
 * route_may_leave() - may what comes from @saddr take the output route @rt?
 *
 * IPv4's loopback addresses only by lo, or where route_localnet says so
 * (__mkroute_output()).
 */
bool route_may_leave(const struct path_run *run, const union inet_addr *saddr,
		     const struct host_route *rt);

#endif
