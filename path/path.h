/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The journey of a packet through the box: hooks and their steps, routing,
 * delivery, what leaves.
 *
 *	path_new()
 *	path_ruleset_changed()		after each commit of the VM
 *	path_run_batch()		packets in, results out, in order
 *	path_free()
 *
 * The first form of running is the batch: decode and prefetch for all of it,
 * then effects strictly in packet order. One packet is a batch of one.
 */
#ifndef NFTVM_PATH_PATH_H
#define NFTVM_PATH_PATH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/reason.h"
#include "ct/ct.h"
#include "host/host.h"
#include "packet/packet.h"
#include "vm/vm.h"

struct path;
struct ct_table;

/* How many packets are made ready while as many before them run, so that what
 * memory takes is hidden behind what they compute. */
#define PATH_WAVE 16
/* A good number of packets for one call: the first wave has nothing to hide
 * behind. */
#define PATH_BATCH (8 * PATH_WAVE)

/* What became of a packet; `verdict` in replay's JSON. */
enum path_verdict {
	PATH_ACCEPT,
	PATH_DROP,
	PATH_REJECT,
	PATH_QUEUE,
	PATH_STOLEN, /* held: a fragment waiting for the others */
};

/* Why a packet left; `kind` in replay's JSON. */
enum path_emit_kind {
	EMIT_PACKET,
	EMIT_FRAGMENT,
	EMIT_ANSWER,
	EMIT_DUP,
};

/**
 * struct path_result - what became of one packet
 * @verdict:	enum path_verdict
 * @reason:	why it was dropped, when no rule or policy did it
 * @hook:	where the deciding rule or policy stood, NF_INET_*
 * @by_policy:	@chain's policy decided, not a rule
 * @to_local:	delivered to the host itself
 * @tracked:	conntrack has seen it; the ct_* fields hold
 * @ct_info:	enum ip_conntrack_info as it was when the journey ended
 * @ct_reason:	why it is invalid, REASON_NONE when it is not
 * @ct_id:	0 when it has no connection
 * @rule:	the deciding rule; NULL when none
 * @chain:	the base chain that decided; NULL when none did
 * @in:		input link, NULL for packets sent by the host
 * @out:	output link, NULL when it did not leave
 * @queue:	for PATH_QUEUE, the queue number
 * @nat_src, @nat_dst: its source, its destination was rewritten
 * @nat_tuple:	what it was rewritten to
 * @nat_rule:	the rule that bound its connection with this packet; NULL when
 *		none did
 */
struct path_result {
	uint8_t verdict;
	uint8_t hook;
	bool by_policy, to_local, tracked;
	uint8_t ct_info;
	uint16_t reason, ct_reason;
	uint16_t ct_zone;
	uint32_t ct_id, ct_mark, ct_status;
	uint32_t mark;
	uint32_t queue;
	const struct vm_rule *rule;
	const struct vm_chain *chain;
	const struct host_link *in, *out;
	bool nat_src, nat_dst;
	struct ct_tuple nat_tuple;
	const struct vm_rule *nat_rule;
};

/**
 * struct path_sink - who is told of what leaves and what is logged
 * @emit:	a packet leaves by pkt->out because of input packet @number; its
 *		bytes are pkt->data, pkt->len, borrowed for the call
 * @log:	a log statement's line, without a newline, borrowed
 *
 * Either may be NULL: then nothing is made for it.
 */
struct path_sink {
	void (*emit)(void *data, uint64_t number, enum path_emit_kind kind,
		     const struct packet *pkt);
	void (*log)(void *data, uint64_t number, const char *line);
	void *data;
};

/* What the kernel's own hook functions do with a packet. */
enum path_stop {
	PATH_STOP_DEFRAG,
	PATH_STOP_CONNTRACK,
	PATH_STOP_NAT,
	PATH_STOP_CONFIRM,
};

/**
 * struct path_trace - who is told of each step of the journey
 * @hook:	it is at another hook: pkt->hook
 * @stop:	before (@done false) and after the kernel's own function. After one
 *		that ended the journey pkt->reason or the result says why
 * @route:	it was routed, or not: @reason
 * @vm:		what chains do; its own data
 *
 * An answer that the host sends meanwhile is told of in between: another @pkt.
 */
struct path_trace {
	void (*hook)(void *data, const struct packet *pkt);
	void (*stop)(void *data, const struct packet *pkt, enum path_stop stop,
		     bool done);
	void (*route)(void *data, const struct packet *pkt,
		      const struct host_route *rt, enum reason reason);
	struct vm_trace vm;
	void *data;
};

/* --checksums: what a capture's transport checksums are worth. */
enum path_checksums {
	CHECKSUMS_AUTO,	  /* unfinished ones (offload) are taken as good */
	CHECKSUMS_VERIFY, /* as the kernel would on the wire */
	CHECKSUMS_TRUST,  /* all good */
};

/**
 * struct path_config - what a path is made of; all borrowed, outlive it
 * @reference:	run the VM's reference form
 * @seed:	of the numbers drawn (fragment ids, numgen)
 */
struct path_config {
	struct vm *vm;
	struct ct_table *ct;
	const struct host *host;
	struct path_sink sink;
	enum path_checksums checksums;
	bool reference;
	uint64_t seed;
};

struct path *path_new(const struct path_config *cfg);
void path_free(struct path *p);

/** path_set_trace() - from now on each step of every packet is told, which is
 * slow; NULL: none */
void path_set_trace(struct path *p, const struct path_trace *trace);

/** path_ruleset_changed() - make the hook lists anew from the VM's chains */
void path_ruleset_changed(struct path *p);

/**
 * path_run_batch() - @n packets, in order
 * @pkts:	after packet_init(), with number, in (NULL: sent by this host),
 *		mark, pkttype, l2 set. Their bytes are changed on the way (TTL)
 * @times:	both clocks of each; monotonic ones must not step back
 * @out:	@n results
 *
 * References to connections are released; nothing of @pkts is kept but held
 * fragments, which are copied.
 */
void path_run_batch(struct path *p, struct packet *pkts,
		    const struct nv_time *times, size_t n,
		    struct path_result *out);

/** path_verdict_name() - "accept", "drop", ... */
const char *path_verdict_name(enum path_verdict v);
/** path_emit_name() - "packet", "fragment", ... */
const char *path_emit_name(enum path_emit_kind kind);
/** path_hook_name() - "prerouting", ... */
const char *path_hook_name(uint8_t hook);

#endif
