/* SPDX-License-Identifier: GPL-2.0-or-later */
/* log: a line in the kernel's log, or a packet to a netlink group. */
#include <stdio.h>
#include <libnftnl/expr.h>
#include <linux/netfilter/nf_log.h>
#include <linux/netfilter/nf_tables.h>

#include "parser/json.h"
#include "parser/lower.h"
#include "parser/print.h"
#include "parser/raise.h"

#define LEVEL_WARNING 4

static int log_check(struct check *c, struct stmt *s)
{
	check_emit(c, arena_memdup(c->arena, s, sizeof(struct log_stmt)));
	return 0;
}

static void log_lower(struct lower *l, const struct stmt *s)
{
	const struct log_stmt *g = stmt_as_const(s, log_stmt);
	struct nftnl_expr *n = lower_add(l, "log");

	if (g->has & LOG_HAS_PREFIX)
		nftnl_expr_set_str(n, NFTNL_EXPR_LOG_PREFIX, g->prefix);
	if (g->has & LOG_HAS_GROUP) {
		nftnl_expr_set_u16(n, NFTNL_EXPR_LOG_GROUP, (uint16_t)g->group);
		if (g->has & LOG_HAS_SNAPLEN)
			nftnl_expr_set_u32(n, NFTNL_EXPR_LOG_SNAPLEN,
					   g->snaplen);
		if (g->has & LOG_HAS_QTHRESHOLD)
			nftnl_expr_set_u16(n, NFTNL_EXPR_LOG_QTHRESHOLD,
					   (uint16_t)g->qthreshold);
		return;
	}
	if (g->has & LOG_HAS_LEVEL)
		nftnl_expr_set_u32(n, NFTNL_EXPR_LOG_LEVEL, g->level);
	if (g->logflags)
		nftnl_expr_set_u32(n, NFTNL_EXPR_LOG_FLAGS, g->logflags);
}

static void print_flags(const struct log_stmt *g, struct strbuf *out)
{
	uint32_t tcp = g->logflags & (NF_LOG_TCPSEQ | NF_LOG_TCPOPT);

	if ((g->logflags & NF_LOG_MASK) == NF_LOG_MASK) {
		strbuf_puts(out, " flags all");
		return;
	}
	if (tcp)
		strbuf_printf(out, " flags tcp %s%s%s",
			      tcp & NF_LOG_TCPSEQ ? "sequence" : "",
			      tcp == (NF_LOG_TCPSEQ | NF_LOG_TCPOPT) ? "," : "",
			      tcp & NF_LOG_TCPOPT ? "options" : "");
	if (g->logflags & NF_LOG_IPOPT)
		strbuf_puts(out, " flags ip options");
	if (g->logflags & NF_LOG_UID)
		strbuf_puts(out, " flags skuid");
	if (g->logflags & NF_LOG_MACDECODE)
		strbuf_puts(out, " flags ether");
}

static const char *level_name(uint32_t level)
{
	static const char *const levels[] = { "emerg", "alert", "crit",
					      "err",   "warn",	"notice",
					      "info",  "debug", "audit" };

	return level < ARRAY_LEN(levels) ? levels[level] : "unknown";
}

static void log_print(struct printer *pr, const struct stmt *s)
{
	const struct log_stmt *g = stmt_as_const(s, log_stmt);

	strbuf_puts(pr->out, "log");
	if (g->has & LOG_HAS_PREFIX)
		strbuf_printf(pr->out, " prefix \"%s\"", g->prefix);
	if (g->has & LOG_HAS_GROUP) {
		strbuf_printf(pr->out, " group %u", g->group);
		if (g->has & LOG_HAS_SNAPLEN)
			strbuf_printf(pr->out, " snaplen %u", g->snaplen);
		if (g->qthreshold)
			strbuf_printf(pr->out, " queue-threshold %u",
				      g->qthreshold);
		return;
	}
	if (g->has & LOG_HAS_LEVEL && g->level != LEVEL_WARNING)
		strbuf_printf(pr->out, " level %s", level_name(g->level));
	print_flags(g, pr->out);
}

