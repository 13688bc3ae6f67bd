/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/names.h"

#include <arpa/inet.h>

#include "base/strbuf.h"

#include "base/util.h"
#include "ct/ct.h"

const char *ct_state_name(const struct path_result *res)
{
	static const char *const names[] = {
		[IP_CT_ESTABLISHED] = "established",
		[IP_CT_RELATED] = "related",
		[IP_CT_NEW] = "new",
		[IP_CT_ESTABLISHED_REPLY] = "established",
		[IP_CT_RELATED_REPLY] = "related",
	};

	if (res->ct_info == IP_CT_UNTRACKED)
		return "untracked";
	if (res->ct_id)
		return names[res->ct_info];
	return res->tracked ? "invalid" : NULL;
}

const char *ct_status_name(unsigned bit)
{
	static const char *const names[16] = {
		"expected",  "seen-reply", "assured",	    "confirmed",
		"snat",	     "dnat",	   "seq-adjust",    "snat-done",
		"dnat-done", "dying",	   "fixed-timeout", "template",
		"nat-clash", "helper",	   "offload",	    "hw-offload",
	};

	return bit < ARRAY_LEN(names) ? names[bit] : NULL;
}

const char *family_name(uint8_t family)
{
	switch (family) {
	case NFPROTO_IPV4:
		return "ip";
	case NFPROTO_IPV6:
		return "ip6";
	case NFPROTO_INET:
		return "inet";
	default:
		return "?";
	}
}

const char *l4_name(uint8_t l4proto)
{
	static const struct {
		uint8_t proto;
		const char *name;
	} rows[] = {
		{ IPPROTO_TCP, "tcp" },		{ IPPROTO_UDP, "udp" },
		{ IPPROTO_UDPLITE, "udplite" }, { IPPROTO_SCTP, "sctp" },
		{ IPPROTO_DCCP, "dccp" },	{ IPPROTO_ICMP, "icmp" },
		{ IPPROTO_ICMPV6, "icmpv6" },	{ IPPROTO_GRE, "gre" },
		{ IPPROTO_ESP, "esp" },		{ IPPROTO_AH, "ah" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (rows[i].proto == l4proto)
			return rows[i].name;
	}
	return NULL;
}

void tuple_end(const struct ct_tuple *t, bool source, struct strbuf *out)
{
	const uint16_t port = be16toh(source ? t->sport : t->dport);
	const bool v4 = t->l3 == NFPROTO_IPV4;
	char addr[INET6_ADDRSTRLEN];

	inet_ntop(v4 ? AF_INET : AF_INET6, source ? &t->src : &t->dst, addr,
		  sizeof(addr));
	if (t->l4 != IPPROTO_ICMP && t->l4 != IPPROTO_ICMPV6)
		strbuf_printf(out, v4 ? "%s:%u" : "[%s]:%u", addr, port);
	else if (source)
		strbuf_printf(out, "%s id %u", addr, port);
	else
		strbuf_puts(out, addr);
}
