/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of verdicts, hooks and kinds, as JSON and people read them. */
#include "path/path.h"

const char *path_verdict_name(enum path_verdict v)
{
	static const char *const names[] = {
		[PATH_ACCEPT] = "accept", [PATH_DROP] = "drop",
		[PATH_REJECT] = "reject", [PATH_QUEUE] = "queue",
		[PATH_STOLEN] = "stolen",
	};

	return names[v];
}

const char *path_emit_name(enum path_emit_kind kind)
{
	static const char *const names[] = {
		[EMIT_PACKET] = "packet",
		[EMIT_FRAGMENT] = "fragment",
		[EMIT_ANSWER] = "answer",
		[EMIT_DUP] = "dup",
	};

	return names[kind];
}

const char *path_hook_name(uint8_t hook)
{
	static const char *const names[] = {
		[NF_INET_PRE_ROUTING] = "prerouting",
		[NF_INET_LOCAL_IN] = "input",
		[NF_INET_FORWARD] = "forward",
		[NF_INET_LOCAL_OUT] = "output",
		[NF_INET_POST_ROUTING] = "postrouting",
		[NF_INET_INGRESS] = "ingress",
	};

	return hook < ARRAY_LEN(names) ? names[hook] : "?";
}
