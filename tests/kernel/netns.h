/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A network namespace that is the box of a scenario: a TUN device per link,
 * addresses, routes and rules by ip(8), sysctls that make the kernel a plain
 * router without rate limits.
 */
#ifndef TWIN_NETNS_H
#define TWIN_NETNS_H

#include "result.h"
#include "scenario.h"

/**
 * struct tun - one link of the box, seen from the cable's end
 * @fd:		what is written arrives on the link; what leaves it is read
 */
struct tun {
	char link[LINK_NAME_BYTES];
	int fd;
};

/**
 * struct netns - the box
 * @raw4:	raw socket with IP_HDRINCL for locally sent packets; @raw6 same
 */
struct netns {
	VEC(struct tun) tuns;
	int raw4, raw6;
};

/**
 * netns_enter() - leave the present namespace for a new box
 * Return: 0, or -1 with r->error set. netns_leave() in either case.
 */
int netns_enter(struct netns *ns, const char *host, struct result *r);

/** netns_leave() - close the links; the namespace dies when its last user
 * leaves it */
void netns_leave(struct netns *ns);

/** netns_send() - bring @f in on its link, or send it from the box itself */
void netns_send(const struct netns *ns, const struct frame *f);

/** netns_collect() - add to @out all packets that left since the last call,
 * in the order of the links, the box's own chatter left out */
void netns_collect(const struct netns *ns, struct frames *out);

/**
 * netns_sysctl_text() - those of the harness' sysctls that a host file may
 * name, as lines for it
 */
void netns_sysctl_text(struct strbuf *b);

/** host_line_is_for_ip() - is this host line one that ip(8) takes? */
bool host_line_is_for_ip(const char *line);

#endif
