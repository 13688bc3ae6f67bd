/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * IRC clients open connections to each other (DCC): one sends the other a
 * message with its address and port, and waits. So what a client behind us
 * sends is searched for
 *
 *	PRIVMSG nick :\1DCC SEND file 167838210 1234\1
 *
 * and anyone may then connect there. Only the beginning of a segment counts,
 * and the first such command in it.
 *
 * Ref: nf_conntrack_irc.c, nf_nat_irc.c; facts 6.3.
 */
#include "base/util.h"
#include "ct/helper.h"

/* The kernel's buffer. */
#define IRC_MAX_BYTES 4095
/* "\1DCC SENT t AAAAAAAA P\1\n", less the character itself. */
#define IRC_MIN_BYTES 24

static const char *const words[] = { "SEND ", "CHAT ", "MOVE ", "TSEND ",
				     "SCHAT " };

static bool begins(const char *p, const char *end, const char *word)
{
	const size_t len = strlen(word);

	return (size_t)(end - p) >= len && !memcmp(p, word, len);
}

/* simple_strtoul() base 10: the number at @p, which moves behind it. */
static uint32_t read_number(const char **p, const char *end)
{
	unsigned long n = 0;

	while (*p < end && **p >= '0' && **p <= '9')
		n = n * 10 + (unsigned long)(*(*p)++ - '0');
	return (uint32_t)n;
}

/*
 * struct dcc - what a command says
 * @addr:	network order
 * @at, @end:	the text of both numbers
 */
struct dcc {
	be32_t addr;
	uint16_t port;
	const char *at, *end;
};

/* parse_dcc(): behind the word, "file 167838210 1234" and a newline
 * somewhere. */
static bool read_dcc(const char *p, const char *end, struct dcc *dcc)
{
	const char *newline;

	while (p < end && *p++ != ' ')
		if (p > end - 12)
			return false;
	for (newline = p; newline < end && *newline != '\n'; newline++)
		;
	if (newline >= end || newline - 1 <= p)
		return false;
	dcc->at = p;
	dcc->addr = htobe32(read_number(&p, end));
	while (p < end && *p == ' ')
		if (++p >= end - 1)
			return false;
	dcc->port = (uint16_t)read_number(&p, end);
	dcc->end = p;
	return true;
}

/* The place of "\1DCC " in a message; NULL: it is none. */
static const char *find_dcc(const char *p, const char *end)
{
	/* as some clients begin, or end, a line */
	while (p < end && (*p == ' ' || *p == '\r' || *p == '\n'))
		p++;
	if (end - p < IRC_MIN_BYTES || !begins(p, end, "PRIVMSG "))
		return NULL;
	p += strlen("PRIVMSG ");
	while (p < end && !begins(p, end, " :"))
		p++;
	p += strlen(" :");
	if (p >= end || !begins(p, end, "\1DCC "))
		return NULL;
	return p + strlen("\1DCC ");
}

/* Its address is that of the client, before or behind NAT. */
static bool is_own(const struct ct_help_ctx *hx, const struct dcc *dcc)
{
	const union inet_addr self = ct_help_src(hx, CT_DIR_ORIGINAL);
	const union inet_addr seen = ct_help_dst(hx, CT_DIR_REPLY);

	return (dcc->addr == self.ip || dcc->addr == seen.ip) && dcc->port;
}

/* nf_nat_irc() */
static enum reason announce_translated(struct ct_help_ctx *hx,
				       struct ct_expect *exp, uint32_t off,
				       uint32_t len)
{
	const union inet_addr addr = ct_help_dst(hx, CT_DIR_REPLY);
	uint16_t port;
	char text[32];
	int text_len;

	exp->saved_port = exp->key.dport;
	exp->dir = CT_DIR_REPLY;
	exp->follow = true;
	port = ct_help_expect_port(hx, exp);
	if (!port)
		return REASON_ct_help_expect;
	text_len =
		snprintf(text, sizeof(text), "%u %u", be32toh(addr.ip), port);
	if (ct_help_mangle(hx, off, len, text, (uint32_t)text_len))
		return REASON_NONE;
	ct_expect_del(hx->t, exp, hx->now);
	return REASON_ct_help_mangle;
}

static enum reason announce(struct ct_help_ctx *hx, const struct dcc *dcc,
			    const char *start)
{
	const union inet_addr dst = ct_help_dst(hx, CT_DIR_REPLY);
	struct ct_expect exp;

	ct_help_expect_init(hx, &exp, NULL, &dst, htobe16(dcc->port));
	if (ct_help_translated(hx))
		return announce_translated(hx, &exp,
					   (uint32_t)(dcc->at - start),
					   (uint32_t)(dcc->end - dcc->at));
	return ct_expect_add(hx->t, &exp, hx->now) ? REASON_ct_help_expect
						   : REASON_NONE;
}

static enum reason irc_help(struct ct_help_ctx *hx)
{
	const char *start, *end, *p;
	struct dcc dcc;
	uint32_t len;

	if (hx->dir == CT_DIR_REPLY || hx->pkt->ctinfo != IP_CT_ESTABLISHED)
		return REASON_NONE;
	start = (const char *)ct_help_payload(hx, &len);
	if (!start)
		return REASON_NONE;
	end = start + MIN(len, IRC_MAX_BYTES);
	p = find_dcc(start, end);
	for (size_t i = 0; p && i < ARRAY_LEN(words); i++) {
		if (!begins(p, end, words[i]))
			continue;
		if (!read_dcc(p + strlen(words[i]), end, &dcc) ||
		    !is_own(hx, &dcc))
			continue;
		return announce(hx, &dcc, start);
	}
	return REASON_NONE;
}

const struct ct_helper ct_helper_irc = {
	.name = "irc",
	.l4proto = IPPROTO_TCP,
	.v4 = true,
	.policies = { { .max = 8, .timeout = 300 } },
	.help = irc_help,
};
