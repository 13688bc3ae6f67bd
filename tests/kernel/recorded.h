/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A scenario from a capture: a router between the two sides of what was
 * recorded, whose packets come by the link of their source's side.
 */
#ifndef TWIN_RECORDED_H
#define TWIN_RECORDED_H

#include "scenario.h"

/**
 * recorded_read() - the first packets of a capture
 * @path:	pcap or pcapng; packets that were cut by the snap length, and
 *		those larger than the links, are left out
 * @rules:	file with the ruleset
 *
 * An address that is seen first as a source is on the LAN side, one that is
 * first spoken to on the other side.
 *
 * Return: 0; 1 when there is no packet to be had; -1 after saying on stderr
 * what is wrong.
 */
int recorded_read(struct scenario *s, const char *path, const char *rules);

#endif
