/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The grammar's words, hashed: a scanner asks once per word of the text. */
#include "parser/keyword.h"

#include <netinet/in.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "parser/build.h"
#include "parser/grammar.h"
#include "parser/key.h"
#include "parser/proto.h"

/* clang-format off */
static const struct keyword fixed[] = {
	{ "meta", META }, { "ct", CT }, { "fib", FIB }, { "rt", RT },
	{ "socket", SOCKET }, { "exthdr", EXTHDR_ANY }, { "option", OPTION },

	{ "accept", VERDICT, NF_ACCEPT }, { "drop", VERDICT, NF_DROP },
	{ "continue", VERDICT, NFT_CONTINUE },
	{ "return", VERDICT, NFT_RETURN },
	{ "jump", JUMP, NFT_JUMP }, { "goto", GOTO, NFT_GOTO },

	{ "counter", COUNTER }, { "limit", LIMIT }, { "quota", QUOTA },
	{ "log", LOG }, { "notrack", NOTRACK },

	{ "add", ADD, NFT_DYNSET_OP_ADD },
	{ "update", UPDATE, NFT_DYNSET_OP_UPDATE },
	{ "delete", DELETE, NFT_DYNSET_OP_DELETE },
	{ "create", CREATE }, { "insert", INSERT }, { "replace", REPLACE },
	{ "flush", FLUSH }, { "list", LIST }, { "reset", RESET },
	{ "rename", RENAME },

	{ "table", TABLE }, { "chain", CHAIN }, { "rule", RULE },
	{ "set", SET }, { "map", MAP }, { "element", ELEMENT },
	{ "elements", ELEMENTS }, { "ruleset", RULESET },
	{ "flowtable", FLOWTABLE }, { "secmark", OBJECT }, 
	{ "synproxy", SYNPROXY },

	{ "type", TYPE }, { "typeof", TYPEOF }, { "hook", HOOK },
	{ "priority", PRIORITY }, { "policy", POLICY }, { "device", DEVICE },
	{ "devices", DEVICES },
	{ "flags", FLAGS }, { "comment", COMMENT }, { "handle", HANDLE },
	{ "position", POSITION }, { "index", INDEX }, { "define", DEFINE },
	{ "redefine", REDEFINE }, { "undefine", UNDEFINE }, { "vmap", VMAP },
	{ "original", ORIGINAL, 0 }, { "reply", REPLY, 1 },
	{ "exists", BOOL, 1 }, { "missing", BOOL, 0 },
	{ "count", CTCOUNT }, { "burst", BURST },

	{ "reject", REJECT }, { "snat", NAT, NFT_NAT_SNAT },
	{ "dnat", NAT, NFT_NAT_DNAT }, { "masquerade", MASQ },
	{ "redirect", REDIRECT }, { "to", TO }, { "addr", ADDR },
	{ "queue", QUEUE }, { "tproxy", TPROXY },
	{ "dup", DUP }, { "fwd", FWD },
	{ "meter", METER }, { "flow", FLOW },
	{ "numgen", NUMGEN }, { "jhash", JHASH }, { "symhash", SYMHASH },
	{ "mod", MOD }, { "seed", SEED }, { "offset", OFFSET },
	{ "osf", OSF }, { "ipsec", IPSEC }, { "spnum", SPNUM },

	{ "eq", EQ }, { "ne", NEQ }, { "lt", LT }, { "gt", GT },
	{ "le", LTE }, { "ge", GTE }, { "and", AND }, { "or", OR },
	{ "xor", XOR }, { "lshift", LSHIFT }, { "rshift", RSHIFT },
};

/* Words of nft's that are none of the grammar, and no names either. */
static const char *const reserved[] = {
	"all", "auto-merge", "bridge", "constant", "describe",
	"dynamic", "ecn", "expires", "export", "gc-interval", "get",
	"ibriport", "ibrname", "import", "include", "inet", "interval",
	"monitor", "netdev", "obriport", "obrname", "offload", "random",
	"size", "timeout", "xt",
};

/* Reserved, and constants all the same. */
static const char *const constants[] = {
	"ah", "arp", "comp", "dccp", "dnat", "ecn", "esp", "ether", "exists",
	"icmp", "icmpv6", "igmp", "ip", "ip6", "missing", "redirect", "reset",
	"sctp", "snat", "tcp", "udp", "udplite", "vlan", NULL,
};

/* Numbers of protocols and types, which no text is equal to. */
static const char *const numbers[] = {
	"ah", "comp", "dccp", "esp", "icmp", "icmpv6", "igmp", "redirect",
	"sctp", "tcp", "udp", "udplite", NULL,
};

