/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine's parts put together by hand: what api/ and lab/ do for nftvm,
 * with the kernel's bytecode in the place of our compiler's. Tables load in
 * their order, each with its chains, sets and rules, as nft sends the blocks
 * of a file; in which order rules and chains of several tables were made, the
 * dump does not tell.
 */
#include <netinet/in.h>
#include <errno.h>
#include <libnftnl/chain.h>
#include <libnftnl/expr.h>
#include <libnftnl/object.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>
#include <libnftnl/table.h>
#include <linux/netfilter/nf_tables.h>
#include <stdio.h>
#include <stdlib.h>

#include "api/sysctl.h"
#include "base/elem_batch.h"
#include "bytecode_internal.h"
#include "ct/help.h"
#include "host/host.h"
#include "netns.h"
#include "path/path.h"
#include "vm/vm.h"

/* The engine's monotonic clock at the first packet. */
#define MONO_START (3600 * NS_PER_SEC)

enum {
	HEADROOM = 128
};

/**
 * struct machine - an engine
 */
struct machine {
	struct vm *vm;
	struct host *host;
	struct ct_table *ct;
	struct path *path;
	struct result *out;
};

/* ---- loading ------------------------------------------------------------- */

/**
 * struct edge - an element on its way into a batch
 */
struct edge {
	struct nftnl_set_elem *e;
	const void *key;
	uint32_t len, flags;
};

/* As nft sends them: by key, an end before a beginning. */
static int compare_edges(const void *a, const void *b)
{
	const struct edge *x = a, *y = b;
	int c = memcmp(x->key, y->key, MIN(x->len, y->len));

	return c ? c
		 : (int)(y->flags & NFT_SET_ELEM_INTERVAL_END) -
			       (int)(x->flags & NFT_SET_ELEM_INTERVAL_END);
}

static void add_data(struct elem_batch *b, size_t row, struct nftnl_set_elem *e)
{
	const void *data;
	uint32_t len;

	if (nftnl_set_elem_is_set(e, NFTNL_SET_ELEM_VERDICT)) {
		elem_batch_verdicts(b)[row] =
			nftnl_set_elem_get_u32(e, NFTNL_SET_ELEM_VERDICT);
		if (nftnl_set_elem_is_set(e, NFTNL_SET_ELEM_CHAIN))
			elem_batch_chains(b)[row] =
				nftnl_set_elem_get_str(e, NFTNL_SET_ELEM_CHAIN);
	} else if (nftnl_set_elem_is_set(e, NFTNL_SET_ELEM_OBJREF)) {
		elem_batch_objects(b)[row] =
			nftnl_set_elem_get_str(e, NFTNL_SET_ELEM_OBJREF);
	} else if (nftnl_set_elem_is_set(e, NFTNL_SET_ELEM_DATA)) {
		data = nftnl_set_elem_get(e, NFTNL_SET_ELEM_DATA, &len);
		memcpy(elem_batch_data(b) + row * b->data_len, data,
		       MIN(len, b->data_len));
	}
}

static void add_element(struct elem_batch *b, const struct edge *edge)
{
	size_t row = elem_batch_add(b);
	struct nftnl_set_elem *e = edge->e;
	const void *end;
	uint32_t len;

	memcpy(elem_batch_key(b, row), edge->key, MIN(edge->len, b->key_len));
	b->flags[row] = edge->flags;
	if (nftnl_set_elem_is_set(e, NFTNL_SET_ELEM_KEY_END)) {
		end = nftnl_set_elem_get(e, NFTNL_SET_ELEM_KEY_END, &len);
		elem_batch_key_ends(b);
		memcpy(elem_batch_key_end(b, row), end, MIN(len, b->key_len));
	}
	if (nftnl_set_elem_is_set(e, NFTNL_SET_ELEM_TIMEOUT))
		elem_batch_timeouts_ms(b)[row] =
			nftnl_set_elem_get_u64(e, NFTNL_SET_ELEM_TIMEOUT);
	add_data(b, row, e);
}

static int load_elements(struct vm_tx *tx, struct nftnl_set *s,
			 struct vm_error *err)
{
	struct nftnl_set_elems_iter *it = nftnl_set_elems_iter_create(s);
	VEC(struct edge) edges = { 0 };
	struct nftnl_set_elem *e;
	struct elem_batch b;
	int rc;

