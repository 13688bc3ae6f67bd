/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/replay_dump.h"

#include <errno.h>
#include <string.h>

#include "api/engine.h"
#include "base/strbuf.h"
#include "ct/help.h"

struct dump {
	struct nftvm *nv;
	struct ct_table *ct;
	const struct replay_options *o;
	const struct nv_time *now;
	FILE *out;
};

static int print_entry(struct ct_conn *ct, void *data)
{
	struct dump *d = data;

	ct_print(ct, d->now, true, d->out);
	return 0;
}

static void dump_conntrack(struct dump *d)
{
	ct_table_foreach(d->ct, d->now, print_entry, d);
}

static void dump_ruleset(struct dump *d)
{
	struct strbuf text = STRBUF_INIT;

	const char *end = strrchr(d->o->dump_ruleset, '.');
	unsigned flags = (end && !strcmp(end, ".json") ? NFTVM_LIST_JSON : 0) |
			 (d->o->handles ? NFTVM_LIST_HANDLES : 0) |
			 (d->o->stateless ? NFTVM_LIST_STATELESS : 0);

	d->nv->now = *d->now;
	engine_list(d->nv, flags, &text);
	fwrite(strbuf_str(&text), 1, text.len, d->out);
	strbuf_fini(&text);
}

static int print_expect(const struct ct_expect_view *view, void *data)
{
	struct dump *d = data;

	ct_expect_print(view, d->out);
	return 0;
}

static void dump_expect(struct dump *d)
{
	ct_expect_foreach(d->ct, d->now, print_expect, d);
}

/* Run @fn with the file @name open; "-" is the replay's own output. */
static int dump_into(struct dump *d, const char *name,
		     const struct replay_options *o, void (*fn)(struct dump *d))
{
	int err = 0;

	if (!name)
		return 0;
	d->out = strcmp(name, "-") ? fopen(name, "we") : o->out;
	if (!d->out) {
		err = errno;
	} else {
		fn(d);
		if (d->out != o->out && fclose(d->out))
			err = errno;
	}
	if (!err)
		return 0;
	fprintf(o->err, "nftvm: %s: %s\n", name, strerror(err));
	return 3;
}

int replay_dump(struct nftvm *nv, struct ct_table *ct,
		const struct nv_time *now, const struct replay_options *o)
{
	struct dump d = { .nv = nv, .ct = ct, .o = o, .now = now };
	int status[] = {
		dump_into(&d, o->dump_conntrack, o, dump_conntrack),
		dump_into(&d, o->dump_expect, o, dump_expect),
		dump_into(&d, o->dump_ruleset, o, dump_ruleset),
	};

	for (size_t i = 0; i < ARRAY_LEN(status); i++) {
		if (status[i])
			return status[i];
	}
	return 0;
}
