/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * A lookup walks the policy rules in order of priority; each names a table,
 * and the first table with an answer has the last word. A `throw` route and
 * a table without an answer send the walk on (fib_rules_lookup()).
 *
 * The two IP versions differ in what the output link does: an IPv4 route over
 * another link never fits; an IPv6 one is only second choice, unless the
 * destination has a meaning on one link alone (multicast, link-local).
 */
#include <errno.h>

#include "host/internal.h"

/* --- rules and tables ---------------------------------------------------- */

static void default_rule(struct family *f, uint8_t nfproto, uint32_t priority,
			 uint32_t table)
{
	struct host_rule *r = vec_add(&f->rules);

	r->priority = priority;
	r->type = ROUTE_UNICAST;
	r->all = true;
	r->table_id = table;
	r->table = family_table(f, nfproto, table);
}

void family_init(struct family *f, uint8_t nfproto)
{
	if (nfproto == NFPROTO_IPV4)
		view4_init(&f->view4);
	default_rule(f, nfproto, 0, TABLE_LOCAL);
	default_rule(f, nfproto, 32766, TABLE_MAIN);
	if (nfproto == NFPROTO_IPV4)
		default_rule(f, nfproto, 32767, TABLE_DEFAULT);
}

void family_fini(struct family *f)
{
	for (size_t i = 0; i < f->tables.len; i++)
		fib_table_free(f->tables.v[i].table);
	view4_fini(&f->view4);
	vec_fini(&f->tables);
	vec_fini(&f->rules);
}

struct fib_table *family_table(struct family *f, uint8_t nfproto, uint32_t id)
{
	struct table_ref *ref;

	vec_foreach(&f->tables, ref)
		if (ref->id == id)
			return ref->table;
	ref = vec_add(&f->tables);
	ref->id = id;
	ref->table = fib_table_new(nfproto);
	return ref->table;
}

int family_insert(struct family *f, uint8_t nfproto, uint32_t id,
		  const union inet_addr *dst, const struct fib_route *route,
		  bool exclusive)
{
	union inet_addr net = inet_addr_mask(dst, route->prefix_len);
	struct fib_table *t = family_table(f, nfproto, id);
	struct fib_route r = *route;
	int ret;

	r.in_local = id == TABLE_LOCAL;
	ret = fib_insert(t, dst, &r, exclusive);
	/* the higher number is asked first: local, main, default */
	if (!ret && nfproto == NFPROTO_IPV4 && id >= TABLE_DEFAULT &&
	    id <= TABLE_LOCAL)
		view4_add(&f->view4, t, id - TABLE_DEFAULT, &net,
			  route->prefix_len);
	return ret;
}

static bool rules_equal(const struct host_rule *a, const struct host_rule *b)
{
	return a->priority == b->priority && a->invert == b->invert &&
	       inet_addr_eq(&a->from, &b->from) &&
	       inet_addr_eq(&a->to, &b->to) && a->from_len == b->from_len &&
	       a->to_len == b->to_len && a->tos == b->tos &&
	       a->mark == b->mark && a->mark_mask == b->mark_mask &&
	       !strcmp(a->iif, b->iif) && !strcmp(a->oif, b->oif) &&
	       a->type == b->type && a->table_id == b->table_id;
}

/* fib_default_rule_pref(): one before the second rule there is */
static uint32_t default_priority(const struct family *f)
{
	uint32_t second = f->rules.len > 1 ? f->rules.v[1].priority : 0;

	return second ? second - 1 : 0;
}

static bool matches_all(const struct host_rule *r)
{
	return !r->invert && !r->iif[0] && !r->oif[0] && !r->mark &&
	       !r->mark_mask && !r->from_len && !r->to_len && !r->tos;
}

