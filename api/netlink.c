/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytecode as `nft --debug=netlink` shows it: libnftnl prints each object, in
 * the order in which nft sends them, anonymous sets before their rule.
 */
#include "api/netlink.h"

#include <libnftnl/rule.h>
#include <libnftnl/set.h>
#include <libnftnl/udata.h>
#include <linux/netfilter/nf_tables.h>

#include "base/strbuf.h"

/* nft's own notes about an element (its userdata). */
enum {
	UDATA_COMMENT = 0,
	UDATA_FLAGS = 1
};
enum {
	UDATA_FLAG_INTERVAL_OPEN = 1
};

typedef int print_fn(char *buf, size_t size, const void *thing);

static int rule_print(char *buf, size_t size, const void *rule)
{
	return nftnl_rule_snprintf(buf, size, rule, NFTNL_OUTPUT_DEFAULT, 0);
}

static int set_print(char *buf, size_t size, const void *set)
{
	return nftnl_set_snprintf(buf, size, set, NFTNL_OUTPUT_DEFAULT, 0);
}

static int elem_print(char *buf, size_t size, const void *elem)
{
	return nftnl_set_elem_snprintf(buf, size, elem, NFTNL_OUTPUT_DEFAULT,
				       0);
}

/* What libnftnl's printer says, whatever its length. */
static void thing_print(print_fn *print, const void *thing, struct strbuf *out)
{
	char small[1024], *big;
	int len = print(small, sizeof(small), thing);

	if (len < 0)
		return;
	if ((size_t)len < sizeof(small)) {
		strbuf_puts(out, small);
		return;
	}
	big = xmalloc(len + 1);
	print(big, len + 1, thing);
	strbuf_puts(out, big);
	free(big);
}

static void udata_set(struct nftnl_set_elem *e, const char *comment,
		      bool is_open)
{
	struct nftnl_udata_buf *u;

	if (!comment && !is_open)
		return;
	u = nftnl_udata_buf_alloc(NFT_USERDATA_MAXLEN);
	if (!u)
		xalloc_failed(NFT_USERDATA_MAXLEN);
	if (comment)
		nftnl_udata_put_strz(u, UDATA_COMMENT, comment);
	if (is_open)
		nftnl_udata_put_u32(u, UDATA_FLAGS, UDATA_FLAG_INTERVAL_OPEN);
	nftnl_set_elem_set(e, NFTNL_SET_ELEM_USERDATA, nftnl_udata_buf_data(u),
			   nftnl_udata_buf_len(u));
	nftnl_udata_buf_free(u);
}

static void data_set(struct nftnl_set_elem *e, const struct elem_batch *b,
		     size_t row)
{
	if (b->flags[row] & ELEM_INTERVAL_END)
		return;
	if (b->data)
		nftnl_set_elem_set(e, NFTNL_SET_ELEM_DATA,
				   b->data + row * b->data_len, b->data_len);
	if (b->verdicts)
		nftnl_set_elem_set_u32(e, NFTNL_SET_ELEM_VERDICT,
				       b->verdicts[row]);
	if (b->chains && b->chains[row])
		nftnl_set_elem_set_str(e, NFTNL_SET_ELEM_CHAIN, b->chains[row]);
	if (b->objects && b->objects[row])
		nftnl_set_elem_set_str(e, NFTNL_SET_ELEM_OBJREF,
				       b->objects[row]);
}

/* A range without an end goes up to the last key; nft notes that. */
static bool is_open(const struct elem_batch *b, size_t row, bool is_interval)
{
	size_t next;

	return is_interval && !b->flags[row] &&
	       elem_batch_is_open(b, row, &next);
}

static void row_print(const struct elem_batch *b, size_t row, bool is_interval,
		      struct strbuf *out)
{
	struct nftnl_set_elem *e = nftnl_set_elem_alloc();

	if (!e)
		xalloc_failed(0);
	if (!(b->flags[row] & ELEM_CATCHALL))
		nftnl_set_elem_set(e, NFTNL_SET_ELEM_KEY,
				   elem_batch_key(b, row), b->key_len);
	if (b->key_ends && !is_interval && !(b->flags[row] & ELEM_CATCHALL))
		nftnl_set_elem_set(e, NFTNL_SET_ELEM_KEY_END,
				   elem_batch_key_end(b, row), b->key_len);
	if (b->flags[row])
		nftnl_set_elem_set_u32(e, NFTNL_SET_ELEM_FLAGS, b->flags[row]);
	data_set(e, b, row);
	udata_set(e, b->comments ? b->comments[row] : NULL,
		  is_open(b, row, is_interval));
	strbuf_putc(out, '\t');
	thing_print(elem_print, e, out);
	nftnl_set_elem_free(e);
}

