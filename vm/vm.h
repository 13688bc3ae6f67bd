/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The VM: runs nftables bytecode on packets.
 *
 *	vm_new()
 *	vm_begin()			a transaction; the running ruleset is
 *					untouched until vm_commit()
 *	    vm_table_add() vm_chain_add() vm_set_add() vm_elems_add()
 *	    vm_rule_add() ..._del()	in the order of the commands
 *	vm_commit() / vm_abort()	verified, lowered, swapped in / forgotten
 *	vm_base_chain_next()		what there is to run, for the hook lists
 *	vm_run()			one base chain on one packet
 *	vm_free()
 *
 * Two kinds of memory. Programs are immutable: lowered, verified chains that
 * threads run without locks; a commit makes new ones and the old ones go when
 * nobody runs them. State (counters, limits, quotas, sets and their elements,
 * per-rule hits) is mutable, counted by reference, lives outside the programs
 * and outlives them: it is keyed by rule handle and expression index.
 *
 * Two forms, one lowering. Each expression has `exec`, the reference form
 * (vm/expr.h), run by trace and tests; hot ones also `emit` into the flat
 * form, which traffic runs. env->reference chooses. Both give the same
 * verdicts, marks, counters, state: every test runs both.
 */
#ifndef NFTVM_VM_VM_H
#define NFTVM_VM_VM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/elem_batch.h"
#include "base/rng.h"
#include "packet/packet.h"

struct vm;
struct vm_tx;
struct vm_chain;
struct vm_ctx;
struct vm_rule;
struct host;
struct ct_table;
struct nftnl_rule;
struct nftnl_set;
struct nftnl_obj;

enum vm_chain_type {
	VM_CHAIN_FILTER,
	VM_CHAIN_NAT,
	VM_CHAIN_ROUTE,
};

/**
 * struct vm_chain_spec - a chain to be
 * @hook:	NF_INET_*
 * @family:	NFPROTO_IPV4, NFPROTO_IPV6 or NFPROTO_INET
 * @is_base:	the fields below hold
 * @policy:	NF_ACCEPT or NF_DROP
 */
struct vm_chain_spec {
	uint8_t family;
	const char *table, *name;
	uint64_t handle;
	bool is_base;
	enum vm_chain_type type;
	uint8_t hook;
	int32_t priority;
	uint32_t policy;
};

/**
 * struct vm_log - what a log expression says (nft_log)
 * @prefix:	"" when none
 * @level:	0..7, or -1 for a log to a group
 * @flags:	NF_LOG_TCPSEQ 1, TCPOPT 2, IPOPT 4, UID 8, MACDECODE 0x20
 */
struct vm_log {
	const char *prefix;
	int level;
	uint32_t flags;
	int group;
	uint32_t snaplen, qthreshold;
};

/**
 * struct vm_reject - the answer that a reject expression gives
 * @tcp_reset:	a TCP reset; else an ICMP error "unreachable"
 * @code:	of the ICMP error, for the packet's IP version
 */
struct vm_reject {
	bool tcp_reset;
	uint8_t code;
};

/**
 * struct vm_step - a rule that has run
 * @verdict:	NFT_BREAK where an expression did not let it go on, NFT_CONTINUE
 *		where it came to its end, or the verdict that fell
 * @at:		the last expression that ran, from 0
 * @to:		of NFT_JUMP and NFT_GOTO
 */
struct vm_step {
	int32_t verdict;
	unsigned at;
	const struct vm_chain *to;
	/* private */
	struct vm_ctx *cx;
	const struct vm_rule *rule;
};

/**
 * struct vm_trace - who is told of each step of a run; the reference form runs
 * then
 * @enter:	a base chain begins, or the chain that a jump or goto leads to
 * @rule:	a rule has run
 * @end:	a chain has no more rules: back to the one that jumped, or, at the
 *		end of the base chain, its policy: @policy is NF_*, or -1
 */
struct vm_trace {
	void (*enter)(void *data, const struct vm_chain *chain,
		      const struct packet *pkt);
	void (*rule)(void *data, const struct vm_rule *rule,
		     const struct packet *pkt, const struct vm_step *step);
	void (*end)(void *data, const struct vm_chain *chain,
		    const struct packet *pkt, int policy);
	void *data;
};

/* How many 32-bit words vm_step_words() fills in: NFT_REG32_00 to _15. */
#define VM_STEP_WORDS 16

/** vm_step_words() - the registers as the loads before the step's last
 * expression filled them, without what masks took away; while vm_trace.rule
 * runs, before anything of the packet changes */
void vm_step_words(const struct vm_step *step, uint32_t *words);

