/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host itself: its links and sysctls. Addresses and neighbours are in
 * addr.c, routes in route.c over the tables of fib.c.
 */
#include "host/host.h"

#include <ctype.h>
#include <errno.h>
#include <net/if_arp.h>
#include <stdio.h>

#include "host/internal.h"

static const struct {
	const char *name;
	int64_t value, min, max;
} sysctls[SYSCTL_COUNT] = {
#define SYSCTL(id, name, def, min, max) [SYSCTL_##id] = { name, def, min, max },
#include "host/sysctl.def"
#undef SYSCTL
};

enum combine {
	OWN,
	MAX,
	OR,
	AND
};

static const struct {
	const char *prefix, *name;
	int32_t value, all, min, max;
	enum combine combine;
} link_sysctls[LINK_SYSCTL_COUNT] = {
#define LINK_SYSCTL(id, prefix, name, def, all, min, max, combine) \
	[LINK_SYSCTL_##id] = { prefix, name, def, all, min, max, combine },
#include "host/link_sysctl.def"
#undef LINK_SYSCTL
};

struct host *host_new(void)
{
	static const struct host_addr lo4 = { .addr.b = { 127, 0, 0, 1 },
					      .prefix_len = 8,
					      .scope = SCOPE_HOST };
	static const struct host_addr lo6 = { .addr.b = { [15] = 1 },
					      .prefix_len = 128,
					      .scope = SCOPE_HOST };
	struct host *h = xzalloc(sizeof(*h));
	struct host_link *lo;
	const char *why;

	h->by_name = strmap_new();
	h->addrs = strmap_new();
	family_init(&h->ip4, NFPROTO_IPV4);
	family_init(&h->ip6, NFPROTO_IPV6);
	for (size_t i = 0; i < SYSCTL_COUNT; i++)
		h->sysctl[i] = sysctls[i].value;
	for (size_t i = 0; i < LINK_SYSCTL_COUNT; i++)
		h->dflt[i] = link_sysctls[i].value;
	for (size_t i = 0; i < LINK_SYSCTL_COUNT; i++)
		h->all[i] = link_sysctls[i].all;
	lo = host_link_add(h, "lo");
	lo->type = ARPHRD_LOOPBACK;
	lo->mtu = 65536;
	memset(lo->kind, 0, sizeof(lo->kind));
	lo->is_loopback = true;
	addr_insert(h, lo, NFPROTO_IPV4, &lo4, &why);
	addr_insert(h, lo, NFPROTO_IPV6, &lo6, &why);
	return h;
}

void host_free(struct host *h)
{
	if (!h)
		return;
	for (size_t i = 0; i < h->links.len; i++) {
		vec_fini(&h->links.v[i]->addrs4);
		vec_fini(&h->links.v[i]->addrs6);
		free(h->links.v[i]);
	}
	vec_fini(&h->links);
	for (size_t i = 0; i < h->neighs.len; i++)
		free(h->neighs.v[i]);
	vec_fini(&h->neighs);
	family_fini(&h->ip4);
	family_fini(&h->ip6);
	strmap_free(h->by_name);
	strmap_free(h->addrs);
	free(h);
}

bool host_link_name_ok(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len > 15 || !strcmp(name, ".") || !strcmp(name, ".."))
		return false;
	for (; *name; name++)
		if (*name == '/' || *name == ':' ||
		    isspace((unsigned char)*name))
			return false;
	return true;
}

struct host_link *host_link_add(struct host *h, const char *name)
{
	struct link *link = strmap_get(h->by_name, name);

	if (link)
		return &link->pub;
	if (!host_link_name_ok(name))
		return NULL;
	link = xzalloc(sizeof(*link));
	memcpy(link->pub.name, name, strlen(name));
	memcpy(link->pub.kind, "tun", 3);
	link->pub.type = ARPHRD_NONE;
	link->pub.mtu = 1500;
	vec_push(&h->links, link);
	link->pub.ifindex = (uint32_t)h->links.len;
	memcpy(link->sysctl, h->dflt, sizeof(link->sysctl));
	strmap_put(h->by_name, name, link);
	link_routes_init(h, &link->pub);
	return &link->pub;
}

