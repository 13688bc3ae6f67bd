/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One connection as conntrack(8) prints it: facts 9.1. */
#include <arpa/inet.h>

#include "base/util.h"
#include "ct/help.h"
#include "ct/l4proto.h"

static void print_direction(const struct ct_conn *ct, enum ct_dir dir,
			    const struct ct_l4proto *p,
			    const struct ct_ext *ext, FILE *out)
{
	char src[INET6_ADDRSTRLEN], dst[INET6_ADDRSTRLEN];
	int af = ct_conn_is_v6(ct) ? AF_INET6 : AF_INET;
	struct ct_tuple tuple;

	ct_tuple(ct, dir, &tuple);
	inet_ntop(af, &tuple.src, src, sizeof(src));
	inet_ntop(af, &tuple.dst, dst, sizeof(dst));
	fprintf(out, " src=%s dst=%s", src, dst);
	if (p->print_tuple)
		p->print_tuple(&tuple, out);
	if (ext && ext->acct)
		fprintf(out, " packets=%llu bytes=%llu",
			(unsigned long long)ct_load(&ext->packets[dir]),
			(unsigned long long)ct_load(&ext->bytes[dir]));
}

/* Seconds since it was confirmed, as the difference of two dates. */
static void print_delta_time(const struct ct_ext *ext,
			     const struct nv_time *now, FILE *out)
{
	uint64_t start = ext->start_ns / NS_PER_SEC;
	uint64_t wall = now->wall_ns / NS_PER_SEC;

	fprintf(out, " delta-time=%llu",
		(unsigned long long)(wall > start ? wall - start : 0));
}

void ct_print(const struct ct_conn *ct, const struct nv_time *now,
	      bool extended, FILE *out)
{
	const struct ct_l4proto *p = ct_l4proto_find(ct->l4);
	const struct ct_ext *ext = ct_table_ext(ct_pool_chunk(ct)->owner, ct);
	uint32_t status = ct_status_bits(ct), refs = ct_load(&ct->refs);
	const char *state = ct_proto_state(ct);

	if (extended)
		fprintf(out, "%-8s %u ", ct_conn_is_v6(ct) ? "ipv6" : "ipv4",
			ct_conn_is_v6(ct) ? AF_INET6 : AF_INET);
	fprintf(out, "%-8s %u %llu", p->name, ct->l4,
		(unsigned long long)ct_expires_ms(ct, now) / 1000);
	if (state)
		fprintf(out, " %s", state);
	print_direction(ct, CT_DIR_ORIGINAL, p, ext, out);
	if (!(status & IPS_SEEN_REPLY))
		fputs(" [UNREPLIED]", out);
	print_direction(ct, CT_DIR_REPLY, p, ext, out);
	if (status & IPS_ASSURED)
		fputs(" [ASSURED]", out);
	fprintf(out, " mark=%u", ct_mark(ct));
	if (ct->zone)
		fprintf(out, " zone=%u", ct->zone);
	if (ext && ext->start_ns)
		print_delta_time(ext, now, out);
	if (ct_helper_of(ct))
		fprintf(out, " helper=%s", ct_helper_name(ct_helper_of(ct)));
	/* The caller's own reference is none that a listing would see. */
	fprintf(out, " use=%u\n", refs > 1 ? refs - 1 : 1);
}

static void print_expect_ends(const char *prefix, const union inet_addr *src,
			      const union inet_addr *dst, uint8_t l3,
			      be16_t sport, be16_t dport, FILE *out)
{
	int af = l3 == NFPROTO_IPV6 ? AF_INET6 : AF_INET;
	char from[INET6_ADDRSTRLEN], to[INET6_ADDRSTRLEN];

	inet_ntop(af, src, from, sizeof(from));
	inet_ntop(af, dst, to, sizeof(to));
	fprintf(out, "%ssrc=%s %sdst=%s sport=%u dport=%u ", prefix, from,
		prefix, to, be16toh(sport), be16toh(dport));
}

static void print_expect_flags(uint8_t flags, FILE *out)
{
	static const char *const names[] = { "PERMANENT", "INACTIVE",
					     "USERSPACE" };
	const char *sep = "";

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (flags & 1u << i) {
			fprintf(out, "%s%s", sep, names[i]);
			sep = ",";
		}
	if (flags)
		fputc(' ', out);
}

void ct_expect_print(const struct ct_expect_view *view, FILE *out)
{
	const struct ct_tuple *t = &view->tuple, *m = &view->master;
	union inet_addr none = { .q = { 0, 0 } }, all;

	memset(&all, 0xff, sizeof(all));
	fprintf(out, "%u proto=%u ", view->secs, t->l4);
	print_expect_ends("", &t->src, &t->dst, t->l3, t->sport, t->dport, out);
	print_expect_ends("mask-", view->any_saddr ? &none : &all, &all, t->l3,
			  view->any_sport ? 0 : 0xffff, 0xffff, out);
	print_expect_ends("master-", &m->src, &m->dst, m->l3, m->sport,
			  m->dport, out);
	if (view->zone)
		fprintf(out, "zone=%u ", view->zone);
	print_expect_flags(view->flags, out);
	fprintf(out, "class=%u helper=%s\n", view->class, view->helper);
}
