/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * twin: run scenarios on the machine's kernel and on nftvm, and compare.
 *
 *	twin [options] [FILE.twin...] [CAPTURE...]
 *
 * Each case runs on the kernel twice: where the kernel disagrees with itself
 * (it draws and races), there is nothing to compare; such a case is tried
 * again, and failed if it is a written one, set aside if it is a seed or
 * recorded traffic.
 *
 * Judged are the engine's parts on the kernel's own bytecode, in both forms of
 * the VM (bytecode.h), and the whole program, from text to dumps (engine.h).
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bytecode.h"
#include "compare.h"
#include "coverage.h"
#include "drawn.h"
#include "engine.h"
#include "gen.h"
#include "kernel.h"
#include "recorded.h"
#include "scenario.h"
#include "trace.h"

/* How often a case in which the kernel disagrees with itself is tried. */
enum {
	MAX_TRIES = 4,
	/* From so many seeds on, every kind must be reached by 1%. */
	ENOUGH_SEEDS = 300,
};

/**
 * struct options - the command line
 * @program:	nftvm, absolute path
 * @keep:	directory for the files of each failed case, or NULL
 * @rules:	each capture runs under each of them
 */
struct options {
	char program[PATH_MAX];
	const char *keep;
	const char *only;
	VEC(const char *) rules;
	unsigned long seed, count, jobs;
	bool fail_fast, kernel_only, bytecode, write, verbose, trace;
};

/**
 * struct tally - shared by all worker processes
 */
struct tally {
	unsigned int passed, failed, aside, traced;
	struct coverage coverage;
};