int rule_insert(struct host *h, uint8_t nfproto, struct host_rule *rule,
		bool has_priority, const char **why)
{
	struct family *f = nfproto == NFPROTO_IPV4 ? &h->ip4 : &h->ip6;
	const struct host_rule *r;
	size_t at = 0;

	if (!has_priority)
		rule->priority = default_priority(f);
	vec_foreach(&f->rules, r) {
		if (rules_equal(r, rule)) {
			*why = "the same rule exists already";
			return -EEXIST;
		}
		if (r->priority <= rule->priority)
			at = (size_t)(r - f->rules.v) + 1;
	}
	f->view4.off = true;
	rule->all = matches_all(rule);
	rule->table = NULL;
	if (rule->type == ROUTE_UNICAST)
		rule->table = family_table(f, nfproto, rule->table_id);
	vec_add(&f->rules);
	memmove(f->rules.v + at + 1, f->rules.v + at,
		(f->rules.len - 1 - at) * sizeof(*rule));
	f->rules.v[at] = *rule;
	return 0;
}

static bool link_is(const struct host *h, const char *name, uint32_t ifindex)
{
	const struct host_link *link;

	if (!name[0])
		return true;
	link = host_link_by_index(h, ifindex);
	return link && !strcmp(link->name, name);
}

/* fib4_rule_match(), fib6_rule_match() */
static bool rule_matches(const struct host *h, const struct host_rule *r,
			 const struct host_flow *flow)
{
	bool match = link_is(h, r->iif, flow->iif) &&
		     link_is(h, r->oif, flow->oif) &&
		     ((r->mark ^ flow->mark) & r->mark_mask) == 0 &&
		     (!r->from_len ||
		      inet_addr_match(&flow->saddr, &r->from, r->from_len)) &&
		     (!r->to_len ||
		      inet_addr_match(&flow->daddr, &r->to, r->to_len)) &&
		     (!r->tos || r->tos == flow->tos);

	return match != r->invert;
}

/* --- looking up ---------------------------------------------------------- */

/**
 * struct answer - what the rules and tables said
 * @type:	of the route or the rule; UNSPEC: nothing fits
 * @route:	NULL when a rule itself forbade
 */
struct answer {
	enum host_route_type type;
	const struct fib_route *route;
};

static struct answer rules_lookup(const struct host *h,
				  const struct host_flow *flow,
				  const struct fib_query *q)
{
	const struct family *f = family_of(h, flow->nfproto);
	struct answer none = { .type = ROUTE_UNSPEC };
	const struct host_rule *r;

	vec_foreach(&f->rules, r) {
		const struct fib_route *route;

		if (!r->all && !rule_matches(h, r, flow))
			continue;
		/* an unreachable rule is answered as no route at all is */
		if (r->type == ROUTE_UNREACHABLE)
			return none;
		if (r->type != ROUTE_UNICAST)
			return (struct answer){ .type = r->type };
		route = fib_lookup(r->table, q);
		if (route && route->type != ROUTE_THROW)
			return (struct answer){ route->type, route };
	}
	return none;
}

/* The rules' answer for an IPv4 flow, with one look where that is enough. */
static struct answer lookup4(const struct host *h, const struct host_flow *flow)
{
	const struct fib_query q = {
		.daddr = &flow->daddr,
		.oif = flow->oif,
		.tos = flow->tos & 0x1c, /* INET_DSCP_LEGACY_TOS_MASK */
	};
	const struct fib_route *r;

	if (flow->oif || !view4_lookup(&h->ip4.view4, &flow->daddr, &r))
		return rules_lookup(h, flow, &q);
	return r ? (struct answer){ r->type, r }
		 : (struct answer){ .type = ROUTE_UNSPEC };
}

static bool is_output(const struct host_flow *flow)
{
	return flow->iif == LOOPBACK_IFINDEX;
}

static const struct host_link *loopback(const struct host *h)
{
	return &h->links.v[0]->pub;
}

