/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of set back ends. */
#include "vm/set.h"

static const struct vm_set_ops *const backends[] = {
#define SET(id) &vm_set_##id,
#include "vm/set.def"
#undef SET
};

const struct vm_set_ops *vm_set_backend(const struct vm_set *set)
{
	for (size_t i = 0; i < ARRAY_LEN(backends); i++)
		if (backends[i]->fits(set))
			return backends[i];
	return NULL;
}

const struct vm_set_ops *vm_set_backend_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(backends); i++)
		if (!strcmp(backends[i]->name, name))
			return backends[i];
	return NULL;
}
