/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Adding to the fast form: what ops->emit() calls (vm/emit.c).
 *
 * Each returns true when the expression was taken: its effect is then in the
 * fast form and exec() is not called for it. False: it was not, and nothing
 * was added.
 */
#ifndef NFTVM_VM_EMIT_H
#define NFTVM_VM_EMIT_H

#include "vm/expr.h"

struct vm_emit;

/**
 * vm_emit_load() - @e loads a field, without effects
 * @key:	the same for loads that give the same value
 * @dreg, @len:	where its bytes go
 */
bool vm_emit_load(struct vm_emit *em, const struct vm_expr *e, uint64_t key,
		  struct vm_reg dreg, unsigned len);
/* Where a field's bytes are, so that they can be had without exec(). When they
 * are not there exec() is asked. */
enum vm_source {
	VM_SOURCE_EXEC,	   /* only exec() knows */
	VM_SOURCE_NETWORK, /* packet_read() */
	VM_SOURCE_L4,	   /* packet_read_l4() */
	VM_SOURCE_PACKET,  /* struct packet itself */
	VM_SOURCE_IN,	   /* its input link; 16 bytes of zero without one */
	VM_SOURCE_OUT,	   /* its output link, likewise */
	VM_SOURCE_COUNT
};

/** vm_emit_source() - the field just loaded is what is at @offset of @source */
void vm_emit_source(struct vm_emit *em, enum vm_source source, unsigned offset);
/** vm_emit_mask() - @e is dreg = (sreg & mask) ^ xor over @len bytes */
bool vm_emit_mask(struct vm_emit *em, const struct vm_expr *e,
		  struct vm_reg sreg, struct vm_reg dreg, unsigned len,
		  const void *mask, const void *xor_);
/** vm_emit_cmp() - @e compares @len bytes at @sreg; @op is NFT_CMP_* */
bool vm_emit_cmp(struct vm_emit *em, const struct vm_expr *e,
		 struct vm_reg sreg, unsigned len, unsigned op,
		 const void *data);
/** vm_emit_range() - @e wants @from <= sreg <= @to, or not */
bool vm_emit_range(struct vm_emit *em, const struct vm_expr *e,
		   struct vm_reg sreg, unsigned len, bool inside,
		   const void *from, const void *to);
/** vm_emit_verdict() - @e is a verdict */
bool vm_emit_verdict(struct vm_emit *em, const struct vm_expr *e, int32_t code,
		     uint32_t chain);

#endif
