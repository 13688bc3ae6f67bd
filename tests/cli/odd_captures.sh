#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Captures that are odd (odd_captures.py): what is right is replayed frame by
# frame, in both forms, translated and readdressed, read once from a pipe; what
# is flipped ends in an orderly way. COUNT says how many flipped ones of each.
set -uo pipefail
: "${NFTVM_BUILD:?folder of a build}"
PATH=$NFTVM_BUILD:$PATH
here=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
passed=0 failed=0
if [ "${NFTVM_LONG:-0}" = 1 ]; then
	count=${COUNT:-300}
else
	count=${COUNT:-15}
fi
router=$here/examples/home-router
python3 "$here/tests/cli/odd_captures.py" . "${SEED:-1}" "$count" || exit 1

fail()
{
	failed=$((failed + 1))
	echo "--- $1: $2"
	head -c 600 err
}

# replay STATUS-PATTERN NAME OPTION... - one run on NAME.pcapng
replay()
{
	local want=$1 name=$2 got
	shift 2

	timeout 60 nftvm replay "$@" -f "$router.nft" >out 2>err
	got=$?
	case $got in
	$want) passed=$((passed + 1)) ;;
	*) fail "$name" "status $got with $*" ;;
	esac
}

for want in *.want; do
	name=${want%.want}
	read -r ip other <"$want"
	replay 0 "$name" --json --host "$router.host" "$name.pcapng"
	python3 - "$ip" "$other" <<-'END' 2>err || fail "$name" "other frames than there are"
	import json, sys
	rows = [json.loads(line) for line in open("out")]
	ip, other = map(int, sys.argv[1:])
	assert len(rows) == ip + other + 1, (len(rows), ip, other)
	assert [r["packet"] for r in rows[:-1]] == list(range(1, ip + other + 1))
	n = sum(r.get("reason") == "not_ip" for r in rows[:-1])
	assert n == other, (n, other)
	END
	cp out first
	replay 0 "$name" --json --form reference --host "$router.host" - <"$name.pcapng"
	cmp -s out first || fail "$name" "the forms differ"
	replay 0 "$name" -q --readdress "$name.pcapng"
	replay 0 "$name" -q --checksums verify --write w.pcapng --host "$router.host" "$name.pcapng"
	replay 0 "$name" -q --host "$router.host" w.pcapng
done
for flipped in *-*.pcapng; do
	replay '[01]' "$flipped" --json --emit --readdress --host "$router.host" "$flipped"
	replay '[01]' "$flipped" --json --emit --readdress "$flipped"
done
echo "odd captures: $passed passed, $failed failed"
[ $failed = 0 ]