/* Where what takes the route leaves. */
static const struct host_link *out_of(const struct host *h,
				      const struct fib_route *r)
{
	return r->type == ROUTE_LOCAL || r->type == ROUTE_ANYCAST ? loopback(h)
								  : r->link;
}

static void fill(const struct host *h, struct host_route *res,
		 const struct answer *a)
{
	const struct fib_route *r = a->route;

	res->type = a->type;
	if (!r || r->type >= ROUTE_BLACKHOLE)
		return;
	res->out = out_of(h, r);
	res->link = r->link;
	res->has_gateway = r->has_gateway && !r->own_gateway;
	if (res->has_gateway)
		res->gateway = r->gateway;
	res->has_src = !inet_addr_is_zero(&r->src);
	res->mtu = r->mtu ? r->mtu : res->out->mtu;
	res->forward_mtu = r->link_mtu ? res->out->mtu : res->mtu;
}

/* The link that has the IPv4 address (__ip_dev_find()), or NULL. */
static const struct host_link *link_with4(const struct host *h,
					  const union inet_addr *addr)
{
	const struct fib_query q = { .daddr = addr };
	const struct fib_route *r = fib_lookup(h->ip4.tables.v[0].table, &q);

	return r && r->type == ROUTE_LOCAL ? r->link : NULL;
}

static bool is_group4(be32_t a)
{
	return addr4_is_multicast(a) || a == UINT32_MAX;
}

/* What __mkroute_output() makes of the destination. */
static void set_group_type(struct host_route *res, be32_t daddr)
{
	if (addr4_is_multicast(daddr))
		res->type = ROUTE_MULTICAST;
	else if (daddr == UINT32_MAX)
		res->type = ROUTE_BROADCAST;
}

/* The destination is taken to be on the link. */
static void fill_on_link(struct host_route *res, const struct host_link *link)
{
	res->type = ROUTE_UNICAST;
	res->out = res->link = link;
	res->mtu = res->forward_mtu = link->mtu;
}

static union inet_addr prefsrc4(const struct host *h,
				const struct host_flow *flow,
				const struct fib_route *r)
{
	if (r->src.ip)
		return r->src;
	if (r->type == ROUTE_LOCAL)
		return flow->daddr;
	return addr_select4(h, r->link, r->has_gateway ? &r->gateway : NULL,
			    r->scope);
}

be32_t host_option_addr(const struct host *h, const struct host_flow *flow)
{
	struct answer a = lookup4(h, flow);

	if (!a.route || a.type >= ROUTE_BLACKHOLE)
		return 0;
	if (a.route->src.ip)
		return a.route->src.ip;
	return addr_select4(h, a.route->link,
			    a.route->has_gateway ? &a.route->gateway : NULL,
			    a.route->scope)
		.ip;
}

/* Rules that every host has: local, main, default. */
#define RULES_AT_BOOT 3

bool host_has_own_routing(const struct host *h)
{
	return h->ip4.rules.len > RULES_AT_BOOT || h->own_local_routes;
}

/* ip_route_output_key_hash_rcu(), where no table is asked. */
static bool output4_without_table(const struct host *h,
				  const struct host_flow *flow,
				  struct host_route *res)
{
	const struct host_link *link = NULL;

	if (flow->daddr.ip == 0) {
		fill_on_link(res, loopback(h));
		res->type = ROUTE_LOCAL;
		res->prefsrc.ip = htobe32(0x7f000001);
		return true;
	}
	if (!flow->oif && flow->saddr.ip && is_group4(flow->daddr.ip))
		link = link_with4(h, &flow->saddr);
	if (!link)
		return false;
	fill_on_link(res, link);
	set_group_type(res, flow->daddr.ip);
	return true;
}

static void route4(const struct host *h, const struct host_flow *flow,
		   struct host_route *res)
{
	const struct host_link *oif;
	bool output = is_output(flow);
	struct answer a;

