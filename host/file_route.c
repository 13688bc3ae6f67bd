/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of a host file about addresses, routes and policy rules. */
#include "host/file.h"

/* --- addr ---------------------------------------------------------------- */

struct addr_line {
	uint8_t nfproto;
	struct host_addr a;
	const struct host_link *link;
};

static int take_addr_dev(struct reader *r, const struct word *w, void *into)
{
	return word_link(r, w, &((struct addr_line *)into)->link);
}

static int take_broadcast(struct reader *r, const struct word *w, void *into)
{
	struct addr_line *l = into;
	uint8_t nfproto = NFPROTO_IPV4;
	union inet_addr a = l->a.addr;

	if (l->nfproto != NFPROTO_IPV4)
		return diag_error(r->d, &w->loc, "IPv6 has no broadcast");
	if (strcmp(w->s, "+") && word_addr(r, w, &nfproto, &a))
		return -1;
	if (!strcmp(w->s, "+") && l->a.prefix_len < 31)
		a.ip |= htobe32(~UINT32_C(0) >> l->a.prefix_len);
	l->a.broadcast = a.ip;
	return 0;
}

static int take_scope(struct reader *r, const struct word *w, void *into)
{
	static const struct {
		const char *name;
		uint8_t scope;
	} scopes[] = {
		{ "global", SCOPE_UNIVERSE },
		{ "link", SCOPE_LINK },
		{ "host", SCOPE_HOST },
	};

	for (size_t i = 0; i < ARRAY_LEN(scopes); i++)
		if (!strcmp(w->s, scopes[i].name)) {
			((struct addr_line *)into)->a.scope = scopes[i].scope;
			return 0;
		}
	return diag_error(r->d, &w->loc, "scope is global, link or host");
}

static int take_nodad(struct reader *r, const struct word *w, void *into)
{
	return 0;
}

static const struct option addr_options[] = {
	{ "dev", NULL, "the link's name", take_addr_dev },
	{ "broadcast", "brd", "the broadcast address", take_broadcast },
	{ "scope", NULL, "the scope", take_scope },
	{ "nodad", NULL, NULL, take_nodad },
};

int read_addr_add(struct reader *r)
{
	struct addr_line l = { .nfproto = r->nfproto };
	const struct word *w;
	const char *why;

	take_word(r, "local");
	w = next_word(r, "the address");
	if (!w || word_prefix(r, w, &l.nfproto, &l.a.addr, &l.a.prefix_len))
		return -1;
	if (l.nfproto == NFPROTO_IPV4 && l.a.addr.b[0] == 127)
		l.a.scope = SCOPE_HOST;
	if (read_options(r, addr_options, ARRAY_LEN(addr_options), &l))
		return -1;
	if (!l.nfproto)
		return refused(r, w, "an address is expected here");
	if (!l.link)
		return refused(r, NULL, "no link: dev is missing");
	if (addr_insert(r->h, l.link, l.nfproto, &l.a, &why))
		return refused(r, w, why);
	return 0;
}

/* --- route --------------------------------------------------------------- */

struct route_line {
	struct host_route_spec spec;
	bool has_table;
};

static int take_via(struct reader *r, const struct word *w, void *into)
{
	struct route_line *l = into;

	l->spec.has_gateway = true;
	return word_addr(r, w, &l->spec.nfproto, &l->spec.gateway);
}

static int take_route_dev(struct reader *r, const struct word *w, void *into)
{
	return word_link(r, w, &((struct route_line *)into)->spec.link);
}

static int take_src(struct reader *r, const struct word *w, void *into)
{
	struct route_line *l = into;

	l->spec.has_src = true;
	return word_addr(r, w, &l->spec.nfproto, &l->spec.src);
}

static int take_route_table(struct reader *r, const struct word *w, void *into)
{
	struct route_line *l = into;

	l->has_table = true;
	return word_table(r, w, &l->spec.table);
}

static int take_metric(struct reader *r, const struct word *w, void *into)
{
	return word_u32(r, w, "metric", 0, UINT32_MAX,
			&((struct route_line *)into)->spec.metric);
}

