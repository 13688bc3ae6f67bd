/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Concatenated ranges: an element is a box, a range in each field.
 *
 * Theory of operation
 *
 * A tree of bounding boxes (R-tree, Guttman 1984): a node has up to NODE_MAX
 * entries, each a box that holds all below it; leaves have the elements. A
 * lookup goes down wherever the point is inside. Elements mostly do not
 * overlap, so that is about one path, where the kernel's pipapo reads a bit
 * for each element and nibble of the key.
 *
 *	key bytes	| addr (4) | port (2) pad (2) |		fields
 *	words		| be32     | be32             |		compared as numbers
 *
 * Fields are padded to 4 bytes, so each word of a key taken in big-endian
 * order compares as its bytes do; fields of several words compare word by
 * word.
 *
 * What overlaps is the kernel's to say (nft_pipapo_insert()): a new element is
 * refused when its first or its last key is in another element. Boxes that
 * cross otherwise are taken, and then the oldest element wins a lookup, as the
 * lowest rule number does in pipapo: each element has a serial number.
 *
 * An insert goes where the boxes grow least; a full node is cut in half along
 * the field in which its entries are spread most. A transaction's version
 * copies the nodes on the way down and shares the others (vm/set.h).
 *
 * What grows by inserts has boxes that cross. So when most elements of a
 * version are new it is packed before it is published (sort-tile-recursive,
 * Leutenegger 1997): elements are sorted by the first field and cut into
 * slices, these by the next, and so on; then every 16 make a leaf, every 16
 * leaves a node, all full and hardly crossing.
 *
 * The boxes of a node stand as columns, so that one comparison is for four
 * entries, and with 2^31 added, because machines compare signed numbers:
 *
 *	box	lo word 0: [16 entries]  hi word 0: [16]  lo word 1: [16] ...
 */
#include <errno.h>
#include <stdlib.h>

#include "base/byteorder.h"
#include "vm/core.h"

enum {
	NODE_MAX = 16,
	WORDS_MAX = VM_REG_BYTES / 4,
	/* entries compared at once */
	LANES = 4,
	/* fewer are not worth packing */
	PACK_MIN = 2 * NODE_MAX,
};

#define SIGN (UINT32_C(1) << 31)

typedef int32_t lanes_t __attribute__((vector_size(4 * LANES)));

/**
 * struct elem - an element; immutable, shared by versions
 * @version:	that it came with
 * @bytes:	key, key end, value
 */
struct elem {
	uint32_t version;
	uint64_t serial;
	struct vm_elem_ext *ext;
	uint8_t bytes[];
};

/**
 * struct node - a node of the tree
 * @child:	nodes; in a leaf elements
 * @box:	first and last keys, see above
 */
struct node {
	uint32_t version;
	uint8_t n;
	bool is_leaf;
	void *child[NODE_MAX];
	int32_t box[];
};

/**
 * struct concat_data - a version
 * @added:	elements that came with it
 * @stale:	what older versions still need
 */
struct concat_data {
	struct vm_set_data base;
	uint32_t version;
	size_t added;
	unsigned words;
	uint8_t field_words[16];
	uint64_t serial;
	struct node *root;
	VEC(void *) stale;
};

static struct concat_data *cat_of(const struct vm_set_data *d)
{
	return (struct concat_data *)(uintptr_t)container_of(
		d, const struct concat_data, base);
}

/* Where the column of a word's first (@last 0) or last keys begins. */
static int32_t *column(const struct node *n, unsigned word, unsigned last)
{
	return (int32_t *)(uintptr_t)n->box + (2 * word + last) * NODE_MAX;
}

/* The box of entry @i: first key, last key. */
static void entry_box(const struct concat_data *cd, const struct node *n,
		      unsigned i, uint32_t *box)
{
	for (unsigned w = 0; w < cd->words; w++) {
		box[w] = (uint32_t)column(n, w, 0)[i] ^ SIGN;
		box[cd->words + w] = (uint32_t)column(n, w, 1)[i] ^ SIGN;
	}
}

