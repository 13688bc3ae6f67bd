/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gen.h"

/* Settings that change what conntrack and the router do. */
static const char *const variations[] = {
	"sysctl net.netfilter.nf_conntrack_checksum=0\n",
	"sysctl net.netfilter.nf_conntrack_tcp_loose=0\n",
	"sysctl net.netfilter.nf_conntrack_tcp_be_liberal=1\n",
	"sysctl net.netfilter.nf_conntrack_tcp_max_retrans=2\n",
	"sysctl net.netfilter.nf_conntrack_tcp_ignore_invalid_rst=1\n",
	"sysctl net.netfilter.nf_conntrack_udp_timeout=77\n",
	"sysctl net.netfilter.nf_conntrack_tcp_timeout_established=4000\n",
};

void gen_host(struct generated *g, struct rng *rng)
{
	struct strbuf *host = &g->scenario.host;

	strbuf_puts(host, scenario_default_host());
	if (chance(rng, 30))
		strbuf_puts(host, pick(rng, variations));
	if (chance(rng, 20))
		strbuf_puts(host, "rule add iif lan table 100 priority 200\n");
	if (chance(rng, 20))
		strbuf_puts(host, "rule add fwmark 0x10/0xf0 table 100 "
				  "priority 90\n");
}
