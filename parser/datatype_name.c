/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Datatypes whose constants have names that the system knows: links,
 * protocols, services, users; and the plain strings.
 */
#include "parser/datatype.h"

#include <errno.h>
#include <grp.h>
#include <netdb.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "parser/check.h"
#include "parser/cmd.h"

static bool symbol_text(const struct symbol_expr *s, char *buf, size_t size)
{
	if (s->text.len >= size)
		return false;
	memcpy(buf, s->text.s, s->text.len);
	buf[s->text.len] = '\0';
	return true;
}

/* ---- strings ------------------------------------------------------------ */

/* Left-aligned in 16 bytes, zero padded, as registers hold them; a wildcard's
 * `*` was taken off before (expr/symbol.c). */
static int string_parse(struct check *c, const struct datatype *t,
			const struct symbol_expr *s, u128 *v)
{
	uint8_t bytes[16] = { 0 };
	uint32_t n = 0;

	for (uint32_t i = 0; i < s->text.len; i++) {
		if (s->text.s[i] == '\\' && i + 1 < s->text.len &&
		    s->text.s[i + 1] == '*')
			continue;
		if (n == 15) {
			diag_error(c->diags, &s->e.loc,
				   "longer than %s takes (15 bytes)", t->name);
			return -2;
		}
		bytes[n++] = (uint8_t)s->text.s[i];
	}
	if (!n) {
		diag_error(c->diags, &s->e.loc, "%s is never empty", t->name);
		return -2;
	}
	*v = value_import(bytes, 16, BYTEORDER_BIG);
	return 0;
}

static void string_print(const struct parser_env *env, const struct datatype *t,
			 u128 v, unsigned bits, struct strbuf *out)
{
	uint8_t bytes[17] = { 0 };
	size_t n;

	value_export(v, 16, BYTEORDER_BIG, bytes);
	n = strlen((char *)bytes);
	strbuf_putc(out, '"');
	if (n && bytes[n - 1] == '*' && t == &type_ifname)
		strbuf_printf(out, "%.*s\\*", (int)n - 1, (char *)bytes);
	else
		strbuf_puts(out, (char *)bytes);
	strbuf_putc(out, '"');
}

bool datatype_is_string(const struct datatype *t)
{
	return t && (t->id == TYPE_IFNAME || t->id == TYPE_STRING);
}

const struct datatype type_string = {
	.id = TYPE_STRING,
	.name = "string",
	.desc = "string",
	.byteorder = BYTEORDER_HOST,
	.parse = string_parse,
	.print = string_print,
};

const struct datatype type_ifname = {
	.id = TYPE_IFNAME,
	.name = "ifname",
	.desc = "network interface name",
	.size = 128,
	.byteorder = BYTEORDER_HOST,
	.parse = string_parse,
	.print = string_print,
};

/* ---- links -------------------------------------------------------------- */

static int ifindex_parse(struct check *c, const struct datatype *t,
			 const struct symbol_expr *s, u128 *v)
{
	const struct parser_env *env = c->env;
	char name[64];
	uint32_t index;

	if (!symbol_text(s, name, sizeof(name)))
		return -1;
	index = env && env->link_index ? env->link_index(env->data, name) : 0;
	if (index) {
		*v = index;
		return 0;
	}
	if (!s->quoted && str_number(s->text, v))
		return 0;
	diag_error(c->diags, &s->e.loc, "no link named \"%s\"", name);
	return -2;
}

static void ifindex_print(const struct parser_env *env,
			  const struct datatype *t, u128 v, unsigned bits,
			  struct strbuf *out)
{
	const char *name = NULL;

	if (env && env->link_name)
		name = env->link_name(env->data, (uint32_t)v);
	if (name)
		strbuf_printf(out, "\"%s\"", name);
	else
		strbuf_printf(out, "%u", (uint32_t)v);
}

const struct datatype type_iface_index = {
	.id = TYPE_IFINDEX,
	.name = "iface_index",
	.desc = "network interface index",
	.size = 32,
	.byteorder = BYTEORDER_HOST,
	.parse = ifindex_parse,
	.print = ifindex_print,
};

/* ---- protocols and services --------------------------------------------- */

/* The commonest ones without a look into /etc/protocols. */
static const struct symbol common_protos[] = {
	{ "tcp", 6 },	     { "udp", 17 },   { "icmp", 1 },
	{ "ipv6-icmp", 58 }, { "sctp", 132 }, { NULL, 0 },
};