	if (output && output4_without_table(h, flow, res))
		return;
	a = lookup4(h, flow);
	fill(h, res, &a);
	if (!output) {
		if (res->type == ROUTE_BROADCAST)
			res->out = loopback(h);
		return;
	}
	if (res->out && !flow->way_only && inet_addr_is_zero(&flow->saddr))
		res->prefsrc = prefsrc4(h, flow, a.route);
	oif = res->out ? NULL : host_link_by_index(h, flow->oif);
	/* "routing tables are wrong; assume that the destination is on link" */
	if (oif) {
		fill_on_link(res, oif);
		if (!flow->way_only)
			res->prefsrc = addr_select4(h, oif, NULL, SCOPE_LINK);
	}
	if (res->out)
		set_group_type(res, flow->daddr.ip);
}

/* rt6_need_strict() */
static bool need_strict(const union inet_addr *d)
{
	static const union inet_addr one = { .b = { [15] = 1 } };

	return addr6_is_multicast(d) || addr6_is_linklocal(d) ||
	       inet_addr_eq(d, &one);
}

static void route6(const struct host *h, const struct host_flow *flow,
		   struct host_route *res)
{
	bool output = is_output(flow);
	bool no_saddr = inet_addr_is_zero(&flow->saddr);
	const struct fib_query q = {
		.daddr = &flow->daddr,
		.oif = output ? flow->oif : flow->iif,
		.strict = need_strict(&flow->daddr) ||
			  (output && flow->oif && no_saddr),
		.anycast = host_sysctl(h, SYSCTL_ip6_forward),
	};
	struct answer a = rules_lookup(h, flow, &q);

	fill(h, res, &a);
	if (!output || !no_saddr || !res->out || flow->way_only)
		return;
	res->prefsrc = a.route->src;
	if (inet_addr_is_zero(&res->prefsrc))
		res->prefsrc = addr_select6(h, a.route->link, &flow->daddr);
}

enum host_route_type host_route(const struct host *h,
				const struct host_flow *flow,
				struct host_route *res)
{
	*res = (struct host_route){ .type = ROUTE_UNSPEC };
	if (flow->nfproto == NFPROTO_IPV4)
		route4(h, flow, res);
	else
		route6(h, flow, res);
	return res->type;
}

/* inet_dev_addr_type(): table local alone, and some addresses by their looks */
static enum host_route_type addr_type4(const struct host *h,
				       const union inet_addr *addr,
				       const struct host_link *link)
{
	const struct fib_query q = { .daddr = addr };
	const struct fib_route *r;

	if ((be32toh(addr->ip) & 0xff000000) == 0 || addr->ip == UINT32_MAX)
		return ROUTE_BROADCAST;
	if (addr4_is_multicast(addr->ip))
		return ROUTE_MULTICAST;
	r = fib_lookup(h->ip4.tables.v[0].table, &q);
	if (r && (!link || link == r->link))
		return r->type;
	return ROUTE_UNICAST;
}

/* What the view says of an address that does not have its type by its looks;
 * false: it cannot say. */
static bool view_says(const struct host *h, const union inet_addr *addr,
		      const struct fib_route **r)
{
	return be32toh(addr->ip) >> 24 != 0 && !is_group4(addr->ip) &&
	       view4_lookup(&h->ip4.view4, addr, r);
}

/* Nothing stands before table local in the view. */
static bool is_own_route(const struct fib_route *r)
{
	return r && r->type == ROUTE_LOCAL && r->in_local;
}

static bool is_local4(const struct host *h, const union inet_addr *addr)
{
	const struct fib_route *r;

	if (view_says(h, addr, &r))
		return is_own_route(r);
	return addr_type4(h, addr, NULL) == ROUTE_LOCAL;
}

