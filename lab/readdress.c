/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * Each connection that the ruleset translated is remembered twice. Among the
 * pairs: its original tuple turned round, which is the reply as it looks inside
 * the LAN, with the reply that the connection wants; and that reply with
 * itself, so that what comes as it should is left alone. Among the servers: by
 * where its replies come from, with the number that the first of them
 * acknowledges and the port that it goes to.
 *
 * A packet that stands among the pairs is what they say. One that does not,
 * and comes from a server that is waited for, may have been captured outside of
 * another NAT: if it can be told whose it is, it becomes a pair.
 *
 * Both maps have open addressing, keyed by a tuple, and only grow: a dry run
 * ends.
 */
#include "lab/readdress.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/util.h"
#include "ct/help.h"
#include "ct/nat.h"
#include "nat/manip.h"
#include "packet/csum.h"

enum {
	TCP_HEADER = 20,
	TCP_SYN = 2,
	TCP_ACK = 16,
	ICMP_HEADER = 8,
};

/**
 * struct readdress_item - of either map
 * @key:	of a server its destination is zero
 * @reply:	what the connection wants; of a server, the newest one's
 * @ack:	of a server: what the newest one's reply acknowledges
 * @waiting:	of a server: connections that have had no reply
 * @came:	of a pair: it has come, the connection waits no more
 */
struct readdress_item {
	struct ct_tuple key, reply;
	uint32_t ack;
	uint32_t waiting;
	bool used, came;
};

void readdress_init(struct readdress *r, struct ct_table *ct)
{
	*r = (struct readdress){ .key = hash_key_random(), .ct = ct };
}

void readdress_fini(struct readdress *r)
{
	free(r->pairs.v);
	free(r->servers.v);
}

/* --- maps ----------------------------------------------------------------- */

/* The tuple without what lies between its members. */
static uint64_t hash_of(const struct readdress *r, const struct ct_tuple *t)
{
	uint8_t bytes[38];

	memcpy(bytes, &t->src, 16);
	memcpy(bytes + 16, &t->dst, 16);
	memcpy(bytes + 32, &t->sport, 2);
	memcpy(bytes + 34, &t->dport, 2);
	bytes[36] = t->l3;
	bytes[37] = t->l4;
	return hash_sip13(&r->key, bytes, sizeof(bytes));
}

/* Where @key is, or would be; the map has room. */
static struct readdress_item *map_slot(const struct readdress *r,
				       const struct readdress_map *m,
				       const struct ct_tuple *key)
{
	size_t i = hash_of(r, key) & (m->size - 1);

	while (m->v[i].used && !ct_tuple_eq(&m->v[i].key, key))
		i = (i + 1) & (m->size - 1);
	return &m->v[i];
}

static struct readdress_item *map_find(const struct readdress *r,
				       const struct readdress_map *m,
				       const struct ct_tuple *key)
{
	struct readdress_item *item = m->size ? map_slot(r, m, key) : NULL;

	return item && item->used ? item : NULL;
}

static void map_grow(const struct readdress *r, struct readdress_map *m)
{
	struct readdress_map old = *m;

	if (2 * m->n < m->size)
		return;
	m->size = old.size ? 2 * old.size : 64;
	m->v = xcalloc(m->size, sizeof(*m->v));
	for (size_t i = 0; i < old.size; i++)
		if (old.v[i].used)
			*map_slot(r, m, &old.v[i].key) = old.v[i];
	free(old.v);
}

static struct readdress_item *map_add(const struct readdress *r,
				      struct readdress_map *m,
				      const struct ct_tuple *key)
{
	struct readdress_item *item;

	map_grow(r, m);
	item = map_slot(r, m, key);
	m->n += !item->used;
	item->used = true;
	item->key = *key;
	return item;
}

static void add_pair(struct readdress *r, const struct ct_tuple *captured,
		     const struct ct_tuple *reply, bool came)
{
	struct readdress_item *pair = map_add(r, &r->pairs, captured);

	pair->reply = *reply;
	pair->came = came;
}

static struct ct_tuple server_of(const struct ct_tuple *reply)
{
	struct ct_tuple key = *reply;

	memset(&key.dst, 0, sizeof(key.dst));
	key.dport = 0;
	return key;
}

/* --- which reply is wanted ------------------------------------------------ */

/* Whose reply it is, by its server; false: nobody's, or it cannot be told. */
static bool guess(struct readdress *r, const struct readdress_look *look,
		  struct ct_tuple *reply)
{
	const struct ct_tuple key = server_of(&look->tuple);
	struct readdress_item *s = map_find(r, &r->servers, &key);

	if (!s || !s->waiting)
		return false;
	if (look->tuple.l4 == IPPROTO_TCP
		    ? look->ack != s->ack
		    : s->waiting > 1 && look->tuple.dport != s->reply.dport)
		return false;
	s->waiting--;
	*reply = s->reply;
	add_pair(r, &look->tuple, reply, true);
	return true;
}

