/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <fcntl.h>

#include "base/rng.h"
#include "packet/csum.h"
#include "packet/frag.h"
#include "packet/logline.h"

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

/* Read one packet of a file with @records, cut it off at @len, read on. */
static void cut_while_read(const struct strbuf *bytes, size_t len)
{
	uint8_t *buf = malloc(CAPTURE_FRAME_MAX + 2 * CAPTURE_HEADROOM);
	const char *name = file_of(bytes->s, bytes->len);
	struct capture_frame f;
	struct packet pkt;
	char *error;
	int status = 0;
	struct capture *c = capture_open(&name, 1, &status, &error);
	enum capture_status st;

	cr_assert_not_null(c);
	cr_assert_eq(capture_next(c, buf, &pkt, &f), CAPTURE_PACKET);
	cr_assert_eq(truncate(name, (off_t)len), 0);
	while ((st = capture_next(c, buf, &pkt, &f)) == CAPTURE_PACKET)
		;
	cr_assert_eq(st, CAPTURE_ERROR);
	cr_expect(strstr(capture_error(c), "became shorter") != NULL, "%s",
		  capture_error(c));
	capture_close(c);
	unlink(name);
	free((char *)name);
	free(buf);
}

/* It was mapped once: SIGBUS. */
Test(capture, a_file_cut_off_while_it_is_read)
{
	uint8_t ip[1000] = { 0x45 };
	struct strbuf b = pcap_of(101, ip, 1000, 1000, false, true);
	char record[1016];

	memcpy(record, b.s + 24, sizeof(record));
	for (unsigned i = 0; i < 2000; i++)
		strbuf_add(&b, record, sizeof(record));
	cut_while_read(&b, 24 + 1500 * sizeof(record));
	cut_while_read(&b, 24 + 1500 * sizeof(record) + 500);
	cut_while_read(&b, 0);
	strbuf_fini(&b);
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

/* Everything that looks at a packet before a rule does. */
static void look_at(struct frag_queue *q, struct packet *pkt, uint64_t now_ns)
{
	struct nv_time now = { now_ns, now_ns };
	struct strbuf line = STRBUF_INIT;
	enum reason reason;
	uint8_t l4proto;
	int l4_off;

	if (packet_receive(pkt) != REASON_NONE)
		return;
	packet_decode(pkt);
	l4_off = packet_l4_conntrack(pkt, 0, &l4proto);
	if (l4_off >= 0)
		packet_csum_l4(pkt, l4proto, (uint32_t)l4_off);
	logline_format(&line, pkt, "in", "", 1, "", 0x2f);
	strbuf_fini(&line);
	if (frag_in(q, pkt, FRAG_USER_CONNTRACK_IN, &now, &reason) ==
	    FRAG_COMPLETE)
		packet_decode(pkt);
}

static void look_through(const char *path)
{
	uint8_t *buf = malloc(CAPTURE_FRAME_MAX + 2 * CAPTURE_HEADROOM);
	struct frag_queue *q = frag_queue_new();
	struct capture_frame f;
	enum capture_status st;
	struct packet pkt;
	char *error = NULL;
	int status = 0;
	struct capture *c = capture_open(&path, 1, &status, &error);

	while (c && (st = capture_next(c, buf, &pkt, &f)) < CAPTURE_END)
		if (st == CAPTURE_PACKET)
			look_at(q, &pkt, f.wall_ns);
	capture_close(c);
	frag_queue_free(q);
	free(error);
	free(buf);
}

static void flip_and_look(struct rng *rng, const char *path)
{
	enum {
		PART = 60000,
		ROUNDS = 12
	};
	char *bytes = malloc(PART), *copy = malloc(PART), *name;
	FILE *f = fopen(path, "r");
	size_t len = fread(bytes, 1, PART, f);

	fclose(f);
	for (int round = 0; round < ROUNDS; round++) {
		memcpy(copy, bytes, len);
		for (size_t n = len / 400 + 1; n; n--) {
			uint32_t at = rng_below(rng, (uint32_t)len);

			/* seldom in the file header, or little is read */
			if (at >= 40 || rng_below(rng, 20) == 0)
				copy[at] ^= (char)(1 << rng_below(rng, 8));
		}
		name = file_of(copy, len);
		look_through(name);
		unlink(name);
		free(name);
	}
	free(bytes);
	free(copy);
}

Test(fuzz, captures_with_bits_flipped, .timeout = 120)
{
	char path[600];
	struct dirent *e;
	struct rng rng;
	DIR *dir;

	if (!corpus())
		cr_skip_test("NFTVM_CORPUS is not set");
	snprintf(path, sizeof(path), "%s/pcaps", corpus());
	dir = opendir(path);
	cr_assert_not_null(dir);
	rng_seed(&rng, 12);
	while ((e = readdir(dir)) != NULL) {
		if (!strstr(e->d_name, ".pcap"))
			continue;
		snprintf(path, sizeof(path), "%s/pcaps/%s", corpus(),
			 e->d_name);
		flip_and_look(&rng, path);
	}
	closedir(dir);
}
