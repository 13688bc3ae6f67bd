/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a capture file. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "path/capture.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void read_all(struct capture *c)
{
	uint8_t *buf = malloc(CAPTURE_FRAME_MAX + 2 * CAPTURE_HEADROOM);
	enum capture_status status;
	struct capture_frame frame;
	struct packet pkt;

	do {
		status = capture_next(c, buf, &pkt, &frame);
		if (status == CAPTURE_PACKET &&
		    packet_receive(&pkt) == REASON_NONE)
			packet_decode(&pkt);
	} while (status == CAPTURE_PACKET || status == CAPTURE_IGNORED);
	free(buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char path[] = "/tmp/nftvm-fuzz-XXXXXX", *error = NULL;
	const char *paths[] = { path };
	int fd = mkstemp(path), status;
	struct capture *c;

	if (fd < 0 || write(fd, bytes, len) != (ssize_t)len)
		abort();
	close(fd);
	c = capture_open(paths, 1, &status, &error);
	if (c) {
		read_all(c);
		capture_close(c);
	}
	free(error);
	unlink(path);
	return 0;
}