/* The first reply of a connection: it waits no more. */
static void pair_comes(struct readdress *r, struct readdress_item *pair)
{
	const struct ct_tuple key = server_of(&pair->reply);
	struct readdress_item *s = map_find(r, &r->servers, &key);

	if (!pair->came && s && s->waiting)
		s->waiting--;
	pair->came = true;
}

/* struct announced - the connection that was announced as @tuple, if any */
struct announced {
	const struct ct_tuple *tuple;
	struct ct_tuple wanted;
	bool found;
};

static int is_announced(const struct ct_expect_view *view, void *data)
{
	const struct ct_tuple *plain = &view->plain;
	struct announced *a = data;

	if (plain->dport != a->tuple->dport || plain->l4 != a->tuple->l4 ||
	    plain->l3 != a->tuple->l3 ||
	    !inet_addr_eq(&plain->dst, &a->tuple->dst) ||
	    (!view->any_saddr && !inet_addr_eq(&plain->src, &a->tuple->src)))
		return 0;
	a->wanted = *a->tuple;
	a->wanted.dst = view->tuple.dst;
	a->wanted.dport = view->tuple.dport;
	a->found = true;
	return 1;
}

static bool find_announced(struct readdress *r,
			   const struct readdress_look *look,
			   const struct nv_time *now, struct ct_tuple *reply)
{
	struct announced a = { .tuple = &look->tuple };

	ct_expect_foreach(r->ct, now, is_announced, &a);
	if (!a.found)
		return false;
	*reply = a.wanted;
	add_pair(r, &look->tuple, reply, true);
	return !ct_tuple_eq(reply, &look->tuple);
}

/* The first fragment of the packet that a later one belongs to, or NULL. */
static const struct readdress_frag *
first_frag(const struct readdress *r, const struct readdress_look *look)
{
	for (unsigned i = 0; i < READDRESS_FRAGS; i++)
		if (!memcmp(r->frags[i].id, look->frag_id,
			    sizeof(r->frags[i].id)))
			return &r->frags[i];
	return NULL;
}

static bool find_frag(const struct readdress *r,
		      const struct readdress_look *look, struct ct_tuple *reply)
{
	const struct readdress_frag *first = first_frag(r, look);

	if (!first || !first->wanted)
		return false;
	*reply = first->reply;
	return true;
}

/* Remember a first fragment, for those that follow. */
static void add_frag(struct readdress *r, const struct readdress_look *look,
		     bool is_wanted, const struct ct_tuple *reply)
{
	struct readdress_frag *f = &r->frags[r->next_frag];

	r->next_frag = (r->next_frag + 1) % READDRESS_FRAGS;
	memcpy(f->id, look->frag_id, sizeof(f->id));
	f->tuple = look->tuple;
	f->wanted = is_wanted;
	if (is_wanted)
		f->reply = *reply;
}

static bool find(struct readdress *r, const struct readdress_look *look,
		 const struct nv_time *now, struct ct_tuple *reply)
{
	struct readdress_item *pair;

	if (!look->has_tuple)
		return look->is_frag && find_frag(r, look, reply);
	pair = map_find(r, &r->pairs, &look->tuple);
	if (!pair)
		return !look->is_error && (guess(r, look, reply) ||
					   find_announced(r, look, now, reply));
	if (!look->is_error)
		pair_comes(r, pair);
	*reply = pair->reply;
	return !ct_tuple_eq(reply, &look->tuple);
}

bool readdress_wanted(struct readdress *r, const struct readdress_look *look,
		      const struct nv_time *now, struct ct_tuple *reply)
{
	const bool is = find(r, look, now, reply);

	r->wanted += is;
	if (look->is_frag && look->has_tuple)
		add_frag(r, look, is, reply);
	return is;
}

/* --- packets -------------------------------------------------------------- */

static bool is_icmp_error(const struct packet *pkt)
{
	const uint8_t *type = packet_read_l4(pkt, 0, ICMP_HEADER);

	if (!type)
		return false;
	if (pkt->nfproto == NFPROTO_IPV6)
		return pkt->l4proto == IPPROTO_ICMPV6 && *type < 128;
	return pkt->l4proto == IPPROTO_ICMP &&
	       (*type == 3 || *type == 11 || *type == 12);
}

static void look_at_tcp(const struct packet *pkt, struct readdress_look *look)
{
	const uint8_t *th = packet_read_l4(pkt, 0, TCP_HEADER);

	if (!th)
		return;
	look->answers = get_be32(th + 4) + !!(th[13] & TCP_SYN);
	look->ack = th[13] & TCP_ACK ? get_be32(th + 8) : 0;
}

