/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nftvm trace: one packet, explained step by step. */
#include "cli/box.h"
#include "lab/trace.h"

/* struct trace_own - the options that trace alone has */
struct trace_own {
	struct cli_box box;
	enum trace_format format;
	unsigned long long number;
};

static int set_number(struct cli *c, const char *arg)
{
	return cli_number(c, "packet", arg, UINT64_MAX,
			  &((struct trace_own *)c->own)->number);
}

static int set_format(struct cli *c, const char *arg)
{
	static const char *const words[] = {
		[TRACE_TEXT] = "tree",
		[TRACE_JSON] = "json",
		[TRACE_NFT] = "nft",
	};
	int n = cli_word(arg, words, ARRAY_LEN(words));

	if (n < 0)
		return cli_usage_error(c->cmd,
				       "--format is tree, json or nft, not "
				       "'%s'",
				       arg);
	((struct trace_own *)c->own)->format = (enum trace_format)n;
	return CLI_DONE;
}

static const struct cli_option trace_options[] = {
	{ "packet", 0, "N",
	  "the arguments are captures: packet N of them, after those before it",
	  set_number },
	{ "format", 0, "FORM",
	  "tree; json, an object a packet; nft, as nft monitor trace prints",
	  set_format },
	CLI_BOX_OPTIONS,
	{ 0 },
};

static int trace_run(struct cli *c)
{
	const struct trace_own *own = c->own;
	struct trace_options o = {
		.number = own->number,
		.format = c->json ? TRACE_JSON : own->format,
	};
	int status = cli_box_fill(c, &o.r);

	if (own->number) {
		o.r.captures = c->args.v;
		o.r.n_captures = c->args.len;
	} else {
		o.packets = c->args.v;
		o.n_packets = c->args.len;
	}
	return status ? status : trace(&o);
}

const struct cli_cmd cli_cmd_trace = {
	.name = "trace",
	.args = "PACKET...",
	.help = "one packet, explained: each rule, what it found, what it did",
	.shared = CLI_OPT_RULESET | CLI_OPT(JSON) | CLI_OPT(NUMERIC),
	.needs_file = true,
	.options = trace_options,
	.own_size = sizeof(struct trace_own),
	.min_args = 1,
	.max_args = 10000,
	.run = trace_run,
};
