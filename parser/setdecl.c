/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Layouts of keys, and sets in libnftnl's form. */
#include "parser/setdecl.h"

#include <libnftnl/set.h>
#include <libnftnl/udata.h>
#include <linux/netfilter/nf_tables.h>

#include "parser/elemdata.h"
#include "parser/interval.h"
#include "parser/key.h"
#include "parser/lower.h"

static struct set_field field_of(const struct expr *e, bool shifted)
{
	struct set_field f = {
		.dtype = e->dtype,
		.len = e->len,
		.byteorder = expr_order(e),
		.shift = (uint8_t)(shifted ? expr_shift(e) : 0),
		.bytes = (uint16_t)(shifted ? expr_bytes(e) : (e->len + 7) / 8),
	};

	return f;
}

int set_layout_of_key(struct check *c, const struct expr *key,
		      struct set_layout *l)
{
	const struct list_expr *fields;

	memset(l, 0, sizeof(*l));
	if (!expr_is(key, concat)) {
		if (ct_check_field(c, key))
			return -1;
		l->n = 1;
		l->f[0] = field_of(key, true);
		return 0;
	}
	fields = expr_as_const(key, list_expr);
	l->n = (unsigned)fields->items.len;
	for (unsigned i = 0; i < l->n; i++)
		l->f[i] = field_of(fields->items.v[i], false);
	return 0;
}

/* @bits, @order: of types that have none of their own */
static struct set_field field_of_type(const struct datatype *t, unsigned bits,
				      uint8_t order)
{
	struct set_field f = { .dtype = t };

	f.len = (uint16_t)(t->size ? t->size : bits);
	f.bytes = (uint16_t)((f.len + 7) / 8);
	f.byteorder = t->byteorder;
	if (f.byteorder == BYTEORDER_INVALID)
		f.byteorder = order ? order : BYTEORDER_BIG;
	if (datatype_is_string(t))
		f.byteorder = BYTEORDER_BIG;
	return f;
}

static int bad_type(struct check *c, const struct loc *loc)
{
	return diag_error(c->diags, loc, "a set of a type that is not known");
}

int set_layout_of_type(struct check *c, const struct set_type *t,
		       const struct loc *loc, struct set_layout *l)
{
	const struct datatype *one;
	uint32_t id = t->key_type;

	memset(l, 0, sizeof(*l));
	if (t->layout) {
		*l = *t->layout;
		return 0;
	}
	for (; id; id >>= TYPE_BITS)
		l->n++;
	if (!l->n || l->n > SET_MAX_FIELDS)
		return bad_type(c, loc);
	id = t->key_type;
	for (unsigned i = l->n; i-- > 0; id >>= TYPE_BITS) {
		one = datatype_by_id(id & ((1u << TYPE_BITS) - 1));
		if (!one)
			return bad_type(c, loc);
		if (l->n > 1)
			l->f[i] = field_of_type(one, t->fields[i].bits,
						t->fields[i].byteorder);
		else
			l->f[i] = field_of_type(one, 8 * t->key_len,
						t->key_byteorder);
	}
	/* A field of bits in an anonymous set takes all bytes it lies in. */
	if (l->n == 1 && t->key_len)
		l->f[0].bytes = (uint16_t)t->key_len;
	l->is_verdict = t->data_type == NFT_DATA_VERDICT;
	if (l->is_verdict) {
		l->data.dtype = &type_verdict;
	} else if (t->data_type) {
		one = datatype_of_id(c->arena, t->data_type);
		if (!one)
			return bad_type(c, loc);
		l->data = one->n_fields ? elemdata_field(one)
					: field_of_type(one, 8 * t->data_len,
							t->data_byteorder);
		l->data_interval = t->data_interval;
		if (l->data_interval)
			l->data.bytes = (uint16_t)t->data_len;
	}
	return 0;
}

unsigned set_layout_key_len(const struct set_layout *l)
{
	unsigned bytes = 0;

	if (l->n == 1)
		return l->f[0].bytes;
	for (unsigned i = 0; i < l->n; i++)
		bytes += 4 * lower_words(l->f[i].len);
	return bytes;
}

static uint32_t layout_type_id(const struct set_layout *l)
{
	uint32_t id = 0;

	for (unsigned i = 0; i < l->n; i++)
		id = id << TYPE_BITS | l->f[i].dtype->id;
	return id;
}

/* The types as set->type and libnftnl have them. */
void set_type_fill(struct cmd_set *set, const struct set_layout *l)
{
	struct set_type *t = &set->type;

	t->key_type = layout_type_id(l);
	t->key_len = set_layout_key_len(l);
	for (unsigned i = 0; i < l->n; i++) {
		t->fields[i].bits = l->f[i].len;
		t->fields[i].byteorder = l->f[i].byteorder;
	}
	t->key_byteorder = BYTEORDER_INVALID;
	if (l->n == 1 && l->f[0].dtype->byteorder)
		t->key_byteorder = l->f[0].dtype->byteorder;
	else if (l->n == 1)
		t->key_byteorder = l->f[0].byteorder;
	if (l->is_verdict) {
		t->data_type = NFT_DATA_VERDICT;
		t->data_len = 16;
	} else if (l->data.dtype) {
		t->data_type = l->data.dtype->id;
		t->data_len = l->data.bytes;
		t->data_byteorder = l->data.dtype->n_fields ? BYTEORDER_INVALID
							    : l->data.byteorder;
		t->data_interval = l->data_interval;
	}
}

