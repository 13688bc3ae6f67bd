/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an expect statement may say of the packet that was sent last: a row of
 * words[] each, one behind the other on the line. Those that take fields of a
 * packet take the rest of the line.
 */
#include <linux/netfilter/nf_tables.h>
#include <stdlib.h>
#include <string.h>

#include "lab/names.h"
#include "lab/packet_build.h"
#include "lab/packet_print.h"
#include "lab/scenario_internal.h"

/**
 * struct expecting - a statement being looked at
 * @rest:	what is left of it
 * @word:	the one that began this expectation
 */
struct expecting {
	struct scenario_state *st;
	struct loc rest;
	struct scenario_word word;
};

static int unreadable(struct expecting *e, const struct loc *loc,
		      const char *what)
{
	const struct loc here = { e->st->source, loc->start, loc->end };

	return diag_error(e->st->nv->diags, &here, "%s is expected here", what);
}

static struct scenario_word next_word(struct expecting *e)
{
	return scenario_word(e->st->s, &e->rest);
}

static void compare(struct expecting *e, const char *what, const char *want,
		    const char *is)
{
	if (!is || strcmp(want, is))
		scenario_fault(e->st, &e->word.loc, "wanted %s%s%s, got %s",
			       what, *what ? " " : "", want, is ? is : "none");
}

static int compare_word(struct expecting *e, const char *what, const char *is)
{
	struct scenario_word w = next_word(e);

	if (!w.text)
		return unreadable(e, &w.loc, what);
	compare(e, what, w.text, is);
	return 0;
}

static int compare_number(struct expecting *e, const char *what, uint32_t is)
{
	struct scenario_word w = next_word(e);
	char *end;
	unsigned long want;

	if (!w.text)
		return unreadable(e, &w.loc, what);
	want = strtoul(w.text, &end, 0);
	if (*end)
		return unreadable(e, &w.loc, "a number");
	if (want != is)
		scenario_fault(e->st, &e->word.loc, "wanted %s 0x%lx, got 0x%x",
			       what, want, is);
	return 0;
}

/* ---- verdicts and rules -------------------------------------------------- */

/* "drop by policy at forward", "accept by rule 7 of inet f forward (r.nft:12)" */
static void describe(const struct scenario_state *st, struct strbuf *b)
{
	const struct path_result *r = &st->res;
	const struct vm_chain_spec *c = r->chain ? vm_chain_spec(r->chain)
						 : NULL;
	const struct rs_rule *rule = r->rule ? engine_rule(r->rule) : NULL;

	strbuf_puts(b, path_verdict_name(r->verdict));
	if (r->reason != REASON_NONE) {
		strbuf_printf(b, " (%s)", reason_name(r->reason));
		return;
	}
	if (rule)
		strbuf_printf(b, " by rule %llu of %s %s %s (%s:%u)",
			      (unsigned long long)rule->handle,
			      family_name(c->family), c->table,
			      vm_chain_spec(vm_rule_chain(r->rule))->name,
			      diag_source_name(st->nv->diags,
					       rule->cmd_loc.source),
			      diag_line(st->nv->diags, rule->cmd_loc.source,
					rule->cmd_loc.start));
	else if (c)
		strbuf_printf(b, " by the policy of %s %s %s",
			      family_name(c->family), c->table, c->name);
}

static int expect_verdict(struct expecting *e)
{
	struct strbuf b = STRBUF_INIT;

	if (strcmp(e->word.text, path_verdict_name(e->st->res.verdict))) {
		describe(e->st, &b);
		scenario_fault(e->st, &e->word.loc, "wanted %s, got %s",
			       e->word.text, strbuf_str(&b));
		strbuf_fini(&b);
	}
	return 0;
}

static int expect_to(struct expecting *e)
{
	const struct path_result *r = &e->st->res;

	return compare_word(e, "to",
			    r->to_local ? "local"
			    : r->out	? r->out->name
					: NULL);
}

static int expect_hook(struct expecting *e)
{
	return compare_word(e, "hook",
			    e->st->res.chain ? path_hook_name(e->st->res.hook)
					     : NULL);
}

static int expect_reason(struct expecting *e)
{
	return compare_word(e, "reason", reason_name(e->st->res.reason));
}

static int expect_policy(struct expecting *e)
{
	struct strbuf b = STRBUF_INIT;

	if (!e->st->res.by_policy) {
		describe(e->st, &b);
		scenario_fault(e->st, &e->word.loc, "wanted a policy, got %s",
			       strbuf_str(&b));
		strbuf_fini(&b);
	}
	return 0;
}

/* "r.nft:12": the file's name may be as short as it likes. */
static bool is_at(const struct scenario_state *st, const struct rs_rule *rule,
		  const char *want)
{
	struct strbuf b = STRBUF_INIT;
	size_t len = strlen(want);
	bool is;

	strbuf_printf(&b, "/%s:%u",
		      diag_source_name(st->nv->diags, rule->cmd_loc.source),
		      diag_line(st->nv->diags, rule->cmd_loc.source,
				rule->cmd_loc.start));
	is = b.len > len && !strcmp(strbuf_str(&b) + b.len - len, want) &&
	     strbuf_str(&b)[b.len - len - 1] == '/';
	strbuf_fini(&b);
	return is;
}

