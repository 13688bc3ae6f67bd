/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <string.h>
#include <unistd.h>

#include "process.h"

extern char **environ;

/* A file in memory: no pipe can fill up, so nothing can block. */
static int memory_file(const char *text)
{
	int fd = memfd_create("twin", MFD_CLOEXEC);

	if (fd >= 0 && text && *text) {
		size_t len = strlen(text);

		if (write(fd, text, len) != (ssize_t)len ||
		    lseek(fd, 0, SEEK_SET)) {
			close(fd);
			return -1;
		}
	}
	return fd;
}

static void collect(int fd, struct strbuf *b)
{
	char part[16384];
	ssize_t n;

	if (b && lseek(fd, 0, SEEK_SET) == 0)
		while ((n = read(fd, part, sizeof(part))) > 0)
			strbuf_add(b, part, n);
	close(fd);
}

int process_start(struct process *p, const char *const *argv)
{
	posix_spawn_file_actions_t fa;
	pid_t pid = 0;
	int rc;

	p->out = memory_file(NULL);
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_adddup2(&fa, p->out, 1);
	rc = posix_spawnp(&pid, argv[0], &fa, NULL, (char *const *)argv,
			  environ);
	posix_spawn_file_actions_destroy(&fa);
	p->pid = pid;
	if (rc)
		close(p->out);
	return -rc;
}

long process_written(const struct process *p)
{
	struct stat st;

	return fstat(p->out, &st) ? 0 : (long)st.st_size;
}

bool process_stop(struct process *p, struct strbuf *out)
{
	int status = 0;

	kill(p->pid, SIGTERM);
	while (waitpid(p->pid, &status, 0) < 0 && errno == EINTR)
		;
	collect(p->out, out);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM;
}

int process_run(const char *const *argv, const char *in, struct strbuf *out,
		struct strbuf *err)
{
	int fd[3] = { memory_file(in), memory_file(NULL), memory_file(NULL) };
	posix_spawn_file_actions_t fa;
	int status = 0, rc;
	pid_t pid;

	posix_spawn_file_actions_init(&fa);
	for (int i = 0; i < 3; i++)
		posix_spawn_file_actions_adddup2(&fa, fd[i], i);
	rc = posix_spawnp(&pid, argv[0], &fa, NULL, (char *const *)argv,
			  environ);
	posix_spawn_file_actions_destroy(&fa);
	if (!rc)
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	collect(fd[1], out);
	collect(fd[2], err);
	close(fd[0]);
	if (rc)
		return -rc;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
				   : WEXITSTATUS(status);
}
