/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kinds of named objects that no expression does the work of. Private to vm/. */
#ifndef NFTVM_VM_OBJ_H
#define NFTVM_VM_OBJ_H

#include "vm/expr.h"

struct nftnl_obj;

/** vm_obj_helper() - `ct helper`: gives new connections a helper
 * Return: what runs it, or NULL with @lw->err set. */
struct vm_expr *vm_obj_helper(struct vm_lower *lw, struct nftnl_obj *no);
/** vm_obj_helper_state() - for which IP versions it has one */
void vm_obj_helper_state(const struct vm_expr *e, struct nftnl_obj *into);

#endif
