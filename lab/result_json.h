/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The JSON object of one replayed packet (DESIGN.md section 3, "Replay"). */
#ifndef NFTVM_LAB_RESULT_JSON_H
#define NFTVM_LAB_RESULT_JSON_H

#include <jansson.h>

#include "base/clock.h"
#include "path/path.h"

/**
 * result_json() - what became of a packet
 * @number:	1-based number in the capture
 * @log:	array of log lines, or NULL; the object takes the reference
 * @emit:	array of what left, or NULL; the object takes the reference
 *
 * Absent keys mean none. Return: a new reference.
 */
json_t *result_json(uint64_t number, const struct nv_time *now,
		    const struct path_result *res, json_t *log, json_t *emit);

/** emit_json() - one thing that left host @h; a new reference */
json_t *emit_json(enum path_emit_kind kind, const struct host *h,
		  const struct packet *pkt);

#endif
