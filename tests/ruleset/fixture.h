/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cases for a ruleset: texts that it takes, and what it lists or answers then.
 * What is expected comes from nft 1.0.6, loading the same into a kernel. */
#ifndef NFTVM_TESTS_RULESET_FIXTURE_H
#define NFTVM_TESTS_RULESET_FIXTURE_H

#include "ruleset/ruleset.h"

/**
 * struct loaded - a ruleset, and what it takes to load texts into it
 * @faults:	diagnostics of the last load, as printed
 * @events:	who follows the changes, or NULL
 */
struct loaded {
	struct diags *d;
	struct ruleset *rs;
	char *faults;
	const struct ruleset_events *events;
	void *events_data;
};

void loaded_init(struct loaded *l);
void loaded_fini(struct loaded *l);
/** loaded_text() - one transaction; whether it was taken */
bool loaded_text(struct loaded *l, const char *text);
/** loaded_list() - the listing, to free(); @view NULL for `-a` */
char *loaded_list(const struct loaded *l, const struct ruleset_view *view);

/**
 * struct rs_case - one case
 * @texts:	loaded one after the other; the last decides
 * @listing:	what `nft -a list ruleset` prints then; NULL when the last is
 *		refused: the listing must then be as before it
 * @fault:	a part of the diagnostic
 */
struct rs_case {
	const char *name;
	const char *texts[4];
	const char *listing;
	const char *fault;
};

void rs_case_run(const struct rs_case *c);

#endif
