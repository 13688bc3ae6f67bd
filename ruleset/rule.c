/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rules (nf_tables_newrule(), nf_tables_delrule()).
 *
 * A libnftnl rule is 1 KB and more, so none is kept: the expressions are, as
 * the netlink bytes that the kernel would get, with the source map and the
 * comment, all in one piece of memory. The libnftnl object that the
 * parser makes lives for the time of the command, in which those who follow
 * the changes see it.
 */
#include "ruleset/internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "parser/listing.h"

/* --- what a rule refers to ----------------------------------------------- */

/* Expressions that name a set: by which attributes, and what else those that
 * can name an anonymous one have (0 ends the list). */
static const struct set_user {
	const char *name;
	uint16_t set, set_id;
	uint16_t others[6];
} set_users[] = {
	{ "lookup",
	  NFTNL_EXPR_LOOKUP_SET,
	  NFTNL_EXPR_LOOKUP_SET_ID,
	  { NFTNL_EXPR_LOOKUP_SREG, NFTNL_EXPR_LOOKUP_DREG,
	    NFTNL_EXPR_LOOKUP_FLAGS } },
	{ "objref",
	  NFTNL_EXPR_OBJREF_SET_NAME,
	  NFTNL_EXPR_OBJREF_SET_ID,
	  { NFTNL_EXPR_OBJREF_SET_SREG } },
	{ "dynset",
	  NFTNL_EXPR_DYNSET_SET_NAME,
	  NFTNL_EXPR_DYNSET_SET_ID,
	  { 0 } },
};

/* A set that was made for this rule, and the number it is referred to by. */
struct own_set {
	uint32_t id;
	struct rs_set *set;
};

/**
 * struct draft - a rule being made
 * @own:	the anonymous sets made for it
 * @refs:	chains and sets that its expressions name
 * @locs:	the parser's source map
 */
struct draft {
	struct ruleset *rs;
	const struct cmd *cmd;
	struct rs_chain *chain;
	struct nftnl_rule *nftnl;
	const struct loc *locs;
	unsigned n_locs;
	VEC(struct own_set) own;
	VEC(struct rs_ref) refs;
};

static const struct loc *expr_loc(const struct draft *dr, unsigned nr)
{
	return nr < dr->n_locs ? &dr->locs[nr] : &dr->cmd->loc;
}

static int ref_chain(struct draft *dr, unsigned nr, const char *name)
{
	const struct rs_table *t = dr->chain->table;
	struct rs_chain *c = rs_chain_named(t, name);
	struct rs_ref ref = { .chain = c };

	if (!c) {
		rs_refuse(dr->rs, expr_loc(dr, nr), &dr->cmd->loc, ENOENT,
			  "chain '%s' in table %s '%s'", name,
			  rs_family_name(t->family), t->name);
		rs_hint_names(dr->rs, t->chain_names, name);
		return -1;
	}
	if (c->type)
		return rs_refuse(dr->rs, expr_loc(dr, nr), &dr->cmd->loc,
				 EOPNOTSUPP,
				 "a jump to chain '%s', which has "
				 "a hook",
				 name);
	vec_push(&dr->refs, ref);
	return 0;
}

/* The chain that was made for an immediate of this rule, or NULL. */
static struct rs_chain *own_chain(const struct draft *dr,
				  const struct nftnl_expr *e)
{
	if (strcmp(nftnl_expr_get_str(e, NFTNL_EXPR_NAME), "immediate") != 0 ||
	    !nftnl_expr_is_set(e, NFTNL_EXPR_IMM_CHAIN_ID))
		return NULL;
	return rs_chain_by_id(dr->rs, dr->chain->table,
			      nftnl_expr_get_u32(e, NFTNL_EXPR_IMM_CHAIN_ID));
}

static struct rs_set *own_set(const struct draft *dr,
			      const struct nftnl_expr *e,
			      const struct set_user *user)
{
	uint32_t id;

	if (!nftnl_expr_is_set(e, user->set_id))
		return NULL;
	id = nftnl_expr_get_u32(e, user->set_id);
	for (size_t i = 0; i < dr->own.len; i++)
		if (dr->own.v[i].id == id)
			return dr->own.v[i].set;
	return NULL;
}

