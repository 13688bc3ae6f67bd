/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Named objects: state that several rules share, by name or by a map's element.
 * A kind of object is a statement without its word: `counter c { packets 1
 * bytes 2 }` holds what `counter packets 1 bytes 2` does.
 */
#ifndef NFTVM_PARSER_OBJECT_H
#define NFTVM_PARSER_OBJECT_H

#include "parser/ast.h"

struct nftnl_obj;
struct strbuf;

/**
 * struct object_ops - a kind of object
 * @word:	before its name
 * @ref:	before the name in a statement; NULL: @word and `name`
 * @type:	NFT_OBJECT_*
 * @put:	what a statement says, as properties of an object
 * @print:	the lines in its block, two tabs before each
 * @json:	its fields, into @to
 */
struct object_ops {
	const char *word, *ref;
	uint32_t type;
	void (*put)(struct nftnl_obj *o, const struct stmt *s);
	void (*print)(const struct nftnl_obj *o, bool stateless,
		      struct strbuf *out);
	void (*json)(const struct nftnl_obj *o, bool stateless,
		     struct json_t *to);
};

#define OBJECT(name) extern const struct object_ops object_##name;
#include "parser/object.def"
#undef OBJECT

/** object_by_type() - of a NFT_OBJECT_*, or NULL */
const struct object_ops *object_by_type(uint32_t type);
/** object_by_word() - or NULL */
const struct object_ops *object_by_word(struct str word);

#endif
