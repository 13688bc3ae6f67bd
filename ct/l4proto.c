/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of trackers, and how tuples of the common kinds are printed. */
#include "ct/l4proto.h"

const struct ct_l4proto *const ct_l4protos[256] = {
#define L4PROTO(number, name) [number] = &ct_proto_##name,
#include "ct/l4proto.def"
#undef L4PROTO
};

void ct_print_ports(const struct ct_tuple *tuple, FILE *out)
{
	fprintf(out, " sport=%u dport=%u", be16toh(tuple->sport),
		be16toh(tuple->dport));
}

void ct_print_icmp(const struct ct_tuple *tuple, FILE *out)
{
	uint8_t type_code[2];

	memcpy(type_code, &tuple->dport, 2);
	fprintf(out, " type=%u code=%u id=%u", type_code[0], type_code[1],
		be16toh(tuple->sport));
}

bool ct_packet_tuple(const struct packet *pkt, uint32_t nhoff,
		     struct ct_tuple *out)
{
	struct ct_key key;
	struct ct_l4 l4;

	if (!ct_find_l4(pkt, nhoff, &l4) ||
	    !ct_key_from_packet(pkt, nhoff, &l4, ct_l4proto_find(l4.proto),
				&key))
		return false;
	ct_key_tuple(&key, out);
	return true;
}
