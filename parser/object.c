/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of the kinds of named objects. */
#include "parser/object.h"

#include <stdio.h>
#include <libnftnl/object.h>

#include "base/strbuf.h"
#include "base/util.h"
#include "parser/datatype.h"
#include "parser/listing.h"

static const struct object_ops *const kinds[] = {
#define OBJECT(name) &object_##name,
#include "parser/object.def"
#undef OBJECT
};

const struct object_ops *object_by_type(uint32_t type)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (kinds[i]->type == type)
			return kinds[i];
	return NULL;
}

const struct object_ops *object_by_word(struct str word)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_is(word, kinds[i]->word))
			return kinds[i];
	return NULL;
}

const char *list_object_word(uint32_t type)
{
	const struct object_ops *ops = object_by_type(type);

	return ops ? ops->word : "object";
}

void list_object(const struct nftnl_obj *o, bool stateless, struct strbuf *out)
{
	const struct object_ops *ops = object_by_type(nftnl_obj_get_u32(
		(struct nftnl_obj *)(uintptr_t)o, NFTNL_OBJ_TYPE));

	if (ops)
		ops->print(o, stateless, out);
}

void list_object_json(const struct nftnl_obj *o, bool stateless,
		      struct json_t *to)
{
	const struct object_ops *ops = object_by_type(nftnl_obj_get_u32(
		(struct nftnl_obj *)(uintptr_t)o, NFTNL_OBJ_TYPE));

	if (ops)
		ops->json(o, stateless, to);
}
