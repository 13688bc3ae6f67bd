/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * The text is the kernel's to the letter, with its trailing space and its own
 * ways: a part that cannot be read is INCOMPLETE or TRUNCATED and ends the line
 * there or not, as the kernel has it. The packet quoted in an ICMP error is
 * printed once, in brackets, without the parts that belong to the packet.
 *
 * Each printer returns whether the line goes on. What must be read is compared
 * with the bytes that are there; what is only said (INCOMPLETE [n bytes]) goes
 * by the length on the wire.
 *
 * Ref: net/netfilter/nf_log_syslog.c.
 */
#include "packet/logline.h"

#include <net/if_arp.h>

enum {
	LOG_TCPSEQ = 1,
	LOG_TCPOPT = 2,
	LOG_IPOPT = 4,
	LOG_MACDECODE = 0x20,

	ETH_HDR_LEN = 14,
	IP4_HDR_LEN = 20,
	IP6_HDR_LEN = 40,
	ICMP_HDR_LEN = 8,
};

/**
 * struct logger - a line being written
 * @at:		of the header that comes next in the packet
 * @fragment:	a later fragment: there are no transport headers
 * @quoted:	inside an ICMP error
 */
struct logger {
	struct strbuf *out;
	const struct packet *pkt;
	uint32_t flags, at;
	bool fragment, quoted;
};

static void quoted4(struct logger *l);
static void quoted6(struct logger *l);

/* The header at l->at, or NULL. */
static const uint8_t *header(const struct logger *l, uint32_t len)
{
	return packet_read(l->pkt, l->at, len);
}

/* How many bytes are left. Extension headers may have led beyond the end: then
 * the kernel prints what the subtraction gives, and so do we. */
static bool incomplete(const struct logger *l)
{
	strbuf_printf(l->out, "INCOMPLETE [%u bytes] ",
		      l->pkt->wire_len - l->at);
	return false;
}

static void hex(struct logger *l, const uint8_t *p, uint32_t len)
{
	while (len--)
		strbuf_printf(l->out, "%02X", *p++);
}

/* --- transport ----------------------------------------------------------- */

static void tcp_flags(struct logger *l, uint8_t flags)
{
	static const char names[8][5] = { "CWR ", "ECE ", "URG ", "ACK ",
					  "PSH ", "RST ", "SYN ", "FIN " };

	for (unsigned i = 0; i < 8; i++)
		if (flags & 0x80 >> i)
			strbuf_puts(l->out, names[i]);
}

static bool tcp_options(struct logger *l, const uint8_t *th)
{
	uint32_t len = (th[12] >> 4) * 4u;
	const uint8_t *opt;

	if (!(l->flags & LOG_TCPOPT) || len <= 20)
		return true;
	opt = packet_read(l->pkt, l->at + 20, len - 20);
	if (!opt) {
		strbuf_puts(l->out, "OPT (TRUNCATED)");
		return false;
	}
	strbuf_puts(l->out, "OPT (");
	hex(l, opt, len - 20);
	strbuf_puts(l->out, ") ");
	return true;
}

static bool print_tcp(struct logger *l)
{
	const uint8_t *th = header(l, 20);

	strbuf_puts(l->out, "PROTO=TCP ");
	if (l->fragment)
		return true;
	if (!th)
		return incomplete(l);
	strbuf_printf(l->out, "SPT=%u DPT=%u ", get_be16(th), get_be16(th + 2));
	if (l->flags & LOG_TCPSEQ)
		strbuf_printf(l->out, "SEQ=%u ACK=%u ", get_be32(th + 4),
			      get_be32(th + 8));
	/* the lowest reserved bit has become a flag of AccECN, AE (6.18) */
	strbuf_printf(l->out, "WINDOW=%u RES=0x%02x ", get_be16(th + 14),
		      (th[12] & 0x0e) << 2);
	strbuf_puts(l->out, th[12] & 1 ? "AE " : "");
	tcp_flags(l, th[13]);
	strbuf_printf(l->out, "URGP=%u ", get_be16(th + 18));
	return tcp_options(l, th);
}

