/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of conntrack(8) as recorded on a kernel: facts 9.1. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "tests/ct/wire.h"

static void expect_list(struct lab *lab, bool extended, const char *want)
{
	char *text = lab_list(lab, extended);

	cr_expect_str_eq(text, want);
	free(text);
}

Test(print, each_protocol_as_conntrack_prints_it)
{
	static const struct segment_spec syn = { C2S, "S", 1, 0, 1000, 0, 0 };
	struct lab lab;
	struct wire w;

	lab_open(&lab, NULL);
	wire_udp(&w, false, C2S, 1000, 2000, 1);
	lab_send(&lab, &w);
	wire_tcp(&w, false, 1111, 80, &syn);
	lab_send(&lab, &w);
	wire_icmp(&w, false, C2S, 8, 0, 77, NULL, 0);
	lab_send(&lab, &w);
	wire_icmp(&w, true, C2S, 128, 0, 78, NULL, 0);
	lab_send(&lab, &w);
	wire_ip(&w, false, C2S, IPPROTO_GRE, "\0\0\x08\0", 4);
	lab_send(&lab, &w);
	wire_ip(&w, false, C2S, 99, NULL, 0);
	lab_send(&lab, &w);
	lab_wait(&lab, 4);
	expect_list(
		&lab, false,
		"udp      17 29 src=10.1.0.2 dst=10.2.0.2 sport=1000 dport=2000 [UNREPLIED] src=10.2.0.2 dst=10.1.0.2 sport=2000 dport=1000 mark=0 use=1\n"
		"tcp      6 119 SYN_SENT src=10.1.0.2 dst=10.2.0.2 sport=1111 dport=80 [UNREPLIED] src=10.2.0.2 dst=10.1.0.2 sport=80 dport=1111 mark=0 use=1\n"
		"icmp     1 29 src=10.1.0.2 dst=10.2.0.2 type=8 code=0 id=77 [UNREPLIED] src=10.2.0.2 dst=10.1.0.2 type=0 code=0 id=77 mark=0 use=1\n"
		"icmpv6   58 29 src=fd01::2 dst=fd02::2 type=128 code=0 id=78 [UNREPLIED] src=fd02::2 dst=fd01::2 type=129 code=0 id=78 mark=0 use=1\n"
		"gre      47 29 src=10.1.0.2 dst=10.2.0.2 srckey=0x0 dstkey=0x0 [UNREPLIED] src=10.2.0.2 dst=10.1.0.2 srckey=0x0 dstkey=0x0 mark=0 use=1\n"
		"unknown  99 599 src=10.1.0.2 dst=10.2.0.2 [UNREPLIED] src=10.2.0.2 dst=10.1.0.2 mark=0 use=1\n");
	lab_close(&lab);
}

Test(print, extended_with_counters_and_times)
{
	struct ct_config cfg;
	struct lab lab;
	struct wire w;

	ct_config_init(&cfg);
	cfg.acct = cfg.timestamp = true;
	lab_open(&lab, &cfg);
	wire_udp(&w, false, C2S, 1000, 2000, 1);
	lab_send(&lab, &w);
	lab_wait(&lab, 3000);
	wire_udp(&w, false, S2C, 1000, 2000, 1);
	lab_send(&lab, &w);
	wire_udp(&w, true, C2S, 1000, 53, 0);
	lab_send(&lab, &w);
	expect_list(
		&lab, true,
		"ipv4     2 udp      17 30 src=10.1.0.2 dst=10.2.0.2 sport=1000 dport=2000 packets=1 bytes=29 src=10.2.0.2 dst=10.1.0.2 sport=2000 dport=1000 packets=1 bytes=29 mark=0 delta-time=3 use=1\n"
		"ipv6     10 udp      17 30 src=fd01::2 dst=fd02::2 sport=1000 dport=53 packets=1 bytes=48 [UNREPLIED] src=fd02::2 dst=fd01::2 sport=53 dport=1000 packets=0 bytes=0 mark=0 delta-time=0 use=1\n");
	lab_close(&lab);
}

Test(print, dccp_has_no_ports_any_more)
{
	struct lab lab;
	struct wire w;

	lab_open(&lab, NULL);
	wire_ip(&w, false, C2S, IPPROTO_DCCP, "\1\2\3\4\5\6\7\10", 8);
	lab_send(&lab, &w);
	expect_list(
		&lab, false,
		"dccp     33 600 src=10.1.0.2 dst=10.2.0.2 sport=0 dport=0 [UNREPLIED] src=10.2.0.2 dst=10.1.0.2 sport=0 dport=0 mark=0 use=1\n");
	lab_close(&lab);
}