/**
 * struct vm_env - whom the VM asks while it runs; one per thread
 * @host:	links, routes, addresses: fib, rt. Borrowed
 * @ct:		the connection table. Borrowed
 * @now:	both clocks at this packet
 * @rng:	numgen random, meta random
 * @reference:	run the reference form
 * @trace:	told of each step; or NULL
 * @log:	takes a log expression's line; may be NULL
 * @reject:	sends the answer of a reject; may be NULL. The packet is dropped
 *		afterwards
 * @drop_reason: why an expression dropped the packet, when it was not the
 *		rule's wish; the caller clears it
 */
struct vm_env {
	const struct host *host;
	struct ct_table *ct;
	struct nv_time now;
	struct rng *rng;
	bool reference;
	const struct vm_trace *trace;
	void (*log)(void *data, const struct packet *pkt,
		    const struct vm_log *log);
	void *log_data;
	void (*reject)(void *data, struct packet *pkt,
		       const struct vm_reject *reject);
	void *reject_data;
	enum reason drop_reason;
};

/**
 * struct vm_result - how a base chain ended
 * @verdict:	NF_ACCEPT, NF_DROP, NF_STOLEN, NF_QUEUE
 * @rule:	the rule that gave it, or NULL: the policy did
 * @queue:	for NF_QUEUE: number in the low 16 bits, bit 31 bypass
 */
struct vm_result {
	uint32_t verdict;
	const struct vm_rule *rule;
	uint32_t queue;
};

/**
 * struct vm_error - why a transaction is refused
 * @code:	-errno as the kernel would answer (EINVAL, EMLINK, ENOENT, ...)
 * @message:	one sentence
 * @rule_handle, @expr: where; 0 and -1 when it is not a rule's fault
 * @cookie:	of the rule (vm_rule_add()), so that the caller finds its text
 */
struct vm_error {
	int code;
	char message[200];
	uint64_t rule_handle;
	int expr;
	uint64_t cookie;
};

struct vm *vm_new(void);
void vm_free(struct vm *vm);

/* --- transactions -------------------------------------------------------- */
/*
 * Each returns 0 or -errno with @err filled in. After a failure only
 * vm_abort() may follow. Names are looked up as the transaction sees them.
 */
struct vm_tx *vm_begin(struct vm *vm);
int vm_commit(struct vm_tx *tx, const struct nv_time *now,
	      struct vm_error *err);
void vm_abort(struct vm_tx *tx);

int vm_table_add(struct vm_tx *tx, uint8_t family, const char *name,
		 uint32_t flags, struct vm_error *err);
/** vm_table_del() - the table and all in it */
int vm_table_del(struct vm_tx *tx, uint8_t family, const char *name,
		 struct vm_error *err);
int vm_chain_add(struct vm_tx *tx, const struct vm_chain_spec *spec,
		 struct vm_error *err);
/** vm_chain_policy() - another policy, NF_ACCEPT or NF_DROP, for a base chain */
int vm_chain_policy(struct vm_tx *tx, uint8_t family, const char *table,
		    const char *name, uint32_t policy, struct vm_error *err);
int vm_chain_del(struct vm_tx *tx, uint8_t family, const char *table,
		 const char *name, struct vm_error *err);

/**
 * vm_set_add() - a set or map; its table, name and properties are in @set
 *
 * Reads NFTNL_SET_*: FAMILY, TABLE, NAME, FLAGS, KEY_LEN, DATA_TYPE, DATA_LEN,
 * OBJ_TYPE, TIMEOUT, GC_INTERVAL, DESC_SIZE, DESC_CONCAT, EXPRESSIONS. The set
 * is borrowed only for the call.
 */
int vm_set_add(struct vm_tx *tx, const struct nftnl_set *set,
	       struct vm_error *err);
int vm_set_del(struct vm_tx *tx, uint8_t family, const char *table,
	       const char *name, struct vm_error *err);
/** vm_elems_add() - elements as nft sends them (interval ends as rows of their
 * own); adding one costs no rebuild of the set */
int vm_elems_add(struct vm_tx *tx, uint8_t family, const char *table,
		 const char *set, const struct elem_batch *elems,
		 struct vm_error *err);
int vm_elems_del(struct vm_tx *tx, uint8_t family, const char *table,
		 const char *set, const struct elem_batch *elems,
		 struct vm_error *err);
int vm_set_flush(struct vm_tx *tx, uint8_t family, const char *table,
		 const char *set, struct vm_error *err);

/**
 * vm_obj_add() - a named object: counter, quota, limit, ct helper
 * @obj:	NFTNL_OBJ_FAMILY, TABLE, NAME, TYPE and its numbers
 */
int vm_obj_add(struct vm_tx *tx, const struct nftnl_obj *obj,
	       struct vm_error *err);
