/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of a host file about links: link, neigh, sysctl. */
#include <errno.h>
#include <net/if_arp.h>
#include <stdio.h>

#include "host/file.h"

static const struct {
	const char *name;
	uint16_t type;
	const char *kind;
} link_types[] = {
#define LINK_TYPE(name, type, kind) { name, type, kind },
#include "host/linktype.def"
#undef LINK_TYPE
};

/* --- link ---------------------------------------------------------------- */

static void set_type(struct host_link *link, uint16_t type, const char *kind)
{
	link->type = type;
	memset(link->kind, 0, sizeof(link->kind));
	memcpy(link->kind, kind, strlen(kind));
}

static int take_type(struct reader *r, const struct word *w, void *into)
{
	const char *names[ARRAY_LEN(link_types)];
	const char *near;

	for (size_t i = 0; i < ARRAY_LEN(link_types); i++) {
		names[i] = link_types[i].name;
		if (strcmp(w->s, names[i]))
			continue;
		set_type(into, link_types[i].type, link_types[i].kind);
		return 0;
	}
	diag_error(r->d, &w->loc, "link type %s is not known", w->s);
	near = diag_nearest(w->s, names, ARRAY_LEN(names));
	if (near)
		diag_hint(r->d, "did you mean %s?", near);
	return -1;
}

static int take_address(struct reader *r, const struct word *w, void *into)
{
	struct host_link *link = into;

	if (word_mac(r, w, link->address))
		return -1;
	if (link->type == ARPHRD_NONE)
		set_type(link, ARPHRD_ETHER, "");
	return 0;
}

static int take_mtu(struct reader *r, const struct word *w, void *into)
{
	return word_u32(r, w, "mtu", 68, 65536,
			&((struct host_link *)into)->mtu);
}

static int take_group(struct reader *r, const struct word *w, void *into)
{
	return word_u32(r, w, "group", 0, INT32_MAX,
			&((struct host_link *)into)->group);
}

static int take_master(struct reader *r, const struct word *w, void *into)
{
	struct host_link *link = into;
	const struct host_link *m;

	if (word_link(r, w, &m))
		return -1;
	for (const struct host_link *up = m; up; up = up->master)
		if (up == link)
			return diag_error(r->d, &w->loc,
					  "a link cannot be its own master");
	link->master = m;
	return 0;
}

/* vlan ID link PARENT */
static int take_vlan(struct reader *r, const struct word *w, void *into)
{
	struct host_link *link = into;
	const struct host_link *parent;
	const struct word *name;
	uint32_t id;

	if (word_u32(r, w, "VLAN id", 0, 4094, &id))
		return -1;
	if (!take_word(r, "link")) {
		struct loc loc = line_loc(r);

		return diag_error(r->d, &loc,
				  "a VLAN needs its parent: vlan ID link NAME");
	}
	name = next_word(r, "the VLAN's parent link");
	if (!name || word_link(r, name, &parent))
		return -1;
	set_type(link, ARPHRD_ETHER, "vlan");
	memcpy(link->address, parent->address, sizeof(link->address));
	link->mtu = MIN(link->mtu, parent->mtu);
	return 0;
}

static int take_nothing(struct reader *r, const struct word *w, void *into)
{
	return 0;
}

static const struct option link_options[] = {
	{ "type", NULL, "the link type", take_type },
	{ "address", "addr", "the MAC address", take_address },
	{ "mtu", NULL, "the MTU", take_mtu },
	{ "group", NULL, "the group number", take_group },
	{ "master", NULL, "the bridge's name", take_master },
	{ "vlan", NULL, "the VLAN id", take_vlan },
	{ "up", NULL, NULL, take_nothing },
};

int read_link_add(struct reader *r)
{
	const struct word *w = next_word(r, "the link's name");
	struct host_link *link;

	if (!w)
		return -1;
	if (!strcmp(w->s, "local"))
		return diag_error(r->d, &w->loc,
				  "local is the name of the host itself");
	if (host_link_by_name(r->h, w->s))
		return diag_error(r->d, &w->loc, "link %s exists already",
				  w->s);
	link = host_link_add(r->h, w->s);
	if (!link)
		return diag_error(
			r->d, &w->loc,
			"not a link name: at most 15 bytes, no slash, "
			"colon or space");
	return read_options(r, link_options, ARRAY_LEN(link_options), link);
}

int read_link_set(struct reader *r)
{
	const struct host_link *link;
	const struct word *w;

	take_word(r, "dev");
	w = next_word(r, "the link's name");
	if (!w || word_link(r, w, &link))
		return -1;
	return read_options(r, link_options, ARRAY_LEN(link_options),
			    &link_of(link)->pub);
}

/* --- neigh --------------------------------------------------------------- */