/* What a set's elements would have to keep (nft_set_elem_expr_alloc()). */
static int check_kept(struct draft *dr, unsigned nr, struct nftnl_expr *e,
		      const struct rs_set *s)
{
	bool swept = false;

	nftnl_expr_expr_foreach(e, rs_expr_is_swept, &swept);
	if (!swept || !(s->type.flags & NFT_SET_TIMEOUT))
		return 0;
	return rs_refuse(dr->rs, expr_loc(dr, nr), &dr->cmd->loc, EOPNOTSUPP,
			 "ct count in set '%s', whose elements expire",
			 s->name);
}

static int ref_set(struct draft *dr, unsigned nr, struct nftnl_expr *e,
		   const struct set_user *user)
{
	const struct rs_table *t = dr->chain->table;
	const char *name = nftnl_expr_get_str(e, user->set);
	struct rs_ref ref = { .set = own_set(dr, e, user) };

	if (!ref.set && name)
		ref.set = rs_set_find(t, name);
	if (!ref.set) {
		rs_refuse(dr->rs, expr_loc(dr, nr), &dr->cmd->loc, ENOENT,
			  "set '%s' in table %s '%s'", name ? name : "",
			  rs_family_name(t->family), t->name);
		return -1;
	}
	vec_push(&dr->refs, ref);
	if (strcmp(user->name, "dynset") != 0)
		return 0;
	rs_set_bound(dr->rs, ref.set);
	return check_kept(dr, nr, e, ref.set);
}

static const struct set_user *set_user(const struct nftnl_expr *e)
{
	const char *kind = nftnl_expr_get_str(e, NFTNL_EXPR_NAME);

	for (size_t i = 0; i < ARRAY_LEN(set_users); i++)
		if (!strcmp(kind, set_users[i].name) &&
		    nftnl_expr_is_set(e, set_users[i].set))
			return &set_users[i];
	return NULL;
}

static int ref_object(struct draft *dr, unsigned nr, const struct nftnl_expr *e)
{
	uint32_t type = nftnl_expr_get_u32(e, NFTNL_EXPR_OBJREF_IMM_TYPE);
	const char *name = nftnl_expr_get_str(e, NFTNL_EXPR_OBJREF_IMM_NAME);
	const struct rs_table *t = dr->chain->table;
	struct rs_ref ref = { .object = rs_object_find(t, type, name) };

	if (!ref.object)
		return rs_refuse(dr->rs, expr_loc(dr, nr), &dr->cmd->loc,
				 ENOENT, "%s '%s' in table %s '%s'",
				 list_object_word(type), name,
				 rs_family_name(t->family), t->name);
	vec_push(&dr->refs, ref);
	return 0;
}

/* Where what the VM does not run may stand: nft_..._validate(). */
static const struct {
	const char *name;
	uint32_t hooks;
} hooked[] = {
	{ "flow_offload", 1 << NF_INET_FORWARD },
	{ "synproxy", 1 << NF_INET_LOCAL_IN | 1 << NF_INET_FORWARD },
};

static int check_hook(struct draft *dr, unsigned nr, const char *name)
{
	const struct rs_chain *c = dr->chain;

	for (size_t i = 0; c->type && i < ARRAY_LEN(hooked); i++)
		if (!strcmp(hooked[i].name, name) &&
		    !(hooked[i].hooks >> c->hook & 1))
			return rs_refuse(dr->rs, expr_loc(dr, nr),
					 &dr->cmd->loc, EOPNOTSUPP,
					 "%s at hook %s", name, c->hook_name);
	return 0;
}

static int ref_flowtable(struct draft *dr, unsigned nr,
			 const struct nftnl_expr *e)
{
	const char *name = nftnl_expr_get_str(e, NFTNL_EXPR_FLOW_TABLE_NAME);
	const struct rs_chain *c = dr->chain;
	struct rs_ref ref = { .flowtable = rs_flowtable_find(c->table, name) };

	if (!ref.flowtable)
		return rs_refuse(dr->rs, expr_loc(dr, nr), &dr->cmd->loc,
				 ENOENT, "flowtable '%s' in table %s '%s'",
				 name, rs_family_name(c->table->family),
				 c->table->name);
	vec_push(&dr->refs, ref);
	return 0;
}

