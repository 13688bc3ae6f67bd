/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>

#include "tests/ct/wire.h"

Test(generic, ten_minutes_and_never_assured)
{
	struct seen seen;
	struct lab lab;
	struct wire w;

	lab_open(&lab, NULL);
	for (int i = 0; i < 4; i++) {
		wire_ip(&w, i & 2, i & 1 ? S2C : C2S, 99, "x", i > 1);
		seen = lab_send(&lab, &w);
		cr_expect_eq(seen.state,
			     i & 1 ? CT_STATE_ESTABLISHED : CT_STATE_NEW);
		cr_expect_eq(seen.expires_ms, 600000);
		cr_expect_not(seen.status & IPS_ASSURED);
	}
	lab_close(&lab);
}