static int take_route_mtu(struct reader *r, const struct word *w, void *into)
{
	if (!strcmp(w->s, "lock")) {
		((struct route_line *)into)->spec.mtu_locked = true;
		w = next_word(r, "the MTU");
	}
	return w ? word_u32(r, w, "mtu", 68, 65536,
			    &((struct route_line *)into)->spec.mtu)
		 : -1;
}

/* INET_DSCP_MASK: the two low bits are ECN's */
static int word_tos(struct reader *r, const struct word *w, uint8_t *tos)
{
	uint32_t v;

	if (word_u32(r, w, "tos", 0, 255, &v))
		return -1;
	*tos = (uint8_t)v;
	if (v & 3)
		return diag_error(r->d, &w->loc,
				  "the two low bits of tos are not routed by");
	return 0;
}

static int take_route_tos(struct reader *r, const struct word *w, void *into)
{
	return word_tos(r, w, &((struct route_line *)into)->spec.tos);
}

static int take_onlink(struct reader *r, const struct word *w, void *into)
{
	((struct route_line *)into)->spec.onlink = true;
	return 0;
}

static int take_ignored(struct reader *r, const struct word *w, void *into)
{
	return 0;
}

static const struct option route_options[] = {
	{ "via", NULL, "the gateway", take_via },
	{ "dev", NULL, "the link's name", take_route_dev },
	{ "src", NULL, "the source address", take_src },
	{ "table", NULL, "the table", take_route_table },
	{ "metric", "priority", "the metric", take_metric },
	{ "mtu", NULL, "the MTU", take_route_mtu },
	{ "tos", "dsfield", "the tos", take_route_tos },
	{ "onlink", NULL, NULL, take_onlink },
	{ "proto", "protocol", "the protocol", take_ignored },
};

static const struct {
	const char *name;
	enum host_route_type type;
} route_types[] = {
	{ "unicast", ROUTE_UNICAST },
	{ "local", ROUTE_LOCAL },
	{ "broadcast", ROUTE_BROADCAST },
	{ "blackhole", ROUTE_BLACKHOLE },
	{ "unreachable", ROUTE_UNREACHABLE },
	{ "prohibit", ROUTE_PROHIBIT },
	{ "throw", ROUTE_THROW },
};

int read_route_add(struct reader *r)
{
	struct route_line l = { .spec = { .nfproto = r->nfproto,
					  .type = ROUTE_UNICAST,
					  .table = TABLE_MAIN } };
	struct host_route_spec *s = &l.spec;
	const struct word *w;
	const char *why;

	for (size_t i = 0; i < ARRAY_LEN(route_types); i++)
		if (take_word(r, route_types[i].name)) {
			s->type = route_types[i].type;
			break;
		}
	take_word(r, "to");
	w = next_word(r, "the prefix");
	if (!w || word_prefix(r, w, &s->nfproto, &s->dst, &s->prefix_len) ||
	    read_options(r, route_options, ARRAY_LEN(route_options), &l))
		return -1;
	if (!s->nfproto)
		s->nfproto = NFPROTO_IPV4;
	if (!l.has_table &&
	    (s->type == ROUTE_LOCAL || s->type == ROUTE_BROADCAST))
		s->table = TABLE_LOCAL;
	if (route_insert(r->h, s, &why))
		return refused(r, w, why);
	return 0;
}

/* --- rule ---------------------------------------------------------------- */

struct rule_line {
	struct host_rule rule;
	uint8_t nfproto;
	bool has_priority;
};

static int take_from(struct reader *r, const struct word *w, void *into)
{
	struct rule_line *l = into;

	return word_prefix(r, w, &l->nfproto, &l->rule.from, &l->rule.from_len);
}

static int take_to(struct reader *r, const struct word *w, void *into)
{
	struct rule_line *l = into;

	return word_prefix(r, w, &l->nfproto, &l->rule.to, &l->rule.to_len);
}