static int ref_expr(struct draft *dr, unsigned nr, struct nftnl_expr *e)
{
	const struct set_user *user = set_user(e);
	struct rs_ref own = { .chain = own_chain(dr, e) };

	if (check_hook(dr, nr, nftnl_expr_get_str(e, NFTNL_EXPR_NAME)))
		return -1;
	if (user)
		return ref_set(dr, nr, e, user);
	if (own.chain) {
		vec_push(&dr->refs, own);
		return 0;
	}
	if (!strcmp(nftnl_expr_get_str(e, NFTNL_EXPR_NAME), "objref"))
		return ref_object(dr, nr, e);
	if (!strcmp(nftnl_expr_get_str(e, NFTNL_EXPR_NAME), "flow_offload"))
		return ref_flowtable(dr, nr, e);
	if (!strcmp(nftnl_expr_get_str(e, NFTNL_EXPR_NAME), "immediate") &&
	    nftnl_expr_is_set(e, NFTNL_EXPR_IMM_CHAIN))
		return ref_chain(dr, nr,
				 nftnl_expr_get_str(e, NFTNL_EXPR_IMM_CHAIN));
	return 0;
}

static int draft_refs(struct draft *dr)
{
	struct nftnl_expr_iter *it = nftnl_expr_iter_create(dr->nftnl);
	struct nftnl_expr *e;
	unsigned nr = 0;
	int err = 0;

	if (!it)
		xalloc_failed(0);
	while (!err && (e = nftnl_expr_iter_next(it)))
		err = ref_expr(dr, nr++, e);
	nftnl_expr_iter_destroy(it);
	if (!err && nr > RS_MAX_EXPRS)
		return rs_refuse(dr->rs, &dr->cmd->loc, &dr->cmd->loc,
				 EOVERFLOW, "a rule of %u expressions", nr);
	return err;
}

/* The same lookup, of a set by its final name. A new expression, because
 * libnftnl forgets to free the name that a second set_str() replaces. */
static struct nftnl_expr *expr_renamed(struct nftnl_expr *e,
				       const struct set_user *user,
				       const char *name)
{
	struct nftnl_expr *new = nftnl_expr_alloc(user->name);

	if (!new)
		xalloc_failed(0);
	nftnl_expr_set_str(new, user->set, name);
	for (const uint16_t *attr = user->others; *attr; attr++) {
		uint32_t len;
		const void *value = nftnl_expr_get(e, *attr, &len);

		if (nftnl_expr_is_set(e, *attr))
			nftnl_expr_set(new, *attr, value, len);
	}
	nftnl_expr_free(e);
	return new;
}

static struct nftnl_expr *jump_named(struct nftnl_expr *e, const char *name)
{
	struct nftnl_expr *new = nftnl_expr_alloc("immediate");

	if (!new)
		xalloc_failed(0);
	nftnl_expr_set_u32(new, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
	nftnl_expr_set_u32(new, NFTNL_EXPR_IMM_VERDICT,
			   nftnl_expr_get_u32(e, NFTNL_EXPR_IMM_VERDICT));
	nftnl_expr_set_str(new, NFTNL_EXPR_IMM_CHAIN, name);
	nftnl_expr_free(e);
	return new;
}

/* What refers to things made for this rule alone by number, by the names that
 * those have now. */
static struct nftnl_expr *expr_final(const struct draft *dr,
				     struct nftnl_expr *e)
{
	const struct set_user *user = set_user(e);
	struct rs_set *s = user ? own_set(dr, e, user) : NULL;
	struct rs_chain *c = own_chain(dr, e);

