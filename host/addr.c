/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * An address brings routes with it, and these are what the rest goes by: the
 * address itself in table local, its subnet in main, its broadcast address.
 * (fib_add_ifaddr() for IPv4, addrconf.c for IPv6.) IPv6 subnets also have an
 * anycast address, their first one, as long as the host forwards; the route is
 * always there and fib_query.anycast says whether it counts.
 *
 * Source address selection: IPv4 takes the first primary address of the link,
 * one in the gateway's subnet first; IPv6 follows RFC 6724.
 */
#include <errno.h>

#include "host/internal.h"

/* --- which there are ------------------------------------------------------ */

/*
 * Lists have the order that Linux has; whether an address is there at all is
 * asked of h->addrs, so that a host may have very many. Its keys, by @kind:
 * OWN	an address of a link (IPv4: and its prefix length), or, with link 0, of any
 * FIRST the prefix of a link's primary IPv4 address; its value is that address
 * NEIGH a neighbour of a link, with the IP version for a length; its value is
 *	that entry
 */
enum key_kind {
	OWN,
	FIRST,
	NEIGH
};

/* FIRST's values are no null pointers, whatever the address. */
#define FIRST_VALUE ((uintptr_t)1 << 32)

struct key {
	char text[64];
};

static struct key key_of(enum key_kind kind, const struct host_link *link,
			 const union inet_addr *addr, unsigned prefix_len)
{
	struct key key;

	snprintf(key.text, sizeof(key.text), "%u %x %x %llx %llx", kind,
		 link ? link->ifindex : 0, prefix_len,
		 (unsigned long long)addr->q[0],
		 (unsigned long long)addr->q[1]);
	return key;
}

static bool has_key(const struct host *h, const struct key *key)
{
	return strmap_get(h->addrs, key->text);
}

static struct key first_key(const struct link *link, const struct host_addr *a)
{
	const union inet_addr net = inet_addr_mask(&a->addr, a->prefix_len);

	return key_of(FIRST, &link->pub, &net, a->prefix_len);
}

/* --- IPv4 ----------------------------------------------------------------- */

/* inet_set_ifa(), inet_insert_ifa(): @a becomes secondary when its prefix is
 * there; primaries stand before secondaries. */
static int list_insert4(struct host *h, struct link *link, struct host_addr *a,
			const char **why)
{
	const struct key own = key_of(OWN, &link->pub, &a->addr, a->prefix_len);
	const struct key first = first_key(link, a);
	size_t at = link->n_primary;

	if (has_key(h, &own)) {
		*why = "address already assigned";
		return -EEXIST;
	}
	strmap_put(h->addrs, own.text, link);
	a->secondary = has_key(h, &first);
	if (a->secondary) {
		vec_push(&link->addrs4, *a);
		return 0;
	}
	strmap_put(h->addrs, first.text, (void *)(FIRST_VALUE | a->addr.ip));
	while (at && link->addrs4.v[at - 1].scope < a->scope)
		at--;
	vec_add(&link->addrs4);
	memmove(link->addrs4.v + at + 1, link->addrs4.v + at,
		(link->addrs4.len - 1 - at) * sizeof(*a));
	link->addrs4.v[at] = *a;
	link->n_primary++;
	return 0;
}

/* The first address of the link with the prefix of @a. */
static union inet_addr primary_of(const struct host *h, const struct link *link,
				  const struct host_addr *a)
{
	const struct key key = first_key(link, a);

	return inet_addr_ip4((be32_t)(uintptr_t)strmap_get(h->addrs, key.text));
}

/* fib_magic(): the kernel's own routes; one that is there already is fine. */
static void magic4(struct host *h, const struct link *link,
		   const struct host_addr *a, enum host_route_type type,
		   be32_t dst, unsigned len)
{
	uint32_t id = type == ROUTE_UNICAST ? TABLE_MAIN : TABLE_LOCAL;
	union inet_addr d = { .ip = dst };
	struct fib_route r = {
		.type = type,
		.scope = type == ROUTE_LOCAL ? SCOPE_HOST : SCOPE_LINK,
		.prefix_len = (uint8_t)len,
		.link = &link->pub,
		.src = primary_of(h, link, a),
	};

	family_insert(&h->ip4, NFPROTO_IPV4, id, &d, &r, false);
}

