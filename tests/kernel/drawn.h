/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ports and ids that are drawn at random: not equal on both sides, but with the
 * same properties. A scenario says which:
 *
 *	drawn: sport 1024-65535
 *	drawn: id 0-65535 every 2
 *
 * The source port (dport: destination port; id: ICMP's) of all packets that
 * leave, or of those that every second packet causes.
 */
#ifndef TWIN_DRAWN_H
#define TWIN_DRAWN_H

#include "base/strbuf.h"
#include "result.h"

/**
 * drawn_settle() - judge what was drawn, then make it equal
 * @spec:	what stands behind "drawn:"; empty: nothing is drawn
 * @who:	whose result it is, for the text
 * @r:		each number drawn becomes the first of its range, in packets
 *		(their checksums follow, and stay wrong if they were) and entries
 *
 * Each number must be of the range, and they must be spread over all of it.
 * Return: the number of complaints, each a line of @report.
 */
unsigned int drawn_settle(const char *spec, const char *who, struct result *r,
			  struct strbuf *report);

#endif
