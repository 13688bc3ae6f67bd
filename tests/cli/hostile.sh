#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Rulesets that nobody writes by hand: each is refused, or taken, in a few
# seconds, in bounded memory, with a diagnostic that fits a screen.
set -uo pipefail
: "${NFTVM_BUILD:?folder of a build}"
PATH=$NFTVM_BUILD:$PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
passed=0 failed=0
# A sanitizer reserves terabytes that it never touches.
grep -qa __asan_init "$(command -v nftvm)" ||
	ulimit -v 4000000

# row STATUS PATTERN PYTHON - of `nftvm check` of what the program prints, and
# what it says of it, in not more than 100 KB
row()
{
	local got

	python3 -c "$3" >f.nft
	timeout 120 nftvm check -f f.nft >out 2>&1
	got=$?
	if [ $got = "$1" ] && grep -qE -- "${2:-^no output$}" <<<"$(cat out
		[ -s out ] || echo no output)" && [ "$(wc -c <out)" -lt 100000 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf -- '--- %s: status %s, wanted %s and /%s/\n' "$3" \
			"$got" "$1" "$2"
		head -c 500 out
		echo
	fi
}

row 1 '1:1-5000000: error: syntax error at "aaa' 'print("a" * 5000000)'
row 1 'a character that nft does not know' 'print("\0" * 1000000)'
row 1 ':1:.*error: ' 'print("{" * 100000)'
row 1 'nested too deeply' \
	'print("table ip t { chain c { ip saddr " + "{" * 100000)'
row 1 'nested too deeply' \
	'print("table ip t { chain c { meta mark set " + "(" * 100000)'
row 1 'more than 1000 operators' \
	'print("table ip t { chain c { meta mark set " + "1 | " * 100000 + "1; }; }")'
row 1 'more than 1000 operators' 'print("define a0 = 1")
for i in range(1, 60): print(f"define a{i} = $a{i-1} | $a{i-1}")
print("table ip t { chain c { meta mark set $a59; }; }")'
row 1 'more than [0-9]+ elements' 'print("define a0 = { 1, 2 }")
for i in range(1, 60): print(f"define a{i} = {{ $a{i-1}, $a{i-1} }}")
print("table ip t { chain c { tcp dport $a59 accept; }; }")'
row 1 '70000 does not fit' 'print("define a0 = { 70000 }")
for i in range(1, 60): print(f"define a{i} = {{ $a{i-1}, $a{i-1} }}")
print("table ip t { chain c { tcp dport $a59 accept; }; }")'
row 1 'or 1000 sets' 'print("define a0 = { 1, 2 }")
for i in range(1, 3000): print(f"define a{i} = {{ $a{i-1}, {i + 2} }}")
print("table ip t { chain c { tcp dport $a2999 accept; }; }")'
row 0 '' 'print("define a0 = { 1, 2 }")
for i in range(1, 10): print(f"define a{i} = {{ $a{i-1}, {i + 2} }}")
print("table ip t { chain c { tcp dport $a9 accept; }; }")'
row 0 '' 'print("define a0 = 1")
for i in range(1, 10000): print(f"define a{i} = $a{i-1}")
print("table ip t { chain c { tcp dport $a9999 accept; }; }")'
row 1 '^f.nft:1:13-13: error: a carriage return' \
	'print("table ip t {\r\n}\r")'
row 1 '"bad..x" is not a valid' \
	'print("table ip t { chain c { ip saddr { " + "10.0.0.1, " * 200000 + "bad..x } accept; }; }")'
row 1 'unknown variable "a"' 'for i in range(300000): print(f"define a{i} = {i}")
print("table ip t { chain c { tcp dport $a299999 accept; tcp dport $a; }; }")'
# host_row PYTHON - a host file that is taken
host_row()
{
	python3 -c "$1" >f.host
	echo "table ip t { }" >f.nft
	if timeout 60 nftvm check --host f.host -f f.nft >out 2>&1; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf -- "--- host: %s\n" "$1"
		head -c 500 out
	fi
}
host_row 'print("link add lan")
for i in range(300000): print(f"addr add 10.{i>>16}.{i>>8&255}.{i&255}/32 dev lan")'
host_row 'print("link add lan")
for i in range(1, 300000): print(f"addr add 10.{i>>16}.{i>>8&255}.{i&255}/8 brd 10.255.255.255 dev lan")'
host_row 'print("link add lan")
for i in range(1, 300000): print(f"addr add fd00::{i>>16:x}:{i&65535:x}/64 dev lan")'
echo "hostile: $passed passed, $failed failed"
[ $failed = 0 ]
