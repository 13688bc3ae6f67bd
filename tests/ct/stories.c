/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/ct/stories.h"

#define NEW CT_STATE_NEW
#define EST CT_STATE_ESTABLISHED
#define INV CT_STATE_INVALID

#define ASSURED true

/* The client's first number is 1000, the server's 5000. */
/* clang-format off */
#define HANDSHAKE                                                              \
	{ { C2S, "S",  1000, 0,    8000, 0, 0 }, NEW, "SYN_SENT", 120 },       \
	{ { S2C, "S.", 5000, 1001, 8000, 0, 0 }, EST, "SYN_RECV", 60 },        \
	{ { C2S, ".",  1001, 5001, 8000, 0, 0 }, EST, "ESTABLISHED", 432000, ASSURED }

const struct story tcp_stories[] = {
	{ "a whole life", {
		HANDSHAKE,
		{ { C2S, "P.", 1001, 5001, 8000, 100, 0 }, EST, "ESTABLISHED", 300, ASSURED },
		{ { S2C, ".",  5001, 1101, 8000, 0, 0 },   EST, "ESTABLISHED", 432000, ASSURED },
		{ { C2S, "F.", 1101, 5001, 8000, 0, 0 },   EST, "FIN_WAIT", 120, ASSURED },
		{ { S2C, ".",  5001, 1102, 8000, 0, 0 },   EST, "CLOSE_WAIT", 60, ASSURED },
		{ { S2C, "F.", 5001, 1102, 8000, 0, 0 },   EST, "LAST_ACK", 30, ASSURED },
		{ { C2S, ".",  1102, 5002, 8000, 0, 0 },   EST, "TIME_WAIT", 120, ASSURED },
	} },
	{ "a SYN again does not renew the time, and stays new", {
		{ { C2S, "S", 1000, 0, 8000, 0, 0 }, NEW, "SYN_SENT", 120 },
		{ { C2S, "S", 1000, 0, 8000, 0, 0 }, NEW, "SYN_SENT", 120 },
	} },
	{ "flag sets that no TCP sends", {
		HANDSHAKE,
		{ { C2S, "SF", 1001, 5001, 8000, 0, 0 },     INV, "ESTABLISHED", 432000, ASSURED, REASON_ct_tcp_flags },
		{ { C2S, "",   1001, 5001, 8000, 0, 0 },     INV, "ESTABLISHED", 432000, ASSURED, REASON_ct_tcp_flags },
		{ { C2S, "F",  1001, 5001, 8000, 0, 0 },     INV, "ESTABLISHED", 432000, ASSURED, REASON_ct_tcp_flags },
		{ { C2S, "SR", 1001, 5001, 8000, 0, 0 },     INV, "ESTABLISHED", 432000, ASSURED, REASON_ct_tcp_flags },
		{ { C2S, "FSRP.U", 1001, 5001, 8000, 0, 0 }, INV, "ESTABLISHED", 432000, ASSURED, REASON_ct_tcp_flags },
		{ { C2S, "P.EW", 1001, 5001, 8000, 0, 0 },   EST, "ESTABLISHED", 432000, ASSURED },
	} },
	{ "a first SYN/ACK begins nothing", {
		{ { C2S, "S.", 1000, 1, 8000, 0, 0 }, INV, NULL, 0, false, REASON_ct_tcp_new },
	} },
	{ "a first FIN begins nothing", {
		{ { C2S, "F.", 1000, 1, 8000, 0, 0 }, INV, NULL, 0, false, REASON_ct_tcp_new },
	} },
	{ "a first RST begins nothing", {
		{ { C2S, "R", 1000, 0, 8000, 0, 0 }, INV, NULL, 0, false, REASON_ct_tcp_new },
	} },
	{ "picked up in the middle, liberally", {
		{ { C2S, ".", 1000, 5000, 8000, 10, 0 },  NEW, "ESTABLISHED", 300 },
		{ { C2S, ".", 1010, 5000, 8000, 10, 0 },  NEW, "ESTABLISHED", 300 },
		{ { S2C, ".", 5000, 1020, 8000, 10, 0 },  EST, "ESTABLISHED", 300 },
		/* nobody knows what was sent before, so it counts as not
		 * acknowledged */
		{ { C2S, ".", 1020, 5010, 8000, 0, 0 },   EST, "ESTABLISHED", 300, ASSURED },
		{ { C2S, ".", 900000, 5010, 8000, 9, 0 }, EST, "ESTABLISHED", 300, ASSURED },
	} },
	{ "refused: the entry is gone at once", {
		{ { C2S, "S",  1000, 0,    8000, 0, 0 }, NEW, "SYN_SENT", 120 },
		{ { S2C, "R.", 0,    1001, 0, 0, 0 },    EST, NULL, 0 },
	} },
	{ "reset in window closes, ten seconds", {
		HANDSHAKE,
		{ { C2S, "P.", 1001, 5001, 8000, 10, 0 }, EST, "ESTABLISHED", 300, ASSURED },
		{ { S2C, ".",  5001, 1011, 8000, 0, 0 },  EST, "ESTABLISHED", 432000, ASSURED },
		{ { C2S, "R",  1011, 0,    0, 0, 0 },     EST, "CLOSE", 10, ASSURED },
	} },
	{ "reset not at the very number: lives on, for ten seconds", {
		HANDSHAKE,
		{ { S2C, ".",  5001, 1001, 8000, 0, 0 },  EST, "ESTABLISHED", 432000, ASSURED },
		{ { C2S, "R",  1003, 0,    0, 0, 0 },     EST, "ESTABLISHED", 10, ASSURED },
	} },
	{ "reset below what was acknowledged", {
		HANDSHAKE,
		{ { C2S, "P.", 1001, 5001, 8000, 10, 0 }, EST, "ESTABLISHED", 300, ASSURED },
		{ { S2C, ".",  5001, 1011, 8000, 0, 0 },  EST, "ESTABLISHED", 432000, ASSURED },
		{ { C2S, "R",  1010, 0,    0, 0, 0 },     INV, "ESTABLISHED", 432000, ASSURED, REASON_ct_tcp_rst_seq },
	} },
	{ "above the window", {
		HANDSHAKE,
		{ { C2S, ".", 30000, 5001, 8000, 10, 0 }, INV, "ESTABLISHED", 432000, ASSURED, REASON_ct_tcp_seq_over },
	} },
	{ "a little above the window is let through, once", {
		HANDSHAKE,
		{ { C2S, ".", 9002, 5001, 8000, 10, 0 },  EST, "ESTABLISHED", 432000, ASSURED },
		{ { S2C, ".", 5001, 9012, 8000, 0, 0 },   EST, "ESTABLISHED", 432000, ASSURED },
	} },
	{ "acknowledges what was never sent", {
		HANDSHAKE,
		{ { C2S, ".", 1001, 9001, 8000, 0, 0 }, INV, "ESTABLISHED", 432000, ASSURED, REASON_ct_tcp_ack_over },
	} },
	{ "old data passes and changes nothing", {
		{ { C2S, "S",  1000, 0,    100, 0, 0 },    NEW, "SYN_SENT", 120 },
		{ { S2C, "S.", 5000, 1001, 100, 0, 0 },    EST, "SYN_RECV", 60 },
		{ { C2S, "P.", 1001, 5001, 100, 100, 0 },  EST, "ESTABLISHED", 300, ASSURED },
		{ { S2C, ".",  5001, 1101, 100, 0, 0 },    EST, "ESTABLISHED", 432000, ASSURED },
		{ { C2S, "P.", 1101, 5001, 100, 100, 0 },  EST, "ESTABLISHED", 300, ASSURED },
		{ { C2S, "P.", 1001, 5001, 0, 50, 0 },     EST, "ESTABLISHED", 300, ASSURED },
		{ { S2C, ".",  5001, 1201, 100, 0, 0 },    EST, "ESTABLISHED", 432000, ASSURED },
	} },
	{ "both ends scale their windows", {
		{ { C2S, "S",  1000, 0,    8000, 0, "030307" },    NEW, "SYN_SENT", 120 },
		{ { S2C, "S.", 5000, 1001, 8000, 0, "01030307" },  EST, "SYN_RECV", 60 },
		{ { C2S, ".",  1001, 5001, 8000, 0, 0 },           EST, "ESTABLISHED", 432000, ASSURED },
		{ { S2C, ".",  5001, 1001, 8000, 0, 0 },           EST, "ESTABLISHED", 432000, ASSURED },
		{ { C2S, ".",  900001, 5001, 8000, 10, 0 },        EST, "ESTABLISHED", 300, ASSURED },
	} },
	{ "one end alone does not scale", {
		{ { C2S, "S",  1000, 0,    8000, 0, "030307" },    NEW, "SYN_SENT", 120 },
		{ { S2C, "S.", 5000, 1001, 8000, 0, 0 },           EST, "SYN_RECV", 60 },
		{ { C2S, ".",  1001, 5001, 8000, 0, 0 },           EST, "ESTABLISHED", 432000, ASSURED },
		{ { S2C, ".",  5001, 1001, 8000, 0, 0 },           EST, "ESTABLISHED", 432000, ASSURED },
		{ { C2S, ".",  900001, 5001, 8000, 10, 0 },        INV, "ESTABLISHED", 432000, ASSURED, REASON_ct_tcp_seq_over },
	} },
	{ "what is acknowledged selectively counts", {
		{ { C2S, "S",  1000, 0,    8000, 0, "04020101" },  NEW, "SYN_SENT", 120 },
		{ { S2C, "S.", 5000, 1001, 8000, 0, "04020101" },  EST, "SYN_RECV", 60 },
		{ { C2S, ".",  1001, 5001, 8000, 0, 0 },           EST, "ESTABLISHED", 432000, ASSURED },
		{ { C2S, ".",  1001, 5001, 8000, 100, 0 },         EST, "ESTABLISHED", 300, ASSURED },
		/* a hole before 1051..1101 */
		{ { S2C, ".",  5001, 1001, 8000, 0, "0101 050a 0000041b 0000044d" }, EST, "ESTABLISHED", 300, ASSURED },
		/* beyond what was sent */
		{ { S2C, ".",  5001, 1001, 8000, 0, "0101 050a 0000041b 0000f44d" }, INV, "ESTABLISHED", 300, ASSURED, REASON_ct_tcp_ack_over },
	} },
	{ "the same ACK four times: retransmission, 300 s", {
		HANDSHAKE,
		{ { S2C, ".", 5001, 1001, 8000, 0, 0 }, EST, "ESTABLISHED", 432000, ASSURED },
		{ { S2C, ".", 5001, 1001, 8000, 0, 0 }, EST, "ESTABLISHED", 432000, ASSURED },
		{ { S2C, ".", 5001, 1001, 8000, 0, 0 }, EST, "ESTABLISHED", 432000, ASSURED },
		{ { S2C, ".", 5001, 1001, 8000, 0, 0 }, EST, "ESTABLISHED", 300, ASSURED },
	} },
	{ "a closed window: 300 s", {
		HANDSHAKE,
		{ { S2C, ".", 5001, 1001, 0, 0, 0 },    EST, "ESTABLISHED", 300, ASSURED },
		{ { S2C, ".", 5001, 1001, 8000, 0, 0 }, EST, "ESTABLISHED", 432000, ASSURED },
	} },
	{ "opened again by the side that closed", {
		HANDSHAKE,
		{ { C2S, "F.", 1001, 5001, 8000, 0, 0 }, EST, "FIN_WAIT", 120, ASSURED },
		{ { S2C, "F.", 5001, 1002, 8000, 0, 0 }, EST, "LAST_ACK", 30, ASSURED },
		{ { C2S, ".",  1002, 5002, 8000, 0, 0 }, EST, "TIME_WAIT", 120, ASSURED },
		{ { C2S, "S",  90000, 0,   8000, 0, 0 }, NEW, "SYN_SENT", 120 },
	} },
	{ "opened again from the other side: another connection", {
		HANDSHAKE,
		{ { C2S, "F.", 1001, 5001, 8000, 0, 0 }, EST, "FIN_WAIT", 120, ASSURED },
		{ { S2C, "F.", 5001, 1002, 8000, 0, 0 }, EST, "LAST_ACK", 30, ASSURED },
		{ { C2S, ".",  1002, 5002, 8000, 0, 0 }, EST, "TIME_WAIT", 120, ASSURED },
		{ { S2C, "S",  90000, 0,   8000, 0, 0 }, NEW, "SYN_SENT", 120 },
		{ { C2S, "S.", 70000, 90001, 8000, 0, 0 }, EST, "SYN_RECV", 60 },
	} },
	{ "opened again after a reset by the same side", {
		HANDSHAKE,
		{ { S2C, ".", 5001, 1001, 8000, 0, 0 },  EST, "ESTABLISHED", 432000, ASSURED },
		{ { C2S, "R", 1001, 0, 0, 0, 0 },        EST, "CLOSE", 10, ASSURED },
		{ { C2S, "S", 90000, 0, 8000, 0, 0 },    NEW, "SYN_SENT", 120 },
	} },
	{ "a SYN after a reset by the peer is ignored", {
		HANDSHAKE,
		{ { S2C, "R.", 5001, 1001, 0, 0, 0 },    EST, "CLOSE", 10, ASSURED },
		{ { C2S, "S", 90000, 0, 8000, 0, 0 },    EST, "CLOSE", 10, ASSURED },
	} },
	{ "the client forgot the connection: resynchronised by the answer", {
		HANDSHAKE,
		{ { C2S, "S",  90000, 0, 8000, 0, 0 },      EST, "ESTABLISHED", 432000, ASSURED },
		{ { S2C, "S.", 70000, 90001, 8000, 0, 0 },  EST, "SYN_RECV", 60, ASSURED },
		{ { C2S, ".",  90001, 70001, 8000, 0, 0 },  EST, "ESTABLISHED", 432000, ASSURED },
	} },
	{ "a SYN that the server answers with a challenge", {
		HANDSHAKE,
		{ { C2S, "F.", 1001, 5001, 8000, 0, 0 }, EST, "FIN_WAIT", 120, ASSURED },
		{ { S2C, "F.", 5001, 1002, 8000, 0, 0 }, EST, "LAST_ACK", 30, ASSURED },
		{ { C2S, "S",  90000, 0,   8000, 0, 0 }, EST, "LAST_ACK", 30, ASSURED },
		{ { S2C, ".",  5002, 1002, 8000, 0, 0 }, EST, "LAST_ACK", 30, ASSURED },
		{ { S2C, ".",  5002, 1002, 8000, 0, 0 }, EST, "TIME_WAIT", 120, ASSURED },
	} },
	{ "a challenge to a first SYN, and the client's reset", {
		{ { C2S, "S",  1000, 0,    8000, 0, 0 }, NEW, "SYN_SENT", 120 },
		{ { S2C, ".",  7000, 3000, 8000, 0, 0 }, EST, "SYN_SENT", 120 },
		{ { C2S, "R",  3000, 0,    0, 0, 0 },    EST, "CLOSE", 10 },
	} },
	{ "both open at once", {
		{ { C2S, "S",  1000, 0,    8000, 0, 0 }, NEW, "SYN_SENT", 120 },
		{ { S2C, "S",  5000, 0,    8000, 0, 0 }, EST, "SYN_SENT2", 120 },
		{ { C2S, "S.", 1000, 5001, 8000, 0, 0 }, EST, "SYN_RECV", 60 },
		{ { S2C, "S.", 5000, 1001, 8000, 0, 0 }, EST, "SYN_RECV", 60 },
		{ { S2C, ".",  5001, 1001, 8000, 0, 0 }, EST, "ESTABLISHED", 432000, ASSURED },
	} },
	{ "not answered, and the client goes on as if", {
		{ { C2S, "S", 1000, 0,    8000, 0, 0 }, NEW, "SYN_SENT", 120 },
		{ { C2S, ".", 1001, 5001, 8000, 0, 0 }, INV, "SYN_SENT", 120, false, REASON_ct_tcp_state },
	} },
	{ "resets out of window from both sides: not kept for five days", {
		HANDSHAKE,
		{ { C2S, "F.", 90000, 5001, 8000, 0, 0 }, INV, "ESTABLISHED", 432000, ASSURED, REASON_ct_tcp_seq_over },
		{ { S2C, "F.", 90000, 1001, 8000, 0, 0 }, INV, "ESTABLISHED", 300, ASSURED, REASON_ct_tcp_seq_over },
	} },
	{ "sequence numbers wrap", {
		{ { C2S, "S",  4294967290u, 0, 8000, 0, 0 },           NEW, "SYN_SENT", 120 },
		{ { S2C, "S.", 4294967295u, 4294967291u, 8000, 0, 0 }, EST, "SYN_RECV", 60 },
		{ { C2S, ".",  4294967291u, 0, 8000, 0, 0 },           EST, "ESTABLISHED", 432000, ASSURED },
		{ { C2S, "P.", 4294967291u, 0, 8000, 100, 0 },         EST, "ESTABLISHED", 300, ASSURED },
		{ { S2C, ".",  0, 95, 8000, 0, 0 },                    EST, "ESTABLISHED", 432000, ASSURED },
		{ { C2S, "P.", 95, 0, 8000, 100, 0 },                  EST, "ESTABLISHED", 300, ASSURED },
	} },
};
/* clang-format on */

const size_t tcp_stories_n = ARRAY_LEN(tcp_stories);