static void entry_set(const struct concat_data *cd, struct node *n, unsigned i,
		      const uint32_t *box, void *child)
{
	for (unsigned w = 0; w < cd->words; w++) {
		column(n, w, 0)[i] = (int32_t)(box[w] ^ SIGN);
		column(n, w, 1)[i] = (int32_t)(box[cd->words + w] ^ SIGN);
	}
	n->child[i] = child;
}

static const uint8_t *elem_end(const struct concat_data *cd,
			       const struct elem *e)
{
	return e->bytes + cd->base.set->key_len;
}

static const uint8_t *elem_value(const struct concat_data *cd,
				 const struct elem *e)
{
	return e->bytes + 2 * cd->base.set->key_len;
}

static void key_words(const struct concat_data *cd, const uint8_t *key,
		      uint32_t *words)
{
	for (unsigned i = 0; i < cd->words; i++)
		words[i] = get_be32(key + 4 * i);
}

static int words_cmp(const uint32_t *a, const uint32_t *b, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return 0;
}

static bool box_has(const struct concat_data *cd, const uint32_t *box,
		    const uint32_t *x)
{
	const uint32_t *lo = box, *hi = box + cd->words;

	for (unsigned f = 0; f < cd->base.set->n_fields; f++) {
		unsigned n = cd->field_words[f];

		if (n == 1 ? *x - *lo > *hi - *lo
			   : words_cmp(x, lo, n) < 0 || words_cmp(x, hi, n) > 0)
			return false;
		x += n;
		lo += n;
		hi += n;
	}
	return true;
}

/* A point made ready: each word with 2^31 added, in all lanes. */
struct point {
	lanes_t x[WORDS_MAX];
};

