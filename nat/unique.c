/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * What a connection's source or destination becomes, in the kernel's order:
 *
 *	1. source, nothing random: the tuple as it is, if it is within the
 *	   range and nobody else's; else the mapping that this source has
 *	   already, if that is within the range and free here
 *	2. an address of the range, by a hash of the two ends: the same for the
 *	   same pair of hosts, and known outside (facts 5.4)
 *	3. its port, if within the range and free
 *	4. a port of the range: from a random one on (from the first for a
 *	   destination), at most 128 tries; then half as many from another
 *	   random one, and so on down to 16
 *
 * Never all ports of an address: with 60,000 of them taken a connection costs
 * some 250 lookups at the very worst, and if none was free the last stays,
 * and the connection fails at confirm. Nobody knows before which of these will
 * be taken, but all of them are known, so what they look at is loaded together.
 */
#include "nat/unique.h"

#include "ct/nat.h"

#define MAX_ATTEMPTS 128 /* NF_NAT_MAX_ATTEMPTS */
#define HARDER_BELOW 32u /* NF_NAT_HARDER_THRESH */
#define RANDOM_ANY   (NF_NAT_RANGE_PROTO_RANDOM | NF_NAT_RANGE_PROTO_RANDOM_FULLY)

static be16_t *port_of(struct ct_tuple *t, enum nat_manip manip)
{
	switch (t->l4) {
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return &t->sport; /* the id */
	case IPPROTO_GRE:
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
		return manip == NAT_SRC ? &t->sport : &t->dport;
	}
	return NULL;
}

/* l4proto_in_range() */
static bool port_in_range(const struct ct_tuple *t,
			  const struct nat_range *range, enum nat_manip manip)
{
	struct ct_tuple copy = *t;
	const be16_t *port = port_of(&copy, manip);

	return !port || (be16toh(*port) >= be16toh(range->min_port) &&
			 be16toh(*port) <= be16toh(range->max_port));
}

/* nf_nat_inet_in_range() */
static bool addr_in_range(const struct ct_tuple *t,
			  const struct nat_range *range)
{
	if (t->l3 == NFPROTO_IPV4)
		return be32toh(t->src.ip) >= be32toh(range->min.ip) &&
		       be32toh(t->src.ip) <= be32toh(range->max.ip);
	return memcmp(&t->src, &range->min, 16) >= 0 &&
	       memcmp(&t->src, &range->max, 16) <= 0;
}

/* nf_in_range(): of the source. */
static bool in_range(const struct ct_tuple *t, const struct nat_range *range)
{
	if (range->flags & NF_NAT_RANGE_MAP_IPS && !addr_in_range(t, range))
		return false;
	return !(range->flags & NF_NAT_RANGE_PROTO_SPECIFIED) ||
	       port_in_range(t, range, NAT_SRC);
}

static inline uint32_t rol32(uint32_t v, unsigned n)
{
	return v << n | v >> (32 - n);
}

/* Bob Jenkins' lookup3 of four words, as the kernel's jhash2() of an address. */
static uint32_t hash_addr(const uint32_t w[4], uint32_t initval)
{
	const uint32_t seed = 0xdeadbeef + (4 << 2) + initval;
	uint32_t a = seed + w[0], b = seed + w[1], c = seed + w[2];

	a -= c, a ^= rol32(c, 4), c += b;
	b -= a, b ^= rol32(a, 6), a += c;
	c -= b, c ^= rol32(b, 8), b += a;
	a -= c, a ^= rol32(c, 16), c += b;
	b -= a, b ^= rol32(a, 19), a += c;
	c -= b, c ^= rol32(b, 4), b += a;
	a += w[3];
	c ^= b, c -= rol32(b, 14);
	a ^= c, a -= rol32(c, 11);
	b ^= a, b -= rol32(a, 25);
	c ^= b, c -= rol32(b, 16);
	a ^= c, a -= rol32(c, 4);
	b ^= a, b -= rol32(a, 14);
	c ^= b, c -= rol32(b, 24);
	return c;
}