/* fib_add_ifaddr() */
static int insert4(struct host *h, struct link *link, struct host_addr a,
		   const char **why)
{
	union inet_addr net = inet_addr_mask(&a.addr, a.prefix_len);
	uint32_t host_bits =
		(uint32_t)((UINT64_C(1) << (32 - a.prefix_len)) - 1);
	int ret;

	ret = list_insert4(h, link, &a, why);
	if (ret)
		return ret;
	/* inet_rtm_newaddr() takes 0.0.0.0, fib_magic() makes nothing of it */
	if (a.addr.ip == 0)
		return 0;
	magic4(h, link, &a, ROUTE_LOCAL, a.addr.ip, 32);
	if (a.broadcast && a.broadcast != UINT32_MAX)
		magic4(h, link, &a, ROUTE_BROADCAST, a.broadcast, 32);
	if ((be32toh(net.ip) & 0xff000000) == 0 || a.secondary ||
	    a.prefix_len == 32)
		return 0;
	magic4(h, link, &a, link->pub.is_loopback ? ROUTE_LOCAL : ROUTE_UNICAST,
	       net.ip, a.prefix_len);
	if (a.prefix_len < 31)
		magic4(h, link, &a, ROUTE_BROADCAST,
		       net.ip | htobe32(host_bits), 32);
	return 0;
}

static void magic6(struct host *h, const struct link *link, uint32_t table,
		   enum host_route_type type, const union inet_addr *dst,
		   unsigned len, uint32_t metric)
{
	struct fib_route r = {
		.type = type,
		.prefix_len = (uint8_t)len,
		.metric = metric,
		.link = &link->pub,
	};

	family_insert(&h->ip6, NFPROTO_IPV6, table, dst, &r, false);
}

static bool invalid6(const struct host_addr *a, const char **why)
{
	if (inet_addr_is_zero(&a->addr))
		*why = "the unspecified address belongs to nobody";
	else if (addr6_is_multicast(&a->addr))
		*why = "a multicast address cannot be assigned";
	else
		return false;
	return true;
}

/* Multicast scopes, and what unicast addresses count as. */
static unsigned scope6(const union inet_addr *a)
{
	if (addr6_is_multicast(a))
		return a->b[1] & 15;
	if (addr6_is_linklocal(a) ||
	    inet_addr_match(a, &(union inet_addr){ .b = { [15] = 1 } }, 128))
		return 2;
	if (a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0xc0)
		return 5;
	return 14;
}

/* The kernel has larger scopes first, and of one scope the newest first
 * (ipv6_link_dev_addr()). */
static void list_insert6(struct host *h, struct link *link,
			 const struct host_addr *a)
{
	const struct key own = key_of(OWN, &link->pub, &a->addr, 128);
	const struct key any = key_of(OWN, NULL, &a->addr, 128);
	unsigned scope = scope6(&a->addr);
	size_t at = link->addrs6.len;

	strmap_put(h->addrs, own.text, link);
	strmap_put(h->addrs, any.text, link);
	while (at && scope6(&link->addrs6.v[at - 1].addr) > scope)
		at--;
	vec_add(&link->addrs6);
	memmove(link->addrs6.v + at + 1, link->addrs6.v + at,
		(link->addrs6.len - 1 - at) * sizeof(*a));
	link->addrs6.v[at] = *a;
}

static int insert6(struct host *h, struct link *link, const struct host_addr *a,
		   const char **why)
{
	union inet_addr net = inet_addr_mask(&a->addr, a->prefix_len);
	bool lo = link->pub.is_loopback;

	if (invalid6(a, why))
		return -EADDRNOTAVAIL;
	if (addr_find6(h, &link->pub, &a->addr)) {
		*why = "address already assigned";
		return -EEXIST;
	}
	list_insert6(h, link, a);
	magic6(h, link, TABLE_LOCAL, ROUTE_LOCAL, &a->addr, 128, 0);
	if (!lo || a->prefix_len < 128)
		magic6(h, link, TABLE_MAIN, ROUTE_UNICAST, &net, a->prefix_len,
		       METRIC6_KERNEL);
	/* addrconf_join_anycast(); RFC 6164 leaves out /127 */
	if (!lo && a->prefix_len < 127 && !inet_addr_is_zero(&net))
		magic6(h, link, TABLE_LOCAL, ROUTE_ANYCAST, &net, 128, 0);
	return 0;
}

int addr_insert(struct host *h, const struct host_link *link, uint8_t nfproto,
		const struct host_addr *addr, const char **why)
{
	if (nfproto == NFPROTO_IPV4)
		return insert4(h, link_of(link), *addr, why);
	return insert6(h, link_of(link), addr, why);
}

