#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A program outside the tree builds against the installed library by its
# pkg-config file, shared and static, and the library shows nftvm_ symbols only.
set -uo pipefail
here=$(dirname "$(readlink -f "$0")")
: "${NFTVM_BUILD:?folder of a build}"
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

only_our_symbols()
{
	! nm -D --defined-only "$work/usr/lib/libnftvm.so" |
		awk '{ print $3 }' | grep -v '^nftvm_'
}

# program_runs WORD... - with the linker's words for our library
program_runs()
{
	# shellcheck disable=SC2046 # flags are words
	gcc -Wall -Werror -o "$work/program" "$here/program.c" \
		$(pkg-config --define-variable=prefix="$work/usr" --cflags nftvm) \
		"$@" &&
		LD_LIBRARY_PATH="$work/usr/lib" "$work/program" | grep -q libnftvm
}

shared()
{
	# shellcheck disable=SC2046
	program_runs $(pkg-config --define-variable=prefix="$work/usr" --libs nftvm)
}

# Our archive alone: Debian's libpcap.a would want what Debian has not.
static()
{
	# shellcheck disable=SC2046
	program_runs "$work/usr/lib/libnftvm.a" \
		$(pkg-config --libs libmnl libnftnl jansson libpcap)
}

make -s -C "$NFTVM_BUILD" install DESTDIR="$work/dest" >"$work/log" 2>&1 || {
	cat "$work/log"
	echo "0 passed, 1 failed"
	exit 1
}
prefix=$(sed -n 's/^prefix=//p' "$NFTVM_BUILD/nftvm.pc")
mv "$work/dest/$prefix" "$work/usr"
export PKG_CONFIG_PATH=$work/usr/lib/pkgconfig
check symbols only_our_symbols
check shared shared
rm -f "$work"/usr/lib/libnftvm.so*
check static static
echo "$passed passed, $failed failed"
[ $failed = 0 ]
