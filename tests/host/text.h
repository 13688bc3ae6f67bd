/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A host from a text, for tests. */
#ifndef NFTVM_TESTS_HOST_TEXT_H
#define NFTVM_TESTS_HOST_TEXT_H

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "host/internal.h"

/* host_of() - parse @text; *said gets the diagnostics, free() it */
static inline struct host *host_of(const char *text, char **said)
{
	struct diags *d = diags_new();
	struct host *h = host_new();
	size_t len;
	FILE *f;

	host_parse(h, d, diag_source_add(d, "h", text, strlen(text), NULL));
	f = open_memstream(said, &len);
	diags_print(d, f);
	fclose(f);
	diags_free(d);
	return h;
}

/* host_ok() - the same for a text without faults */
static inline struct host *host_ok(const char *text)
{
	char *said;
	struct host *h = host_of(text, &said);

	cr_assert_str_eq(said, "");
	free(said);
	return h;
}

static inline bool contains(const char *s, const char *part)
{
	return strstr(s, part) != NULL;
}

static inline union inet_addr addr_of(const char *s)
{
	union inet_addr a = { .q = { 0, 0 } };

	cr_assert_eq(inet_pton(strchr(s, ':') ? AF_INET6 : AF_INET, s, &a), 1);
	return a;
}

static inline uint8_t version_of(const char *s)
{
	return strchr(s, ':') ? NFPROTO_IPV6 : NFPROTO_IPV4;
}

#endif