/**
 * struct neigh_line - such a line
 * @no_mac:	its state is one of those that know no MAC address
 */
struct neigh_line {
	struct host_neigh neigh;
	bool has_mac, no_mac;
};

static int take_lladdr(struct reader *r, const struct word *w, void *into)
{
	struct neigh_line *l = into;

	l->has_mac = true;
	return word_mac(r, w, l->neigh.mac);
}

static int take_dev(struct reader *r, const struct word *w, void *into)
{
	return word_link(r, w, &((struct neigh_line *)into)->neigh.link);
}

static int take_nud(struct reader *r, const struct word *w, void *into)
{
	static const struct {
		const char *name;
		bool no_mac;
	} states[] = {
		{ "permanent", false }, { "reachable", false },
		{ "noarp", false },	{ "stale", false },
		{ "delay", false },	{ "probe", false },
		{ "incomplete", true }, { "failed", true },
		{ "none", true },
	};

	for (size_t i = 0; i < ARRAY_LEN(states); i++)
		if (!strcmp(w->s, states[i].name)) {
			((struct neigh_line *)into)->no_mac = states[i].no_mac;
			return 0;
		}
	return diag_error(r->d, &w->loc, "neighbour state %s is not known",
			  w->s);
}

static const struct option neigh_options[] = {
	{ "lladdr", NULL, "the MAC address", take_lladdr },
	{ "dev", NULL, "the link's name", take_dev },
	{ "nud", NULL, "the state", take_nud },
};

int read_neigh_add(struct reader *r)
{
	struct neigh_line l = { .neigh.nfproto = r->nfproto };
	struct host_neigh *n = &l.neigh;
	const struct word *w;

	take_word(r, "to");
	w = next_word(r, "the neighbour's address");
	if (!w || word_addr(r, w, &n->nfproto, &n->addr) ||
	    read_options(r, neigh_options, ARRAY_LEN(neigh_options), &l))
		return -1;
	if (!n->link)
		return refused(r, NULL, "no link: dev is missing");
	if (l.no_mac)
		return 0; /* as good as not there */
	/* neigh_update(); links without such addresses need none */
	if (!l.has_mac && n->link->type == ARPHRD_ETHER)
		return refused(r, NULL, "no MAC address: lladdr is missing");
	if (neigh_insert(r->h, n))
		return refused(r, w, "this neighbour exists already");
	return 0;
}

/* --- sysctl -------------------------------------------------------------- */

/* K=V, or K = V as sysctl.conf has it. */
static int sysctl_split(struct reader *r, struct word *key, struct word *value)
{
	const struct word *w = next_word(r, "NAME=VALUE");
	const char *eq = w ? strchr(w->s, '=') : NULL;

	if (!w)
		return -1;
	*key = *w;
	if (eq && eq[1]) {
		value->s = eq + 1;
		value->loc = w->loc;
		value->loc.start += (uint32_t)(eq + 1 - w->s);
	} else {
		if (!eq && !take_word(r, "="))
			return diag_error(r->d, &w->loc,
					  "NAME=VALUE is expected here");
		w = next_word(r, "the value");
		if (!w)
			return -1;
		*value = *w;
	}
	if (eq)
		key->loc.end = key->loc.start + (uint32_t)(eq - key->s);
	return 0;
}

static int sysctl_refused(struct reader *r, const struct word *key,
			  const struct word *value, const char *name, int ret)
{
	const char *near;

	if (ret == -ERANGE)
		return diag_error2(r->d, &value->loc, &key->loc,
				   "%s is out of the range of %s", value->s,
				   name);
	if (ret == -ENODEV)
		return diag_error(r->d, &key->loc,
				  "%s names a link that is not there", name);
	diag_error(r->d, &key->loc, "sysctl %s is not known", name);
	near = host_sysctl_nearest(name);
	if (near)
		diag_hint(r->d, "did you mean %s?", near);
	return -1;
}

int read_sysctl(struct reader *r)
{
	struct word key, value;
	long long v;
	char name[128], *end;
	int ret;

	take_word(r, "-w");
	if (sysctl_split(r, &key, &value))
		return -1;
	if (r->at < r->words.len)
		return diag_error(r->d, &r->words.v[r->at].loc,
				  "one sysctl a line");
	snprintf(name, sizeof(name), "%.*s",
		 (int)MIN(key.loc.end - key.loc.start, 127), key.s);
	errno = 0;
	v = strtoll(value.s, &end, 10);
	if (*end || end == value.s || errno)
		return diag_error2(r->d, &value.loc, &key.loc,
				   "the value must be a number");
	ret = host_sysctl_set(r->h, name, v);
	return ret ? sysctl_refused(r, &key, &value, name, ret) : 0;
}
