/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why a packet is invalid, told. */
#ifndef NFTVM_LAB_WHY_H
#define NFTVM_LAB_WHY_H

#include <jansson.h>

#include "ct/why.h"

struct strbuf;

/** why_json() - the numbers by name, "state" and "setting"; a new reference, or
 * NULL when there is nothing to say beyond the reason */
json_t *why_json(const struct ct_why *why);
/** why_text() - the same in one line, without a newline; nothing when there is
 * nothing to say */
void why_text(const json_t *why, struct strbuf *out);

#endif
