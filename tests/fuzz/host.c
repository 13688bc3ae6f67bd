/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a host file. */
#include <stdint.h>
#include <stdio.h>

#include "host/host.h"
#include "packet/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct diags *d = diags_new();
	struct host *h = host_new();
	struct host_flow flow = { .nfproto = NFPROTO_IPV4, .iif = 1 };
	struct host_route rt;
	uint32_t source;
	FILE *null = fopen("/dev/null", "w");

	source = diag_source_add(d, "fuzz", (const char *)bytes, len, NULL);
	if (!host_parse(h, d, source)) {
		flow.daddr.ip = htobe32(0x01020304);
		host_route(h, &flow, &rt);
	}
	diags_print(d, null);
	fclose(null);
	host_free(h);
	diags_free(d);
	return 0;
}
