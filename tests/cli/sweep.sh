#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Small random texts of what the language has (sweep.grammar), item by item:
# nftvm refuses what nft and the kernel refuse, and of the rest bytecode and
# listings, as text and as JSON, are theirs. ITEMS, SEED and COUNT say which and
# how many; the item `fixed' is the texts of sweep.fixed (FIXED: another file),
# those that once were not, `wild' the rulesets in the folder wild/ (WILD:
# another one), such as people and their programs write.
set -uo pipefail
: "${NFTVM_BUILD:?folder of a build}"
PATH=$NFTVM_BUILD:$NFTVM_BUILD/tests/cli:$PATH
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

unshare -n nft list ruleset >/dev/null 2>&1 || {
	echo "sweep: 0 passed, 0 failed, 1 skipped"
	exit 0
}
if [ "${NFTVM_LONG:-0}" = 1 ]; then
	count=${COUNT:-1000}
else
	count=${COUNT:-60}
fi
seed=${SEED:-1}
items=${ITEMS:-fixed wild $(sed -n 's/^# item: //p' "$here/sweep.grammar")}
passed=0 failed=0 refused=0

# What grows by itself; tables are counted through all texts.
calm()
{
	sed -E 's/^(table .*# handle) [0-9]+/\1 N/; s/ expires [0-9a-z]+//g; s/packets [0-9]+ bytes [0-9]+/packets N bytes N/g'
}

# Bytecode without the lines that nft prints for chains and tables, and without
# the number by which it refers to a rule of the same batch.
blocks()
{
	sed -E '/\(null\)/d; s/^([a-z0-9]+ [^ ]+ [^ ]+) [0-9]+$/\1/'
}

# judge ITEM - what nft and the kernel say of all texts, in one namespace
judge()
{
	cd "$work/$1" || exit 1
	unshare -n sh -c 'ip link set lo up
	for f in *.nft; do
		# what the kernel of this machine lacks
		grep -q "^# bytecode alone" $f && {
			nft -c --debug=netlink -f $f >$f.code 2>/dev/null
			continue
		}
		(timeout 10 nft -f $f) >$f.out 2>$f.err
		case $? in
		0) ;;
		1) false ;;
		*) echo fell over >>$f.err; false ;;
		esac && {
			nft list ruleset >$f.list
			nft -a list ruleset >$f.lista
			nft -j list ruleset >$f.json
			nft flush ruleset
			nft -c --debug=netlink -f $f >$f.code 2>&1
		}
		nft flush ruleset
	done' >/dev/null 2>&1
}

# What the kernel of this machine lacks, a pattern of texts.
lacks=$(unshare -n sh -c 'nft "add table t; add chain t c; add rule t c queue"' \
	>/dev/null 2>&1 || echo '(^| )queue')

# lacking FILE - was it refused because of that?
lacking()
{
	[ -n "$lacks" ] && grep -q 'No such file or directory' "$1.err" &&
		grep -qE "$lacks" "$1"
}

# same_code FILE - `why` says how the bytecode differs
same_code()
{
	blocks <"$1.code" >want
	unshare -n nftvm compile -f "$1" 2>&1 | blocks | diff want - >diff ||
		why="bytecode: $(head -4 diff)"
}

# one FILE - `why` says what is wrong with it
one()
{
	local f=$1

	why=
	if grep -q '^# bytecode alone' "$f"; then
		same_code "$f"
		return
	fi
	if [ ! -f "$f.list" ]; then
		refused=$((refused + 1))
		# nft itself fell over, or never came back; or the machine lacks
		# what any link may be called: nothing is said
		grep -qE '^(BUG|fell over)|Interface does not exist' "$f.err" &&
			return
		lacking "$f" && return
		nftvm list -f "$f" >/dev/null 2>&1 &&
			why="nft refuses: $(head -1 "$f.err")"
		return
	fi
	nftvm list -f "$f" 2>err >our.list || {
		why="nft takes it: $(head -1 err)"
		return
	}
	calm <"$f.list" >want
	calm <our.list | diff want - >diff || {
		why="list: $(head -4 diff)"
		return
	}
	calm <"$f.lista" >want
	nftvm list -a -f "$f" 2>/dev/null | calm | diff want - >diff || {
		why="list -a: $(head -4 diff)"
		return
	}
	nftvm list -j -f "$f" >our.json 2>/dev/null
	"$here/json_equal.py" "$f.json" our.json >diff 2>&1 || {
		why="list -j: $(head -4 diff)"
		return
	}
	# nft shows what these do among the bytecode
	grep -qE '^(list|reset|flush (set|map)|delete element) ' "$f" && return
	same_code "$f"
}

# fixed DIR - the texts of sweep.fixed as files
fixed()
{
	local family text n=0

	while read -r family text; do
		case $family in
		'' | '#'*) continue ;;
		text) ;;
		code) text="# bytecode alone\\ntable inet t {\\n chain c {\\n $text\\n }\\n}" ;;
		*) text="table $family t {\n chain o { }\n counter k { }\n chain c {\n type filter hook input priority 0;\n $text\n }\n}" ;;
		esac
		n=$((n + 1))
		printf '%b\n' "$text" >"$1/$n.nft"
	done <"${FIXED:-$here/sweep.fixed}"
}

for item in $items; do
	mkdir "$work/$item"
	case $item in
	fixed) fixed "$work/$item" ;;
	wild) cp "${WILD:-$here/wild}"/*.nft "$work/$item" ;;
	*) sweep "$here/sweep.grammar" "$item" "$seed" "$count" "$work/$item" ;;
	esac
	judge "$item"
	cd "$work/$item" || exit 1
	for f in *.nft; do
		one "$f"
		if [ -z "$why" ]; then
			passed=$((passed + 1))
			continue
		fi
		failed=$((failed + 1))
		printf -- '--- %s, seed %s, %s: %s\n' "$item" "$seed" "$f" "$why"
		[ -z "${VERBOSE:-}" ] || cat "$f"
	done
done
echo "of these nft refuses $refused"
echo "sweep: $passed passed, $failed failed"
[ $failed = 0 ]
