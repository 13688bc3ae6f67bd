/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "base/strbuf.h"
#include "tests/host/text.h"

static void see(struct host_infer *inf, const char *s, const char *d)
{
	union inet_addr saddr = addr_of(s), daddr = addr_of(d);

	host_infer_see(inf, version_of(s), &saddr, &daddr);
}

static void came(struct host_infer *inf, const char *link, const char *s)
{
	union inet_addr addr = addr_of(s);

	host_infer_link(inf, link, version_of(s), &addr);
}

static enum host_route_type type_of(const struct host *h, const char *s)
{
	union inet_addr a = addr_of(s);

	return host_addr_type(h, version_of(s), &a, NULL);
}

static const char *out_of(const struct host *h, const char *s)
{
	struct host_flow f = { .nfproto = version_of(s),
			       .daddr = addr_of(s),
			       .iif = 2 };
	struct host_route r;

	host_route(h, &f, &r);
	return r.out ? r.out->name : "";
}

static void make(struct host *h, const struct host_infer *inf,
		 const struct host_given *given, struct strbuf *said)
{
	cr_assert_eq(host_given_links(h, given), 0);
	host_from_inference(h, inf, given, said);
}

Test(infer, an_end_of_nine_packets_in_ten_is_this_host)
{
	struct host_infer *inf = host_infer_new();
	struct host_given given = { 0 };
	struct strbuf said = STRBUF_INIT;
	struct host *h = host_new();
	char other[32];

	for (int i = 0; i < 90; i++) {
		snprintf(other, sizeof(other), "198.51.100.%d", i);
		see(inf, i % 2 ? "203.0.113.7" : other,
		    i % 2 ? other : "203.0.113.7");
		see(inf, "2001:db8::7", "ff02::1");
	}
	for (int i = 0; i < 10; i++)
		see(inf, "8.8.8.8", "9.9.9.9");
	make(h, inf, &given, &said);
	cr_assert_eq(type_of(h, "203.0.113.7"), ROUTE_LOCAL);
	cr_assert_eq(type_of(h, "2001:db8::7"), ROUTE_LOCAL);
	cr_assert_eq(type_of(h, "198.51.100.1"), ROUTE_UNICAST);
	cr_assert_str_eq(out_of(h, "8.8.8.8"), "in");
	cr_assert(contains(strbuf_str(&said), "203.0.113.7, 2001:db8::7"));
	strbuf_fini(&said);
	host_infer_free(inf);
	host_free(h);
}

Test(infer, without_one_all_is_forwarded)
{
	struct host_infer *inf = host_infer_new();
	struct host_given given = { .oif = "wan" };
	struct strbuf said = STRBUF_INIT;
	struct host *h = host_new();

	for (int i = 0; i < 89; i++)
		see(inf, "192.168.1.5", "198.51.100.1");
	for (int i = 0; i < 11; i++)
		see(inf, "192.168.1.6", "9.9.9.9");
	make(h, inf, &given, &said);
	cr_assert_str_eq(out_of(h, "192.168.1.5"), "in");
	cr_assert_str_eq(out_of(h, "8.8.8.8"), "wan");
	cr_assert_str_eq(out_of(h, "2001:db8::1"), "wan");
	cr_assert_str_eq(out_of(h, "fe80::1"), "in");
	cr_assert(contains(strbuf_str(&said), "forwarded between links in"));
	strbuf_fini(&said);
	host_infer_free(inf);
	host_free(h);
}

/* The router's own router solicitations are no packets of nine in ten. */
Test(infer, an_end_of_one_version_alone_is_no_host)
{
	struct host_infer *inf = host_infer_new();
	struct host_given given = { 0 };
	struct strbuf said = STRBUF_INIT;
	struct host *h = host_new();
	char other[32];

	for (int i = 0; i < 100; i++) {
		snprintf(other, sizeof(other), "192.168.1.%d", i + 1);
		see(inf, other, "198.51.100.1");
		see(inf, "198.51.100.2", other);
	}
	for (int i = 0; i < 3; i++)
		see(inf, "fe80::1", "ff02::1");
	make(h, inf, &given, &said);
	cr_assert_eq(type_of(h, "fe80::1"), ROUTE_UNICAST);
	cr_assert(contains(strbuf_str(&said), "forwarded between links in"));
	strbuf_fini(&said);
	host_infer_free(inf);
	host_free(h);
}

Test(infer, the_only_link_that_was_seen_is_that_of_a_host)
{
	struct host_infer *inf = host_infer_new();
	struct host_given given = { 0 };
	struct strbuf said = STRBUF_INIT;
	struct host *h = host_new();

	see(inf, "10.0.0.1", "8.8.8.8");
	came(inf, "no name of a link", "10.0.0.1");
	came(inf, "eth0", "10.0.0.1");
	make(h, inf, &given, &said);
	cr_assert_str_eq(out_of(h, "8.8.8.8"), "eth0");
	cr_assert(contains(strbuf_str(&said), "behind link eth0"));
	strbuf_fini(&said);
	host_free(h);
	given.iif = "wan0";
	h = host_new();
	make(h, inf, &given, &said);
	cr_assert_str_eq(out_of(h, "8.8.8.8"), "wan0");
	strbuf_fini(&said);
	host_infer_free(inf);
	host_free(h);
}