/* find_best_ips_proto(): the address, facts 5.4. */
static void choose_address(struct ct_tuple *t, const struct nat_range *range,
			   uint16_t zone, enum nat_manip manip)
{
	union inet_addr *addr = manip == NAT_SRC ? &t->src : &t->dst;
	const bool persistent = range->flags & NF_NAT_RANGE_PERSISTENT;
	const int last = t->l3 == NFPROTO_IPV4 ? 0 : 3;
	bool full = false;
	uint32_t j;

	if (!(range->flags & NF_NAT_RANGE_MAP_IPS))
		return;
	if (inet_addr_eq(&range->min, &range->max)) {
		*addr = range->min;
		return;
	}
	j = hash_addr(t->src.w, persistent ? 0 : t->dst.w[last] ^ zone);
	for (int i = 0; i <= last; i++) {
		uint32_t lo = full ? 0 : be32toh(range->min.w[i]);
		uint32_t n = full ? UINT32_MAX
				  : be32toh(range->max.w[i]) - lo + 1;

		addr->w[i] = htobe32(lo + (uint32_t)((uint64_t)j * n >> 32));
		if (addr->w[i] != range->max.w[i])
			full = true;
		/* After a destination changed, the changed one. */
		if (!persistent)
			j ^= t->dst.w[i];
	}
}

/* A search for a port: @size of them from @min on, cyclic. */
struct ports {
	uint32_t min, size;
	uint16_t off;
};

/* Where to search; false: this protocol's packets keep what they have. */
static bool ports_init(struct ports *p, const struct ct_tuple *t, be16_t port,
		       const struct nat_range *range, enum nat_manip manip)
{
	const bool icmp = nat_is_icmp(t->l4);
	uint32_t lo = be16toh(range->min_port), hi = be16toh(range->max_port);

	if (range->flags & NF_NAT_RANGE_PROTO_SPECIFIED) {
		if (hi < lo && !icmp) {
			uint32_t swap = lo;

			lo = hi;
			hi = swap;
		}
	} else if (icmp) {
		lo = 0;
		hi = 65535;
	} else if (manip == NAT_DST) {
		return false;
	} else if (be16toh(port) >= 1024) {
		lo = 1024;
		hi = 65535;
	} else {
		/* services that trust low ports trust those below 512 most */
		lo = be16toh(port) < 512 ? 1 : 600;
		hi = be16toh(port) < 512 ? 511 : 1023;
	}
	p->min = lo;
	p->size = hi - lo + 1;
	return p->size;
}

static uint16_t random_offset(const struct nat_env *env)
{
	return (uint16_t)rng_u32(env->rng);
}

static uint16_t first_offset(const struct nat_env *env, be16_t port,
			     const struct nat_range *range,
			     enum nat_manip manip)
{
	if (range->flags & NF_NAT_RANGE_PROTO_OFFSET)
		return (uint16_t)(be16toh(port) - be16toh(range->base_port));
	if (range->flags & RANDOM_ANY || manip != NAT_DST)
		return random_offset(env);
	return 0;
}

/* Try @attempts ports in turn; true: *t has one that is free, else the last. Few
 * at first, since mostly the first one will do. */
static bool try_ports(const struct nat_env *env, const struct ct_conn *ct,
		      struct ct_tuple *t, enum nat_manip manip, struct ports *p,
		      uint32_t attempts)
{
	struct ct_tuple tuples[CT_NAT_TRIES];
	unsigned n = 2, free;
	/* The last ones look harder. */
	uint32_t harder = attempts - MIN(attempts, HARDER_BELOW);

	for (uint32_t i = 0; i < attempts; i += n) {
		n = MIN(2 * n, (unsigned)CT_NAT_TRIES);
		n = MIN(n, i < harder ? harder - i : attempts - i);
		for (unsigned k = 0; k < n; k++, p->off++) {
			tuples[k] = *t;
			*port_of(&tuples[k], manip) =
				htobe16((uint16_t)(p->min + p->off % p->size));
		}
		free = ct_nat_first_free(
			env->ct, ct, tuples, n,
			i < harder ? CT_TAKEN : CT_TAKEN_HARDER, env->now);
		*t = tuples[MIN(free, n - 1)];
		if (free < n)
			return true;
	}
	return false;
}

