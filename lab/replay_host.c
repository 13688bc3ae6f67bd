/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/replay_host.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "path/capture.h"

struct given_addrs {
	struct host_given_addr *v;
	size_t len, cap;
};

static bool parse_addr(const char *text, struct host_given_addr *out)
{
	memset(out, 0, sizeof(*out));
	out->nfproto = NFPROTO_IPV4;
	if (inet_pton(AF_INET, text, &out->addr) == 1)
		return true;
	out->nfproto = NFPROTO_IPV6;
	return inet_pton(AF_INET6, text, &out->addr) == 1;
}

/* --local ADDR,...; 0, or 2 (usage) after a message. */
static int parse_local(const struct replay_options *o,
		       struct given_addrs *addrs)
{
	char *copy = xstrdup(o->local), *rest = copy, *word;
	struct host_given_addr a;
	int status = 0;

	while (!status && rest && (word = strsep(&rest, ","))) {
		if (parse_addr(word, &a)) {
			vec_push(addrs, a);
		} else {
			fprintf(o->err, "nftvm: --local: '%s' is no address\n",
				word);
			status = 2;
		}
	}
	free(copy);
	return status;
}

static void see(struct host_infer *inf, struct packet *pkt)
{
	union inet_addr saddr, daddr;

	if (packet_receive(pkt) != REASON_NONE)
		return;
	saddr = packet_saddr(pkt);
	daddr = packet_daddr(pkt);
	host_infer_see(inf, pkt->nfproto, &saddr, &daddr);
}

/* Can it be read now and by the replay again? A pipe cannot. */
static bool is_read_twice(const char *path)
{
	struct stat st;

	return strcmp(path, "-") != 0 && !stat(path, &st) &&
	       S_ISREG(st.st_mode);
}

/* Show the packets of all files but pipes to @inf. What is wrong with a file
 * is told by the replay itself, which comes to the same place. */
static void see_captures(struct host_infer *inf, const struct replay_options *o)
{
	uint8_t *buf = xmalloc(CAPTURE_FRAME_MAX + 2 * CAPTURE_HEADROOM);
	enum capture_status status = CAPTURE_END;
	struct capture_frame frame;
	struct packet pkt;
	struct capture *c;
	char *error;
	int ignored;

	for (size_t i = 0; i < o->n_captures; i++) {
		if (!is_read_twice(o->captures[i]))
			continue;
		c = capture_open(&o->captures[i], 1, &ignored, &error);
		if (!c) {
			free(error);
			continue;
		}
		do {
			status = capture_next(c, buf, &pkt, &frame);
			if (status == CAPTURE_PACKET)
				see(inf, &pkt);
		} while (status == CAPTURE_PACKET || status == CAPTURE_IGNORED);
		capture_close(c);
	}
	free(buf);
}

int replay_host(struct host *h, const struct replay_options *o)
{
	struct host_given given = { .iif = o->iif, .oif = o->oif };
	struct given_addrs addrs = { 0 };
	struct strbuf said = STRBUF_INIT;
	struct host_infer *inf = NULL;
	int status = 0;

	if (o->local)
		status = parse_local(o, &addrs);
	given.local = addrs.v;
	given.local_len = addrs.len;
	if (!status && !addrs.len) {
		inf = host_infer_new();
		see_captures(inf, o);
	}
	if (!status && host_from_inference(h, inf, &given, &said)) {
		fputs("nftvm: --iif, --oif: not the name of a link\n", o->err);
		status = 2;
	}
	if (said.len)
		fprintf(o->err, "nftvm: %s\n", strbuf_str(&said));
	strbuf_fini(&said);
	host_infer_free(inf);
	vec_fini(&addrs);
	return status;
}
