/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation: a test's packets go one by one through its box; what
 * each caused is kept until the next, for expectations and for replies. A reply
 * is made from what really left: its ends exchanged, its numbers answered; so
 * it finds its way back through whatever translated the packet.
 */
#include "lab/scenario_run.h"

#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <linux/netfilter/nf_tables.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "lab/scenario_internal.h"

void scenario_fault(struct scenario_state *st, const struct loc *loc,
		    const char *fmt, ...)
{
	struct scenario_fault f = {
		diag_line(st->s->diags, st->s->source, loc->start), NULL
	};
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&f.text, fmt, ap) < 0)
		xalloc_failed(0);
	va_end(ap);
	vec_push(&st->outcome->faults, f);
}

void scenario_outcome_fini(struct scenario_outcome *out)
{
	struct scenario_fault *f;

	vec_foreach(&out->faults, f)
		free(f->text);
	vec_fini(&out->faults);
}

/* ---- what a packet causes ------------------------------------------------ */

static void forget(struct scenario_state *st)
{
	struct scenario_left *l;
	char **log;

	vec_foreach(&st->left, l)
		free(l->bytes);
	st->left.len = 0;
	vec_foreach(&st->logs, log)
		free(*log);
	st->logs.len = 0;
}

static struct scenario_left left_of(enum path_emit_kind kind,
				    const struct packet *pkt)
{
	return (struct scenario_left){ kind, pkt->out,
				       xmemdup(pkt->data, pkt->len), pkt->len };
}

static void on_emit(void *data, uint64_t number, enum path_emit_kind kind,
		    const struct packet *pkt)
{
	struct scenario_state *st = data;

	vec_push(&st->left, left_of(kind, pkt));
}

static void on_log(void *data, uint64_t number, const char *line)
{
	struct scenario_state *st = data;

	vec_push(&st->logs, xstrdup(line));
}

/* ---- packets ------------------------------------------------------------- */

int scenario_items(struct scenario_state *st, const struct loc *text,
		   struct parser **p, struct packet_item **items)
{
	struct loc span = { st->source, text->start, text->end };
	const char *t = diag_source_text(st->nv->diags, st->source, NULL);
	struct parser_env env;

	if (span.end > span.start && t[span.start] == '{' &&
	    t[span.end - 1] == '}') {
		span.start++;
		span.end--;
	}
	engine_env(st->nv, &env);
	*p = parser_new(st->nv->diags, &env);
	return parser_packet(*p, &span, items);
}

/* @weak is what holds where the packet's own text says nothing. */
static int send_packet(struct scenario_state *st, const struct loc *text,
		       struct packet_item *weak)
{
	struct packet_item like = { .kind = PACKET_LIKE, .inner = weak };
	struct packet_item *own = NULL;
	struct parser *p;
	struct packet pkt;
	int err = scenario_items(st, text, &p, &own);

	like.next = own;
	if (!err)
		err = packet_make(st->nv->diags, st->nv->host, &like, st->buf,
				  &pkt);
	parser_free(p);
	if (err)
		return -1;
	forget(st);
	free(st->input.bytes);
	st->input = left_of(EMIT_PACKET, &pkt);
	st->input.out = pkt.in;
	if (!pkt.in)
		pkt.flags |= PKT_LOCAL_OUT;
	box_run(&st->box, &pkt, &st->res);
	st->sent = true;
	return 0;
}

static struct packet_item *say(struct scenario_state *st,
			       struct packet_item **list,
			       enum packet_item_kind kind)
{
	struct packet_item *it = arena_new_of(st->arena, struct packet_item);

	it->kind = kind;
	it->next = *list;
	*list = it;
	return it;
}

static void say_field(struct scenario_state *st, struct packet_item **list,
		      const struct proto_desc *proto, const char *name, u128 v)
{
	struct packet_item *it = say(st, list, PACKET_FIELD);

	it->proto = proto;
	it->field = proto_field_find(
		proto, (struct str){ name, (uint32_t)strlen(name) });
	it->value = v;
}

static void say_meta(struct scenario_state *st, struct packet_item **list,
		     unsigned key, u128 v)
{
	struct packet_item *it = say(st, list, PACKET_META);

	it->key = key;
	it->value = v;
}

/* ---- replies ------------------------------------------------------------- */

