#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# nftvm trace: what is told of a packet, and what is wrong with its text. Lines
# of `nft monitor trace` are judged by the kernel (twin --trace).
set -uo pipefail
: "${NFTVM_BUILD:?folder of a build}"
PATH=$NFTVM_BUILD:$PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
passed=0 failed=0

cat >r.nft <<'END'
table inet t {
	set friends { type ipv4_addr; elements = { 10.0.0.9 } }
	map where { type inet_service : verdict; elements = { 25 : drop } }
	chain sub {
		ip saddr @friends accept
		tcp dport vmap @where
		meta mark set 0x5
		return
		counter
	}
	chain forward {
		type filter hook forward priority 0; policy drop;
		ct state established,related accept
		ip dscp cs1 drop
		ip saddr 10.0.0.1 ip daddr 192.0.2.9 drop
		meta mark & 0xff == 0x7 drop
		iifname "lan" jump sub
		tcp dport 80-90 ct mark set 0x3 log prefix "web " accept
		udp dport 53 reject
		tcp dport 92 ip saddr 172.16.0.0/16 accept
		ip saddr . tcp dport { 10.0.0.1 . 22 } accept
	}
	chain post {
		type nat hook postrouting priority 100;
		oifname "wan" masquerade
	}
}
END
cat >h.host <<'END'
link add lan
link add wan
addr add 10.0.0.254/24 dev lan
addr add 203.0.113.2/24 dev wan
route add default via 203.0.113.1 dev wan
END

# row STATUS PATTERN [OPTIONS --] PACKET... - the status, and a line that stdout
# and stderr together hold
row()
{
	local status=$1 pattern=$2 got out opts=()
	shift 2
	if [[ " $* " == *" -- "* ]]; then
		while [ "$1" != -- ]; do
			opts+=("$1")
			shift
		done
		shift
	fi
	out=$(nftvm trace "${opts[@]}" -f r.nft --host h.host "$@" 2>&1)
	got=$?
	if [ $got = "$status" ] && grep -qE -- "$pattern" <<<"$out"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf -- '--- %s: status %s, wanted %s and /%s/\n%s\n' "$*" \
			"$got" "$status" "$pattern" "$out"
	fi
}

tcp='iif lan ip saddr 10.0.0.1 ip daddr 198.51.100.7 tcp dport'

# what did not match, and what the packet has
row 0 'established,related accept  *no: ct state established,related \(it is ct state new\)' "$tcp 80"
row 0 'no: ip dscp cs1 \(it is ip dscp cs2\)' "$tcp 80 ip dscp cs2"
row 0 'ip daddr 192.0.2.9 drop  *no: ip daddr 192.0.2.9 \(it is ip daddr 198.51.100.7\)' "$tcp 80"
row 0 'ip daddr 192.0.2.9 drop  *no: ip saddr 10.0.0.1 \(it is ip saddr 10.0.0.2\)' \
	'iif lan ip saddr 10.0.0.2 tcp dport 80'
row 0 'no: meta mark & 0x000000ff == 0x00000007 \(it is meta mark 0x00000106\)' "$tcp 80 meta mark 0x106"
row 0 'no: ip saddr @friends \(it is ip saddr 10.0.0.1\)' "$tcp 80"
row 0 'no: tcp dport vmap @where \(it is tcp dport 80\)' "$tcp 80"
row 0 'no: tcp dport 80-90 \(it is tcp dport 91\)' "$tcp 91"
row 0 'no: udp dport 53 \(it is meta l4proto tcp\)' "$tcp 91"
row 0 'accept  *no: ip saddr . tcp dport \{ 10.0.0.1 . 22 \} \(it is ip saddr 10.0.0.1 . tcp dport 91\)' "$tcp 91"
row 0 'no: iifname "lan" \(it is iifname "wan"\)' 'iif wan ip saddr 198.51.100.7 ip daddr 10.0.0.3 tcp dport 80'
row 0 'no: ip saddr 172.16.0.0/16 \(it is ip saddr 10.0.0.0/16\)' "$tcp 92"
# chains, changes, verdicts, places
row 0 'r.nft:17: iifname "lan" jump sub  *jump sub$' "$tcp 80"
row 0 '^      *chain inet t sub$' "$tcp 80"
row 0 '^      *r.nft:8: return  *return$' "$tcp 80"
row 0 '^        *-> meta mark 0x00000005$' "$tcp 80"
row 0 '^        *-> ct mark 0x00000003$' "$tcp 80"
row 0 'tcp dport vmap @where  *drop$' "$tcp 25"
row 0 '^drop, by rule [0-9]+ of inet t sub$' "$tcp 25"
row 0 '^drop, by policy at forward$' "$tcp 91"
row 0 '^accept to wan, by rule [0-9]+ of inet t forward$' "$tcp 80"
row 0 '^reject, by rule' 'iif lan ip saddr 10.0.0.1 udp dport 53'
row 0 'answer leaves by lan: .* icmp type destination-unreachable .*icmp code port-unreachable' 'iif lan ip saddr 10.0.0.1 udp dport 53'
row 0 'log: web IN=lan OUT=wan MAC= SRC=10.0.0.1 DST=198.51.100.7 LEN=40' "$tcp 80"
# the kernel's own steps
row 0 'conntrack: new, original direction' "$tcp 80"
row 0 'is  tcp  *6 120 SYN_SENT src=10.0.0.1 dst=198.51.100.7 sport=40000 dport=80 \[UNREPLIED\] src=198.51.100.7 dst=203.0.113.2 sport=80 dport=40000 mark=3' "$tcp 80"
row 0 'nat, source 10.0.0.1:40000 -> 203.0.113.2:40000' "$tcp 80"
row 0 'route: forward by wan via 203.0.113.1' "$tcp 80"
row 0 'conntrack: invalid: bad transport checksum' --checksums verify -- "$tcp 80 tcp checksum 1"
row 0 'conntrack: new, original direction' --checksums trust -- "$tcp 80 tcp checksum 1"
row 0 '^drop: TTL or hop limit ran out' "$tcp 80 ip ttl 1"
row 0 'route: local' 'iif lan ip saddr 10.0.0.1 ip daddr 10.0.0.254 icmp type echo-request'
row 0 'packet iif local ip saddr 203.0.113.2' 'iif local ip daddr 198.51.100.7 udp dport 53'
# several packets, one after the other
row 0 'conntrack: established, reply direction' "$tcp 80" \
	'iif wan ip saddr 198.51.100.7 ip daddr 203.0.113.2 tcp sport 80 tcp dport 40000 tcp flags syn,ack tcp ackseq 1001'
