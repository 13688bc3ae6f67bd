/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands taken one by one, each gone before the next is made. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <linux/netfilter/nf_tables.h>

#include "api/netlink.h"
#include "base/strbuf.h"

static const char text[] =
	"define net = { 10.0.0.0/8, 192.168.0.0/16 }\n"
	"table inet t {\n"
	"	set seen { type ipv4_addr; size 100; }\n"
	"	set other { type ipv4_addr; elements = { 1.2.3.4 }; }\n"
	"	map ports { type inet_service : verdict;\n"
	"		elements = { 22 : accept, 23 : jump c }; }\n"
	"	chain c { ip saddr $net tcp dport { 1-10, 20 } counter drop; }\n"
	"	chain in {\n"
	"		type filter hook input priority 0; policy drop;\n"
	"		ip saddr $net accept comment \"twice\"\n"
	"		add @seen { ip saddr }\n"
	"		tcp dport vmap @ports\n"
	"		ct state vmap { new : jump c, established : accept }\n"
	"	}\n"
	"}\n"
	"add set inet t late { type ipv4_addr; size 10; }\n"
	"add element inet t other { 5.6.7.8 }\n"
	"add rule inet t c update @late { ip daddr }\n";

/**
 * struct taken - what a sink saw
 * @dynamic:	sets that were dynamic when they came
 */
struct taken {
	struct parser *p;
	struct netlink_text netlink;
	unsigned n, dynamic;
};

static void take(void *data, struct cmd *cmd)
{
	struct taken *t = data;

	t->n++;
	if (cmd->obj == OBJ_SET)
		t->dynamic += !!(cmd->set->type.flags & NFT_SET_EVAL);
	engine_netlink_cmd(&t->netlink, t->p, cmd);
}

Test(sink, gets_what_the_list_has)
{
	struct diags *d = diags_new();
	struct parser *list = parser_new(d, NULL);
	struct taken t = { .p = parser_new(d, NULL) };
	struct strbuf want = STRBUF_INIT, got = STRBUF_INIT;
	const struct cmd *cmd = NULL;
	unsigned n = 0;

	parser_text(list, "x", text, strlen(text));
	diags_print(d, stderr);
	cr_assert_eq(diags_errors(d), 0);
	while ((cmd = parser_next_cmd(list, (struct cmd *)(uintptr_t)cmd)))
		n++;
	engine_netlink(list, &want);
	parser_sink(t.p, take, &t);
	cr_assert_eq(parser_text(t.p, "x", text, strlen(text)), 0);
	cr_assert_eq(t.n, n);
	cr_assert_eq(t.n, 14);
	engine_netlink_done(&t.netlink, &got);
	cr_assert_str_eq(strbuf_str(&got), strbuf_str(&want));
	cr_assert_null(parser_next_cmd(t.p, NULL));
	/* rules that come later change them: `seen` and `late` */
	cr_assert_eq(t.dynamic, 2);
	strbuf_fini(&want);
	strbuf_fini(&got);
	parser_free(list);
	parser_free(t.p);
	diags_free(d);
}

/* The first fault is the end of taking, not of checking. */
Test(sink, takes_nothing_after_a_fault)
{
	static const char faulty[] = "add table t\n"
				     "add chain t c\n"
				     "add rule t c tcp dport 70000\n"
				     "add chain t d\n"
				     "add rule t c ip saddr @nothing\n";
	struct strbuf rest = STRBUF_INIT;
	struct diags *d = diags_new();
	struct taken t = { .p = parser_new(d, NULL) };

	parser_sink(t.p, take, &t);
	cr_assert_eq(parser_text(t.p, "x", faulty, strlen(faulty)), -1);
	cr_assert_eq(t.n, 2);
	cr_assert_eq(diags_errors(d), 2);
	engine_netlink_done(&t.netlink, &rest);
	strbuf_fini(&rest);
	parser_free(t.p);
	diags_free(d);
}
