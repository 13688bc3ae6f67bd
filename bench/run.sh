#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ./dev bench: what nftvm takes beside what its peers take, run in turn in the
# same call, as ratios, beside what was asked for. Medians of several runs, by the
# clock and (cpu) by the processor time that each took, which holds where others
# use the machine too.
#
#	replay	2,000,000 packets of 100,000 flows under 10 .. 10,000 linear rules,
#		beside `tcpdump -r X -w /dev/null`
#	load	100,000 rules; a set of 1,000,000 elements; beside `nft -c -f`
#	table	bench/ct: hit, insert, bytes an entry
#	vm	bench/vm: nanoseconds a rule
#	nat	bench/nat: establish, translate, bytes an entry
set -euo pipefail
: "${NFTVM_BUILD:?folder of a build}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
runs=${NFTVM_BENCH_RUNS:-5}
packets=${NFTVM_BENCH_PACKETS:-2000000}
flows=${NFTVM_BENCH_FLOWS:-100000}
nftvm=$NFTVM_BUILD/nftvm
# A namespace of its own for nft -c, which asks the kernel (and, as a mere user in
# a user namespace, may not enlarge its socket buffer: so as root).
nft_check() { unshare -n nft -c -f "$1"; }

# microseconds COMMAND... - of one run: by the clock, and of the processor
microseconds()
{
	local TIMEFORMAT='%R %U %S'

	{ time "$@" >/dev/null 2>&1; } 2>&1 |
		awk '{ printf "%.0f %.0f\n", $1 * 1e6, ($2 + $3) * 1e6 }'
}

# median COLUMN
median()
{
	sort -n -k "$1,$1" |
		awk -v c="$1" '{ v[NR] = $c } END { print v[int((NR + 1) / 2)] }'
}

# pair A-COMMAND... -- B-COMMAND... - microseconds of both, in turn
pair()
{
	local a=() b=() i

	while [ "$1" != -- ]; do a+=("$1"); shift; done
	shift
	b=("$@")
	: >"$work/a"; : >"$work/b"
	for ((i = 0; i < runs; i++)); do
		microseconds "${a[@]}" >>"$work/a"
		microseconds "${b[@]}" >>"$work/b"
	done
	ours=$(median 1 <"$work/a") theirs=$(median 1 <"$work/b")
	ours_cpu=$(median 2 <"$work/a") theirs_cpu=$(median 2 <"$work/b")
}

# linear N - a stateful ruleset with N rules that never match
linear()
{
	echo 'table inet t {'
	echo '	chain forward {'
	echo '		type filter hook forward priority filter; policy drop;'
	echo '		ct state invalid drop'
	awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++)
		printf "\t\tip saddr 172.16.%d.%d tcp dport %d drop\n",
			int(i / 250) % 250, i % 250, i % 60000 + 1 }'
	echo '		accept'
	echo '	}'
	echo '}'
}

rules()
{
	echo 'table inet t {'
	echo '	chain forward {'
	echo '		type filter hook forward priority filter; policy drop;'
	awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++)
		printf "\t\tip saddr 10.%d.%d.%d tcp dport %d counter accept\n",
			int(i / 62500) % 250, int(i / 250) % 250, i % 250,
			i % 60000 + 1 }'
	echo '	}'
	echo '}'
}

elements()
{
	echo 'table inet t {'
	echo '	set s {'
	echo '		type ipv4_addr'
	echo '		elements = {'
	awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++)
		printf "\t\t\t%d.%d.%d.%d,\n", 10 + int(i / 15625000),
			int(i / 62500) % 250, int(i / 250) % 250, i % 250 }'
	echo '		}'
	echo '	}'
	echo '}'
}

host()
{
	cat <<-EOF
	link add lan mtu 1500
	link add wan mtu 1500
	addr add 10.255.255.254/8 dev lan
	addr add 198.19.255.254/15 dev wan
	EOF
}

bench_replay()
{
	local n

	"$NFTVM_BUILD/bench/mkcap" "$packets" "$flows" >"$work/cap.pcap"
	host >"$work/host"
	printf '\n%-12s %12s %12s %8s %8s %8s\n' replay 'nftvm ns/pkt' \
		'tcpdump ns' ratio cpu asked
	for n in 10 100 1000 10000; do
		linear "$n" >"$work/rules"
		pair "$nftvm" replay -q -f "$work/rules" --host "$work/host" \
			"$work/cap.pcap" -- \
			tcpdump -r "$work/cap.pcap" -w /dev/null
		awk -v n="$n" -v a="$ours" -v b="$theirs" -v p="$packets" \
			-v ac="$ours_cpu" -v bc="$theirs_cpu" 'BEGIN {
			asked = n == 10 ? 3 : n == 100 ? 4 : "-"
			printf "%-12s %12.1f %12.1f %8.2f %8.2f %8s\n",
				n " rules", a * 1000 / p, b * 1000 / p, a / b,
				ac / bc, asked }'
	done
}

load_row()
{
	pair "$nftvm" check -f "$2" -- nft_check "$2"
	awk -v n="$1" -v a="$ours" -v b="$theirs" -v ac="$ours_cpu" \
		-v bc="$theirs_cpu" 'BEGIN {
		printf "%-22s %10.3f %10.3f %8.2f %8.2f %8s\n", n ", s",
			a / 1e6, b / 1e6, a / b, ac / bc, "0.5" }'
	ours=$(peak "$nftvm" check -f "$2")
	theirs=$(peak unshare -n nft -c -f "$2")
	awk -v n="$1" -v a="$ours" -v b="$theirs" 'BEGIN {
		printf "%-22s %10.0f %10.0f %8.2f %8s %8s\n", n ", MB", a, b,
			a / b, "-", "0.45" }'
}

peak()
{
	/usr/bin/time -f %M -o "$work/peak" "$@" >/dev/null 2>&1 || true
	awk '{ printf "%.0f", $1 / 1024 }' <(tail -1 "$work/peak")
}

bench_load()
{
	printf '\n%-22s %10s %10s %8s %8s %8s\n' load nftvm 'nft -c' ratio cpu \
		asked
	rules 100000 >"$work/rules"
	load_row '100,000 rules' "$work/rules"
	elements 1000000 >"$work/elements"
	load_row '1,000,000 elements' "$work/elements"
}

bench_table() { echo; "$NFTVM_BUILD/bench/ct" "$@"; }
bench_vm() { echo; "$NFTVM_BUILD/bench/vm" "$@"; }
bench_nat() { echo; "$NFTVM_BUILD/bench/nat" "$@"; }

printf 'machine: %s, %s cores, Linux %s\n' \
	"$(awk -F': ' '/model name/ { print $2; exit }' /proc/cpuinfo)" \
	"$(nproc)" "$(uname -r)"
if [ $# = 0 ]; then
	set -- replay load table vm nat
fi
for part in "$@"; do
	"bench_$part"
done
