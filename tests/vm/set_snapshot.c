/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

/* What went in comes out: keys, verdicts with the names of their chains, the
 * catch-all element, and how long each has to live. */
Test(set_snapshot, has_what_was_added)
{
	struct elem_batch in, out;
	struct nftnl_set *s;
	struct nv_time now;
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	fx_begin(&fx);
	fx_chain(&fx, "c");
	s = fx_set(&fx, "s", NFT_SET_MAP | NFT_SET_TIMEOUT, 2);
	nftnl_set_set_u32(s, NFTNL_SET_DATA_TYPE, NFT_DATA_VERDICT);
	cr_assert_eq(fx_set_add(&fx, s), 0, "%s", fx.err.message);
	elem_batch_init(&in, 2, 0);
	for (uint16_t i = 0; i < 3; i++) {
		size_t row = elem_batch_add(&in);

		put_be16(elem_batch_key(&in, row), (uint16_t)(80 + i));
		elem_batch_verdicts(&in)[row] = i ? NF_ACCEPT : NFT_JUMP;
		elem_batch_chains(&in)[row] = i ? NULL : "c";
		elem_batch_timeouts_ms(&in)[row] = i * 1000u;
	}
	in.flags[2] = ELEM_CATCHALL;
	cr_assert_eq(vm_elems_add(fx.tx, fx.family, "t", "s", &in, &fx.err), 0,
		     "%s", fx.err.message);
	cr_assert_eq(fx_commit(&fx), 0);
	now = fx.env.now;
	now.mono_ns += 400 * NS_PER_MS;
	cr_assert_eq(vm_set_snapshot(fx.vm, fx.family, "t", "x", &now, &out),
		     -ENOENT);
	cr_assert_eq(vm_set_snapshot(fx.vm, fx.family, "t", "s", &now, &out),
		     0);
	cr_assert_eq(out.len, 3);
	for (size_t row = 0; row < out.len; row++) {
		bool all = out.flags[row] & ELEM_CATCHALL;
		uint16_t port = get_be16(elem_batch_key(&out, row));

		if (!all && port == 80) {
			cr_assert_eq(out.verdicts[row], NFT_JUMP);
			cr_assert_str_eq(out.chains[row], "c");
			cr_assert_eq(out.timeouts_ms[row], 0);
			continue;
		}
		cr_assert_eq(out.verdicts[row], NF_ACCEPT);
		cr_assert_eq(out.timeouts_ms[row], all ? 2000 : 1000);
		cr_assert_eq(out.expirations_ms[row], all ? 1600 : 600);
	}
	elem_batch_fini(&out);
	/* the first to die is not seen any more */
	now.mono_ns += 700 * NS_PER_MS;
	vm_set_snapshot(fx.vm, fx.family, "t", "s", &now, &out);
	cr_assert_eq(out.len, 2);
	elem_batch_fini(&out);
	elem_batch_fini(&in);
	fx_fini(&fx);
}
