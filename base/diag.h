/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Diagnostics: what is wrong with a text that a user gave us, where, and what
 * was perhaps meant.
 *
 *	web.nft:7:12-16: error: 70000 does not fit inet_service (16 bits)
 *		tcp dport 70000 accept
 *		~~~~~~~~~ ^^^^^
 *
 * A struct diags holds the texts (sources) and the records of one job (a
 * compile, a host file, a scenario). Records are queued by diag_error() and
 * printed together; checking goes on, so that one run shows all faults.
 * Locations are byte spans; lines, columns and carets are made when printing,
 * in one place.
 */
#ifndef NFTVM_BASE_DIAG_H
#define NFTVM_BASE_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/util.h"

/**
 * struct loc - a span of a source
 * @source:	number from diag_source_add(); 0 is no place at all
 * @start:	first byte
 * @end:	byte after the last; an empty span points between bytes
 */
struct loc {
	uint32_t source;
	uint32_t start, end;
};

struct diags;

struct diags *diags_new(void);
/** diags_free() - records and sources; NULL accepted */
void diags_free(struct diags *d);

/**
 * diag_source_add() - register a text that locations can point into
 * @name:	as messages print it: "web.nft", "<stdin>", "<cmdline>"
 * @text:	copied
 * @len:	bytes of @text
 * @from:	where it was included from, or NULL
 *
 * Return: its number, > 0.
 */
uint32_t diag_source_add(struct diags *d, const char *name, const char *text,
			 size_t len, const struct loc *from);

/**
 * diag_source_file() - read a file (or stdin, for "-") and register its text
 * Return: its number, or -errno (a directory is -EISDIR, over 4 GiB -EFBIG).
 */
int64_t diag_source_file(struct diags *d, const char *path,
			 const struct loc *from);

/** diag_source_text() - the text of a source, terminated; borrowed */
const char *diag_source_text(const struct diags *d, uint32_t source,
			     size_t *len);
const char *diag_source_name(const struct diags *d, uint32_t source);
/** diag_line() - 1-based line of a byte of a source */
unsigned diag_line(const struct diags *d, uint32_t source, uint32_t offset);

/** diag_error() - queue an error; always -1, so that it can be returned */
int diag_error(struct diags *d, const struct loc *loc, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
/** diag_error2() - the same with a second place, marked ~~~~ */
int diag_error2(struct diags *d, const struct loc *loc, const struct loc *other,
		const char *fmt, ...) PRINTF_LIKE(4, 5);
/** diag_warning() - queue a warning; always 0 */
int diag_warning(struct diags *d, const struct loc *loc, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
/** diag_hint() - add "did you mean ..." to the record queued last */
void diag_hint(struct diags *d, const char *fmt, ...) PRINTF_LIKE(2, 3);

/** diag_nearest() - of @names, the one that @word is a slip of, or NULL */
const char *diag_nearest(const char *word, const char *const *names,
			 size_t len);

/** diags_errors() - how many errors were queued */
unsigned diags_errors(const struct diags *d);
/** diags_print() - all records, in the order they were queued */
void diags_print(const struct diags *d, FILE *out);
/** diags_clear() - forget the records; sources stay */
void diags_clear(struct diags *d);

#endif
