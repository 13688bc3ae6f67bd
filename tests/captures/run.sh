#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every capture of the corpus through the whole engine, under a stateful
# ruleset, in both forms of the VM: exit status 0, nothing on stderr but the
# line of what was inferred, the number of packets that the index says, and the
# same output of both forms. Run on a sanitised build it shows that no byte of
# them is touched out of bounds.
set -uo pipefail
here=$(dirname "$(readlink -f "$0")")
: "${NFTVM_BUILD:?folder of a build}"
corpus=${NFTVM_CORPUS:-$here/../../../shared}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

if [ ! -d "$corpus/pcaps" ]; then
	echo "SKIPPED: no captures at $corpus"
	echo "0 passed, 0 failed, 1 skipped"
	exit 0
fi
while IFS=$'\t' read -r file _ _ packets _; do
	[ "$file" != file ] || continue
	fault=
	for form in fast reference; do
		"$NFTVM_BUILD/nftvm" replay -f "$here/all.nft" --json --emit \
			--form "$form" --dump conntrack="$work/ct.$form" \
			"$corpus/pcaps/$file" >"$work/$form" 2>"$work/err" ||
			fault="exit status $? ($form): $(head -3 "$work/err")"
	done
	n=$(tail -1 "$work/fast" | grep -o '"packets": *[0-9]*' | grep -o '[0-9]*$')
	i=$(tail -1 "$work/fast" | grep -o '"ignored": *[0-9]*' | grep -o '[0-9]*$')
	c=$(tail -1 "$work/fast" | grep -o '"copies": *[0-9]*' | grep -o '[0-9]*$')
	[ $((${n:-0} + ${i:-0} + ${c:-0})) = "$packets" ] ||
		fault="${fault:-$n packets, $i others and $c copies, not $packets}"
	cmp -s "$work/fast" "$work/reference" ||
		fault=${fault:-the two forms differ}
	cmp -s "$work/ct.fast" "$work/ct.reference" ||
		fault=${fault:-the two forms leave different tables}
	if [ -z "$fault" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "--- $file: $fault"
	fi
done <"$corpus/pcaps/INDEX.tsv"
echo "$passed passed, $failed failed"
[ $failed = 0 ]
