/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <nftvm/nftvm.h>

#include "config.h"

/* The library is built with hidden symbols; what nftvm.h declares is shown. */
__attribute__((visibility("default"))) const char *nftvm_version(void)
{
	return PACKAGE_VERSION;
}
