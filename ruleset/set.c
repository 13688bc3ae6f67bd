/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets and maps (nf_tables_newset(), nf_tables_delset()). */
#include "ruleset/internal.h"

#include <errno.h>
#include <stdio.h>
#include <libmnl/libmnl.h>
#include <libnftnl/expr.h>
#include <libnftnl/set.h>
#include <linux/netfilter/nf_tables.h>

#include "base/strmap.h"
#include "parser/datatype.h"

struct rs_set *rs_set_find(const struct rs_table *t, const char *name)
{
	return strmap_get(t->set_names, name);
}

struct rs_set *rs_cmd_set(struct ruleset *rs, const struct cmd *cmd)
{
	const struct cmd_handle *h = &cmd->h;
	struct rs_table *t = rs_cmd_table(rs, cmd);
	struct rs_set *s;

	if (!t)
		return NULL;
	if (!h->set) {
		s = rs_handles_get(&t->set_handles, h->handle);
		if (!s)
			rs_refuse(rs, &h->handle_loc, &cmd->loc, ENOENT,
				  "no set with handle %llu in table '%s'",
				  (unsigned long long)h->handle, t->name);
		return s;
	}
	s = rs_set_find(t, h->set);
	if (!s) {
		rs_refuse(rs, &h->set_loc, &cmd->loc, ENOENT,
			  "set '%s' in table %s '%s'", h->set,
			  rs_family_name(t->family), t->name);
		rs_hint_names(rs, t->set_names, h->set);
	}
	return s;
}

void rs_set_free(struct rs_set *s)
{
	rs_elems_fini(&s->elems);
	free((char *)s->type.key_typeof);
	free((char *)s->type.data_typeof);
	free(s->chains);
	free(s->name);
	free(s->comment);
	free(s->stmt);
	free(s);
}

bool rs_set_is_interval(const struct rs_set *s)
{
	return (s->type.flags & NFT_SET_INTERVAL) &&
	       !(s->type.flags & NFT_SET_CONCAT);
}

/* --- undo ---------------------------------------------------------------- */

static void set_unlink(struct rs_set *s)
{
	strmap_del(s->table->set_names, s->name);
	rs_handles_del(&s->table->set_handles, s->handle);
	rs_set_use_chains(s, -1);
}

static void add_undo(struct ruleset *rs, struct rs_undo *u)
{
	struct rs_set *s = u->thing;

	list_del(&s->node);
	set_unlink(s);
	rs_set_free(s);
}

static void del_undo(struct ruleset *rs, struct rs_undo *u)
{
	struct rs_set *s = u->thing;

	rs_relink(u, &s->node);
	strmap_put(s->table->set_names, s->name, s);
	rs_handles_restore(&s->table->set_handles, s->handle, s);
	rs_set_use_chains(s, 1);
}

static void del_done(struct ruleset *rs, struct rs_undo *u)
{
	rs_set_free(u->thing);
}

static void size_undo(struct ruleset *rs, struct rs_undo *u)
{
	((struct rs_set *)u->thing)->size = u->old;
}

static void timeout_undo(struct ruleset *rs, struct rs_undo *u)
{
	((struct rs_set *)u->thing)->timeout_ms = u->old;
}

static void gc_undo(struct ruleset *rs, struct rs_undo *u)
{
	((struct rs_set *)u->thing)->gc_interval_ms = u->old;
}

static const struct rs_undo_ops add_ops = { .undo = add_undo };
static const struct rs_undo_ops del_ops = { .undo = del_undo,
					    .done = del_done };
static const struct rs_undo_ops size_ops = { .undo = size_undo };
static const struct rs_undo_ops timeout_ops = { .undo = timeout_undo };
static const struct rs_undo_ops gc_ops = { .undo = gc_undo };

/* A set that rules add to has an end: nft_dynset_init(). */
void rs_set_bound(struct ruleset *rs, struct rs_set *s)
{
	if (s->size)
		return;
	rs_undo_push(rs, &size_ops, s)->old = s->size;
	s->size = UINT16_MAX;
}

/* --- make ---------------------------------------------------------------- */

/* The kernel's name for a set that has none: the number replaces %d. A meter's
 * is what it is. */
static char *anonymous_name(struct rs_table *t, const char *pattern)
{
	const char *percent = strchr(pattern, '%');
	int prefix = (int)(percent - pattern);
	char name[64];

	if (!percent)
		return xstrdup(pattern);
	do {
		snprintf(name, sizeof(name), "%.*s%u", MIN(prefix, 40), pattern,
			 t->last_anonymous++);
	} while (rs_set_find(t, name));
	return xstrdup(name);
}