int host_addr_add(struct host *h, const struct host_link *link, uint8_t nfproto,
		  const union inet_addr *addr, unsigned prefix_len)
{
	struct host_addr a = { .addr = *addr,
			       .prefix_len = (uint8_t)prefix_len };
	const char *why;

	if (prefix_len > (nfproto == NFPROTO_IPV4 ? 32 : 128))
		return -EINVAL;
	if (nfproto == NFPROTO_IPV4 && addr->b[0] == 127)
		a.scope = SCOPE_HOST;
	return addr_insert(h, link, nfproto, &a, &why);
}

void link_routes_init(struct host *h, const struct host_link *link)
{
	static const union inet_addr all = { .b = { 0xff } };

	if (link->ifindex != LOOPBACK_IFINDEX)
		magic6(h, link_of(link), TABLE_LOCAL, ROUTE_MULTICAST, &all, 8,
		       METRIC6_KERNEL);
}

bool addr_find6(const struct host *h, const struct host_link *link,
		const union inet_addr *addr)
{
	const struct key own = key_of(OWN, link, addr, 128);

	return has_key(h, &own);
}

/* in_dev_select_addr() */
static be32_t first_of_link(const struct link *link, uint8_t scope)
{
	const struct host_addr *a;

	vec_foreach(&link->addrs4, a)
		if (!a->secondary && a->scope != SCOPE_LINK &&
		    a->scope <= scope)
			return a->addr.ip;
	return 0;
}

union inet_addr addr_select4(const struct host *h, const struct host_link *link,
			     const union inet_addr *dst, uint8_t scope)
{
	union inet_addr first = { .q = { 0, 0 } };
	const struct host_addr *a;

	vec_foreach(&link_of(link)->addrs4, a) {
		if (a->secondary || a->scope > scope)
			continue;
		if (!dst || inet_addr_match(dst, &a->addr, a->prefix_len))
			return a->addr;
		if (!first.ip)
			first = a->addr;
	}
	/* none here: an address of any link will do */
	for (size_t i = 0; !first.ip && i < h->links.len; i++)
		first.ip = first_of_link(h->links.v[i], scope);
	return first;
}

/* RFC 6724 2.1, as Linux has it */
static unsigned label6(const union inet_addr *a)
{
	static const struct {
		uint8_t len, label;
		union inet_addr prefix;
	} labels[] = {
		{ 128, 0, { .b = { [15] = 1 } } },
		{ 96, 3, { .q = { 0, 0 } } },
		{ 96, 4, { .b = { [10] = 0xff, 0xff } } },
		{ 32, 6, { .b = { 0x20, 0x01 } } },
		{ 28, 7, { .b = { 0x20, 0x01, 0x00, 0x10 } } },
		{ 16, 2, { .b = { 0x20, 0x02 } } },
		{ 7, 5, { .b = { 0xfc } } },
	};

	for (size_t i = 0; i < ARRAY_LEN(labels); i++)
		if (inet_addr_match(a, &labels[i].prefix, labels[i].len))
			return labels[i].label;
	return 1;
}

static unsigned common_bits(const union inet_addr *a, const union inet_addr *b,
			    unsigned max)
{
	unsigned n = 0;

	while (n < max && inet_addr_match(a, b, n + 1))
		n++;
	return n;
}

/* One candidate, with the answers to the rules of RFC 6724 section 5. */
struct candidate {
	const struct host_addr *a;
	bool same, on_link, same_label;
	unsigned scope, match;
};

static bool is_better(const struct candidate *x, const struct candidate *y,
		      unsigned dst_scope)
{
	if (x->same != y->same)
		return x->same;
	if (x->scope != y->scope)
		return x->scope < y->scope ? x->scope >= dst_scope
					   : y->scope < dst_scope;
	if (x->on_link != y->on_link)
		return x->on_link;
	if (x->same_label != y->same_label)
		return x->same_label;
	return x->match > y->match;
}

union inet_addr addr_select6(const struct host *h, const struct host_link *link,
			     const union inet_addr *dst)
{
	unsigned scope = scope6(dst);
	bool here_only = addr6_is_multicast(dst) || scope <= 2;
	struct candidate best = { .a = NULL };

	for (size_t i = 0; i < h->links.len; i++) {
		const struct link *l = h->links.v[i];

		if (here_only && &l->pub != link)
			continue;
		for (size_t n = l->addrs6.len; n; n--) {
			const struct host_addr *a = &l->addrs6.v[n - 1];
			struct candidate c = {
				.a = a,
				.same = inet_addr_eq(&a->addr, dst),
				.scope = scope6(&a->addr),
				.on_link = &l->pub == link,
				.same_label = label6(&a->addr) == label6(dst),
				.match = common_bits(&a->addr, dst,
						     a->prefix_len),
			};

			if (!best.a || is_better(&c, &best, scope))
				best = c;
		}
	}
	return best.a ? best.a->addr : (union inet_addr){ .q = { 0, 0 } };
}

