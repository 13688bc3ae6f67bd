/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * An entry gets its helper while it is new, by a rule, and with it a record of
 * its own (struct ct_help) that hangs from its rare part. ct_help() stands
 * where nf_confirm() does: the helper reads what leaves, after NAT, and may
 * announce a connection (ct/expect.c) or rewrite the payload; then the sequence
 * numbers of what it rewrote before are adjusted (ct/seqadj.c).
 *
 * A connection that was expected refers to its master, and keeps that entry's
 * memory, though not its life: the master may be deleted first.
 */
#include "ct/help.h"

#include <errno.h>

#include "base/util.h"
#include "ct/helper.h"
#include "ct/l4proto.h"
#include "ct/seqadj.h"
#include "packet/replace.h"

static const struct ct_helper *const helpers[] = {
#define HELPER(name) &ct_helper_##name,
#include "ct/helper.def"
#undef HELPER
};

const struct ct_helper *ct_helper_find(const char *name, uint8_t l3,
				       uint8_t l4proto)
{
	for (size_t i = 0; i < ARRAY_LEN(helpers); i++) {
		const struct ct_helper *h = helpers[i];

		if (!strcmp(h->name, name) && h->l4proto == l4proto &&
		    (l3 == NFPROTO_IPV6 ? h->v6 : h->v4))
			return h;
	}
	return NULL;
}

const char *ct_helper_name(const struct ct_helper *helper)
{
	return helper->name;
}

/* nf_ct_helper_ext_add(); NULL: no memory for it. */
static struct ct_help *help_add(struct ct_table *t, struct ct_conn *ct)
{
	struct ct_ext *ext = ct_table_ext_need(t, ct);
	struct ct_help *help;

	if (!ext || ext->help)
		return ext ? ct_conn_help(t, ct) : NULL;
	ext->help = ct_pool_get(&t->help);
	help = ct_conn_help(t, ct);
	if (help)
		memset(help, 0, sizeof(*help));
	return help;
}

void ct_helper_set(struct ct_table *t, const struct packet *pkt,
		   const struct ct_helper *helper)
{
	struct ct_conn *ct = pkt->ct;
	struct ct_help *help;

	if (!ct || !helper || helper->l4proto != ct->l4 ||
	    ct_status_bits(ct) & (IPS_CONFIRMED | IPS_HELPER))
		return;
	help = help_add(t, ct);
	if (!help)
		return;
	help->helper = helper;
	ct_status_add(ct, IPS_HELPER);
}

void ct_conn_help_fini(struct ct_table *t, struct ct_ext *ext)
{
	if (ext->help)
		ct_pool_put(&t->help, ext->help);
	if (ext->master)
		ct_conn_put(t, ct_table_conn(t, ext->master));
}

void ct_expected(struct ct_table *t, struct ct_conn *ct,
		 const struct ct_expect *exp)
{
	struct ct_ext *ext = ct_table_ext_need(t, ct);

	ct_store(&ct->status, ct->status | IPS_EXPECTED);
	ct_store(&ct->mark, ct_load(&exp->master->mark));
	if (!ext) {
		ct_conn_put(t, exp->master);
		return;
	}
	ext->master = ct_table_ref(exp->master);
	ext->follow = exp->follow;
	ext->follow_dir = exp->dir;
	ext->follow_port = exp->saved_port;
}

static const struct ct_ext *conn_ext(const struct ct_conn *ct)
{
	return ct_table_ext(ct_pool_chunk(ct)->owner, ct);
}

const struct ct_helper *ct_helper_of(const struct ct_conn *ct)
{
	const struct ct_help *help = ct_conn_help(ct_pool_chunk(ct)->owner, ct);

	return help ? help->helper : NULL;
}

const struct ct_conn *ct_master(const struct ct_conn *ct)
{
	const struct ct_ext *ext = conn_ext(ct);

	if (!ext || !ext->master)
		return NULL;
	return ct_table_conn(ct_pool_chunk(ct)->owner, ext->master);
}

bool ct_follow(const struct ct_conn *ct, enum ct_dir *dir, be16_t *port)
{
	const struct ct_ext *ext = conn_ext(ct);

	if (!ext || !ext->follow)
		return false;
	*dir = (enum ct_dir)ext->follow_dir;
	*port = ext->follow_port;
	return true;
}

/* --- for helpers ---------------------------------------------------------- */

const uint8_t *ct_help_payload(const struct ct_help_ctx *hx, uint32_t *len)
{
	const struct packet *pkt = hx->pkt;
	uint32_t off = hx->l4_off;
	const uint8_t *l4;

	if (hx->ct->l4 == IPPROTO_TCP) {
		l4 = packet_read(pkt, off, 20);
		off += l4 ? (l4[12] >> 4) * 4u : 20;
	} else {
		l4 = packet_read(pkt, off, 8);
		off += 8;
	}
	if (!l4 || off >= pkt->wire_len)
		return NULL;
	*len = pkt->wire_len - off;
	return packet_read(pkt, off, *len);
}

