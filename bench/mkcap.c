/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mkcap PACKETS FLOWS [SEED] > FILE.pcap
 *
 * A capture to measure with: FLOWS conversations (70% TCP with handshakes,
 * data and acknowledgements that fit, the rest UDP) from 10.0.0.0/8 to
 * 198.18.0.0/15, their packets interleaved at random, one every microsecond.
 * Link type Ethernet, nanosecond pcap. The same arguments give the same bytes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/byteorder.h"
#include "base/rng.h"

/* Where a conversation stands; UDP only counts packets. */
struct flow {
	uint32_t client, server;
	uint16_t sport, dport;
	uint32_t seq[2];
	uint32_t packets;
	uint8_t is_tcp;
};

enum {
	TH_SYN = 2,
	TH_PUSH = 8,
	TH_ACK = 16
};

static uint32_t sum16(const uint8_t *p, size_t len, uint32_t sum)
{
	for (size_t i = 0; i + 1 < len; i += 2)
		sum += get_be16(p + i);
	if (len & 1)
		sum += (uint32_t)p[len - 1] << 8;
	return sum;
}

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void pcap_header(void)
{
	static const struct {
		uint32_t magic;
		uint16_t major, minor;
		uint32_t zone, sigfigs, snaplen, link;
	} h = { 0xa1b23c4d, 2, 4, 0, 0, 65535, 1 };

	fwrite(&h, sizeof(h), 1, stdout);
}

static void put_ip(uint8_t *ip, const struct flow *f, int dir, size_t l4_len)
{
	static const uint8_t head[] = { 0x45, 0, 0, 0, 0, 0, 0x40, 0, 64 };

	memcpy(ip, head, sizeof(head));
	put_be16(ip + 2, (uint16_t)(20 + l4_len));
	ip[9] = f->is_tcp ? 6 : 17;
	put_be16(ip + 10, 0);
	put_be32(ip + 12, dir ? f->server : f->client);
	put_be32(ip + 16, dir ? f->client : f->server);
	put_be16(ip + 10, fold(sum16(ip, 20, 0)));
}

static void put_l4_check(uint8_t *ip, size_t l4_len, size_t at)
{
	uint32_t sum = sum16(ip + 12, 8, ip[9] + (uint32_t)l4_len);

	put_be16(ip + 20 + at, fold(sum16(ip + 20, l4_len, sum)));
}

/* The next TCP segment of a flow: handshake, then data from a random side. */
static size_t put_tcp(uint8_t *th, struct flow *f, int *dir, size_t data)
{
	uint8_t flags = TH_ACK | TH_PUSH;

	if (f->packets < 3) {
		static const uint8_t steps[] = { TH_SYN, TH_SYN | TH_ACK,
						 TH_ACK };

		flags = steps[f->packets];
		*dir = f->packets == 1;
		data = 0;
	}
	put_be32(th + 4, f->seq[*dir]);
	put_be32(th + 8, flags & TH_ACK ? f->seq[!*dir] : 0);
	th[12] = 5 << 4;
	th[13] = flags;
	put_be16(th + 14, 65535);
	f->seq[*dir] += (uint32_t)data + !!(flags & TH_SYN);
	return 20 + data;
}

static void next_packet(struct rng *r, struct flow *f, uint64_t ns)
{
	uint8_t b[14 + 20 + 20 + 512] = { 2, 0, 0, 0, 1, 1, 2, 0, 0, 0, 1, 16 };
	uint8_t *ip = b + 14, *l4 = ip + 20;
	int dir = f->packets && rng_below(r, 2);
	size_t data = rng_below(r, 512), len;
	uint32_t h[4];

	put_be16(b + 12, 0x0800);
	if (f->is_tcp) {
		len = put_tcp(l4, f, &dir, data);
	} else {
		len = 8 + data;
		put_be16(l4 + 4, (uint16_t)len);
	}
	put_be16(l4, dir ? f->dport : f->sport);
	put_be16(l4 + 2, dir ? f->sport : f->dport);
	put_ip(ip, f, dir, len);
	put_l4_check(ip, len, f->is_tcp ? 16 : 6);
	f->packets++;
	h[0] = (uint32_t)(ns / 1000000000);
	h[1] = (uint32_t)(ns % 1000000000);
	h[2] = h[3] = (uint32_t)(34 + len);
	fwrite(h, sizeof(h), 1, stdout);
	fwrite(b, 34 + len, 1, stdout);
}

int main(int argc, char **argv)
{
	uint64_t packets, flows, ns = UINT64_C(1700000000) * 1000000000;
	struct flow *f;
	struct rng r;

	if (argc < 3) {
		fprintf(stderr, "usage: mkcap PACKETS FLOWS [SEED]\n");
		return 2;
	}
	packets = strtoull(argv[1], NULL, 10);
	flows = strtoull(argv[2], NULL, 10);
	rng_seed(&r, argc > 3 ? strtoull(argv[3], NULL, 10) : 1);
	f = xcalloc(flows, sizeof(*f));
	for (uint64_t i = 0; i < flows; i++) {
		f[i].client = 0x0a000000 + (uint32_t)i;
		f[i].server = 0xc6120000 + rng_below(&r, 1 << 17);
		f[i].sport = (uint16_t)(1024 + rng_below(&r, 64000));
		f[i].is_tcp = rng_below(&r, 10) < 7;
		f[i].dport = f[i].is_tcp ? 443 : 53;
		f[i].seq[0] = rng_u32(&r);
		f[i].seq[1] = rng_u32(&r);
	}
	pcap_header();
	for (uint64_t i = 0; i < packets; i++, ns += 1000)
		next_packet(&r, &f[rng_below(&r, (uint32_t)flows)], ns);
	free(f);
	return fflush(stdout) || ferror(stdout);
}