/* Sets that the kernel hashes are listed in the order of their keys' values;
 * keys in network order count from their first byte, all others, also
 * concatenations, as one number of this machine. */
static enum rs_order order_of(const struct set_type *type, bool is_interval)
{
	enum {
		BYTEORDER_BIG_ENDIAN = 2
	}; /* as in nft's set userdata */

	if (type->flags & NFT_SET_CONCAT)
		return type->flags & NFT_SET_INTERVAL ? RS_ORDER_BYTES
						      : RS_ORDER_HOST;
	if (is_interval || type->key_byteorder == BYTEORDER_BIG_ENDIAN)
		return RS_ORDER_BYTES;
	return RS_ORDER_HOST;
}

/* Ranges of concatenations are listed as the kernel's pipapo gives them, flags
 * by their names, of which nft compares the first. */
static enum rs_listing listing_of(const struct set_type *type, bool is_interval)
{
	const struct datatype *t = datatype_by_id(type->key_type);

	if (type->flags & NFT_SET_CONCAT)
		return type->flags & NFT_SET_INTERVAL ? RS_LIST_ARRIVALS
						      : RS_LIST_KEYS;
	return t && t->bitmask && !is_interval ? RS_LIST_LOW_BITS
					       : RS_LIST_KEYS;
}

static uint32_t column_len(const struct set_type *type)
{
	enum {
		VERDICT = 0xffffff00
	};

	return type->data_type == VERDICT ? 0 : type->data_len;
}

static void elems_init(struct rs_set *s)
{
	const struct set_type *type = &s->type;
	bool is_interval = rs_set_is_interval(s);

	rs_elems_init(&s->elems, type->key_len, column_len(type),
		      order_of(type, is_interval),
		      listing_of(type, is_interval));
}

static int stmt_put(struct nftnl_expr *e, void *data)
{
	struct nlmsghdr *nlh = data;
	struct nlattr *nest = mnl_attr_nest_start(nlh, NFTA_LIST_ELEM);

	nftnl_expr_build_payload(nlh, e);
	mnl_attr_nest_end(nlh, nest);
	return 0;
}

static int stmt_name(struct nftnl_expr *e, void *data)
{
	const char **names = data;

	while (*names)
		names++;
	*names = nftnl_expr_get_str(e, NFTNL_EXPR_NAME);
	return 0;
}

/* The statements of a declaration, as netlink has them: two at most. */
static void stmts_keep(struct rs_set *s, const struct nftnl_set *decl)
{
	char buf[1024];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	if (!decl)
		return;
	nftnl_set_expr_foreach(decl, stmt_put, nlh);
	nftnl_set_expr_foreach(decl, stmt_name, s->type.stmts);
	s->stmt_len = mnl_nlmsg_get_payload_len(nlh);
	if (!s->stmt_len)
		return;
	s->stmt = memcpy(xmalloc(s->stmt_len), mnl_nlmsg_get_payload(nlh),
			 s->stmt_len);
}

static struct rs_set *set_alloc(struct rs_table *t, const char *name,
				const struct cmd_set *cs)
{
	struct rs_set *s = xzalloc(sizeof(*s));

	s->table = t;
	s->type = cs->type;
	s->type.key_typeof = xstrdup(cs->type.key_typeof);
	s->type.data_typeof = xstrdup(cs->type.data_typeof);
	s->type.auto_merge = cs->auto_merge;
	s->type.layout = NULL; /* dies with its parser */
	s->anonymous = cs->anonymous;
	s->name = cs->anonymous ? anonymous_name(t, name) : xstrdup(name);
	s->comment = xstrdup(cs->comment);
	stmts_keep(s, cs->nftnl);
	s->auto_merge = cs->auto_merge;
	s->size = cs->size;
	s->policy = cs->policy;
	s->timeout_ms = cs->timeout_ms;
	s->gc_interval_ms = cs->gc_interval_ms;
	s->handle = rs_new_handle(t);
	elems_init(s);
	return s;
}

int rs_expr_is_swept(struct nftnl_expr *e, void *found)
{
	if (!strcmp(nftnl_expr_get_str(e, NFTNL_EXPR_NAME), "connlimit"))
		*(bool *)found = true;
	return 0;
}

static int decl_check(struct ruleset *rs, const struct cmd *cmd,
		      const struct cmd_set *cs)
{
	bool swept = false;

	if (cs->gc_interval_ms && !(cs->type.flags & NFT_SET_TIMEOUT))
		return rs_refuse(rs, &cmd->h.set_loc, &cmd->loc, EINVAL,
				 "gc-interval for a set without timeouts");
	if (cs->nftnl && cs->type.flags & NFT_SET_TIMEOUT)
		nftnl_set_expr_foreach(cs->nftnl, rs_expr_is_swept, &swept);
	if (swept)
		return rs_refuse(rs, &cmd->h.set_loc, &cmd->loc, EOPNOTSUPP,
				 "ct count in a set whose elements expire");
	return 0;
}