static const struct option long_options[] = {
	{ "nftvm", required_argument, NULL, 'p' },
	{ "keep", required_argument, NULL, 'k' },
	{ "rules", required_argument, NULL, 'r' },
	{ "only", required_argument, NULL, 'o' },
	{ "seed", required_argument, NULL, 's' },
	{ "count", required_argument, NULL, 'n' },
	{ "jobs", required_argument, NULL, 'j' },
	{ "fail-fast", no_argument, NULL, 'f' },
	{ "kernel-only", no_argument, NULL, 'K' },
	{ "bytecode", no_argument, NULL, 'b' },
	{ "trace", no_argument, NULL, 't' },
	{ "write", no_argument, NULL, 'w' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static const char usage[] =
	"Usage: twin [options] [FILE.twin...] [CAPTURE...]\n"
	"  --nftvm PATH     the program to judge (default ./nftvm)\n"
	"  --rules FILE     a ruleset for captures; repeatable\n"
	"  --only NAME      only the cases whose name has NAME in it\n"
	"  --seed N         first seed to generate (default 1)\n"
	"  --count N        how many seeds (default 0)\n"
	"  --jobs N         processes at once (default 1)\n"
	"  --fail-fast      stop at the first failure\n"
	"  --keep DIR       keep the files of failed cases there\n"
	"  --kernel-only    compare the kernel with itself alone\n"
	"  --bytecode       judge the engine on the kernel's bytecode alone, without\n"
	"                   the program\n"
	"  --trace          compare nftvm trace with nft monitor trace, for each\n"
	"                   packet\n"
	"  --write          print the generated scenarios, run nothing\n"
	"  --verbose        name passed cases too, print the kernel's results\n";

static void read_option(struct options *o, int c)
{
	switch (c) {
	case 'p':
		if (!realpath(optarg, o->program))
			snprintf(o->program, sizeof(o->program), "%s", optarg);
		break;
	case 'k':
		o->keep = optarg;
		break;
	case 'r':
		vec_push(&o->rules, (const char *)optarg);
		break;
	case 'o':
		o->only = optarg;
		break;
	case 's':
		o->seed = strtoul(optarg, NULL, 0);
		break;
	case 'n':
		o->count = strtoul(optarg, NULL, 0);
		break;
	case 'j':
		o->jobs = MAX(strtoul(optarg, NULL, 0), 1UL);
		break;
	case 'f':
		o->fail_fast = true;
		break;
	case 'K':
		o->kernel_only = true;
		break;
	case 'b':
		o->bytecode = true;
		break;
	case 't':
		o->trace = true;
		break;
	case 'w':
		o->write = true;
		break;
	case 'v':
		o->verbose = true;
		break;
	default:
		fputs(usage, c == 'h' ? stdout : stderr);
		exit(c == 'h' ? 0 : 2);
	}
}

/* One report, in one write so that those of several processes don't mix. */
static void say(const struct strbuf *b)
{
	fflush(stdout);
	if (write(STDOUT_FILENO, b->s, b->len) < 0)
		perror("stdout");
}

static void write_result(const char *dir, const char *name,
			 const struct result *r)
{
	char path[PATH_MAX];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	if (f) {
		result_write(r, f);
		fclose(f);
	}
}

/* A directory for the case's files: kept under --keep, else a passing one. */
static bool make_dir(const struct options *o, const struct scenario *s,
		     char *dir, size_t size)
{
	const char *tmp = getenv("TMPDIR");

	if (o->keep) {
		mkdir(o->keep, 0777);
		snprintf(dir, size, "%s/%s", o->keep, s->name);
		return !mkdir(dir, 0777) || errno == EEXIST;
	}
	snprintf(dir, size, "%s/twin.XXXXXX", tmp ? tmp : "/tmp");
	return mkdtemp(dir) != NULL;
}

static void remove_dir(const char *dir)
{
	static const char *const names[] = {
		"host",		 "rules.nft", "in.pcapng", "nftvm.conntrack",
		"nftvm.ruleset",
	};
	char path[PATH_MAX];

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
	rmdir(dir);
}

/* The engine's parts on the kernel's bytecode, against its result. */
static unsigned int judge_bytecode(const struct scenario *s,
				   const struct result *kernel,
				   struct strbuf *report)
{
	unsigned int n = 0;

	/* When conntrack's hooks came, a dump does not say. */
	if (!strncmp(s->name, "hook-order-conntrack", 20))
		return 0;
	for (int reference = 0; reference < 2; reference++) {
		struct result engine = { 0 };

		bytecode_run(s, kernel, reference, &engine);
		n += drawn_settle(strbuf_str(&s->drawn), "nftvm", &engine,
				  report);
		n += compare_results("kernel", kernel,
				     reference ? "reference form" : "fast form",
				     &engine, report);
		result_fini(&engine);
	}
	return n;
}

/* The engine's parts, then the whole program, against the kernel's result. */
static unsigned int judge(const struct options *o, const struct scenario *s,
			  const struct result *kernel, struct strbuf *report)
{
	struct result engine = { 0 };
	char dir[PATH_MAX - 32];
	unsigned int n;

	n = judge_bytecode(s, kernel, report);
	if (o->bytecode)
		return n;
	if (!make_dir(o, s, dir, sizeof(dir))) {
		strbuf_printf(report, "\tno directory %s\n", dir);
		return 1;
	}
	if (!engine_write_files(s, kernel, dir, &engine))
		engine_run(o->program, dir, strbuf_str(&s->host), &engine);
	n += drawn_settle(strbuf_str(&s->drawn), "nftvm", &engine, report);
	n += compare_results("kernel", kernel, "nftvm", &engine, report);
	if (o->keep) {
		write_result(dir, "kernel.result", kernel);
		write_result(dir, "nftvm.result", &engine);
	} else {
		remove_dir(dir);
	}
	result_fini(&engine);
	return n;
}

/* Two runs of the kernel that agree; the first is left in @r. */
static bool run_kernel(const struct options *o, const struct scenario *s,
		       bool want_hits, struct result *r, struct strbuf *report)
{
	struct result again = { 0 };
	unsigned int flags = o->kernel_only ? 0 : KERNEL_BYTECODE;
	unsigned int n;

	for (int i = 0; i < MAX_TRIES; i++) {
		strbuf_reset(report);
		result_fini(r);
		result_fini(&again);
		if (kernel_run(s, flags | (want_hits ? KERNEL_HITS : 0), r)) {
			strbuf_printf(report, "\tkernel: %s\n", r->error);
			return false;
		}
		kernel_run(s, flags, &again);
		n = drawn_settle(strbuf_str(&s->drawn), "kernel", r, report);
		n += drawn_settle(strbuf_str(&s->drawn), "kernel", &again,
				  report);
		n += compare_results("first run", r, "second run", &again,
				     report);
		result_fini(&again);
		if (!n)
			return true;
	}
	return false;
}

/* Once more: two runs may have drawn the same by chance. */
static bool kernel_agrees(const struct scenario *s, const struct result *r)
{
	struct strbuf report = STRBUF_INIT;
	struct result again = { 0 };
	unsigned int n;

	kernel_run(s, 0, &again);
	n = compare_results("first run", r, "third run", &again, &report);
	result_fini(&again);
	strbuf_fini(&report);
	return !n;
}

static void count_case(const struct options *o, struct tally *t,
		       unsigned int *which, const char *word,
		       const struct scenario *s, struct strbuf *report)
{
	struct strbuf out = STRBUF_INIT;

	__atomic_fetch_add(which, 1, __ATOMIC_RELAXED);
	if (which != &t->passed || o->verbose) {
		strbuf_printf(&out, "%s %s\n%s", word, s->name,
			      strbuf_str(report));
		say(&out);
	}
	strbuf_fini(&out);
}

/* @g: of a seed, or NULL; @draws: it may make the kernel draw and race */
static void run_case(const struct options *o, const struct scenario *s,
		     const struct generated *g, bool draws, struct tally *t)
{
	struct strbuf report = STRBUF_INIT;
	struct result kernel = { 0 };

	if (!run_kernel(o, s, g != NULL, &kernel, &report)) {
		if (draws && !kernel.error)
			count_case(o, t, &t->aside, "ASIDE", s, &report);
		else
			count_case(o, t, &t->failed, "FAIL", s, &report);
	} else if (!o->kernel_only && judge(o, s, &kernel, &report)) {
		if (draws && !kernel_agrees(s, &kernel))
			count_case(o, t, &t->aside, "ASIDE", s, &report);
		else
			count_case(o, t, &t->failed, "FAIL", s, &report);
	} else {
		count_case(o, t, &t->passed, "PASS", s, &report);
	}
	if (o->verbose)
		result_write(&kernel, stdout);
	if (g)
		coverage_add(&t->coverage, g, &kernel);
	result_fini(&kernel);
	strbuf_fini(&report);
}

/* Each packet of the case explained, by nft and by nftvm. */
static void run_trace(const struct options *o, struct scenario *s,
		      struct tally *t)
{
	struct strbuf report = STRBUF_INIT;
	struct result kernel = { 0 }, files = { 0 };
	unsigned int lines = 0, bad = 1;
	char dir[PATH_MAX - 32];

	trace_rules(s);
	if (kernel_run(s, KERNEL_TRACE, &kernel))
		strbuf_printf(&report, "\tkernel: %s\n", kernel.error);
	else if (make_dir(o, s, dir, sizeof(dir)) &&
		 !engine_write_files(s, &kernel, dir, &files))
		bad = trace_judge(o->program, dir, &kernel, &lines, &report);
	if (!o->keep)
		remove_dir(dir);
	count_case(o, t, bad ? &t->failed : &t->passed, bad ? "FAIL" : "PASS",
		   s, &report);
	__atomic_fetch_add(&t->traced, kernel.steps.len, __ATOMIC_RELAXED);
	result_fini(&kernel);
	result_fini(&files);
	strbuf_fini(&report);
}

static void run_file(const struct options *o, const char *path, struct tally *t)
{
	struct scenario s;

	if (scenario_read(&s, path))
		__atomic_fetch_add(&t->failed, 1, __ATOMIC_RELAXED);
	else if (o->only && !strstr(s.name, o->only))
		;
	else if (o->trace)
		run_trace(o, &s, t);
	else
		run_case(o, &s, NULL, false, t);
	scenario_fini(&s);
}

static void run_capture(const struct options *o, const char *path,
			const char *rules, struct tally *t)
{
	struct scenario s;
	int ret = recorded_read(&s, path, rules);

	if (ret < 0)
		__atomic_fetch_add(&t->failed, 1, __ATOMIC_RELAXED);
	else if (ret || (o->only && !strstr(s.name, o->only)))
		;
	else if (o->trace)
		run_trace(o, &s, t);
	else
		run_case(o, &s, NULL, true, t);
	scenario_fini(&s);
}

static bool is_scenario(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot && !strcmp(dot, ".twin");
}

/* Case @i of the files: a scenario, or a capture under one of the rulesets. */
static void run_file_case(const struct options *o, char **files, size_t i,
			  struct tally *t)
{
	size_t n;

	for (; (n = is_scenario(*files) ? 1 : o->rules.len) <= i; files++)
		i -= n;
	if (is_scenario(*files))
		run_file(o, *files, t);
	else
		run_capture(o, *files, o->rules.v[i], t);
}

static size_t count_file_cases(const struct options *o, char **files)
{
	size_t n = 0;

	for (; *files; files++)
		n += is_scenario(*files) ? 1 : o->rules.len;
	return n;
}

static void run_seed(const struct options *o, uint64_t seed, struct tally *t)
{
	struct generated g;

	generate(&g, seed);
	if (o->write)
		scenario_write(&g.scenario, stdout);
	else
		run_case(o, &g.scenario, &g, true, t);
	generated_fini(&g);
}

/* Every jobs-th case from @first on. */
static void work(const struct options *o, char **files, size_t first,
		 struct tally *t)
{
	const size_t n = count_file_cases(o, files);

	for (size_t i = first; i < n + o->count; i += o->jobs) {
		if (o->fail_fast && t->failed)
			return;
		if (i < n)
			run_file_case(o, files, i, t);
		else
			run_seed(o, o->seed + (i - n), t);
	}
	fflush(stdout);
}

static int run_all(const struct options *o, char **files)
{
	struct tally *t = mmap(NULL, sizeof(*t), PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status, bad = 0;

	if (t == MAP_FAILED)
		return 3;
	fflush(stdout);
	for (size_t i = 0; i < o->jobs; i++)
		if (fork() == 0) {
			work(o, files, i, t);
			_exit(0);
		}
	while (wait(&status) > 0)
		bad |= status;
	if (o->write)
		return 0;
	if (o->count && coverage_print(&t->coverage, stdout) &&
	    o->count >= ENOUGH_SEEDS) {
		printf("FAIL coverage\n");
		t->failed++;
	}
	if (o->trace)
		printf("%u packets explained\n", t->traced);
	if (t->aside)
		printf("%u cases set aside: the kernel disagrees with itself\n",
		       t->aside);
	if (bad)
		printf("a worker process died\n");
	printf("%u passed, %u failed\n", t->passed, t->failed + (bad ? 1 : 0));
	return t->failed || bad ? 4 : 0;
}

int main(int argc, char **argv)
{
	struct options o = { .seed = 1, .jobs = 1 };
	int c;

	if (!realpath("nftvm", o.program))
		snprintf(o.program, sizeof(o.program), "nftvm");
	while ((c = getopt_long(argc, argv, "h", long_options, NULL)) != -1)
		read_option(&o, c);
	if (geteuid() != 0 && !o.write) {
		printf("SKIPPED: the kernel twin needs root, for namespaces and TUN devices\n"
		       "0 passed, 0 failed, 1 skipped\n");
		return 77;
	}
	c = run_all(&o, argv + optind);
	vec_fini(&o.rules);
	return c;
}
