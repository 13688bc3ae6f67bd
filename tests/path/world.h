/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What tests of the path stand on: a real host, VM and connection table around
 * a path, rules built from libnftnl expressions, packets from nothing, and a
 * record of what left.
 */
#ifndef NFTVM_TESTS_PATH_WORLD_H
#define NFTVM_TESTS_PATH_WORLD_H

#include "ct/ct.h"
#include "host/host.h"
#include "path/path.h"
#include "vm/vm.h"

/* The last so many packets that left are kept. */
#define WORLD_LEFT 16

/** struct left - a packet that left */
struct left {
	enum path_emit_kind kind;
	char oif[16];
	uint32_t len;
	uint8_t bytes[2048];
};

struct world {
	struct host *host;
	struct vm *vm;
	struct ct_table *ct;
	struct path *path;
	struct nv_time now;
	uint64_t handle;
	struct left left[WORLD_LEFT];
	size_t n_left;
};

/** world_init() - a router: lan 10.1.0.1/24 fd01::1/64, wan 10.2.0.1/24
 * fd02::1/64 and the default routes; @more host lines, or NULL. Table "t" of
 * family inet */
void world_init(struct world *w, const char *more);
void world_fini(struct world *w);

/** world_base() - a base chain */
void world_base(struct world *w, const char *name, enum vm_chain_type type,
		uint8_t hook, int32_t priority, uint32_t policy);
/** world_verdict() - a rule that gives @verdict to everything */
void world_verdict(struct world *w, const char *chain, uint32_t verdict);
/** world_mark_digit() - a rule `meta mark set mark + add`; reading the mark into the
 * register first and shifting it by 4 bits, so that the order of several shows:
 * mark = mark << 4 | digit */
void world_mark_digit(struct world *w, const char *chain, uint32_t digit);
/** world_ct_state() - a rule `ct state & bits != 0 meta mark set mark<<4|digit` */
void world_ct_state(struct world *w, const char *chain, uint32_t bits,
		    uint32_t digit);
/** world_notrack() - a rule `notrack` */
void world_notrack(struct world *w, const char *chain);
/** world_masquerade() - a rule `masquerade` */
void world_masquerade(struct world *w, const char *chain);
/** world_dnat4() - a rule `dnat ip to ADDR`, host order */
void world_dnat4(struct world *w, const char *chain, uint32_t addr);

/** world_udp() - a UDP packet over IPv4 or IPv6, checksums right; returns its
 * length. @buf of at least 64 + @payload bytes */
uint32_t world_udp(uint8_t *buf, const char *src, uint16_t sport,
		   const char *dst, uint16_t dport, uint8_t ttl,
		   uint32_t payload);
/** world_run() - through the path; @link NULL: sent by the host */
struct path_result world_run(struct world *w, const char *link, uint8_t *bytes,
			     uint32_t len);
/** world_send_udp() - both in one */
struct path_result world_send_udp(struct world *w, const char *link,
				  const char *src, const char *dst,
				  uint8_t ttl);

#endif