/* rule comment "x", rule handle N, rule chain NAME, rule at FILE:LINE */
static int expect_rule(struct expecting *e)
{
	const struct vm_rule *vr = e->st->res.rule;
	const struct rs_rule *rule = vr ? engine_rule(vr) : NULL;
	struct scenario_word key = next_word(e), w = next_word(e);
	struct strbuf b = STRBUF_INIT;
	bool is;

	if (!key.text || !w.text)
		return unreadable(e, &key.loc,
				  "comment, handle, chain or at, and which");
	if (!strcmp(key.text, "comment"))
		is = rule && rule->comment && !strcmp(rule->comment, w.text);
	else if (!strcmp(key.text, "handle"))
		is = rule && rule->handle == strtoull(w.text, NULL, 0);
	else if (!strcmp(key.text, "chain"))
		is = rule && !strcmp(rule->chain->name, w.text);
	else if (!strcmp(key.text, "at"))
		is = rule && is_at(e->st, rule, w.text);
	else
		return unreadable(e, &key.loc, "comment, handle, chain or at");
	if (!is) {
		describe(e->st, &b);
		scenario_fault(e->st, &e->word.loc, "wanted rule %s %s, got %s",
			       key.text, w.text, strbuf_str(&b));
		strbuf_fini(&b);
	}
	return 0;
}

/* ---- connections --------------------------------------------------------- */

static int expect_status(struct expecting *e)
{
	struct scenario_word w = next_word(e);
	char *list, *word, *save = NULL;

	if (!w.text)
		return unreadable(e, &w.loc, "bits of the status");
	list = arena_strdup(e->st->arena, w.text);
	for (word = strtok_r(list, ",", &save); word;
	     word = strtok_r(NULL, ",", &save)) {
		unsigned bit = 0;

		while (bit < 16 && (!ct_status_name(bit) ||
				    strcmp(ct_status_name(bit), word)))
			bit++;
		if (bit == 16)
			return unreadable(e, &w.loc, "a bit of the status");
		if (!(e->st->res.ct_status & 1u << bit))
			scenario_fault(e->st, &e->word.loc,
				       "wanted ct status %s, it is not set",
				       word);
	}
	return 0;
}

static int expect_ct(struct expecting *e)
{
	const struct path_result *r = &e->st->res;
	struct scenario_word key = next_word(e);

	if (key.text && !strcmp(key.text, "state"))
		return compare_word(e, "ct state", ct_state_name(r));
	if (key.text && !strcmp(key.text, "direction"))
		return compare_word(e, "ct direction",
				    r->ct_info >= IP_CT_IS_REPLY ? "reply"
								 : "original");
	if (key.text && !strcmp(key.text, "mark"))
		return compare_number(e, "ct mark", r->ct_mark);
	if (key.text && !strcmp(key.text, "status"))
		return expect_status(e);
	return unreadable(e, &key.loc, "state, direction, status or mark");
}

static int expect_mark(struct expecting *e)
{
	return compare_number(e, "mark", e->st->res.mark);
}

static int expect_entries(struct expecting *e)
{
	return compare_number(e, "entries", ct_table_count(e->st->box.ct));
}

/* ---- what left ----------------------------------------------------------- */

static int expect_log(struct expecting *e)
{
	struct scenario_word w = next_word(e);
	char **line;

	if (!w.text)
		return unreadable(e, &w.loc, "a part of the line");
	vec_foreach(&e->st->logs, line)
		if (strstr(*line, w.text))
			return 0;
	scenario_fault(e->st, &e->word.loc, "wanted log \"%s\", got %s", w.text,
		       e->st->logs.len ? e->st->logs.v[0] : "none");
	return 0;
}

static int expect_nothing(struct expecting *e)
{
	if (e->st->left.len)
		scenario_fault(e->st, &e->word.loc,
			       "wanted that nothing leaves, got %zu packets",
			       e->st->left.len);
	return 0;
}

/* The header that a field is of, with @size bytes there; NULL: it has none. */
static const uint8_t *header_of(const struct packet *pkt,
				const struct packet_item *it, size_t *size)
{
	if (it->proto->base == PROTO_BASE_NETWORK) {
		*size = pkt->len;
		return it->proto->nfproto == pkt->nfproto ? pkt->data : NULL;
	}
	if (it->proto->base != PROTO_BASE_TRANSPORT || !(pkt->flags & PKT_L4) ||
	    (it->proto->number && it->proto->number != pkt->l4proto))
		return NULL;
	*size = pkt->len - MIN(pkt->l4_off, pkt->len);
	return pkt->data + pkt->l4_off;
}