/* What the other side got: as it left, else as it was sent (to the box). */
static const struct scenario_left *arrived(const struct scenario_state *st)
{
	for (size_t i = 0; i < st->left.len; i++)
		if (st->left.v[i].kind == EMIT_PACKET)
			return &st->left.v[i];
	return st->res.to_local && st->input.bytes ? &st->input : NULL;
}

static void answer_tcp(struct scenario_state *st, struct packet_item **list,
		       const struct packet *pkt, const uint8_t *th,
		       uint8_t flags)
{
	const uint32_t header = (th[12] >> 4) * 4u;
	const uint32_t seq = get_be32(th + 4), ack = get_be32(th + 8);
	const uint32_t data = pkt->len - pkt->l4_off - header;

	if (!flags)
		flags = th[13] & TH_SYN && !(th[13] & TH_ACK) ? TH_SYN | TH_ACK
							      : TH_ACK;
	say_field(st, list, &proto_tcp, "sport", get_be16(th + 2));
	say_field(st, list, &proto_tcp, "dport", get_be16(th));
	say_field(st, list, &proto_tcp, "flags", flags);
	say_field(st, list, &proto_tcp, "sequence",
		  th[13] & TH_ACK ? ack : 5000);
	say_field(st, list, &proto_tcp, "ackseq",
		  seq + data + !!(th[13] & TH_SYN) + !!(th[13] & TH_FIN));
}

static void answer_icmp(struct scenario_state *st, struct packet_item **list,
			uint8_t l4, const uint8_t *ih)
{
	const bool v4 = l4 == IPPROTO_ICMP;
	const struct proto_desc *proto = v4 ? &proto_icmp : &proto_icmpv6;

	say_field(st, list, proto, "type",
		  v4 ? ICMP_ECHOREPLY : ICMP6_ECHO_REPLY);
	say_field(st, list, proto, "id", get_be16(ih + 4));
	say_field(st, list, proto, "sequence", get_be16(ih + 6));
}

static void answer_l4(struct scenario_state *st, struct packet_item **list,
		      const struct packet *pkt, uint8_t flags)
{
	const uint8_t *h = packet_read_l4(pkt, 0, 8);
	const struct proto_desc *proto = proto_by_ipproto(pkt->l4proto);

	say_meta(st, list, NFT_META_L4PROTO, pkt->l4proto);
	if (!h || !proto)
		return;
	switch (pkt->l4proto) {
	case IPPROTO_TCP:
		if (packet_read_l4(pkt, 0, 20))
			answer_tcp(st, list, pkt, h, flags);
		break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		answer_icmp(st, list, pkt->l4proto, h);
		break;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
		say_field(st, list, proto, "sport", get_be16(h + 2));
		say_field(st, list, proto, "dport", get_be16(h));
		break;
	}
}

/* The items of the reply to @to; @flags of TCP, 0: what follows. */
static struct packet_item *reply_items(struct scenario_state *st,
				       const struct scenario_left *to,
				       uint8_t flags)
{
	struct packet_item *list = NULL;
	const struct proto_desc *ip;
	struct packet pkt;
	unsigned size;

	packet_init(&pkt, to->bytes, to->len, to->bytes, to->len, to->len);
	if (packet_receive_lax(&pkt) != REASON_NONE)
		return NULL;
	packet_decode(&pkt);
	ip = proto_by_nfproto(pkt.nfproto);
	size = pkt.nfproto == NFPROTO_IPV4 ? 4 : 16;
	say_field(st, &list, ip, "saddr",
		  value_import(pkt.data + (size == 4 ? 16 : 24), size,
			       BYTEORDER_BIG));
	say_field(st, &list, ip, "daddr",
		  value_import(pkt.data + (size == 4 ? 12 : 8), size,
			       BYTEORDER_BIG));
	answer_l4(st, &list, &pkt, flags);
	say_meta(st, &list, NFT_META_IIF,
		 to != &st->input && to->out ? to->out->ifindex : 0);
	return list;
}

static int reply(struct scenario_state *st, const struct scenario_step *step,
		 const struct loc *text, uint8_t flags)
{
	const struct scenario_left *to = st->sent ? arrived(st) : NULL;

	if (!to) {
		scenario_fault(st, &step->loc,
			       "nothing arrived that could be replied to");
		return 0;
	}
	return send_packet(st, text, reply_items(st, to, flags));
}

/* ---- conversations ------------------------------------------------------- */

