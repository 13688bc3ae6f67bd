/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TFTP (RFC 1350): the server answers a request from another port.
 *
 * Ref: nf_conntrack_tftp.c, nf_nat_tftp.c; facts 6.2.
 */
#include "ct/helper.h"

enum {
	TFTP_HEADER_BYTES = 2,
	TFTP_READ = 1,
	TFTP_WRITE = 2,
};

static enum reason tftp_help(struct ct_help_ctx *hx)
{
	union inet_addr src = ct_help_src(hx, CT_DIR_REPLY);
	union inet_addr dst = ct_help_dst(hx, CT_DIR_REPLY);
	struct ct_expect exp;
	struct ct_tuple tuple;
	const uint8_t *data;
	uint32_t len;
	uint16_t op;

	data = ct_help_payload(hx, &len);
	if (!data || len < TFTP_HEADER_BYTES)
		return REASON_NONE;
	op = get_be16(data);
	if (op != TFTP_READ && op != TFTP_WRITE)
		return REASON_NONE;
	ct_tuple(hx->ct, CT_DIR_REPLY, &tuple);
	ct_help_expect_init(hx, &exp, &src, &dst, tuple.dport);
	if (ct_help_translated(hx)) {
		ct_tuple(hx->ct, CT_DIR_ORIGINAL, &tuple);
		exp.follow = true;
		exp.dir = CT_DIR_REPLY;
		exp.saved_port = tuple.sport;
	}
	return ct_expect_add(hx->t, &exp, hx->now) ? REASON_ct_help_expect
						   : REASON_NONE;
}

const struct ct_helper ct_helper_tftp = {
	.name = "tftp",
	.l4proto = IPPROTO_UDP,
	.v4 = true,
	.v6 = true,
	.policies = { { .max = 1, .timeout = 300 } },
	.help = tftp_help,
};
