/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel as a router between two TUN devices, in a network namespace that
 * ends with the process: what tests/ct/twin.c asks.
 */
#ifndef NFTVM_TESTS_CT_ROUTER_H
#define NFTVM_TESTS_CT_ROUTER_H

#include "tests/ct/wire.h"

struct mnl_socket;

/**
 * struct kernel - the router
 * @tun:	devices, by the way of packets that are written to them
 * @nl:		ctnetlink
 */
struct kernel {
	int tun[2];
	struct mnl_socket *nl;
	unsigned seq;
};

/** struct entry - what both sides are asked of a connection */
struct entry {
	bool there;
	bool reversed; /* sought by its reply tuple */
	uint32_t status, timeout;
	uint64_t packets[2], bytes[2];
	uint8_t state, scale[2], flags[2];
};

/** kernel_open() - into a namespace of our own; false: no rights, no nft */
bool kernel_open(struct kernel *k);
/** kernel_load() - one more ruleset */
bool kernel_load(const char *rules);
/** kernel_send() - the state that the packet was given, as ct_state_bits();
 * bit 16: reply direction. 0: it did not come out */
uint32_t kernel_send(struct kernel *k, const struct wire *w);
/** kernel_entry() - what the table says of a tuple */
struct entry kernel_entry(struct kernel *k, const struct ct_tuple *tuple);
/** kernel_flush() - empty the table */
void kernel_flush(struct kernel *k);
/** kernel_sysctl() - write to a file of /proc/sys */
bool kernel_sysctl(const char *path, const char *value);

#endif
