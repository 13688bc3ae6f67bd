/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation: the callbacks come in the order of the journey. Where
 * the next node goes is a stack of levels: the journey, the steps of a hook,
 * the rules of a chain, the rules of the chain that a rule jumped to. A verdict
 * ends several levels at once, so each callback first goes back to the level
 * it belongs to. An answer that the host sends is a journey in a journey; it is
 * over when something is told of the packet that caused it.
 */
#include "lab/trace_tree.h"

#include <arpa/inet.h>
#include <linux/netfilter/nf_tables.h>
#include <stdlib.h>

#include "base/json_text.h"
#include "base/strbuf.h"
#include "ct/nat.h"
#include "ct/table.h"
#include "lab/names.h"
#include "lab/packet_print.h"
#include "lab/why.h"
#include "parser/print.h"

/* ---- levels -------------------------------------------------------------- */

static struct trace_level *top(struct trace_tree *t)
{
	return &t->levels.v[t->levels.len - 1];
}

static void push(struct trace_tree *t, enum trace_level_kind kind,
		 const struct packet *pkt, json_t *list)
{
	struct trace_level l = { .kind = kind, .list = list, .pkt = pkt };

	vec_push(&t->levels, l);
}

static void add(struct trace_tree *t, json_t *node)
{
	json_array_append_new(top(t)->list, node);
}

static struct trace_level *journey_of(struct trace_tree *t,
				      const struct packet *pkt)
{
	for (size_t n = t->levels.len; n-- > 0;)
		if (t->levels.v[n].kind == TRACE_JOURNEY &&
		    t->levels.v[n].pkt == pkt)
			return &t->levels.v[n];
	return NULL;
}

/* Back to the journey of @pkt: the one going on, one around it, or a new one
 * inside, an answer's. */
static void to_journey(struct trace_tree *t, const struct packet *pkt)
{
	const struct trace_level *l = journey_of(t, pkt);
	json_t *list;

	t->rule = NULL;
	if (l) {
		t->levels.len = (size_t)(l - t->levels.v) + 1;
		return;
	}
	list = json_array();
	add(t, json_pack("{s:o}", "answer", list));
	push(t, TRACE_JOURNEY, pkt, list);
	top(t)->mark = pkt->mark;
}

/* Back to the steps of the hook that @pkt is at. */
static void to_steps(struct trace_tree *t, const struct packet *pkt)
{
	size_t n = t->levels.len;

	t->rule = NULL;
	while (n && !(t->levels.v[n - 1].kind == TRACE_STEPS &&
		      t->levels.v[n - 1].pkt == pkt))
		n--;
	if (n)
		t->levels.len = n;
	else
		to_journey(t, pkt);
}

/* Back to the rules that @pkt is at, from what was told of an answer. */
static void to_rules(struct trace_tree *t, const struct packet *pkt)
{
	while (t->levels.len > 1 &&
	       (top(t)->kind != TRACE_RULES || top(t)->pkt != pkt))
		t->levels.len--;
}

/* ---- words --------------------------------------------------------------- */

json_t *trace_packet_json(const struct trace_tree *t, const struct packet *pkt)
{
	struct strbuf b = STRBUF_INIT;
	struct parser_env env;
	json_t *text;

	engine_env(t->nv, &env);
	packet_print(&env, t->nv->host, pkt, &b);
	text = json_text(strbuf_str(&b));
	strbuf_fini(&b);
	return text;
}

/* A connection in conntrack(8)'s words; NULL for none. */
static json_t *conn_json(const struct trace_tree *t, const struct ct_conn *ct)
{
	char *text = NULL;
	size_t len;
	FILE *f;
	json_t *s;

	if (!ct)
		return NULL;
	f = open_memstream(&text, &len);
	if (!f)
		return NULL;
	ct_print(ct, t->now, false, f);
	fclose(f);
	s = json_stringn(text, len ? len - 1 : 0);
	free(text);
	return s;
}

static json_t *end_json(const struct ct_tuple *tp, bool source)
{
	struct strbuf b = STRBUF_INIT;
	json_t *s;

	tuple_end(tp, source, &b);
	s = json_string(strbuf_str(&b));
	strbuf_fini(&b);
	return s;
}

