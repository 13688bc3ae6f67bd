/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytecode as `nft --debug=netlink` shows it, command by command. */
#ifndef NFTVM_API_NETLINK_H
#define NFTVM_API_NETLINK_H

#include "api/engine.h"

#include "base/strbuf.h"
#include "base/vec.h"

/**
 * struct netlink_text - what was printed so far
 * @sets:	sets of intervals that it declares, in the order of @out; their
 *		elements are put in at the end
 */
struct netlink_text {
	struct strbuf out;
	VEC(struct netlink_set *) sets;
};

/** engine_netlink_cmd() - one more command; @text is a struct netlink_text */
void engine_netlink_cmd(void *text, struct parser *p, const struct cmd *cmd);
/** engine_netlink_done() - append the whole to @out and free @t's parts */
void engine_netlink_done(struct netlink_text *t, struct strbuf *out);

/** netlink_row() - a row of @b, a batch of the set @cs, as libnftnl prints it */
void netlink_row(const struct elem_batch *b, size_t row,
		 const struct cmd_set *cs, struct strbuf *out);

/**
 * netlink_set() - a set of intervals is declared; its first line is printed
 * Return: false when it was there already: its elements are the caller's.
 */
bool netlink_set(struct netlink_text *t, const struct cmd *cmd);
/**
 * netlink_elems() - elements for a set of intervals, or out of it
 * Return: false when the text did not declare it: they are the caller's.
 */
bool netlink_elems(struct netlink_text *t, const struct cmd *cmd);

#endif
