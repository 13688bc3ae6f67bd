/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Over netlink, since starting nft(8) for every packet would take longer than
 * everything else: one named counter (the harness' "delivered"), and a dump
 * of all rules with their counter expressions.
 */
#include <netinet/in.h>
#include <libmnl/libmnl.h>
#include <libnftnl/expr.h>
#include <libnftnl/object.h>
#include <libnftnl/rule.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <stdlib.h>
#include <string.h>

#include "counters.h"

/* A rule as the last dump showed it. */
struct rule_state {
	struct rule_hit rule;
	uint64_t packets;
};

struct counters {
	struct mnl_socket *nl;
	uint32_t seq;
	VEC(struct rule_state) before, now;
	char buf[65536];
};

struct counters *counters_open(void)
{
	struct counters *c = xzalloc(sizeof(*c));

	c->nl = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	if (c->nl && mnl_socket_bind(c->nl, 0, MNL_SOCKET_AUTOPID) >= 0)
		return c;
	counters_close(c);
	return NULL;
}

void counters_close(struct counters *c)
{
	if (c && c->nl)
		mnl_socket_close(c->nl);
	if (c) {
		vec_fini(&c->before);
		vec_fini(&c->now);
	}
	free(c);
}

/* Send the request in @c->buf and hand its answers to @cb. */
static void ask(struct counters *c, struct nlmsghdr *nlh, mnl_cb_t cb,
		void *data)
{
	uint32_t port = mnl_socket_get_portid(c->nl);
	ssize_t n;

	if (mnl_socket_sendto(c->nl, nlh, nlh->nlmsg_len) < 0)
		return;
	do {
		n = mnl_socket_recvfrom(c->nl, c->buf, sizeof(c->buf));
	} while (n > 0 && mnl_cb_run(c->buf, n, c->seq, port, cb, data) > 0);
}

static int read_object(const struct nlmsghdr *nlh, void *data)
{
	struct nftnl_obj *obj = nftnl_obj_alloc();

	if (!nftnl_obj_nlmsg_parse(nlh, obj))
		*(uint64_t *)data = nftnl_obj_get_u64(obj, NFTNL_OBJ_CTR_PKTS);
	nftnl_obj_free(obj);
	return MNL_CB_OK;
}

uint64_t counters_delivered(struct counters *c)
{
	struct nftnl_obj *obj = nftnl_obj_alloc();
	uint64_t packets = 0;
	struct nlmsghdr *nlh;

	nftnl_obj_set_str(obj, NFTNL_OBJ_TABLE, "twin");
	nftnl_obj_set_str(obj, NFTNL_OBJ_NAME, "delivered");
	nftnl_obj_set_u32(obj, NFTNL_OBJ_TYPE, NFT_OBJECT_COUNTER);
	nlh = nftnl_nlmsg_build_hdr(c->buf, NFT_MSG_GETOBJ, NFPROTO_INET,
				    NLM_F_ACK, ++c->seq);
	nftnl_obj_nlmsg_build_payload(nlh, obj);
	nftnl_obj_free(obj);
	ask(c, nlh, read_object, &packets);
	return packets;
}

static int sum_counter(struct nftnl_expr *e, void *data)
{
	if (!strcmp(nftnl_expr_get_str(e, NFTNL_EXPR_NAME), "counter"))
		*(uint64_t *)data +=
			nftnl_expr_get_u64(e, NFTNL_EXPR_CTR_PACKETS);
	return 0;
}

static int read_rule(const struct nlmsghdr *nlh, void *data)
{
	struct counters *c = data;
	struct nftnl_rule *r = nftnl_rule_alloc();
	struct rule_state *s, *last;
	const char *chain;

	if (nftnl_rule_nlmsg_parse(nlh, r) ||
	    !strcmp(nftnl_rule_get_str(r, NFTNL_RULE_TABLE), "twin"))
		goto out;
	chain = nftnl_rule_get_str(r, NFTNL_RULE_CHAIN);
	s = vec_add(&c->now);
	last = c->now.len > 1 ? s - 1 : NULL;
	strncpy(s->rule.chain, chain, sizeof(s->rule.chain) - 1);
	if (last && !strcmp(last->rule.chain, s->rule.chain))
		s->rule.index = last->rule.index + 1;
	nftnl_expr_foreach(r, sum_counter, &s->packets);
out:
	nftnl_rule_free(r);
	return MNL_CB_OK;
}

void counters_hits(struct counters *c, struct step *s)
{
	struct nlmsghdr *nlh;

	c->now.len = 0;
	nlh = nftnl_nlmsg_build_hdr(c->buf, NFT_MSG_GETRULE, NFPROTO_UNSPEC,
				    NLM_F_DUMP, ++c->seq);
	ask(c, nlh, read_rule, c);
	for (size_t i = 0; i < c->now.len; i++)
		if (i < c->before.len &&
		    c->now.v[i].packets > c->before.v[i].packets)
			vec_push(&s->hits, c->now.v[i].rule);
	vec_reserve(&c->before, c->now.len);
	if (c->now.len)
		memcpy(c->before.v, c->now.v, c->now.len * sizeof(c->now.v[0]));
	c->before.len = c->now.len;
}
