#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Whatever a real load refuses, `nftvm check` refuses: with exit status 1 and a
# diagnostic that names a place on the same line; and the other way round. The
# cases are refusals.txt. The judge is nft, loading into a network namespace of
# its own; where that cannot be had (no root) it is what nft said when the cases
# were written.
set -uo pipefail
here=$(dirname "$(readlink -f "$0")")
: "${NFTVM_BUILD:?folder of a build}"
nftvm=$NFTVM_BUILD/nftvm
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
passed=0 failed=0

judge=said
unshare -n nft list ruleset >/dev/null 2>&1 && judge=nft

# One file per part of a case: CASE.title, CASE.1, CASE.2
awk '/^### / { n++; part = 1; title = sprintf("%03d.title", n)
		print substr($0, 5) > title; close(title); next }
	/^=== next/ { part++; next }
	n { file = sprintf("%03d.%d.nft", n, part); print > file }' \
	"$here/refusals.txt"

# What nft says: ok or no, and the line of its first complaint, in `verdict`
# and `line`.
ask_nft()
{
	local out

	if out=$(unshare -n sh -c 'for f; do nft -f "$f" || exit 1; done' _ \
		"$@" 2>&1); then
		verdict=ok line=
	else
		verdict=no
		line=$(sed -nE '1s/^[^:]*:([0-9]+):.*/\1/p' <<<"$out")
	fi
}

complain()
{
	failed=$((failed + 1))
	printf -- '--- %s: %s\n' "$title" "$*"
	cat err
}

# check_case FILES...
check_case()
{
	local status said where

	"$nftvm" check "${@/#/-f}" >out 2>err
	status=$?
	said=$(sed -nE '1s/^[^:]*:([0-9]+):[0-9].*: error: .*/\1/p' err)
	where=$(sed -nE '1s/^([^:]*):.*/\1/p' err)
	if [ -s out ]; then
		complain "check is not silent on stdout"
	elif [ "$verdict" = ok ] && { [ $status != 0 ] || [ -s err ]; }; then
		complain "nft loads this; nftvm check ends with $status"
	elif [ "$verdict" = no ] && [ $status != 1 ]; then
		complain "nft refuses this; nftvm check ends with $status"
	elif [ "$verdict" = no ] && [ -z "$said" ]; then
		complain "the first diagnostic has no place"
	elif [ "$verdict" = no ] && [ -n "$line" ] && [ "$place" != @ ] &&
		[ "$said" != "$line" ]; then
		complain "nft complains of line $line, nftvm of $where:$said"
	else
		passed=$((passed + 1))
	fi
}

for t in *.title; do
	n=${t%.title}
	read -r verdict title <"$t"
	[ -e "$n.1.nft" ] || : >"$n.1.nft"
	line=
	written=${verdict%@}
	place=${verdict#no}
	verdict=$written
	if [ $judge = nft ]; then
		ask_nft "$n".?.nft
		[ "$verdict" = "$written" ] || {
			: >err
			complain "nft says $verdict, the file says $written"
			continue
		}
	fi
	check_case "$n".?.nft
done
echo "refusals: $passed passed, $failed failed"
[ $failed = 0 ]