union inet_addr ct_help_src(const struct ct_help_ctx *hx, enum ct_dir dir)
{
	struct ct_tuple tuple;

	ct_tuple(hx->ct, dir, &tuple);
	return tuple.src;
}

union inet_addr ct_help_dst(const struct ct_help_ctx *hx, enum ct_dir dir)
{
	struct ct_tuple tuple;

	ct_tuple(hx->ct, dir, &tuple);
	return tuple.dst;
}

void ct_help_expect_init(const struct ct_help_ctx *hx, struct ct_expect *exp,
			 const union inet_addr *src, const union inet_addr *dst,
			 be16_t dport)
{
	const struct ct_conn *ct = hx->ct;

	*exp = (struct ct_expect){
		.key = {
			.dport = dport,
			.zone = ct->zone,
			.l4 = ct->l4,
			.flags = ct_conn_is_v6(ct) ? CT_KEY_V6 : 0,
			.dst = *dst,
		},
		.any_saddr = !src,
		.any_sport = true,
		.helper = hx->help->helper,
		.master = hx->ct,
	};
	if (src)
		exp->key.src = *src;
}

bool ct_help_translated(const struct ct_help_ctx *hx)
{
	return ct_load(&hx->ct->status) & IPS_NAT_MASK;
}

uint16_t ct_help_expect_port(struct ct_help_ctx *hx, struct ct_expect *exp)
{
	const uint16_t first = be16toh(exp->key.dport);
	const uint32_t above = (uint32_t)UINT16_MAX - first;
	uint32_t tries = MIN(above, 128u), port = first;

	for (;;) {
		int err;

		exp->key.dport = htobe16((uint16_t)port);
		err = ct_expect_add(hx->t, exp, hx->now);
		if (!err)
			return (uint16_t)port;
		if (err != -EBUSY || !tries--)
			return 0;
		port = first + rng_below(hx->rng, above);
	}
}

bool ct_help_mangle(struct ct_help_ctx *hx, uint32_t off, uint32_t len,
		    const char *text, uint32_t text_len)
{
	const uint8_t *th = packet_read(hx->pkt, hx->l4_off, 20);
	uint32_t seq, at;

	if (!th)
		return false;
	seq = get_be32(th + 4);
	at = hx->l4_off + (th[12] >> 4) * 4u + off;
	if (!packet_replace_l4(hx->pkt, hx->ct->l4, hx->l4_off, at, len, text,
			       text_len))
		return false;
	ct_seqadj_set(hx->ct, hx->help, hx->dir, seq,
		      (int32_t)text_len - (int32_t)len);
	return true;
}

/* --- the step ------------------------------------------------------------- */

/* The packet of an entry that has a record. */
static __attribute__((noinline)) enum reason
help_packet(struct ct_table *t, struct packet *pkt, struct ct_help *help,
	    const struct nv_time *now, struct rng *rng)
{
	struct ct_conn *ct = pkt->ct;
	/* What the helper does to this packet concerns those after it. */
	const bool adjust = ct_load(&ct->status) & IPS_SEQ_ADJUST &&
			    !(pkt->flags & PKT_LOOPED);
	struct ct_help_ctx hx = {
		.t = t,
		.pkt = pkt,
		.ct = ct,
		.help = help,
		.dir = ct_packet_dir(pkt),
		.now = nv_ticks(now->mono_ns),
		.rng = rng,
	};
	enum reason reason = REASON_NONE;
	struct ct_l4 l4;

	if (!ct_find_l4(pkt, 0, &l4))
		return REASON_NONE;
	hx.l4_off = l4.off;
	if (help->helper) {
		ct_conn_lock(ct, t->cfg.threads);
		reason = help->helper->help(&hx);
		ct_conn_unlock(ct, t->cfg.threads);
	}
	if (reason != REASON_NONE || !adjust)
		return reason;
	if (ct_seqadj_packet(pkt, l4.off, help, hx.dir))
		return REASON_NONE;
	ct_stat_inc(t, drop);
	return REASON_ct_seqadj;
}

enum reason ct_help(struct ct_table *t, struct packet *pkt,
		    const struct nv_time *now, struct rng *rng)
{
	struct ct_help *help;

	if (likely(!pkt->ct))
		return REASON_NONE;
	help = ct_conn_help(t, pkt->ct);
	if (likely(!help) || pkt->ctinfo == IP_CT_RELATED_REPLY)
		return REASON_NONE;
	return help_packet(t, pkt, help, now, rng);
}