/* "r.nft:12" */
static json_t *place_json(const struct trace_tree *t,
			  const struct vm_rule *rule)
{
	const struct loc *loc = &engine_rule(rule)->cmd_loc;
	struct diags *d = t->nv->diags;

	if (!loc->source)
		return NULL;
	return json_sprintf("%s:%u", diag_source_name(d, loc->source),
			    diag_line(d, loc->source, loc->start));
}

static void set_new(json_t *o, const char *key, json_t *value)
{
	if (value)
		json_object_set_new(o, key, value);
}

/* ---- the host's own steps ------------------------------------------------ */

static void on_hook(void *data, const struct packet *pkt)
{
	struct trace_tree *t = data;
	json_t *list = json_array();

	to_journey(t, pkt);
	add(t, json_pack("{s:s, s:o}", "hook", path_hook_name(pkt->hook),
			 "steps", list));
	push(t, TRACE_STEPS, pkt, list);
}

static void before_conntrack(struct trace_tree *t, const struct packet *pkt)
{
	struct ct_conn *ct = NULL;
	enum ct_dir dir;

	t->why.reason = REASON_NONE;
	if (!pkt->ct && ct_packet_tuple(pkt, 0, &t->tuple))
		ct = ct_find_tuple(t->ct, &t->tuple, t->now, &dir);
	json_decref(t->was);
	t->was = conn_json(t, ct);
}

static const char *state_name(const struct packet *pkt)
{
	const struct path_result as = { .tracked = true,
					.ct_info = pkt->ctinfo,
					.ct_id = pkt->ct ? 1 : 0 };

	return ct_state_name(&as);
}

static void after_conntrack(struct trace_tree *t, const struct packet *pkt)
{
	json_t *o = json_pack("{s:s, s:s}", "step", "conntrack", "state",
			      state_name(pkt));

	set_new(o, "was", t->was);
	t->was = NULL;
	set_new(o, "is", conn_json(t, pkt->ct));
	if (pkt->ct)
		set_new(o, "direction",
			json_string(ct_packet_dir(pkt) == CT_DIR_REPLY
					    ? "reply"
					    : "original"));
	else if (pkt->ct_reason != REASON_NONE)
		set_new(o, "reason", json_string(reason_text(pkt->ct_reason)));
	if (!pkt->ct && t->why.reason == pkt->ct_reason)
		set_new(o, "why", why_json(&t->why));
	add(t, o);
	journey_of(t, pkt)->ct_mark = pkt->ct ? ct_mark(pkt->ct) : 0;
}

static void after_nat(struct trace_tree *t, const struct packet *pkt)
{
	struct ct_tuple now;
	json_t *o;

	if (!ct_packet_tuple(pkt, 0, &now))
		return;
	if (ct_tuple_eq(&now, &t->tuple))
		return;
	o = json_pack("{s:s}", "step", "nat");
	if (!inet_addr_eq(&now.src, &t->tuple.src) ||
	    now.sport != t->tuple.sport)
		json_object_set_new(o, "source",
				    json_pack("[o, o]",
					      end_json(&t->tuple, true),
					      end_json(&now, true)));
	if (!inet_addr_eq(&now.dst, &t->tuple.dst) ||
	    now.dport != t->tuple.dport)
		json_object_set_new(o, "destination",
				    json_pack("[o, o]",
					      end_json(&t->tuple, false),
					      end_json(&now, false)));
	add(t, o);
}

static void after_confirm(struct trace_tree *t, const struct packet *pkt)
{
	json_t *o;

	if (!pkt->ct)
		return;
	o = json_pack("{s:s}", "step", "confirm");
	set_new(o, "is", conn_json(t, pkt->ct));
	add(t, o);
}

