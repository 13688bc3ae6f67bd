/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What link types share: the way from an ethertype to an IP header. */
#include "path/linktype.h"

enum {
	ETHERTYPE_VLAN = 0x8100,
	ETHERTYPE_QINQ = 0x88a8,
	ETHERTYPE_QINQ_OLD = 0x9100,
	ETHERTYPE_MPLS = 0x8847,
	ETHERTYPE_MPLS_MULTICAST = 0x8848,
	ETHERTYPE_PPPOE = 0x8864,

	PPP_IP = 0x21,
	PPP_IPV6 = 0x57,

	MPLS_BOTTOM = 0x100,
};

const struct linktype *linktype_find(uint32_t value)
{
	static const struct linktype *const all[] = {
#define LINKTYPE(name) &linktype_##name,
#include "path/linktype.def"
#undef LINKTYPE
	};

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		for (const int *v = all[i]->values; *v >= 0; v++)
			if ((uint32_t)*v == value)
				return all[i];
	return NULL;
}

bool frame_pull(struct frame *f, uint32_t len)
{
	if (f->len < len)
		return false;
	f->p += len;
	f->len -= len;
	f->wire_len -= len;
	return true;
}

bool frame_ip(struct frame *f)
{
	if (!f->len)
		return false;
	f->protocol = f->p[0] >> 4 == 4	  ? ETHERTYPE_IP4
		      : f->p[0] >> 4 == 6 ? ETHERTYPE_IP6
					  : 0;
	return f->protocol != 0;
}

bool frame_ppp(struct frame *f)
{
	uint32_t len = 2;
	uint16_t protocol;

	if (f->len < 2)
		return false;
	/* RFC 1661 6.5: the compressed field is one byte, which is odd */
	if (f->p[0] & 1) {
		protocol = f->p[0];
		len = 1;
	} else {
		protocol = get_be16(f->p);
	}
	frame_pull(f, len);
	f->protocol = protocol == PPP_IP     ? ETHERTYPE_IP4
		      : protocol == PPP_IPV6 ? ETHERTYPE_IP6
					     : 0;
	return f->protocol != 0;
}

bool frame_pppoe(struct frame *f)
{
	/* version 1, type 1, code 0: session data */
	if (f->len < 6 || f->p[0] != 0x11 || f->p[1] != 0)
		return false;
	return frame_pull(f, 6) && frame_ppp(f);
}

static bool frame_mpls(struct frame *f)
{
	uint32_t label;

	do {
		if (f->len < 4)
			return false;
		label = get_be32(f->p);
		frame_pull(f, 4);
	} while (!(label & MPLS_BOTTOM));
	return frame_ip(f);
}

bool frame_ethertype(struct frame *f, uint16_t ethertype)
{
	while (ethertype == ETHERTYPE_VLAN || ethertype == ETHERTYPE_QINQ ||
	       ethertype == ETHERTYPE_QINQ_OLD) {
		if (f->len < 4)
			return false;
		ethertype = get_be16(f->p + 2);
		frame_pull(f, 4);
	}
	f->protocol = ethertype;
	switch (ethertype) {
	case ETHERTYPE_IP4:
	case ETHERTYPE_IP6:
		return true;
	case ETHERTYPE_MPLS:
	case ETHERTYPE_MPLS_MULTICAST:
		return frame_mpls(f);
	case ETHERTYPE_PPPOE:
		return frame_pppoe(f);
	default:
		return false;
	}
}