/* A mask that is not given is all ones, but for mark 0 (fib_nl2rule()). */
static int take_fwmark(struct reader *r, const struct word *w, void *into)
{
	struct host_rule *rule = &((struct rule_line *)into)->rule;
	char mark[32] = "";
	const char *slash = strchr(w->s, '/');
	size_t len = slash ? (size_t)(slash - w->s) : strlen(w->s);
	struct word part = { mark, w->loc };

	memcpy(mark, w->s, MIN(len, sizeof(mark) - 1));
	part.loc.end = part.loc.start + (uint32_t)len;
	if (word_u32(r, &part, "mark", 0, UINT32_MAX, &rule->mark))
		return -1;
	rule->mark_mask = rule->mark ? UINT32_MAX : 0;
	if (!slash)
		return 0;
	part.s = slash + 1;
	part.loc.start = part.loc.end + 1;
	part.loc.end = w->loc.end;
	return word_u32(r, &part, "mask", 0, UINT32_MAX, &rule->mark_mask);
}

/* A rule may name a link that is not there yet. */
static int link_name(struct reader *r, const struct word *w, char name[16])
{
	if (strlen(w->s) > 15)
		return diag_error(r->d, &w->loc, "not a link name");
	memcpy(name, w->s, strlen(w->s));
	return 0;
}

static int take_iif(struct reader *r, const struct word *w, void *into)
{
	return link_name(r, w, ((struct rule_line *)into)->rule.iif);
}

static int take_oif(struct reader *r, const struct word *w, void *into)
{
	return link_name(r, w, ((struct rule_line *)into)->rule.oif);
}

static int take_rule_table(struct reader *r, const struct word *w, void *into)
{
	return word_table(r, w, &((struct rule_line *)into)->rule.table_id);
}

static int take_priority(struct reader *r, const struct word *w, void *into)
{
	struct rule_line *l = into;

	l->has_priority = true;
	return word_u32(r, w, "priority", 0, UINT32_MAX, &l->rule.priority);
}

static int take_rule_tos(struct reader *r, const struct word *w, void *into)
{
	return word_tos(r, w, &((struct rule_line *)into)->rule.tos);
}

static int take_not(struct reader *r, const struct word *w, void *into)
{
	((struct rule_line *)into)->rule.invert = true;
	return 0;
}

static int take_action(struct reader *r, const struct word *w, void *into)
{
	for (size_t i = 0; i < ARRAY_LEN(route_types); i++)
		if (!strcmp(w->s, route_types[i].name))
			((struct rule_line *)into)->rule.type =
				route_types[i].type;
	return 0;
}

static const struct option rule_options[] = {
	{ "from", NULL, "the source prefix", take_from },
	{ "to", NULL, "the destination prefix", take_to },
	{ "fwmark", NULL, "the mark", take_fwmark },
	{ "iif", "dev", "the input link", take_iif },
	{ "oif", NULL, "the output link", take_oif },
	{ "table", "lookup", "the table", take_rule_table },
	{ "priority", "pref", "the priority", take_priority },
	{ "preference", "order", "the priority", take_priority },
	{ "tos", "dsfield", "the tos", take_rule_tos },
	{ "not", NULL, NULL, take_not },
	{ "blackhole", NULL, NULL, take_action },
	{ "unreachable", NULL, NULL, take_action },
	{ "prohibit", NULL, NULL, take_action },
};

int read_rule_add(struct reader *r)
{
	struct rule_line l = {
		.rule = { .type = ROUTE_UNICAST, .table_id = TABLE_MAIN },
		.nfproto = r->nfproto ? r->nfproto : NFPROTO_IPV4
	};
	const char *why;

	if (r->at == r->words.len)
		return refused(r, NULL, "a rule needs something to go by");
	if (read_options(r, rule_options, ARRAY_LEN(rule_options), &l))
		return -1;
	if (l.rule.type != ROUTE_UNICAST)
		l.rule.table_id = 0;
	if (rule_insert(r->h, l.nfproto, &l.rule, l.has_priority, &why))
		return refused(r, NULL, why);
	return 0;
}
