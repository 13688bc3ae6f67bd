/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "tests/path/capfile.h"

Test(capture_write, what_is_written_is_read_back)
{
	char *name = file_of("", 0);
	struct capture_writer *w = capture_create(name);
	uint8_t bytes[64] = { 0x45 };
	struct seen s;

	for (uint32_t len = 1; len <= 64; len++)
		capture_write(w, len % 2 ? "lan" : "a-long-name-15b",
			      1700000000123456789 + len, bytes, len, 2000);
	cr_assert_eq(capture_finish(w), 0);
	s = read_files((const char *const *)&name, 1);
	cr_assert_null(s.error, "%s", s.error);
	cr_assert_eq(s.packets, 64);
	cr_assert_eq(s.bytes, 64 * 65 / 2);
	cr_assert_eq(s.wire_bytes, 64 * 2000);
	cr_assert_eq(s.last_ns, 1700000000123456789 + 64);
	cr_assert_str_eq(s.iface, "a-long-name-15b");
	unlink(name);
	free(name);
}

Test(capture_write, failures_are_told)
{
	struct capture_writer *w;

	cr_assert_null(capture_create("/nonexistent/x"));
	cr_assert_eq(errno, ENOENT);
	w = capture_create("/dev/full");
	capture_write(w, "a", 0, (const uint8_t *)"E", 1, 1);
	cr_assert_eq(capture_finish(w), -ENOSPC);
}