/* nft's own words that /etc/protocols has not. */
static const struct symbol own_protos[] = {
	{ "icmpv6", 58 },
	{ "comp", 108 },
	{ NULL, 0 },
};

static bool find_proto(const struct symbol *table, struct str name, u128 *v)
{
	for (; table->name; table++)
		if (str_is(name, table->name)) {
			*v = table->value;
			return true;
		}
	return false;
}

static int inet_proto_parse(struct check *c, const struct datatype *t,
			    const struct symbol_expr *s, u128 *v)
{
	struct protoent pe, *found;
	char name[64], buf[1024];

	if (!s->quoted && str_number(s->text, v))
		return 0;
	if (find_proto(common_protos, s->text, v) ||
	    find_proto(own_protos, s->text, v))
		return 0;
	if (!symbol_text(s, name, sizeof(name)) ||
	    getprotobyname_r(name, &pe, buf, sizeof(buf), &found) || !found)
		return -1;
	*v = (unsigned)found->p_proto;
	return 0;
}

static void inet_proto_print(const struct parser_env *env,
			     const struct datatype *t, u128 v, unsigned bits,
			     struct strbuf *out)
{
	struct protoent pe, *found = NULL;
	char buf[1024];

	for (const struct symbol *y = common_protos; y->name; y++)
		if (y->value == v && !(env && env->numeric)) {
			strbuf_puts(out, y->name);
			return;
		}
	if (!(env && env->numeric))
		getprotobynumber_r((int)v, &pe, buf, sizeof(buf), &found);
	if (found)
		strbuf_puts(out, found->p_name);
	else
		strbuf_printf(out, "%u", (unsigned)v);
}

const struct datatype type_inet_proto = {
	.id = TYPE_INET_PROTOCOL,
	.name = "inet_proto",
	.desc = "Internet protocol",
	.size = 8,
	.byteorder = BYTEORDER_BIG,
	.parse = inet_proto_parse,
	.print = inet_proto_print,
};

static int inet_service_parse(struct check *c, const struct datatype *t,
			      const struct symbol_expr *s, u128 *v)
{
	struct servent se, *found;
	char name[64], buf[1024];

	if (!s->quoted && str_number(s->text, v))
		return 0;
	if (!symbol_text(s, name, sizeof(name)) ||
	    getservbyname_r(name, NULL, &se, buf, sizeof(buf), &found) ||
	    !found)
		return -1;
	*v = ntohs((uint16_t)found->s_port);
	return 0;
}

const struct datatype type_inet_service = {
	.id = TYPE_INET_SERVICE,
	.name = "inet_service",
	.desc = "internet network service",
	.size = 16,
	.byteorder = BYTEORDER_BIG,
	.parse = inet_service_parse,
};

/* ---- users -------------------------------------------------------------- */

static int uid_parse(struct check *c, const struct datatype *t,
		     const struct symbol_expr *s, u128 *v)
{
	struct passwd pw, *found;
	char name[64], buf[4096];

	if (!symbol_text(s, name, sizeof(name)))
		return -1;
	if (!getpwnam_r(name, &pw, buf, sizeof(buf), &found) && found) {
		*v = found->pw_uid;
		return 0;
	}
	return str_number(s->text, v) ? 0 : -1;
}

const struct datatype type_uid = {
	.id = TYPE_UID,
	.name = "uid",
	.desc = "user ID",
	.size = 32,
	.byteorder = BYTEORDER_HOST,
	.parse = uid_parse,
};

static int gid_parse(struct check *c, const struct datatype *t,
		     const struct symbol_expr *s, u128 *v)
{
	struct group gr, *found;
	char name[64], buf[4096];

	if (!symbol_text(s, name, sizeof(name)))
		return -1;
	if (!getgrnam_r(name, &gr, buf, sizeof(buf), &found) && found) {
		*v = found->gr_gid;
		return 0;
	}
	return str_number(s->text, v) ? 0 : -1;
}

const struct datatype type_gid = {
	.id = TYPE_GID,
	.name = "gid",
	.desc = "group ID",
	.size = 32,
	.byteorder = BYTEORDER_HOST,
	.parse = gid_parse,
};

/* ---- names from iproute2's tables --------------------------------------- */

