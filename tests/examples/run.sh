#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The examples do what they say: the home router's replay leaves the very
# counters that the recording kernel had, and every command that README shows
# runs.
set -uo pipefail
here=$(dirname "$(readlink -f "$0")")
: "${NFTVM_BUILD:?folder of a build}"
cd "$here/../.."
PATH=$NFTVM_BUILD:$PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

check()
{
	local name=$1 out
	shift
	if out=$("$@" 2>&1); then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf -- '--- %s\n%s\n' "$name" "$out"
	fi
}

kernels_counters()
{
	nftvm replay -q -f examples/home-router.nft \
		--host examples/home-router.host --dump ruleset="$work/ruleset" \
		"$@" examples/home.pcapng >"$work/out" || return 1
	diff examples/home-router.counters "$work/ruleset"
}

# A capture from inside the LAN, whose replies have been translated back.
lan_capture()
{
	nftvm replay --readdress --json --emit -f examples/home-router.nft \
		--host examples/home-router.host "$@" examples/lan.pcap \
		>"$work/json" 2>"$work/err" || return 1
	tests/examples/readdress.py examples/lan.pcap "$work/json"
}

# Without --readdress the summary says how many would need it.
lan_capture_counted()
{
	nftvm replay -q -f examples/home-router.nft \
		--host examples/home-router.host examples/lan.pcap 2>&1 |
		grep -E 'captured under other translations: [1-9][0-9]+ '
}

# The shell commands that a document shows: lines of ```sh blocks and of the
# table of jobs, with the files of examples/ for the names they use.
shown_commands()
{
	{
		awk '/^```sh/ { on = 1; next } /^```/ { on = 0 } on' "$1"
		grep -oE '^\| [^|]* \| `nftvm [^`]*`' "$1" | grep -o '`.*`' | tr -d '`'
	} | grep '^nftvm ' | sed -e 's/ #.*//' \
		-e 's|rules\.nft|examples/home-router.nft|g' \
		-e 's|router\.host|examples/home-router.host|g' \
		-e 's|traffic\.pcapng|examples/home.pcapng|g' \
		-e 's|examples/home-examples|examples|g' \
		-e 's|\.\.\.$|-f examples/home-router.nft --host examples/home-router.host examples/home.pcapng|'
}

check home-router kernels_counters
check home-router-reference kernels_counters --form reference
check lan-capture lan_capture
check lan-capture-reference lan_capture --form reference
check lan-capture-counted lan_capture_counted
while read -r command; do
	check "README: $command" bash -c "$command"
done < <(shown_commands README.md)

# The files that the tutorial has one write, each the block behind its name, and
# what its commands say: each line of a block without a name is among it.
tutorial()
{
	mkdir "$work/tutorial"
	awk -v dir="$work/tutorial/" '
	/^```/ && on { on = 0; next }
	/^```/ {
		on = 1
		to = /^```sh/ ? "commands" : name != "" ? name : "said"
		name = ""
		next
	}
	on { print > (dir to); next }
	match($0, /`web\.[a-z]+`/) { name = substr($0, RSTART + 1, RLENGTH - 2) }
	' doc/tutorial.md
	cp examples/home.pcapng "$work/tutorial/traffic.pcapng"
	(cd "$work/tutorial" && bash -e commands) >"$work/tutorial/out" || return 1
	while read -r line; do
		grep -qF -- "$line" "$work/tutorial/out" || {
			echo "not said: $line"
			return 1
		}
	done <"$work/tutorial/said"
}

check tutorial tutorial
echo "$passed passed, $failed failed"
[ $failed = 0 ]
