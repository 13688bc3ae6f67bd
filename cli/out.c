/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stdout, with its errors: a reader that went away (EPIPE) or a full disk
 * (ENOSPC) must not look like success.
 */
#include "cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int write_failed(int err)
{
	fprintf(stderr, "nftvm: cannot write to stdout: %s\n",
		strerror(err ? err : EIO));
	return CLI_ENVIRONMENT;
}

int cli_write(const char *text, size_t len)
{
	if (ferror(stdout))
		return CLI_ENVIRONMENT;
	errno = 0;
	if (fwrite(text, 1, len, stdout) == len)
		return CLI_DONE;
	return write_failed(errno);
}

int cli_finish(int status)
{
	bool said = ferror(stdout);

	errno = 0;
	if (fflush(stdout) == 0 && !said)
		return status;
	/* cli_write() has said it already, unless stdio wrote on its own. */
	if (!said || status != CLI_ENVIRONMENT)
		write_failed(errno);
	return CLI_ENVIRONMENT;
}
