/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the host's sysctls to what they configure. */
#ifndef NFTVM_API_SYSCTL_H
#define NFTVM_API_SYSCTL_H

#include "ct/ct.h"
#include "host/host.h"

/** sysctl_ct_config() - the net.netfilter.* sysctls of @h, as a table's
 * configuration */
void sysctl_ct_config(const struct host *h, struct ct_config *cfg);

#endif
