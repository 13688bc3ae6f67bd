/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/strmap.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "base/vec.h"

/*
 * Theory of operation: entries stand in an array in the order of insertion
 * (a deleted one keeps its place with key NULL until the next rebuild); an
 * index of twice as many slots holds entry number + 1, probed linearly. The
 * whole index is rebuilt when it is more than half used, so a deleted slot
 * needs no marker of its own: it still points at its (dead) entry.
 */
struct entry {
	char *key;
	void *value;
	uint64_t hash;
};

struct strmap {
	struct hash_key hash_key;
	VEC(struct entry) entries;
	uint32_t *index;
	size_t index_len; /* power of two */
	size_t live;
};

static void index_insert(struct strmap *m, uint64_t hash, uint32_t ref)
{
	size_t i = hash & (m->index_len - 1);

	while (m->index[i])
		i = (i + 1) & (m->index_len - 1);
	m->index[i] = ref;
}

/* Make an index of @len slots of the living entries, squeezing out dead ones. */
static void rebuild(struct strmap *m, size_t len)
{
	size_t n = 0;

	free(m->index);
	m->index = xcalloc(len, sizeof(*m->index));
	m->index_len = len;
	for (size_t i = 0; i < m->entries.len; i++) {
		if (!m->entries.v[i].key)
			continue;
		m->entries.v[n] = m->entries.v[i];
		n++;
		index_insert(m, m->entries.v[n - 1].hash, (uint32_t)n);
	}
	m->entries.len = n;
}

struct strmap *strmap_new(void)
{
	struct strmap *m = xzalloc(sizeof(*m));

	m->hash_key = hash_key_random();
	rebuild(m, 16);
	return m;
}

void strmap_free(struct strmap *m)
{
	struct entry *e;

	if (!m)
		return;
	vec_foreach(&m->entries, e)
		free(e->key);
	vec_fini(&m->entries);
	free(m->index);
	free(m);
}

static struct entry *find(const struct strmap *m, const char *key,
			  uint64_t hash)
{
	struct entry *e;

	for (size_t i = hash & (m->index_len - 1); m->index[i];
	     i = (i + 1) & (m->index_len - 1)) {
		e = &m->entries.v[m->index[i] - 1];
		if (e->key && e->hash == hash && !strcmp(e->key, key))
			return e;
	}
	return NULL;
}

void *strmap_put(struct strmap *m, const char *key, void *value)
{
	uint64_t hash = hash_sip13(&m->hash_key, key, strlen(key));
	struct entry *e = find(m, key, hash);
	void *old;

	if (e) {
		old = e->value;
		e->value = value;
		return old;
	}
	if ((m->entries.len + 1) * 2 > m->index_len)
		rebuild(m, m->live * 4 >= m->index_len ? m->index_len * 2
						       : m->index_len);
	e = vec_add(&m->entries);
	e->key = xstrdup(key);
	e->value = value;
	e->hash = hash;
	index_insert(m, hash, (uint32_t)m->entries.len);
	m->live++;
	return NULL;
}

void *strmap_get(const struct strmap *m, const char *key)
{
	struct entry *e;

	e = find(m, key, hash_sip13(&m->hash_key, key, strlen(key)));
	return e ? e->value : NULL;
}

void *strmap_del(struct strmap *m, const char *key)
{
	struct entry *e;
	void *old;

	e = find(m, key, hash_sip13(&m->hash_key, key, strlen(key)));
	if (!e)
		return NULL;
	old = e->value;
	free(e->key);
	e->key = NULL;
	e->value = NULL;
	m->live--;
	return old;
}

size_t strmap_len(const struct strmap *m)
{
	return m->live;
}

void *strmap_next(const struct strmap *m, size_t *pos, const char **key)
{
	const struct entry *e;

	while (*pos < m->entries.len) {
		e = &m->entries.v[(*pos)++];
		if (!e->key)
			continue;
		if (key)
			*key = e->key;
		return e->value;
	}
	return NULL;
}
