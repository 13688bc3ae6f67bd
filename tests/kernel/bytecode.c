/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The dump: tables, chains, objects, sets with their elements, rules, each as the
 * kernel sends it. Statements of elements are not taken along.
 */
#include <netinet/in.h>
#include <libmnl/libmnl.h>
#include <libnftnl/chain.h>
#include <libnftnl/object.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>
#include <libnftnl/table.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <stdlib.h>
#include <string.h>

#include "bytecode_internal.h"

/**
 * struct dump - a dump under way
 */
struct dump {
	struct bytecode *code;
	struct mnl_socket *nl;
	uint32_t seq;
	struct nftnl_set *set;
	char buf[65536];
};

static bool is_harness(const char *table)
{
	return !strcmp(table, "twin");
}

static int on_table(const struct nlmsghdr *nlh, void *data)
{
	struct dump *d = data;
	struct nftnl_table *t = nftnl_table_alloc();

	if (nftnl_table_nlmsg_parse(nlh, t) ||
	    is_harness(nftnl_table_get_str(t, NFTNL_TABLE_NAME)))
		nftnl_table_free(t);
	else
		vec_push(&d->code->tables, t);
	return MNL_CB_OK;
}

static int on_chain(const struct nlmsghdr *nlh, void *data)
{
	struct dump *d = data;
	struct nftnl_chain *c = nftnl_chain_alloc();

	if (nftnl_chain_nlmsg_parse(nlh, c) ||
	    is_harness(nftnl_chain_get_str(c, NFTNL_CHAIN_TABLE)))
		nftnl_chain_free(c);
	else
		vec_push(&d->code->chains, c);
	return MNL_CB_OK;
}

static int on_set(const struct nlmsghdr *nlh, void *data)
{
	struct dump *d = data;
	struct nftnl_set *s = nftnl_set_alloc();

	if (nftnl_set_nlmsg_parse(nlh, s) ||
	    is_harness(nftnl_set_get_str(s, NFTNL_SET_TABLE)))
		nftnl_set_free(s);
	else
		vec_push(&d->code->sets, s);
	return MNL_CB_OK;
}

static int on_object(const struct nlmsghdr *nlh, void *data)
{
	struct dump *d = data;
	struct nftnl_obj *o = nftnl_obj_alloc();

	if (nftnl_obj_nlmsg_parse(nlh, o) ||
	    is_harness(nftnl_obj_get_str(o, NFTNL_OBJ_TABLE)))
		nftnl_obj_free(o);
	else
		vec_push(&d->code->objects, o);
	return MNL_CB_OK;
}

static int on_rule(const struct nlmsghdr *nlh, void *data)
{
	struct dump *d = data;
	struct nftnl_rule *r = nftnl_rule_alloc();

	if (nftnl_rule_nlmsg_parse(nlh, r) ||
	    is_harness(nftnl_rule_get_str(r, NFTNL_RULE_TABLE)))
		nftnl_rule_free(r);
	else
		vec_push(&d->code->rules, r);
	return MNL_CB_OK;
}

static int on_elements(const struct nlmsghdr *nlh, void *data)
{
	struct dump *d = data;

	nftnl_set_elems_nlmsg_parse(nlh, d->set);
	return MNL_CB_OK;
}

static int answers(struct dump *d, struct nlmsghdr *nlh, mnl_cb_t cb)
{
	uint32_t port = mnl_socket_get_portid(d->nl);
	int rc = 1;

	if (mnl_socket_sendto(d->nl, nlh, nlh->nlmsg_len) < 0)
		return -1;
	while (rc > 0) {
		ssize_t n = mnl_socket_recvfrom(d->nl, d->buf, sizeof(d->buf));

		rc = n < 0 ? -1 : mnl_cb_run(d->buf, n, d->seq, port, cb, d);
	}
	return rc;
}

static int dump_all(struct dump *d, uint16_t type, mnl_cb_t cb)
{
	return answers(d,
		       nftnl_nlmsg_build_hdr(d->buf, type, NFPROTO_UNSPEC,
					     NLM_F_DUMP, ++d->seq),
		       cb);
}

static int dump_elements(struct dump *d)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < d->code->sets.len; i++) {
		struct nlmsghdr *nlh;
		struct nftnl_set *key = nftnl_set_alloc();

		d->set = d->code->sets.v[i];
		nftnl_set_set_str(key, NFTNL_SET_TABLE,
				  nftnl_set_get_str(d->set, NFTNL_SET_TABLE));
		nftnl_set_set_str(key, NFTNL_SET_NAME,
				  nftnl_set_get_str(d->set, NFTNL_SET_NAME));
		nlh = nftnl_nlmsg_build_hdr(d->buf, NFT_MSG_GETSETELEM,
					    nftnl_set_get_u32(d->set,
							      NFTNL_SET_FAMILY),
					    NLM_F_DUMP, ++d->seq);
		nftnl_set_elems_nlmsg_build_payload(nlh, key);
		nftnl_set_free(key);
		rc = answers(d, nlh, on_elements);
	}
	return rc;
}

struct bytecode *bytecode_dump(void)
{
	struct dump *d = xzalloc(sizeof(*d));
	struct bytecode *code = xzalloc(sizeof(*code));
	int rc = -1;

	d->code = code;
	d->nl = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	if (d->nl && mnl_socket_bind(d->nl, 0, MNL_SOCKET_AUTOPID) >= 0)
		rc = dump_all(d, NFT_MSG_GETTABLE, on_table) ||
		     dump_all(d, NFT_MSG_GETCHAIN, on_chain) ||
		     dump_all(d, NFT_MSG_GETOBJ, on_object) ||
		     dump_all(d, NFT_MSG_GETSET, on_set) || dump_elements(d) ||
		     dump_all(d, NFT_MSG_GETRULE, on_rule);
	if (d->nl)
		mnl_socket_close(d->nl);
	free(d);
	if (rc) {
		bytecode_free(code);
		return NULL;
	}
	return code;
}

void bytecode_free(struct bytecode *b)
{
	if (!b)
		return;
	for (size_t i = 0; i < b->tables.len; i++)
		nftnl_table_free(b->tables.v[i]);
	for (size_t i = 0; i < b->chains.len; i++)
		nftnl_chain_free(b->chains.v[i]);
	for (size_t i = 0; i < b->objects.len; i++)
		nftnl_obj_free(b->objects.v[i]);
	vec_fini(&b->objects);
	for (size_t i = 0; i < b->sets.len; i++)
		nftnl_set_free(b->sets.v[i]);
	for (size_t i = 0; i < b->rules.len; i++)
		nftnl_rule_free(b->rules.v[i]);
	vec_fini(&b->tables);
	vec_fini(&b->chains);
	vec_fini(&b->sets);
	vec_fini(&b->rules);
	free(b);
}