	/* a meter's set has its name from the beginning */
	if (s && user->others[0])
		return expr_renamed(e, user, s->name);
	return c ? jump_named(e, c->name) : e;
}

static bool has_own(const struct draft *dr)
{
	for (size_t i = 0; i < dr->refs.len; i++)
		if (dr->refs.v[i].chain && dr->refs.v[i].chain->id)
			return true;
	return dr->own.len;
}

/* libnftnl adds expressions at the end only, so all are taken out and put
 * back. */
static void draft_rename(struct draft *dr)
{
	struct nftnl_expr_iter *it;
	VEC(struct nftnl_expr *) exprs = { 0 };
	struct nftnl_expr *e;

	if (!has_own(dr))
		return;
	it = nftnl_expr_iter_create(dr->nftnl);
	if (!it)
		xalloc_failed(0);
	while ((e = nftnl_expr_iter_next(it)))
		vec_push(&exprs, e);
	nftnl_expr_iter_destroy(it);
	for (size_t i = 0; i < exprs.len; i++) {
		nftnl_rule_del_expr(exprs.v[i]);
		nftnl_rule_add_expr(dr->nftnl, expr_final(dr, exprs.v[i]));
	}
	vec_fini(&exprs);
}

/* --- drafts -------------------------------------------------------------- */

static void use_refs(const struct rs_rule *r, int by)
{
	for (unsigned i = 0; i < r->n_refs; i++) {
		if (r->refs[i].chain)
			r->refs[i].chain->use += by;
		else if (r->refs[i].set)
			r->refs[i].set->use += by;
		else if (r->refs[i].object)
			r->refs[i].object->use += by;
		else
			r->refs[i].flowtable->use += by;
	}
}

static int draft_own_sets(struct draft *dr)
{
	struct cmd_set *cs;

	for (unsigned i = 0; (cs = cmd_rule_sets(dr->cmd, i)); i++) {
		struct own_set own = { cs->id, NULL };

		own.set = rs_set_make(dr->rs, dr->chain->table, dr->cmd, cs);
		if (!own.set)
			return -1;
		vec_push(&dr->own, own);
	}
	return 0;
}

static int draft_make(struct draft *dr, struct parser *p)
{
	dr->nftnl = cmd_rule_lower(p, dr->cmd, &dr->locs, &dr->n_locs);
	if (!dr->nftnl)
		return -1;
	if (draft_own_sets(dr) || draft_refs(dr))
		return -1;
	draft_rename(dr);
	if (dr->chain->id)
		nftnl_rule_set_str(dr->nftnl, NFTNL_RULE_CHAIN,
				   dr->chain->name);
	return 0;
}

static void draft_fini(struct draft *dr)
{
	if (dr->nftnl)
		nftnl_rule_free(dr->nftnl);
	vec_fini(&dr->own);
	vec_fini(&dr->refs);
}

static void put_name(struct nlmsghdr *nlh, uint16_t attr,
		     const struct nftnl_expr *e, uint16_t name)
{
	if (nftnl_expr_is_set(e, name))
		mnl_attr_put_strz(nlh, attr, nftnl_expr_get_str(e, name));
}

static void put_number(struct nlmsghdr *nlh, uint16_t attr,
		       const struct nftnl_expr *e, uint16_t number)
{
	if (nftnl_expr_is_set(e, number))
		mnl_attr_put_u32(nlh, attr,
				 htonl(nftnl_expr_get_u32(e, number)));
}

/* libnftnl writes the names of an objref without their ending zero and wants it
 * when it reads them, as the kernel sends them: so they are written here. */
static void objref_put(struct nlmsghdr *nlh, const struct nftnl_expr *e)
{
	struct nlattr *data;

	mnl_attr_put_strz(nlh, NFTA_EXPR_NAME, "objref");
	data = mnl_attr_nest_start(nlh, NFTA_EXPR_DATA);
	put_number(nlh, NFTA_OBJREF_IMM_TYPE, e, NFTNL_EXPR_OBJREF_IMM_TYPE);
	put_name(nlh, NFTA_OBJREF_IMM_NAME, e, NFTNL_EXPR_OBJREF_IMM_NAME);
	put_number(nlh, NFTA_OBJREF_SET_SREG, e, NFTNL_EXPR_OBJREF_SET_SREG);
	put_name(nlh, NFTA_OBJREF_SET_NAME, e, NFTNL_EXPR_OBJREF_SET_NAME);
	mnl_attr_nest_end(nlh, data);
}

static int expr_put(struct nftnl_expr *e, void *data)
{
	struct nlmsghdr *nlh = data;
	struct nlattr *nest = mnl_attr_nest_start(nlh, NFTA_LIST_ELEM);

	if (!strcmp(nftnl_expr_get_str(e, NFTNL_EXPR_NAME), "objref"))
		objref_put(nlh, e);
	else
		nftnl_expr_build_payload(nlh, e);
	mnl_attr_nest_end(nlh, nest);
	return 0;
}

/* The expressions as netlink bytes, in the ruleset's scratch memory. */
static const void *draft_bytes(struct draft *dr, uint32_t *len)
{
	struct nlmsghdr *nlh;

	*len = 0;
	if (!dr->rs->lists)
		return NULL;
	if (!dr->rs->scratch)
		dr->rs->scratch = xmalloc(RS_SCRATCH_BYTES);
	nlh = mnl_nlmsg_put_header(dr->rs->scratch);
	nftnl_expr_foreach(dr->nftnl, expr_put, nlh);
	*len = (uint32_t)mnl_nlmsg_get_payload_len(nlh);
	return mnl_nlmsg_get_payload(nlh);
}

static struct rs_rule *rule_alloc(const struct draft *dr, const void *bytes,
				  uint32_t bytes_len)
{
	const char *comment = dr->cmd->comment;
	size_t refs = dr->refs.len * sizeof(struct rs_ref);
	size_t locs = dr->n_locs * sizeof(struct loc);
	size_t text = comment ? strlen(comment) + 1 : 0;
	struct rs_rule *r =
		xmalloc(sizeof(*r) + refs + locs + bytes_len + text);
	uint8_t *at = (uint8_t *)(r + 1);

	memset(r, 0, sizeof(*r));
	r->chain = dr->chain;
	r->cmd_loc = dr->cmd->loc;
	r->n_refs = dr->refs.len;
	r->n_locs = dr->n_locs;
	r->bytes_len = bytes_len;
	r->refs = memcpy(at, dr->refs.v ? (void *)dr->refs.v : at, refs);
	r->locs = memcpy(at + refs, dr->locs ? (void *)dr->locs : at, locs);
	at += refs + locs;
	r->bytes = memcpy(at, bytes ? bytes : at, bytes_len);
	if (comment)
		r->comment = memcpy(at + bytes_len, comment, text);
	return r;
}

static struct rs_rule *draft_rule(struct draft *dr)
{
	uint32_t bytes_len;
	const void *bytes = draft_bytes(dr, &bytes_len);
	struct rs_rule *r = rule_alloc(dr, bytes, bytes_len);

