/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every protocol without a tracker of its own: addresses and protocol are the
 * whole tuple, any packet refreshes it. nf_conntrack_proto_generic.c
 *
 * DCCP had a tracker once; the kernel dropped it, conntrack(8) still prints it
 * by name and with ports, which are zero now.
 */
#include "ct/l4proto.h"

/* Also a template for what is tracked like this under another name. */
static enum ct_verdict generic_packet(struct ct_ctx *cx)
{
	ct_refresh(cx, ct_ticks(cx->t->cfg.generic_timeout));
	return CT_ACCEPT;
}

static void generic_defaults(struct ct_config *cfg)
{
	cfg->generic_timeout = 600; /* nf_ct_generic_timeout */
}

const struct ct_l4proto ct_proto_generic = {
	.name = "unknown",
	.allow_clash = true,
	.packet = generic_packet,
	.defaults = generic_defaults,
};

const struct ct_l4proto ct_proto_dccp = {
	.name = "dccp",
	.allow_clash = true,
	.packet = generic_packet,
	.print_tuple = ct_print_ports,
};
