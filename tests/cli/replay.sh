#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What replay reads and writes besides packets: pipes, files that are both,
# disks that are full, captures for tcpdump, JSON whatever the bytes.
set -uo pipefail
: "${NFTVM_BUILD:?folder of a build}"
PATH=$NFTVM_BUILD:$PATH
here=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
passed=0 failed=0
cp "$here/examples/lan.pcap" lan.pcap
cp "$here/examples/home.pcapng" home.pcapng
cp "$here/examples/home-router.host" host
cp "$here/examples/home-router.nft" .
for t in a b; do
	echo "table ip $t { chain c { type filter hook forward priority 0; counter; }; }"
done >two.nft
printf 'table ip t { chain c { type filter hook forward priority 0
	log prefix "\377\303 " counter comment "\376"; }; }' >bytes.nft

# row NAME COMMAND - it succeeds
row()
{
	local out

	if out=$(bash -c "set -o pipefail; $2" 2>&1); then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf -- '--- %s: %s\n%s\n' "$1" "$2" "$out"
	fi
}

row 'a pipe is read once, so nothing is inferred from it' \
	'nftvm replay -q -f two.nft <(cat lan.pcap) 2>&1 | grep -q "^packets [1-9]"'
row 'a capture is not written over' \
	'cp lan.pcap c; nftvm replay -f two.nft --write c c; [ $? = 2 ] && cmp c lan.pcap'
row 'nor by a dump' \
	'cp lan.pcap c; nftvm replay -f two.nft --dump conntrack=./c - <c
	[ $? = 2 ] && cmp c lan.pcap'
row 'what leaves may go to stdout, and the report makes room' \
	'nftvm replay -f two.nft --write - lan.pcap >o.pcapng 2>e; [ ! -e - ]
	nftvm replay -f two.nft --write f.pcapng lan.pcap >o; cmp f.pcapng o.pcapng && grep "^packets [1-9]" e
	[ "$(nftvm replay -q -f two.nft --write - lan.pcap 2>/dev/null | tcpdump -nr - 2>/dev/null | wc -l)" -gt 0 ]'
row 'but not together with a dump' \
	'nftvm replay -f two.nft --write - --dump conntrack=- lan.pcap >o 2>e; [ $? = 2 ] && [ ! -s o ] && grep -e --dump e'
row 'chains of one name in two tables are two' \
	'[ "$(nftvm replay -q -f two.nft lan.pcap | grep -c "^  ip [ab] c$")" = 2 ]'
row 'any bytes may be in a prefix and in a comment' \
	'nftvm replay --json -f bytes.nft --host host home.pcapng >o
	python3 - <<-"END"
	import json
	rows = [json.loads(l) for l in open("o", encoding="utf-8")]
	assert any(r["log"][0].startswith("\ufffd\ufffd ") for r in rows if "log" in r)
	assert len(rows[-1]["summary"]["rules_hit"]) == 1
	END'
row 'a reader that goes away ends it' \
	'mkfifo p; (head -1 <p >/dev/null) & nftvm replay -f two.nft lan.pcap lan.pcap home.pcapng >p
	[ $? = 3 ]'
row 'what is written, tcpdump reads: several links' \
	'nftvm replay -q -f two.nft --host host --write o.pcapng home.pcapng
	[ "$(tcpdump -r o.pcapng 2>/dev/null | wc -l)" -gt 400 ]'
row 'and nothing at all' \
	'echo "table inet t { chain c { type filter hook prerouting priority 0; policy drop; }; }" >drop.nft
	nftvm replay -q -f drop.nft --host host --write n.pcapng lan.pcap && tcpdump -r n.pcapng'
row 'a full disk has its name' \
	'nftvm replay -q -f two.nft --host host --write /dev/full home.pcapng 2>e
	[ $? = 3 ] && grep "/dev/full: No space left" e'
