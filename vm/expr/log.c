/* SPDX-License-Identifier: GPL-2.0-or-later */
/* log: a line to whoever listens (nft_log.c); never changes the verdict. */
#include <errno.h>
#include <stdio.h>

#include <libnftnl/expr.h>

#include "vm/expr.h"

enum {
	LEVEL_DEFAULT = 4, /* warning */
	LEVEL_AUDIT = 8,
	FLAGS_ALL = 0x2f,  /* NF_LOG_MASK */
	PREFIX_SIZE = 128, /* NF_LOG_PREFIXLEN */
};

/**
 * struct log - to the system log, or to a group
 * @line:	what the caller gets; its prefix is @prefix, set while running
 */
struct log {
	struct vm_log line;
	bool has_prefix;
	char prefix[PREFIX_SIZE];
};

static int lower_group(struct vm_lower *lw, const struct nftnl_expr *ne,
		       struct vm_log *line)
{
	if (nftnl_expr_is_set(ne, NFTNL_EXPR_LOG_LEVEL))
		return vm_refuse(lw, -EINVAL, "log to a group has no level");
	line->level = -1;
	line->group = nftnl_expr_get_u16(ne, NFTNL_EXPR_LOG_GROUP);
	line->snaplen = nftnl_expr_get_u32(ne, NFTNL_EXPR_LOG_SNAPLEN);
	line->qthreshold = nftnl_expr_get_u16(ne, NFTNL_EXPR_LOG_QTHRESHOLD);
	return 0;
}

static int log_lower(struct vm_lower *lw, const struct nftnl_expr *ne,
		     void *priv)
{
	struct log *l = priv;
	const char *prefix = nftnl_expr_get_str(ne, NFTNL_EXPR_LOG_PREFIX);

	l->has_prefix = nftnl_expr_is_set(ne, NFTNL_EXPR_LOG_PREFIX);
	if (l->has_prefix)
		snprintf(l->prefix, sizeof(l->prefix), "%s", prefix);
	if (nftnl_expr_is_set(ne, NFTNL_EXPR_LOG_GROUP))
		return lower_group(lw, ne, &l->line);
	l->line.level = LEVEL_DEFAULT;
	if (nftnl_expr_is_set(ne, NFTNL_EXPR_LOG_LEVEL))
		l->line.level =
			(int)nftnl_expr_get_u32(ne, NFTNL_EXPR_LOG_LEVEL);
	l->line.flags = nftnl_expr_get_u32(ne, NFTNL_EXPR_LOG_FLAGS);
	if (l->line.level < 0 || l->line.level > LEVEL_AUDIT)
		return vm_refuse(lw, -EINVAL, "no log level %d", l->line.level);
	if (l->line.flags & ~(uint32_t)FLAGS_ALL)
		return vm_refuse(lw, -EINVAL, "log flags 0x%x", l->line.flags);
	return 0;
}

static void log_exec(const struct vm_expr *e, struct vm_regs *regs,
		     struct vm_ctx *cx)
{
	const struct log *l = vm_priv(e);
	struct vm_log line = l->line;

	line.prefix = l->prefix;
	if (cx->env->log)
		cx->env->log(cx->env->log_data, cx->pkt, &line);
}

static void log_describe(const struct vm_expr *e, struct strbuf *out)
{
	static const struct {
		uint32_t flag;
		const char *name;
	} flags[] = {
		{ 0x01, "tcpseq" }, { 0x02, "tcpopt" },	   { 0x04, "ipopt" },
		{ 0x08, "uid" },    { 0x20, "macdecode" },
	};
	const struct log *l = vm_priv(e);

	if (l->has_prefix)
		strbuf_printf(out, "prefix %s ", l->prefix);
	if (l->line.level < 0) {
		strbuf_printf(out, "group %d snaplen %u qthreshold %u ",
			      l->line.group, l->line.snaplen,
			      l->line.qthreshold);
		return;
	}
	strbuf_printf(out, "level %d ", l->line.level);
	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		if (l->line.flags & flags[i].flag)
			strbuf_printf(out, "%s ", flags[i].name);
}

const struct vm_expr_ops vm_expr_log = {
	.name = "log",
	.priv_size = sizeof(struct log),
	.lower = log_lower,
	.exec = log_exec,
	.describe = log_describe,
};
