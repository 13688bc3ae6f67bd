/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said of a packet on its way: nft monitor trace, and nftvm trace. */
#ifndef TWIN_TRACE_H
#define TWIN_TRACE_H

#include "result.h"
#include "scenario.h"

/** trace_rules() - the scenario's rules, and a first one that traces all that
 * comes in by a link */
void trace_rules(struct scenario *s);

/**
 * trace_judge() - explain each packet of a run and compare the lines
 * @dir:	with the files of engine_write_files()
 * @kernel:	of KERNEL_TRACE
 * @lines:	is increased by how many lines were compared
 * Return: how many differ; each is in @report.
 */
unsigned int trace_judge(const char *program, const char *dir,
			 const struct result *kernel, unsigned int *lines,
			 struct strbuf *report);

#endif
