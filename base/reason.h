/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Named reasons: why a packet was dropped without a rule, or found invalid by
 * conntrack. The list is reason.def.
 */
#ifndef NFTVM_BASE_REASON_H
#define NFTVM_BASE_REASON_H

enum reason {
	REASON_NONE,
#define REASON(name, text) REASON_##name,
#include "base/reason.def"
#undef REASON
	REASON_COUNT
};

/** reason_name() - "ct_full"; "none" for REASON_NONE */
const char *reason_name(enum reason r);
/** reason_text() - "connection table full" */
const char *reason_text(enum reason r);

#endif
