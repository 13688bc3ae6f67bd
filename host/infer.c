/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * A capture without a host file still has to be looked at from somewhere. An
 * address that is an end of nine packets in ten is where it was taken: a host.
 * Without one it was taken on the way: a router between two links.
 *
 * Counting is exact for as long as there are few addresses. When the table is
 * full, the addresses seen once less than the rest go (every count is lowered
 * until a quarter of the table is free: Misra and Gries, 1982), so memory is
 * bounded, and an address in nine of ten packets cannot be pushed out; what it
 * lost is added back as the bound of its error.
 *
 * Where a capture names links, they are the host's: the only one of an end, two of
 * a router. Private addresses are taken to be behind the one that the largest
 * part of its packets says so of, the rest behind that of the others which has
 * most packets of other addresses.
 *
 * The two IP versions are counted apart, since a host has an address of each; it
 * is these together that must be an end of nine packets in ten.
 */
#include <errno.h>

#include "base/hash.h"
#include "base/strbuf.h"
#include "host/internal.h"

#include <arpa/inet.h>

enum {
	ENDS_MAX = 65536,
	LINKS_MAX = 64,
	SLOTS = 2 * ENDS_MAX
};

struct end {
	union inet_addr addr;
	uint64_t count; /* 0: slot is empty */
	uint64_t first; /* twice the packet it was first seen in, plus 1 for
			 * the destination */
};

/* struct ends - the addresses of one IP version; @lost: what counts may miss */
struct ends {
	struct end *slots;
	uint32_t used;
	uint64_t packets, lost;
};

/* struct seen_link - a link that packets have been on, @n_private of them from or
 * for private addresses behind it */
struct seen_link {
	char name[16];
	uint64_t packets, n_private;
};

/* struct host_infer - @links: the first @n_links that were seen */
struct host_infer {
	struct hash_key key;
	struct ends v4, v6;
	struct seen_link links[LINKS_MAX];
	unsigned n_links;
};

struct host_infer *host_infer_new(void)
{
	struct host_infer *inf = xzalloc(sizeof(*inf));

	inf->key = hash_key_random();
	inf->v4.slots = xcalloc(SLOTS, sizeof(struct end));
	inf->v6.slots = xcalloc(SLOTS, sizeof(struct end));
	return inf;
}

void host_infer_free(struct host_infer *inf)
{
	if (!inf)
		return;
	free(inf->v4.slots);
	free(inf->v6.slots);
	free(inf);
}

static struct end *slot_of(const struct host_infer *inf, struct end *slots,
			   const union inet_addr *addr)
{
	uint64_t i = hash_sip13(&inf->key, addr, sizeof(*addr));

	for (;; i++) {
		struct end *e = &slots[i % SLOTS];

		if (!e->count || inet_addr_eq(&e->addr, addr))
			return e;
	}
}

/* Make room: lower all counts by the same until a quarter is gone. */
static void cull(const struct host_infer *inf, struct ends *ends)
{
	struct end *old = ends->slots;
	uint64_t by = 0;

	while (ends->used > ENDS_MAX / 4 * 3) {
		by++;
		ends->used = 0;
		for (uint32_t i = 0; i < SLOTS; i++)
			ends->used += old[i].count > by;
	}
	ends->slots = xcalloc(SLOTS, sizeof(struct end));
	for (uint32_t i = 0; i < SLOTS; i++) {
		if (old[i].count <= by)
			continue;
		old[i].count -= by;
		*slot_of(inf, ends->slots, &old[i].addr) = old[i];
	}
	ends->lost += by;
	free(old);
}

static void count(struct host_infer *inf, struct ends *ends,
		  const union inet_addr *addr, unsigned which)
{
	struct end *e = slot_of(inf, ends->slots, addr);

	if (!e->count++) {
		e->addr = *addr;
		e->first = ends->packets * 2 + which;
		if (++ends->used >= ENDS_MAX)
			cull(inf, ends);
	}
}

/* Can it be the address of a host? */
static bool is_end(uint8_t nfproto, const union inet_addr *a)
{
	if (nfproto == NFPROTO_IPV4)
		return a->ip && a->ip != UINT32_MAX &&
		       !addr4_is_multicast(a->ip);
	return !inet_addr_is_zero(a) && !addr6_is_multicast(a);
}

void host_infer_see(struct host_infer *inf, uint8_t nfproto,
		    const union inet_addr *saddr, const union inet_addr *daddr)
{
	struct ends *ends = nfproto == NFPROTO_IPV4 ? &inf->v4 : &inf->v6;

	ends->packets++;
	if (is_end(nfproto, saddr))
		count(inf, ends, saddr, 0);
	if (is_end(nfproto, daddr) && !inet_addr_eq(saddr, daddr))
		count(inf, ends, daddr, 1);
}