	while ((e = nftnl_set_elems_iter_next(it))) {
		struct edge *edge = vec_add(&edges);

		edge->e = e;
		edge->key =
			nftnl_set_elem_get(e, NFTNL_SET_ELEM_KEY, &edge->len);
		if (nftnl_set_elem_is_set(e, NFTNL_SET_ELEM_FLAGS))
			edge->flags =
				nftnl_set_elem_get_u32(e, NFTNL_SET_ELEM_FLAGS);
	}
	nftnl_set_elems_iter_destroy(it);
	if (edges.len)
		qsort(edges.v, edges.len, sizeof(edges.v[0]), compare_edges);
	elem_batch_init(&b, nftnl_set_get_u32(s, NFTNL_SET_KEY_LEN),
			nftnl_set_is_set(s, NFTNL_SET_DATA_LEN)
				? nftnl_set_get_u32(s, NFTNL_SET_DATA_LEN)
				: 0);
	for (size_t i = 0; i < edges.len; i++)
		add_element(&b, &edges.v[i]);
	rc = edges.len
		     ? vm_elems_add(tx, nftnl_set_get_u32(s, NFTNL_SET_FAMILY),
				    nftnl_set_get_str(s, NFTNL_SET_TABLE),
				    nftnl_set_get_str(s, NFTNL_SET_NAME), &b,
				    err)
		     : 0;
	elem_batch_fini(&b);
	vec_fini(&edges);
	return rc;
}

static int load_chain(struct vm_tx *tx, struct nftnl_chain *c,
		      struct vm_error *err)
{
	struct vm_chain_spec spec = {
		.family = nftnl_chain_get_u32(c, NFTNL_CHAIN_FAMILY),
		.table = nftnl_chain_get_str(c, NFTNL_CHAIN_TABLE),
		.name = nftnl_chain_get_str(c, NFTNL_CHAIN_NAME),
		.handle = nftnl_chain_get_u64(c, NFTNL_CHAIN_HANDLE),
		.is_base = nftnl_chain_is_set(c, NFTNL_CHAIN_HOOKNUM),
	};

	if (spec.is_base) {
		const char *type = nftnl_chain_get_str(c, NFTNL_CHAIN_TYPE);

		spec.hook = nftnl_chain_get_u32(c, NFTNL_CHAIN_HOOKNUM);
		spec.priority = nftnl_chain_get_s32(c, NFTNL_CHAIN_PRIO);
		spec.policy = nftnl_chain_get_u32(c, NFTNL_CHAIN_POLICY);
		spec.type = *type == 'r'   ? VM_CHAIN_ROUTE
			    : *type == 'n' ? VM_CHAIN_NAT
					   : VM_CHAIN_FILTER;
	}
	return vm_chain_add(tx, &spec, err);
}

/* Does a thing with this family and table name belong to @t? */
static bool in_table(struct nftnl_table *t, uint32_t family, const char *name)
{
	return nftnl_table_get_u32(t, NFTNL_TABLE_FAMILY) == family &&
	       !strcmp(nftnl_table_get_str(t, NFTNL_TABLE_NAME), name);
}

static int load_table(struct vm_tx *tx, const struct bytecode *code,
		      struct nftnl_table *t, struct vm_error *err)
{
	int rc = vm_table_add(tx, nftnl_table_get_u32(t, NFTNL_TABLE_FAMILY),
			      nftnl_table_get_str(t, NFTNL_TABLE_NAME), 0, err);

	for (size_t i = 0; !rc && i < code->chains.len; i++) {
		struct nftnl_chain *c = code->chains.v[i];

		if (in_table(t, nftnl_chain_get_u32(c, NFTNL_CHAIN_FAMILY),
			     nftnl_chain_get_str(c, NFTNL_CHAIN_TABLE)))
			rc = load_chain(tx, c, err);
	}
	for (size_t i = 0; !rc && i < code->objects.len; i++) {
		struct nftnl_obj *o = code->objects.v[i];

		if (in_table(t, nftnl_obj_get_u32(o, NFTNL_OBJ_FAMILY),
			     nftnl_obj_get_str(o, NFTNL_OBJ_TABLE)))
			rc = vm_obj_add(tx, o, err);
	}
	for (size_t i = 0; !rc && i < code->sets.len; i++) {
		struct nftnl_set *s = code->sets.v[i];

		if (!in_table(t, nftnl_set_get_u32(s, NFTNL_SET_FAMILY),
			      nftnl_set_get_str(s, NFTNL_SET_TABLE)))
			continue;
		rc = vm_set_add(tx, s, err);
		if (!rc)
			rc = load_elements(tx, s, err);
	}
	for (size_t i = 0; !rc && i < code->rules.len; i++) {
		struct nftnl_rule *r = code->rules.v[i];

		if (in_table(t, nftnl_rule_get_u32(r, NFTNL_RULE_FAMILY),
			     nftnl_rule_get_str(r, NFTNL_RULE_TABLE)))
			rc = vm_rule_add(tx, r, 0, (uintptr_t)r, err);
	}
	return rc;
}

