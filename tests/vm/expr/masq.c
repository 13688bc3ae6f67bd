/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>

#include "tests/vm/nat_case.h"

static const struct nat_case masq = {
	.name = "masq",
	.what = "masquerade",
	.min = NFTNL_EXPR_MASQ_REG_PROTO_MIN,
	.max = NFTNL_EXPR_MASQ_REG_PROTO_MAX,
	.flags = NFTNL_EXPR_MASQ_FLAGS,
	.hooks = 1u << NF_INET_POST_ROUTING,
};

Test(expr_masq, hands_ports_and_flags_to_nat)
{
	nat_case_hands_ports_and_flags_to_nat(&masq);
}

Test(expr_masq, no_address_drops_and_says_why)
{
	nat_case_no_address_drops_and_says_why(&masq);
}

Test(expr_masq, hooks)
{
	nat_case_hooks(&masq);
}