const struct host_link *host_way_back(const struct host *h, uint8_t nfproto,
				      const union inet_addr *addr, bool *is_own)
{
	struct host_flow flow = { .nfproto = nfproto,
				  .daddr = *addr,
				  .iif = LOOPBACK_IFINDEX,
				  .way_only = true };
	const struct fib_route *r;
	struct host_route res;

	if (nfproto == NFPROTO_IPV4 && view_says(h, addr, &r)) {
		*is_own = is_own_route(r);
		return r && r->type < ROUTE_BLACKHOLE && !*is_own ? out_of(h, r)
								  : NULL;
	}
	*is_own = host_addr_is_local(h, nfproto, addr);
	if (*is_own)
		return NULL;
	host_route(h, &flow, &res);
	return res.out;
}

/* ipv6_anycast_destination() */
static bool is_anycast6(const struct fib_route *r, const union inet_addr *addr)
{
	union inet_addr net = inet_addr_mask(addr, r->prefix_len);

	return r->type == ROUTE_ANYCAST ||
	       (r->prefix_len < 127 && !r->has_gateway &&
		inet_addr_eq(&net, addr));
}

/* ipv6_addr_type(), as far as fib asks for it */
static enum host_route_type looks6(const union inet_addr *addr)
{
	static const union inet_addr mapped = { .b = { [10] = 0xff, 0xff } };

	if (addr6_is_multicast(addr))
		return ROUTE_MULTICAST;
	if (inet_addr_is_zero(addr) || inet_addr_match(addr, &mapped, 96))
		return ROUTE_UNSPEC;
	return ROUTE_UNICAST;
}

/* __nft_fib6_eval_type() */
static enum host_route_type addr_type6(const struct host *h,
				       const union inet_addr *addr,
				       const struct host_link *link)
{
	const struct host_flow flow = {
		.nfproto = NFPROTO_IPV6,
		.daddr = *addr,
		.iif = LOOPBACK_IFINDEX,
		.oif = link && addr6_is_linklocal(addr) ? link->ifindex : 0,
	};
	const struct fib_query q = {
		.daddr = addr,
		.oif = flow.oif,
		.strict = flow.oif || need_strict(addr),
		.anycast = host_sysctl(h, SYSCTL_ip6_forward),
	};
	struct answer a = rules_lookup(h, &flow, &q);

	if (a.type == ROUTE_UNSPEC)
		return ROUTE_UNREACHABLE;
	if (a.type >= ROUTE_BLACKHOLE)
		return a.type;
	if (is_anycast6(a.route, addr))
		return ROUTE_ANYCAST;
	if (link ? addr_find6(h, link, addr) : a.type == ROUTE_LOCAL)
		return ROUTE_LOCAL;
	return looks6(addr);
}

enum host_route_type host_addr_type(const struct host *h, uint8_t nfproto,
				    const union inet_addr *addr,
				    const struct host_link *link)
{
	return nfproto == NFPROTO_IPV4 ? addr_type4(h, addr, link)
				       : addr_type6(h, addr, link);
}

bool host_addr_is_local(const struct host *h, uint8_t nfproto,
			const union inet_addr *addr)
{
	if (nfproto == NFPROTO_IPV4)
		return is_local4(h, addr);
	return addr_find6(h, NULL, addr);
}

/* --- adding -------------------------------------------------------------- */

static int refuse(const char **why, int code, const char *text)
{
	*why = text;
	return code;
}

/* The table the route goes to is asked about its gateway first, then all
 * rules: the link may be in another table. */
static struct answer lookup_gateway(const struct host *h,
				    const struct host_route_spec *s,
				    const struct fib_query *q)
{
	const struct family *f = family_of(h, s->nfproto);
	const struct host_flow flow = {
		.nfproto = s->nfproto,
		.daddr = s->gateway,
		.iif = LOOPBACK_IFINDEX,
		.oif = s->link ? s->link->ifindex : 0,
	};
	const struct table_ref *ref;

	vec_foreach(&f->tables, ref) {
		const struct fib_route *r;

		if (ref->id != s->table ||
		    (s->nfproto == NFPROTO_IPV4 && s->table == TABLE_MAIN))
			continue;
		r = fib_lookup(ref->table, q);
		if (r && r->type < ROUTE_BLACKHOLE && !r->has_gateway &&
		    (!s->link || s->link == r->link))
			return (struct answer){ r->type, r };
	}
	return rules_lookup(h, &flow, q);
}

