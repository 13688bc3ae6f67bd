/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Intrusive doubly linked list, as the kernel's: a head is a node that is not
 * in an element, an empty list points at itself.
 */
#ifndef NFTVM_BASE_LIST_H
#define NFTVM_BASE_LIST_H

#include <stdbool.h>

#include "base/util.h"

struct list {
	struct list *next, *prev;
};

static inline void list_init(struct list *head)
{
	head->next = head->prev = head;
}

static inline bool list_is_empty(const struct list *head)
{
	return head->next == head;
}

static inline void list_insert(struct list *node, struct list *prev,
			       struct list *next)
{
	node->next = next;
	node->prev = prev;
	prev->next = node;
	next->prev = node;
}

/** list_add() - put @node first */
static inline void list_add(struct list *head, struct list *node)
{
	list_insert(node, head, head->next);
}

/** list_add_tail() - put @node last */
static inline void list_add_tail(struct list *head, struct list *node)
{
	list_insert(node, head->prev, head);
}

/** list_del() - take @node out; it may be added again */
static inline void list_del(struct list *node)
{
	node->prev->next = node->next;
	node->next->prev = node->prev;
	list_init(node);
}

#define list_entry(node, type, member) container_of(node, type, member)

/** list_for_each() - @pos is each element; don't remove it meanwhile */
#define list_for_each(pos, head, member)                               \
	for (pos = list_entry((head)->next, __typeof__(*pos), member); \
	     &pos->member != (head);                                   \
	     pos = list_entry(pos->member.next, __typeof__(*pos), member))

/** list_for_each_safe() - the same; @pos may be removed or freed */
#define list_for_each_safe(pos, tmp, head, member)                        \
	for (pos = list_entry((head)->next, __typeof__(*pos), member),    \
	    tmp = list_entry(pos->member.next, __typeof__(*pos), member); \
	     &pos->member != (head); pos = tmp,                           \
	    tmp = list_entry(tmp->member.next, __typeof__(*tmp), member))

#endif
