/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/result_json.h"

#include "ct/ct.h"
#include "tests/lab/box.h"

/* What DESIGN.md section 3 says of the object; made at 1.000000002 s. */
static void expect(const struct path_result *res, const char *text)
{
	const struct nv_time now = { .wall_ns = NS_PER_SEC + 2 };
	json_t *o = result_json(7, &now, res, NULL, NULL), *want;
	char *got = json_dumps(o, JSON_COMPACT);

	want = json_loads(text, 0, NULL);
	cr_assert_not_null(want, "%s", text);
	cr_expect(json_equal(o, want), "%s, not %s", got, text);
	free(got);
	json_decref(want);
	json_decref(o);
}

Test(result_json, absent_keys_mean_none)
{
	const struct path_result res = { .verdict = PATH_DROP,
					 .reason = REASON_no_route };

	expect(&res, "{\"packet\":7,\"time\":\"1.000000002\","
		     "\"verdict\":\"drop\",\"reason\":\"no_route\","
		     "\"mark\":0}");
}

Test(result_json, links_and_connection)
{
	struct host *h = host_ok(box);
	struct path_result res = {
		.verdict = PATH_ACCEPT,
		.in = host_link_by_name(h, "lan"),
		.out = host_link_by_name(h, "wan"),
		.mark = 3,
		.tracked = true,
		.ct_id = 9,
		.ct_info = IP_CT_ESTABLISHED_REPLY,
		.ct_status = IPS_CONFIRMED | IPS_SRC_NAT,
		.ct_mark = 5,
		.ct_zone = 2,
	};

	expect(&res,
	       "{\"packet\":7,\"time\":\"1.000000002\",\"iif\":\"lan\","
	       "\"oif\":\"wan\",\"verdict\":\"accept\",\"to\":\"wan\","
	       "\"mark\":3,\"ct\":{\"id\":9,\"state\":\"established\","
	       "\"direction\":\"reply\",\"status\":[\"confirmed\",\"snat\"],"
	       "\"mark\":5,\"zone\":2}}");
	res.out = NULL;
	res.to_local = true;
	res.ct_id = 0;
	res.ct_reason = REASON_ct_tcp_new;
	expect(&res, "{\"packet\":7,\"time\":\"1.000000002\",\"iif\":\"lan\","
		     "\"verdict\":\"accept\",\"to\":\"local\",\"mark\":3,"
		     "\"ct\":{\"state\":\"invalid\","
		     "\"reason\":\"ct_tcp_new\"}}");
	host_free(h);
}

Test(result_json, translation)
{
	const union inet_addr to = addr_of("203.0.113.1");
	struct path_result res = {
		.verdict = PATH_ACCEPT,
		.nat_src = true,
		.nat_tuple = { .src = to,
			       .sport = htobe16(1234),
			       .l3 = NFPROTO_IPV4,
			       .l4 = IPPROTO_TCP },
	};

	expect(&res, "{\"packet\":7,\"time\":\"1.000000002\","
		     "\"verdict\":\"accept\",\"mark\":0,"
		     "\"nat\":{\"saddr\":\"203.0.113.1\",\"sport\":1234}}");
	res.nat_tuple.l4 = IPPROTO_ICMP;
	expect(&res, "{\"packet\":7,\"time\":\"1.000000002\","
		     "\"verdict\":\"accept\",\"mark\":0,"
		     "\"nat\":{\"saddr\":\"203.0.113.1\",\"id\":1234}}");
}

Test(result_json, what_left)
{
	struct host *h = host_ok(box);
	struct wire_packet w;
	json_t *o;

	received(&w, "198.51.100.9", "10.0.0.5", IPPROTO_UDP,
		 "\0\1\0\2\0\x8\0\0", 8);
	w.pkt.out = host_link_by_name(h, "lan");
	o = emit_json(EMIT_FRAGMENT, h, &w.pkt);
	cr_expect_str_eq(json_string_value(json_object_get(o, "kind")),
			 "fragment");
	cr_expect_str_eq(json_string_value(json_object_get(o, "oif")), "lan");
	cr_expect_str_eq(json_string_value(json_object_get(o, "l2")),
			 "0200000005050200000000010800");
	cr_expect_str_eq(json_string_value(json_object_get(o, "data")),
			 "4500001c0000000040110000c63364090a00000500010002"
			 "00080000");
	json_decref(o);
	w.pkt.out = host_link_by_name(h, "tun0");
	o = emit_json(EMIT_PACKET, h, &w.pkt);
	cr_expect_null(json_object_get(o, "l2"));
	json_decref(o);
	host_free(h);
}