/* Private addresses are behind the link that says so most often, the rest behind
 * the busiest of the others. */
Test(infer, links_that_were_seen_are_those_of_a_router)
{
	struct host_infer *inf = host_infer_new();
	struct host_given given = { 0 };
	struct strbuf said = STRBUF_INIT;
	struct host *h = host_new();

	see(inf, "10.0.0.1", "8.8.8.8");
	see(inf, "10.0.0.2", "9.9.9.9");
	came(inf, "wan", "8.8.8.8");
	came(inf, "lan", "10.0.0.1");
	came(inf, "wan", "10.0.0.9");
	make(h, inf, &given, &said);
	cr_assert_str_eq(out_of(h, "8.8.8.8"), "wan");
	cr_assert_str_eq(out_of(h, "10.0.0.2"), "lan");
	cr_assert(contains(strbuf_str(&said), "links lan (private"));
	host_free(h);
	h = host_new();
	came(inf, "wan2", "8.8.4.4");
	came(inf, "wan2", "8.8.4.4");
	make(h, inf, &given, &said);
	cr_assert_str_eq(out_of(h, "8.8.8.8"), "wan2");
	cr_assert_str_eq(out_of(h, "10.0.0.2"), "lan");
	host_free(h);
	given.oif = "ppp0";
	h = host_new();
	make(h, inf, &given, &said);
	cr_assert_str_eq(out_of(h, "8.8.8.8"), "ppp0");
	cr_assert_str_eq(out_of(h, "10.0.0.2"), "in");
	host_free(h);
	strbuf_fini(&said);
	host_infer_free(inf);
}

/* However many names a hostile capture has. */
Test(infer, very_many_links)
{
	struct host_infer *inf = host_infer_new();
	struct host_given given = { 0 };
	struct strbuf said = STRBUF_INIT;
	struct host *h = host_new();
	char name[16];

	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "eth%d", i);
		came(inf, name, "10.0.0.1");
	}
	make(h, inf, &given, &said);
	cr_assert_str_eq(out_of(h, "10.0.0.2"), "eth0");
	cr_assert_str_eq(out_of(h, "8.8.8.8"), "eth1");
	host_free(h);
	strbuf_fini(&said);
	host_infer_free(inf);
}

Test(infer, local_is_no_link)
{
	struct host_given iif = { .iif = "local" }, oif = { .oif = "local" };
	struct host *h = host_new();

	cr_assert_eq(host_given_links(h, &iif), -EINVAL);
	cr_assert_eq(host_given_links(h, &oif), -EINVAL);
	host_free(h);
}

Test(infer, of_two_ends_the_private_or_the_first)
{
	static const struct {
		const char *s, *d, *local;
	} cases[] = {
		{ "8.8.8.8", "10.0.0.1", "10.0.0.1" },
		{ "10.0.0.1", "8.8.8.8", "10.0.0.1" },
		{ "8.8.8.8", "9.9.9.9", "8.8.8.8" },
		{ "10.0.0.9", "10.0.0.1", "10.0.0.9" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct host_infer *inf = host_infer_new();
		struct host_given given = { 0 };
		struct strbuf said = STRBUF_INIT;
		struct host *h = host_new();

		see(inf, cases[i].s, cases[i].d);
		see(inf, cases[i].d, cases[i].s);
		make(h, inf, &given, &said);
		cr_assert_eq(type_of(h, cases[i].s) == ROUTE_LOCAL,
			     cases[i].local == cases[i].s, "case %zu", i);
		cr_assert_eq(type_of(h, cases[i].local), ROUTE_LOCAL);
		strbuf_fini(&said);
		host_infer_free(inf);
		host_free(h);
	}
}

Test(infer, what_is_given_is_not_guessed)
{
	struct host_given_addr local = { NFPROTO_IPV4, addr_of("1.2.3.4") };
	struct host_given given = { .local = &local,
				    .local_len = 1,
				    .iif = "eth0" };
	struct strbuf said = STRBUF_INIT;
	struct host *h = host_new();

	make(h, NULL, &given, &said);
	cr_assert_eq(type_of(h, "1.2.3.4"), ROUTE_LOCAL);
	cr_assert_str_eq(out_of(h, "8.8.8.8"), "eth0");
	cr_assert_eq(said.len, 0);
	given.iif = "no/name";
	cr_assert_lt(host_given_links(h, &given), 0);
	strbuf_fini(&said);
	host_free(h);
}

Test(infer, memory_is_bounded_and_the_one_is_still_found)
{
	struct host_infer *inf = host_infer_new();
	struct host_given given = { 0 };
	struct strbuf said = STRBUF_INIT;
	union inet_addr me = addr_of("1.2.3.4"), other = { .ip = 0 };
	struct host *h = host_new();

	for (uint32_t i = 0; i < 300000; i++) {
		other.ip = htobe32(0x0b000000 + i);
		host_infer_see(inf, NFPROTO_IPV4, &other, &me);
	}
	make(h, inf, &given, &said);
	cr_assert_eq(type_of(h, "1.2.3.4"), ROUTE_LOCAL);
	strbuf_fini(&said);
	host_infer_free(inf);
	host_free(h);
}
