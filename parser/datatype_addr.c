/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Datatypes of addresses: IPv4, IPv6, Ethernet. */
#include "parser/datatype.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>

#include "base/strbuf.h"
#include "parser/check.h"

/* The text of a symbol, terminated; false when it is too long to be one. */
static bool symbol_text(const struct symbol_expr *s, char *buf, size_t size)
{
	if (s->text.len >= size)
		return false;
	memcpy(buf, s->text.s, s->text.len);
	buf[s->text.len] = '\0';
	return true;
}

/* Like nft: a host name stands for its address when it has just one. */
static int resolve(struct check *c, const struct symbol_expr *s, int family,
		   uint8_t *addr)
{
	struct addrinfo hints = { .ai_family = family,
				  .ai_socktype = SOCK_RAW };
	struct addrinfo *ai;
	char name[256];

	if (!symbol_text(s, name, sizeof(name)) ||
	    getaddrinfo(name, NULL, &hints, &ai))
		return -1;
	if (ai->ai_next) {
		freeaddrinfo(ai);
		diag_error(c->diags, &s->e.loc,
			   "\"%s\" resolves to several addresses", name);
		return -2;
	}
	if (family == AF_INET)
		memcpy(addr,
		       &((struct sockaddr_in *)(void *)ai->ai_addr)->sin_addr,
		       4);
	else
		memcpy(addr,
		       &((struct sockaddr_in6 *)(void *)ai->ai_addr)->sin6_addr,
		       16);
	freeaddrinfo(ai);
	return 0;
}

/* Four decimal bytes; quick, since sets may have millions of them. */
static bool parse_dotted(struct str s, u128 *v)
{
	uint32_t addr = 0, byte = 0;
	unsigned digits = 0, dots = 0;

	for (uint32_t i = 0; i < s.len; i++) {
		char ch = s.s[i];

		if (ch == '.') {
			if (!digits || ++dots > 3)
				return false;
			addr = addr << 8 | byte;
			byte = digits = 0;
			continue;
		}
		if (ch < '0' || ch > '9' || ++digits > 3)
			return false;
		byte = byte * 10 + (uint32_t)(ch - '0');
		if (byte > 255)
			return false;
	}
	*v = addr << 8 | byte;
	return digits && dots == 3;
}

static int ipv4_parse(struct check *c, const struct datatype *t,
		      const struct symbol_expr *s, u128 *v)
{
	uint8_t addr[4];
	int err;

	if (parse_dotted(s->text, v))
		return 0;
	if (s->text.len && s->text.s[0] >= '0' && s->text.s[0] <= '9' &&
	    memchr(s->text.s, '.', s->text.len))
		return -1;
	err = resolve(c, s, AF_INET, addr);
	if (!err)
		*v = value_import(addr, 4, BYTEORDER_BIG);
	return err;
}

static void ipv4_print(const struct parser_env *env, const struct datatype *t,
		       u128 v, unsigned bits, struct strbuf *out)
{
	uint32_t a = (uint32_t)v;

	strbuf_printf(out, "%u.%u.%u.%u", a >> 24, a >> 16 & 255, a >> 8 & 255,
		      a & 255);
}

const struct datatype type_ipv4_addr = {
	.id = TYPE_IPADDR,
	.name = "ipv4_addr",
	.desc = "IPv4 address",
	.size = 32,
	.byteorder = BYTEORDER_BIG,
	.prefix = true,
	.parse = ipv4_parse,
	.print = ipv4_print,
};

static int ipv6_parse(struct check *c, const struct datatype *t,
		      const struct symbol_expr *s, u128 *v)
{
	char text[INET6_ADDRSTRLEN + 2];
	struct in6_addr addr;
	int err = -1;

	if (symbol_text(s, text, sizeof(text)) &&
	    inet_pton(AF_INET6, text, &addr) == 1)
		err = 0;
	else if (!memchr(s->text.s, ':', s->text.len))
		err = resolve(c, s, AF_INET6, addr.s6_addr);
	if (!err)
		*v = value_import(addr.s6_addr, 16, BYTEORDER_BIG);
	return err;
}

static void ipv6_print(const struct parser_env *env, const struct datatype *t,
		       u128 v, unsigned bits, struct strbuf *out)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr addr;

	value_export(v, 16, BYTEORDER_BIG, addr.s6_addr);
	inet_ntop(AF_INET6, &addr, text, sizeof(text));
	strbuf_puts(out, text);
}

const struct datatype type_ipv6_addr = {
	.id = TYPE_IP6ADDR,
	.name = "ipv6_addr",
	.desc = "IPv6 address",
	.size = 128,
	.byteorder = BYTEORDER_BIG,
	.prefix = true,
	.parse = ipv6_parse,
	.print = ipv6_print,
};

static bool hex_digit(char ch, unsigned *v)
{
	if (ch >= '0' && ch <= '9')
		*v = (unsigned)(ch - '0');
	else if ((ch | 32) >= 'a' && (ch | 32) <= 'f')
		*v = (unsigned)((ch | 32) - 'a') + 10;
	else
		return false;
	return true;
}

static int lladdr_parse(struct check *c, const struct datatype *t,
			const struct symbol_expr *s, u128 *v)
{
	unsigned digits = 0, bytes = 0, byte = 0, d;
	u128 n = 0;

	for (uint32_t i = 0; i <= s->text.len; i++) {
		char ch = i < s->text.len ? s->text.s[i] : ':';

		if (ch == ':') {
			if (!digits || ++bytes > 16)
				return -1;
			n = n << 8 | byte;
			digits = byte = 0;
			continue;
		}
		if (!hex_digit(ch, &d) || ++digits > 2)
			return -1;
		byte = byte << 4 | d;
	}
	*v = n;
	return t->size && bytes != t->size / 8 ? -1 : 0;
}

static void lladdr_print(const struct parser_env *env, const struct datatype *t,
			 u128 v, unsigned bits, struct strbuf *out)
{
	for (unsigned n = bits / 8; n-- > 0;)
		strbuf_printf(out, "%02x%s", (unsigned)(v >> (8 * n)) & 255,
			      n ? ":" : "");
}

const struct datatype type_ll_addr = {
	.id = TYPE_LLADDR,
	.name = "ll_addr",
	.desc = "link layer address",
	.byteorder = BYTEORDER_BIG,
	.parse = lladdr_parse,
	.print = lladdr_print,
};

const struct datatype type_ether_addr = {
	.id = TYPE_ETHERADDR,
	.name = "ether_addr",
	.desc = "Ethernet address",
	.size = 48,
	.byteorder = BYTEORDER_BIG,
	.parse = lladdr_parse,
	.print = lladdr_print,
};