	use_refs(r, 1);
	return r;
}

struct nftnl_rule *ruleset_rule_nftnl(const struct rs_rule *r)
{
	size_t room = r->bytes_len + 1024;
	struct nftnl_rule *rule;
	struct nlmsghdr *nlh;

	if (!r->bytes_len)
		return NULL;
	nlh = mnl_nlmsg_put_header(xzalloc(room));
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct nfgenmsg));
	mnl_attr_put(nlh, NFTA_RULE_EXPRESSIONS | NLA_F_NESTED, r->bytes_len,
		     r->bytes);
	rule = nftnl_rule_alloc();
	if (!rule)
		xalloc_failed(0);
	nftnl_rule_nlmsg_parse(nlh, rule);
	free(nlh);
	nftnl_rule_set_u32(rule, NFTNL_RULE_FAMILY, r->chain->table->family);
	nftnl_rule_set_str(rule, NFTNL_RULE_TABLE, r->chain->table->name);
	nftnl_rule_set_str(rule, NFTNL_RULE_CHAIN, r->chain->name);
	nftnl_rule_set_u64(rule, NFTNL_RULE_HANDLE, r->handle);
	return rule;
}

/* --- undo ---------------------------------------------------------------- */

static void unlink_rule(struct rs_rule *r)
{
	rs_handles_del(&r->chain->table->rule_handles, r->handle);
	r->chain->len--;
	use_refs(r, -1);
}

static void add_undo(struct ruleset *rs, struct rs_undo *u)
{
	struct rs_rule *r = u->thing;

	list_del(&r->node);
	unlink_rule(r);
	free(r);
}

static void del_undo(struct ruleset *rs, struct rs_undo *u)
{
	struct rs_rule *r = u->thing;

	rs_relink(u, &r->node);
	rs_handles_restore(&r->chain->table->rule_handles, r->handle, r);
	r->chain->len++;
	use_refs(r, 1);
}

static void del_done(struct ruleset *rs, struct rs_undo *u)
{
	free(u->thing);
}

static const struct rs_undo_ops add_ops = { .undo = add_undo };
static const struct rs_undo_ops del_ops = { .undo = del_undo,
					    .done = del_done };

/* --- places -------------------------------------------------------------- */

static int no_rule(struct ruleset *rs, const struct cmd *cmd,
		   const struct rs_chain *c, const char *by, uint64_t nr)
{
	return rs_refuse(rs, &cmd->h.handle_loc, &cmd->loc, ENOENT,
			 "no rule with %s %llu in chain '%s'", by,
			 (unsigned long long)nr, c->name);
}

static struct rs_rule *rule_by_handle(struct ruleset *rs, const struct cmd *cmd,
				      struct rs_chain *c, uint64_t handle)
{
	struct rs_rule *r = rs_handles_get(&c->table->rule_handles, handle);

	if (r && r->chain == c)
		return r;
	no_rule(rs, cmd, c, "handle", handle);
	return NULL;
}

static struct rs_rule *rule_by_index(struct ruleset *rs, const struct cmd *cmd,
				     struct rs_chain *c, uint32_t index)
{
	struct rs_rule *r;

	list_for_each(r, &c->rules, node)
		if (!--index)
			return r;
	no_rule(rs, cmd, c, "index", cmd->h.index - 1);
	return NULL;
}

