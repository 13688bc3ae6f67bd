/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a ruleset: parsed, checked, lowered, loaded and listed again from
 * the bytecode; whatever they are, the answer is commands or diagnostics. */
#include <stdint.h>
#include <stdio.h>

#include "base/strbuf.h"
#include "ruleset/ruleset.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void load(struct parser *p, struct diags *d)
{
	static const struct ruleset_view view = { .handles = true };
	struct ruleset *rs = ruleset_new(true);
	struct strbuf text = STRBUF_INIT;
	struct cmd *cmd = NULL;
	int err = 0;

	ruleset_begin(rs, d, NULL, NULL);
	while (!err && (cmd = parser_next_cmd(p, cmd)))
		err = ruleset_apply(rs, p, cmd);
	if (err)
		ruleset_abort(rs);
	else
		ruleset_commit(rs);
	ruleset_list(rs, p, &view, &text);
	strbuf_fini(&text);
	ruleset_free(rs);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct diags *d = diags_new();
	struct parser_env env = { 0 };
	struct parser *p = parser_new(d, &env);
	FILE *null = fopen("/dev/null", "w");

	if (!parser_text(p, "fuzz", (const char *)bytes, len))
		load(p, d);
	diags_print(d, null);
	fclose(null);
	parser_free(p);
	diags_free(d);
	return 0;
}
