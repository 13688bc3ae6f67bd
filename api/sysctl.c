/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "api/sysctl.h"

#include <linux/netfilter/nf_conntrack_tcp.h>

#include "base/util.h"

/* Which sysctl is which timeout, in seconds. */
static const struct {
	enum host_sysctl id;
	size_t offset;
} timeouts[] = {
#define TIMEOUT(id, field)                                        \
	{                                                         \
		SYSCTL_ct_##id, offsetof(struct ct_config, field) \
	}
#define TCP_TIMEOUT(id, state) \
	TIMEOUT(tcp_timeout_##id, tcp_timeout[TCP_CONNTRACK_##state])
	TCP_TIMEOUT(syn_sent, SYN_SENT),
	TCP_TIMEOUT(syn_recv, SYN_RECV),
	TCP_TIMEOUT(established, ESTABLISHED),
	TCP_TIMEOUT(fin_wait, FIN_WAIT),
	TCP_TIMEOUT(close_wait, CLOSE_WAIT),
	TCP_TIMEOUT(last_ack, LAST_ACK),
	TCP_TIMEOUT(time_wait, TIME_WAIT),
	TCP_TIMEOUT(close, CLOSE),
	TIMEOUT(tcp_timeout_max_retrans, tcp_timeout_max_retrans),
	TIMEOUT(tcp_timeout_unacknowledged, tcp_timeout_unacknowledged),
	TIMEOUT(udp_timeout, udp_timeout),
	TIMEOUT(udp_timeout_stream, udp_timeout_stream),
	TIMEOUT(icmp_timeout, icmp_timeout),
	TIMEOUT(icmpv6_timeout, icmpv6_timeout),
	TIMEOUT(generic_timeout, generic_timeout),
#undef TCP_TIMEOUT
#undef TIMEOUT
};

void sysctl_ct_config(const struct host *h, struct ct_config *cfg)
{
	ct_config_init(cfg);
	cfg->max = (uint32_t)host_sysctl(h, SYSCTL_ct_max);
	cfg->expect_max = (uint32_t)host_sysctl(h, SYSCTL_ct_expect_max);
	cfg->checksum = host_sysctl(h, SYSCTL_ct_checksum);
	cfg->acct = host_sysctl(h, SYSCTL_ct_acct);
	cfg->timestamp = host_sysctl(h, SYSCTL_ct_timestamp);
	cfg->tcp_loose = host_sysctl(h, SYSCTL_ct_tcp_loose);
	cfg->tcp_be_liberal = host_sysctl(h, SYSCTL_ct_tcp_be_liberal);
	cfg->tcp_ignore_invalid_rst =
		host_sysctl(h, SYSCTL_ct_tcp_ignore_invalid_rst);
	cfg->tcp_max_retrans =
		(uint8_t)host_sysctl(h, SYSCTL_ct_tcp_max_retrans);
	for (size_t i = 0; i < ARRAY_LEN(timeouts); i++) {
		uint32_t seconds = (uint32_t)host_sysctl(h, timeouts[i].id);

		memcpy((char *)cfg + timeouts[i].offset, &seconds,
		       sizeof(seconds));
	}
}
