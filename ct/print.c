/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One connection as conntrack(8) prints it: facts 9.1. */
#include <arpa/inet.h>

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
	/* The caller's own reference is none that a listing would see. */
	fprintf(out, " use=%u\n", refs > 1 ? refs - 1 : 1);
}
