/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libnftvm - nftables rulesets in user space
 *
 * See the life-cycle walk below; grown with the api/ folder.
 */
#ifndef NFTVM_NFTVM_H
#define NFTVM_NFTVM_H

#ifdef __cplusplus
extern "C" {
#endif

/** nftvm_version() - "0.1.0" */
const char *nftvm_version(void);

#ifdef __cplusplus
}
#endif

#endif