bool host_select_addr(const struct host *h, const struct host_link *link,
		      uint8_t nfproto, const union inet_addr *dst,
		      union inet_addr *out)
{
	if (nfproto == NFPROTO_IPV4)
		*out = addr_select4(h, link, dst, 0);
	else
		*out = addr_select6(h, link, dst);
	return !inet_addr_is_zero(out);
}

bool host_link_addr(const struct host *h, const struct host_link *link,
		    uint8_t nfproto, const union inet_addr *dst,
		    union inet_addr *out)
{
	const struct link *l = link_of(link);

	if (nfproto == NFPROTO_IPV4) {
		if (!l->addrs4.len)
			return false;
		*out = l->addrs4.v[0].addr;
		return out->ip;
	}
	for (size_t n = l->addrs6.len; n; n--) {
		const struct host_addr *a = &l->addrs6.v[n - 1];

		if (addr6_is_linklocal(dst) && !addr6_is_linklocal(&a->addr))
			continue;
		*out = a->addr;
		return true;
	}
	return false;
}

bool host_linklocal_addr(const struct host *h, const struct host_link *link,
			 union inet_addr *out)
{
	static const union inet_addr linklocal = { .b = { 0xfe, 0x80 } };

	return host_link_addr(h, link, NFPROTO_IPV6, &linklocal, out);
}

bool host_on_subnet(const struct host *h, const struct host_link *link,
		    be32_t a, be32_t b)
{
	const union inet_addr x = { .ip = a }, y = { .ip = b };
	const struct host_addr *own;

	vec_foreach(&link_of(link)->addrs4, own)
		if (inet_addr_match(&x, &own->addr, own->prefix_len) &&
		    (!b || inet_addr_match(&y, &own->addr, own->prefix_len)))
			return true;
	return false;
}

bool host_is_member4(const union inet_addr *addr)
{
	return addr->ip == htobe32(0xe0000001);
}

bool host_is_member6(const struct host *h, const struct host_link *link,
		     const union inet_addr *addr)
{
	static const union inet_addr all_nodes[] = {
		{ .b = { 0xff, 1, [15] = 1 } },
		{ .b = { 0xff, 2, [15] = 1 } },
	};
	static const union inet_addr all_routers = { .b = { 0xff,
							    2, [15] = 2 } };
	static const union inet_addr solicited = { .b = { 0xff, 2, [11] = 1,
							  0xff } };
	bool router = host_sysctl(h, SYSCTL_ip6_forward);
	const struct host_addr *a;
	union inet_addr net;

	for (size_t i = 0; i < ARRAY_LEN(all_nodes); i++)
		if (inet_addr_eq(addr, &all_nodes[i]))
			return true;
	/* ipv6_add_dev(): a link that comes while the host forwards joins the
	 * group of the link, not those of wider scopes */
	if (router && inet_addr_eq(addr, &all_routers))
		return true;
	if (!link || !inet_addr_match(addr, &solicited, 104))
		return false;
	vec_foreach(&link_of(link)->addrs6, a) {
		if (!memcmp(a->addr.b + 13, addr->b + 13, 3))
			return true;
		net = inet_addr_mask(&a->addr, a->prefix_len);
		if (router && a->prefix_len < 127 &&
		    !memcmp(net.b + 13, addr->b + 13, 3))
			return true;
	}
	return false;
}

/* --- neighbours ----------------------------------------------------------- */

int neigh_insert(struct host *h, const struct host_neigh *neigh)
{
	const struct key key =
		key_of(NEIGH, neigh->link, &neigh->addr, neigh->nfproto);
	struct host_neigh *own;

	if (has_key(h, &key))
		return -EEXIST;
	own = xmalloc(sizeof(*own));
	*own = *neigh;
	vec_push(&h->neighs, own);
	strmap_put(h->addrs, key.text, own);
	return 0;
}

const struct host_neigh *host_neigh(const struct host *h,
				    const struct host_link *link,
				    uint8_t nfproto,
				    const union inet_addr *addr)
{
	const struct key key = key_of(NEIGH, link, addr, nfproto);

	return strmap_get(h->addrs, key.text);
}
