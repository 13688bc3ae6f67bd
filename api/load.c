/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * A load is one transaction of two halves. Commands go to the ruleset, which
 * answers as the kernel's control plane does (names, handles, what is in use)
 * and tells of each change; each change goes on to the VM, which verifies and
 * lowers. Only when both have taken everything, both commit. The parser hands
 * over each command when it is checked, and forgets it.
 *
 *	parser -> cmd -> ruleset_apply() -> struct ruleset_events -> vm_*()
 *
 * After a fault the VM is left alone, but the ruleset goes on, so that one run
 * shows all faults; after one in the text the parser alone goes on. The VM's
 * own come with the rule (the cookie is the rule of the ruleset) and the expression, and the rule's source map has the place.
 *
 * Linux runs more than this VM. An engine that packets will come to refuses
 * that; one that only judges and lists (NFTVM_NEW_NO_RUN) takes it without the
 * VM.
 */
#include "api/engine.h"
#include "api/netlink.h"

#include <errno.h>
#include <linux/netfilter.h>
#include <string.h>

#include "base/strbuf.h"

typedef void show_fn(void *data, struct parser *p, const struct cmd *cmd);

/**
 * struct load - one load under way
 * @p:		where commands come from
 * @place:	of the command that is being applied
 * @tx:		the VM's half
 * @show:	is given each command, and @shown; or NULL
 * @failed:	something was refused: nothing will be committed
 */
struct load {
	struct nftvm *nv;
	struct parser *p;
	struct loc place;
	struct vm_tx *tx;
	show_fn *show;
	void *shown;
	bool failed;
};

const struct rs_rule *engine_rule(const struct vm_rule *rule)
{
	return (const struct rs_rule *)(uintptr_t)vm_rule_cookie(rule);
}

/* --- what the VM refuses ------------------------------------------------- */

static const struct loc *error_place(const struct load *l,
				     const struct vm_error *err)
{
	const struct rs_rule *r = (void *)(uintptr_t)err->cookie;

	if (!r)
		return &l->place;
	if (err->expr >= 0 && err->expr < r->n_locs &&
	    r->locs[err->expr].source)
		return &r->locs[err->expr];
	return &r->cmd_loc;
}

/*
 * May the VM go without it? Where no packet will come, it may lack what it
 * does not run (-ENOSYS: Linux does), and from then on what is not there
 * (-ENOENT) is of that kind: names are the ruleset's to check.
 */
static bool may_lack(struct load *l, int code)
{
	if (!l->nv->no_run)
		return false;
	if (code == -ENOSYS)
		l->nv->partial = true;
	return code == -ENOSYS || (code == -ENOENT && l->nv->partial);
}

/* 0 for a code of 0; else -1 with the VM's reason as a diagnostic. */
static int told(struct load *l, int code, const struct vm_error *err)
{
	const struct loc *loc = error_place(l, err);

	if (!code || may_lack(l, code))
		return 0;
	l->failed = true;
	if (code == -ENOSYS)
		return diag_error(l->nv->diags, loc, "%s", err->message);
	return diag_error(l->nv->diags, loc, "%s: %s",
			  *err->message ? err->message : "refused",
			  strerror(-code));
}

/*
 * Do packets that come here pass tables of the family? ARP's and a bridge's
 * frames are no packets of a router: Linux runs nothing of these tables on
 * what is run here.
 */
static bool is_passed(const struct rs_table *t)
{
	return t->family != NFPROTO_ARP && t->family != NFPROTO_BRIDGE;
}

#define TELL(l, table, call)                  \
	struct vm_error err = { .expr = -1 }; \
                                              \
	if ((l)->failed || !is_passed(table)) \
		return 0;                     \
	return told((l), (call), &err)

static int on_table_add(void *data, const struct rs_table *t)
{
	struct load *l = data;

	if (!is_passed(t) && !l->nv->no_run)
		diag_warning(l->nv->diags, &l->place,
			     "table %s is not run: no packet that is judged "
			     "here passes %s tables",
			     t->name,
			     t->family == NFPROTO_ARP ? "arp" : "bridge");
	TELL(l, t, vm_table_add(l->tx, t->family, t->name, t->flags, &err));
}

