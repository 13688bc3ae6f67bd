/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Golden folders. Wrong input: tests/golden/fail-NAME has rules.nft and diag,
 * what is said about it. Right input: rules.nft and exprs, written by nft
 * (regen.sh).
 */
#include <criterion/criterion.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nftvm/nftvm.h>

#include "parser/cmd.h"
#include "tests/parser/nft.h"

static char *slurp(const char *path)
{
	FILE *f = fopen(path, "re");
	char *text = NULL;
	size_t n;

	cr_assert(f, "%s", path);
	cr_assert(getdelim(&text, &n, '\0', f) >= 0, "%s", path);
	fclose(f);
	return text;
}

static char *diagnose(const char *text)
{
	struct diags *d = diags_new();
	struct parser *p = parser_new(d, NULL);
	char *out = NULL;
	size_t n;
	FILE *f;

	parser_text(p, "rules.nft", text, strlen(text));
	f = open_memstream(&out, &n);
	diags_print(d, f);
	fclose(f);
	parser_free(p);
	diags_free(d);
	return out;
}

Test(parser_fail, golden)
{
	size_t n;
	glob_t g;

	cr_assert(!glob(GOLDEN "/fail-*/rules.nft", 0, NULL, &g));
	n = g.gl_pathc;
	cr_assert(n >= 25, "only %zu cases", n);
	for (size_t i = 0; i < n; i++) {
		char *text = slurp(g.gl_pathv[i]), *got = diagnose(text);
		char path[4096], *want;

		snprintf(path, sizeof(path), "%.*sdiag",
			 (int)(strlen(g.gl_pathv[i]) - strlen("rules.nft")),
			 g.gl_pathv[i]);
		want = slurp(path);
		cr_expect_str_eq(got, want, "%s:\n%s\nwant:\n%s", g.gl_pathv[i],
				 got, want);
		free(text);
		free(got);
		free(want);
	}
	globfree(&g);
}

Test(parser_golden, exprs)
{
	glob_t g;

	cr_assert(!glob(GOLDEN "/*/exprs", 0, NULL, &g));
	cr_assert(g.gl_pathc >= 2);
	for (size_t i = 0; i < g.gl_pathc; i++) {
		char *want = slurp(g.gl_pathv[i]), *text, path[4096];
		struct strbuf got = STRBUF_INIT, tidied = STRBUF_INIT;

		snprintf(path, sizeof(path), "%.*srules.nft",
			 (int)(strlen(g.gl_pathv[i]) - strlen("exprs")),
			 g.gl_pathv[i]);
		text = slurp(path);
		strbuf_puts(&tidied, want);
		nft_tidy(&tidied);
		cr_expect(our_bytecode(text, &got, NULL), "%s", path);
		cr_expect_str_eq(strbuf_str(&got), strbuf_str(&tidied), "%s",
				 path);
		strbuf_fini(&got);
		strbuf_fini(&tidied);
		free(text);
		free(want);
	}
	globfree(&g);
}

/* The programs without their fast form, which is the VM's business (tests/vm)
 * and changes whenever it becomes faster. */
static void drop_fast(char *text)
{
	char *from, *to;

	while ((from = strstr(text, "fast chain "))) {
		to = strstr(from, "\nchain ");
		if (!to) {
			*from = '\0';
			return;
		}
		memmove(from, to + 1, strlen(to + 1) + 1);
	}
}

/* What `compile --emit` prints: ours, reviewed by eye. */
static void emits(const char *file, unsigned form)
{
	char pattern[4096];
	glob_t g;

	snprintf(pattern, sizeof(pattern), GOLDEN "/*/%s", file);
	cr_assert(!glob(pattern, 0, NULL, &g));
	cr_assert(g.gl_pathc >= 2);
	for (size_t i = 0; i < g.gl_pathc; i++) {
		char path[4096], *want = slurp(g.gl_pathv[i]), *got;
		struct nftvm *nv = nftvm_new(NFTVM_NEW_CHECK);
		const char *paths[] = { path };

		snprintf(path, sizeof(path), "%.*srules.nft",
			 (int)(strlen(g.gl_pathv[i]) - strlen(file)),
			 g.gl_pathv[i]);
		cr_assert_eq(nftvm_compile_files(nv, paths, 1, form, &got), 0);
		drop_fast(got);
		cr_expect_str_eq(got, want, "%s: got\n%s", g.gl_pathv[i], got);
		free(got);
		free(want);
		nftvm_free(nv);
	}
	globfree(&g);
}

Test(parser_golden, ast)
{
	emits("ast", NFTVM_FORM_AST);
}

Test(parser_golden, prog)
{
	emits("prog", NFTVM_FORM_VM);
}
