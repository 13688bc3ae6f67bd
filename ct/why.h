/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why a packet is invalid, in numbers. Written only where somebody asked for it
 * (ct_table_explain()), and only for packets that are invalid: traffic pays
 * nothing.
 */
#ifndef NFTVM_CT_WHY_H
#define NFTVM_CT_WHY_H

#include "base/reason.h"
#include "ct/ct.h"

#define CT_WHY_NUMBERS 8

/**
 * struct ct_why - about the first packet that was found invalid
 * @reason:	REASON_NONE: none was since it was cleared
 * @pkt:	which; not to be looked at later
 * @about:	an ICMP error's: what it quotes, if @has_about
 * @state:	of the connection that it belongs to, as conntrack(8) prints it; or
 *		NULL
 * @setting:	the sysctl that would have let it pass, with its value; or NULL
 * @numbers:	what was compared, @n of them, named as the kernel does
 */
struct ct_why {
	enum reason reason;
	const struct packet *pkt;
	const char *state, *setting;
	bool has_about;
	struct ct_tuple about;
	unsigned n;
	struct {
		const char *name;
		uint32_t value;
	} numbers[CT_WHY_NUMBERS];
};

struct ct_table;

/** ct_table_explain() - note in @why what makes packets invalid from now on;
 * NULL: don't. Only where one thread uses the table */
void ct_table_explain(struct ct_table *t, struct ct_why *why);

#endif
