/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Data of maps that are more than one value: concatenations, each field padded
 * to 32 bits, and ranges, all lower ends before all upper ends.
 */
#ifndef NFTVM_PARSER_ELEMDATA_H
#define NFTVM_PARSER_ELEMDATA_H

#include "parser/print.h"
#include "parser/setdecl.h"

/** elemdata_field() - concatenated data of type @t, without ranges */
struct set_field elemdata_field(const struct datatype *t);

/**
 * elemdata_put() - a checked constant as a row has it
 * @out:	l->data.bytes of it
 * Return: 0; -1 with a diagnostic.
 */
int elemdata_put(struct check *c, const struct set_layout *l,
		 const struct expr *e, uint8_t *out);

/** elemdata_print_type() - " : interval ipv4_addr . inet_service" */
void elemdata_print_type(const struct datatype *t, bool interval,
			 struct strbuf *out);

/** elemdata_print() - the same bytes as text; @t is a concatenation, or data
 * are ranges */
void elemdata_print(const struct parser_env *env, const struct datatype *t,
		    bool interval, const uint8_t *bytes, struct strbuf *out);

/** elemdata_json() - as JSON; a new reference */
struct json_t *elemdata_json(const struct parser_env *env,
			     const struct datatype *t, bool interval,
			     const uint8_t *bytes);

#endif