/* nf_nat_l4proto_unique_tuple() */
static void search_port(const struct nat_env *env, const struct ct_conn *ct,
			struct ct_tuple *t, const struct nat_range *range,
			enum nat_manip manip)
{
	be16_t *port = port_of(t, manip);
	struct ports p;
	uint32_t attempts;

	/* GRE's keys belong to PPTP's helper. */
	if (!port || t->l4 == IPPROTO_GRE ||
	    !ports_init(&p, t, *port, range, manip))
		return;
	p.off = first_offset(env, *port, range, manip);
	attempts = MIN(p.size, (uint32_t)MAX_ATTEMPTS);
	while (!try_ports(env, ct, t, manip, &p, attempts)) {
		if (attempts >= p.size || attempts < 16)
			return;
		attempts /= 2;
		p.off = random_offset(env);
	}
}

/* An earlier mapping being looked for. */
struct earlier {
	const struct ct_tuple *current;
	const struct nat_range *range;
	struct ct_tuple *out;
};

static bool earlier_fits(const struct ct_tuple *mapped, void *data)
{
	const struct earlier *e = data;

	*e->out = *mapped;
	e->out->dst = e->current->dst;
	e->out->dport = e->current->dport;
	return in_range(e->out, e->range);
}

/* Step 1; true: *out it is. */
static bool keep_source(const struct nat_env *env, const struct ct_conn *ct,
			const struct ct_tuple *current,
			const struct nat_range *range, struct ct_tuple *out)
{
	struct earlier e = { current, range, out };

	if (in_range(current, range)) {
		*out = *current;
		return !ct_nat_taken(env->ct, ct, current, CT_TAKEN_MIRROR,
				     env->now);
	}
	return ct_nat_find_source(env->ct, ct, current, env->now, earlier_fits,
				  &e) &&
	       !ct_nat_taken(env->ct, ct, out, CT_TAKEN, env->now);
}

/* Step 3: is the port it has good enough? */
static bool keep_port(const struct nat_env *env, const struct ct_conn *ct,
		      const struct ct_tuple *t, const struct nat_range *range,
		      enum nat_manip manip)
{
	if (!(range->flags & NF_NAT_RANGE_PROTO_SPECIFIED))
		return !ct_nat_taken(env->ct, ct, t, CT_TAKEN, env->now);
	if (range->flags & NF_NAT_RANGE_PROTO_OFFSET ||
	    !port_in_range(t, range, manip))
		return false;
	return range->min_port == range->max_port ||
	       !ct_nat_taken(env->ct, ct, t, CT_TAKEN, env->now);
}

/* A destination without a range of ports stays what it is, taken or not; an
 * ICMP id does not. */
static bool keeps_port(const struct ct_tuple *t, const struct nat_range *range)
{
	return !(range->flags & NF_NAT_RANGE_PROTO_SPECIFIED) &&
	       !nat_is_icmp(t->l4);
}

void nat_unique_tuple(const struct nat_env *env, const struct ct_conn *ct,
		      const struct ct_tuple *current,
		      const struct nat_range *range, enum nat_manip manip,
		      struct ct_tuple *out)
{
	const bool random = range->flags & RANDOM_ANY;

	if (manip == NAT_SRC && !random &&
	    keep_source(env, ct, current, range, out))
		return;
	*out = *current;
	choose_address(out, range, ct_zone(ct, CT_DIR_REPLY), manip);
	if (manip == NAT_DST && keeps_port(out, range))
		return;
	if (!random && keep_port(env, ct, out, range, manip))
		return;
	search_port(env, ct, out, range, manip);
}
