/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/summary.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "tests/path/world.h"

static void rule_text(void *data, const struct vm_rule *rule,
		      struct strbuf *out)
{
	strbuf_puts(out, "a rule");
}

/* A router that lets UDP by, and refuses what is for itself; four packets: two
 * of one connection, one at the end of its TTL, one for the router. */
static void run(struct world *w, struct summary *s)
{
	static const struct {
		const char *dst;
		uint8_t ttl;
	} packets[] = {
		{ "10.9.9.9", 64 },
		{ "10.9.9.9", 64 },
		{ "10.9.9.8", 1 },
		{ "10.1.0.1", 64 },
	};
	struct path_result res;

	world_init(w, NULL);
	world_base(w, "fwd", VM_CHAIN_FILTER, NF_INET_FORWARD, 0, NF_DROP);
	world_base(w, "in", VM_CHAIN_FILTER, NF_INET_LOCAL_IN, 0, NF_DROP);
	world_ct_state(w, "fwd", CT_STATE_NEW, 1);
	world_verdict(w, "fwd", NF_ACCEPT);
	world_verdict(w, "fwd", NF_ACCEPT);
	for (size_t i = 0; i < ARRAY_LEN(packets); i++) {
		res = world_send_udp(w, "lan", "10.1.0.9", packets[i].dst,
				     packets[i].ttl);
		summary_add(s, &res);
	}
}

static struct summary_world world_of(struct world *w)
{
	return (struct summary_world){
		.vm = w->vm, .ct = w->ct, .now = w->now, .rule_text = rule_text
	};
}

static const char as_json[] =
	"{\"packets\":4,\"ignored\":5,\"copies\":6,\"steps_back\":7,"
	"\"translated\":{\"source\":0,\"destination\":0},"
	"\"readdress\":0,\"verdicts\":{\"accept\":2,\"drop\":2},"
	"\"to_local\":0,\"drops\":{\"ttl_exceeded\":1,\"policy_drop\":1},"
	"\"invalid\":{},\"rules_hit\":["
	"{\"family\":\"inet\",\"table\":\"t\",\"chain\":\"fwd\","
	"\"handle\":3,\"text\":\"a rule\",\"hits\":2},"
	"{\"family\":\"inet\",\"table\":\"t\",\"chain\":\"fwd\","
	"\"handle\":4,\"text\":\"a rule\",\"hits\":2}],"
	"\"rules_never_hit\":["
	"{\"family\":\"inet\",\"table\":\"t\",\"chain\":\"fwd\","
	"\"handle\":5,\"text\":\"a rule\",\"hits\":0}],"
	"\"connections\":[{\"protocol\":\"udp\",\"count\":1}]}";

Test(summary, as_json)
{
	struct summary s = { .ignored = 5, .copies = 6, .steps_back = 7 };
	struct summary_world sw;
	struct world w;
	json_t *got, *want;
	char *text;

	run(&w, &s);
	sw = world_of(&w);
	got = summary_json(&s, &sw);
	want = json_loads(as_json, 0, NULL);
	cr_assert_not_null(want);
	text = json_dumps(got, JSON_INDENT(1));
	cr_expect(json_equal(got, want), "%s", text);
	free(text);
	json_decref(got);
	json_decref(want);
	world_fini(&w);
}

/* The same in words, each line once and nothing that is zero. */
Test(summary, as_text)
{
	struct summary s = { 0 };
	struct summary_world sw;
	struct world w;
	char *text;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	run(&w, &s);
	sw = world_of(&w);
	summary_print(&s, &sw, f);
	fclose(f);
	cr_expect_str_eq(
		text,
		"packets 4: accept 2, drop 2\n"
		"drops by reason:\n"
		"         1  ttl_exceeded       TTL or hop limit ran out\n"
		"         1  policy_drop        dropped by a chain's policy\n"
		"rules hit:\n"
		"  inet t fwd\n"
		"         2  a rule\n"
		"         2  a rule\n"
		"rules never hit:\n"
		"  inet t fwd\n"
		"         0  a rule\n"
		"connections at the end:\n"
		"         1  udp\n");
	free(text);
	world_fini(&w);
}

/* Those that are invalid are counted by why, dropped or not. */
Test(summary, what_is_counted)
{
	struct summary s = { 0 };
	struct path_result res = { .verdict = PATH_ACCEPT,
				   .tracked = true,
				   .to_local = true,
				   .nat_src = true,
				   .ct_reason = REASON_ct_checksum };

	summary_add(&s, &res);
	res.ct_id = 1;
	res.verdict = PATH_DROP;
	summary_add(&s, &res);
	cr_expect_eq(s.packets, 2);
	cr_expect_eq(s.invalid[REASON_ct_checksum], 1);
	cr_expect_eq(s.to_local, 2);
	cr_expect_eq(s.nat_src, 2);
	cr_expect_eq(s.nat_dst, 0);
	cr_expect_eq(s.by_rule_drop, 1);
	cr_expect_eq(s.verdicts[PATH_ACCEPT], 1);
}