/* Several packets of one statement: each must arrive. */
static bool got_through(struct scenario_state *st,
			const struct scenario_step *step, const char *what)
{
	if (st->sent && arrived(st))
		return true;
	scenario_fault(st, &step->loc, "%s does not arrive: %s", what,
		       path_verdict_name(st->res.verdict));
	return false;
}

static int replies(struct scenario_state *st, const struct scenario_step *step,
		   const uint8_t *flags, const char *const *names, size_t n)
{
	const struct loc nothing = { step->rest.source, step->rest.end,
				     step->rest.end };

	for (size_t i = 0; i < n; i++) {
		if (reply(st, step, &nothing, flags[i]))
			return -1;
		if (!got_through(st, step, names[i]))
			return 0;
	}
	return 0;
}

static int handshake(struct scenario_state *st,
		     const struct scenario_step *step)
{
	static const uint8_t flags[] = { TH_SYN | TH_ACK, TH_ACK };
	static const char *const names[] = { "the SYN/ACK", "the ACK" };
	struct packet_item *list = NULL;

	say_field(st, &list, &proto_tcp, "flags", TH_SYN);
	if (send_packet(st, &step->rest, list))
		return -1;
	return got_through(st, step, "the SYN")
		       ? replies(st, step, flags, names, 2)
		       : 0;
}

static int close_both(struct scenario_state *st,
		      const struct scenario_step *step)
{
	static const uint8_t flags[] = { TH_FIN | TH_ACK, TH_FIN | TH_ACK,
					 TH_ACK };
	static const char *const names[] = { "the FIN", "the other side's FIN",
					     "the last ACK" };

	return replies(st, step, flags, names, 3);
}

/* ---- a test -------------------------------------------------------------- */

static int reload(struct scenario_state *st, const struct scenario_step *step)
{
	st->nv->now = st->box.now;
	if (nftvm_load_file(st->nv, step->file))
		return -1;
	path_ruleset_changed(st->box.path);
	return 0;
}

static int run_step(struct scenario_state *st, const struct scenario_step *step)
{
	switch (step->kind) {
	case SCENARIO_SEND:
		return send_packet(st, &step->rest, NULL);
	case SCENARIO_REPLY:
		return reply(st, step, &step->rest, 0);
	case SCENARIO_HANDSHAKE:
		return handshake(st, step);
	case SCENARIO_CLOSE:
		return close_both(st, step);
	case SCENARIO_TIME:
		st->box.now.mono_ns += step->ns;
		st->box.now.wall_ns += step->ns;
		return 0;
	case SCENARIO_RELOAD:
		return reload(st, step);
	case SCENARIO_EXPECT:
		st->outcome->expectations++;
		return scenario_expect(st, step);
	}
	return 0;
}

static int run_steps(struct scenario_state *st,
		     const struct scenario_test *test)
{
	const struct path_sink sink = { .emit = on_emit,
					.log = on_log,
					.data = st };
	const char *text;
	size_t len;
	int err = 0;

	text = diag_source_text(st->s->diags, st->s->source, &len);
	st->source =
		diag_source_add(st->nv->diags, st->s->path, text, len, NULL);
	box_init(&st->box, st->nv, &st->options, &sink);
	for (const struct scenario_step *step = test->steps; step && !err;
	     step = step->next)
		err = run_step(st, step);
	box_fini(&st->box);
	return err;
}

int scenario_run(struct scenario *s, const struct scenario_test *test,
		 struct coverage *coverage, struct scenario_outcome *out,
		 FILE *err)
{
	struct scenario_state st = {
		.s = s,
		.outcome = out,
		.options = { .rules = s->rulesets.v,
			     .n_rules = s->rulesets.len,
			     .defines = s->defines.v,
			     .n_defines = s->defines.len,
			     .host = s->host,
			     .err = err },
	};
	int wrong;

	*out = (struct scenario_outcome){ 0 };
	st.nv = nftvm_new(0);
	st.arena = arena_new();
	st.buf = xmalloc(PACKET_ROOM);
	wrong = box_load(st.nv, &st.options);
	if (!wrong)
		wrong = run_steps(&st, test);
	if (!wrong && coverage)
		coverage_add(coverage, st.nv);
	nftvm_diags_print(st.nv, err);
	forget(&st);
	vec_fini(&st.left);
	vec_fini(&st.logs);
	free(st.input.bytes);
	free(st.buf);
	arena_free(st.arena);
	nftvm_free(st.nv);
	return wrong ? 1 : 0;
}
