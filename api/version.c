/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <nftvm/nftvm.h>

#include "config.h"

const char *nftvm_version(void)
{
	return PACKAGE_VERSION;
}