/** vm_obj_del() - @type: NFT_OBJECT_* */
int vm_obj_del(struct vm_tx *tx, uint8_t family, const char *table,
	       uint32_t type, const char *name, struct vm_error *err);

/**
 * vm_rule_add() - a rule of bytecode
 * @rule:	NFTNL_RULE_FAMILY, TABLE, CHAIN, HANDLE and its expressions;
 *		borrowed for the call. Lookups name their sets
 * @before:	handle of the rule it goes before, or 0 for the end
 * @cookie:	the caller's, given back by vm_rule_cookie() and in errors
 */
int vm_rule_add(struct vm_tx *tx, const struct nftnl_rule *rule,
		uint64_t before, uint64_t cookie, struct vm_error *err);
int vm_rule_del(struct vm_tx *tx, uint8_t family, const char *table,
		const char *chain, uint64_t handle, struct vm_error *err);

/* --- what there is ------------------------------------------------------- */

/**
 * vm_base_chain_next() - walk the base chains, in order of creation
 * @prev:	NULL to begin
 */
const struct vm_chain *vm_base_chain_next(const struct vm *vm,
					  const struct vm_chain *prev);
/** vm_chain_next() - walk all chains, tables in order, chains in order */
const struct vm_chain *vm_chain_next(const struct vm *vm,
				     const struct vm_chain *prev);
const struct vm_chain_spec *vm_chain_spec(const struct vm_chain *chain);
/** vm_chain_seq() - when its hook was registered, in the one sequence that
 * built-in hooks take part in too: at equal priority the higher runs first */
uint64_t vm_chain_seq(const struct vm_chain *chain);

/* What makes the kernel register hooks of its own (facts section 1.2). */
enum vm_need {
	VM_NEED_CT,   /* a rule reads ct, tracks or helps: defrag, conntrack */
	VM_NEED_NAT,  /* a nat chain exists */
	VM_NEED_ACCT, /* a rule reads ct bytes, packets or avgpkt */
	VM_NEED_COUNT
};
/** vm_need_seq() - when rules of @nfproto (NFPROTO_IPV4, NFPROTO_IPV6) first needed it, in
 * the sequence of vm_chain_seq(); 0 when nothing does */
uint64_t vm_need_seq(const struct vm *vm, uint8_t nfproto, enum vm_need need);

/** vm_rule_next() - the rules of a chain in order */
const struct vm_rule *vm_rule_next(const struct vm_chain *chain,
				   const struct vm_rule *prev);
const struct vm_chain *vm_rule_chain(const struct vm_rule *rule);
uint64_t vm_rule_handle(const struct vm_rule *rule);
uint64_t vm_rule_cookie(const struct vm_rule *rule);
/** vm_rule_hits() - packets for which the rule ran to its end or gave a
 * verdict */
uint64_t vm_rule_hits(const struct vm_rule *rule);
/** vm_policy_hits() - packets that reached a base chain's policy */
uint64_t vm_policy_hits(const struct vm_chain *chain);

/**
 * vm_rule_counter() - the state of the counter at expression @expr of a rule
 * Return: true; false when expression @expr is no counter.
 */
bool vm_rule_counter(const struct vm_rule *rule, unsigned expr,
		     uint64_t *packets, uint64_t *bytes);

/**
 * vm_rule_state() - put the living state of a rule's expressions (counters,
 * quotas) into their libnftnl form
 * @into:	the same expressions as the rule was made of
 */
void vm_rule_state(const struct vm_rule *rule, struct nftnl_rule *into);

/** vm_obj_state() - put an object's living state into its libnftnl form */
void vm_obj_state(const struct vm *vm, struct nftnl_obj *into);

/**
 * vm_set_snapshot() - the living elements of a set, as columns
 * @out:	initialised by the call; elem_batch_fini() it. Strings in it are
 *		borrowed from the VM and last until the next commit
 * Return: 0 or -ENOENT.
 */
int vm_set_snapshot(const struct vm *vm, uint8_t family, const char *table,
		    const char *set, const struct nv_time *now,
		    struct elem_batch *out);

/* --- running ------------------------------------------------------------- */

/**
 * vm_run() - one base chain on one packet (nft_do_chain())
 * @pkt:	decoded, hook, in, out set; mark, ct mark, ... are changed by
 *		rules
 * @res:	verdict, and the rule or policy it came from
 */
void vm_run(struct vm_env *env, const struct vm_chain *base, struct packet *pkt,
	    struct vm_result *res);

/** vm_dump() - a chain's program as text, for compile --emit=vm: one line per
 * expression, @fast for the flat form */
struct strbuf;
void vm_dump(const struct vm_chain *chain, bool fast, struct strbuf *out);

#endif
