/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The line that a `log` statement writes: the kernel's nf_log_syslog.
 */
#ifndef NFTVM_PACKET_LOGLINE_H
#define NFTVM_PACKET_LOGLINE_H

#include "base/strbuf.h"
#include "packet/packet.h"

/**
 * logline_format() - append the line, without a newline
 * @in, @out:	names of the links, "" for none (packet/ knows no host)
 * @in_type:	ARPHRD_* of the input link: the MAC= part depends on it
 * @prefix:	the statement's, "" for none
 * @flags:	NF_LOG_TCPSEQ 1, TCPOPT 2, IPOPT 4, UID 8, MACDECODE 0x20
 *
 * Ref: nf_log_ip_packet(), nf_log_ip6_packet(), nf_log_syslog.c.
 */
void logline_format(struct strbuf *line, const struct packet *pkt,
		    const char *in, const char *out, uint16_t in_type,
		    const char *prefix, uint32_t flags);

#endif
