/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a packet's text: made, or refused with diagnostics; what is made
 * is printed, and the print reads back as the same bytes. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "api/engine.h"
#include "base/alloc.h"
#include "base/strbuf.h"
#include "lab/packet_make.h"
#include "lab/packet_print.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void print_and_read(struct nftvm *nv, const struct packet *pkt)
{
	uint8_t *buf = xmalloc(PACKET_ROOM);
	struct strbuf text = STRBUF_INIT;
	struct parser_env env;
	struct packet again;
	struct loc span = { 0 };

	engine_env(nv, &env);
	packet_print(&env, nv->host, pkt, &text);
	span.source = diag_source_add(nv->diags, "print", strbuf_str(&text),
				      text.len, NULL);
	span.end = (uint32_t)text.len;
	if (packet_from_text(nv, &span, buf, &again) || again.len != pkt->len ||
	    again.in != pkt->in || again.mark != pkt->mark ||
	    memcmp(again.data, pkt->data, pkt->len))
		abort();
	strbuf_fini(&text);
	free(buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct nftvm *nv = nftvm_new(0);
	uint8_t *buf = xmalloc(PACKET_ROOM);
	FILE *null = fopen("/dev/null", "w");
	struct packet pkt;
	struct loc span = { 0, 0, (uint32_t)len };

	host_link_add(nv->host, "lan");
	nv->links = LINKS_HOST;
	span.source = diag_source_add(nv->diags, "fuzz", (const char *)bytes,
				      len, NULL);
	if (!packet_from_text(nv, &span, buf, &pkt))
		print_and_read(nv, &pkt);
	nftvm_diags_print(nv, null);
	fclose(null);
	free(buf);
	nftvm_free(nv);
	return 0;
}
