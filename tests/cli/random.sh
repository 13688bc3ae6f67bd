#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Random rulesets: nftvm loads what nft loads, lists what nft lists (plain, -a,
# -n, -s), and compiles to the same bytecode. SEEDS says which seeds, "1 100".
set -uo pipefail
: "${NFTVM_BUILD:?folder of a build}"
PATH=$NFTVM_BUILD:$NFTVM_BUILD/tests/cli:$PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
passed=0 failed=0

unshare -n nft list ruleset >/dev/null 2>&1 || {
	echo "random: 0 passed, 0 failed, 1 skipped"
	exit 0
}
if [ "${NFTVM_LONG:-0}" = 1 ]; then
	seeds=${SEEDS:-1 1000}
else
	seeds=${SEEDS:-1 100}
fi

# Expiry runs while nft lists; blank it.
calm()
{
	sed -E 's/ expires [0-9a-z]+//g'
}

# Bytecode without the lines that nft prints for chains and tables, and without
# the number by which nft refers to a rule of the same batch.
blocks()
{
	grep -v '(null)' | sed -E 's/^((ip|ip6|inet) t[0-9]+ c[0-9]+) [0-9]+$/\1/'
}

differs()
{
	diff "$1" "$2" >"diff" && return 1
	why="$3 differs: $(head -5 diff)"
}

# one SEED - `why` says what is wrong
one()
{
	local loaded=no status

	generate "$1" >r.nft
	why=
	unshare -n sh -c 'nft -f r.nft 2>nft.err || exit 1
		for o in "" -a -n -s; do nft $o list ruleset >nft.list$o; done' &&
		loaded=yes
	nftvm check -f r.nft >/dev/null 2>err
	status=$?
	[ "$(wc -l <err)" = 0 ] || why=$(head -3 err)
	if [ $loaded = no ]; then
		refused=$((refused + 1))
		why=
		[ $status = 1 ] || why="nft refuses: $(head -3 nft.err)"
		return
	fi
	[ $status = 0 ] || return
	unshare -n nft -c --debug=netlink -f r.nft 2>&1 | blocks >nft.code
	unshare -n nftvm compile -f r.nft 2>&1 | blocks >our.code
	differs nft.code our.code bytecode && return
	for o in "" -a -n -s; do
		# shellcheck disable=SC2086 # no option is no word
		nftvm list $o -f r.nft 2>&1 | calm >our.list
		calm <"nft.list$o" >nft.calm
		differs nft.calm our.list "list $o" && return
	done
}

read -r first last <<<"$seeds"
refused=0
for seed in $(seq "$first" "$last"); do
	one "$seed"
	if [ -z "$why" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf -- '--- seed %s: %s\n' "$seed" "$why"
	fi
done
echo "of these nft refuses $refused"
echo "random: $passed passed, $failed failed"
[ $failed = 0 ]
