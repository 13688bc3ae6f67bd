#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run.sh SECONDS: each fuzz target for that long, from the seeds beside it and
# the words of its dictionary. A crash leaves its input in the build's fuzz/.
set -uo pipefail
here=$(dirname "$(readlink -f "$0")")
: "${NFTVM_BUILD:?folder of a build made with --enable-fuzzing}"
seconds=${1:-60}
corpus=${NFTVM_CORPUS:-$here/../../../shared}
passed=0 failed=0

for target in "$NFTVM_BUILD"/tests/fuzz/*; do
	[ -f "$target" ] && [ -x "$target" ] || continue
	name=$(basename "$target")
	work=$NFTVM_BUILD/fuzz/$name
	mkdir -p "$work/corpus"
	seeds=()
	[ -d "$here/seeds/$name" ] && seeds+=("$here/seeds/$name")
	case $name in
	parse) seeds+=("$here/../../examples" "$corpus/rulesets") ;;
	host) seeds+=("$here/../../examples") ;;
	capture) seeds+=("$corpus/pcaps") ;;
	esac
	existing=()
	for s in "${seeds[@]}"; do
		[ -d "$s" ] && existing+=("$s")
	done
	dict=()
	[ -f "$here/$name.dict" ] && dict=(-dict="$here/$name.dict")
	if (cd "$work" && "$target" -max_total_time="$seconds" -timeout=10 \
		-rss_limit_mb=2048 -max_len=16384 -print_final_stats=1 \
		"${dict[@]}" corpus "${existing[@]}" >log 2>&1); then
		passed=$((passed + 1))
		echo "$name: $(grep -o 'number_of_executed_units: *[0-9]*' "$work/log" | grep -o '[0-9]*') inputs"
	else
		failed=$((failed + 1))
		echo "--- $name: see $work"
		grep -E 'ERROR|SUMMARY|panic|Assert' "$work/log" | head -5
	fi
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