const struct host_link *host_link_by_name(const struct host *h,
					  const char *name)
{
	struct link *link = strmap_get(h->by_name, name);

	return link ? &link->pub : NULL;
}

const struct host_link *host_link_by_index(const struct host *h,
					   uint32_t ifindex)
{
	if (ifindex == 0 || ifindex > h->links.len)
		return NULL;
	return &h->links.v[ifindex - 1]->pub;
}

int64_t host_sysctl(const struct host *h, enum host_sysctl id)
{
	return h->sysctl[id];
}

int64_t host_link_sysctl(const struct host *h, const struct host_link *link,
			 enum host_link_sysctl id)
{
	int32_t all = h->all[id];
	int32_t own = link ? link_of(link)->sysctl[id] : all;

	switch (link_sysctls[id].combine) {
	case MAX:
		return MAX(all, own);
	case OR:
		return all || own;
	case AND:
		return all && own;
	case OWN:
		break;
	}
	return own;
}

/* net.ipv4.conf.LINK.NAME: LINK may have dots in it, NAME has none. */
static int link_sysctl_set(struct host *h, size_t id, const char *dev,
			   size_t dev_len, int64_t value)
{
	char name[16] = "";
	struct link *link;

	if (value < link_sysctls[id].min || value > link_sysctls[id].max)
		return -ERANGE;
	if (dev_len >= sizeof(name))
		return -ENODEV;
	memcpy(name, dev, dev_len);
	if (!strcmp(name, "default")) {
		h->dflt[id] = (int32_t)value;
		return 0;
	}
	if (!strcmp(name, "all")) {
		h->all[id] = (int32_t)value;
		if (link_sysctls[id].combine != OWN)
			return 0;
		h->dflt[id] = (int32_t)value;
		for (size_t i = 0; i < h->links.len; i++)
			h->links.v[i]->sysctl[id] = (int32_t)value;
		return 0;
	}
	link = strmap_get(h->by_name, name);
	if (!link)
		return -ENODEV;
	link->sysctl[id] = (int32_t)value;
	return 0;
}

static int link_sysctl_set_by_name(struct host *h, const char *name,
				   int64_t value)
{
	const char *last = strrchr(name, '.');

	for (size_t i = 0; last && i < LINK_SYSCTL_COUNT; i++) {
		size_t len = strlen(link_sysctls[i].prefix);

		if (!strncmp(name, link_sysctls[i].prefix, len) &&
		    last > name + len &&
		    !strcmp(last + 1, link_sysctls[i].name))
			return link_sysctl_set(h, i, name + len,
					       (size_t)(last - name) - len,
					       value);
	}
	return -ENOENT;
}

int host_sysctl_set(struct host *h, const char *name, int64_t value)
{
	int ret;

	/* the same switch under its older name */
	if (!strcmp(name, "net.ipv4.conf.all.forwarding"))
		name = "net.ipv4.ip_forward";
	ret = link_sysctl_set_by_name(h,
				      strcmp(name, "net.ipv4.ip_forward")
					      ? name
					      : "net.ipv4.conf.all.forwarding",
				      value);
	if (ret && ret != -ENOENT)
		return ret;
	for (size_t i = 0; i < SYSCTL_COUNT; i++) {
		if (strcmp(sysctls[i].name, name))
			continue;
		if (value < sysctls[i].min || value > sysctls[i].max)
			return -ERANGE;
		h->sysctl[i] = value;
		return 0;
	}
	return ret;
}

const char *host_sysctl_nearest(const char *name)
{
	const char *names[SYSCTL_COUNT + LINK_SYSCTL_COUNT];
	static const char *const link_names[LINK_SYSCTL_COUNT] = {
#define LINK_SYSCTL(id, prefix, name, def, all, min, max, combine) \
	prefix "all." name,
#include "host/link_sysctl.def"
#undef LINK_SYSCTL
	};

	for (size_t i = 0; i < SYSCTL_COUNT; i++)
		names[i] = sysctls[i].name;
	memcpy(names + SYSCTL_COUNT, link_names, sizeof(link_names));
	return diag_nearest(name, names, ARRAY_LEN(names));
}
