/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A packet in a few words, for people. */
#ifndef NFTVM_LAB_PACKET_LINE_H
#define NFTVM_LAB_PACKET_LINE_H

#include "base/strbuf.h"
#include "packet/packet.h"

/**
 * packet_line() - append "tcp 10.0.0.5:1000 > 192.0.2.1:80 SA len 52"
 * @pkt:	received and decoded; one that was refused reads "malformed"
 */
void packet_line(struct strbuf *out, const struct packet *pkt);

/** packet_line_captured() - the same of a packet that nobody has received: all
 * that can be read of it, whatever the host would say */
void packet_line_captured(struct strbuf *out, const struct packet *pkt);

#endif