/* Words that are reserved behind another one alone. */
static const struct {
	int behind;
	const char *words[24];
} scopes[] = {
	{ COUNTER, { "bytes", "name", "packets" } },
	{ QUOTA, { "bytes", "name", "over", "until", "used" } },
	{ LIMIT, { "burst", "bytes", "minute", "name", "over", "packets",
		   "rate", "second", "week" } },
	{ SYNPROXY, { "mss", "name", "sack-permitted", "timestamp",
		      "wscale" } },
	{ CT, { "avgpkt", "bytes", "count", "daddr", "direction", "dport",
		"event", "expectation", "expiration", "helper", "helpers", "id",
		"l3proto", "label", "original", "over", "packets", "proto-dst",
		"proto-src", "protocol", "reply", "saddr", "state" } },
	{ CT, { "status", "zone" } },
	{ LIST, { "chains", "counters", "flowtables", "hooks", "limits", "maps",
		  "meters", "quotas", "secmarks", "sets", "synproxys",
		  "tables" } },
	{ LOG, { "group", "level", "prefix", "queue-threshold", "snaplen" } },
	{ '@', { "ll", "nh" } },
};
/* clang-format on */

#define SLOTS 1024

struct keywords {
	struct keyword rows[SLOTS / 2];
	size_t len;
	uint16_t slots[SLOTS]; /* index into rows + 1 */
};

/* FNV-1a; the words are ours, so nobody can aim at one slot. */
static unsigned hash(const char *s, size_t len)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (uint8_t)s[i]) * 16777619u;
	return (h ^ h >> 15) & (SLOTS - 1);
}

static void add(struct keywords *k, const struct keyword *row)
{
	unsigned i = hash(row->word, strlen(row->word));

	assert(k->len < ARRAY_LEN(k->rows));
	k->rows[k->len++] = *row;
	while (k->slots[i])
		i = (i + 1) & (SLOTS - 1);
	k->slots[i] = (uint16_t)k->len;
}

static void add_desc(struct keywords *k, const char *word, int token,
		     const void *desc)
{
	struct keyword row = { word, token, 0, desc };

	add(k, &row);
}

struct keywords *keywords_new(void)
{
	struct keywords *k = xzalloc(sizeof(*k));

	for (size_t i = 0; i < ARRAY_LEN(fixed); i++)
		add(k, &fixed[i]);
	for (const struct proto_desc *const *p = proto_descs(); *p; p++)
		add_desc(k, (*p)->name, PROTO, *p);
	for (const struct key_desc *m = meta_keys; m->name; m++)
		if (m->bare)
			add_desc(k, m->name, METAKEY, m);
	for (const struct exthdr_desc *h = ip6_exthdrs; h->name; h++)
		if (strcmp(h->name, "rt") != 0)
			add_desc(k, h->name, EXTHDR, h);
	return k;
}

void keywords_free(struct keywords *k)
{
	free(k);
}

const struct keyword *keywords_find(const struct keywords *k, const char *s,
				    size_t len)
{
	for (unsigned i = hash(s, len); k->slots[i];
	     i = (i + 1) & (SLOTS - 1)) {
		const struct keyword *row = &k->rows[k->slots[i] - 1];

		if (!strncmp(row->word, s, len) && !row->word[len])
			return row;
	}
	return NULL;
}

static bool is_among(const char *const *words, struct str word)
{
	for (; *words; words++)
		if (str_is(word, *words))
			return true;
	return false;
}

bool keywords_reserve(const struct keywords *k, struct str word)
{
	const struct keyword *kw = keywords_find(k, word.s, word.len);

	for (size_t i = 0; i < ARRAY_LEN(reserved); i++)
		if (str_is(word, reserved[i]))
			return true;
	if (!kw)
		return false;
	switch (kw->token) {
	case OPTION:
	case ORIGINAL:
	case REPLY:
	case ADDR:
	case TO:
	case CTCOUNT:
	case BURST:
	case MOD:
	case SEED:
	case OFFSET:
	case SPNUM:
		return false;
	}
	return true;
}

bool keywords_reserve_behind(const struct keywords *k, int token,
			     struct str word)
{
	for (size_t i = 0; i < ARRAY_LEN(scopes); i++)
		if (scopes[i].behind == token &&
		    is_among(scopes[i].words, word))
			return true;
	return keywords_reserve(k, word);
}

bool keywords_reserve_constant(const struct keywords *k, struct str word)
{
	return keywords_reserve(k, word) && !is_among(constants, word);
}

bool keywords_is_number(struct str word)
{
	return is_among(numbers, word);
}

const char *keywords_name(const struct keywords *k, int token)
{
	for (size_t i = 0; i < k->len; i++)
		if (k->rows[i].token == token)
			return k->rows[i].word;
	return NULL;
}

const struct keyword *keywords_each(const struct keywords *k, size_t i)
{
	return i < k->len ? &k->rows[i] : NULL;
}
