/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Replies that were captured under other translations than the ruleset makes:
 * a capture taken inside the LAN shows them already turned back, one taken
 * outside shows the ports that another NAT drew.
 */
#ifndef NFTVM_LAB_READDRESS_H
#define NFTVM_LAB_READDRESS_H

#include "base/hash.h"
#include "ct/ct.h"
#include "packet/packet.h"
#include "path/path.h"

#define READDRESS_FRAGS 16

/**
 * struct readdress - what is known of the translated connections
 * @pairs:	from a reply as it was captured to the one that is wanted
 * @servers:	from where replies come to who waits for them
 * @frags:	first fragments, the newest: the tuple of each, and the @reply
 *		that is @wanted instead
 * @wanted:	packets that came as no connection wants them
 * @ct:		borrowed: expectations, adjusted sequence numbers
 */
struct readdress {
	struct hash_key key;
	struct readdress_map {
		struct readdress_item *v;
		size_t size, n;
	} pairs, servers;
	struct readdress_frag {
		uint64_t id[5];
		struct ct_tuple tuple, reply;
		bool wanted;
	} frags[READDRESS_FRAGS];
	unsigned next_frag;
	uint64_t wanted;
	struct ct_table *ct;
};

void readdress_init(struct readdress *r, struct ct_table *ct);
void readdress_fini(struct readdress *r);

/**
 * struct readdress_look - a packet as it was before it ran
 * @tuple:	its own; of an ICMP error, of the answer to what it quotes.
 *		Valid with @has_tuple
 * @answers:	TCP: what an answer to it acknowledges; @ack: what it does
 * @frag_id:	of a fragment: addresses and id
 */
struct readdress_look {
	struct ct_tuple tuple;
	uint32_t answers, ack;
	bool has_tuple, is_error, is_frag;
	uint64_t frag_id[5];
};

/** readdress_look() - look at a packet that has not been received yet */
void readdress_look(const struct packet *pkt, struct readdress_look *look);

/**
 * readdress_wanted() - is it a reply that no connection wants as it is?
 * @reply:	what one wants instead
 *
 * A reply is known by what it answers: the original tuple of a translated
 * connection turned round. Else by its server, which one connection alone waits
 * for, or one with its port, or one whose SYN it acknowledges. An ICMP error is
 * known by the packet that it quotes, a later fragment by the first one. And a
 * connection that was announced in a payload which the ruleset rewrites comes
 * to where it was announced without that. Counts those that are.
 */
bool readdress_wanted(struct readdress *r, const struct readdress_look *look,
		      const struct nv_time *now, struct ct_tuple *reply);

/** readdress_rewrite() - make the packet what is wanted */
void readdress_rewrite(struct readdress *r, struct packet *pkt,
		       const struct readdress_look *look,
		       const struct nv_time *now, const struct ct_tuple *reply);

/** readdress_note() - after it ran: remember a connection that was
 * translated */
void readdress_note(struct readdress *r, const struct readdress_look *look,
		    const struct path_result *res);

#endif
