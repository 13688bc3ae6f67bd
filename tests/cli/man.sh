#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The manual and the program agree: every command and option that --help shows
# is in nftvm.1, its examples run, and groff has nothing to say about it.
set -uo pipefail
here=$(dirname "$(readlink -f "$0")")
: "${NFTVM_BUILD:?folder of a build}"
PATH=$NFTVM_BUILD:$PATH
page=$here/../../man/nftvm.1
cd "$here/../../examples" || exit 1
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

# The page as words, roff's dashes as dashes.
plain()
{
	sed 's/\\-/-/g; s/\\f[A-Z]//g' "$page"
}

commands()
{
	nftvm --help | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'
}

options()
{
	nftvm "$1" --help | grep -oE -- '--[a-z-]+' | sort -u
}

text=$(plain)

in_page()
{
	grep -qF -- "$1" <<<"$text"
}

has_section()
{
	grep -qx "\.SS $1" <<<"$text"
}

well_formed()
{
	! man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null | grep .
}

for c in $(commands); do
	check "section of $c" has_section "$c"
	for o in $(options "$c"); do
		check "$c $o" in_page "$o"
	done
done
while read -r example; do
	check "example: $example" bash -c "$example"
done < <(sed -n '/^\.EX/,/^\.EE/p' "$page" | grep nftvm)
if command -v man >/dev/null; then
	check "no warnings" well_formed
fi
echo "man: $passed passed, $failed failed"
[ $failed = 0 ]
