/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Intervals of one field: a sorted array, cut into chunks.
 *
 * Theory of operation
 *
 * Elements come as nft sends them: a key where an interval starts, and with
 * ELEM_INTERVAL_END the first key behind it (none for an interval up to the
 * last key). So what is kept are points, in memcmp() order, each the end of
 * one interval, the start of another, or both:
 *
 *	10.0.0.0 S   10.1.0.0 E   10.2.0.0 S   10.3.0.0 ES   10.4.0.0 E
 *
 * A key is in the set when the last point at or before it is a start; that is
 * the whole lookup (nft_rbtree_lookup()).
 *
 *	dir: first keys | chunk pointers
 *	                       `--> chunk: keys[] flags[] values[]
 *
 * Chunks hold at most CHUNK_MAX points and the directory their first keys, so
 * a lookup is two binary searches, and an insert into a transaction's version
 * copies one chunk and the directory (16 bytes a chunk), not the set. Keys up
 * to 8 bytes are compared as numbers. A published version, which does not
 * change any more, has a table of as many equal steps as the directory has
 * chunks, which says where in it to search: where keys are spread evenly that
 * leaves a chunk or two.
 *
 * Refusals are the kernel's (__nft_rbtree_insert()): -EEXIST for a point that
 * is there, -ENOTEMPTY where intervals would overlap. Anonymous sets may hold
 * two starts in a row (adjacent elements of a map).
 */
#include <errno.h>
#include <stdlib.h>

#include "base/byteorder.h"
#include "vm/core.h"

enum {
	CHUNK_MAX = 128,
	START = 1,
	END = 2,
	/* a directory of fewer chunks is searched at once */
	JUMP_MIN = 16,
};

/**
 * struct chunk - up to CHUNK_MAX points in order
 * @version:	of the contents that may write it
 * @bytes:	keys, then a flag byte each, then values (and ext pointers)
 */
struct chunk {
	uint32_t version;
	uint16_t n;
	uint8_t bytes[];
};

/**
 * struct jump - into the directory, by how far a prefix is from the first
 * @first:	the first chunk's prefix
 * @n:		a power of two; prefix - first, shifted right, is less for all
 * @start:	@n + 1: the first chunk that is so far
 */
struct jump {
	uint64_t first;
	unsigned shift;
	uint32_t n;
	uint32_t start[];
};

/**
 * struct interval_data - a version
 * @prefix, @chunk: the directory
 * @jump:	of a published version that is large, else NULL
 */
struct interval_data {
	struct vm_set_data base;
	uint32_t version;
	uint16_t key_len, value_len, val_size;
	size_t n_chunks, cap;
	uint64_t *prefix;
	struct chunk **chunk;
	struct jump *jump;
	VEC(struct chunk *) stale;
};

static const struct interval_data *iv_of(const struct vm_set_data *d)
{
	return container_of(d, const struct interval_data, base);
}

static struct interval_data *iv_rw(struct vm_set_data *d)
{
	return container_of(d, struct interval_data, base);
}

/* The first 8 bytes of a key as a number that sorts as they do. */
static uint64_t key_prefix(unsigned len, const uint8_t *key)
{
	uint64_t v = 0;

	if (len == 4)
		return (uint64_t)get_be32(key) << 32;
	memcpy(&v, key, MIN(len, 8u));
	return be64toh(v);
}

static uint8_t *key_at(const struct interval_data *iv, const struct chunk *c,
		       unsigned i)
{
	return (uint8_t *)(uintptr_t)c->bytes + (size_t)i * iv->key_len;
}

static uint8_t *flags_at(const struct interval_data *iv, const struct chunk *c,
			 unsigned i)
{
	return (uint8_t *)(uintptr_t)c->bytes + CHUNK_MAX * iv->key_len + i;
}

static uint8_t *val_at(const struct interval_data *iv, const struct chunk *c,
		       unsigned i)
{
	return (uint8_t *)(uintptr_t)c->bytes + CHUNK_MAX * (iv->key_len + 1) +
	       (size_t)i * iv->val_size;
}

static size_t chunk_size(const struct interval_data *iv)
{
	return sizeof(struct chunk) +
	       (size_t)CHUNK_MAX * (iv->key_len + 1 + iv->val_size);
}

/* A key made ready for many comparisons. */
struct needle {
	const uint8_t *key;
	uint64_t prefix;
	unsigned len;
};

static struct needle needle_of(const struct interval_data *iv, const void *key)
{
	return (struct needle){ key, key_prefix(iv->key_len, key),
				iv->key_len };
}

/* Is the key at @other, whose prefix is @prefix, behind the needle? */
static bool is_behind(const struct needle *n, uint64_t prefix,
		      const uint8_t *other)
{
	if (n->len <= 8 || prefix != n->prefix)
		return prefix > n->prefix;
	return memcmp(other, n->key, n->len) > 0;
}

/* Of @len chunks from number @at on, where the first behind the needle is. */
static size_t dir_search(const struct interval_data *iv, const struct needle *n,
			 size_t at, size_t len)
{
	const uint64_t *base = iv->prefix;

	while (len) {
		size_t half = len / 2;
		bool right = !is_behind(n, base[at + half],
					iv->chunk[at + half]->bytes);

		at += right ? half + 1 : 0;
		len = right ? len - half - 1 : half;
	}
	return at;
}

/* The same for keys that their prefix is all of: no branch to mispredict. */
static size_t dir_search_short(const struct interval_data *iv, uint64_t prefix,
			       size_t at, size_t len)
{
	const uint64_t *base;

	if (!len)
		return at;
	base = iv->prefix + at;
	while (len > 1) {
		size_t half = len / 2;

		base += base[half - 1] <= prefix ? half : 0;
		len -= half;
	}
	return (size_t)(base - iv->prefix) + (*base <= prefix);
}

/* The chunks that the jump table leaves open for a prefix: @at to @at + @len;
 * those before are at or before it, those after are behind. */
static size_t dir_jump(const struct interval_data *iv, uint64_t prefix,
		       size_t *at)
{
	const struct jump *j = iv->jump;
	uint64_t i;

	*at = 0;
	if (!j)
		return iv->n_chunks;
	if (prefix < j->first)
		return 0;
	i = MIN((prefix - j->first) >> j->shift, (uint64_t)j->n - 1);
	*at = j->start[i];
	return j->start[i + 1] - j->start[i];
}

/* How many chunks begin at or before the needle. */
static size_t dir_find(const struct interval_data *iv, const struct needle *n)
{
	size_t at, len = dir_jump(iv, n->prefix, &at);

	return n->len <= 8 ? dir_search_short(iv, n->prefix, at, len)
			   : dir_search(iv, n, at, len);
}

/* A jump table over the directory, for a version that will not change. */
static struct jump *jump_new(const struct interval_data *iv)
{
	size_t n = 1, c = 0;
	struct jump *j;
	uint64_t span;

	if (iv->n_chunks < JUMP_MIN)
		return NULL;
	while (n < iv->n_chunks)
		n *= 2;
	j = xmalloc(sizeof(*j) + (n + 1) * sizeof(j->start[0]));
	j->first = iv->prefix[0];
	j->n = (uint32_t)n;
	j->shift = 0;
	span = iv->prefix[iv->n_chunks - 1] - j->first;
	while (span >> j->shift >= n)
		j->shift++;
	for (size_t i = 0; i < n; i++) {
		while (c < iv->n_chunks &&
		       (iv->prefix[c] - j->first) >> j->shift < i)
			c++;
		j->start[i] = (uint32_t)c;
	}
	j->start[n] = (uint32_t)iv->n_chunks;
	return j;
}

/* How many points of @c are at or before the needle. */
static unsigned chunk_search(const struct interval_data *iv,
			     const struct chunk *c, const struct needle *n)
{
	unsigned len = c->n, at = 0;

	while (len) {
		unsigned half = len / 2;
		const uint8_t *k = key_at(iv, c, at + half);
		bool right = !is_behind(n, key_prefix(n->len, k), k);

		at += right ? half + 1 : 0;
		len = right ? len - half - 1 : half;
	}
	return at;
}

/* The same for keys of 4 bytes, without a branch to mispredict. */
static unsigned chunk_search4(const struct chunk *c, uint32_t key)
{
	const uint8_t *base = c->bytes;
	unsigned len = c->n;

	while (len > 1) {
		unsigned half = len / 2;

		base += get_be32(base + (half - 1) * 4) <= key ? half * 4 : 0;
		len -= half;
	}
	return (unsigned)(base - c->bytes) / 4 + (get_be32(base) <= key);
}

/* A point: number @i of chunk number @c. */
struct pos {
	size_t c;
	unsigned i;
};

/* The last point at or before the needle; false: there is none. */
static bool last_before(const struct interval_data *iv, const struct needle *n,
			struct pos *pos)
{
	size_t c = dir_find(iv, n);

	if (!c)
		return false;
	pos->c = c - 1;
	pos->i = (n->len == 4 ? chunk_search4(iv->chunk[c - 1],
					      (uint32_t)(n->prefix >> 32))
			      : chunk_search(iv, iv->chunk[c - 1], n)) -
		 1;
	return true;
}

static void hit_fill(const struct interval_data *iv, struct pos p,
		     struct vm_hit *hit)
{
	const uint8_t *v = val_at(iv, iv->chunk[p.c], p.i);

	hit->value = v;
	hit->ext = NULL;
	if (iv->base.set->has_ext)
		memcpy(&hit->ext, v + iv->value_len, sizeof(hit->ext));
}

static bool interval_find(const struct vm_set_data *d, const void *key,
			  uint64_t now_ns, struct vm_hit *hit)
{
	const struct interval_data *iv = iv_of(d);
	struct needle n = needle_of(iv, key);
	struct pos p;

	if (!last_before(iv, &n, &p) ||
	    !(*flags_at(iv, iv->chunk[p.c], p.i) & START))
		return false;
	hit_fill(iv, p, hit);
	return !vm_elem_expired(hit->ext, now_ns);
}

/* --- changing ------------------------------------------------------------- */

static struct chunk *chunk_new(const struct interval_data *iv)
{
	struct chunk *c = xmalloc(chunk_size(iv));

	c->version = iv->version;
	c->n = 0;
	return c;
}

static void chunk_leave(struct interval_data *iv, struct chunk *c)
{
	if (c->version == iv->version)
		free(c);
	else
		vec_push(&iv->stale, c);
}

/* Chunk number @i, the version's own. */
static struct chunk *chunk_own(struct interval_data *iv, size_t i)
{
	struct chunk *c = iv->chunk[i], *n;

	if (c->version == iv->version)
		return c;
	n = xmemdup(c, chunk_size(iv));
	n->version = iv->version;
	iv->chunk[i] = n;
	chunk_leave(iv, c);
	return n;
}

static void dir_insert(struct interval_data *iv, size_t at, struct chunk *c)
{
	if (iv->n_chunks == iv->cap) {
		iv->cap = MAX(iv->cap * 2, (size_t)8);
		iv->prefix = xrealloc_array(iv->prefix, iv->cap,
					    sizeof(*iv->prefix));
		iv->chunk =
			xrealloc_array(iv->chunk, iv->cap, sizeof(*iv->chunk));
	}
	memmove(iv->prefix + at + 1, iv->prefix + at,
		(iv->n_chunks - at) * sizeof(*iv->prefix));
	memmove(iv->chunk + at + 1, iv->chunk + at,
		(iv->n_chunks - at) * sizeof(*iv->chunk));
	iv->chunk[at] = c;
	iv->n_chunks++;
}

static void dir_remove(struct interval_data *iv, size_t at)
{
	iv->n_chunks--;
	memmove(iv->prefix + at, iv->prefix + at + 1,
		(iv->n_chunks - at) * sizeof(*iv->prefix));
	memmove(iv->chunk + at, iv->chunk + at + 1,
		(iv->n_chunks - at) * sizeof(*iv->chunk));
}

static void prefix_renew(struct interval_data *iv, size_t at)
{
	iv->prefix[at] = key_prefix(iv->key_len, iv->chunk[at]->bytes);
}

/* Move @n points from @from[@i] to @to[@j]. */
static void points_move(const struct interval_data *iv, struct chunk *to,
			unsigned j, const struct chunk *from, unsigned i,
			unsigned n)
{
	memmove(key_at(iv, to, j), key_at(iv, from, i), n * iv->key_len);
	memmove(flags_at(iv, to, j), flags_at(iv, from, i), n);
	memmove(val_at(iv, to, j), val_at(iv, from, i), n * iv->val_size);
}

/* Make room for a point at @p, which may move to another chunk. Points that
 * come in order fill their chunks. */
static struct chunk *chunk_room(struct interval_data *iv, struct pos *p)
{
	struct chunk *c, *n;
	unsigned keep;

	if (!iv->n_chunks)
		dir_insert(iv, 0, chunk_new(iv));
	c = chunk_own(iv, p->c);
	if (c->n < CHUNK_MAX)
		return c;
	keep = p->i == CHUNK_MAX ? CHUNK_MAX : CHUNK_MAX / 2;
	n = chunk_new(iv);
	points_move(iv, n, 0, c, keep, CHUNK_MAX - keep);
	n->n = (uint16_t)(CHUNK_MAX - keep);
	c->n = (uint16_t)keep;
	dir_insert(iv, p->c + 1, n);
	if (n->n)
		prefix_renew(iv, p->c + 1);
	if (p->i < keep)
		return c;
	p->c++;
	p->i -= keep;
	return n;
}

static void point_fill(const struct interval_data *iv, struct pos p,
		       const struct vm_elem *e)
{
	struct chunk *c = iv->chunk[p.c];
	uint8_t *v = val_at(iv, c, p.i);

	if (e->flags & ELEM_INTERVAL_END) {
		*flags_at(iv, c, p.i) |= END;
		return;
	}
	*flags_at(iv, c, p.i) |= START;
	if (iv->value_len)
		memcpy(v, e->value, iv->value_len);
	if (iv->base.set->has_ext)
		memcpy(v + iv->value_len, &e->ext, sizeof(e->ext));
}

static void point_insert(struct interval_data *iv, struct pos p,
			 const struct vm_elem *e)
{
	struct chunk *c = chunk_room(iv, &p);

	points_move(iv, c, p.i + 1, c, p.i, c->n - p.i);
	c->n++;
	memcpy(key_at(iv, c, p.i), e->key, iv->key_len);
	*flags_at(iv, c, p.i) = 0;
	memset(val_at(iv, c, p.i), 0, iv->val_size);
	point_fill(iv, p, e);
	if (!p.i)
		prefix_renew(iv, p.c);
}

/* Flags of the next point, or 0. */
static uint8_t flags_after(const struct interval_data *iv, struct pos p)
{
	if (++p.i == iv->chunk[p.c]->n) {
		p.i = 0;
		if (++p.c == iv->n_chunks)
			return 0;
	}
	return *flags_at(iv, iv->chunk[p.c], p.i);
}

static uint8_t flags_before(const struct interval_data *iv, struct pos p)
{
	if (!p.i) {
		if (!p.c--)
			return 0;
		p.i = iv->chunk[p.c]->n;
	}
	return *flags_at(iv, iv->chunk[p.c], p.i - 1);
}

/* What stands around a key, in the order end before start: @same at the key,
 * @before and @after it. */
struct around {
	uint8_t same, before, after;
};

static int refuse(const struct vm_set *s, const struct vm_elem *e,
		  struct around a)
{
	if (e->flags & ELEM_INTERVAL_END) {
		if (a.same & END)
			return -EEXIST;
		/* behind an end, or, with no start at the key, before one */
		if (a.before && !(a.before & START))
			return -ENOTEMPTY;
		if (!(a.same & START) && a.after & END)
			return -ENOTEMPTY;
		return 0;
	}
	if (a.same & START)
		return -EEXIST;
	if (!(a.same & END) && a.before & START &&
	    !(s->flags & NFT_SET_ANONYMOUS))
		return -ENOTEMPTY;
	return 0;
}

static int interval_insert(struct vm_set_data *d, const struct vm_elem *e,
			   struct vm_hit *have)
{
	struct interval_data *iv = iv_rw(d);
	struct needle n = needle_of(iv, e->key);
	struct pos p = { 0, 0 };
	struct around a = { 0 };
	bool any = last_before(iv, &n, &p), same = false;
	int ret;

	if (any) {
		same = !memcmp(key_at(iv, iv->chunk[p.c], p.i), e->key,
			       iv->key_len);
		a.same = same ? *flags_at(iv, iv->chunk[p.c], p.i) : 0;
		a.before = same ? flags_before(iv, p)
				: *flags_at(iv, iv->chunk[p.c], p.i);
		a.after = flags_after(iv, p);
	} else if (iv->n_chunks) {
		a.after = *flags_at(iv, iv->chunk[0], 0);
	}
	ret = refuse(d->set, e, a);
	if (ret == -EEXIST && !(e->flags & ELEM_INTERVAL_END))
		hit_fill(iv, p, have);
	if (ret)
		return ret;
	d->n += !(e->flags & ELEM_INTERVAL_END);
	if (same) {
		chunk_own(iv, p.c);
		point_fill(iv, p, e);
		return 0;
	}
	if (any)
		p.i++;
	point_insert(iv, p, e);
	return 0;
}

static void point_remove(struct interval_data *iv, struct pos p)
{
	struct chunk *c = iv->chunk[p.c];

	points_move(iv, c, p.i, c, p.i + 1, c->n - p.i - 1);
	c->n--;
	if (!c->n) {
		dir_remove(iv, p.c);
		free(c);
	} else if (!p.i) {
		prefix_renew(iv, p.c);
	}
}

static int interval_remove(struct vm_set_data *d, const struct vm_elem *e,
			   struct vm_elem_ext **ext)
{
	struct interval_data *iv = iv_rw(d);
	struct needle n = needle_of(iv, e->key);
	uint8_t bit = e->flags & ELEM_INTERVAL_END ? END : START, *flags;
	struct vm_hit hit;
	struct pos p;

	if (!last_before(iv, &n, &p) ||
	    memcmp(key_at(iv, iv->chunk[p.c], p.i), e->key, iv->key_len) ||
	    !(*flags_at(iv, iv->chunk[p.c], p.i) & bit))
		return -ENOENT;
	chunk_own(iv, p.c);
	if (bit == START) {
		hit_fill(iv, p, &hit);
		*ext = hit.ext;
		d->n--;
		memset(val_at(iv, iv->chunk[p.c], p.i), 0, iv->val_size);
	}
	flags = flags_at(iv, iv->chunk[p.c], p.i);
	*flags &= (uint8_t)~bit;
	if (!*flags)
		point_remove(iv, p);
	return 0;
}

/* --- versions -------------------------------------------------------------- */

static struct vm_set_data *interval_new(const struct vm_set *set, size_t hint)
{
	struct interval_data *iv = xzalloc(sizeof(*iv));

	iv->base.set = set;
	iv->base.ops = &vm_set_interval;
	iv->version = 1;
	iv->key_len = set->key_len;
	iv->value_len = set->value_len;
	iv->val_size = (uint16_t)(set->value_len +
				  (set->has_ext ? sizeof(void *) : 0));
	return &iv->base;
}

static struct vm_set_data *interval_clone(const struct vm_set_data *d)
{
	struct interval_data *iv = xmemdup(iv_of(d), sizeof(*iv));

	/* room for one more, so that one insert copies the directory once */
	iv->cap = iv->n_chunks + 1;
	iv->prefix = xcalloc(iv->cap, sizeof(*iv->prefix));
	iv->chunk = xcalloc(iv->cap, sizeof(*iv->chunk));
	if (iv->n_chunks) {
		memcpy(iv->prefix, iv_of(d)->prefix,
		       iv->n_chunks * sizeof(*iv->prefix));
		memcpy(iv->chunk, iv_of(d)->chunk,
		       iv->n_chunks * sizeof(*iv->chunk));
	}
	iv->version++;
	iv->jump = NULL;
	memset(&iv->stale, 0, sizeof(iv->stale));
	return &iv->base;
}

static void shell_free(void *p)
{
	struct interval_data *iv = p;

	vec_fini(&iv->stale);
	free(iv->jump);
	free(iv->prefix);
	free(iv->chunk);
	free(iv);
}

static void interval_publish(struct vm_set_data *d, struct vm_set_data *old)
{
	struct interval_data *iv = iv_rw(d);

	iv->jump = jump_new(iv);
	for (size_t i = 0; i < iv->stale.len; i++)
		vm_retire(d->set->vm, free, iv->stale.v[i]);
	vec_fini(&iv->stale);
	if (old)
		vm_retire(d->set->vm, shell_free, iv_rw(old));
}

static void interval_drop(struct vm_set_data *d)
{
	struct interval_data *iv = iv_rw(d);

	for (size_t i = 0; i < iv->n_chunks; i++)
		if (iv->chunk[i]->version == iv->version)
			free(iv->chunk[i]);
	shell_free(iv);
}

static void interval_free(struct vm_set_data *d)
{
	struct interval_data *iv = iv_rw(d);

	for (size_t i = 0; i < iv->n_chunks; i++)
		free(iv->chunk[i]);
	shell_free(iv);
}

static void interval_clear(struct vm_set_data *d)
{
	struct interval_data *iv = iv_rw(d);

	for (size_t i = 0; i < iv->n_chunks; i++)
		chunk_leave(iv, iv->chunk[i]);
	iv->n_chunks = 0;
	d->n = d->has_catchall;
}

/* A point is up to two elements: the end first, as the kernel lists them. */
static int point_walk(const struct interval_data *iv, struct pos p,
		      int (*fn)(const struct vm_elem *e, void *arg), void *arg)
{
	const struct chunk *c = iv->chunk[p.c];
	struct vm_elem e = { .key = key_at(iv, c, p.i) };
	uint8_t flags = *flags_at(iv, c, p.i);
	struct vm_hit hit;
	int ret = 0;

	if (flags & END) {
		e.flags = ELEM_INTERVAL_END;
		ret = fn(&e, arg);
	}
	if (ret || !(flags & START))
		return ret;
	hit_fill(iv, p, &hit);
	e.flags = 0;
	e.value = iv->value_len ? hit.value : NULL;
	e.ext = hit.ext;
	return fn(&e, arg);
}

static int interval_walk(const struct vm_set_data *d,
			 int (*fn)(const struct vm_elem *e, void *arg),
			 void *arg)
{
	const struct interval_data *iv = iv_of(d);
	struct pos p;
	int ret = 0;

	for (p.c = 0; p.c < iv->n_chunks; p.c++)
		for (p.i = 0; p.i < iv->chunk[p.c]->n && !ret; p.i++)
			ret = point_walk(iv, p, fn, arg);
	return ret;
}

static bool interval_fits(const struct vm_set *set)
{
	return (set->flags & NFT_SET_INTERVAL) && set->n_fields < 2 &&
	       !(set->flags & NFT_SET_EVAL);
}

const struct vm_set_ops vm_set_interval = {
	.name = "interval",
	.fits = interval_fits,
	.new = interval_new,
	.clone = interval_clone,
	.publish = interval_publish,
	.drop = interval_drop,
	.free = interval_free,
	.insert = interval_insert,
	.clear = interval_clear,
	.remove = interval_remove,
	.find = interval_find,
	.walk = interval_walk,
};
