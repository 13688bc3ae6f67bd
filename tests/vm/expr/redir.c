/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>

#include "tests/vm/nat_case.h"

static const struct nat_case redir = {
	.name = "redir",
	.what = "redirect",
	.min = NFTNL_EXPR_REDIR_REG_PROTO_MIN,
	.max = NFTNL_EXPR_REDIR_REG_PROTO_MAX,
	.flags = NFTNL_EXPR_REDIR_FLAGS,
	.hooks = 1u << NF_INET_PRE_ROUTING | 1u << NF_INET_LOCAL_OUT,
};

Test(expr_redir, hands_ports_and_flags_to_nat)
{
	nat_case_hands_ports_and_flags_to_nat(&redir);
}

Test(expr_redir, no_address_drops_and_says_why)
{
	nat_case_no_address_drops_and_says_why(&redir);
}

Test(expr_redir, hooks)
{
	nat_case_hooks(&redir);
}