static int on_table_del(void *data, const struct rs_table *t)
{
	struct load *l = data;

	TELL(l, t, vm_table_del(l->tx, t->family, t->name, &err));
}

static enum vm_chain_type type_of(const char *name)
{
	static const char *const names[] = {
		[VM_CHAIN_FILTER] = "filter",
		[VM_CHAIN_NAT] = "nat",
		[VM_CHAIN_ROUTE] = "route",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (!strcmp(names[i], name))
			return i;
	return VM_CHAIN_FILTER;
}

static int on_chain_add(void *data, const struct rs_chain *c)
{
	struct load *l = data;
	struct vm_chain_spec spec = {
		.family = c->table->family,
		.table = c->table->name,
		.name = c->name,
		.handle = c->handle,
	};

	if (c->type) {
		spec.is_base = true;
		spec.type = type_of(c->type);
		spec.hook = c->hook;
		spec.priority = c->priority;
		spec.policy = c->policy;
	}
	TELL(l, c->table, vm_chain_add(l->tx, &spec, &err));
}

static int on_chain_policy(void *data, const struct rs_chain *c)
{
	struct load *l = data;

	TELL(l, c->table,
	     vm_chain_policy(l->tx, c->table->family, c->table->name, c->name,
			     c->policy, &err));
}

static int on_chain_del(void *data, const struct rs_chain *c)
{
	struct load *l = data;

	TELL(l, c->table,
	     vm_chain_del(l->tx, c->table->family, c->table->name, c->name,
			  &err));
}

static int on_set_add(void *data, const struct rs_set *s,
		      const struct nftnl_set *decl)
{
	struct load *l = data;

	TELL(l, s->table, vm_set_add(l->tx, decl, &err));
}

static int on_set_del(void *data, const struct rs_set *s)
{
	struct load *l = data;

	TELL(l, s->table,
	     vm_set_del(l->tx, s->table->family, s->table->name, s->name,
			&err));
}

static int on_set_flush(void *data, const struct rs_set *s)
{
	struct load *l = data;

	TELL(l, s->table,
	     vm_set_flush(l->tx, s->table->family, s->table->name, s->name,
			  &err));
}

static int on_elems_add(void *data, const struct rs_set *s,
			const struct elem_batch *elems)
{
	struct load *l = data;

	TELL(l, s->table,
	     vm_elems_add(l->tx, s->table->family, s->table->name, s->name,
			  elems, &err));
}

static int on_elems_del(void *data, const struct rs_set *s,
			const struct elem_batch *elems)
{
	struct load *l = data;

	TELL(l, s->table,
	     vm_elems_del(l->tx, s->table->family, s->table->name, s->name,
			  elems, &err));
}

static int on_object_add(void *data, const struct rs_object *o)
{
	struct load *l = data;

	TELL(l, o->table, vm_obj_add(l->tx, o->nftnl, &err));
}

static int on_object_del(void *data, const struct rs_object *o)
{
	struct load *l = data;

	TELL(l, o->table,
	     vm_obj_del(l->tx, o->table->family, o->table->name, o->type,
			o->name, &err));
}

static int on_rule_add(void *data, const struct rs_rule *r,
		       const struct nftnl_rule *rule,
		       const struct rs_rule *before)
{
	struct load *l = data;

	TELL(l, r->chain->table,
	     vm_rule_add(l->tx, rule, before ? before->handle : 0, (uintptr_t)r,
			 &err));
}

static int on_rule_del(void *data, const struct rs_rule *r)
{
	struct load *l = data;

	TELL(l, r->chain->table,
	     vm_rule_del(l->tx, r->chain->table->family, r->chain->table->name,
			 r->chain->name, r->handle, &err));
}

static const struct ruleset_events to_vm = {
	.table_add = on_table_add,
	.table_del = on_table_del,
	.chain_add = on_chain_add,
	.chain_policy = on_chain_policy,
	.chain_del = on_chain_del,
	.set_add = on_set_add,
	.set_del = on_set_del,
	.set_flush = on_set_flush,
	.elems_add = on_elems_add,
	.elems_del = on_elems_del,
	.object_add = on_object_add,
	.object_del = on_object_del,
	.rule_add = on_rule_add,
	.rule_del = on_rule_del,
};

/* --- a load -------------------------------------------------------------- */

static void load_commit(struct load *l)
{
	struct vm_error err = { .expr = -1 };
	int code;

	if (l->failed) {
		vm_abort(l->tx);
	} else {
		code = vm_commit(l->tx, &l->nv->now, &err);
		told(l, code, &err);
		if (code)
			vm_abort(l->tx);
	}
	if (l->failed)
		ruleset_abort(l->nv->ruleset);
	else
		ruleset_commit(l->nv->ruleset);
}

static void load_cmd(void *data, struct cmd *cmd)
{
	struct load *l = data;

	l->place = cmd->loc;
	if (l->show)
		l->show(l->shown, l->p, cmd);
	if (ruleset_apply(l->nv->ruleset, l->p, cmd))
		l->failed = true;
}

/**
 * struct text - what is loaded: files, or @text
 */
struct text {
	const char *const *paths;
	size_t n_paths;
	const char *name, *text;
	size_t len;
};

static void parse(struct load *l, const struct text *t)
{
	int err = 0;

	for (size_t i = 0; i < l->nv->defines.len; i++)
		err |= parser_define(l->p, l->nv->defines.v[i]);
	for (size_t i = 0; i < t->n_paths; i++)
		err |= parser_file(l->p, t->paths[i]);
	if (t->text)
		err |= parser_text(l->p, t->name, t->text, t->len);
	if (err)
		l->failed = true;
}

static int load(struct nftvm *nv, const struct text *t, show_fn *show,
		void *shown)
{
	struct load l = { .nv = nv, .show = show, .shown = shown };
	struct parser_env env;

	engine_env(nv, &env);
	l.p = parser_new(nv->diags, &env);
	l.tx = vm_begin(nv->vm);
	ruleset_begin(nv->ruleset, nv->diags, &to_vm, &l);
	parser_sink(l.p, load_cmd, &l);
	parse(&l, t);
	load_commit(&l);
	parser_free(l.p);
	return l.failed ? -1 : 0;
}

int nftvm_load_text(struct nftvm *nv, const char *name, const char *text,
		    size_t len)
{
	struct text t = { .name = name, .text = text, .len = len };

	return load(nv, &t, NULL, NULL);
}

int nftvm_load_files(struct nftvm *nv, const char *const *paths, size_t len)
{
	struct text t = { .paths = paths, .n_paths = len };

	return load(nv, &t, NULL, NULL);
}

int nftvm_load_file(struct nftvm *nv, const char *path)
{
	return nftvm_load_files(nv, &path, 1);
}

static void dump_programs(const struct nftvm *nv, struct strbuf *out)
{
	const struct vm_chain *c = NULL;

	while ((c = vm_chain_next(nv->vm, c))) {
		vm_dump(c, false, out);
		strbuf_puts(out, "fast ");
		vm_dump(c, true, out);
	}
}

static void show_ast(void *out, struct parser *p, const struct cmd *cmd)
{
	cmd_dump(p, cmd, out);
}

int nftvm_compile_files(struct nftvm *nv, const char *const *paths, size_t len,
			unsigned form, char **text)
{
	struct text t = { .paths = paths, .n_paths = len };
	struct netlink_text netlink = { 0 };
	struct strbuf out = STRBUF_INIT;
	int err;

	if (form == NFTVM_FORM_NETLINK)
		err = load(nv, &t, engine_netlink_cmd, &netlink);
	else
		err = load(nv, &t, form == NFTVM_FORM_AST ? show_ast : NULL,
			   &out);
	engine_netlink_done(&netlink, &out);
	if (!err && form == NFTVM_FORM_VM)
		dump_programs(nv, &out);
	strbuf_puts(&out, "");
	*text = strbuf_take(&out);
	return err;
}