/*
 * Where a new rule goes: behind @prev. Without a place `add` is last, `insert`
 * first. nft knows the handles of rules only once they are loaded, so a
 * position in the same transaction finds nothing.
 */
static int place_find(struct ruleset *rs, const struct cmd *cmd,
		      struct rs_chain *c, struct list **prev)
{
	const struct cmd_handle *h = &cmd->h;
	/* `handle N` says the same as `position N` here. */
	uint64_t position = h->position ? h->position : h->handle;
	struct rs_rule *at;

	*prev = cmd->op == CMD_INSERT ? &c->rules : c->rules.prev;
	if (!position && !h->index)
		return 0;
	if (position > c->table->committed_handle)
		return no_rule(rs, cmd, c, "handle", position);
	at = position ? rule_by_handle(rs, cmd, c, position)
		      : rule_by_index(rs, cmd, c, h->index);
	if (!at)
		return -1;
	*prev = cmd->op == CMD_INSERT ? at->node.prev : &at->node;
	return 0;
}

static struct rs_rule *rule_after(const struct rs_rule *r)
{
	if (r->node.next == &r->chain->rules)
		return NULL;
	return list_entry(r->node.next, struct rs_rule, node);
}

/* --- commands ------------------------------------------------------------ */

static void rule_link(struct ruleset *rs, struct rs_rule *r, struct list *prev)
{
	struct rs_handles *handles = &r->chain->table->rule_handles;

	list_insert(&r->node, prev, prev->next);
	if (r->handle >
	    (handles->len ? handles->v[handles->len - 1].handle : 0))
		rs_handles_add(handles, r->handle, r);
	else
		rs_handles_restore(handles, r->handle, r);
	r->chain->len++;
	rs_undo_push(rs, &add_ops, r);
}

/* Make the rule of @cmd and put it behind @prev; @handle 0 is a new one. */
static int rule_put(struct ruleset *rs, struct parser *p, const struct cmd *cmd,
		    struct rs_chain *c, struct list *prev, uint64_t handle)
{
	struct draft dr = { .rs = rs, .cmd = cmd, .chain = c };
	struct rs_rule *r;
	int err = draft_make(&dr, p);

	if (!err) {
		r = draft_rule(&dr);
		r->handle = handle ? handle : rs_new_handle(c->table);
		nftnl_rule_set_u64(dr.nftnl, NFTNL_RULE_HANDLE, r->handle);
		rule_link(rs, r, prev);
		err = rs_event(rs, rule_add, r, dr.nftnl, rule_after(r));
	}
	draft_fini(&dr);
	return err;
}

int rs_rule_add(struct ruleset *rs, struct parser *p, const struct cmd *cmd)
{
	struct rs_chain *c = rs_cmd_chain(rs, cmd);
	struct list *prev;

	if (!c || place_find(rs, cmd, c, &prev))
		return -1;
	return rule_put(rs, p, cmd, c, prev, 0);
}

int rs_rule_remove(struct ruleset *rs, struct rs_rule *r)
{
	struct rs_undo *u = rs_undo_push(rs, &del_ops, r);

	rs_unlink(u, &r->node);
	unlink_rule(r);
	if (rs_event(rs, rule_del, r))
		return -1;
	for (unsigned i = 0; i < r->n_refs; i++) {
		const struct rs_ref *ref = &r->refs[i];

		if (ref->set && ref->set->anonymous)
			rs_set_remove_with_rule(rs, ref->set);
		if (ref->chain && ref->chain->id &&
		    rs_chain_remove_with_rule(rs, ref->chain))
			return -1;
	}
	return 0;
}

int rs_rule_delete(struct ruleset *rs, struct parser *p, const struct cmd *cmd)
{
	struct rs_chain *c = rs_cmd_chain(rs, cmd);
	struct rs_rule *r;

	if (!c)
		return -1;
	r = rule_by_handle(rs, cmd, c, cmd->h.handle);
	return r ? rs_rule_remove(rs, r) : -1;
}

/* The new rule takes the place of the old one, and its handle. */
int rs_rule_replace(struct ruleset *rs, struct parser *p, const struct cmd *cmd)
{
	struct rs_chain *c = rs_cmd_chain(rs, cmd);
	struct rs_rule *old;
	struct list *prev;

	if (!c)
		return -1;
	old = rule_by_handle(rs, cmd, c, cmd->h.handle);
	if (!old)
		return -1;
	prev = old->node.prev;
	if (rs_rule_remove(rs, old))
		return -1;
	return rule_put(rs, p, cmd, c, prev, old->handle);
}