/* fib_check_nh_v4_gw() */
static int check_gateway4(const struct host *h, struct host_route_spec *s,
			  const char **why)
{
	const struct fib_query q = {
		.daddr = &s->gateway,
		.oif = s->link ? s->link->ifindex : 0,
		.scope = SCOPE_LINK,
	};
	struct answer a;

	if (s->onlink) {
		if (addr_type4(h, &s->gateway, NULL) != ROUTE_UNICAST)
			return refuse(why, -EINVAL,
				      "gateway is no unicast address");
		if (!s->link)
			return refuse(why, -ENODEV, "onlink needs a dev");
		return 0;
	}
	a = lookup_gateway(h, s, &q);
	if (!a.route || a.type >= ROUTE_BLACKHOLE)
		return refuse(why, -ENETUNREACH,
			      "gateway is not reachable on a link");
	if (a.type != ROUTE_UNICAST && a.type != ROUTE_LOCAL)
		return refuse(why, -EINVAL, "gateway is no unicast address");
	s->link = a.route->link;
	s->own_gateway = a.type == ROUTE_LOCAL;
	return 0;
}

/* ip6_route_check_nh_onlink(): no other link may have the gateway */
static int check_onlink6(const struct host *h, const struct host_route_spec *s,
			 const char **why)
{
	const struct fib_query q = {
		.daddr = &s->gateway,
		.oif = s->link->ifindex,
		.anycast = host_sysctl(h, SYSCTL_ip6_forward),
	};
	const struct fib_route *r = fib_lookup(h->ip6.tables.v[1].table, &q);

	if (!r || r->type >= ROUTE_BLACKHOLE || r->prefix_len == 0 ||
	    (r->type == ROUTE_UNICAST && r->link == s->link))
		return 0;
	return refuse(why, -EINVAL, "gateway belongs to another link");
}

/* ip6_validate_gw(), ip6_route_check_nh() */
static int check_gateway6(const struct host *h, struct host_route_spec *s,
			  const char **why)
{
	const struct fib_query q = {
		.daddr = &s->gateway,
		.oif = s->link ? s->link->ifindex : 0,
		.strict = true,
		.anycast = host_sysctl(h, SYSCTL_ip6_forward),
	};
	bool linklocal = addr6_is_linklocal(&s->gateway);
	struct answer a;

	if (addr_find6(h, linklocal ? s->link : NULL, &s->gateway))
		return refuse(why, -EINVAL,
			      "gateway is an address of this host");
	if (linklocal)
		return s->link ? 0
			       : refuse(why, -EINVAL,
					"a link-local gateway needs a dev");
	if (looks6(&s->gateway) != ROUTE_UNICAST)
		return refuse(why, -EINVAL, "gateway is no unicast address");
	if (s->onlink)
		return check_onlink6(h, s, why);
	a = lookup_gateway(h, s, &q);
	if (!a.route || a.type >= ROUTE_BLACKHOLE || a.route->has_gateway ||
	    (s->link && s->link != a.route->link))
		return refuse(why, -EHOSTUNREACH,
			      "gateway is not reachable on a link");
	s->link = a.route->link;
	return 0;
}

static uint8_t default_scope(const struct host_route_spec *s)
{
	if (s->type == ROUTE_LOCAL)
		return SCOPE_HOST;
	if (s->type == ROUTE_BROADCAST || s->type == ROUTE_MULTICAST ||
	    s->type == ROUTE_ANYCAST)
		return SCOPE_LINK;
	if (s->type == ROUTE_UNICAST && !s->has_gateway)
		return SCOPE_LINK;
	return SCOPE_UNIVERSE;
}

