/* SPDX-License-Identifier: GPL-2.0-or-later */
/* No link header, and the link type says which IP it is. */
#include "path/linktype.h"

static bool strip4(struct frame *f)
{
	f->protocol = ETHERTYPE_IP4;
	return true;
}

static bool strip6(struct frame *f)
{
	f->protocol = ETHERTYPE_IP6;
	return true;
}

const struct linktype linktype_ipv4 = {
	.name = "IPV4",
	.values = { 228, -1 },
	.strip = strip4,
};

const struct linktype linktype_ipv6 = {
	.name = "IPV6",
	.values = { 229, -1 },
	.strip = strip6,
};
