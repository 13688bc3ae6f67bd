/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builders of the statements that give packets to programs, or send them
 * elsewhere. */
#include <linux/netfilter/nf_tables.h>

#include "parser/build.h"
#include "parser/nat.h"
#include "parser/proto.h"

struct stmt *build_queue_new(struct parser *p)
{
	struct queue_stmt *q = arena_new_of(p->arena, struct queue_stmt);

	q->s.ops = &stmt_queue;
	return &q->s;
}

struct stmt *build_queue_arg(struct parser *p, struct stmt *s, struct str word,
			     const struct loc *loc, struct expr *num)
{
	struct queue_stmt *q = stmt_as(s, queue_stmt);

	if (num && str_is(word, "num"))
		q->to = num;
	else if (!num && str_is(word, "bypass"))
		q->flags |= NFT_QUEUE_FLAG_BYPASS;
	else if (!num && str_is(word, "fanout"))
		q->flags |= NFT_QUEUE_FLAG_CPU_FANOUT;
	else
		diag_error(p->diags, loc,
			   "\"%.*s\" where num NUMBER, bypass or fanout is "
			   "expected",
			   (int)word.len, word.s);
	return s;
}

struct stmt *build_queue_flags(struct parser *p, struct stmt *s,
			       const struct words *flags)
{
	for (; flags; flags = flags->next)
		build_queue_arg(p, s, flags->word, &flags->loc, NULL);
	return s;
}

struct stmt *build_queue(const struct loc *loc, struct stmt *s, struct expr *to)
{
	s->loc = *loc;
	if (to)
		stmt_as(s, queue_stmt)->to = to;
	return s;
}

struct stmt *build_tproxy(struct parser *p, const struct loc *loc,
			  const struct keyword *family, struct stmt *to)
{
	struct tproxy_stmt *t = arena_new_of(p->arena, struct tproxy_stmt);
	const struct nat_stmt *n = stmt_as(to, nat_stmt);

	t->s.ops = &stmt_tproxy;
	t->s.loc = *loc;
	t->addr = n->addr;
	t->port = n->port;
	if (!family)
		return &t->s;
	t->family = ((const struct proto_desc *)family->desc)->nfproto;
	if (family->desc != &proto_ip && family->desc != &proto_ip6)
		diag_error(p->diags, loc,
			   "tproxy is for ip and ip6, not for %s",
			   family->word);
	return &t->s;
}

struct stmt *build_dup(struct parser *p, const struct loc *loc, struct expr *to,
		       struct expr *dev)
{
	struct divert_stmt *d = arena_new_of(p->arena, struct divert_stmt);

	d->s.ops = &stmt_dup;
	d->s.loc = *loc;
	d->addr = to;
	d->dev = dev;
	return &d->s;
}

struct stmt *build_fwd(struct parser *p, const struct loc *loc,
		       const struct keyword *family, struct expr *addr,
		       struct expr *dev)
{
	struct stmt *s = build_dup(p, loc, addr, dev);

	s->ops = &stmt_fwd;
	if (!family)
		return s;
	stmt_as(s, divert_stmt)->family =
		((const struct proto_desc *)family->desc)->nfproto;
	if (family->desc != &proto_ip && family->desc != &proto_ip6)
		diag_error(p->diags, loc, "fwd is for ip and ip6, not for %s",
			   family->word);
	return s;
}
