/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * FTP (RFC 959, 2428) announces each data connection on its control connection:
 * the client by PORT or EPRT, the server in its answer to PASV (227) or EPSV
 * (229). A command is looked for only where a line begins: at the start of a
 * segment whose number directly follows a newline. The last two such numbers
 * of each direction are remembered, since segments come again and come late.
 *
 * A segment that ends inside a command cannot be judged and is dropped: it
 * will come again, and once it was let through it would be too late.
 *
 * Ref: nf_conntrack_ftp.c, nf_nat_ftp.c; facts 6.3.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <strings.h>

#include "ct/helper.h"

enum ftp_form {
	FTP_PORT,
	FTP_PASV,
	FTP_EPRT,
	FTP_EPSV
};

/** struct ftp_cmd - what a command says: where to connect */
struct ftp_cmd {
	union inet_addr addr;
	uint16_t port;
	bool v6;
};

/*
 * struct ftp_text - bytes that are read
 *
 * A reader returns how many bytes it took up to the terminator, 0: none of it.
 */
struct ftp_text {
	const uint8_t *p;
	uint32_t len;
};

/* try_number(): @n numbers with @sep between them, ended by @term, or by
 * anything when that is 0. They are not held to a range. */
static uint32_t read_numbers(struct ftp_text t, uint32_t *out, unsigned n,
			     char sep, char term)
{
	unsigned i = 0;

	memset(out, 0, n * sizeof(*out));
	for (uint32_t at = 0; at < t.len && i < n; at++) {
		const char c = (char)t.p[at];

		if (c >= '0' && c <= '9')
			out[i] = out[i] * 10 + (uint32_t)(c - '0');
		else if (c == sep)
			i++;
		else
			return (c == term || !term) && i == n - 1 ? at : 0;
	}
	return 0;
}

static be32_t address_of(const uint32_t *n)
{
	return htobe32(n[0] << 24 | n[1] << 16 | n[2] << 8 | n[3]);
}

/* try_rfc959(): "10,1,0,2,4,210" */
static uint32_t read_rfc959(struct ftp_text t, struct ftp_cmd *cmd, char term)
{
	uint32_t n[6], len = read_numbers(t, n, 6, ',', term);

	if (!len)
		return 0;
	cmd->addr.ip = address_of(n);
	cmd->port = (uint16_t)(n[4] << 8 | n[5]);
	return len;
}

/* get_port(): a port from @at up to @delim, which is taken, too. */
static uint32_t read_port(struct ftp_text t, uint32_t at, char delim,
			  struct ftp_cmd *cmd)
{
	uint16_t port = 0;

	for (; at < t.len; at++) {
		const char c = (char)t.p[at];

		if (c == delim) {
			cmd->port = port;
			return port ? at + 1 : 0;
		}
		if (c < '0' || c > '9')
			return 0;
		port = (uint16_t)(port * 10 + (c - '0'));
	}
	return 0;
}

/* get_ipv6_addr(): up to @delim, which is not taken. */
static uint32_t read_addr6(struct ftp_text t, union inet_addr *addr,
			   uint8_t delim)
{
	const uint8_t *end = memchr(t.p, delim, t.len);
	char text[INET6_ADDRSTRLEN];
	size_t len = end ? (size_t)(end - t.p) : sizeof(text);

	if (len >= sizeof(text))
		return 0;
	memcpy(text, t.p, len);
	text[len] = '\0';
	return inet_pton(AF_INET6, text, addr) == 1 ? (uint32_t)len : 0;
}

static bool is_delimiter(uint8_t c)
{
	return !isdigit(c) && c >= 33 && c <= 126;
}

/* try_eprt(): "|1|10.1.0.2|1234|", "|2|fd01::2|1234|" */
static uint32_t read_eprt(struct ftp_text t, struct ftp_cmd *cmd)
{
	struct ftp_text rest = { t.p + 3, t.len - 3 };
	uint32_t n[4], len;

	if (t.len <= 3 || !is_delimiter(t.p[0]) || t.p[2] != t.p[0] ||
	    t.p[1] != (cmd->v6 ? '2' : '1'))
		return 0;
	if (cmd->v6) {
		len = read_addr6(rest, &cmd->addr, t.p[0]);
	} else {
		len = read_numbers(rest, n, 4, '.', (char)t.p[0]);
		cmd->addr.ip = len ? address_of(n) : cmd->addr.ip;
	}
	if (!len)
		return 0;
	return read_port(t, 3 + len + 1, (char)t.p[0], cmd);
}