/* A line "NUMBER NAME" of /etc/iproute2/@file; by number when @name is NULL. */
static bool iproute2_find(const char *file, const char *name, u128 *v,
			  char *found, size_t size)
{
	char path[64], line[256], word[64];
	unsigned long n;
	bool ok = false;
	FILE *f;

	snprintf(path, sizeof(path), "/etc/iproute2/%s", file);
	f = fopen(path, "re");
	if (!f)
		return false;
	while (!ok && fgets(line, sizeof(line), f)) {
		char *end;

		n = strtoul(line, &end, 0);
		if (end == line || sscanf(end, " %63s", word) != 1)
			continue;
		if (name ? strcmp(word, name) != 0 : n != *v)
			continue;
		*v = n;
		if (found)
			snprintf(found, size, "%s", word);
		ok = true;
	}
	fclose(f);
	return ok;
}

static const char *iproute2_file(const struct datatype *t)
{
	return t->id == TYPE_MARK    ? "rt_marks"
	       : t->id == TYPE_REALM ? "rt_realms"
				     : "group";
}

static int iproute2_parse(struct check *c, const struct datatype *t,
			  const struct symbol_expr *s, u128 *v)
{
	char name[64];

	if (str_number(s->text, v))
		return 0;
	if (!symbol_text(s, name, sizeof(name)))
		return -1;
	return iproute2_find(iproute2_file(t), name, v, NULL, 0) ? 0 : -1;
}

static void iproute2_print(const struct parser_env *env,
			   const struct datatype *t, u128 v, unsigned bits,
			   struct strbuf *out)
{
	char name[64];

	if (!(env && env->numeric) &&
	    iproute2_find(iproute2_file(t), NULL, &v, name, sizeof(name)))
		strbuf_printf(out, t->quoted ? "\"%s\"" : "%s", name);
	else if (t->id == TYPE_MARK)
		strbuf_printf(out, "0x%08x", (uint32_t)v);
	else
		strbuf_printf(out, "%u", (uint32_t)v);
}

const struct datatype type_mark = {
	.id = TYPE_MARK,
	.name = "mark",
	.desc = "packet mark",
	.size = 32,
	.byteorder = BYTEORDER_HOST,
	.prefix = true,
	.quoted = true,
	.parse = iproute2_parse,
	.print = iproute2_print,
};

const struct datatype type_realm = {
	.id = TYPE_REALM,
	.name = "realm",
	.desc = "routing realm",
	.size = 32,
	.byteorder = BYTEORDER_HOST,
	.prefix = true,
	.quoted = true,
	.parse = iproute2_parse,
	.print = iproute2_print,
};

const struct datatype type_devgroup = {
	.id = TYPE_DEVGROUP,
	.name = "devgroup",
	.desc = "devgroup name",
	.size = 32,
	.byteorder = BYTEORDER_HOST,
	.prefix = true,
	.quoted = true,
	.parse = iproute2_parse,
	.print = iproute2_print,
};

/* ---- traffic classes: major:minor, hexadecimal -------------------------- */

static int classid_parse(struct check *c, const struct datatype *t,
			 const struct symbol_expr *s, u128 *v)
{
	unsigned long major = 0, minor = 0;
	char text[32], *end, *colon;

	if (str_is(s->text, "root") || str_is(s->text, "none")) {
		*v = s->text.s[0] == 'r' ? 0xffffffff : 0;
		return 0;
	}
	if (!symbol_text(s, text, sizeof(text)))
		return -1;
	colon = strchr(text, ':');
	if (!colon)
		return str_number(s->text, v) ? 0 : -1;
	*colon = '\0';
	major = strtoul(text, &end, 16);
	if (*end)
		return -1;
	minor = strtoul(colon + 1, &end, 16);
	if (*end || major > 0xffff || minor > 0xffff)
		return -1;
	*v = major << 16 | minor;
	return 0;
}

static void classid_print(const struct parser_env *env,
			  const struct datatype *t, u128 v, unsigned bits,
			  struct strbuf *out)
{
	unsigned id = (unsigned)v;

	if (id == 0xffffffff)
		strbuf_puts(out, "root");
	else if (!id)
		strbuf_puts(out, "none");
	else
		strbuf_printf(out, "%x:%x", id >> 16, id & 0xffff);
}

const struct datatype type_classid = {
	.id = TYPE_CLASSID,
	.name = "classid",
	.desc = "TC classid",
	.size = 32,
	.byteorder = BYTEORDER_HOST,
	.parse = classid_parse,
	.print = classid_print,
};
