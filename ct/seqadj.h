/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sequence numbers of TCP connections whose payload changed its length.
 * Private to ct/. */
#ifndef NFTVM_CT_SEQADJ_H
#define NFTVM_CT_SEQADJ_H

#include "ct/helper.h"

/** ct_seqadj_set() - the segment at @seq became @off bytes longer; the entry is
 * locked (nf_ct_seqadj_set()) */
void ct_seqadj_set(struct ct_conn *ct, struct ct_help *help, enum ct_dir dir,
		   uint32_t seq, int32_t off);

/**
 * ct_seqadj_packet() - adjust a segment's numbers, its ACK's and SACK's
 *
 * Ref: nf_ct_seq_adjust().
 * Return: false: the header is not all there.
 */
bool ct_seqadj_packet(struct packet *pkt, uint32_t l4_off,
		      const struct ct_help *help, enum ct_dir dir);

#endif
