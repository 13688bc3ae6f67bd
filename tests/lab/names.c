/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/names.h"

#include <criterion/criterion.h>

#include "ct/ct.h"

/* As nft spells ct state. */
static const struct {
	struct path_result res;
	const char *name;
} states[] = {
	{ { .ct_id = 1, .ct_info = IP_CT_NEW }, "new" },
	{ { .ct_id = 1, .ct_info = IP_CT_ESTABLISHED }, "established" },
	{ { .ct_id = 1, .ct_info = IP_CT_ESTABLISHED_REPLY }, "established" },
	{ { .ct_id = 1, .ct_info = IP_CT_RELATED }, "related" },
	{ { .ct_id = 1, .ct_info = IP_CT_RELATED_REPLY }, "related" },
	{ { .ct_info = IP_CT_UNTRACKED, .tracked = true }, "untracked" },
	{ { .tracked = true }, "invalid" },
	{ { .tracked = false }, "" },
};

Test(names, states)
{
	for (size_t i = 0; i < ARRAY_LEN(states); i++) {
		const char *name = ct_state_name(&states[i].res);

		cr_expect_str_eq(name ? name : "", states[i].name, "row %zu",
				 i);
	}
}

/* enum ip_conntrack_status, and what of it nft's ct status says. */
Test(names, status_bits)
{
	cr_expect_str_eq(ct_status_name(IPS_EXPECTED_BIT), "expected");
	cr_expect_str_eq(ct_status_name(IPS_SEEN_REPLY_BIT), "seen-reply");
	cr_expect_str_eq(ct_status_name(IPS_ASSURED_BIT), "assured");
	cr_expect_str_eq(ct_status_name(IPS_CONFIRMED_BIT), "confirmed");
	cr_expect_str_eq(ct_status_name(IPS_SRC_NAT_BIT), "snat");
	cr_expect_str_eq(ct_status_name(IPS_DST_NAT_BIT), "dnat");
	cr_expect_str_eq(ct_status_name(IPS_DYING_BIT), "dying");
	cr_expect_null(ct_status_name(16));
}

Test(names, families_and_protocols)
{
	cr_expect_str_eq(family_name(NFPROTO_IPV4), "ip");
	cr_expect_str_eq(family_name(NFPROTO_IPV6), "ip6");
	cr_expect_str_eq(family_name(NFPROTO_INET), "inet");
	cr_expect_str_eq(l4_name(IPPROTO_TCP), "tcp");
	cr_expect_null(l4_name(250));
}
