/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/reason.h"

#include "base/util.h"

static const struct {
	const char *name, *text;
} reasons[] = {
	[REASON_NONE] = { "none", "no reason" },
#define REASON(name, text) [REASON_##name] = { #name, text },
#include "base/reason.def"
#undef REASON
};

static_assert(ARRAY_LEN(reasons) == REASON_COUNT, "a row per reason");

const char *reason_name(enum reason r)
{
	return reasons[r].name;
}

const char *reason_text(enum reason r)
{
	return reasons[r].text;
}
