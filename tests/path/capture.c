/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>

#include "tests/path/capfile.h"

Test(capture, files_that_are_none)
{
	static const struct {
		const char *bytes, *said;
	} cases[] = {
		{ "", "not a pcap or pcapng capture" },
		{ "abc", "not a pcap or pcapng capture" },
		{ "table inet f { }", "not a pcap or pcapng capture" },
	};
	const char *missing = "/nonexistent/x.pcap", *dir = "/tmp";
	struct seen s;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		s = read_bytes(cases[i].bytes, strlen(cases[i].bytes));
		cr_assert_not_null(s.error);
		cr_assert_not_null(strstr(s.error, cases[i].said), "%s",
				   s.error);
		free(s.error);
	}
	s = read_files(&missing, 1);
	cr_assert_str_eq(s.error,
			 "/nonexistent/x.pcap: No such file or directory");
	free(s.error);
	s = read_files(&dir, 1);
	cr_assert_str_eq(s.error, "/tmp: Is a directory");
	free(s.error);
}

/* A capture of packets at these seconds. */
static char *file_at(const unsigned *seconds, size_t n, const char *iface)
{
	char *name = file_of("", 0);
	struct capture_writer *w = capture_create(name);
	uint8_t ip[20] = { 0x45 };

	for (size_t i = 0; i < n; i++) {
		ip[1] = (uint8_t)seconds[i];
		capture_write(w, iface, seconds[i] * NS_PER_SEC, ip, 20, 20);
	}
	cr_assert_eq(capture_finish(w), 0);
	return name;
}

Test(capture, several_files_are_merged_by_time_and_time_never_steps_back)
{
	static const unsigned a[] = { 1, 4, 3, 9 }, b[] = { 1, 2, 5, 9 };
	const char *paths[2] = { file_at(a, 4, "a"), file_at(b, 4, "b") };
	uint8_t *buf = malloc(CAPTURE_FRAME_MAX + 2 * CAPTURE_HEADROOM);
	struct strbuf seen = STRBUF_INIT;
	struct capture_frame f;
	struct packet pkt;
	char *error;
	int status = 0;
	struct capture *c = capture_open(paths, 2, &status, &error);
	uint64_t last = 0;

	cr_assert_not_null(c);
	while (capture_next(c, buf, &pkt, &f) == CAPTURE_PACKET) {
		strbuf_printf(&seen, "%s%u ", f.iface, pkt.data[1]);
		cr_assert_geq(f.wall_ns, last);
		last = f.wall_ns;
	}
	cr_assert_str_eq(strbuf_str(&seen), "a1 b1 b2 a4 a3 b5 a9 b9 ");
	cr_assert_eq(capture_steps_back(c), 1);
	cr_assert_eq(capture_progress(c), 1.0);
	capture_close(c);
	strbuf_fini(&seen);
	free(buf);
	for (int i = 0; i < 2; i++) {
		unlink(paths[i]);
		free((char *)paths[i]);
	}
}

Test(capture, a_pipe_will_do)
{
	static const unsigned a[] = { 1, 2, 3 };
	char *name = file_at(a, 3, "a"), bytes[1000];
	const char *path = "-";
	int file = open(name, O_RDONLY), ends[2];
	ssize_t len = read(file, bytes, sizeof(bytes));
	struct seen s;

	cr_assert_eq(pipe(ends), 0);
	cr_assert_eq(write(ends[1], bytes, (size_t)len), len);
	close(ends[1]);
	close(file);
	dup2(ends[0], STDIN_FILENO);
	s = read_files(&path, 1);
	cr_assert_null(s.error);
	cr_assert_eq(s.packets, 3);
	unlink(name);
	free(name);
}

/* Every capture of the corpus: as many frames as its index says, and every
 * packet through receive, decode and the checksums. */
Test(capture, the_corpus)
{
	char line[1024], path[600], file[200];
	const char *p = path;
	unsigned packets, files = 0;
	FILE *index;

	if (!corpus())
		cr_skip_test("NFTVM_CORPUS is not set");
	snprintf(path, sizeof(path), "%s/pcaps/INDEX.tsv", corpus());
	index = fopen(path, "r");
	cr_assert_not_null(index);
	while (fgets(line, sizeof(line), index)) {
		struct seen s;

		if (sscanf(line, "%199[^\t]\t%*[^\t]\t%*[^\t]\t%u", file,
			   &packets) != 2)
			continue;
		snprintf(path, sizeof(path), "%s/pcaps/%s", corpus(), file);
		s = read_files(&p, 1);
		cr_expect_null(s.error, "%s: %s", file, s.error);
		cr_expect_eq(s.packets + s.ignored, packets, "%s: %u + %u",
			     file, s.packets, s.ignored);
		files++;
	}
	fclose(index);
	cr_assert_gt(files, 30);
}
