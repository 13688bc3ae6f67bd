#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Real rulesets list as nft lists them after a real load into a fresh namespace,
# plain and with -a, -n, -s, -j: those of the twin's scenarios, of the corpus
# (NFTVM_CORPUS) and of examples/, the golden ones, and as many of the twin's
# seeds as SEEDS says. What nft refuses must be refused; what is said to be not
# supported yet is counted, aloud.
set -uo pipefail
: "${NFTVM_BUILD:?folder of a build}"
PATH=$NFTVM_BUILD:$NFTVM_BUILD/tests/kernel:$PATH
here=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
corpus=${NFTVM_CORPUS:-$here/../shared}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0 unsupported=0

unshare -n nft list ruleset >/dev/null 2>&1 || {
	echo "listing: 0 passed, 0 failed, 1 skipped"
	exit 0
}

# Links that the rulesets name: made on the one side, a host file on the other.
links=$(sed -n 's/^link add \([^ ]*\).*/\1/p' "$here"/examples/*.host | sort -u)
links="$links lan wan dmz eth0 eth1 eth2 wlan0 br0"
for l in $links; do echo "link add $l"; done | sort -u >"$work/host"

# Numbers that grow by themselves.
calm()
{
	sed -E 's/packets [0-9]+ bytes [0-9]+/packets N bytes N/g; s/ expires [0-9a-z]+//g'
}

# nft_lists FILE - its listings in nft.list*; or why it refuses, in nft.err
nft_lists()
{
	unshare -n sh -c '
		for l in $(sed "s/link add //" "$2/host"); do
			ip tuntap add dev "$l" mode tun
		done
		nft -f "$1" 2>"$2/nft.err" || exit 1
		for o in "" -a -n -s -j; do
			nft $o list ruleset >"$2/nft.list$o" 2>/dev/null
		done' sh "$1" "$work"
}

# one NAME FILE - `why` says what is wrong; `none`: nothing that is run here
one()
{
	local o

	why=
	cd "$(dirname "$2")" || exit 1
	if ! nft_lists "$2"; then
		nftvm check --host "$work/host" -f "$2" >/dev/null 2>&1 &&
			why="nft refuses: $(head -1 "$work/nft.err")"
		return
	fi
	for o in "" -a -n -s -j; do
		# shellcheck disable=SC2086 # no option is no word
		nftvm list $o --host "$work/host" -f "$2" >"$work/our.list" \
			2>"$work/our.err" || {
			why=$(grep -m1 'error' "$work/our.err")
			grep 'error' "$work/our.err" |
				grep -qv 'not supported yet' || why=none
			return
		}
		if [ "$o" = -j ]; then
			why=$("$here/tests/cli/json_equal.py" "$work/nft.list-j" \
				"$work/our.list" 2>&1)
			return
		fi
		calm <"$work/our.list" >"$work/our"
		calm <"$work/nft.list$o" >"$work/nft"
		diff "$work/nft" "$work/our" >"$work/diff" || {
			why="list $o differs: $(head -4 "$work/diff")"
			return
		}
	done
}

try()
{
	one "$1" "$2"
	case $why in
	'') passed=$((passed + 1)) ;;
	none)
		unsupported=$((unsupported + 1))
		printf 'not supported yet: %s\n' "$1"
		;;
	*)
		failed=$((failed + 1))
		printf -- '--- %s: %s\n' "$1" "$why"
		;;
	esac
}

# The rules of a scenario.
rules_of()
{
	awk '/^rules:/ { r = 1; next } /^[a-z ]+:/ { r = 0 } r' "$1"
}

for f in "$here"/tests/kernel/scenarios/*.twin; do
	rules_of "$f" >"$work/r.nft"
	try "$(basename "$f")" "$work/r.nft"
done
for f in "$here"/examples/*.nft "$here"/tests/golden/*/rules.nft; do
	case $f in */fail-*) continue ;; esac
	try "${f#"$here/"}" "$f"
done
[ "${NFTVM_LONG:-0}" = 1 ] && seeds=${SEEDS:-200} || seeds=${SEEDS:-20}
for seed in $(seq 1 "$seeds"); do
	twin --write --seed "$seed" --count 1 >"$work/s.twin" 2>/dev/null
	rules_of "$work/s.twin" >"$work/r.nft"
	try "seed $seed" "$work/r.nft"
done
skipped=
if [ -d "$corpus/rulesets" ]; then
	for f in "$corpus"/rulesets/*.nft "$corpus"/rulesets/*/*.conf; do
		try "${f#"$corpus/"}" "$f"
	done
else
	skipped=", 1 skipped"
fi
echo "of these not supported yet: $unsupported"
echo "listing: $passed passed, $failed failed$skipped"
[ $failed = 0 ]