row 0 'nat, destination 203.0.113.2:40000 -> 10.0.0.1:40000' "$tcp 80" \
	'iif wan ip saddr 198.51.100.7 ip daddr 203.0.113.2 tcp sport 80 tcp dport 40000 tcp flags syn,ack tcp ackseq 1001'
# why a packet is invalid: numbers by RFC 9293 and the kernel's names
open=("$tcp 80 tcp sequence 1000 tcp window 5000"
	'iif wan ip saddr 198.51.100.7 ip daddr 203.0.113.2 tcp sport 80 tcp dport 40000 tcp flags syn,ack tcp sequence 8000 tcp ackseq 1001 tcp window 4000'
	"$tcp 80 tcp flags ack tcp sequence 1001 tcp ackseq 8001 tcp window 5000")
row 0 'conntrack: invalid: TCP sequence number above the window' "${open[@]}" \
	"$tcp 80 tcp flags ack tcp sequence 9500 tcp ackseq 8001"
row 0 "state ESTABLISHED, seq 9500, end 9500, sack 8001, sender's end 1001, sender's maxend 5001, sender's maxwin 5000, receiver's end 8001, receiver's maxwin 4000; net.netfilter.nf_conntrack_tcp_be_liberal=1 would let it pass" \
	"${open[@]}" "$tcp 80 tcp flags ack tcp sequence 9500 tcp ackseq 8001"
row 0 'conntrack: invalid: TCP acknowledges data never seen' "${open[@]}" \
	"$tcp 80 tcp flags ack tcp sequence 1001 tcp ackseq 9001"
row 0 'conntrack: invalid: impossible TCP flag combination' "$tcp 80 tcp flags syn,fin"
row 0 '^ *flags 3$' "$tcp 80 tcp flags syn,fin"
row 0 '^ *net.netfilter.nf_conntrack_checksum=0 would let it pass$' --checksums verify -- "$tcp 80 tcp checksum 1"
row 0 '^ *length 500, bytes 8$' 'iif lan udp dport 5 udp length 500'
row 0 '^ *bytes 4, wanted 8$' 'iif lan ip saddr 10.0.0.1 ip daddr 192.0.2.1 ip frag-off 0 meta l4proto udp ip length 24 raw hex "4500001800010000401100000a000001c000020100050006"'
# forms
row 0 '^trace id 00000001 inet t forward rule tcp dport 80-90 ct mark set 0x00000003 log prefix "web " accept \(verdict accept\)$' --format nft -- "$tcp 80"
row 0 '"verdict":"break","place":"r.nft:13"' -j -- "$tcp 80"
# wrong packets: located, status 1
row 1 '<packet>:1:11-16: error: there is no link "nowhere"|iif nowhere' 'iif nowhere'
row 1 '70000 does not fit inet_service' 'tcp dport 70000'
row 1 'conflicting protocols' 'tcp dport 1 udp sport 2'
row 1 'said twice' 'tcp dport 1 tcp dport 2'
row 1 'a packet has one value here' 'tcp dport 1-2'
row 1 'a packet says what it has' 'tcp dport != 2'
row 1 "this is not the packet's to say" 'meta skuid 5'
row 1 'a packet has no such field' 'ct mark 5'
row 1 "there is no template \"pingg\"" 'like pingg'
row 1 'pairs of hexadecimal digits' 'payload hex "1"'
row 1 'behind a backslash' 'payload "\q"'
row 1 'says nothing of a packet' 'paylod 5'
row 1 'does not fit an IPv4 header' 'udp dport 5 payload 65535'
row 1 'a fragment begins at a multiple of 8' 'udp dport 5 payload 100 fragment 1-20'
row 1 'no more than 108 bytes' 'udp dport 5 payload 100 fragment 200-300'
row 1 'the packet ends before these bits' '@th,800,32 5 udp dport 5'
row 2 "tree, json or nft, not 'x'" --format x -- 'tcp dport 5'

echo "trace: $passed passed, $failed failed"
[ $failed = 0 ]
