/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files that read host files share: words, values, options. */
#ifndef NFTVM_HOST_FILE_H
#define NFTVM_HOST_FILE_H

#include "host/internal.h"

/** struct word - a word of a line, terminated, and where it stands */
struct word {
	const char *s;
	struct loc loc;
};

/**
 * struct reader - one line being read
 * @words:	of the line; @at is the next
 * @nfproto:	what -4 or -6 said, else 0
 */
struct reader {
	struct host *h;
	struct diags *d;
	VEC(struct word) words;
	size_t at;
	uint8_t nfproto;
};

/**
 * struct option - a word of a command, with or without a value
 * @alias:	another spelling, or NULL
 * @value:	what the value is, for messages; NULL: takes none
 * @take:	stores it in the command's struct; 0, or -1 after a diagnostic
 */
struct option {
	const char *name, *alias, *value;
	int (*take)(struct reader *r, const struct word *value, void *into);
};

/** read_options() - the rest of the line; unknown words are an error */
int read_options(struct reader *r, const struct option *options, size_t len,
		 void *into);

/** next_word() - the next word, or NULL with an error that @what is missing */
const struct word *next_word(struct reader *r, const char *what);
/** peek_word() - is the next word @s? Then it is taken */
bool take_word(struct reader *r, const char *s);
/** line_loc() - all words of the line so far read */
struct loc line_loc(const struct reader *r);

/* Values: 0, or -1 after a diagnostic. */
int word_u32(struct reader *r, const struct word *w, const char *what,
	     uint32_t min, uint32_t max, uint32_t *out);
int word_link(struct reader *r, const struct word *w,
	      const struct host_link **out);
/** word_addr() - an address; @nfproto in: 0, any version; out: which */
int word_addr(struct reader *r, const struct word *w, uint8_t *nfproto,
	      union inet_addr *out);
/** word_prefix() - ADDR, ADDR/LEN, 10/8; default, any and all leave *nfproto as
 * it is */
int word_prefix(struct reader *r, const struct word *w, uint8_t *nfproto,
		union inet_addr *out, uint8_t *len);
int word_mac(struct reader *r, const struct word *w, uint8_t mac[6]);
/** word_table() - number, main, local or default */
int word_table(struct reader *r, const struct word *w, uint32_t *out);

/** refused() - the host refused the line; why, in words */
int refused(struct reader *r, const struct word *w, const char *why);

/* The commands, called behind the verb (read_sysctl(): behind the object). */
int read_link_add(struct reader *r);
int read_link_set(struct reader *r);
int read_addr_add(struct reader *r);
int read_route_add(struct reader *r);
int read_rule_add(struct reader *r);
int read_neigh_add(struct reader *r);
int read_sysctl(struct reader *r);

#endif
