/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>

#include "ct/l4proto.h"

Test(l4proto, every_line_is_complete)
{
	unsigned n = 0;

	for (size_t i = 0; i < ARRAY_LEN(ct_l4protos); i++) {
		const struct ct_l4proto *p = ct_l4protos[i];

		if (!p)
			continue;
		n++;
		cr_expect_not_null(p->name);
		cr_expect_not_null(p->packet);
		cr_expect_not_null(p->print_tuple);
		cr_expect_eq(ct_l4proto_find((uint8_t)i), p);
	}
	cr_expect_eq(n, 8);
	cr_expect_eq(ct_l4proto_find(99), &ct_proto_generic);
}

/* The kernel's defaults, facts 2.5. */
Test(l4proto, default_timeouts)
{
	struct ct_config cfg;

	ct_config_init(&cfg);
	cr_expect_eq(cfg.max, 262144);
	cr_expect(cfg.checksum);
	cr_expect_not(cfg.acct);
	cr_expect_eq(cfg.tcp_timeout[3], 432000);
	cr_expect_eq(cfg.tcp_timeout_unacknowledged, 300);
	cr_expect_eq(cfg.udp_timeout_stream, 120);
	cr_expect_eq(cfg.icmpv6_timeout, 30);
	cr_expect_eq(cfg.generic_timeout, 600);
	cr_expect_eq(cfg.gre_timeout_stream, 180);
	cr_expect_eq(cfg.sctp_timeout[4], 210);
}

Test(l4proto, ticks_saturate_as_in_the_kernel)
{
	cr_expect_eq(ct_ticks(30), 7500);
	cr_expect_eq(ct_ticks(2147483647), INT32_MAX);
}