static bool udp_ports(struct logger *l, const char *name)
{
	const uint8_t *uh = header(l, 8);

	strbuf_printf(l->out, "PROTO=%s ", name);
	if (l->fragment)
		return true;
	if (!uh)
		return incomplete(l);
	strbuf_printf(l->out, "SPT=%u DPT=%u LEN=%u ", get_be16(uh),
		      get_be16(uh + 2), get_be16(uh + 4));
	return true;
}

static bool print_udp(struct logger *l)
{
	return udp_ports(l, "UDP");
}

static bool print_udplite(struct logger *l)
{
	return udp_ports(l, "UDPLITE");
}

static bool print_spi(struct logger *l, const char *name, uint32_t len,
		      uint32_t spi_off)
{
	const uint8_t *h = header(l, len);

	strbuf_printf(l->out, "PROTO=%s ", name);
	if (l->fragment)
		return true;
	if (!h)
		incomplete(l);
	else
		strbuf_printf(l->out, "SPI=0x%x ", get_be32(h + spi_off));
	return true;
}

/* Unlike all others it is not named in a later fragment. */
static bool print_ah(struct logger *l)
{
	if (l->fragment)
		return true;
	return print_spi(l, "AH", 12, 4);
}

static bool print_esp(struct logger *l)
{
	return print_spi(l, "ESP", 8, 0);
}

/* --- ICMP ---------------------------------------------------------------- */

enum {
	ICMP_ECHOREPLY = 0,
	ICMP_DEST_UNREACH = 3,
	ICMP_SOURCE_QUENCH = 4,
	ICMP_REDIRECT = 5,
	ICMP_ECHO = 8,
	ICMP_TIME_EXCEEDED = 11,
	ICMP_PARAMETERPROB = 12,
	ICMP_FRAG_NEEDED = 4, /* code of DEST_UNREACH */

	ICMPV6_DEST_UNREACH = 1,
	ICMPV6_PKT_TOOBIG = 2,
	ICMPV6_TIME_EXCEED = 3,
	ICMPV6_PARAMPROB = 4,
	ICMPV6_ECHO_REQUEST = 128,
	ICMPV6_ECHO_REPLY = 129,
};

/* Bytes that a message of the type must have. */
static const uint8_t icmp_required[19] = {
	[ICMP_ECHOREPLY] = 4,
	[ICMP_DEST_UNREACH] = 28,
	[ICMP_SOURCE_QUENCH] = 28,
	[ICMP_REDIRECT] = 28,
	[ICMP_ECHO] = 4,
	[ICMP_TIME_EXCEEDED] = 28,
	[ICMP_PARAMETERPROB] = 28,
	[13] = 20,
	[14] = 20,
	[17] = 12,
	[18] = 12,
};

static void icmp_quote(struct logger *l)
{
	if (l->quoted)
		return;
	strbuf_puts(l->out, "[");
	quoted4(l);
	strbuf_puts(l->out, "] ");
}

static void icmp_body(struct logger *l, const uint8_t *ich)
{
	switch (ich[0]) {
	case ICMP_ECHOREPLY:
	case ICMP_ECHO:
		strbuf_printf(l->out, "ID=%u SEQ=%u ", get_be16(ich + 4),
			      get_be16(ich + 6));
		break;
	case ICMP_PARAMETERPROB:
		strbuf_printf(l->out, "PARAMETER=%u ", ich[4]);
		break;
	case ICMP_REDIRECT:
		strbuf_printf(l->out, "GATEWAY=%u.%u.%u.%u ", ich[4], ich[5],
			      ich[6], ich[7]);
		icmp_quote(l);
		break;
	case ICMP_DEST_UNREACH:
	case ICMP_SOURCE_QUENCH:
	case ICMP_TIME_EXCEEDED:
		icmp_quote(l);
		if (ich[0] == ICMP_DEST_UNREACH && ich[1] == ICMP_FRAG_NEEDED)
			strbuf_printf(l->out, "MTU=%u ", get_be16(ich + 6));
		break;
	default:
		break;
	}
}

static bool print_icmp(struct logger *l)
{
	const uint8_t *ich = header(l, ICMP_HDR_LEN);

	strbuf_puts(l->out, "PROTO=ICMP ");
	if (l->fragment)
		return true;
	if (!ich) {
		incomplete(l);
		return true;
	}
	strbuf_printf(l->out, "TYPE=%u CODE=%u ", ich[0], ich[1]);
	if (ich[0] < ARRAY_LEN(icmp_required) &&
	    l->pkt->wire_len - l->at < icmp_required[ich[0]])
		incomplete(l);
	else
		icmp_body(l, ich);
	return true;
}

