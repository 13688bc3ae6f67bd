/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Statements that translate and reject: their nodes, and what snat, dnat,
 * masquerade and redirect share. */
#ifndef NFTVM_PARSER_NAT_H
#define NFTVM_PARSER_NAT_H

#include "parser/build.h"
#include "parser/print.h"
#include "parser/raise.h"

/**
 * struct nat_stmt - where to
 * @is_dnat:	dnat, else snat
 * @family:	NFPROTO_IPV4 or IPV6 when it was named or must be
 * @kind:	`prefix', `interval' or `addr' (of addr . port) as written
 * @flags:	NF_NAT_RANGE_*
 * @addr, @port: NULL when there is none; @addr of a map may bring ports
 * @with_port:	it does
 * @data_range:	its map's data are ranges
 * @shows_family: the listing names it
 */
struct nat_stmt {
	struct stmt s;
	bool is_dnat;
	uint8_t family;
	struct str kind;
	struct loc kind_loc;
	uint32_t flags;
	struct expr *addr, *port;
	bool with_port, data_range, shows_family;
};

/** struct masq_stmt - masquerade and redirect: ports and NF_NAT_RANGE_* */
struct masq_stmt {
	struct stmt s;
	struct expr *port;
	uint32_t flags;
};

/**
 * struct reject_stmt - what the sender is told
 * @kind:	`icmp', `icmpv6', `icmpx' or `tcp'; empty: the default
 * @expr:	the ICMP code
 * @type, @code: NFT_REJECT_*, checked
 * @family:	whose code it is, 0: of icmpx
 */
struct reject_stmt {
	struct stmt s;
	struct str kind;
	struct loc kind_loc;
	struct expr *expr;
	uint32_t type;
	uint8_t code, family;
};

/* The grammar's actions. */
struct stmt *build_nat(struct parser *p, const struct loc *loc,
		       const struct keyword *kw, const struct keyword *family,
		       struct str *kind, const struct loc *kind_loc,
		       struct stmt *to);
struct stmt *build_nat_to(struct parser *p, struct expr *addr,
			  struct expr *port);
struct stmt *build_nat_flags(struct parser *p, struct stmt *s,
			     struct words *flags);
/** build_nat_port() - `to :PORT' of masquerade and redirect; @kw is which */
struct stmt *build_nat_port(struct parser *p, const struct loc *loc,
			    const struct keyword *kw, struct expr *port);
struct stmt *build_reject(struct parser *p, const struct loc *loc,
			  struct str *with, const struct loc *with_loc,
			  struct str *kind, const struct loc *kind_loc,
			  struct expr *code);

/** nat_check_port() - ports as inet_service, once the packet is known to have
 * them: 0; -1 with a diagnostic */
int nat_check_port(struct check *c, const struct stmt *s, struct expr **port);
/**
 * nat_lower_value() - a value or both ends of a range into registers
 * @reg:	first word; moves on behind them
 * Return: the register of the upper end, or 0: there is none.
 */
uint32_t nat_lower_value(struct lower *l, const struct expr *e, unsigned *reg);
/** nat_print_flags() - " random,persistent" */
void nat_print_flags(uint32_t flags, struct strbuf *out);
/** nat_flags_json() - the same as an array; a new reference */
struct json_t *nat_flags_json(uint32_t flags);
/** nat_raise_port() - the port or range of two registers; NULL: none */
struct expr *nat_raise_port(struct raise *r, const struct nftnl_expr *n,
			    uint16_t min_attr, uint16_t max_attr);
/** nat_range() - both ends as a range, or as the prefix that it is */
struct expr *nat_range(struct raise *r, struct expr *lo, struct expr *hi);

#endif