row 'a capture that begins in 1970 has no gap' \
	'python3 - <<-"END"
	import struct
	udp = bytes.fromhex("4500001c000000004011000001010101020202020001000200080000")
	with open("zero.pcap", "wb") as f:
	    f.write(struct.pack("<IHHIIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101))
	    for t in 0, 10:
	        f.write(struct.pack("<IIII", t, 0, len(udp), len(udp)) + udp)
	END
	nftvm replay -f two.nft zero.pcap | grep "^ *2 *10\.000000 "'
cat >links.nft <<-'END'
	table inet t {
		chain in {
			type filter hook prerouting priority 0
			iifname "lan" counter comment "lan"
			iifname "wan" counter comment "wan"
		}
		chain out {
			type filter hook output priority 0
			oifname "eth0" counter comment "eth0"
		}
		chain input {
			type filter hook input priority 0
			iifname "eth0" counter comment "in eth0"
		}
	}
END
row 'the links that a capture names are there without a host file' \
	'nftvm replay -q -f links.nft home.pcapng >o
	grep -E "^ +[1-9][0-9]*  iifname .lan. " o && grep -E "^ +[1-9][0-9]*  iifname .wan. " o'
# A host's own packets, seen on its link by a capture that tells no directions.
python3 - <<-'END'
	import struct
	def block(kind, body):
	    body += b"\0" * (-len(body) % 4)
	    n = len(body) + 12
	    return struct.pack("<II", kind, n) + body + struct.pack("<I", n)
	def udp(s, d):
	    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 28, 0, 0, 64, 17, 0, s, d)
	    return ip + struct.pack(">HHHH", 1000, 2000, 8, 0)
	a, b = bytes([10, 0, 0, 5]), bytes([8, 8, 8, 8])
	with open("eth0.pcapng", "wb") as f:
	    f.write(block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1)))
	    f.write(block(1, struct.pack("<HHIHH4s", 101, 0, 0, 2, 4, b"eth0")))
	    for p in udp(a, b), udp(b, a):
	        f.write(block(6, struct.pack("<IIIII", 0, 0, 0, len(p), len(p)) + p))
END
row 'and they are what a router has' \
	'echo "table inet t { chain c { type filter hook forward priority 0; policy drop
		iifname lan oifname wan accept; iifname wan oifname lan accept; }; }" >fwd.nft
	nftvm replay -q -f fwd.nft home.pcapng >o 2>e; cat o e
	grep "between links lan (private addresses) and wan (the rest)" e &&
	grep -E "^ +[1-9][0-9]*  iifname .lan. oifname .wan. " o &&
	grep -E "^ +[1-9][0-9]*  iifname .wan. oifname .lan. " o'
row 'its own packets leave by the link that they were seen on, header sums unfinished' \
	'python3 -c "
