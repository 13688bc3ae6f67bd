/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets for the tests of ct/: made from a line of a table, sent through a
 * table of connections as the hooks would.
 *
 * The client is 10.1.0.2 (fd01::2), the server 10.2.0.2 (fd02::2).
 */
#ifndef NFTVM_TESTS_CT_WIRE_H
#define NFTVM_TESTS_CT_WIRE_H

#include "ct/ct.h"

#define WIRE_MAX 2048

/* Which way a packet goes: client to server, or back. */
enum way {
	C2S,
	S2C
};

/**
 * struct wire - one packet
 * @v6, @way:	as it is made
 * @cut:	bytes that a capture keeps; 0: all
 */
struct wire {
	uint8_t buf[WIRE_MAX];
	uint32_t len, l4_off, cut;
	bool v6;
	enum way way;
	uint8_t proto;
};

/** struct segment_spec - a TCP segment in a table; @flags as tcpdump writes
 * them: S F R P . U E W (a dot is ACK) */
struct segment_spec {
	enum way way;
	const char *flags;
	uint32_t seq, ack;
	uint16_t win, len;
	const char *opts; /* hex, padded with zero to words */
};

/** wire_ip() - an IP packet with @len bytes of @payload; ports, checksums and
 * the like are the caller's */
void wire_ip(struct wire *w, bool v6, enum way way, uint8_t proto,
	     const void *payload, uint32_t len);
/** wire_tcp() - client port @cport, server port @sport */
void wire_tcp(struct wire *w, bool v6, uint16_t cport, uint16_t sport,
	      const struct segment_spec *spec);
void wire_udp(struct wire *w, bool v6, enum way way, uint16_t cport,
	      uint16_t sport, uint16_t len);
/** wire_icmp() - ICMP or ICMPv6 with @len bytes after the eight of the header */
void wire_icmp(struct wire *w, bool v6, enum way way, uint8_t type,
	       uint8_t code, uint16_t id, const void *data, uint32_t len);
/** wire_addrs() - other addresses: IPv4 in host order */
void wire_addrs4(struct wire *w, uint32_t src, uint32_t dst);
/** wire_fix() - right checksums again, after bytes were changed */
void wire_fix(struct wire *w);
/** wire_hex() - bytes of a hex string, blanks allowed; how many */
uint32_t wire_hex(const char *hex, uint8_t *out, uint32_t max);

/** struct lab - a table and a clock */
struct lab {
	struct ct_config cfg;
	struct ct_table *t;
	struct nv_time now;
};

/** lab_open() - a table of the kernel's defaults, or of lab->cfg if @cfg */
void lab_open(struct lab *lab, const struct ct_config *cfg);
void lab_close(struct lab *lab);
/** lab_wait() - let @ms pass */
void lab_wait(struct lab *lab, uint64_t ms);

/** struct seen - what became of a packet */
struct seen {
	uint32_t state; /* ct_state_bits() */
	enum reason verdict, reason;
	enum ct_dir dir;
	uint32_t id, status;
	uint64_t expires_ms; /* right after the packet */
	char tcp[24];	     /* name of the state, or "" */
};

/** lab_in() - receive, decode, track at @hook; the packet is the caller's */
enum reason lab_in(struct lab *lab, struct wire *w, uint8_t hook,
		   struct packet *pkt);
/** lab_send() - the whole way: track at PREROUTING, confirm, end */
struct seen lab_send(struct lab *lab, struct wire *w);
/** lab_list() - the table as `conntrack -L` prints it; free() it */
char *lab_list(struct lab *lab, bool extended);

#endif