static void icmpv6_quote(struct logger *l, const uint8_t *ic)
{
	if (!l->quoted) {
		strbuf_puts(l->out, "[");
		quoted6(l);
		strbuf_puts(l->out, "] ");
	}
	if (ic[0] == ICMPV6_PKT_TOOBIG)
		strbuf_printf(l->out, "MTU=%u ", get_be32(ic + 4));
}

static bool print_icmpv6(struct logger *l)
{
	const uint8_t *ic = header(l, ICMP_HDR_LEN);

	strbuf_puts(l->out, "PROTO=ICMPv6 ");
	if (l->fragment)
		return true;
	if (!ic)
		return incomplete(l);
	strbuf_printf(l->out, "TYPE=%u CODE=%u ", ic[0], ic[1]);
	switch (ic[0]) {
	case ICMPV6_ECHO_REQUEST:
	case ICMPV6_ECHO_REPLY:
		strbuf_printf(l->out, "ID=%u SEQ=%u ", get_be16(ic + 4),
			      get_be16(ic + 6));
		break;
	case ICMPV6_PARAMPROB:
		strbuf_printf(l->out, "POINTER=%08x ", get_be32(ic + 4));
		icmpv6_quote(l, ic);
		break;
	case ICMPV6_DEST_UNREACH:
	case ICMPV6_PKT_TOOBIG:
	case ICMPV6_TIME_EXCEED:
		icmpv6_quote(l, ic);
		break;
	default:
		break;
	}
	return true;
}

/* --- IP ------------------------------------------------------------------ */

struct transport {
	uint8_t proto;
	bool (*print)(struct logger *l);
};

/* Print the transport header; false when the line ends with it. */
static bool transport(struct logger *l, const struct transport *known,
		      size_t len, uint8_t proto)
{
	for (size_t i = 0; i < len; i++)
		if (known[i].proto == proto)
			return known[i].print(l);
	strbuf_printf(l->out, "PROTO=%u ", proto);
	return true;
}

static void print_mark(struct logger *l)
{
	if (!l->quoted && l->pkt->mark)
		strbuf_printf(l->out, "MARK=0x%x ", l->pkt->mark);
}

/* iph_totlen(): what 16 bits cannot say is said by the packet */
static uint32_t total_len4(const struct logger *l, const uint8_t *iph)
{
	uint32_t len = get_be16(iph + 2);

	return len || !(l->pkt->flags & PKT_GSO) ? len : l->pkt->wire_len;
}

static void print_ip4_fields(struct logger *l, const uint8_t *iph)
{
	uint16_t frag = get_be16(iph + 6);

	strbuf_printf(l->out, "SRC=%u.%u.%u.%u DST=%u.%u.%u.%u ", iph[12],
		      iph[13], iph[14], iph[15], iph[16], iph[17], iph[18],
		      iph[19]);
	strbuf_printf(l->out, "LEN=%u TOS=0x%02X PREC=0x%02X TTL=%u ID=%u ",
		      total_len4(l, iph), iph[1] & 0x1e, iph[1] & 0xe0, iph[8],
		      get_be16(iph + 4));
	strbuf_printf(l->out, "%s%s%s", frag & 0x8000 ? "CE " : "",
		      frag & 0x4000 ? "DF " : "", frag & 0x2000 ? "MF " : "");
	l->fragment = frag & 0x1fff;
	if (l->fragment)
		strbuf_printf(l->out, "FRAG:%u ", frag & 0x1fff);
}

