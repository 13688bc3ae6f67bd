/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A growing string. */
#ifndef NFTVM_BASE_STRBUF_H
#define NFTVM_BASE_STRBUF_H

#include <stddef.h>

#include "base/util.h"

/**
 * struct strbuf - text being built; start from STRBUF_INIT
 * @s:		the text, always terminated once something was added; else NULL
 * @len:	bytes of text, without the terminator
 * @cap:	bytes allocated
 */
struct strbuf {
	char *s;
	size_t len, cap;
};

#define STRBUF_INIT        \
	{                  \
		NULL, 0, 0 \
	}

/** strbuf_fini() - free the text; the buffer can be used again */
void strbuf_fini(struct strbuf *b);
/** strbuf_reset() - empty it, keep the memory */
void strbuf_reset(struct strbuf *b);
void strbuf_add(struct strbuf *b, const void *bytes, size_t len);
void strbuf_puts(struct strbuf *b, const char *s);
void strbuf_putc(struct strbuf *b, char c);
void strbuf_printf(struct strbuf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
/** strbuf_str() - the text so far, "" when empty; borrowed from @b */
const char *strbuf_str(const struct strbuf *b);
/** strbuf_take() - the text, now the caller's to free(); @b is empty after */
char *strbuf_take(struct strbuf *b);

#endif
