/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * FTP under NAT, as nf_nat_ftp.c and nf_nat_follow_master() have it: what the
 * client announces is rewritten to its translated address, and the server's
 * connection to there goes to the client.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "ct/help.h"
#include "tests/nat/lab.h"

/* The client is 10.1.0.2; to the server it is 10.2.0.9. */
#define MAPPED 0x0900020a

struct session {
	struct nat_lab n;
	uint32_t nxt[2];
};

/* One packet the whole way; its bytes as they leave. */
static enum reason pass(struct session *s, struct wire *w, struct packet *pkt)
{
	const struct nat_range range = {
		.flags = NF_NAT_RANGE_MAP_IPS,
		.min.ip = MAPPED,
		.max.ip = MAPPED,
	};
	struct nat_env *env = &s->n.env;
	enum reason reason = lab_in(&s->n.lab, w, NF_INET_PRE_ROUTING, pkt);

	if (reason == REASON_NONE)
		reason = nat_follow_master(env, pkt);
	cr_assert_eq(reason, REASON_NONE);
	if (!(ct_status_bits(pkt->ct) & IPS_DST_NAT_DONE))
		nat_null_binding(env, pkt, NAT_DST);
	reason = nat_packet(env, pkt);
	pkt->hook = NF_INET_POST_ROUTING;
	if (!(ct_status_bits(pkt->ct) & IPS_SRC_NAT_DONE))
		nat_setup(env, pkt, &range, NAT_SRC);
	if (reason == REASON_NONE)
		reason = nat_packet(env, pkt);
	if (reason == REASON_NONE && ct_state_bits(pkt) == CT_STATE_NEW)
		ct_helper_set(s->n.lab.t, pkt,
			      ct_helper_find("ftp", NFPROTO_IPV4, IPPROTO_TCP));
	if (reason == REASON_NONE)
		reason = ct_help(s->n.lab.t, pkt, &s->n.lab.now, &s->n.rng);
	if (reason == REASON_NONE)
		reason = ct_confirm(s->n.lab.t, pkt, &s->n.lab.now);
	return reason;
}

/* Segments of the control connection; the server answers to the mapped
 * address. */
static enum reason say(struct session *s, enum way way, const char *flags,
		       const char *text, struct wire *w, struct packet *pkt)
{
	struct segment_spec spec = { way,	  flags,
				     s->nxt[way], s->nxt[!way],
				     60000,	  (uint16_t)strlen(text),
				     NULL };

	if (!strchr(flags, '.'))
		spec.ack = 0;
	wire_tcp(w, false, 40000, 21, &spec);
	if (way == S2C)
		wire_addrs4(w, 0x0a020002, be32toh(MAPPED));
	memcpy(w->buf + w->len - strlen(text), text, strlen(text));
	wire_fix(w);
	s->nxt[way] += (uint32_t)strlen(text) + !!strchr(flags, 'S');
	return pass(s, w, pkt);
}

static void done(struct session *s, struct packet *pkt)
{
	ct_packet_release(s->n.lab.t, pkt);
}

static void log_in(struct session *s)
{
	static const struct {
		enum way way;
		const char *flags, *text;
	} steps[] = {
		{ C2S, "S", "" },
		{ S2C, "S.", "" },
		{ C2S, ".", "" },
		{ S2C, "P.", "220 hello\r\n" },
		{ C2S, "P.", "USER me\r\n" },
	};
	struct packet pkt;
	struct wire w;

	nat_lab_open(&s->n);
	s->nxt[C2S] = 100;
	s->nxt[S2C] = 500;
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		cr_assert_eq(say(s, steps[i].way, steps[i].flags, steps[i].text,
				 &w, &pkt),
			     REASON_NONE, "step %zu", i);
		done(s, &pkt);
	}
}

static void expect_payload(const struct packet *pkt, const char *text)
{
	cr_expect_eq(pkt->len, 40 + strlen(text));
	cr_expect_arr_eq(pkt->data + 40, text, strlen(text), "\"%.*s\"",
			 (int)(pkt->len - 40), pkt->data + 40);
}

static int count(const struct ct_expect_view *view, void *data)
{
	++*(unsigned *)data;
	cr_expect_eq(view->tuple.dst.ip, MAPPED);
	cr_expect_eq(be16toh(view->tuple.dport), 1234);
	return 0;
}

Test(follow, an_announced_connection_goes_where_its_master_came_from)
{
	struct segment_spec syn = { S2C, "S", 1, 0, 1000, 0, NULL };
	struct ct_tuple reply;
	struct packet pkt;
	struct session s;
	struct wire w;
	unsigned n = 0;

	log_in(&s);
	cr_assert_eq(say(&s, C2S, "P.", "PORT 10,1,0,2,4,210\r\n", &w, &pkt),
		     REASON_NONE);
	expect_payload(&pkt, "PORT 10,2,0,9,4,210\r\n");
	done(&s, &pkt);
	ct_expect_foreach(s.n.lab.t, &s.n.lab.now, count, &n);
	cr_assert_eq(n, 1);
	/* the server's data connection */
	wire_tcp(&w, false, 1234, 20, &syn);
	wire_addrs4(&w, 0x0a020002, be32toh(MAPPED));
	cr_assert_eq(pass(&s, &w, &pkt), REASON_NONE);
	cr_expect_eq(ct_state_bits(&pkt), CT_STATE_RELATED);
	cr_expect_eq(get_be32(pkt.data + 16), 0x0a010002, "to the client");
	cr_expect_eq(get_be16(pkt.data + 22), 1234);
	ct_tuple(pkt.ct, CT_DIR_REPLY, &reply);
	cr_expect_eq(be32toh(reply.src.ip), 0x0a010002);
	done(&s, &pkt);
	n = 0;
	ct_expect_foreach(s.n.lab.t, &s.n.lab.now, count, &n);
	cr_expect_eq(n, 0, "it came");
	nat_lab_close(&s.n);
}

/* A longer text: what the client sends afterwards is moved, what the server
 * acknowledges moved back. */
Test(follow, numbers_behind_a_longer_announcement_are_adjusted)
{
	struct packet pkt;
	struct session s;
	uint32_t seq;
	struct wire w;

	log_in(&s);
	/* 10.1.0.2 as short as can be: leading zeros make it longer */
	cr_assert_eq(say(&s, C2S, "P.", "EPRT |1|10.1.0.2|00001234|\r\n", &w,
			 &pkt),
		     REASON_NONE);
	expect_payload(&pkt, "EPRT |1|10.2.0.9|1234|\r\n");
	done(&s, &pkt);
	seq = s.nxt[C2S];
	cr_assert_eq(say(&s, C2S, "P.", "LIST\r\n", &w, &pkt), REASON_NONE);
	cr_expect_eq(get_be32(pkt.data + 24), seq - 4);
	done(&s, &pkt);
	/* the server has seen 4 bytes less */
	s.nxt[C2S] -= 4;
	cr_assert_eq(say(&s, S2C, "P.", "150 ok\r\n", &w, &pkt), REASON_NONE);
	cr_expect_eq(ct_state_bits(&pkt), CT_STATE_ESTABLISHED);
	cr_expect_eq(get_be32(pkt.data + 28), s.nxt[C2S] + 4);
	done(&s, &pkt);
	nat_lab_close(&s.n);
}
