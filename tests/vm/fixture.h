/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What tests of the VM stand on: a VM with one table, rules built from
 * libnftnl expressions, packets from nothing, and a connection that is
 * whatever the test says (struct ct_conn below, with the functions of ct.h
 * that the VM calls).
 */
#ifndef NFTVM_TESTS_VM_FIXTURE_H
#define NFTVM_TESTS_VM_FIXTURE_H

#include <stdio.h>

#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>

#include "ct/conncount.h"
#include "ct/help.h"
#include "host/host.h"
#include "nat/nat.h"
#include "vm/core.h"

/* What the VM asked of nat/ last. */
struct fx_nat {
	unsigned calls;
	const char *what; /* "setup", "masquerade", "redirect", "netmap" */
	struct nat_range range;
	enum nat_manip manip;
};

/* A connection as the tests have it; @answer is what nat/ says of it. */
struct ct_conn {
	struct fx_nat nat;
	enum reason answer;
	uint32_t status, mark, id;
	uint16_t zone[CT_DIR_MAX];
	uint64_t expires_ms;
	uint64_t packets[CT_DIR_MAX], bytes[CT_DIR_MAX];
	const struct ct_conn *master;
	const struct ct_helper *helper;
	struct ct_tuple tuple[CT_DIR_MAX];
};

/* A box as the tests have it: one answer to everything. */
struct host {
	struct host_link links[4];
	struct host_route route;
	enum host_route_type addr_type;
};

/**
 * struct fx - a VM under test
 * @now:	of commits and of packets
 * @handle:	of the next rule
 */
struct fx {
	struct vm *vm;
	struct vm_tx *tx;
	struct vm_error err;
	struct vm_env env;
	struct rng rng;
	struct packet pkt;
	struct ct_conn conn;
	struct host host;
	uint8_t family;
	uint64_t handle;
	uint8_t buf[2048];
};

/** fx_init() - table "t" of @family with an empty base chain "in" at INPUT,
 * committed; the packet is an IPv4 TCP segment */
void fx_init(struct fx *fx, uint8_t family);
void fx_fini(struct fx *fx);
void fx_begin(struct fx *fx);
/** fx_commit() - the commit's answer */
int fx_commit(struct fx *fx);
int fx_chain(struct fx *fx, const char *name);
int fx_base(struct fx *fx, const char *name, uint8_t hook, uint32_t policy);

/** fx_rule() - an empty rule of chain @chain, its handle the next one */
struct nftnl_rule *fx_rule(struct fx *fx, const char *chain);
/** fx_add() - add it and free it */
int fx_add(struct fx *fx, struct nftnl_rule *r);

/* Expressions, alone or (with @r) at the end of a rule. */
struct nftnl_expr *fx_expr(struct nftnl_rule *r, const char *name);
void fx_payload(struct nftnl_rule *r, uint32_t base, uint32_t offset,
		uint32_t len, uint32_t dreg);
void fx_meta(struct nftnl_rule *r, uint32_t key, uint32_t dreg);
void fx_meta_set(struct nftnl_rule *r, uint32_t key, uint32_t sreg);
void fx_ct(struct nftnl_rule *r, uint32_t key, uint32_t dreg);
void fx_cmp(struct nftnl_rule *r, uint32_t op, uint32_t sreg, const void *data,
	    uint32_t len);
void fx_cmp_u8(struct nftnl_rule *r, uint32_t op, uint32_t sreg, uint8_t v);
void fx_cmp_be16(struct nftnl_rule *r, uint32_t op, uint32_t sreg, uint16_t v);
void fx_cmp_u32(struct nftnl_rule *r, uint32_t op, uint32_t sreg, uint32_t v);
void fx_mask(struct nftnl_rule *r, uint32_t reg, const void *mask,
	     uint32_t len);
void fx_imm(struct nftnl_rule *r, uint32_t dreg, const void *data,
	    uint32_t len);
void fx_verdict(struct nftnl_rule *r, int32_t code, const char *chain);
void fx_lookup(struct nftnl_rule *r, uint32_t sreg, const char *set,
	       int32_t dreg, uint32_t flags);
void fx_counter(struct nftnl_rule *r);

/** fx_set() - a set of table "t"; fill in more before fx_set_add() */
struct nftnl_set *fx_set(struct fx *fx, const char *name, uint32_t flags,
			 uint32_t key_len);
int fx_set_add(struct fx *fx, struct nftnl_set *s);

/** fx_run() - the base chain @chain on fx->pkt: the verdict */
uint32_t fx_run(struct fx *fx, const char *chain, struct vm_result *res);
const struct vm_chain *fx_chain_find(const struct fx *fx, const char *name);
/** fx_rule_at() - rule number @i (from 0) of a chain */
const struct vm_rule *fx_rule_at(const struct fx *fx, const char *chain,
				 unsigned i);

/**
 * fx_lower() - lower one expression alone
 * Return: it, or NULL with fx->err set; vm_expr_free() it.
 */
struct vm_expr *fx_lower(struct fx *fx, const struct nftnl_expr *ne);
/** fx_exec() - run it on the packet */
void fx_exec(struct fx *fx, const struct vm_expr *e, struct vm_regs *regs);
/** fx_describes() - does describe() say what libnftnl says? Says so if not */
bool fx_describes(struct fx *fx, const struct nftnl_expr *ne);

/** fx_tcp4() - fx->pkt: an IPv4 TCP segment, decoded, at INPUT */
void fx_tcp4(struct fx *fx, uint32_t saddr, uint32_t daddr, uint16_t sport,
	     uint16_t dport);

#endif