struct cmd_set *set_literal(struct check *c, struct set_expr *e,
			    const struct set_layout *l, uint32_t kind,
			    uint32_t obj_type)
{
	struct cmd_set *set = arena_new_of(c->arena, struct cmd_set);
	struct expr *literal = &e->e;
	size_t rows;

	set->anonymous = true;
	set->id = ++c->parser->next_set_id;
	set->type.flags = NFT_SET_ANONYMOUS | NFT_SET_CONSTANT | kind;
	set->type.obj_type = obj_type;
	set->layout = arena_memdup(c->arena, l, sizeof(*l));
	set->auto_merge = !kind;
	set_type_fill(set, l);
	vec_push(&c->parser->all_sets, set);
	if (set_fill(c, set, l, &literal, 1, false))
		return NULL;
	rows = set->elems ? set->elems->len : 0;
	set->size = (uint32_t)(rows + set->open_end);
	set_nftnl(c, set, l,
		  kind == NFT_SET_OBJECT ? "__objmap%d"
		  : kind		 ? "__map%d"
					 : "__set%d");
	if (c->rule)
		arena_push(c->arena, &c->rule->sets, set);
	return set;
}

struct cmd_set *set_meter(struct check *c, const struct dynset_stmt *d,
			  const struct set_layout *l)
{
	struct cmd_set *set = arena_new_of(c->arena, struct cmd_set);

	set->anonymous = true;
	set->id = ++c->parser->next_set_id;
	set->type.flags = NFT_SET_ANONYMOUS | NFT_SET_EVAL |
			  (d->timeout_ms ? NFT_SET_TIMEOUT : 0);
	set->layout = arena_memdup(c->arena, l, sizeof(*l));
	set->size = d->size;
	set_type_fill(set, l);
	set_nftnl(c, set, l, d->set_name);
	vec_push(&c->parser->all_sets, set);
	arena_push(c->arena, &c->rule->sets, set);
	return set;
}

static void set_concat_desc(struct nftnl_set *s, const struct set_layout *l)
{
	uint8_t lens[SET_MAX_FIELDS];

	for (unsigned i = 0; i < l->n; i++)
		lens[i] = (uint8_t)l->f[i].bytes;
	nftnl_set_set_data(s, NFTNL_SET_DESC_CONCAT, lens, l->n);
}

/* What nft itself wants to know when it lists the set: NFTNL_UDATA_SET_*. */
static void set_userdata(struct nftnl_set *s, const struct cmd_set *set)
{
	struct nftnl_udata_buf *b = nftnl_udata_buf_alloc(256 * 3);

	if (!b)
		xalloc_failed(0);
	nftnl_udata_put_u32(b, NFTNL_UDATA_SET_KEYBYTEORDER,
			    set->type.key_byteorder);
	if (set->type.data_type)
		nftnl_udata_put_u32(b, NFTNL_UDATA_SET_DATABYTEORDER,
				    set->type.data_byteorder);
	if (set->auto_merge && !set->anonymous)
		nftnl_udata_put_u32(b, NFTNL_UDATA_SET_MERGE_ELEMENTS, 1);
	if (set->type.data_interval)
		nftnl_udata_put_u32(b, NFTNL_UDATA_SET_DATA_INTERVAL, 1);
	if (set->comment)
		nftnl_udata_put_strz(b, NFTNL_UDATA_SET_COMMENT, set->comment);
	nftnl_set_set_data(s, NFTNL_SET_USERDATA, nftnl_udata_buf_data(b),
			   nftnl_udata_buf_len(b));
	nftnl_udata_buf_free(b);
}

void set_nftnl(struct check *c, struct cmd_set *set, const struct set_layout *l,
	       const char *name)
{
	struct nftnl_set *s = nftnl_set_alloc();

	if (!s)
		xalloc_failed(0);
	set->nftnl = s;
	nftnl_set_set_u32(s, NFTNL_SET_FAMILY, c->family);
	nftnl_set_set_str(s, NFTNL_SET_TABLE, c->table);
	nftnl_set_set_str(s, NFTNL_SET_NAME, name);
	nftnl_set_set_u32(s, NFTNL_SET_ID, set->id);
	nftnl_set_set_u32(s, NFTNL_SET_FLAGS, set->type.flags);
	nftnl_set_set_u32(s, NFTNL_SET_KEY_TYPE, set->type.key_type);
	nftnl_set_set_u32(s, NFTNL_SET_KEY_LEN, set->type.key_len);
	if (set->type.data_type) {
		nftnl_set_set_u32(s, NFTNL_SET_DATA_TYPE, set->type.data_type);
		nftnl_set_set_u32(s, NFTNL_SET_DATA_LEN, set->type.data_len);
	}
	if (set->type.obj_type)
		nftnl_set_set_u32(s, NFTNL_SET_OBJ_TYPE, set->type.obj_type);
	if (set->size)
		nftnl_set_set_u32(s, NFTNL_SET_DESC_SIZE, set->size);
	if (set->timeout_ms)
		nftnl_set_set_u64(s, NFTNL_SET_TIMEOUT, set->timeout_ms);
	if (set->gc_interval_ms)
		nftnl_set_set_u32(s, NFTNL_SET_GC_INTERVAL,
				  (uint32_t)set->gc_interval_ms);
	if (set->policy)
		nftnl_set_set_u32(s, NFTNL_SET_POLICY, set->policy);
	if (l->n > 1)
		set_concat_desc(s, l);
	set_userdata(s, set);
}