/* Intervals of which nft says more than their own command has: netlink_sets.c. */
static bool is_shared(const struct cmd_set *cs)
{
	return !cs->anonymous && !cs->auto_merge &&
	       (cs->type.flags & NFT_SET_INTERVAL) &&
	       !(cs->type.flags & NFT_SET_CONCAT);
}

void netlink_row(const struct elem_batch *b, size_t row,
		 const struct cmd_set *cs, struct strbuf *out)
{
	row_print(b, row,
		  (cs->type.flags & NFT_SET_INTERVAL) &&
			  !(cs->type.flags & NFT_SET_CONCAT),
		  out);
}

static void elems_print(const char *set, const char *table,
			const struct cmd_set *cs, struct strbuf *out)
{
	/* nft fills a rule's own set at once, also with nothing: a meter's */
	if (!cs->anonymous && (!cs->elems || !cs->elems->len))
		return;
	strbuf_printf(out, "%s %s 0\n", set, table);
	if (!cs->elems)
		return;
	for (size_t row = 0; row < cs->elems->len; row++)
		netlink_row(cs->elems, row, cs, out);
	strbuf_putc(out, '\n');
}

static void set_line(const struct cmd_set *cs, struct strbuf *out)
{
	thing_print(set_print, cs->nftnl, out);
	strbuf_putc(out, '\n');
}

static void set_blocks(const struct cmd *cmd, struct strbuf *out)
{
	for (unsigned i = cmd->sets_from; i < cmd->sets_to; i++) {
		const struct cmd_set *cs = cmd_rule_sets(cmd, i);

		set_line(cs, out);
		elems_print(nftnl_set_get_str(cs->nftnl, NFTNL_SET_NAME),
			    cmd->h.table, cs, out);
	}
}

static void rule_block(struct parser *p, const struct cmd *cmd,
		       struct strbuf *out)
{
	const struct loc *locs;
	unsigned n_locs;
	struct nftnl_rule *rule = cmd_rule_lower(p, cmd, &locs, &n_locs);

	if (!rule)
		return;
	set_blocks(cmd, out);
	thing_print(rule_print, rule, out);
	strbuf_putc(out, '\n');
	nftnl_rule_free(rule);
}

static void set_block(struct netlink_text *t, const struct cmd *cmd)
{
	set_line(cmd->set, &t->out);
	if (!is_shared(cmd->set) || !netlink_set(t, cmd))
		elems_print(cmd->h.set, cmd->h.table, cmd->set, &t->out);
}

static void elems_block(struct netlink_text *t, const struct cmd *cmd)
{
	if (!is_shared(cmd->set) || !netlink_elems(t, cmd))
		elems_print(cmd->h.set, cmd->h.table, cmd->set, &t->out);
}

void engine_netlink_cmd(void *text, struct parser *p, const struct cmd *cmd)
{
	struct netlink_text *t = text;

	if (cmd->obj == OBJ_ELEMENTS && cmd->op == CMD_DELETE)
		elems_block(t, cmd);
	if (cmd->op != CMD_ADD && cmd->op != CMD_CREATE &&
	    cmd->op != CMD_INSERT && cmd->op != CMD_REPLACE)
		return;
	if (cmd->obj == OBJ_SET)
		set_block(t, cmd);
	else if (cmd->obj == OBJ_ELEMENTS)
		elems_block(t, cmd);
	else if (cmd->obj == OBJ_RULE)
		rule_block(p, cmd, &t->out);
	else if (cmd->obj == OBJ_CHAIN)
		set_blocks(cmd, &t->out);
}

void engine_netlink(struct parser *p, struct strbuf *out)
{
	struct netlink_text t = { 0 };
	struct cmd *cmd = NULL;

	while ((cmd = parser_next_cmd(p, cmd)))
		engine_netlink_cmd(&t, p, cmd);
	engine_netlink_done(&t, out);
}
