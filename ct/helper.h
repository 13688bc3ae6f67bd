/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Helpers from inside: what each is, and what an entry has of them. One
 * descriptor each (the kernel's nf_conntrack_helper), listed in helper.def.
 * Private to ct/; others come in by ct/help.h.
 */
#ifndef NFTVM_CT_HELPER_H
#define NFTVM_CT_HELPER_H

#include "base/rng.h"
#include "ct/expect.h"
#include "ct/help.h"
#include "ct/table.h"

#define CT_HELPER_CLASSES 4

/** struct ct_expect_policy - of one class of expectations: most there may be of
 * one master (0: any number), seconds that each lives */
struct ct_expect_policy {
	uint8_t max;
	uint32_t timeout;
};

/**
 * struct ct_help_ctx - a packet that a helper looks at
 * @l4_off:	of the transport header
 * @help:	the connection's record
 * @dir:	the packet's direction
 * @now:	tick
 * @rng:	for ports that are drawn
 */
struct ct_help_ctx {
	struct ct_table *t;
	struct packet *pkt;
	uint32_t l4_off;
	struct ct_conn *ct;
	struct ct_help *help;
	enum ct_dir dir;
	uint32_t now;
	struct rng *rng;
};

/**
 * struct ct_helper - one helper
 * @name:	as `ct helper` objects and conntrack(8) name it
 * @l4proto:	IPPROTO_TCP or IPPROTO_UDP
 * @v4, @v6:	for connections of which IP version
 * @policies:	of its classes of expectations
 * @help:	looks at a packet; REASON_NONE, or why it is to be dropped
 */
struct ct_helper {
	const char *name;
	uint8_t l4proto;
	bool v4, v6;
	struct ct_expect_policy policies[CT_HELPER_CLASSES];
	enum reason (*help)(struct ct_help_ctx *hx);
};

#define HELPER(name) extern const struct ct_helper ct_helper_##name;
#include "ct/helper.def"
#undef HELPER

/** struct ct_seqadj - by how much a direction's sequence numbers were moved:
 * @before up to @pos, @after behind it (nf_ct_seqadj) */
struct ct_seqadj {
	uint32_t pos;
	int32_t before, after;
};

/** struct ct_help_ftp - per direction the numbers that follow the last two
 * segments which ended in a newline */
struct ct_help_ftp {
	uint32_t after_nl[CT_DIR_MAX][2];
	uint8_t n[CT_DIR_MAX];
};

/**
 * struct ct_help - what an entry with a helper has besides the rest
 * @expects:	its expectations, newest first; @expecting: how many by class
 * @seq:	by direction
 */
struct ct_help {
	const struct ct_helper *helper;
	uint32_t expects;
	uint8_t expecting[CT_HELPER_CLASSES];
	struct ct_seqadj seq[CT_DIR_MAX];
	union {
		struct ct_help_ftp ftp;
	};
};

static_assert(sizeof(struct ct_help) <= CT_HELP_SIZE, "fits its pool");

/** ct_conn_help() - an entry's record; NULL: it has no helper */
static inline struct ct_help *ct_conn_help(const struct ct_table *t,
					   const struct ct_conn *ct)
{
	const struct ct_ext *ext = ct_table_ext(t, ct);

	if (likely(!ext) || !ext->help)
		return NULL;
	return ct_pool_at(&t->help, ext->help, CT_HELP_SIZE);
}

/** ct_conn_help_fini() - the entry goes, and what it has of helpers with it */
void ct_conn_help_fini(struct ct_table *t, struct ct_ext *ext);

/** ct_expected() - make @ct the connection that @exp announced: bits, mark,
 * master, of which it takes the caller's reference */
void ct_expected(struct ct_table *t, struct ct_conn *ct,
		 const struct ct_expect *exp);

/**
 * ct_help_payload() - the payload of a TCP or UDP packet
 * @len:	bytes on the wire
 * Return: NULL when there is none, or a capture cut some of it away.
 */
const uint8_t *ct_help_payload(const struct ct_help_ctx *hx, uint32_t *len);

/** ct_help_src(), ct_help_dst() - ends of one direction's tuple */
union inet_addr ct_help_src(const struct ct_help_ctx *hx, enum ct_dir dir);
union inet_addr ct_help_dst(const struct ct_help_ctx *hx, enum ct_dir dir);

/**
 * ct_help_expect_init() - an expectation of the packet's connection, of class 0
 * @src:	NULL: anyone
 * @dport:	network order
 *
 * Any source port. Ref: nf_ct_expect_init().
 */
void ct_help_expect_init(const struct ct_help_ctx *hx, struct ct_expect *exp,
			 const union inet_addr *src, const union inet_addr *dst,
			 be16_t dport);

/** ct_help_translated() - is the connection under NAT, so that what it
 * announces has to be rewritten? */
bool ct_help_translated(const struct ct_help_ctx *hx);

/**
 * ct_help_expect_port() - add @exp, which follows its master's translation,
 * under its port or, where that is taken, another above it
 * Return: the port, host order; 0: none is free (nf_nat_exp_find_port()).
 */
uint16_t ct_help_expect_port(struct ct_help_ctx *hx, struct ct_expect *exp);

/**
 * ct_help_mangle() - replace bytes of a TCP payload
 * @off, @len:	of what is replaced, from the payload's start
 *
 * Checksums are repaired; a change of length moves the connection's sequence
 * numbers from here on.
 *
 * Ref: nf_nat_mangle_tcp_packet().
 * Return: false: there is no room for it.
 */
bool ct_help_mangle(struct ct_help_ctx *hx, uint32_t off, uint32_t len,
		    const char *text, uint32_t text_len);

/** ct_seq_offset() - by how much number @seq of a direction was moved
 * (nf_ct_seq_offset()) */
int32_t ct_seq_offset(const struct ct_table *t, const struct ct_conn *ct,
		      enum ct_dir dir, uint32_t seq);

#endif