struct rs_set *rs_set_make(struct ruleset *rs, struct rs_table *t,
			   const struct cmd *cmd, struct cmd_set *cs)
{
	const char *name =
		cs->anonymous ? nftnl_set_get_str(cs->nftnl, NFTNL_SET_NAME)
			      : cmd->h.set;
	struct rs_set *s;

	if (decl_check(rs, cmd, cs))
		return NULL;
	if (rs_set_find(t, name)) {
		rs_refuse(rs, &cmd->h.set_loc, &cmd->loc, EEXIST, "set '%s'",
			  name);
		return NULL;
	}
	s = set_alloc(t, name, cs);
	s->tx = rs->tx;
	list_add_tail(&t->sets, &s->node);
	strmap_put(t->set_names, s->name, s);
	rs_handles_add(&t->set_handles, s->handle, s);
	rs_undo_push(rs, &add_ops, s);
	nftnl_set_set_str(cs->nftnl, NFTNL_SET_NAME, s->name);
	if (rs_event(rs, set_add, s, cs->nftnl))
		return NULL;
	if (cs->elems && cs->elems->len && rs_set_fill(rs, s, cmd, cs->elems))
		return NULL;
	return s;
}

/* --- commands ------------------------------------------------------------ */

/* nft_set_is_same(), and what an update may change. */
static int set_update(struct ruleset *rs, struct rs_set *s,
		      const struct cmd *cmd)
{
	const struct cmd_set *cs = cmd->set;
	const struct set_type *a = &s->type, *b = &cs->type;

	if (cmd->op == CMD_CREATE || a->key_type != b->key_type ||
	    a->data_type != b->data_type || a->key_len != b->key_len ||
	    a->data_len != b->data_len || a->flags != b->flags)
		return rs_refuse(rs, &cmd->h.set_loc, &cmd->loc, EEXIST,
				 cmd->op == CMD_CREATE
					 ? "set '%s'"
					 : "set '%s' with another declaration",
				 s->name);
	if (decl_check(rs, cmd, cs))
		return -1;
	if (cs->size && cs->size != s->size) {
		rs_undo_push(rs, &size_ops, s)->old = s->size;
		s->size = cs->size;
	}
	if (cs->timeout_ms && cs->timeout_ms != s->timeout_ms) {
		rs_undo_push(rs, &timeout_ops, s)->old = s->timeout_ms;
		s->timeout_ms = cs->timeout_ms;
	}
	if (cs->gc_interval_ms && cs->gc_interval_ms != s->gc_interval_ms) {
		rs_undo_push(rs, &gc_ops, s)->old = s->gc_interval_ms;
		s->gc_interval_ms = cs->gc_interval_ms;
	}
	if (cs->elems && cs->elems->len)
		return rs_set_fill(rs, s, cmd, cs->elems);
	return 0;
}

int rs_set_add(struct ruleset *rs, struct parser *p, const struct cmd *cmd)
{
	struct rs_table *t = rs_cmd_table(rs, cmd);
	struct rs_set *s;

	if (!t)
		return -1;
	s = rs_set_find(t, cmd->h.set);
	if (s)
		return set_update(rs, s, cmd);
	return rs_set_make(rs, t, cmd, cmd->set) ? 0 : -1;
}

static void set_remove(struct ruleset *rs, struct rs_set *s)
{
	struct rs_undo *u = rs_undo_push(rs, &del_ops, s);

	rs_unlink(u, &s->node);
	set_unlink(s);
}

void rs_set_remove_with_rule(struct ruleset *rs, struct rs_set *s)
{
	if (!s->use)
		set_remove(rs, s);
}

int rs_set_delete(struct ruleset *rs, struct parser *p, const struct cmd *cmd)
{
	struct rs_set *s = rs_cmd_set(rs, cmd);

	if (!s)
		return -1;
	if (s->use)
		return rs_refuse(rs, &cmd->h.set_loc, &cmd->loc, EBUSY,
				 "set '%s' is used by rules", s->name);
	set_remove(rs, s);
	return rs_event(rs, set_del, s);
}

int rs_set_flush(struct ruleset *rs, struct parser *p, const struct cmd *cmd)
{
	struct rs_set *s = rs_cmd_set(rs, cmd);

	if (!s)
		return -1;
	rs_set_empty(rs, s);
	return rs_event(rs, set_flush, s);
}
