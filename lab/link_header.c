/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/link_header.h"

#include <net/if_arp.h>
#include <string.h>

enum {
	MAC_LEN = 6
};

/* Where a packet that leaves by its output link goes first. */
static enum host_route_type
next_hop(const struct host *h, const struct packet *pkt, union inet_addr *hop)
{
	const struct host_flow flow = {
		.nfproto = pkt->nfproto,
		.l4proto = pkt->l4proto,
		.saddr = packet_saddr(pkt),
		.daddr = packet_daddr(pkt),
		.iif = pkt->in ? pkt->in->ifindex : 1,
		.oif = pkt->out->ifindex,
		.mark = pkt->mark,
	};
	enum host_route_type type;
	struct host_route rt;

	type = host_route(h, &flow, &rt);
	*hop = rt.has_gateway ? rt.gateway : flow.daddr;
	return type;
}

/* RFC 1112 6.4, RFC 2464 7. */
static bool multicast_mac(uint8_t nfproto, const union inet_addr *addr,
			  uint8_t *mac)
{
	if (nfproto == NFPROTO_IPV6) {
		if (addr->b[0] != 0xff)
			return false;
		memcpy(mac, "\x33\x33", 2);
		memcpy(mac + 2, addr->b + 12, 4);
		return true;
	}
	if ((addr->b[0] & 0xf0) != 0xe0)
		return false;
	memcpy(mac, "\x01\x00\x5e", 3);
	memcpy(mac + 3, addr->b + 1, 3);
	mac[3] &= 0x7f;
	return true;
}

static bool destination(const struct host *h, const struct packet *pkt,
			uint8_t *mac)
{
	const struct host_neigh *neigh;
	union inet_addr hop;
	enum host_route_type type = next_hop(h, pkt, &hop);

	if (type == ROUTE_BROADCAST) {
		memset(mac, 0xff, MAC_LEN);
		return true;
	}
	if (multicast_mac(pkt->nfproto, &hop, mac))
		return true;
	neigh = host_neigh(h, pkt->out, pkt->nfproto, &hop);
	if (neigh)
		memcpy(mac, neigh->mac, MAC_LEN);
	return neigh != NULL;
}

bool link_header(const struct host *h, const struct packet *pkt, uint8_t *out)
{
	be16_t ethertype = htobe16(
		pkt->nfproto == NFPROTO_IPV4 ? ETHERTYPE_IP4 : ETHERTYPE_IP6);

	if (!pkt->out || pkt->out->type != ARPHRD_ETHER ||
	    !destination(h, pkt, out))
		return false;
	memcpy(out + MAC_LEN, pkt->out->address, MAC_LEN);
	memcpy(out + 2 * MAC_LEN, &ethertype, sizeof(ethertype));
	return true;
}
