#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ./dev check [--long]: sets the machine up, then runs every test there is.
#
# Each stage prints one line with its time; a failing one also the end of its
# log. The closing line adds up what the stages' own runners counted: Criterion's
# synthesis lines and the `N passed, N failed` of the scripts. Skipped tests
# count as failures when run as root with the corpus there: then nothing has a
# reason to be skipped.
set -uo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

OUT=${NFTVM_OUT:-$PWD/build}
JOBS=${JOBS:-$(nproc)}
export NFTVM_CORPUS=${NFTVM_CORPUS:-$PWD/../shared}
# Set before ./dev reads it again.
export NFTVM_OUT=$OUT JOBS
long=0
only=
for arg in "$@"; do
	case $arg in
	--long) long=1 ;;
	--only=*) only=${arg#--only=} ;;
	*)
		echo "usage: ./dev check [--long] [--only=STAGE]" >&2
		exit 2
		;;
	esac
done
export NFTVM_LONG=$long

logs=$OUT/logs
rm -rf "$logs"
mkdir -p "$logs"
passed=0 failed=0 skipped=0

# Add up what the runners counted in a log.
count()
{
	local p f s

	read -r p f s < <(awk '
		/Synthesis: Tested:/ {
			gsub(/\x1b\[[0-9;]*m/, "")
			n = split($0, w, /[ |]+/)
			for (i = 1; i < n; i++) {
				if (w[i] == "Passing:") p += w[i + 1]
				if (w[i] == "Failing:") f += w[i + 1]
			}
		}
		/^([a-z-]+: )?[0-9]+ passed, [0-9]+ failed/ {
			sub(/^[a-z-]+: /, "")
			p += $1; f += $3
			if ($5 > 0) s += $5
		}
		END { print p + 0, f + 0, s + 0 }' "$1")
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
	counted="$p passed, $f failed"
	[ "$s" = 0 ] || counted="$counted, $s skipped"
}

# stage NAME COMMAND... - run it, say how it went
stage()
{
	local name=$1 log=$logs/$1.log start=$SECONDS status=0 before=$failed
	shift

	[ -z "$only" ] || [ "$only" = "$name" ] || return 0
	"$@" >"$log" 2>&1 </dev/null || status=$?
	count "$log"
	# A stage without a runner of its own (a build, distcheck) is one test.
	if [ $status = 0 ] && [ "$counted" = "0 passed, 0 failed" ]; then
		passed=$((passed + 1))
		counted="done"
	fi
	if [ $status != 0 ] && [ "$failed" = "$before" ]; then
		failed=$((failed + 1))
		counted="$counted, exit status $status"
	fi
	printf '%-12s %4ds  %s\n' "$name" $((SECONDS - start)) "$counted"
	if [ "$failed" != "$before" ]; then
		grep -nE '\[FAIL\]|\[----\]|^FAIL|error:|ERROR|differs|--- ' "$log" | tail -20
		tail -15 "$log"
	fi
}

# make_check DIR - the unit tests and scripts of a build, their logs shown so
# that their closing lines are counted
make_check()
{
	local status=0 log

	make -s -C "$OUT/$1" -j"$JOBS" check || status=$?
	find "$OUT/$1/tests" -name '*.log' ! -name test-suite.log | sort |
		while read -r log; do
			echo "== ${log#"$OUT/$1/"}"
			cat "$log"
		done
	return $status
}

build_and_check()
{
	local name=$1
	shift

	./dev build-in "$name" --enable-werror "$@" &&
		make_check "$name"
}

# Only a build: the other compiler's warnings.
build_only()
{
	local name=$1
	shift

	./dev build-in "$name" --enable-werror "$@" &&
		make -s -C "$OUT/$name" -j"$JOBS" check TESTS=
}

# Several threads at one table, under ThreadSanitizer.
threads()
{
	local dir=$OUT/tsan name

	{ [ -x configure ] || autoreconf -fi; } && mkdir -p "$dir" &&
		{ [ -f "$dir/Makefile" ] ||
			(cd "$dir" && "$OLDPWD/configure" -q --enable-werror \
				--enable-tsan CC=clang CFLAGS="-O1 -g"); } &&
		make -s -C "$dir" -j"$JOBS" tests/ct/threads tests/nat/threads ||
		return
	for name in ct nat; do
		"$dir/tests/$name/threads" || return
	done
}

distcheck()
{
	make -s -C "$OUT/main" -j"$JOBS" distcheck \
		AM_DISTCHECK_CONFIGURE_FLAGS= TESTS=
}

run_with()
{
	NFTVM_BUILD=$OUT/$1 "$2" "${@:3}"
}

./dev deps all >"$logs/deps.log" 2>&1 || {
	tail -20 "$logs/deps.log"
	echo "check: 0 passed, 1 failed"
	exit 1
}
stage lint tests/lint/run.sh
stage main build_and_check main CFLAGS="-O2 -g"
stage twin run_with main tests/kernel/run.sh
stage demo ./dev demo
stage examples run_with main tests/examples/run.sh
stage asan build_and_check asan --enable-asan --enable-ubsan CFLAGS="-O1 -g"
stage captures run_with asan tests/captures/run.sh
stage clang build_only clang CC=clang CFLAGS="-O2 -g"
stage threads threads
stage dist distcheck
stage library run_with main tests/library/run.sh
stage fuzz ./dev fuzz "$([ $long = 1 ] && echo 600 || echo 5)"
if [ $long = 1 ]; then
	stage faults run_with main tests/kernel/faults.sh
fi

if [ "$(id -u)" = 0 ] && [ -d "$NFTVM_CORPUS" ] && [ $skipped != 0 ]; then
	echo "$skipped skipped, which as root with the corpus there is a failure"
	failed=$((failed + skipped))
	skipped=0
fi
line="$passed passed, $failed failed"
[ $skipped = 0 ] || line="$line, $skipped skipped"
echo "$line"
[ $failed = 0 ]
