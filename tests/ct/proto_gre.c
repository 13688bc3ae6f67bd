/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "tests/ct/wire.h"

Test(gre, one_connection_per_address_pair)
{
	static const uint8_t v0[8] = { 0x20, 0, 8, 0, 1, 2, 3, 4 };
	struct seen seen;
	struct lab lab;
	struct wire w;

	lab_open(&lab, NULL);
	wire_ip(&w, false, C2S, IPPROTO_GRE, v0, 8);
	cr_expect_eq(lab_send(&lab, &w).state, CT_STATE_NEW);
	wire_ip(&w, false, S2C, IPPROTO_GRE, v0, 4);
	cr_expect_eq(lab_send(&lab, &w).expires_ms, 30000);
	wire_ip(&w, false, C2S, IPPROTO_GRE, v0, 3); /* cut: as version 0 */
	seen = lab_send(&lab, &w);
	cr_expect_eq(seen.expires_ms, 180000);
	cr_expect(seen.status & IPS_ASSURED);
	lab_close(&lab);
}

Test(gre, version_1_carries_ppp_or_nothing)
{
	static const uint8_t ppp[8] = { 0x20, 1, 0x88, 0x0b, 0, 0, 1, 2 };
	static const uint8_t other[8] = { 0x20, 1, 0x88, 0x0c, 0, 0, 1, 2 };
	struct lab lab;
	struct wire w;
	char *text;

	lab_open(&lab, NULL);
	wire_ip(&w, false, C2S, IPPROTO_GRE, other, 8);
	cr_expect_eq(lab_send(&lab, &w).reason, REASON_ct_no_tuple);
	wire_ip(&w, false, C2S, IPPROTO_GRE, ppp, 8);
	cr_expect_eq(lab_send(&lab, &w).state, CT_STATE_NEW);
	text = lab_list(&lab, false);
	cr_expect_str_eq(
		text,
		"gre      47 30 src=10.1.0.2 dst=10.2.0.2 srckey=0x0 dstkey=0x102 [UNREPLIED] src=10.2.0.2 dst=10.1.0.2 srckey=0x102 dstkey=0x0 mark=0 use=1\n");
	free(text);
	lab_close(&lab);
}
