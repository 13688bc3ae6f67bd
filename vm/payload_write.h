/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing into a packet with its checksums (nft_payload_set). */
#ifndef NFTVM_VM_PAYLOAD_WRITE_H
#define NFTVM_VM_PAYLOAD_WRITE_H

#include "vm/expr.h"

/** struct payload_write - @len bytes of @sreg to @offset of a header; @flags:
 * NFT_PAYLOAD_L4CSUM_PSEUDOHDR */
struct payload_write {
	struct vm_reg sreg;
	uint8_t base, len, csum_type, flags;
	uint16_t offset, csum_offset;
};

int payload_write_lower(struct vm_lower *lw, const struct nftnl_expr *ne,
			struct payload_write *w);
/** payload_write_exec() - false: out of the packet, the rule breaks */
bool payload_write_exec(const struct payload_write *w,
			const struct vm_regs *regs, struct packet *pkt);
void payload_write_describe(const struct payload_write *w, struct strbuf *out);

#endif
