/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rulesets of the corpus (NFTVM_CORPUS): those that this compiler takes
 * compile to what nft compiles them to; of the others nothing is said but what
 * is not supported yet. The one link of the namespace is called lo, or eth1
 * where nft misses that.
 */
#include <criterion/criterion.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/engine.h"
#include "parser/cmd.h"
#include "tests/parser/nft.h"

static uint32_t any_link(void *data, const char *name)
{
	return 1;
}

static char *complaints(struct diags *d)
{
	char *out = NULL;
	size_t n;
	FILE *f = open_memstream(&out, &n);

	diags_print(d, f);
	fclose(f);
	return out;
}

/* Every error is that something is not supported yet. */
static void only_unsupported(struct diags *d, const char *path)
{
	char *text = complaints(d), *line, *save = NULL;

	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		cr_expect(!strstr(line, ": error: ") ||
				  strstr(line, "not supported yet"),
			  "%s: %s", path, line);
	free(text);
}

static void one_file(const char *path)
{
	struct parser_env env = { .link_index = any_link };
	struct strbuf want = STRBUF_INIT, got = STRBUF_INIT;
	struct diags *d = diags_new();
	struct parser *p = parser_new(d, &env);
	char command[4096];

	if (parser_file(p, path)) {
		only_unsupported(d, path);
	} else {
		snprintf(
			command, sizeof(command),
			"unshare -n sh -c 'nft -c -f \"$0\" >/dev/null 2>&1 || "
			"ip link set lo name eth1; "
			"nft -c --debug=netlink -f \"$0\"' '%s'",
			path);
		cr_expect(nft_run(command, &want), "nft refuses %s", path);
		nft_tidy(&want);
		engine_netlink(p, &got);
		nft_tidy(&got);
		cr_expect_str_eq(strbuf_str(&got), strbuf_str(&want), "%s",
				 path);
	}
	strbuf_fini(&want);
	strbuf_fini(&got);
	parser_free(p);
	diags_free(d);
}

Test(parser_corpus, rulesets)
{
	const char *corpus = getenv("NFTVM_CORPUS");
	char pattern[2][PATH_MAX], here[PATH_MAX];
	glob_t g;

	/* absolute: the rulesets include others beside them */
	if (!realpath(corpus ? corpus : "../shared", here))
		cr_skip_test("no corpus at %s", corpus ? corpus : "../shared");
	snprintf(pattern[0], sizeof(pattern[0]), "%.4000s/rulesets/*.nft",
		 here);
	snprintf(pattern[1], sizeof(pattern[1]),
		 "%.4000s/rulesets/pirouter/nftables.conf", here);
	cr_assert(!glob(pattern[0], 0, NULL, &g));
	glob(pattern[1], GLOB_APPEND, NULL, &g);
	for (size_t i = 0; i < g.gl_pathc; i++) {
		char *slash = strrchr(g.gl_pathv[i], '/');

		*slash = '\0';
		cr_assert(!chdir(g.gl_pathv[i]));
		one_file(slash + 1);
	}
	globfree(&g);
}
