/* SPDX-License-Identifier: GPL-2.0-or-later */
/* No link header: the version field says which IP it is. */
#include "path/linktype.h"

const struct linktype linktype_raw = {
	.name = "RAW",
	/* LINKTYPE_RAW, and DLT_RAW as Linux and OpenBSD number it */
	.values = { 101, 12, 14, -1 },
	.strip = frame_ip,
};
