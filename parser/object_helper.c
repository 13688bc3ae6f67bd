/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ct helper NAME { type "ftp" protocol tcp; l3proto inet }: what a rule gives to
 * connections by `ct helper set "NAME"`. */
#include <netinet/in.h>
#include <stdio.h>
#include <libnftnl/object.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "base/strbuf.h"
#include "parser/build.h"
#include "parser/json.h"
#include "parser/object.h"

static const struct {
	const char *word;
	uint8_t l3;
} families[] = {
	{ "ip", NFPROTO_IPV4 },
	{ "ip6", NFPROTO_IPV6 },
	{ "inet", NFPROTO_INET },
};

/* --- builders ------------------------------------------------------------- */

/* Of the words behind `ct` that name objects, helper alone is taken. */
static bool is_helper(struct parser *p, struct str word, const struct loc *loc)
{
	if (str_is(word, "helper"))
		return true;
	diag_error(p->diags, loc, "'ct %.*s' objects are not supported yet",
		   (int)word.len, word.s);
	return false;
}

void build_ct_object(struct parser *p, const struct loc *loc, struct str word,
		     const struct loc *word_loc, struct name_list *names)
{
	struct item *it = build_item(p, CMD_ADD, OBJ_OBJECT, loc, names);
	struct helper_stmt *h = arena_new_of(p->arena, struct helper_stmt);

	is_helper(p, word, word_loc);
	it->object_type = NFT_OBJECT_CT_HELPER;
	h->s.loc = *loc;
	it->object = &h->s;
	build_open(p, it);
}

void build_ct_object_end(struct parser *p)
{
	const struct helper_stmt *h = stmt_as(p->open->object, helper_stmt);

	if (!h->name)
		diag_error(p->diags, &h->s.loc, "ct helper without a type");
	build_end(p);
}

void build_ct_object_cmd(struct parser *p, enum cmd_op op,
			 const struct loc *loc, struct str word,
			 const struct loc *word_loc, struct name_list *names)
{
	is_helper(p, word, word_loc);
	build_cmd(p, op, OBJ_OBJECT, loc, names);
	p->last->object_type = NFT_OBJECT_CT_HELPER;
}

void build_helper_type(struct parser *p, const struct loc *loc, struct str name,
		       struct str protocol, const struct loc *protocol_loc,
		       struct str l4, const struct loc *l4_loc)
{
	struct helper_stmt *h = stmt_as(p->open->object, helper_stmt);

	if (!str_is(protocol, "protocol")) {
		diag_error(p->diags, protocol_loc,
			   "\"%.*s\" where protocol is expected",
			   (int)protocol.len, protocol.s);
		return;
	}
	/* NF_CT_HELPER_NAME_LEN */
	if (name.len > 15)
		diag_error(p->diags, loc, "name longer than 15 characters");
	h->name = arena_strndup(p->arena, name.s, name.len);
	if (str_is(l4, "tcp"))
		h->l4 = IPPROTO_TCP;
	else if (str_is(l4, "udp"))
		h->l4 = IPPROTO_UDP;
	else
		diag_error(p->diags, l4_loc,
			   "\"%.*s\" where tcp or udp is expected", (int)l4.len,
			   l4.s);
}

void build_helper_l3(struct parser *p, struct str word,
		     const struct loc *word_loc, struct str l3,
		     const struct loc *l3_loc)
{
	struct helper_stmt *h = stmt_as(p->open->object, helper_stmt);

	if (!str_is(word, "l3proto")) {
		diag_error(p->diags, word_loc,
			   "\"%.*s\" where type or l3proto is expected",
			   (int)word.len, word.s);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(families); i++)
		if (str_is(l3, families[i].word)) {
			h->l3 = families[i].l3;
			return;
		}
	diag_error(p->diags, l3_loc,
		   "\"%.*s\" where ip, ip6 or inet is expected", (int)l3.len,
		   l3.s);
}

struct stmt *build_helper_set(struct parser *p, const struct loc *loc,
			      struct expr *ref)
{
	struct objref_stmt *o = arena_new_of(p->arena, struct objref_stmt);

	o->s.ops = &stmt_objref;
	o->s.loc = *loc;
	o->type = NFT_OBJECT_CT_HELPER;
	o->e = ref;
	return &o->s;
}

/* --- the kind ------------------------------------------------------------- */

static void helper_put(struct nftnl_obj *o, const struct stmt *s)
{
	const struct helper_stmt *h = stmt_as_const(s, helper_stmt);

	if (!h->name)
		return; /* has been said */
	nftnl_obj_set_str(o, NFTNL_OBJ_CT_HELPER_NAME, h->name);
	nftnl_obj_set_u8(o, NFTNL_OBJ_CT_HELPER_L4PROTO, h->l4);
	if (h->l3)
		nftnl_obj_set_u16(o, NFTNL_OBJ_CT_HELPER_L3PROTO, h->l3);
}

static const char *family_word(uint16_t l3)
{
	for (size_t i = 0; i < ARRAY_LEN(families); i++)
		if (families[i].l3 == l3)
			return families[i].word;
	return "inet";
}

static void helper_print(const struct nftnl_obj *obj, bool stateless,
			 struct strbuf *out)
{
	struct nftnl_obj *o = (struct nftnl_obj *)(uintptr_t)obj;
	bool tcp = nftnl_obj_get_u8(o, NFTNL_OBJ_CT_HELPER_L4PROTO) ==
		   IPPROTO_TCP;

	strbuf_printf(out, "\t\ttype \"%s\" protocol %s\n",
		      nftnl_obj_get_str(o, NFTNL_OBJ_CT_HELPER_NAME),
		      tcp ? "tcp" : "udp");
	strbuf_printf(
		out, "\t\tl3proto %s\n",
		family_word(nftnl_obj_get_u16(o, NFTNL_OBJ_CT_HELPER_L3PROTO)));
}

static void helper_json(const struct nftnl_obj *obj, bool stateless, json_t *to)
{
	struct nftnl_obj *o = (struct nftnl_obj *)(uintptr_t)obj;
	bool tcp = nftnl_obj_get_u8(o, NFTNL_OBJ_CT_HELPER_L4PROTO) ==
		   IPPROTO_TCP;
	uint16_t l3 = nftnl_obj_get_u16(o, NFTNL_OBJ_CT_HELPER_L3PROTO);

	json_object_set_new(
		to, "type",
		json_text(nftnl_obj_get_str(o, NFTNL_OBJ_CT_HELPER_NAME)));
	json_object_set_new(to, "protocol", json_string(tcp ? "tcp" : "udp"));
	json_object_set_new(to, "l3proto", json_string(family_word(l3)));
}

const struct object_ops object_ct_helper = {
	.word = "ct helper",
	.ref = "ct helper set",
	.type = NFT_OBJECT_CT_HELPER,
	.put = helper_put,
	.print = helper_print,
	.json = helper_json,
};
