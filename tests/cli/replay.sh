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
echo "replay: $passed passed, $failed failed"
[ $failed = 0 ]
