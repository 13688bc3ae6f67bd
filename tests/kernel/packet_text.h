/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets as text, one per line, as a network person reads them:
 *
 *	lan> tcp 10.0.0.1:1000 > 192.0.2.1:80 S seq=1 wscale=7
 *	wan> reply 1 SA seq=100 ack=2
 *	lan> udp [fd00:a::1]:53 > [2001:db8:b::1]:53 len=20 badsum
 *	wan> icmp 192.0.2.1 > 10.0.0.1 3/3 about=1
 *	lan> icmp6 fd00:a::1 > 2001:db8:b::1 echo-request id=7
 *	lan> udp 10.0.0.1:1 > 192.0.2.1:2 len=24 frag=0+16 ipid=9
 *	lan> proto 99 10.0.0.1 > 192.0.2.1 len=20
 *	local> udp 192.0.2.254:5000 > 192.0.2.1:53
 *	lan> tcp 10.0.0.1:1000 > 192.0.2.1:21 PA seq=1 ack=1 text=LIST\r\n
 *	wan> raw 45000014...
 *	+2.1s
 *
 * `reply N' turns packet N round: as it last left the box, or as it was sent
 * if it did not leave. opt=HEX are IPv4 options, or IPv6 hop-by-hop ones. In text= a _ is a blank, \r \n \1 \\ \_ as in C. The
 * other words are those of packet_key.def.
 */
#ifndef TWIN_PACKET_TEXT_H
#define TWIN_PACKET_TEXT_H

#include "base/strbuf.h"
#include "result.h"

/**
 * packet_text_parse() - the packet that a line describes
 * @line:	one packet line, comment and kind already off
 * @number:	1-based number of the packet, for the default IP id
 * @past:	packets so far, for reply and about
 * @f:		filled in; its data is the caller's to free
 *
 * Return: 0, or -1 with the reason added to @err.
 */
int packet_text_parse(const char *line, size_t number,
		      const struct result *past, struct frame *f,
		      struct strbuf *err);

/** packet_text_pause_ms() - of a time step line (+1.5s); -1 if it is none */
long packet_text_pause_ms(const char *line);

/** packet_text_describe() - add a short readable form of an IP packet */
void packet_text_describe(struct strbuf *b, const uint8_t *data, size_t len);

#endif
