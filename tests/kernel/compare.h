/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two results of one scenario: do they say the same? */
#ifndef TWIN_COMPARE_H
#define TWIN_COMPARE_H

#include "base/strbuf.h"
#include "result.h"

/**
 * compare_results() - what differs between @a and @b
 * @a_name:	who @a is, for the text: "kernel"
 * @b_name:	who @b is
 * @report:	one line per difference is added, indented by a tab
 *
 * Blanked before comparing: what the kernel draws (id, header checksum and
 * flow label of packets it makes itself, ids of IPv6 fragments it cuts) and
 * timeouts within the time that the listings took.
 * Return: the number of differences.
 */
unsigned int compare_results(const char *a_name, const struct result *a,
			     const char *b_name, const struct result *b,
			     struct strbuf *report);

#endif