/* try_epsv_response(): "|||1234|" */
static uint32_t read_epsv(struct ftp_text t, struct ftp_cmd *cmd)
{
	if (t.len <= 3 || !is_delimiter(t.p[0]) || t.p[1] != t.p[0] ||
	    t.p[2] != t.p[0])
		return 0;
	return read_port(t, 3, (char)t.p[0], cmd);
}

/*
 * struct ftp_search - a command
 * @skip:	character before its arguments; 0: none
 */
struct ftp_search {
	const char *pattern;
	char skip;
	enum ftp_form form;
};

static const struct ftp_search searches[CT_DIR_MAX][2] = {
	[CT_DIR_ORIGINAL] = {
		{ "PORT", ' ', FTP_PORT },
		{ "EPRT", ' ', FTP_EPRT },
	},
	[CT_DIR_REPLY] = {
		{ "227 ", 0, FTP_PASV },
		{ "229 ", '(', FTP_EPSV },
	},
};

/* Read the arguments at @t; *@off moves on to where they begin. */
static uint32_t read_arguments(const struct ftp_search *s, struct ftp_text t,
			       struct ftp_cmd *cmd, uint32_t *off)
{
	uint32_t i = 0;

	switch (s->form) {
	case FTP_PORT:
		return read_rfc959(t, cmd, '\r');
	case FTP_EPRT:
		return read_eprt(t, cmd);
	case FTP_EPSV:
		return read_epsv(t, cmd);
	case FTP_PASV:
		break;
	}
	/* try_rfc1123(): servers write what they like before the numbers */
	while (i < t.len && !isdigit(t.p[i]))
		i++;
	*off += i;
	t.p += i;
	t.len -= i;
	return t.len ? read_rfc959(t, cmd, 0) : 0;
}

enum ftp_found {
	FTP_NOT_THERE,
	FTP_PARTIAL,
	FTP_THERE
};

/* find_pattern(): is @t the command? *@off, *@len: of its arguments. */
static enum ftp_found find_command(const struct ftp_search *s,
				   struct ftp_text t, struct ftp_cmd *cmd,
				   uint32_t *off, uint32_t *len)
{
	const uint32_t pattern_len = (uint32_t)strlen(s->pattern);
	uint32_t at = pattern_len;

	if (t.len <= pattern_len)
		return strncasecmp((const char *)t.p, s->pattern, t.len)
			       ? FTP_NOT_THERE
			       : FTP_PARTIAL;
	if (strncasecmp((const char *)t.p, s->pattern, pattern_len))
		return FTP_NOT_THERE;
	if (s->skip) {
		while (t.p[at] != s->skip)
			if (at++ == t.len - 1)
				return FTP_PARTIAL;
		at++;
	}
	*off = at;
	*len = read_arguments(s, (struct ftp_text){ t.p + at, t.len - at }, cmd,
			      off);
	return *len ? FTP_THERE : FTP_PARTIAL;
}

/* --- where lines begin ---------------------------------------------------- */

/* find_nl_seq() */
static bool begins_line(const struct ct_help_ftp *ftp, enum ct_dir dir,
			uint32_t seq)
{
	for (unsigned i = 0; i < ftp->n[dir]; i++)
		if (ftp->after_nl[dir][i] == seq)
			return true;
	return false;
}

/* update_nl_seq(): the older one makes room for a newer. */
static void remember_line(struct ct_help_ftp *ftp, enum ct_dir dir,
			  uint32_t seq)
{
	uint32_t *v = ftp->after_nl[dir];
	unsigned oldest;

	if (begins_line(ftp, dir, seq))
		return;
	if (ftp->n[dir] < 2) {
		v[ftp->n[dir]++] = seq;
		return;
	}
	oldest = (int32_t)(v[0] - v[1]) < 0 ? 0 : 1;
	if ((int32_t)(v[oldest] - seq) < 0)
		v[oldest] = seq;
}

/* --- what is announced ---------------------------------------------------- */