static int load(struct machine *m, const struct bytecode *code,
		uint64_t wall_ns)
{
	struct nv_time now = { MONO_START, wall_ns };
	struct vm_tx *tx = vm_begin(m->vm);
	struct vm_error err = { 0 };
	int rc = 0;

	for (size_t i = 0; !rc && i < code->tables.len; i++)
		rc = load_table(tx, code, code->tables.v[i], &err);
	if (!rc)
		rc = vm_commit(tx, &now, &err);
	if (rc) {
		result_fail(m->out, "load: %s: %s", strerror(-rc), err.message);
		vm_abort(tx);
	}
	return rc;
}

/* ---- running ------------------------------------------------------------- */

static void on_emit(void *data, uint64_t number, enum path_emit_kind kind,
		    const struct packet *pkt)
{
	struct machine *m = data;
	struct step *s = &m->out->steps.v[number - 1];
	struct frame *f;

	/* What goes to the box itself the kernel counts as delivered. */
	if (pkt->out && pkt->out->is_loopback) {
		s->delivered++;
		return;
	}
	f = vec_add(&s->out);
	if (pkt->out)
		memcpy(f->link, pkt->out->name, sizeof(f->link));
	f->data = xmemdup(pkt->data, pkt->len);
	f->len = pkt->len;
}

static void say(struct step *s, const struct path_result *res)
{
	struct strbuf b = STRBUF_INIT;

	strbuf_printf(&b, "verdict %s, reason %s, ctinfo %u %s",
		      path_verdict_name(res->verdict), reason_name(res->reason),
		      res->ct_info, reason_name(res->ct_reason));
	s->said = strbuf_take(&b);
}

static void run_step(struct machine *m, const struct step *k, uint64_t first)
{
	size_t size = k->in.len + 2 * HEADROOM;
	uint8_t *buf = xzalloc(size);
	struct step *s = vec_add(&m->out->steps);
	struct nv_time now = { MONO_START + k->time_ns - first, k->time_ns };
	struct path_result res;
	struct packet pkt;

	memcpy(buf + HEADROOM, k->in.data, k->in.len);
	packet_init(&pkt, buf, size, buf + HEADROOM, k->in.len, k->in.len);
	pkt.number = m->out->steps.len;
	pkt.in = host_link_by_name(m->host, k->in.link);
	path_run_batch(m->path, &pkt, &now, 1, &res);
	s = &m->out->steps.v[m->out->steps.len - 1];
	s->delivered += res.to_local;
	say(s, &res);
	free(buf);
}

struct print_to {
	struct nv_time now;
	FILE *f;
};

static int print_entry(struct ct_conn *ct, void *data)
{
	struct print_to *to = data;

	ct_print(ct, &to->now, true, to->f);
	return 0;
}

static int print_expect(const struct ct_expect_view *view, void *data)
{
	struct print_to *to = data;

	ct_expect_print(view, to->f);
	return 0;
}

static void list_entries(struct machine *m, uint64_t mono_ns)
{
	struct print_to to = { { mono_ns, 0 }, NULL };
	char *text = NULL;
	size_t len;

	to.f = open_memstream(&text, &len);
	ct_table_foreach(m->ct, &to.now, print_entry, &to);
	ct_expect_foreach(m->ct, &to.now, print_expect, &to);
	fclose(to.f);
	result_add_entries(m->out, text);
	free(text);
}

/* Up to the next counter of a rule: those of sets are not read, and are taken
 * to be as the kernel says. */
static void skip_sets(struct machine *m, const struct result *kernel,
		      size_t *at)
{
	while (*at < kernel->counters.len &&
	       !strstr(kernel->counters.v[*at].key, " chain ")) {
		struct counter c = kernel->counters.v[(*at)++];

		c.key = xstrdup(c.key);
		vec_push(&m->out->counters, c);
	}
}

/* Chains that are a rule's own are listed in it. */
#define OWN_PREFIX "__chain"

