/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of conntrack's states and bits, as nft spells them. */
#ifndef NFTVM_LAB_NAMES_H
#define NFTVM_LAB_NAMES_H

#include <stdint.h>

#include "path/path.h"

/** ct_state_name() - "new", "established", "related", "invalid", "untracked";
 * NULL when conntrack did not see the packet */
const char *ct_state_name(const struct path_result *res);

/** ct_status_name() - name of status bit @bit (0..15), NULL when it has none */
const char *ct_status_name(unsigned bit);

/** family_name() - "ip", "ip6", "inet" */
const char *family_name(uint8_t family);

/** tuple_end() - "10.0.0.1:80", "[fd00::1]:80", "10.0.0.1 id 7": an end of a
 * connection, appended */
struct strbuf;
void tuple_end(const struct ct_tuple *t, bool source, struct strbuf *out);

/** l4_name() - "tcp", ...; NULL for a protocol without a name here */
const char *l4_name(uint8_t l4proto);

#endif