static lanes_t load(const int32_t *p)
{
	lanes_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* All ones in the lanes from @i on whose box does not have the point. */
static lanes_t lanes_outside(const struct concat_data *cd, const struct node *n,
			     unsigned i, const struct point *pt)
{
	lanes_t out = { 0 };
	unsigned end = 0;

	for (unsigned f = 0; f < cd->base.set->n_fields; f++) {
		lanes_t below = { 0 }, above = { 0 };
		unsigned first = end;

		end += cd->field_words[f];
		/* the last word decides where those before it are the same */
		for (unsigned w = end; w-- > first;) {
			lanes_t x = pt->x[w], lo = load(column(n, w, 0) + i);
			lanes_t hi = load(column(n, w, 1) + i);

			below = (lo > x) | ((lo == x) & below);
			above = (x > hi) | ((x == hi) & above);
		}
		out |= below | above;
	}
	return out;
}

/* A bit for each entry whose box has the point. */
static unsigned node_hits(const struct concat_data *cd, const struct node *n,
			  const struct point *pt)
{
	const lanes_t bit = { 1, 2, 4, 8 };
	lanes_t hits = { 0 };

	for (unsigned i = 0; i < n->n; i += LANES)
		hits |= (bit & ~lanes_outside(cd, n, i, pt)) << (int)i;
	return (unsigned)(hits[0] | hits[1] | hits[2] | hits[3]) &
	       ((1u << n->n) - 1);
}

/* The oldest living element that has the point, no older than @best. */
static const struct elem *node_find(const struct concat_data *cd,
				    const struct node *n,
				    const struct point *pt, uint64_t now_ns,
				    const struct elem *best)
{
	unsigned hits = node_hits(cd, n, pt);

	for (; hits; hits &= hits - 1) {
		const void *child = n->child[__builtin_ctz(hits)];
		const struct elem *e = child;

		if (!n->is_leaf)
			best = node_find(cd, child, pt, now_ns, best);
		else if ((!best || e->serial < best->serial) &&
			 !vm_elem_expired(e->ext, now_ns))
			best = e;
	}
	return best;
}

/* The element that has the point of words @x. */
static const struct elem *find(const struct concat_data *cd, const uint32_t *x,
			       uint64_t now_ns)
{
	struct point pt;

	pt.x[0] = (lanes_t){ 0 };
	for (unsigned w = 0; w < cd->words; w++) {
		int32_t v = (int32_t)(x[w] ^ SIGN);

		pt.x[w] = (lanes_t){ v, v, v, v };
	}
	return node_find(cd, cd->root, &pt, now_ns, NULL);
}

static bool concat_find(const struct vm_set_data *d, const void *key,
			uint64_t now_ns, struct vm_hit *hit)
{
	const struct concat_data *cd = cat_of(d);
	const struct elem *e;
	uint32_t x[WORDS_MAX];

	key_words(cd, key, x);
	e = find(cd, x, now_ns);
	if (!e)
		return false;
	hit->value = elem_value(cd, e);
	hit->ext = e->ext;
	return true;
}

/* --- boxes ------------------------------------------------------------------ */

/* A key's place in a field as a number, of 2^32 in all: enough to choose by.
 * Short fields stand in the upper bytes of their word, so they count as much
 * as long ones. */
static double place(const uint32_t *w, unsigned n)
{
	return w[0] + (n > 1 ? w[1] / 4294967296.0 : 0);
}

/* Make @box hold @other too. */
static void box_grow(const struct concat_data *cd, uint32_t *box,
		     const uint32_t *other)
{
	uint32_t *lo = box, *hi = box + cd->words;
	const uint32_t *olo = other, *ohi = other + cd->words;

	for (unsigned f = 0; f < cd->base.set->n_fields; f++) {
		unsigned n = cd->field_words[f];

		if (words_cmp(olo, lo, n) < 0)
			memcpy(lo, olo, n * sizeof(*lo));
		if (words_cmp(ohi, hi, n) > 0)
			memcpy(hi, ohi, n * sizeof(*hi));
		lo += n;
		hi += n;
		olo += n;
		ohi += n;
	}
}

static double box_size(const struct concat_data *cd, const uint32_t *box)
{
	const uint32_t *lo = box, *hi = box + cd->words;
	double sum = 0;

	for (unsigned f = 0; f < cd->base.set->n_fields; f++) {
		unsigned n = cd->field_words[f];

		sum += place(hi, n) - place(lo, n);
		lo += n;
		hi += n;
	}
	return sum;
}

/* The box around all of @n. */
static void node_box(const struct concat_data *cd, const struct node *n,
		     uint32_t *box)
{
	uint32_t other[2 * WORDS_MAX];

	entry_box(cd, n, 0, box);
	for (unsigned i = 1; i < n->n; i++) {
		entry_box(cd, n, i, other);
		box_grow(cd, box, other);
	}
}

/* --- nodes ------------------------------------------------------------------ */

static size_t node_size(const struct concat_data *cd)
{
	return sizeof(struct node) +
	       (size_t)NODE_MAX * 2 * cd->words * sizeof(int32_t);
}

static struct node *node_new(const struct concat_data *cd, bool is_leaf)
{
	struct node *n = xzalloc(node_size(cd));

	n->version = cd->version;
	n->is_leaf = is_leaf;
	return n;
}

/* The version's own copy of @n. */
static struct node *node_own(struct concat_data *cd, struct node *n)
{
	struct node *copy;

	if (n->version == cd->version)
		return n;
	copy = xmemdup(n, node_size(cd));
	copy->version = cd->version;
	vec_push(&cd->stale, n);
	return copy;
}

static void node_leave(struct concat_data *cd, struct node *n)
{
	if (n->version == cd->version)
		free(n);
	else
		vec_push(&cd->stale, n);
}

static void entry_remove(const struct concat_data *cd, struct node *n,
			 unsigned i)
{
	uint32_t box[2 * WORDS_MAX];

	n->n--;
	entry_box(cd, n, n->n, box);
	entry_set(cd, n, i, box, n->child[n->n]);
}

/* The middle of a box in field @f. */
static double box_middle(const struct concat_data *cd, const uint32_t *box,
			 unsigned f)
{
	unsigned at = 0;

	for (unsigned j = 0; j < f; j++)
		at += cd->field_words[j];
	return place(box + at, cd->field_words[f]) / 2 +
	       place(box + cd->words + at, cd->field_words[f]) / 2;
}

/* The middle of entry @i in field @f. */
static double middle(const struct concat_data *cd, const struct node *n,
		     unsigned i, unsigned f)
{
	uint32_t box[2 * WORDS_MAX];

	entry_box(cd, n, i, box);
	return box_middle(cd, box, f);
}

static unsigned widest_field(const struct concat_data *cd, const struct node *n)
{
	unsigned best = 0;
	double most = -1;

	for (unsigned f = 0; f < cd->base.set->n_fields; f++) {
		double lo = middle(cd, n, 0, f), hi = lo;

		for (unsigned i = 1; i < n->n; i++) {
			double m = middle(cd, n, i, f);

			lo = MIN(lo, m);
			hi = MAX(hi, m);
		}
		if (hi - lo > most) {
			most = hi - lo;
			best = f;
		}
	}
	return best;
}

/* Cut a full node of this version in half; the new one. */
static struct node *node_split(const struct concat_data *cd, struct node *n)
{
	struct node *half = node_new(cd, n->is_leaf);
	unsigned f = widest_field(cd, n);

	/* the entry farthest on goes over, again and again */
	while (half->n < NODE_MAX / 2) {
		uint32_t box[2 * WORDS_MAX];
		unsigned last = 0;

		for (unsigned i = 1; i < n->n; i++)
			if (middle(cd, n, i, f) > middle(cd, n, last, f))
				last = i;
		entry_box(cd, n, last, box);
		entry_set(cd, half, half->n++, box, n->child[last]);
		entry_remove(cd, n, last);
	}
	return half;
}

/* How much entry @i would grow for @box. */
static double growth(const struct concat_data *cd, const struct node *n,
		     unsigned i, const uint32_t *box)
{
	uint32_t grown[2 * WORDS_MAX];
	double before;

	entry_box(cd, n, i, grown);
	before = box_size(cd, grown);
	box_grow(cd, grown, box);
	return box_size(cd, grown) - before;
}

/* The entry that grows least for @box. */
static unsigned choose(const struct concat_data *cd, const struct node *n,
		       const uint32_t *box)
{
	double least = growth(cd, n, 0, box);
	unsigned best = 0;

	for (unsigned i = 1; i < n->n && least > 0; i++) {
		double g = growth(cd, n, i, box);

		if (g < least) {
			least = g;
			best = i;
		}
	}
	return best;
}

/* Entry @i of @n is the node @child. */
static void node_put(const struct concat_data *cd, struct node *n, unsigned i,
		     struct node *child)
{
	uint32_t box[2 * WORDS_MAX];

	node_box(cd, child, box);
	entry_set(cd, n, i, box, child);
}

/* Split entry @i of @n, which has room for one more; the half that @box goes
 * to. */
static unsigned entry_split(struct concat_data *cd, struct node *n, unsigned i,
			    const uint32_t *box)
{
	struct node *half = node_split(cd, n->child[i]);

	node_put(cd, n, i, n->child[i]);
	node_put(cd, n, n->n++, half);
	return growth(cd, n, i, box) <= growth(cd, n, n->n - 1u, box)
		       ? i
		       : n->n - 1u;
}

/* Put an element into the tree. A node is split on the way down, before it is
 * entered, when it is full: so there always is room above. */
static void tree_insert(struct concat_data *cd, const uint32_t *box,
			struct elem *e)
{
	struct node *n = node_own(cd, cd->root);
	uint32_t grown[2 * WORDS_MAX];

	cd->root = n;
	if (n->n == NODE_MAX) {
		cd->root = node_new(cd, false);
		node_put(cd, cd->root, cd->root->n++, n);
		n = cd->root;
	}
	while (!n->is_leaf) {
		unsigned i = choose(cd, n, box);
		struct node *child = node_own(cd, n->child[i]);

		n->child[i] = child;
		if (child->n == NODE_MAX)
			i = entry_split(cd, n, i, box);
		entry_box(cd, n, i, grown);
		box_grow(cd, grown, box);
		entry_set(cd, n, i, grown, n->child[i]);
		n = n->child[i];
	}
	entry_set(cd, n, n->n++, box, e);
}

/* Take @e, whose box is @box, out below @n, the version's own; false: it is
 * not there. Boxes above shrink again. */
static bool node_remove(struct concat_data *cd, struct node *n,
			const uint32_t *box, const struct elem *e)
{
	for (unsigned i = 0; i < n->n; i++) {
		struct node *child = n->child[i];
		uint32_t around[2 * WORDS_MAX];

		if (n->is_leaf && n->child[i] == e) {
			entry_remove(cd, n, i);
			return true;
		}
		entry_box(cd, n, i, around);
		if (n->is_leaf || !box_has(cd, around, box) ||
		    !box_has(cd, around, box + cd->words))
			continue;
		child = node_own(cd, child);
		n->child[i] = child;
		if (!node_remove(cd, child, box, e))
			continue;
		if (child->n) {
			node_put(cd, n, i, child);
		} else {
			node_leave(cd, child);
			entry_remove(cd, n, i);
		}
		return true;
	}
	return false;
}

/* --- elements --------------------------------------------------------------- */

/* First and last key as words; -EINVAL when a field ends before it begins. */
static int elem_box(const struct concat_data *cd, const struct vm_elem *e,
		    uint32_t *box)
{
	unsigned at = 0;

	key_words(cd, e->key, box);
	key_words(cd, e->key_end ? e->key_end : e->key, box + cd->words);
	for (unsigned f = 0; f < cd->base.set->n_fields; f++) {
		if (words_cmp(box + at, box + cd->words + at,
			      cd->field_words[f]) > 0)
			return -EINVAL;
		at += cd->field_words[f];
	}
	return 0;
}

static struct elem *elem_new(struct concat_data *cd, const struct vm_elem *e)
{
	const struct vm_set *s = cd->base.set;
	struct elem *n = xmalloc(sizeof(*n) + 2 * s->key_len + s->value_len);

	n->version = cd->version;
	n->serial = cd->serial++;
	n->ext = e->ext;
	memcpy(n->bytes, e->key, s->key_len);
	memcpy(n->bytes + s->key_len, e->key_end ? e->key_end : e->key,
	       s->key_len);
	if (s->value_len)
		memcpy(n->bytes + 2 * s->key_len, e->value, s->value_len);
	return n;
}

static bool same_keys(const struct concat_data *cd, const struct elem *have,
		      const struct vm_elem *e)
{
	size_t len = cd->base.set->key_len;

	return !memcmp(have->bytes, e->key, len) &&
	       !memcmp(elem_end(cd, have), e->key_end ? e->key_end : e->key,
		       len);
}

static int concat_insert(struct vm_set_data *d, const struct vm_elem *e,
			 struct vm_hit *have)
{
	struct concat_data *cd = cat_of(d);
	uint32_t box[2 * WORDS_MAX];
	const struct elem *other;

	if (elem_box(cd, e, box))
		return -EINVAL;
	other = find(cd, box, 0);
	if (other && same_keys(cd, other, e)) {
		have->value = elem_value(cd, other);
		have->ext = other->ext;
		return -EEXIST;
	}
	if (other || find(cd, box + cd->words, 0))
		return -ENOTEMPTY;
	tree_insert(cd, box, elem_new(cd, e));
	cd->added++;
	d->n++;
	return 0;
}

static int concat_remove(struct vm_set_data *d, const struct vm_elem *e,
			 struct vm_elem_ext **ext)
{
	struct concat_data *cd = cat_of(d);
	uint32_t box[2 * WORDS_MAX];
	const struct elem *found;

	if (elem_box(cd, e, box))
		return -ENOENT;
	found = find(cd, box, 0);
	if (!found || !same_keys(cd, found, e))
		return -ENOENT;
	*ext = found->ext;
	cd->root = node_own(cd, cd->root);
	node_remove(cd, cd->root, box, found);
	if (!cd->root->n)
		cd->root->is_leaf = true;
	if (found->version == cd->version)
		free((void *)(uintptr_t)found);
	else
		vec_push(&cd->stale, (void *)(uintptr_t)found);
	d->n--;
	return 0;
}

/* --- packing ---------------------------------------------------------------- */

/* Something to be an entry of a node, and where it stands in the order. */
struct item {
	double at;
	void *child;
};

static int item_cmp(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

static void child_box(const struct concat_data *cd, const void *child,
		      bool is_elem, uint32_t *box)
{
	const struct elem *e = child;

	if (!is_elem) {
		node_box(cd, child, box);
		return;
	}
	key_words(cd, e->bytes, box);
	key_words(cd, elem_end(cd, e), box + cd->words);
}

/* Sort elements by their middles in field @f; false: they are all the same. */
static bool items_sort(const struct concat_data *cd, struct item *v, size_t n,
		       unsigned f)
{
	uint32_t box[2 * WORDS_MAX];

	for (size_t i = 0; i < n; i++) {
		child_box(cd, v[i].child, true, box);
		v[i].at = box_middle(cd, box, f);
	}
	qsort(v, n, sizeof(*v), item_cmp);
	return v[0].at < v[n - 1].at;
}

/* Into how many slices: so that as many cuts along each of @dims fields leave
 * leaves. */
static size_t slices_of(size_t leaves, unsigned dims)
{
	size_t s = 1, power;

	do {
		s++;
		power = 1;
		for (unsigned i = 0; i < dims && power < leaves; i++)
			power *= s;
	} while (power < leaves);
	return s;
}

/* Order elements so that those beside each other lie beside each other. */
static void tile(const struct concat_data *cd, struct item *v, size_t n,
		 unsigned f)
{
	unsigned left = cd->base.set->n_fields - f;
	size_t leaves = DIV_ROUND_UP(n, (size_t)NODE_MAX), slice;

	if (!left || leaves < 2)
		return;
	if (!items_sort(cd, v, n, f))
		return tile(cd, v, n, f + 1);
	slice = DIV_ROUND_UP(leaves, slices_of(leaves, left)) * NODE_MAX;
	for (size_t i = 0; i < n && left > 1; i += slice)
		tile(cd, v + i, MIN(slice, n - i), f + 1);
}

/* Nodes for the @n items, in their order; they take the items' place. */
static size_t pack_level(struct concat_data *cd, struct item *v, size_t n,
			 bool is_leaf)
{
	uint32_t box[2 * WORDS_MAX];
	size_t nodes = 0;

	for (size_t i = 0; i < n;) {
		struct node *node = node_new(cd, is_leaf);

		for (; i < n && node->n < NODE_MAX; i++) {
			child_box(cd, v[i].child, is_leaf, box);
			entry_set(cd, node, node->n++, box, v[i].child);
		}
		v[nodes++].child = node;
	}
	return nodes;
}

/* The elements below @n into @v, from @at on; the nodes are left. */
static size_t unpack(struct concat_data *cd, struct node *n, struct item *v,
		     size_t at)
{
	for (unsigned i = 0; i < n->n; i++) {
		if (n->is_leaf)
			v[at++].child = n->child[i];
		else
			at = unpack(cd, n->child[i], v, at);
	}
	node_leave(cd, n);
	return at;
}

static void pack(struct concat_data *cd)
{
	size_t n = cd->base.n - cd->base.has_catchall;
	struct item *v = xcalloc(n, sizeof(*v));

	unpack(cd, cd->root, v, 0);
	tile(cd, v, n, 0);
	n = pack_level(cd, v, n, true);
	while (n > 1)
		n = pack_level(cd, v, n, false);
	cd->root = v[0].child;
	free(v);
}

/* --- versions --------------------------------------------------------------- */

static struct vm_set_data *concat_new(const struct vm_set *set, size_t hint)
{
	struct concat_data *cd = xzalloc(sizeof(*cd));

	cd->base.set = set;
	cd->base.ops = &vm_set_concat;
	cd->version = 1;
	for (unsigned f = 0; f < set->n_fields; f++) {
		cd->field_words[f] = DIV_ROUND_UP(set->field_len[f], 4);
		cd->words += cd->field_words[f];
	}
	cd->root = node_new(cd, true);
	return &cd->base;
}

static struct vm_set_data *concat_clone(const struct vm_set_data *d)
{
	struct concat_data *cd = xmemdup(cat_of(d), sizeof(*cd));

	cd->version++;
	cd->added = 0;
	memset(&cd->stale, 0, sizeof(cd->stale));
	return &cd->base;
}

/* Free what is below @n and belongs to version @version, or 0: everything. A
 * node of another version has nothing of this one below it. */
static void node_free(struct node *n, uint32_t version)
{
	if (version && n->version != version)
		return;
	for (unsigned i = 0; i < n->n; i++) {
		struct elem *e = n->child[i];

		if (!n->is_leaf)
			node_free(n->child[i], version);
		else if (!version || e->version == version)
			free(e);
	}
	free(n);
}

static void concat_publish(struct vm_set_data *d, struct vm_set_data *old)
{
	struct concat_data *cd = cat_of(d);
	size_t n = d->n - d->has_catchall;

	if (n >= PACK_MIN && cd->added >= n / 2)
		pack(cd);
	for (size_t i = 0; i < cd->stale.len; i++)
		vm_retire(d->set->vm, free, cd->stale.v[i]);
	vec_fini(&cd->stale);
	if (old)
		vm_retire(d->set->vm, free, cat_of(old));
}

static void concat_drop(struct vm_set_data *d)
{
	struct concat_data *cd = cat_of(d);

	node_free(cd->root, cd->version);
	vec_fini(&cd->stale);
	free(cd);
}

static void concat_free(struct vm_set_data *d)
{
	struct concat_data *cd = cat_of(d);

	node_free(cd->root, 0);
	vec_fini(&cd->stale);
	free(cd);
}

static void node_clear(struct concat_data *cd, struct node *n)
{
	for (unsigned i = 0; i < n->n; i++) {
		struct elem *e = n->child[i];

		if (!n->is_leaf)
			node_clear(cd, n->child[i]);
		else if (e->version == cd->version)
			free(e);
		else
			vec_push(&cd->stale, e);
	}
	node_leave(cd, n);
}

static void concat_clear(struct vm_set_data *d)
{
	struct concat_data *cd = cat_of(d);

	node_clear(cd, cd->root);
	cd->root = node_new(cd, true);
	d->n = d->has_catchall;
}

static int elem_walk(const struct concat_data *cd, const struct elem *e,
		     int (*fn)(const struct vm_elem *e, void *arg), void *arg)
{
	struct vm_elem out = { .key = e->bytes,
			       .key_end = elem_end(cd, e),
			       .value = cd->base.set->value_len
						? elem_value(cd, e)
						: NULL,
			       .ext = e->ext };

	return fn(&out, arg);
}

static int node_walk(const struct concat_data *cd, const struct node *n,
		     int (*fn)(const struct vm_elem *e, void *arg), void *arg)
{
	int ret = 0;

	for (unsigned i = 0; i < n->n && !ret; i++)
		ret = n->is_leaf ? elem_walk(cd, n->child[i], fn, arg)
				 : node_walk(cd, n->child[i], fn, arg);
	return ret;
}

static int concat_walk(const struct vm_set_data *d,
		       int (*fn)(const struct vm_elem *e, void *arg), void *arg)
{
	return node_walk(cat_of(d), cat_of(d)->root, fn, arg);
}

static bool concat_fits(const struct vm_set *set)
{
	return (set->flags & NFT_SET_INTERVAL) && set->n_fields > 1 &&
	       !(set->flags & NFT_SET_EVAL);
}

const struct vm_set_ops vm_set_concat = {
	.name = "concat",
	.fits = concat_fits,
	.new = concat_new,
	.clone = concat_clone,
	.publish = concat_publish,
	.drop = concat_drop,
	.free = concat_free,
	.insert = concat_insert,
	.clear = concat_clear,
	.remove = concat_remove,
	.find = concat_find,
	.walk = concat_walk,
};