static bool has(const struct packet *pkt, const struct packet_item *it)
{
	const uint8_t *h;
	size_t size;

	switch (it->kind) {
	case PACKET_FIELD:
		h = header_of(pkt, it, &size);
		return h && it->field->offset + it->field->len <= 8 * size &&
		       packet_bits(h, it->field->offset, it->field->len) ==
			       it->value;
	case PACKET_PAYLOAD:
		return it->bytes && pkt->len >= it->len &&
		       !memcmp(pkt->data + pkt->len - it->len, it->bytes,
			       it->len);
	case PACKET_META:
		return it->key == NFT_META_MARK ? pkt->mark == it->value
						: pkt->l4proto == it->value;
	default:
		return false;
	}
}

static bool has_all(const struct scenario_state *st,
		    const struct scenario_left *l,
		    const struct packet_item *items)
{
	struct packet pkt;

	packet_init(&pkt, l->bytes, l->len, l->bytes, l->len, l->len);
	if (packet_receive_lax(&pkt) != REASON_NONE)
		return false;
	packet_decode(&pkt);
	pkt.mark = st->res.mark;
	for (; items; items = items->next)
		if (!has(&pkt, items))
			return false;
	return true;
}

static void describe_left(const struct scenario_state *st,
			  enum path_emit_kind kind, struct strbuf *b)
{
	struct parser_env env;
	struct packet pkt;

	engine_env(st->nv, &env);
	for (size_t i = 0; i < st->left.len; i++) {
		const struct scenario_left *l = &st->left.v[i];

		if ((l->kind == EMIT_ANSWER) != (kind == EMIT_ANSWER))
			continue;
		packet_init(&pkt, l->bytes, l->len, l->bytes, l->len, l->len);
		strbuf_puts(b, "\n\t");
		packet_print(&env, st->nv->host, &pkt, b);
	}
	if (!b->len)
		strbuf_puts(b, "none");
}

/* The rest of the line: fields that something which left has. */
static int expect_left(struct expecting *e, enum path_emit_kind kind)
{
	struct scenario_state *st = e->st;
	const char *text = diag_source_text(st->s->diags, st->s->source, NULL);
	struct strbuf b = STRBUF_INIT;
	struct packet_item *items = NULL;
	struct parser *p;
	int err = scenario_items(st, &e->rest, &p, &items);
	uint32_t from = e->rest.start;
	bool found = false;

	while (from < e->rest.end && text[from] == ' ')
		from++;
	for (size_t i = 0; i < st->left.len && !err; i++)
		found |= (st->left.v[i].kind == EMIT_ANSWER) ==
				 (kind == EMIT_ANSWER) &&
			 has_all(st, &st->left.v[i], items);
	if (!err && !found) {
		describe_left(st, kind, &b);
		scenario_fault(st, &e->word.loc, "wanted %s %.*s, got %s",
			       e->word.text, (int)(e->rest.end - from),
			       text + from, strbuf_str(&b));
	}
	strbuf_fini(&b);
	parser_free(p);
	e->rest.start = e->rest.end;
	return err;
}

static int expect_out(struct expecting *e)
{
	return expect_left(e, EMIT_PACKET);
}

static int expect_answer(struct expecting *e)
{
	return expect_left(e, EMIT_ANSWER);
}

/* ---- all ----------------------------------------------------------------- */

static const struct {
	const char *word;
	int (*look)(struct expecting *e);
} words[] = {
	{ "accept", expect_verdict },  { "drop", expect_verdict },
	{ "reject", expect_verdict },  { "queue", expect_verdict },
	{ "stolen", expect_verdict },  { "to", expect_to },
	{ "hook", expect_hook },       { "policy", expect_policy },
	{ "reason", expect_reason },   { "rule", expect_rule },
	{ "ct", expect_ct },	       { "mark", expect_mark },
	{ "entries", expect_entries }, { "log", expect_log },
	{ "nothing", expect_nothing }, { "out", expect_out },
	{ "answer", expect_answer },
};

static int look_at_one(struct expecting *e)
{
	const char *names[ARRAY_LEN(words)], *near;

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		names[i] = words[i].word;
		if (!strcmp(e->word.text, words[i].word))
			return words[i].look(e);
	}
	unreadable(e, &e->word.loc, "a verdict, or what else there is to see,");
	near = diag_nearest(e->word.text, names, ARRAY_LEN(names));
	if (near)
		diag_hint(e->st->nv->diags, "did you mean \"%s\"?", near);
	return -1;
}

int scenario_expect(struct scenario_state *st, const struct scenario_step *step)
{
	struct expecting e = { .st = st, .rest = step->rest };
	int err = 0;

	if (!st->sent) {
		scenario_fault(st, &step->loc, "nothing was sent yet");
		return 0;
	}
	for (;;) {
		e.word = next_word(&e);
		if (!e.word.text || err)
			return err;
		err = look_at_one(&e);
	}
}