b = bytearray(open(\"eth0.pcapng\", \"rb\").read())
at = b.rfind(bytes([0x45, 0, 0, 28]))
s = sum(int.from_bytes(b[at + i:at + i + 2], \"big\") for i in range(0, 20, 2))
s = ~(s + (s >> 16)) & 0xffff
b[at + 10:at + 12] = s.to_bytes(2, \"big\")
open(\"own.pcapng\", \"wb\").write(b)"
	nftvm replay -f links.nft own.pcapng >o 2>e; cat o e
	grep "10.0.0.5 taken as .* behind link eth0" e &&
	grep "local>eth0 udp 10.0.0.5:1000 > 8.8.8.8:2000" o &&
	grep "eth0>local udp 8.8.8.8:1000 > 10.0.0.5:2000" o &&
	grep -E "^ +1  oifname .eth0. " o && grep -E "^ +1  iifname .eth0. " o'
row 'and they leave with their sums finished' \
	'nftvm replay --json --emit -f links.nft own.pcapng >o; cat o
	grep -F "\"data\":\"4500001c00000000401160bd0a00000508080808" o'
# A capture on any: forwarded and translated, cooked, its device named any.
python3 - <<-'END'
	import struct
	def block(kind, body):
	    body += b"\0" * (-len(body) % 4)
	    n = len(body) + 12
	    return struct.pack("<II", kind, n) + body + struct.pack("<I", n)
	def udp(kind, ttl, s, d):
	    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 28, 9, 0, ttl, 17, 0, bytes(s), bytes(d))
	    return (struct.pack(">HHH8sH", kind, 1, 6, bytes(8), 0x800) + ip +
	            struct.pack(">HHHH", 1000, 2000, 8, 0))
	with open("any.pcapng", "wb") as f:
	    f.write(block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1)))
	    f.write(block(1, struct.pack("<HHIHH4s", 113, 0, 0, 2, 3, b"any")))
	    for p in (udp(0, 64, (192, 168, 1, 5), (8, 8, 8, 8)),
	              udp(4, 63, (203, 0, 113, 2), (8, 8, 8, 8))):
	        f.write(block(6, struct.pack("<IIIII", 0, 0, 0, len(p), len(p)) + p))
END
row 'a capture on any has no such link, and shows a translated packet twice' \
	'nftvm replay -f two.nft --host host any.pcapng >o 2>e; cat o e
	! grep "no link" e && grep "1 forwarded packets are there twice" e &&
	grep "lan>wan udp 192.168.1.5:1000 > 8.8.8.8:2000" o &&
	grep "^packets 1:" o && grep "captured twice, judged once: 1" o && ! grep "not IP:" o'
# The same without the first copy, an ICMP error about it likewise, and what the
# router sends itself.
python3 - <<-'END'
	import struct
	def block(kind, body):
	    body += b"\0" * (-len(body) % 4)
	    n = len(body) + 12
	    return struct.pack("<II", kind, n) + body + struct.pack("<I", n)
	def sum16(b):
	    t = sum(struct.unpack(">%dH" % (len(b) // 2), b))
	    return ~((t & 0xffff) + (t >> 16)) & 0xffff
	def ip(ttl, proto, s, d, l4):
	    h = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(l4), 9, 0, ttl, proto, 0, bytes(s), bytes(d))
	    return h[:10] + struct.pack(">H", sum16(h)) + h[12:] + l4
	def udp(ttl, s, d, port):
	    return ip(ttl, 17, s, d, struct.pack(">HHHH", port, 2000, 8, 0))
	def error(ttl, s, d, quote):
	    return ip(ttl, 1, s, d, struct.pack(">BBHI", 3, 1, sum16(struct.pack(">BBHI", 3, 1, 0, 0) + quote), 0) + quote)
	def cooked(kind, packet):
	    return struct.pack(">HHH8sH", kind, 1, 6, bytes(8), 0x800) + packet
	def write(name, packets):
	    with open(name, "wb") as f:
	        f.write(block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1)))
	        f.write(block(1, struct.pack("<HHIHH4s", 113, 0, 0, 2, 3, b"any")))
	        for i, p in enumerate(packets):
	            f.write(block(6, struct.pack("<IIIII", 0, 0, i, len(p), len(p)) + p))
	lan, far, own = (192, 168, 1, 5), (8, 8, 8, 8), (203, 0, 113, 2)
	write("out.pcapng", (
	    cooked(4, udp(1, lan, far, 1000)), cooked(4, udp(64, own, far, 1001)),
	    cooked(4, udp(64, (0, 0, 0, 0), (255, 255, 255, 255), 68))))
	write("error.pcapng", (
	    cooked(0, udp(64, lan, far, 1000)), cooked(4, udp(63, own, far, 5000)),
	    cooked(0, error(50, (7, 7, 7, 7), own, udp(1, own, far, 5000))),
	    cooked(4, error(49, (7, 7, 7, 7), lan, udp(1, lan, far, 1000)))))
END
row 'a forwarded packet that is there only on its way out came in before' \
	'nftvm replay -f two.nft --host host out.pcapng >o 2>e; cat o e
	grep "1 forwarded packets are there only on their way out" e &&
	grep "lan>wan udp 192.168.1.5:1000 > 8.8.8.8:2000.*accept" o &&
	grep "local>wan udp 203.0.113.2:1001" o && grep "local>.* udp 0.0.0.0:68" o'
row 'a translated ICMP error is a second copy, too' \
	'nftvm replay -q -f two.nft --host host error.pcapng >o 2>e; cat o e
	grep "2 forwarded packets are there twice" e && ! grep "only on" e && grep "^packets 2:" o'
row 'the JSON of a drop for a reason names no rule' \
	'echo "table ip t { chain c { type filter hook prerouting priority 0; accept; }; }" >acc.nft
	nftvm replay --json -f acc.nft --host <(grep -v default host) any.pcapng | head -1 >o; cat o
	grep "\"reason\":\"no_route\"" o && ! grep -E "\"rule\"|\"policy\"|\"hook\"" o'
row 'what is wrong with the ruleset is told before captures are read' \
	'echo "nonsense" >wrong.nft
	[ "$(nftvm replay -f wrong.nft lan.pcap 2>&1 | head -1 | cut -d: -f1-2)" = wrong.nft:1 ]'
row 'a host file leaves nothing to --local' \
	'nftvm replay -f two.nft --host host --local 1.2.3.4 lan.pcap 2>e; [ $? = 2 ] && grep -e --host e'
row 'a capture that is cut off while it is read' \
	'python3 - <<-"END"
	import os, struct, subprocess
	p = bytes([0x45, 0, 3, 232]) + bytes(996)
	rec = struct.pack("<IIII", 1, 0, len(p), len(p)) + p
	with open("cut.pcap", "wb") as f:
	    f.write(struct.pack("<IHHIIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101) + rec * 20000)
	r = subprocess.Popen(["nftvm", "replay", "-f", "two.nft", "--local", "1.1.1.1", "cut.pcap"],
	                     stdout=subprocess.PIPE, stderr=subprocess.PIPE)
	r.stdout.read(1000)
	os.truncate("cut.pcap", 100000)
	err = r.communicate()[1]
	assert r.returncode == 1, r.returncode
	assert b"cut.pcap: the file became shorter" in err, err
	END'
row 'a ruleset is dumped as text, or as JSON with its counters' \
	'nftvm replay -q -f links.nft --dump ruleset=r.json own.pcapng && nftvm replay -q -f links.nft --dump ruleset=- own.pcapng >o
	grep "oifname .eth0. counter packets 1 bytes 28" o &&
	python3 - <<-"END"
	import json
	rules = [x["rule"] for x in json.load(open("r.json"))["nftables"] if "rule" in x]
	counter = rules[2]["expr"][1]["counter"]
	assert rules[2]["comment"] == "eth0" and counter == {"packets": 1, "bytes": 28}, rules[2]
	END'
row 'the numbers that made a packet invalid: the scan of the example sends FIN, PSH, URG' \
	'home=(-f home-router.nft --host host home.pcapng)
	nftvm replay --explain invalid "${home[@]}" | grep -A1 "FPU.*invalid (ct_tcp_flags)" | grep "why: flags 41" &&
	nftvm replay --json --explain invalid "${home[@]}" | grep "\"reason\":\"ct_tcp_flags\",\"why\":{\"flags\":41}" &&
	! nftvm replay "${home[@]}" | grep why:'
row 'which rules a capture reached: those that the summary says' \
	'nftvm replay -q --coverage c.info -f home-router.nft --host host home.pcapng >o &&
	n=$(sed -n "/^rules hit/,/^rules never hit/p" o | grep -cE "^ +[1-9][0-9]*  ") &&
	[ "$n" -gt 20 ] && grep -qx "LH:$n" c.info'
echo "replay: $passed passed, $failed failed"
[ $failed = 0 ]