static void on_stop(void *data, const struct packet *pkt, enum path_stop stop,
		    bool done)
{
	struct trace_tree *t = data;

	to_steps(t, pkt);
	switch (stop) {
	case PATH_STOP_DEFRAG:
		if (!done)
			t->reassembled = pkt->flags & PKT_REASSEMBLED;
		else if (pkt->flags & PKT_REASSEMBLED && !t->reassembled)
			add(t, json_pack("{s:s, s:o}", "step", "defrag",
					 "packet", trace_packet_json(t, pkt)));
		return;
	case PATH_STOP_CONNTRACK:
		if (done)
			after_conntrack(t, pkt);
		else
			before_conntrack(t, pkt);
		return;
	case PATH_STOP_NAT:
		if (done)
			after_nat(t, pkt);
		else if (!ct_packet_tuple(pkt, 0, &t->tuple))
			memset(&t->tuple, 0, sizeof(t->tuple));
		return;
	case PATH_STOP_CONFIRM:
		if (done)
			after_confirm(t, pkt);
		return;
	}
}

static const char *route_word(const struct host_route *rt)
{
	static const char *const words[] = {
		[ROUTE_UNICAST] = "forward",	 [ROUTE_LOCAL] = "local",
		[ROUTE_BROADCAST] = "broadcast", [ROUTE_ANYCAST] = "local",
		[ROUTE_MULTICAST] = "multicast",
	};

	return rt->type < ARRAY_LEN(words) && words[rt->type] ? words[rt->type]
							      : "none";
}

static void on_route(void *data, const struct packet *pkt,
		     const struct host_route *rt, enum reason reason)
{
	struct trace_tree *t = data;
	char via[INET6_ADDRSTRLEN];
	json_t *o = json_object();

	if (top(t)->pkt != pkt || top(t)->kind != TRACE_STEPS)
		to_journey(t, pkt);
	json_object_set_new(o, "type", json_string(route_word(rt)));
	if (reason != REASON_NONE)
		json_object_set_new(o, "reason",
				    json_string(reason_text(reason)));
	else if (rt->out)
		json_object_set_new(o, "oif", json_text(rt->out->name));
	if (reason == REASON_NONE && rt->out && rt->has_gateway) {
		inet_ntop(pkt->nfproto == NFPROTO_IPV4 ? AF_INET : AF_INET6,
			  &rt->gateway, via, sizeof(via));
		json_object_set_new(o, "via", json_string(via));
	}
	add(t, json_pack("{s:o}", "route", o));
}

/* ---- chains -------------------------------------------------------------- */

static json_t *chain_json(const struct vm_chain *chain)
{
	static const char *const types[] = {
		[VM_CHAIN_FILTER] = "filter",
		[VM_CHAIN_NAT] = "nat",
		[VM_CHAIN_ROUTE] = "route",
	};
	const struct vm_chain_spec *s = vm_chain_spec(chain);
	json_t *o = json_pack("{s:s, s:s, s:s}", "family",
			      family_name(s->family), "table", s->table, "name",
			      s->name);

	if (s->is_base) {
		json_object_set_new(o, "type", json_string(types[s->type]));
		json_object_set_new(o, "priority", json_integer(s->priority));
	}
	return o;
}

static void on_enter(void *data, const struct vm_chain *chain,
		     const struct packet *pkt)
{
	struct trace_tree *t = data;
	json_t *rules = json_array(), *o;

	o = json_pack("{s:o, s:o}", "chain", chain_json(chain), "rules", rules);
	if (t->rule) {
		json_object_set_new(t->rule, "into", o);
		t->rule = NULL;
	} else {
		to_steps(t, pkt);
		add(t, o);
	}
	push(t, TRACE_RULES, pkt, rules);
	top(t)->chain = o;
}

static json_t *rule_text(const struct trace_tree *t, const struct vm_rule *rule)
{
	struct strbuf b = STRBUF_INIT;
	json_t *s;

	engine_list_rule(t->nv, rule, &b);
	s = json_text(strbuf_str(&b));
	strbuf_fini(&b);
	return s;
}

static void put_break(const struct trace_tree *t, const struct vm_rule *rule,
		      const struct vm_step *step, json_t *o)
{
	struct strbuf match = STRBUF_INIT, seen = STRBUF_INIT;
	uint32_t words[VM_STEP_WORDS];

	vm_step_words(step, words);
	engine_rule_break(t->nv, rule, step->at, words, &match, &seen);
	json_object_set_new(o, "match", json_text(strbuf_str(&match)));
	if (*strbuf_str(&seen))
		json_object_set_new(o, "seen", json_text(strbuf_str(&seen)));
	strbuf_fini(&match);
	strbuf_fini(&seen);
}

