/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>

#include "tests/ct/wire.h"

#define INV CT_STATE_INVALID
#define NEW CT_STATE_NEW
#define EST CT_STATE_ESTABLISHED

Test(icmp, questions_and_answers)
{
	static const struct {
		enum way way;
		uint8_t type, code;
		uint16_t id;
		uint32_t state;
		enum reason reason;
	} rows[] = {
		{ C2S, 0, 0, 1, INV, REASON_ct_icmp_new }, /* no question */
		{ C2S, 8, 0, 1, NEW, 0 },
		{ C2S, 8, 0, 1, NEW, 0 },
		{ S2C, 0, 1, 1, INV, REASON_ct_icmp_new }, /* other code */
		{ S2C, 0, 0, 2, INV, REASON_ct_icmp_new }, /* other id */
		{ S2C, 0, 0, 1, EST, 0 },
		{ S2C, 0, 0, 1, EST, 0 }, /* answers do not end it */
		{ C2S, 8, 0, 1, EST, 0 },
		{ S2C, 8, 0, 1, NEW, 0 }, /* another one, the other way */
		{ C2S, 13, 0, 1, NEW, 0 },
		{ S2C, 14, 0, 1, EST, 0 },
		{ C2S, 15, 0, 1, NEW, 0 },
		{ C2S, 17, 0, 1, NEW, 0 },
		{ C2S, 9, 0, 1, INV, REASON_ct_no_inverse },
		{ C2S, 19, 0, 1, INV, REASON_ct_icmp_type },
		{ C2S, 3, 0, 0, INV, REASON_ct_icmp_error }, /* of nothing */
	};
	struct lab lab;

	lab_open(&lab, NULL);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct seen seen;
		struct wire w;

		wire_icmp(&w, false, rows[i].way, rows[i].type, rows[i].code,
			  rows[i].id, NULL, 0);
		seen = lab_send(&lab, &w);
		cr_expect_eq(seen.state, rows[i].state, "row %zu", i);
		cr_expect_eq(seen.reason, rows[i].reason, "row %zu: %s", i,
			     reason_name(seen.reason));
		if (seen.state != INV)
			cr_expect_eq(seen.expires_ms, 30000);
	}
	lab_close(&lab);
}

Test(icmp, faults)
{
	struct lab lab;
	struct wire w;

	lab_open(&lab, NULL);
	wire_ip(&w, false, C2S, IPPROTO_ICMP, "\10\0\0\0\0\0\0", 7);
	cr_expect_eq(lab_send(&lab, &w).reason, REASON_ct_short);
	wire_icmp(&w, false, C2S, 8, 0, 1, NULL, 0);
	w.buf[w.l4_off + 2] ^= 1;
	cr_expect_eq(lab_send(&lab, &w).reason, REASON_ct_checksum);
	/* ICMP on IPv6 is none */
	wire_ip(&w, true, C2S, IPPROTO_ICMP, "\10\0\0\0\0\1\0\0", 8);
	cr_expect_eq(lab_send(&lab, &w).reason, REASON_ct_family);
	lab_close(&lab);
}