static const struct {
	uint8_t nfproto, len;
	union inet_addr prefix;
} private_nets[] = {
	{ NFPROTO_IPV4, 8, { .b = { 10 } } },
	{ NFPROTO_IPV4, 12, { .b = { 172, 16 } } },
	{ NFPROTO_IPV4, 16, { .b = { 192, 168 } } },
	{ NFPROTO_IPV4, 10, { .b = { 100, 64 } } },
	{ NFPROTO_IPV4, 16, { .b = { 169, 254 } } },
	{ NFPROTO_IPV6, 7, { .b = { 0xfc } } },
	{ NFPROTO_IPV6, 10, { .b = { 0xfe, 0x80 } } },
};

static bool is_private(uint8_t nfproto, const union inet_addr *a)
{
	for (size_t i = 0; i < ARRAY_LEN(private_nets); i++)
		if (private_nets[i].nfproto == nfproto &&
		    inet_addr_match(a, &private_nets[i].prefix,
				    private_nets[i].len))
			return true;
	return false;
}

/* The link @name, or NULL: there are too many others already. */
static struct seen_link *seen_link(struct host_infer *inf, const char *name)
{
	for (unsigned i = 0; i < inf->n_links; i++)
		if (!strcmp(inf->links[i].name, name))
			return &inf->links[i];
	if (inf->n_links == LINKS_MAX)
		return NULL;
	memcpy(inf->links[inf->n_links].name, name, strlen(name));
	return &inf->links[inf->n_links++];
}

void host_infer_link(struct host_infer *inf, const char *name, uint8_t nfproto,
		     const union inet_addr *addr)
{
	struct seen_link *link;

	if (!host_link_name_ok(name))
		return;
	link = seen_link(inf, name);
	if (!link)
		return;
	link->packets++;
	link->n_private += is_private(nfproto, addr);
}

/* Both ends of a single conversation qualify: the private one, else the one
 * that was seen first. */
static bool is_likelier(uint8_t nfproto, const struct end *a,
			const struct end *b)
{
	bool pa = is_private(nfproto, &a->addr);
	bool pb = is_private(nfproto, &b->addr);

	if (pa != pb)
		return pa;
	return a->first < b->first;
}

static const struct end *local_end(const struct ends *ends, uint8_t nfproto)
{
	const struct end *best = NULL;

	for (uint32_t i = 0; i < SLOTS; i++) {
		const struct end *e = &ends->slots[i];

		if (!e->count ||
		    (e->count + ends->lost) * 10 < ends->packets * 9)
			continue;
		if (!best || is_likelier(nfproto, e, best))
			best = e;
	}
	return best;
}

/* --- the host made of it ------------------------------------------------- */

static void say_addr(struct strbuf *said, uint8_t nfproto,
		     const union inet_addr *addr)
{
	char text[INET6_ADDRSTRLEN];

	inet_ntop(nfproto == NFPROTO_IPV4 ? AF_INET : AF_INET6, addr, text,
		  sizeof(text));
	strbuf_printf(said, "%s%s", said->len ? ", " : "", text);
}

static void default_routes(struct host *h, const struct host_link *link)
{
	static const union inet_addr any;

	host_route_add(h, TABLE_MAIN, NFPROTO_IPV4, &any, 0, ROUTE_UNICAST,
		       NULL, link);
	host_route_add(h, TABLE_MAIN, NFPROTO_IPV6, &any, 0, ROUTE_UNICAST,
		       NULL, link);
}

static void add_local(struct host *h, const struct host_link *link,
		      uint8_t nfproto, const union inet_addr *addr)
{
	host_addr_add(h, link, nfproto, addr,
		      nfproto == NFPROTO_IPV4 ? 32 : 128);
}

/* Are packets of these ends nine in ten of all? */
static bool are_most(const struct host_infer *inf, const struct end *e4,
		     const struct end *e6)
{
	uint64_t n = (e4 ? e4->count + inf->v4.lost : 0) +
		     (e6 ? e6->count + inf->v6.lost : 0);

	return n * 10 >= (inf->v4.packets + inf->v6.packets) * 9;
}