/* What all fragments of a packet have in common; IPv6's fragment header is
 * looked for right behind the fixed one. */
static void look_at_frag(const struct packet *pkt, struct readdress_look *look)
{
	const union inet_addr src = packet_saddr(pkt), dst = packet_daddr(pkt);
	const uint8_t *fh;

	if (pkt->nfproto == NFPROTO_IPV4) {
		look->is_frag = get_be16(pkt->data + 6) & 0x3fff;
		look->frag_id[4] = load_raw16(pkt->data + 4);
	} else if (pkt->data[6] == IPPROTO_FRAGMENT) {
		fh = packet_read(pkt, 40, 8);
		look->is_frag = fh != NULL;
		look->frag_id[4] = fh ? load_raw32(fh + 4) : 0;
	}
	look->frag_id[4] |= (uint64_t)pkt->nfproto << 32;
	memcpy(&look->frag_id[0], &src, 16);
	memcpy(&look->frag_id[2], &dst, 16);
}

void readdress_look(const struct packet *pkt, struct readdress_look *look)
{
	struct packet p = *pkt; /* what is found out is for us alone */
	struct ct_tuple sent;

	*look = (struct readdress_look){ .has_tuple = false };
	if (packet_receive_lax(&p) != REASON_NONE)
		return;
	packet_decode(&p);
	look_at_frag(&p, look);
	look->is_error = !p.frag_off && is_icmp_error(&p);
	if (look->is_error)
		look->has_tuple =
			ct_packet_tuple(&p, p.l4_off + ICMP_HEADER, &sent) &&
			ct_tuple_invert(&sent, &look->tuple);
	else
		look->has_tuple = ct_packet_tuple(&p, 0, &look->tuple);
	if (look->has_tuple && look->tuple.l4 == IPPROTO_TCP)
		look_at_tcp(&p, look);
}

static bool rewrite_ends(struct packet *pkt, uint32_t nhoff,
			 const struct ct_tuple *to)
{
	return nat_manip(pkt, nhoff, to, NAT_SRC) &&
	       nat_manip(pkt, nhoff, to, NAT_DST);
}

/* The quote of an error as the connection's packets were, and it to where they
 * came from. */
static void rewrite_error(struct packet *pkt, const struct ct_tuple *reply)
{
	const struct ct_tuple outer = { .dst = reply->dst,
					.l3 = pkt->nfproto,
					.l4 = pkt->l4proto };
	struct ct_tuple sent;

	if (ct_tuple_invert(reply, &sent) &&
	    rewrite_ends(pkt, pkt->l4_off + ICMP_HEADER, &sent) &&
	    nat_manip(pkt, 0, &outer, NAT_DST))
		packet_csum_l4_fill(pkt, pkt->l4proto, pkt->l4_off);
}

/* A later fragment: its addresses alone. */
static void rewrite_frag(struct packet *pkt, const struct ct_tuple *reply)
{
	struct ct_tuple addrs = *reply;

	addrs.l4 = 0; /* nothing of it is a transport header */
	rewrite_ends(pkt, 0, &addrs);
}

void readdress_rewrite(struct readdress *r, struct packet *pkt,
		       const struct readdress_look *look,
		       const struct nv_time *now, const struct ct_tuple *reply)
{
	struct packet p = *pkt;

	if (packet_receive_lax(&p) != REASON_NONE)
		return;
	packet_decode(&p);
	if (!look->has_tuple)
		rewrite_frag(&p, reply);
	else if (look->is_error)
		rewrite_error(&p, reply);
	else if (rewrite_ends(&p, 0, reply))
		ct_seqadj_undo(r->ct, &p, reply, now);
}

/* The tuple of the packet that ran: of one that a later fragment completed, the
 * first one's. */
static const struct ct_tuple *tuple_of(const struct readdress *r,
				       const struct readdress_look *look)
{
	const struct readdress_frag *first;

	if (look->has_tuple)
		return look->is_error ? NULL : &look->tuple;
	first = look->is_frag ? first_frag(r, look) : NULL;
	return first ? &first->tuple : NULL;
}

void readdress_note(struct readdress *r, const struct readdress_look *look,
		    const struct path_result *res)
{
	const struct ct_tuple *tuple = tuple_of(r, look);
	struct ct_tuple turned, reply, key;
	struct readdress_item *s;

	if (!tuple || res->ct_info != IP_CT_NEW ||
	    !(res->nat_src || res->nat_dst) ||
	    !ct_tuple_invert(tuple, &turned) ||
	    !ct_tuple_invert(&res->nat_tuple, &reply))
		return;
	add_pair(r, &turned, &reply, false);
	add_pair(r, &reply, &reply, false);
	key = server_of(&reply);
	s = map_add(r, &r->servers, &key);
	s->reply = reply;
	s->ack = look->answers;
	s->waiting++;
}