/* What the rule did to the packet and its connection. */
static void put_changes(struct trace_tree *t, const struct packet *pkt,
			json_t *o)
{
	uint32_t mark = pkt->ct ? ct_mark(pkt->ct) : 0;
	struct trace_level *was = journey_of(t, pkt);
	json_t *set = json_array();

	if (pkt->mark != was->mark)
		json_array_append_new(set, json_sprintf("meta mark 0x%08x",
							pkt->mark));
	if (mark != was->ct_mark)
		json_array_append_new(set,
				      json_sprintf("ct mark 0x%08x", mark));
	was->mark = pkt->mark;
	was->ct_mark = mark;
	if (json_array_size(set))
		json_object_set_new(o, "set", set);
	else
		json_decref(set);
}

static const char *verdict_of(int32_t verdict)
{
	return verdict == NFT_BREAK ? "break" : verdict_word(verdict);
}

static void on_rule(void *data, const struct vm_rule *rule,
		    const struct packet *pkt, const struct vm_step *step)
{
	struct trace_tree *t = data;
	json_t *o = json_pack("{s:I, s:o, s:s}", "handle",
			      (json_int_t)vm_rule_handle(rule), "text",
			      rule_text(t, rule), "verdict",
			      verdict_of(step->verdict));

	set_new(o, "place", place_json(t, rule));
	if (step->verdict == NFT_BREAK)
		put_break(t, rule, step, o);
	put_changes(t, pkt, o);
	if (step->to)
		json_object_set_new(o, "chain",
				    json_text(vm_chain_spec(step->to)->name));
	to_rules(t, pkt);
	add(t, o);
	if (!step->to)
		return;
	t->rule = o;
	if (step->verdict == NFT_GOTO)
		t->levels.len--; /* nobody comes back to it */
}

static void on_end(void *data, const struct vm_chain *chain,
		   const struct packet *pkt, int policy)
{
	struct trace_tree *t = data;

	to_rules(t, pkt);
	if (top(t)->kind != TRACE_RULES)
		return;
	json_object_set_new(top(t)->chain, "end",
			    policy < 0 ? json_string("return")
				       : json_string(policy == NF_DROP
							     ? "policy drop"
							     : "policy "
							       "accept"));
	t->levels.len--;
}

/* ---- life ---------------------------------------------------------------- */

void trace_tree_init(struct trace_tree *t, const struct nftvm *nv,
		     struct ct_table *ct, const struct nv_time *now)
{
	*t = (struct trace_tree){ .nv = nv, .ct = ct, .now = now };
	t->trace = (struct path_trace){
		.hook = on_hook,
		.stop = on_stop,
		.route = on_route,
		.vm = { .enter = on_enter,
			.rule = on_rule,
			.end = on_end,
			.data = t },
		.data = t,
	};
}

void trace_tree_begin(struct trace_tree *t, const struct packet *pkt)
{
	ct_table_explain(t->ct, &t->why);
	t->levels.len = 0;
	t->rule = NULL;
	t->root = json_array();
	push(t, TRACE_JOURNEY, pkt, t->root);
	top(t)->mark = pkt->mark;
}

void trace_tree_emit(struct trace_tree *t, enum path_emit_kind kind,
		     const struct packet *pkt)
{
	json_t *o = json_pack("{s:s}", "kind", path_emit_name(kind));

	if (pkt->out)
		json_object_set_new(o, "oif", json_text(pkt->out->name));
	json_object_set_new(o, "packet", trace_packet_json(t, pkt));
	add(t, json_pack("{s:o}", "emit", o));
}

void trace_tree_log(struct trace_tree *t, const char *line)
{
	add(t, json_pack("{s:o}", "log", json_text(line)));
}

json_t *trace_tree_end(struct trace_tree *t)
{
	json_t *root = t->root;

	ct_table_explain(t->ct, NULL);
	t->root = NULL;
	json_decref(t->was);
	t->was = NULL;
	return root;
}

void trace_tree_fini(struct trace_tree *t)
{
	json_decref(t->root);
	json_decref(t->was);
	vec_fini(&t->levels);
}
