/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parser asks: names of links, and what is loaded already. */
#include "api/engine.h"

#include <net/if.h>
#include <string.h>

static uint32_t host_link_index(void *data, const char *name)
{
	const struct nftvm *nv = data;
	const struct host_link *link = host_link_by_name(nv->host, name);

	return link ? link->ifindex : 0;
}

static uint32_t any_link_index(void *data, const char *name)
{
	const struct nftvm *nv = data;
	const struct host_link *link;

	/* A number is an index, not the name of a link to be. */
	if (name[strspn(name, "0123456789")] == '\0')
		return host_link_index(data, name);
	link = host_link_add(nv->host, name);

	return link ? link->ifindex : 0;
}

static uint32_t machine_link_index(void *data, const char *name)
{
	return if_nametoindex(name);
}

static const char *host_link_name(void *data, uint32_t index)
{
	const struct nftvm *nv = data;
	const struct host_link *link = host_link_by_index(nv->host, index);

	return link ? link->name : NULL;
}

static const struct set_type *find_set(void *data, uint8_t family,
				       const char *table, const char *set)
{
	const struct nftvm *nv = data;
	const struct rs_table *t = ruleset_table(nv->ruleset, family, table);
	struct rs_set *s = t ? rs_set_find(t, set) : NULL;

	if (!s || s->anonymous)
		return NULL;
	s->type.has_elems = s->elems.len > 0;
	return &s->type;
}

static bool find_table(void *data, uint8_t family, const char *table)
{
	const struct nftvm *nv = data;

	return ruleset_table(nv->ruleset, family, table);
}

static bool find_chain(void *data, uint8_t family, const char *table,
		       const char *chain)
{
	const struct nftvm *nv = data;
	const struct rs_table *t = ruleset_table(nv->ruleset, family, table);

	return t && rs_chain_find(t, chain);
}

void engine_env(const struct nftvm *nv, struct parser_env *env)
{
	static uint32_t (*const link_indexes[])(void *, const char *) = {
		[LINKS_ANY] = any_link_index,
		[LINKS_HOST] = host_link_index,
		[LINKS_MACHINE] = machine_link_index,
	};

	*env = (struct parser_env){
		.link_index = link_indexes[nv->links],
		.link_name = nv->links == LINKS_MACHINE ? NULL : host_link_name,
		.find_set = find_set,
		.find_table = find_table,
		.find_chain = find_chain,
		.data = (void *)nv,
		.include_dirs = nv->include_dirs.v,
		.numeric = nv->numeric,
	};
}
