/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/input_link.h"

#include <string.h>

#define LOOPBACK_INDEX 1

void input_link_init(struct input_link *in, struct host *host, bool makes_links,
		     FILE *err)
{
	*in = (struct input_link){ .host = host,
				   .makes_links = makes_links,
				   .err = err };
}

/* The source of a packet that nobody has checked yet; false if it is not even
 * long enough for one. Only its first byte says which version it is. */
static bool source_of(const struct packet *pkt, uint8_t *nfproto,
		      union inet_addr *saddr)
{
	const uint8_t *version = packet_read(pkt, 0, 1), *a;

	if (!version)
		return false;
	if (*version >> 4 == 4) {
		*nfproto = NFPROTO_IPV4;
		a = packet_read(pkt, 12, 4);
		if (a)
			*saddr = inet_addr_ip4(load_raw32(a));
	} else {
		*nfproto = NFPROTO_IPV6;
		a = packet_read(pkt, 8, 16);
		if (a)
			memcpy(saddr, a, 16);
	}
	return a != NULL;
}

static const struct host_link *first_link(const struct host *h)
{
	const struct host_link *l = host_link_by_index(h, LOOPBACK_INDEX + 1);

	return l ? l : host_link_by_index(h, LOOPBACK_INDEX);
}

const struct host_link *input_link_of_source(const struct input_link *in,
					     const struct packet *pkt)
{
	const struct host_link *link;
	union inet_addr saddr;
	uint8_t nfproto;
	bool is_own;

	if (!source_of(pkt, &nfproto, &saddr))
		return first_link(in->host);
	link = host_way_back(in->host, nfproto, &saddr, &is_own);
	return link || is_own ? link : first_link(in->host);
}

/* The link of this name, or NULL. */
static const struct host_link *named_link(struct input_link *in,
					  const char *name)
{
	const struct host_link *link = host_link_by_name(in->host, name);

	if (!link && in->makes_links)
		link = host_link_add(in->host, name);
	if (!link && !in->unknown++)
		fprintf(in->err,
			"nftvm: the host has no link '%s' that the "
			"capture names; its packets come in by the "
			"link of the route back to their source\n",
			name);
	return link;
}

static bool is_own(const struct input_link *in, const struct packet *pkt)
{
	union inet_addr saddr;
	uint8_t nfproto;
	bool own = false;

	if (source_of(pkt, &nfproto, &saddr))
		host_way_back(in->host, nfproto, &saddr, &own);
	return own;
}

/* Addresses that mean something on one link alone, or nothing. */
static bool is_unforwarded(uint8_t nfproto, const union inet_addr *a)
{
	return inet_addr_is_zero(a) || (nfproto == NFPROTO_IPV6 &&
					a->b[0] == 0xfe && a->b[1] >> 6 == 2);
}

/* Where a packet came in that was captured on its way out; NULL: the host sent
 * it. It was forwarded when the way back to its source is by another link. */
static const struct host_link *outgoing_from(const struct input_link *in,
					     const struct packet *pkt,
					     const char *iface)
{
	const struct host_link *link;
	union inet_addr saddr;
	uint8_t nfproto;
	bool own;

	if (!source_of(pkt, &nfproto, &saddr) ||
	    is_unforwarded(nfproto, &saddr))
		return NULL;
	link = host_way_back(in->host, nfproto, &saddr, &own);
	return link && iface && !strcmp(link->name, iface) ? NULL : link;
}

const struct host_link *input_link_of(struct input_link *in,
				      const struct packet *pkt,
				      const struct capture_frame *frame)
{
	if (frame->outgoing)
		return outgoing_from(in, pkt, frame->iface);
	if (!frame->iface)
		return input_link_of_source(in, pkt);
	if (!strcmp(frame->iface, "local") ||
	    (in->makes_links && !frame->directed && is_own(in, pkt)))
		return NULL;
	if (frame->iface != in->last_iface) {
		in->last_iface = frame->iface;
		in->last_link = named_link(in, frame->iface);
	}
	return in->last_link ? in->last_link : input_link_of_source(in, pkt);
}
