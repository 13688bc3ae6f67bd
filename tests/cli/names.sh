#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Each word of nft's scanner (names.words) in each place where a name or a word
# without quotes may stand (names.places): nftvm takes it where nft does. Every
# run takes some pairs, by SEED; NFTVM_LONG=1 takes all. PLACES: these alone.
set -uo pipefail
: "${NFTVM_BUILD:?folder of a build}"
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

unshare -n nft list ruleset >/dev/null 2>&1 || {
	echo "names: 0 passed, 0 failed, 1 skipped"
	exit 0
}

# place word FILE for each pair of this run; W is where the word goes
pairs()
{
	awk -F'\t' -v seed="${SEED:-1}" -v long="${NFTVM_LONG:-0}" \
		-v only=" ${PLACES:-} " '
		BEGIN { srand(seed) }
		/^#/ || !NF { next }
		FNR == NR { n = split($0, w, " ")
			for (i = 1; i <= n; i++) words[++len] = w[i]
			next }
		only != "  " && !index(only, " " $1 " ") { next }
		# nft stores these as the numbers 1 and 0 in sets of any type
		{ for (i = 1; i <= len; i++) {
			if (long != 1 && rand() > 0.04) continue
			if ($1 ~ /^(inset|iifnameset)$/ &&
			    words[i] ~ /^(exists|missing)$/) continue
			text = $2; gsub(/W/, words[i], text)
			print $1 "\t" words[i] "\t" text } }' \
		"$here/names.words" "$here/names.places"
}

pairs >all
passed=0 failed=0
unshare -n bash -c 'while IFS=$'\''\t'\'' read -r place word text; do
	printf "%b\n" "$text" >f
	nft -c -f f >/dev/null 2>err
	case $? in
	0) nft=takes ;;
	1) # of the kernel, that has no such link
		nft=refuses
		grep -q "Could not process rule: No such" err && nft=takes ;;
	*) continue ;;
	esac
	ours=refuses
	"$NFTVM_BUILD/nftvm" check -f f >/dev/null 2>&1 && ours=takes
	echo "$place $word $nft $ours"
done' <all >told
while read -r place word nft ours; do
	if [ "$nft" = "$ours" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "--- $place: $word: nft $nft it, nftvm $ours it"
	fi
done <told
echo "names: $passed passed, $failed failed"
[ $failed = 0 ]
