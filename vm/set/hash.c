/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Exact keys: an extendible hash (Fagin et al. 1979) of small segments, each
 * with open addressing.
 *
 * Theory of operation
 *
 *	hash: | directory bits | ... | place in the segment | tag |
 *
 *	dir[] ---> segment: tags[cap] entries[cap]
 *	      `--> (several directory slots may share one)
 *
 * A segment grows by a quarter until it has SEG_MAX slots and then splits in
 * two, doubling the directory when it must. So no insert ever touches more
 * than one segment and the directory, and a transaction copies only the
 * segments it writes: what adding one element to a million costs is a few KB.
 *
 * A tag is a byte per slot: 0 free, 1 deleted, else 7 bits of the hash with
 * the top bit set. Probing compares eight tags at a time and ends at a group
 * that has a free one; segments are kept below 15/16 full, which is what makes
 * a set of a million 4-byte keys cost about 6 bytes an element.
 *
 * The hash is a keyed multiply-fold over the key, not SipHash: elements come
 * from the ruleset's author, and packets cannot add any (those sets are
 * vm/set/dynamic.c's), so nobody who is hostile chooses keys here.
 */
#include <errno.h>
#include <stdlib.h>

#include "vm/core.h"

enum {
	GROUP = 8,
	SEG_MIN = 16,
	SEG_MAX = 512,
	TAG_FREE = 0,
	TAG_DELETED = 1,
	DIR_BITS_MAX = 28,
};

/**
 * struct seg - a segment
 * @version:	of the contents that may write it
 * @bits:	how many leading bits of the hash its keys share
 * @cap, @used, @deleted: slots
 * @bytes:	tags, then entries (key, value, ext pointer)
 */
struct seg {
	uint32_t version;
	uint16_t cap, used, deleted;
	uint8_t bits;
	uint8_t bytes[];
};

struct hash_data {
	struct vm_set_data base;
	uint64_t k0, k1;
	uint32_t version;
	uint16_t key_len, value_len, stride;
	uint8_t bits;
	struct seg **dir;
	VEC(struct seg *) stale;
};

static const struct hash_data *hash_of(const struct vm_set_data *d)
{
	return container_of(d, const struct hash_data, base);
}

static struct hash_data *hash_rw(struct vm_set_data *d)
{
	return container_of(d, struct hash_data, base);
}

static uint64_t fold(uint64_t a, uint64_t b)
{
	unsigned __int128 p = (unsigned __int128)a * b;

	return (uint64_t)p ^ (uint64_t)(p >> 64);
}

static uint64_t key_hash(const struct hash_data *h, const uint8_t *key)
{
	uint64_t x = h->k0 ^ h->key_len, w;
	unsigned len = h->key_len;

	if (len == 4)
		return fold(load_raw32(key) ^ x, h->k1);
	for (; len >= 8; len -= 8, key += 8) {
		memcpy(&w, key, 8);
		x = fold(x ^ w, h->k1);
	}
	w = 0;
	for (unsigned i = 0; i < len; i++)
		w |= (uint64_t)key[i] << (8 * i);
	return fold(x ^ w, h->k1);
}

static uint8_t hash_tag(uint64_t hash)
{
	return 0x80 | (hash & 0x7f);
}

static size_t hash_dir(const struct hash_data *h, uint64_t hash)
{
	return h->bits ? (size_t)(hash >> (64 - h->bits)) : 0;
}

/* The group of slots to begin with. */
static unsigned hash_group(const struct seg *s, uint64_t hash)
{
	uint32_t groups = s->cap / GROUP;

	return (unsigned)(((hash >> 7 & 0xffff) * groups) >> 16);
}

static uint8_t *entry(const struct hash_data *h, const struct seg *s,
		      unsigned i)
{
	return (uint8_t *)(uintptr_t)s->bytes + s->cap + (size_t)i * h->stride;
}

#define ONES  UINT64_C(0x0101010101010101)
#define HIGHS UINT64_C(0x8080808080808080)

static uint64_t group_load(const struct seg *s, unsigned g)
{
	uint64_t w;

	memcpy(&w, s->bytes + g * GROUP, sizeof(w));
	return w;
}

/* A high bit in each byte of @w that is zero; bytes above a zero one may be
 * marked too, which costs a comparison. */
static uint64_t zero_bytes(uint64_t w)
{
	return (w - ONES) & ~w & HIGHS;
}

/* The slot of @key, or -1. */
static int seg_find(const struct hash_data *h, const struct seg *s,
		    uint64_t hash, const uint8_t *key)
{
	uint64_t want = ONES * hash_tag(hash);
	unsigned groups = s->cap / GROUP, g = hash_group(s, hash);

	for (unsigned n = 0; n < groups; n++) {
		uint64_t tags = group_load(s, g), m = zero_bytes(tags ^ want);

		for (; m; m &= m - 1) {
			unsigned i = g * GROUP + __builtin_ctzll(m) / 8;

			if (!memcmp(entry(h, s, i), key, h->key_len))
				return (int)i;
		}
		if (zero_bytes(tags))
			return -1;
		if (++g == groups)
			g = 0;
	}
	return -1;
}

static void hit_fill(const struct hash_data *h, const uint8_t *e,
		     struct vm_hit *hit)
{
	hit->value = e + h->key_len;
	hit->ext = NULL;
	if (h->base.set->has_ext)
		memcpy(&hit->ext, e + h->key_len + h->value_len,
		       sizeof(hit->ext));
}

static bool hash_find(const struct vm_set_data *d, const void *key,
		      uint64_t now_ns, struct vm_hit *hit)
{
	const struct hash_data *h = hash_of(d);
	uint64_t hash = key_hash(h, key);
	const struct seg *s = h->dir[hash_dir(h, hash)];
	int i = seg_find(h, s, hash, key);

	if (i < 0)
		return false;
	hit_fill(h, entry(h, s, (unsigned)i), hit);
	return !vm_elem_expired(hit->ext, now_ns);
}

static size_t seg_size(const struct hash_data *h, unsigned cap)
{
	return sizeof(struct seg) + cap * (size_t)(1 + h->stride);
}

static struct seg *seg_new(const struct hash_data *h, unsigned cap,
			   uint8_t bits)
{
	struct seg *s = xmalloc(seg_size(h, cap));

	memset(s, 0, sizeof(*s));
	s->version = h->version;
	s->cap = (uint16_t)cap;
	s->bits = bits;
	memset(s->bytes, TAG_FREE, cap);
	return s;
}

/* Put an entry that is not there into a segment with room. */
static void seg_put(const struct hash_data *h, struct seg *s, uint64_t hash,
		    const uint8_t *e)
{
	unsigned groups = s->cap / GROUP, g = hash_group(s, hash);

	for (;; g = g + 1 == groups ? 0 : g + 1) {
		/* free and deleted are the tags without a high bit */
		uint64_t m = ~group_load(s, g) & HIGHS;
		unsigned i;

		if (!m)
			continue;
		i = g * GROUP + __builtin_ctzll(m) / 8;
		if (s->bytes[i] == TAG_DELETED)
			s->deleted--;
		s->bytes[i] = hash_tag(hash);
		memcpy(entry(h, s, i), e, h->stride);
		s->used++;
		return;
	}
}

/* Slots of the segment that @n entries deserve: an eighth to spare. */
static unsigned seg_cap(unsigned n)
{
	return MAX((unsigned)SEG_MIN, ALIGN_UP(n + n / 8 + 2, (unsigned)GROUP));
}

/* @s is not used by this version any more. */
static void seg_leave(struct hash_data *h, struct seg *s)
{
	if (s->version == h->version)
		free(s);
	else
		vec_push(&h->stale, s);
}

/* Every directory slot of hashes that begin as @hash does, for @s. */
static void dir_set(struct hash_data *h, uint64_t hash, struct seg *s)
{
	size_t n = (size_t)1 << (h->bits - s->bits);
	size_t first = hash_dir(h, hash) & ~(n - 1);

	for (size_t i = 0; i < n; i++)
		h->dir[first + i] = s;
}

static void dir_double(struct hash_data *h)
{
	size_t n = (size_t)1 << h->bits;
	struct seg **dir = xcalloc(n * 2, sizeof(*dir));

	for (size_t i = 0; i < n; i++)
		dir[2 * i] = dir[2 * i + 1] = h->dir[i];
	free(h->dir);
	h->dir = dir;
	h->bits++;
}

/* Move what is in @from to @to, or to @other when bit @bit is set. */
static void seg_move(const struct hash_data *h, const struct seg *from,
		     struct seg *to, struct seg *other, unsigned bit)
{
	for (unsigned i = 0; i < from->cap; i++) {
		const uint8_t *e = entry(h, from, i);
		uint64_t hash;

		if (!(from->bytes[i] & 0x80))
			continue;
		hash = key_hash(h, e);
		seg_put(h, other && (hash >> bit & 1) ? other : to, hash, e);
	}
}

static void seg_split(struct hash_data *h, struct seg *s, uint64_t hash)
{
	unsigned cap = seg_cap(s->used / 2 + s->used / 8), bit = 63 - s->bits;
	struct seg *lo, *hi;
	unsigned n_hi = 0;

	if (s->bits == h->bits)
		dir_double(h);
	for (unsigned i = 0; i < s->cap; i++)
		if (s->bytes[i] & 0x80)
			n_hi += key_hash(h, entry(h, s, i)) >> bit & 1;
	cap = seg_cap(s->used - n_hi);
	lo = seg_new(h, cap, s->bits + 1);
	hi = seg_new(h, seg_cap(n_hi), s->bits + 1);
	seg_move(h, s, lo, hi, bit);
	dir_set(h, hash & ~(UINT64_C(1) << bit), lo);
	dir_set(h, hash | UINT64_C(1) << bit, hi);
	seg_leave(h, s);
}

/* The same entries in a segment of @cap slots. */
static struct seg *seg_resize(struct hash_data *h, struct seg *s, unsigned cap,
			      uint64_t hash)
{
	struct seg *n = seg_new(h, cap, s->bits);

	seg_move(h, s, n, NULL, 0);
	dir_set(h, hash, n);
	seg_leave(h, s);
	return n;
}

/* The segment of @hash, the version's own. */
static struct seg *seg_own(struct hash_data *h, uint64_t hash)
{
	struct seg *s = h->dir[hash_dir(h, hash)], *n;

	if (s->version == h->version)
		return s;
	n = xmemdup(s, seg_size(h, s->cap));
	n->version = h->version;
	dir_set(h, hash, n);
	seg_leave(h, s);
	return n;
}

/* The segment of @hash, the version's own and with room for one more. */
static struct seg *seg_room(struct hash_data *h, uint64_t hash)
{
	for (;;) {
		struct seg *s = h->dir[hash_dir(h, hash)];
		unsigned full = s->used + s->deleted + 1u;

		if (full <= s->cap - DIV_ROUND_UP(s->cap, 16u))
			return seg_own(h, hash);
		if (s->used < SEG_MAX - SEG_MAX / 8 || s->bits >= DIR_BITS_MAX)
			return seg_resize(h, s, seg_cap(s->used + s->used / 8),
					  hash);
		seg_split(h, s, hash);
	}
}

static int hash_insert(struct vm_set_data *d, const struct vm_elem *e,
		       struct vm_hit *have)
{
	struct hash_data *h = hash_rw(d);
	uint64_t hash = key_hash(h, e->key);
	const struct seg *s = h->dir[hash_dir(h, hash)];
	int i = seg_find(h, s, hash, e->key);
	uint8_t bytes[2 * VM_REG_BYTES + sizeof(void *)];

	if (i >= 0) {
		hit_fill(h, entry(h, s, (unsigned)i), have);
		return -EEXIST;
	}
	memcpy(bytes, e->key, h->key_len);
	if (h->value_len)
		memcpy(bytes + h->key_len, e->value, h->value_len);
	if (d->set->has_ext)
		memcpy(bytes + h->key_len + h->value_len, &e->ext,
		       sizeof(e->ext));
	seg_put(h, seg_room(h, hash), hash, bytes);
	d->n++;
	return 0;
}

static int hash_remove(struct vm_set_data *d, const struct vm_elem *e,
		       struct vm_elem_ext **ext)
{
	struct hash_data *h = hash_rw(d);
	uint64_t hash = key_hash(h, e->key);
	int i = seg_find(h, h->dir[hash_dir(h, hash)], hash, e->key);
	struct vm_hit hit;
	struct seg *s;

	if (i < 0)
		return -ENOENT;
	s = seg_own(h, hash);
	hit_fill(h, entry(h, s, (unsigned)i), &hit);
	*ext = hit.ext;
	s->bytes[i] = TAG_DELETED;
	s->used--;
	s->deleted++;
	d->n--;
	return 0;
}

static struct vm_set_data *hash_new(const struct vm_set *set, size_t hint)
{
	struct hash_data *h = xzalloc(sizeof(*h));
	struct hash_key key = hash_key_random();

	h->base.set = set;
	h->base.ops = &vm_set_hash;
	h->k0 = key.k0;
	h->k1 = key.k1 | 1;
	h->version = 1;
	h->key_len = set->key_len;
	h->value_len = set->value_len;
	h->stride = (uint16_t)(set->key_len + set->value_len +
			       (set->has_ext ? sizeof(void *) : 0));
	h->dir = xcalloc(1, sizeof(*h->dir));
	h->dir[0] = seg_new(h, SEG_MIN, 0);
	return &h->base;
}

static struct vm_set_data *hash_clone(const struct vm_set_data *d)
{
	struct hash_data *h = xmemdup(hash_of(d), sizeof(*h));

	h->dir = xmemdup(h->dir, sizeof(*h->dir) << h->bits);
	h->version++;
	memset(&h->stale, 0, sizeof(h->stale));
	return &h->base;
}

/* Call @fn for each segment once. */
static void each_seg(struct hash_data *h,
		     void (*fn)(struct hash_data *h, struct seg *s))
{
	size_t n = (size_t)1 << h->bits;

	for (size_t i = 0; i < n;) {
		struct seg *s = h->dir[i];

		i += (size_t)1 << (h->bits - s->bits);
		fn(h, s);
	}
}

static void hash_shell_free(void *p)
{
	struct hash_data *h = p;

	vec_fini(&h->stale);
	free(h->dir);
	free(h);
}

static void hash_publish(struct vm_set_data *d, struct vm_set_data *old)
{
	struct hash_data *h = hash_rw(d);

	for (size_t i = 0; i < h->stale.len; i++)
		vm_retire(d->set->vm, free, h->stale.v[i]);
	vec_fini(&h->stale);
	if (old)
		vm_retire(d->set->vm, hash_shell_free, hash_rw(old));
}

static void seg_free_own(struct hash_data *h, struct seg *s)
{
	if (s->version == h->version)
		free(s);
}

static void hash_drop(struct vm_set_data *d)
{
	each_seg(hash_rw(d), seg_free_own);
	hash_shell_free(hash_rw(d));
}

static void seg_free(struct hash_data *h, struct seg *s)
{
	free(s);
}

static void hash_free(struct vm_set_data *d)
{
	each_seg(hash_rw(d), seg_free);
	hash_shell_free(hash_rw(d));
}

static void hash_clear(struct vm_set_data *d)
{
	struct hash_data *h = hash_rw(d);

	each_seg(h, seg_leave);
	h->bits = 0;
	h->dir = xrealloc_array(h->dir, 1, sizeof(*h->dir));
	h->dir[0] = seg_new(h, SEG_MIN, 0);
	d->n = d->has_catchall;
}

static int seg_walk(const struct hash_data *h, const struct seg *s,
		    int (*fn)(const struct vm_elem *e, void *arg), void *arg)
{
	for (unsigned i = 0; i < s->cap; i++) {
		const uint8_t *bytes = entry(h, s, i);
		struct vm_hit hit;
		struct vm_elem e = { .key = bytes };
		int ret;

		if (!(s->bytes[i] & 0x80))
			continue;
		hit_fill(h, bytes, &hit);
		e.value = h->value_len ? hit.value : NULL;
		e.ext = hit.ext;
		ret = fn(&e, arg);
		if (ret)
			return ret;
	}
	return 0;
}

static int hash_walk(const struct vm_set_data *d,
		     int (*fn)(const struct vm_elem *e, void *arg), void *arg)
{
	const struct hash_data *h = hash_of(d);
	size_t n = (size_t)1 << h->bits;
	int ret = 0;

	for (size_t i = 0; i < n && !ret;) {
		const struct seg *s = h->dir[i];

		i += (size_t)1 << (h->bits - s->bits);
		ret = seg_walk(h, s, fn, arg);
	}
	return ret;
}

static bool hash_fits(const struct vm_set *set)
{
	return !(set->flags & NFT_SET_INTERVAL);
}

const struct vm_set_ops vm_set_hash = {
	.name = "hash",
	.fits = hash_fits,
	.new = hash_new,
	.clone = hash_clone,
	.publish = hash_publish,
	.drop = hash_drop,
	.free = hash_free,
	.insert = hash_insert,
	.clear = hash_clear,
	.remove = hash_remove,
	.find = hash_find,
	.walk = hash_walk,
};