/* nf_nat_ftp_fmt_cmd(): the arguments for another address and port. */
static uint32_t write_arguments(const struct ct_help_ctx *hx,
				enum ftp_form form, const union inet_addr *addr,
				uint16_t port, char *out, size_t size)
{
	const uint8_t *b = addr->b;
	int n;

	if (form == FTP_EPSV)
		n = snprintf(out, size, "|||%u|", port);
	else if (form != FTP_EPRT)
		n = snprintf(out, size, "%u,%u,%u,%u,%u,%u", b[0], b[1], b[2],
			     b[3], port >> 8, port & 0xff);
	else if (!ct_conn_is_v6(hx->ct))
		n = snprintf(out, size, "|1|%u.%u.%u.%u|%u|", b[0], b[1], b[2],
			     b[3], port);
	else /* in full, as the kernel's %pI6 */
		n = snprintf(out, size,
			     "|2|%02x%02x:%02x%02x:%02x%02x:%02x%02x:"
			     "%02x%02x:%02x%02x:%02x%02x:%02x%02x|%u|",
			     b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7],
			     b[8], b[9], b[10], b[11], b[12], b[13], b[14],
			     b[15], port);
	return (uint32_t)n;
}

/* nf_nat_ftp() */
static enum reason announce_translated(struct ct_help_ctx *hx,
				       struct ct_expect *exp,
				       enum ftp_form form, uint32_t off,
				       uint32_t len)
{
	const union inet_addr addr = ct_help_dst(hx, !hx->dir);
	uint32_t text_len;
	uint16_t port;
	char text[80];

	exp->saved_port = exp->key.dport;
	exp->dir = !hx->dir;
	exp->follow = true;
	port = ct_help_expect_port(hx, exp);
	if (!port)
		return REASON_ct_help_expect;
	text_len = write_arguments(hx, form, &addr, port, text, sizeof(text));
	if (ct_help_mangle(hx, off, len, text, text_len))
		return REASON_NONE;
	ct_expect_del(hx->t, exp, hx->now);
	return REASON_ct_help_mangle;
}

static enum reason announce(struct ct_help_ctx *hx, const struct ftp_cmd *cmd,
			    enum ftp_form form, uint32_t off, uint32_t len)
{
	const union inet_addr self = ct_help_src(hx, hx->dir);
	const union inet_addr src = ct_help_src(hx, !hx->dir);
	const union inet_addr dst = ct_help_dst(hx, !hx->dir);
	struct ct_expect exp;

	/* A connection to a third party is nobody's to open (loose=0). */
	if (!inet_addr_eq(&cmd->addr, &self))
		return REASON_NONE;
	ct_help_expect_init(hx, &exp, &src, &dst, htobe16(cmd->port));
	if (ct_help_translated(hx))
		return announce_translated(hx, &exp, form, off, len);
	return ct_expect_add(hx->t, &exp, hx->now) ? REASON_ct_help_expect
						   : REASON_NONE;
}

/* The first of the direction's commands that the segment is, or might be. */
static enum reason read_segment(struct ct_help_ctx *hx, struct ftp_text t)
{
	for (unsigned i = 0; i < 2; i++) {
		const struct ftp_search *s = &searches[hx->dir][i];
		struct ftp_cmd cmd = {
			.addr = ct_help_src(hx, hx->dir),
			.v6 = ct_conn_is_v6(hx->ct),
		};
		uint32_t off, len;

		switch (find_command(s, t, &cmd, &off, &len)) {
		case FTP_THERE:
			return announce(hx, &cmd, s->form, off, len);
		case FTP_PARTIAL:
			return REASON_ct_help_partial;
		case FTP_NOT_THERE:
			break;
		}
	}
	return REASON_NONE;
}

static enum reason ftp_help(struct ct_help_ctx *hx)
{
	struct ct_help_ftp *ftp = &hx->help->ftp;
	enum reason reason = REASON_NONE;
	uint32_t seq, end;
	struct ftp_text t;
	bool newline;

	/* Until there has been traffic both ways, nothing is read. */
	if (hx->pkt->ctinfo != IP_CT_ESTABLISHED &&
	    hx->pkt->ctinfo != IP_CT_ESTABLISHED_REPLY)
		return REASON_NONE;
	t.p = ct_help_payload(hx, &t.len);
	if (!t.p)
		return REASON_NONE;
	seq = get_be32(packet_read(hx->pkt, hx->l4_off, 8) + 4);
	end = seq + t.len;
	newline = t.p[t.len - 1] == '\n';
	if (begins_line(ftp, hx->dir, seq))
		reason = read_segment(hx, t);
	if (newline && reason != REASON_ct_help_partial)
		remember_line(ftp, hx->dir, end);
	return reason;
}

const struct ct_helper ct_helper_ftp = {
	.name = "ftp",
	.l4proto = IPPROTO_TCP,
	.v4 = true,
	.v6 = true,
	.policies = { { .max = 1, .timeout = 300 } },
	.help = ftp_help,
};
