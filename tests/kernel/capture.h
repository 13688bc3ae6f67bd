/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing what was sent as a pcapng capture that names its links. */
#ifndef TWIN_CAPTURE_H
#define TWIN_CAPTURE_H

#include "result.h"

/**
 * capture_write() - the packets of @r as they were sent, with their times
 * Return: 0, or -errno.
 */
int capture_write(const struct result *r, const char *path);

#endif