static void print_ip4(struct logger *l)
{
	static const struct transport known[] = {
		{ IPPROTO_TCP, print_tcp },
		{ IPPROTO_UDP, print_udp },
		{ IPPROTO_ICMP, print_icmp },
		{ IPPROTO_UDPLITE, print_udplite },
		{ IPPROTO_AH, print_ah },
		{ IPPROTO_ESP, print_esp },
	};
	const uint8_t *iph = header(l, IP4_HDR_LEN), *opt;
	uint32_t hdr_len;

	if (!iph) {
		strbuf_puts(l->out, "TRUNCATED");
		return;
	}
	print_ip4_fields(l, iph);
	hdr_len = (iph[0] & 15) * 4;
	if ((l->flags & LOG_IPOPT) && hdr_len > IP4_HDR_LEN) {
		opt = packet_read(l->pkt, l->at + IP4_HDR_LEN,
				  hdr_len - IP4_HDR_LEN);
		if (!opt) {
			strbuf_puts(l->out, "TRUNCATED");
			return;
		}
		strbuf_puts(l->out, "OPT (");
		hex(l, opt, hdr_len - IP4_HDR_LEN);
		strbuf_puts(l->out, ") ");
	}
	l->at += hdr_len;
	if (transport(l, known, ARRAY_LEN(known), iph[9]))
		print_mark(l);
}

static void print_addr6(struct logger *l, const char *name, const uint8_t *a)
{
	strbuf_printf(l->out, "%s=", name);
	for (unsigned i = 0; i < 16; i += 2)
		strbuf_printf(l->out, "%s%04x", i ? ":" : "", get_be16(a + i));
	strbuf_putc(l->out, ' ');
}

/* An extension header and how long it is; 0: the line ends here. */
static uint32_t print_fragment(struct logger *l, const uint8_t *hp)
{
	const uint8_t *fh = header(l, 8);
	uint16_t frag;

	strbuf_puts(l->out, "FRAG:");
	if (!fh) {
		strbuf_puts(l->out, "TRUNCATED ");
		return 0;
	}
	frag = get_be16(fh + 2);
	strbuf_printf(l->out, "%u %sID:%08x ", frag & 0xfff8,
		      frag & 1 ? "INCOMPLETE " : "", get_be32(fh + 4));
	if (frag & 0xfff8)
		l->fragment = true;
	return 8;
}

static uint32_t print_options6(struct logger *l, const uint8_t *hp)
{
	if (!l->fragment)
		return (hp[1] + 1) * 8;
	if (l->flags & LOG_IPOPT)
		strbuf_puts(l->out, ")");
	return 0;
}

static bool print_spi6(struct logger *l, const char *name, uint32_t len,
		       uint32_t spi_off, const char *end)
{
	const uint8_t *h = header(l, len);

	strbuf_printf(l->out, "%s ", name);
	if (l->fragment) {
		strbuf_puts(l->out, ")");
		return false;
	}
	if (!h) {
		incomplete(l);
		strbuf_puts(l->out, ")");
		return false;
	}
	strbuf_printf(l->out, "SPI=0x%x %s", get_be32(h + spi_off), end);
	return true;
}

static uint32_t print_ah6(struct logger *l, const uint8_t *hp)
{
	if ((l->flags & LOG_IPOPT) && !print_spi6(l, "AH", 12, 4, ""))
		return 0;
	return (hp[1] + 2) * 4;
}

static uint32_t print_esp6(struct logger *l, const uint8_t *hp)
{
	if (l->flags & LOG_IPOPT)
		print_spi6(l, "ESP", 8, 0, ")");
	return 0;
}

static const struct ext_printer {
	uint8_t nexthdr;
	uint32_t (*print)(struct logger *l, const uint8_t *hp);
} ext_printers[] = {
	{ IPPROTO_FRAGMENT, print_fragment },
	{ IPPROTO_HOPOPTS, print_options6 },
	{ IPPROTO_DSTOPTS, print_options6 },
	{ IPPROTO_ROUTING, print_options6 },
	{ IPPROTO_AH, print_ah6 },
	{ IPPROTO_ESP, print_esp6 },
};

static const struct ext_printer *ext_printer_of(uint8_t nexthdr)
{
	for (size_t i = 0; i < ARRAY_LEN(ext_printers); i++)
		if (ext_printers[i].nexthdr == nexthdr)
			return &ext_printers[i];
	return NULL;
}

/* The extension headers; false when the line ends in one. */
static bool print_ext_hdrs(struct logger *l, uint8_t *nexthdr)
{
	const struct ext_printer *e;
	uint32_t len;

	while ((e = ext_printer_of(*nexthdr)) != NULL) {
		const uint8_t *hp = header(l, 2);

		if (!hp) {
			strbuf_puts(l->out, "TRUNCATED");
			return false;
		}
		if (l->flags & LOG_IPOPT)
			strbuf_puts(l->out, "OPT ( ");
		len = e->print(l, hp);
		if (!len)
			return false;
		if (l->flags & LOG_IPOPT)
			strbuf_puts(l->out, ") ");
		*nexthdr = hp[0];
		l->at += len;
	}
	return true;
}