static size_t add_inferred(struct host *h, const struct host_link *link,
			   const struct host_infer *inf, struct strbuf *said)
{
	const struct end *e4 = local_end(&inf->v4, NFPROTO_IPV4);
	const struct end *e6 = local_end(&inf->v6, NFPROTO_IPV6);

	if (!are_most(inf, e4, e6))
		return 0;
	if (e4) {
		add_local(h, link, NFPROTO_IPV4, &e4->addr);
		say_addr(said, NFPROTO_IPV4, &e4->addr);
	}
	if (e6) {
		add_local(h, link, NFPROTO_IPV6, &e6->addr);
		say_addr(said, NFPROTO_IPV6, &e6->addr);
	}
	return !!e4 + !!e6;
}

static void make_router(struct host *h, const struct host_link *in,
			const struct host_link *out)
{
	for (size_t i = 0; i < ARRAY_LEN(private_nets); i++)
		host_route_add(h, TABLE_MAIN, private_nets[i].nfproto,
			       &private_nets[i].prefix, private_nets[i].len,
			       ROUTE_UNICAST, NULL, in);
	default_routes(h, out);
}

static const char *iif_of(const struct host_given *given)
{
	return given->iif ? given->iif : "in";
}

static const char *oif_of(const struct host_given *given)
{
	return given->oif ? given->oif : "out";
}

/* "local" stands for the host itself. */
static bool add_given(struct host *h, const char *name)
{
	return strcmp(name, "local") && host_link_add(h, name);
}

int host_given_links(struct host *h, const struct host_given *given)
{
	if (!add_given(h, iif_of(given)))
		return -EINVAL;
	if (given->local_len && !given->oif)
		return 0;
	return add_given(h, oif_of(given)) ? 0 : -EINVAL;
}

/* How many links were seen, which decides where none was given. */
static unsigned seen_links(const struct host_infer *inf,
			   const struct host_given *given)
{
	return inf && !given->iif && !given->oif ? inf->n_links : 0;
}

/* The link of a host that is an end. */
static const struct host_link *end_link(struct host *h,
					const struct host_infer *inf,
					const struct host_given *given)
{
	return host_link_add(h, seen_links(inf, given) == 1 ? inf->links[0].name
							    : iif_of(given));
}

/* Does a larger part of the packets of @a than of @b say that private addresses
 * are behind it? */
static bool is_inner(const struct seen_link *a, const struct seen_link *b)
{
	return (unsigned __int128)a->n_private * b->packets >
	       (unsigned __int128)b->n_private * a->packets;
}

static const struct seen_link *inner_link(const struct host_infer *inf)
{
	const struct seen_link *best = &inf->links[0];

	for (unsigned i = 1; i < inf->n_links; i++)
		if (is_inner(&inf->links[i], best))
			best = &inf->links[i];
	return best;
}

/* Of the others the one with most packets of other addresses. */
static const struct seen_link *outer_link(const struct host_infer *inf,
					  const struct seen_link *inner)
{
	const struct seen_link *best = NULL;

	for (unsigned i = 0; i < inf->n_links; i++) {
		const struct seen_link *l = &inf->links[i];

		if (l != inner &&
		    (!best || l->packets - l->n_private >
				      best->packets - best->n_private))
			best = l;
	}
	return best;
}

/* The two links of a router. */
static void router_links(struct host *h, const struct host_infer *inf,
			 const struct host_given *given,
			 const struct host_link **in,
			 const struct host_link **out)
{
	const struct seen_link *inner;

	if (seen_links(inf, given) < 2) {
		*in = host_link_add(h, iif_of(given));
		*out = host_link_add(h, oif_of(given));
		return;
	}
	inner = inner_link(inf);
	*in = host_link_add(h, inner->name);
	*out = host_link_add(h, outer_link(inf, inner)->name);
}

void host_from_inference(struct host *h, const struct host_infer *inf,
			 const struct host_given *given, struct strbuf *said)
{
	const struct host_link *in = end_link(h, inf, given), *out;
	size_t locals = given->local_len;

	for (size_t i = 0; i < given->local_len; i++)
		add_local(h, in, given->local[i].nfproto,
			  &given->local[i].addr);
	if (!locals && !given->oif && inf)
		locals = add_inferred(h, in, inf, said);
	if (locals && said->len)
		strbuf_printf(said,
			      " taken as this host's own (an end of nine "
			      "packets in ten), behind link %s",
			      in->name);
	if (locals && !given->oif) {
		default_routes(h, in);
		return;
	}
	router_links(h, inf, given, &in, &out);
	make_router(h, in, out);
	if (!locals && (!given->iif || !given->oif))
		strbuf_printf(said,
			      "no address is an end of nine packets in ten: "
			      "all taken as forwarded between links %s "
			      "(private addresses) and %s (the rest)",
			      in->name, out->name);
}
