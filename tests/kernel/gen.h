/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scenarios from a seed. The packets are made first; rules then aim: each
 * picks a packet and takes matches that are true for it, most of the time.
 */
#ifndef TWIN_GEN_H
#define TWIN_GEN_H

#include "base/rng.h"
#include "result.h"
#include "scenario.h"

enum kind {
#define KIND(group, id, text) KIND_##group##_##id,
#include "kind.def"
#undef KIND
	KIND_COUNT
};

/**
 * struct kind_set - some kinds
 */
struct kind_set {
	uint64_t bits[(KIND_COUNT + 63) / 64];
};

static inline void kind_add(struct kind_set *s, enum kind k)
{
	s->bits[k / 64] |= UINT64_C(1) << k % 64;
}

static inline bool kind_has(const struct kind_set *s, enum kind k)
{
	return s->bits[k / 64] >> k % 64 & 1;
}

/**
 * struct gen_rule - a rule with a counter, and what is in it
 */
struct gen_rule {
	struct rule_hit rule;
	struct kind_set kinds;
};

/**
 * struct gen_packet - a packet line
 * @kind:	its kind
 * @text:	the line, without kind; owned
 */
struct gen_packet {
	enum kind kind;
	char *text;
};

/**
 * struct generated - a scenario and what is known about its parts
 * @packets:	one per packet line, in order
 * @sent:	the packets' bytes as the generator expects them, for aiming
 */
struct generated {
	struct scenario scenario;
	VEC(struct gen_rule) rules;
	VEC(struct gen_packet) packets;
	struct result sent;
};

/** generate() - the scenario of @seed; the same on every machine */
void generate(struct generated *g, uint64_t seed);
void generated_fini(struct generated *g);

/** gen_host() - host lines; the addresses that gen_packets.c uses are fixed */
void gen_host(struct generated *g, struct rng *rng);
/** gen_packets() - conversations, interleaved */
void gen_packets(struct generated *g, struct rng *rng);
/** gen_rules() - a ruleset aimed at the packets */
void gen_rules(struct generated *g, struct rng *rng);

/** gen_helpers() - a table that gives FTP and TFTP their helpers, often */
void gen_helpers(struct generated *g, struct rng *rng);

/** gen_nat() - a table of nat chains aimed at the packets, mostly */
void gen_nat(struct generated *g, struct rng *rng);

/** pick() - one of the elements of an array */
#define pick(rng, array) ((array)[rng_below((rng), ARRAY_LEN(array))])
/** chance() - true in @percent of all cases */
static inline bool chance(struct rng *rng, unsigned int percent)
{
	return rng_below(rng, 100) < percent;
}

#endif