static void print_ip6(struct logger *l)
{
	static const struct transport known[] = {
		{ IPPROTO_TCP, print_tcp },
		{ IPPROTO_UDP, print_udp },
		{ IPPROTO_ICMPV6, print_icmpv6 },
		{ IPPROTO_UDPLITE, print_udplite },
	};
	const uint8_t *ip6h = header(l, IP6_HDR_LEN);
	uint8_t nexthdr;

	if (!ip6h) {
		strbuf_puts(l->out, "TRUNCATED");
		return;
	}
	print_addr6(l, "SRC", ip6h + 8);
	print_addr6(l, "DST", ip6h + 24);
	strbuf_printf(l->out, "LEN=%u TC=%u HOPLIMIT=%u FLOWLBL=%u ",
		      get_be16(ip6h + 4) + IP6_HDR_LEN,
		      (get_be32(ip6h) >> 20) & 0xff, ip6h[7],
		      get_be32(ip6h) & 0xfffff);
	l->fragment = false;
	l->at += IP6_HDR_LEN;
	nexthdr = ip6h[6];
	if (print_ext_hdrs(l, &nexthdr) &&
	    transport(l, known, ARRAY_LEN(known), nexthdr))
		print_mark(l);
}

/* The packet that an ICMP error quotes; the line goes on behind it. */
static void quoted4(struct logger *l)
{
	struct logger inner = *l;

	inner.quoted = true;
	inner.at += ICMP_HDR_LEN;
	print_ip4(&inner);
}

static void quoted6(struct logger *l)
{
	struct logger inner = *l;

	inner.quoted = true;
	inner.at += ICMP_HDR_LEN;
	print_ip6(&inner);
}

/* --- the line ------------------------------------------------------------ */

static void print_mac_bytes(struct strbuf *out, const uint8_t *mac)
{
	for (unsigned i = 0; i < 6; i++)
		strbuf_printf(out, "%s%02x", i ? ":" : "", mac[i]);
}

/*
 * The Ethernet header as the stack sees it: a VLAN tag is not in it, so its
 * type is that of the packet. Loopback has one of zeros; other kinds of links
 * have none.
 */
static void print_mac(struct strbuf *out, const struct packet *pkt,
		      uint16_t in_type, uint32_t flags)
{
	static const uint8_t zeros[ETH_HDR_LEN];
	const uint8_t *eth = zeros;
	bool has = in_type == ARPHRD_LOOPBACK;

	if (in_type == ARPHRD_ETHER && (pkt->flags & PKT_HAS_L2) &&
	    pkt->l2_len >= ETH_HDR_LEN) {
		eth = pkt->l2;
		has = true;
	}
	if (has && in_type == ARPHRD_ETHER && (flags & LOG_MACDECODE)) {
		strbuf_puts(out, "MACSRC=");
		print_mac_bytes(out, eth + 6);
		strbuf_puts(out, " MACDST=");
		print_mac_bytes(out, eth);
		strbuf_printf(out, " MACPROTO=%04x ", be16toh(pkt->protocol));
		return;
	}
	strbuf_puts(out, "MAC=");
	if (has) {
		print_mac_bytes(out, eth);
		strbuf_putc(out, ':');
		print_mac_bytes(out, eth + 6);
		strbuf_printf(out, ":%02x:%02x", be16toh(pkt->protocol) >> 8,
			      be16toh(pkt->protocol) & 0xff);
	}
	strbuf_putc(out, ' ');
}

void logline_format(struct strbuf *line, const struct packet *pkt,
		    const char *in, const char *out, uint16_t in_type,
		    const char *prefix, uint32_t flags)
{
	struct logger l = { .out = line, .pkt = pkt, .flags = flags };

	strbuf_printf(line, "%sIN=%s OUT=%s ", prefix, in, out);
	if (in[0])
		print_mac(line, pkt, in_type, flags);
	if (pkt->nfproto == NFPROTO_IPV4)
		print_ip4(&l);
	else
		print_ip6(&l);
}