/* fib_create_info(), fib_table_insert() */
static int check4(const struct host *h, struct host_route_spec *s,
		  const char **why)
{
	union inet_addr net = inet_addr_mask(&s->dst, s->prefix_len);

	if (!inet_addr_eq(&net, &s->dst))
		return refuse(why, -EINVAL,
			      "prefix has bits set beyond its length");
	if (s->type >= ROUTE_BLACKHOLE)
		return s->link || s->has_gateway
			       ? refuse(why, -EINVAL,
					"a route of this type has no gateway "
					"and no dev")
			       : 0;
	if (s->has_src && addr_type4(h, &s->src, NULL) != ROUTE_LOCAL)
		return refuse(why, -EINVAL, "src is no address of this host");
	if (s->type == ROUTE_LOCAL && s->has_gateway)
		return refuse(why, -EINVAL,
			      "a local route cannot have a gateway");
	if (s->has_gateway)
		return check_gateway4(h, s, why);
	if (s->onlink)
		return refuse(why, -EINVAL, "onlink needs a gateway");
	return s->link ? 0 : refuse(why, -ENODEV, "no link: dev is missing");
}

static int check6(const struct host *h, struct host_route_spec *s,
		  const char **why)
{
	if (s->onlink && !s->link)
		return refuse(why, -ENODEV, "onlink needs a dev");
	if (s->has_src && !addr_find6(h, NULL, &s->src))
		return refuse(why, -EINVAL, "src is no address of this host");
	if (s->type >= ROUTE_BLACKHOLE) {
		s->link = loopback(h);
		s->has_gateway = false;
		return 0;
	}
	if (s->has_gateway) {
		int ret = check_gateway6(h, s, why);

		if (ret)
			return ret;
		return s->link->is_loopback
			       ? refuse(why, -EINVAL,
					"a gateway cannot be behind lo")
			       : 0;
	}
	return s->link ? 0 : refuse(why, -ENODEV, "no link: dev is missing");
}

int route_insert(struct host *h, const struct host_route_spec *spec,
		 const char **why)
{
	struct host_route_spec s = *spec;
	bool v4 = s.nfproto == NFPROTO_IPV4;
	struct family *f = v4 ? &h->ip4 : &h->ip6;
	int ret = v4 ? check4(h, &s, why) : check6(h, &s, why);
	struct fib_route r = {
		.type = s.type,
		.scope = v4 ? default_scope(&s) : 0,
		.tos = s.tos,
		.prefix_len = s.prefix_len,
		.has_gateway = s.has_gateway,
		.own_gateway = s.own_gateway,
		.metric = v4 || s.metric ? s.metric : METRIC6_USER,
		.mtu = s.mtu,
		.link_mtu = !v4 && !s.mtu_locked,
		.link = s.link,
		.gateway = s.gateway,
		.src = s.src,
	};

	if (ret)
		return ret;
	ret = family_insert(f, s.nfproto, s.table, &s.dst, &r, true);
	if (ret)
		*why = "a route to this prefix with this metric exists already";
	else if (v4 && s.type == ROUTE_LOCAL)
		h->own_local_routes = true;
	return ret;
}

int host_route_add(struct host *h, uint32_t table, uint8_t nfproto,
		   const union inet_addr *dst, unsigned prefix_len,
		   enum host_route_type type, const union inet_addr *gateway,
		   const struct host_link *link)
{
	struct host_route_spec s = {
		.table = table,
		.nfproto = nfproto,
		.prefix_len = (uint8_t)prefix_len,
		.type = type,
		.has_gateway = gateway != NULL,
		.link = link,
		.dst = *dst,
	};
	const char *why;

	if (prefix_len > (nfproto == NFPROTO_IPV4 ? 32 : 128))
		return -EINVAL;
	if (gateway)
		s.gateway = *gateway;
	return route_insert(h, &s, &why);
}
