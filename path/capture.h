/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Captures as a source of packets: pcap and pcapng files, one or several,
 * merged by time.
 *
 *	capture_open()		all files; "-" is stdin
 *	capture_next()		frames in order, stripped to the network header
 *	capture_close()
 *
 * Everything in a file is hostile.
 */
#ifndef NFTVM_PATH_CAPTURE_H
#define NFTVM_PATH_CAPTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "packet/packet.h"

struct capture;

/* No frame of a capture is larger (libpcap's MAXIMUM_SNAPLEN). */
#define CAPTURE_FRAME_MAX 262144
/* Free bytes before a packet's data in the caller's buffer, and behind it. */
#define CAPTURE_HEADROOM 64

/**
 * struct capture_frame - what a file says of a frame besides its bytes
 * @number:	1-based, in the merged order
 * @wall_ns:	its time stamp, never less than the one before (a step back is
 *		clamped and counted)
 * @iface:	name of the interface it was seen on, or NULL; borrowed from
 *		the capture
 * @directed:	the capture tells directions (cooked, or by flags of pcapng)
 * @outgoing:	and says that this host sent it
 * @used:	bytes of the buffer that are taken now
 */
struct capture_frame {
	uint64_t number, wall_ns;
	const char *iface;
	bool directed, outgoing;
	uint32_t used;
};

enum capture_status {
	CAPTURE_PACKET,	 /* an IPv4 or IPv6 packet */
	CAPTURE_IGNORED, /* a frame that carries no IP (ARP, ...): only number
			  * and time are set */
	CAPTURE_END,
	CAPTURE_ERROR, /* capture_error() says what is wrong with which file */
};

/**
 * capture_open() - open all of @paths
 * @status:	set to 1 on failure, the exit status of a command: unreadable
 *		files are wrong input too (DESIGN.md section 3)
 * @error:	set to a message to free() on failure
 * Return: NULL on failure.
 */
struct capture *capture_open(const char *const *paths, size_t n, int *status,
			     char **error);

/**
 * capture_next() - the next frame
 * @buf:	where its bytes go: at least CAPTURE_FRAME_MAX + 2 *
 *		CAPTURE_HEADROOM bytes. They are the caller's; several frames
 *		can stand one after the other (frame->used)
 * @pkt:	initialised over them: data at the network header, len what was
 *		captured, wire_len what the file says was there, l2, pkttype,
 *		protocol, number
 */
enum capture_status capture_next(struct capture *c, uint8_t *buf,
				 struct packet *pkt,
				 struct capture_frame *frame);

/** capture_error() - "FILE: what is wrong, at byte N"; borrowed */
const char *capture_error(const struct capture *c);
/** capture_steps_back() - how often the clock stepped back */
uint64_t capture_steps_back(const struct capture *c);
/** capture_progress() - 0..1, or -1 when unknown (stdin) */
double capture_progress(const struct capture *c);
void capture_close(struct capture *c);

/* --- writing ------------------------------------------------------------- */

struct capture_writer;

/** capture_create() - a pcapng file of raw IP packets with nanoseconds, "-" is
 * stdout; NULL with errno */
struct capture_writer *capture_create(const char *path);
/** capture_write() - one packet, as seen on interface @iface (made when it is
 * new) */
void capture_write(struct capture_writer *w, const char *iface,
		   uint64_t wall_ns, const uint8_t *bytes, uint32_t len,
		   uint32_t wire_len);
/** capture_finish() - flush and close; 0, or -errno of the first failure */
int capture_finish(struct capture_writer *w);

#endif
