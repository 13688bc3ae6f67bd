/* SPDX-License-Identifier: GPL-2.0-or-later */
/* synproxy: answers SYNs in the place of a server. */
#include <netinet/in.h>
#include <stdio.h>
#include <libnftnl/expr.h>
#include <libnftnl/object.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_synproxy.h>
#include <linux/netfilter/nf_tables.h>

#include "parser/json.h"
#include "parser/lower.h"
#include "parser/object.h"
#include "parser/print.h"
#include "parser/raise.h"

static int synproxy_check(struct check *c, struct stmt *s)
{
	if (c->family != NFPROTO_IPV4 && c->family != NFPROTO_IPV6 &&
	    c->family != NFPROTO_INET)
		return diag_error(c->diags, &s->loc,
				  "synproxy is for tables of ip, ip6 and inet");
	check_emit(c, arena_memdup(c->arena, s, sizeof(struct synproxy_stmt)));
	return 0;
}

static void synproxy_lower(struct lower *l, const struct stmt *s)
{
	const struct synproxy_stmt *y = stmt_as_const(s, synproxy_stmt);
	struct nftnl_expr *n = lower_add(l, "synproxy");

	nftnl_expr_set_u16(n, NFTNL_EXPR_SYNPROXY_MSS, y->mss);
	nftnl_expr_set_u8(n, NFTNL_EXPR_SYNPROXY_WSCALE, y->wscale);
	nftnl_expr_set_u32(n, NFTNL_EXPR_SYNPROXY_FLAGS, y->flags);
}

static void synproxy_print(struct printer *pr, const struct stmt *s)
{
	const struct synproxy_stmt *y = stmt_as_const(s, synproxy_stmt);

	strbuf_puts(pr->out, "synproxy");
	if (y->flags & (NF_SYNPROXY_OPT_MSS | NF_SYNPROXY_OPT_WSCALE))
		strbuf_printf(pr->out, " mss %u wscale %u", y->mss, y->wscale);
	if (y->flags & NF_SYNPROXY_OPT_TIMESTAMP)
		strbuf_puts(pr->out, " timestamp");
	if (y->flags & NF_SYNPROXY_OPT_SACK_PERM)
		strbuf_puts(pr->out, " sack-perm");
}

static void put_flags(json_t *o, uint32_t flags)
{
	json_t *words = json_array();

	if (flags & NF_SYNPROXY_OPT_TIMESTAMP)
		json_array_append_new(words, json_string("timestamp"));
	if (flags & NF_SYNPROXY_OPT_SACK_PERM)
		json_array_append_new(words, json_string("sack-perm"));
	if (json_array_size(words))
		json_object_set(o, "flags", words);
	json_decref(words);
}

static json_t *synproxy_json(struct printer *pr, const struct stmt *s)
{
	const struct synproxy_stmt *y = stmt_as_const(s, synproxy_stmt);
	json_t *o = json_object();

	if (y->flags & NF_SYNPROXY_OPT_MSS)
		json_object_set_new(o, "mss", json_integer(y->mss));
	if (y->flags & NF_SYNPROXY_OPT_WSCALE)
		json_object_set_new(o, "wscale", json_integer(y->wscale));
	put_flags(o, y->flags);
	return json_empty_or("synproxy", o);
}

static bool synproxy_raise(struct raise *r, const struct nftnl_expr *n)
{
	struct synproxy_stmt *y = raise_stmt(r, &stmt_synproxy, sizeof(*y));

	y->mss = nftnl_expr_get_u16(n, NFTNL_EXPR_SYNPROXY_MSS);
	y->wscale = nftnl_expr_get_u8(n, NFTNL_EXPR_SYNPROXY_WSCALE);
	y->flags = nftnl_expr_get_u32(n, NFTNL_EXPR_SYNPROXY_FLAGS);
	return true;
}

const struct stmt_ops stmt_synproxy = {
	.name = "synproxy",
	.check = synproxy_check,
	.lower = synproxy_lower,
	.print = synproxy_print,
	.json = synproxy_json,
	.nftnl = "synproxy",
	.raise = synproxy_raise,
};

static void object_put(struct nftnl_obj *o, const struct stmt *s)
{
	const struct synproxy_stmt *y = stmt_as_const(s, synproxy_stmt);

	nftnl_obj_set_u16(o, NFTNL_OBJ_SYNPROXY_MSS, y->mss);
	nftnl_obj_set_u8(o, NFTNL_OBJ_SYNPROXY_WSCALE, y->wscale);
	nftnl_obj_set_u32(o, NFTNL_OBJ_SYNPROXY_FLAGS, y->flags);
}

static struct synproxy_stmt synproxy_of(const struct nftnl_obj *obj)
{
	struct nftnl_obj *o = (struct nftnl_obj *)(uintptr_t)obj;

	return (struct synproxy_stmt){
		.mss = nftnl_obj_get_u16(o, NFTNL_OBJ_SYNPROXY_MSS),
		.wscale = nftnl_obj_get_u8(o, NFTNL_OBJ_SYNPROXY_WSCALE),
		.flags = nftnl_obj_get_u32(o, NFTNL_OBJ_SYNPROXY_FLAGS),
	};
}

/* The blanks of the last line are nft's. */
static void object_print(const struct nftnl_obj *o, bool stateless,
			 struct strbuf *out)
{
	const struct synproxy_stmt y = synproxy_of(o);
	bool stamps = y.flags & NF_SYNPROXY_OPT_TIMESTAMP;
	bool sack = y.flags & NF_SYNPROXY_OPT_SACK_PERM;

	strbuf_printf(out, "\t\tmss %u\n\t\twscale %u\n", y.mss, y.wscale);
	if (stamps || sack)
		strbuf_printf(out, "\t\t%s %s\n", stamps ? "timestamp" : "",
			      sack ? "sack-perm" : "");
}

static void object_json(const struct nftnl_obj *o, bool stateless, json_t *to)
{
	const struct synproxy_stmt y = synproxy_of(o);

	json_object_set_new(to, "mss", json_integer(y.mss));
	json_object_set_new(to, "wscale", json_integer(y.wscale));
	put_flags(to, y.flags);
}

const struct object_ops object_synproxy = {
	.word = "synproxy",
	.type = NFT_OBJECT_SYNPROXY,
	.put = object_put,
	.print = object_print,
	.json = object_json,
};