static const char *text_of(struct raise *r, const struct nftnl_expr *n,
			   uint16_t attr)
{
	return arena_strdup(r->arena, nftnl_expr_get_str(n, attr));
}

static bool log_raise(struct raise *r, const struct nftnl_expr *n)
{
	static const struct {
		uint16_t attr;
		unsigned has;
	} attrs[] = {
		{ NFTNL_EXPR_LOG_PREFIX, LOG_HAS_PREFIX },
		{ NFTNL_EXPR_LOG_LEVEL, LOG_HAS_LEVEL },
		{ NFTNL_EXPR_LOG_GROUP, LOG_HAS_GROUP },
		{ NFTNL_EXPR_LOG_SNAPLEN, LOG_HAS_SNAPLEN },
		{ NFTNL_EXPR_LOG_QTHRESHOLD, LOG_HAS_QTHRESHOLD },
		{ NFTNL_EXPR_LOG_SNAPLEN, LOG_HAS_SNAPLEN },
		{ NFTNL_EXPR_LOG_QTHRESHOLD, LOG_HAS_QTHRESHOLD },
	};
	struct log_stmt *g = raise_stmt(r, &stmt_log, sizeof(*g));

	for (size_t i = 0; i < ARRAY_LEN(attrs); i++)
		if (nftnl_expr_is_set(n, attrs[i].attr))
			g->has |= attrs[i].has;
	if (g->has & LOG_HAS_PREFIX)
		g->prefix = text_of(r, n, NFTNL_EXPR_LOG_PREFIX);
	g->level = nftnl_expr_get_u32(n, NFTNL_EXPR_LOG_LEVEL);
	g->group = nftnl_expr_get_u16(n, NFTNL_EXPR_LOG_GROUP);
	g->snaplen = nftnl_expr_get_u32(n, NFTNL_EXPR_LOG_SNAPLEN);
	g->qthreshold = nftnl_expr_get_u16(n, NFTNL_EXPR_LOG_QTHRESHOLD);
	g->logflags = nftnl_expr_get_u32(n, NFTNL_EXPR_LOG_FLAGS);
	return true;
}

static json_t *flags_json(const struct log_stmt *g)
{
	static const struct {
		uint32_t flag;
		const char *word;
	} words[] = {
		{ NF_LOG_TCPSEQ, "tcp sequence" },
		{ NF_LOG_TCPOPT, "tcp options" },
		{ NF_LOG_IPOPT, "ip options" },
		{ NF_LOG_UID, "skuid" },
		{ NF_LOG_MACDECODE, "ether" },
	};
	json_t *a = json_array();

	if ((g->logflags & NF_LOG_MASK) == NF_LOG_MASK) {
		json_array_append_new(a, json_string("all"));
		return a;
	}
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (g->logflags & words[i].flag)
			json_array_append_new(a, json_string(words[i].word));
	return a;
}

static json_t *log_json(struct printer *pr, const struct stmt *s)
{
	const struct log_stmt *g = stmt_as_const(s, log_stmt);
	json_t *o = json_object();

	if (g->has & LOG_HAS_PREFIX)
		json_object_set_new(o, "prefix", json_text(g->prefix));
	if (g->has & LOG_HAS_GROUP)
		json_object_set_new(o, "group", json_integer(g->group));
	if (g->has & LOG_HAS_SNAPLEN)
		json_object_set_new(o, "snaplen", json_integer(g->snaplen));
	if (g->qthreshold)
		json_object_set_new(o, "queue-threshold",
				    json_integer(g->qthreshold));
	if (g->has & LOG_HAS_LEVEL && g->level != LEVEL_WARNING)
		json_object_set_new(o, "level",
				    json_string(level_name(g->level)));
	json_put_words(o, "flags", flags_json(g));
	return json_empty_or("log", o);
}

const struct stmt_ops stmt_log = {
	.name = "log",
	.check = log_check,
	.lower = log_lower,
	.print = log_print,
	.json = log_json,
	.nftnl = "log",
	.raise = log_raise,
};
