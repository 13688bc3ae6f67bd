/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What NAT asks of connection tracking: other reply tuples, which tuples are
 * taken, earlier mappings of a source. How they are chosen is nat/'s business.
 */
#ifndef NFTVM_CT_NAT_H
#define NFTVM_CT_NAT_H

#include "ct/ct.h"

/** ct_tuple_invert() - the tuple of the answers to @tuple (nf_ct_invert_tuple())
 * Return: false if nothing answers it. */
bool ct_tuple_invert(const struct ct_tuple *tuple, struct ct_tuple *out);

/** ct_tuple_eq() - the same ends, protocol and IP version */
static inline bool ct_tuple_eq(const struct ct_tuple *a,
			       const struct ct_tuple *b)
{
	return a->sport == b->sport && a->dport == b->dport && a->l3 == b->l3 &&
	       a->l4 == b->l4 && inet_addr_eq(&a->src, &b->src) &&
	       inet_addr_eq(&a->dst, &b->dst);
}

/**
 * ct_nat_reply_set() - packets of this tuple shall be the replies
 * @pkt:	has a connection that is not confirmed; it may have another
 *		entry in its place afterwards
 *
 * Ref: nf_conntrack_alter_reply().
 * Return: false when there is no memory for it.
 */
bool ct_nat_reply_set(struct ct_table *t, struct packet *pkt,
		      const struct ct_tuple *reply);

/**
 * struct ct_nat_end - what one end of a packet becomes
 * @addr:	as inet_addr's
 */
struct ct_nat_end {
	union inet_addr addr;
	be16_t port;
};

/**
 * ct_nat_end() - what packets of a direction are rewritten to
 * @ct:		one whose status says that it is translated, of a protocol whose
 *		tuples are inverted by exchanging their ends
 * @source:	their source; else their destination
 */
void ct_nat_end(const struct ct_conn *ct, enum ct_dir dir, bool source,
		struct ct_nat_end *out);

/** ct_nat_remember_source() - its source was changed for good: later
 * connections from there may take the same mapping; once per connection */
void ct_nat_remember_source(struct ct_table *t, struct ct_conn *ct);

/**
 * ct_nat_find_source() - an earlier mapping of the source of @tuple
 * @ct:		for its zone
 * @fits:	asked with the translated source, newest first; true takes it
 *
 * Ref: find_appropriate_src().
 */
bool ct_nat_find_source(struct ct_table *t, const struct ct_conn *ct,
			const struct ct_tuple *tuple, const struct nv_time *now,
			bool (*fits)(const struct ct_tuple *mapped, void *data),
			void *data);

/* How hard to look before a tuple is called taken. */
enum ct_taken_how {
	CT_TAKEN,	 /* nf_nat_used_tuple() */
	CT_TAKEN_MIRROR, /* nf_nat_used_tuple_new(): not by our own mirror image,
			  * where clashes may be resolved */
	CT_TAKEN_HARDER, /* nf_nat_used_tuple_harder(): a TCP connection in
			  * TIME_WAIT may be deleted for it */
};

/**
 * ct_nat_taken() - do answers to @tuple belong to another connection?
 * @ct:		ours: not confirmed, its zone counts. A connection with the same
 *		original tuple is no other: confirm resolves that
 *
 * One lookup, whatever the number of connections.
 */
bool ct_nat_taken(struct ct_table *t, const struct ct_conn *ct,
		  const struct ct_tuple *tuple, enum ct_taken_how how,
		  const struct nv_time *now);

#define CT_NAT_TRIES 32

/**
 * ct_nat_first_free() - the first of some tuples that is not taken
 * @tuples:	@n of them, at most CT_NAT_TRIES
 *
 * What ct_nat_taken() says of one after the other, but what all of them will
 * look at is loaded at once.
 *
 * Return: its number; @n when all are taken.
 */
unsigned ct_nat_first_free(struct ct_table *t, const struct ct_conn *ct,
			   const struct ct_tuple *tuples, unsigned n,
			   enum ct_taken_how how, const struct nv_time *now);

/** ct_nat_masq_link() - link whose address masquerade chose; 0: none */
uint32_t ct_nat_masq_link(struct ct_conn *ct);
/** ct_nat_set_masq_link() - note it; @pkt as for ct_nat_reply_set() */
bool ct_nat_set_masq_link(struct ct_table *t, struct packet *pkt,
			  uint32_t ifindex);

/** ct_nat_delete() - delete a confirmed entry (nf_ct_kill()) */
void ct_nat_delete(struct ct_table *t, struct ct_conn *ct);

/** ct_close() - a reset was sent for it: TCP state CLOSE, its timeout
 * (nf_ct_set_closing()); confirmed TCP connections alone */
void ct_close(struct ct_table *t, struct ct_conn *ct,
	      const struct nv_time *now);

#endif
