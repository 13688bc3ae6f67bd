/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sweep GRAMMAR START SEED COUNT DIR - random texts of a grammar, each a file
 * DIR/N.nft, the same for the same seed
 *
 * A grammar is lines. `name:` begins a symbol, an indented line below it is one
 * of its alternatives, `#` begins a comment. In an alternative `<name>` stands
 * for a text of that symbol, `<3-17>` for a number between these, `\n` for a
 * line's end. An alternative that is written twice is twice as likely.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "base/vec.h"

struct symbol {
	char *name;
	VEC(char *) alternatives;
};

struct grammar {
	struct rng rng;
	VEC(struct symbol) symbols;
};

static struct symbol *find(struct grammar *g, const char *name, size_t len)
{
	for (size_t i = 0; i < g->symbols.len; i++)
		if (!strncmp(g->symbols.v[i].name, name, len) &&
		    !g->symbols.v[i].name[len])
			return &g->symbols.v[i];
	fprintf(stderr, "sweep: no symbol '%.*s'\n", (int)len, name);
	exit(2);
}

static void grammar_read(struct grammar *g, const char *path)
{
	FILE *f = fopen(path, "r");
	char line[1024];

	if (!f) {
		perror(path);
		exit(2);
	}
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (!line[0] || line[0] == '#')
			continue;
		if (line[0] == '\t') {
			struct symbol *s = &g->symbols.v[g->symbols.len - 1];

			vec_push(&s->alternatives, strdup(line + 1));
		} else {
			struct symbol s = { .name = strdup(line) };

			s.name[strcspn(s.name, ":")] = '\0';
			vec_push(&g->symbols, s);
		}
	}
	fclose(f);
}

static void expand(struct grammar *g, FILE *out, const char *name, size_t len);

/* <...>: a number's range or a symbol */
static void reference(struct grammar *g, FILE *out, const char *at, size_t len)
{
	unsigned long low, high;
	char *end;

	if (!isdigit((unsigned char)*at)) {
		expand(g, out, at, len);
		return;
	}
	low = strtoul(at, &end, 10);
	high = strtoul(end + 1, NULL, 10);
	fprintf(out, "%lu",
		low + rng_below(&g->rng, (uint32_t)(high - low + 1)));
}

static void expand(struct grammar *g, FILE *out, const char *name, size_t len)
{
	struct symbol *s = find(g, name, len);
	const char *at;

	at = s->alternatives
		     .v[rng_below(&g->rng, (uint32_t)s->alternatives.len)];
	while (*at) {
		const char *end = strchr(at, '>');

		if (*at == '<' && end && isalnum((unsigned char)at[1])) {
			reference(g, out, at + 1, (size_t)(end - at - 1));
			at = end + 1;
		} else if (at[0] == '\\' && at[1] == 'n') {
			fputc('\n', out);
			at += 2;
		} else {
			fputc(*at++, out);
		}
	}
}

int main(int argc, char **argv)
{
	struct grammar g = { 0 };

	if (argc != 6) {
		fprintf(stderr, "usage: sweep GRAMMAR START SEED COUNT DIR\n");
		return 2;
	}
	grammar_read(&g, argv[1]);
	rng_seed(&g.rng, strtoull(argv[3], NULL, 10));
	for (unsigned long i = 0; i < strtoul(argv[4], NULL, 10); i++) {
		char path[4096];
		FILE *f;

		snprintf(path, sizeof(path), "%s/%lu.nft", argv[5], i);
		f = fopen(path, "w");
		if (!f) {
			perror(path);
			return 3;
		}
		expand(&g, f, argv[2], strlen(argv[2]));
		fputc('\n', f);
		fclose(f);
	}
	for (size_t i = 0; i < g.symbols.len; i++) {
		struct symbol *s = &g.symbols.v[i];

		for (size_t k = 0; k < s->alternatives.len; k++)
			free(s->alternatives.v[k]);
		vec_fini(&s->alternatives);
		free(s->name);
	}
	vec_fini(&g.symbols);
	return 0;
}
