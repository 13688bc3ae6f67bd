/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A packet in the words that it can be read back from (parser/packet.h).
 */
#ifndef NFTVM_LAB_PACKET_PRINT_H
#define NFTVM_LAB_PACKET_PRINT_H

#include "packet/packet.h"

struct host;
struct parser_env;
struct strbuf;

/**
 * packet_print() - write @pkt as text
 * @env:	names of links
 *
 * Read back and made again, the text is the same packet: its bytes, input
 * link, mark and packet type. What a packet that is made has by itself is not
 * said. Bytes that no words can say are written `raw hex "..."`.
 */
void packet_print(const struct parser_env *env, const struct host *host,
		  const struct packet *pkt, struct strbuf *out);

#endif
