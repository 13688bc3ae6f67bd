/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a stream of packets through the whole engine: defrag, conntrack,
 * rules of every kind, routing. Both forms of the VM run, and must agree. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/engine.h"
#include "ct/ct.h"
#include "path/path.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static const char rules[] =
	"table inet t {\n"
	"	set nets { type ipv4_addr; flags interval\n"
	"		elements = { 10.0.0.0/8, 192.168.0.0/16 }\n"
	"	}\n"
	"	chain pre { type filter hook prerouting priority -150\n"
	"		ct state vmap { new : jump fresh, invalid : jump odd }\n"
	"	}\n"
	"	chain fresh { ct mark set 1\n"
	"		tcp flags & (fin | syn | rst | ack) == syn counter\n"
	"		ip saddr @nets counter\n"
	"	}\n"
	"	chain odd { limit rate 5/second counter log prefix \"odd: \"\n"
	"	}\n"
	"	chain forwarded { type filter hook forward priority 0\n"
	"		ip saddr . tcp dport { 10.0.0.0/8 . 1-1023 } counter\n"
	"		ip frag-off & 0x1fff != 0 counter drop\n"
	"		th dport 443 meta mark set ct mark\n"
	"		meta length > 1400 counter\n"
	"		ip6 nexthdr 17 drop\n"
	"	}\n"
	"}\n";

/* struct engine_run - one engine of the two */
struct engine_run {
	struct nftvm *nv;
	struct ct_table *ct;
	struct path *path;
};

static void start(struct engine_run *e, bool reference)
{
	struct ct_config cfg;
	struct path_config path = { .reference = reference };

	e->nv = nftvm_new(0);
	if (nftvm_load_text(e->nv, "rules", rules, sizeof(rules) - 1))
		abort();
	ct_config_init(&cfg);
	cfg.max = 1000;
	e->ct = ct_table_new(&cfg);
	path.vm = e->nv->vm;
	path.ct = e->ct;
	path.host = e->nv->host;
	e->path = path_new(&path);
}

static void stop(struct engine_run *e)
{
	path_free(e->path);
	ct_table_free(e->ct);
	nftvm_free(e->nv);
}

static struct path_result run(struct engine_run *e, const uint8_t *bytes,
			      uint32_t len, const struct nv_time *now, int i)
{
	uint8_t *copy = malloc(len ? len : 1);
	struct path_result res;
	struct packet pkt;

	memcpy(copy, bytes, len);
	packet_init(&pkt, copy, len, copy, len, len);
	pkt.number = (uint64_t)i;
	pkt.in = i % 7 ? host_link_by_index(e->nv->host, 1) : NULL;
	path_run_batch(e->path, &pkt, now, 1, &res);
	free(copy);
	return res;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct engine_run fast, slow;
	struct nv_time now = { NS_PER_SEC, NS_PER_SEC };
	struct path_result a, b;

	start(&fast, false);
	start(&slow, true);
	for (int i = 1; len >= 2; i++) {
		size_t n = MIN((size_t)bytes[0] << 8 | bytes[1], len - 2);

		a = run(&fast, bytes + 2, (uint32_t)n, &now, i);
		b = run(&slow, bytes + 2, (uint32_t)n, &now, i);
		if (a.verdict != b.verdict || a.reason != b.reason ||
		    a.mark != b.mark || a.ct_mark != b.ct_mark)
			abort();
		now.mono_ns += 100 * NS_PER_MS;
		bytes += 2 + n;
		len -= 2 + n;
	}
	stop(&fast);
	stop(&slow);
	return 0;
}