/* struct names - counters being named as in the kernel's listing, from @at on */
struct names {
	struct machine *m;
	const struct result *kernel;
	size_t at;
};

static bool is_own(const char *chain)
{
	return !strncmp(chain, OWN_PREFIX, strlen(OWN_PREFIX));
}

/* The own chain that an expression leads to, or NULL. */
static const struct vm_chain *own_chain(const struct vm *vm,
					const struct nftnl_expr *e)
{
	const struct vm_chain *c = NULL;
	const char *name;

	if (strcmp(nftnl_expr_get_str(e, NFTNL_EXPR_NAME), "immediate") != 0 ||
	    !nftnl_expr_is_set(e, NFTNL_EXPR_IMM_CHAIN))
		return NULL;
	name = nftnl_expr_get_str(e, NFTNL_EXPR_IMM_CHAIN);
	while (is_own(name) && (c = vm_chain_next(vm, c)))
		if (!strcmp(vm_chain_spec(c)->name, name))
			return c;
	return NULL;
}

static void list_chain(struct names *n, const struct vm_chain *c);

/* The counters of one rule. */
static void add_counters(struct names *n, const struct vm_rule *r)
{
	struct nftnl_expr_iter *it = nftnl_expr_iter_create(
		(struct nftnl_rule *)(uintptr_t)vm_rule_cookie(r));
	struct nftnl_expr *e;

	for (unsigned int i = 0; (e = nftnl_expr_iter_next(it)); i++) {
		const struct vm_chain *own = own_chain(n->m->vm, e);
		struct counter one;

		if (own)
			list_chain(n, own);
		if (!vm_rule_counter(r, i, &one.packets, &one.bytes))
			continue;
		skip_sets(n->m, n->kernel, &n->at);
		if (n->at == n->kernel->counters.len)
			break;
		one.key = xstrdup(n->kernel->counters.v[n->at++].key);
		vec_push(&n->m->out->counters, one);
	}
	nftnl_expr_iter_destroy(it);
}

static void list_chain(struct names *n, const struct vm_chain *c)
{
	const struct vm_rule *r = NULL;

	while ((r = vm_rule_next(c, r)))
		add_counters(n, r);
}

static void list_counters(struct machine *m, const struct result *kernel)
{
	struct names n = { m, kernel, 0 };
	const struct vm_chain *c = NULL;

	while ((c = vm_chain_next(m->vm, c)))
		if (!is_own(vm_chain_spec(c)->name))
			list_chain(&n, c);
	skip_sets(m, kernel, &n.at);
}

static int make_host(struct machine *m, const char *host)
{
	struct strbuf text = STRBUF_INIT;
	struct diags *d = diags_new();
	uint32_t source;
	int rc;

	netns_sysctl_text(&text);
	strbuf_puts(&text, host);
	m->host = host_new();
	source = diag_source_add(d, "host", text.s, text.len, NULL);
	rc = host_parse(m->host, d, source);
	if (rc) {
		result_fail(m->out, "the host file is refused");
		diags_print(d, stderr);
	}
	diags_free(d);
	strbuf_fini(&text);
	return rc;
}

int bytecode_run(const struct scenario *s, const struct result *kernel,
		 bool reference, struct result *out)
{
	struct machine m = { .vm = vm_new(), .out = out };
	struct path_config cfg = { .reference = reference,
				   .seed = 1,
				   .checksums = CHECKSUMS_VERIFY };
	uint64_t first = kernel->steps.len ? kernel->steps.v[0].time_ns : 0;
	uint64_t last = first;
	struct ct_config ct;

	ct_config_init(&ct);
	if (make_host(&m, strbuf_str(&s->host)) ||
	    load(&m, kernel->bytecode, first))
		goto out;
	sysctl_ct_config(m.host, &ct);
	m.ct = ct_table_new(&ct);
	cfg.vm = m.vm;
	cfg.ct = m.ct;
	cfg.host = m.host;
	cfg.sink.emit = on_emit;
	cfg.sink.data = &m;
	m.path = path_new(&cfg);
	for (size_t i = 0; i < kernel->steps.len; i++) {
		last = kernel->steps.v[i].time_ns;
		run_step(&m, &kernel->steps.v[i], first);
	}
	list_entries(&m, MONO_START + last - first);
	list_counters(&m, kernel);
out:
	path_free(m.path);
	if (m.ct)
		ct_table_free(m.ct);
	vm_free(m.vm);
	host_free(m.host);
	return out->error ? -1 : 0;
}
