/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/result_json.h"

#include <arpa/inet.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "ct/ct.h"
#include "base/json_text.h"
#include "lab/link_header.h"
#include "lab/names.h"

static void set_string(json_t *o, const char *key, const char *value)
{
	if (value)
		json_object_set_new(o, key, json_text(value));
}

static json_t *rule_json(const struct vm_rule *rule)
{
	const struct vm_chain_spec *chain = vm_chain_spec(vm_rule_chain(rule));

	return json_pack("{s:s, s:s, s:s, s:I}", "family",
			 family_name(chain->family), "table", chain->table,
			 "chain", chain->name, "handle",
			 (json_int_t)vm_rule_handle(rule));
}

static json_t *status_json(uint32_t status)
{
	json_t *a = json_array();

	for (unsigned bit = 0; bit < 16; bit++) {
		if (status & (1u << bit))
			json_array_append_new(a,
					      json_string(ct_status_name(bit)));
	}
	return a;
}

static bool has_ports(uint8_t l4)
{
	return l4 == IPPROTO_TCP || l4 == IPPROTO_UDP ||
	       l4 == IPPROTO_UDPLITE || l4 == IPPROTO_SCTP;
}

static void set_end(json_t *o, const struct ct_tuple *t, bool source)
{
	char text[INET6_ADDRSTRLEN];
	be16_t port = source ? t->sport : t->dport;

	inet_ntop(t->l3 == NFPROTO_IPV4 ? AF_INET : AF_INET6,
		  source ? &t->src : &t->dst, text, sizeof(text));
	set_string(o, source ? "saddr" : "daddr", text);
	if (has_ports(t->l4))
		json_object_set_new(o, source ? "sport" : "dport",
				    json_integer(be16toh(port)));
	else if (t->l4 == IPPROTO_ICMP || t->l4 == IPPROTO_ICMPV6)
		json_object_set_new(o, "id", json_integer(be16toh(t->sport)));
}

/* What it was translated to, and the rule that bound its connection now. */
static json_t *nat_json(const struct path_result *res)
{
	json_t *o = json_object();

	if (res->nat_src)
		set_end(o, &res->nat_tuple, true);
	if (res->nat_dst)
		set_end(o, &res->nat_tuple, false);
	if (res->nat_rule)
		json_object_set_new(o, "rule", rule_json(res->nat_rule));
	return o;
}

static json_t *ct_json(const struct path_result *res, const char *state)
{
	json_t *o = json_object();

	if (res->ct_id)
		json_object_set_new(o, "id", json_integer(res->ct_id));
	set_string(o, "state", state);
	if (!res->ct_id) {
		if (res->ct_reason != REASON_NONE)
			set_string(o, "reason", reason_name(res->ct_reason));
		return o;
	}
	set_string(o, "direction",
		   res->ct_info >= IP_CT_IS_REPLY ? "reply" : "original");
	json_object_set_new(o, "status", status_json(res->ct_status));
	json_object_set_new(o, "mark", json_integer(res->ct_mark));
	json_object_set_new(o, "zone", json_integer(res->ct_zone));
	return o;
}

json_t *result_json(uint64_t number, const struct nv_time *now,
		    const struct path_result *res, json_t *log, json_t *emit)
{
	const char *state = ct_state_name(res);
	json_t *o = json_object();
	char time[40];

	snprintf(time, sizeof(time), "%llu.%09llu",
		 (unsigned long long)(now->wall_ns / NS_PER_SEC),
		 (unsigned long long)(now->wall_ns % NS_PER_SEC));
	json_object_set_new(o, "packet", json_integer((json_int_t)number));
	set_string(o, "time", time);
	set_string(o, "iif", res->in ? res->in->name : NULL);
	set_string(o, "oif", res->out ? res->out->name : NULL);
	set_string(o, "verdict", path_verdict_name(res->verdict));
	if (res->to_local)
		set_string(o, "to", "local");
	else if (res->verdict == PATH_ACCEPT)
		set_string(o, "to", res->out ? res->out->name : NULL);
	if (res->chain)
		set_string(o, "hook", path_hook_name(res->hook));
	if (res->rule)
		json_object_set_new(o, "rule", rule_json(res->rule));
	else if (res->by_policy)
		json_object_set_new(o, "policy", json_true());
	if (res->reason != REASON_NONE)
		set_string(o, "reason", reason_name(res->reason));
	json_object_set_new(o, "mark", json_integer(res->mark));
	if (state)
		json_object_set_new(o, "ct", ct_json(res, state));
	if (res->nat_src || res->nat_dst)
		json_object_set_new(o, "nat", nat_json(res));
	if (log)
		json_object_set_new(o, "log", log);
	if (emit)
		json_object_set_new(o, "emit", emit);
	return o;
}

static json_t *hex_json(const uint8_t *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	char *hex = xmalloc(len * 2 + 1);
	json_t *s;

	for (size_t i = 0; i < len; i++) {
		hex[i * 2] = digits[bytes[i] >> 4];
		hex[i * 2 + 1] = digits[bytes[i] & 15];
	}
	s = json_stringn(hex, len * 2);
	free(hex);
	return s;
}

json_t *emit_json(enum path_emit_kind kind, const struct host *h,
		  const struct packet *pkt)
{
	uint8_t l2[LINK_HEADER_LEN];
	json_t *o = json_object();

	set_string(o, "kind", path_emit_name(kind));
	set_string(o, "oif", pkt->out ? pkt->out->name : NULL);
	if (link_header(h, pkt, l2))
		json_object_set_new(o, "l2", hex_json(l2, sizeof(l2)));
	json_object_set_new(o, "data", hex_json(pkt->data, pkt->len));
	return o;
}
