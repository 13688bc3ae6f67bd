/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a ruleset: parsed, checked, lowered; whatever they are, the
 * answer is commands or diagnostics. */
#include <libnftnl/rule.h>
#include <stdint.h>
#include <stdio.h>

#include "base/strbuf.h"
#include "parser/cmd.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void lower_all(struct parser *p)
{
	struct strbuf text = STRBUF_INIT;
	const struct loc *locs;
	struct nftnl_rule *rule;
	struct cmd *cmd = NULL;
	unsigned n;

	while ((cmd = parser_next_cmd(p, cmd))) {
		if (cmd->obj != OBJ_RULE || !cmd->rule)
			continue;
		rule = cmd_rule_lower(p, cmd, &locs, &n);
		if (rule)
			nftnl_rule_free(rule);
		cmd_rule_print(p, cmd, &text);
	}
	strbuf_fini(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct diags *d = diags_new();
	struct parser_env env = { 0 };
	struct parser *p = parser_new(d, &env);
	FILE *null = fopen("/dev/null", "w");

	if (!parser_text(p, "fuzz", (const char *)bytes, len))
		lower_all(p);
	diags_print(d, null);
	fclose(null);
	parser_free(p);
	diags_free(d);
	return 0;
}
