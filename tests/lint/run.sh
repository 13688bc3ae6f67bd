#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The house rules, as tests: layers, a test opposite every source file, file
# length, no mutable globals, formatting, spelling. Prints every fault, then
# `N passed, N failed`.
set -uo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
passed=0 failed=0

# check NAME COMMAND... - a rule: its command prints faults and fails
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

sources()
{
	git ls-files -co --exclude-standard '*.c' '*.h' | sort
}

product()
{
	sources | grep -Ev '^(tests|bench|examples|doc)/'
}

# Sources whose behaviour is tested through somebody else's door.
untwinned='^(cli/|api/|daemon/|.*/internal\.h)'

# A test opposite each source, or the one that tests/lint/covered.txt names.
twins()
{
	local f pattern test found missing=0

	for f in $(product | grep '\.c$' | grep -Ev "$untwinned"); do
		[ ! -e "tests/$f" ] || continue
		found=
		while read -r pattern test; do
			# shellcheck disable=SC2053 # a pattern, on purpose
			[[ $f == $pattern ]] && [ -e "$test" ] && found=$test
		done < <(grep -v '^#' tests/lint/covered.txt)
		if [ -z "$found" ]; then
			echo "$f: no tests/$f opposite"
			missing=1
		fi
	done
	return $missing
}

lengths()
{
	sources | xargs wc -l |
		awk '$2 != "total" && $1 > 1000 { print $2 ": " $1 " lines"; bad = 1 }
		END { exit bad }'
}

spdx()
{
	local f bad=0

	for f in $(sources); do
		head -1 "$f" | grep -q 'SPDX-License-Identifier: GPL-2.0-or-later' ||
			{ echo "$f: no SPDX line"; bad=1; }
	done
	return $bad
}

# A static or global object that is not const (function-local ones too).
globals()
{
	local found

	found=$(product | grep '\.c$' | xargs grep -nE \
		'^\s*static [a-z_ ]*[a-z_*0-9]+(\[[^]]*\])*( = .*)?;$' |
		grep -vE 'static (inline )?const |static [a-z_ ]* ?const ' |
		grep -v '(' || true)
	[ -z "$found" ] || { echo "$found"; return 1; }
}

format()
{
	sources | xargs clang-format --dry-run -Werror 2>&1 |
		awk -F: '/error: / { n[$1]++ }
		END { for (f in n) { print f ": " n[f] " places to format"; bad = 1 }
			exit bad }'
}

unfinished()
{
	! git grep -nE '\b(TODO|FIXME|XXX)\b' -- '*.c' '*.h' '*.l' '*.y' '*.sh' \
		':!tests/lint/run.sh'
}

# Words of the field that the spell checker takes for slips, and slips that
# tests make on purpose.
words='checkk,chck,fliter,coutner,bloked,iif,protcool,brigde,foward,build-in,ect,fo,te,ba,hist,ans,nd,inout,ot,ue,als'

spelling()
{
	git ls-files -co --exclude-standard | grep -Ev '\.pcap|^COPYING$' |
		xargs codespell -q 3 -L "$words"
}

check layers tests/lint/layers.sh
check twins twins
check lengths lengths
check spdx spdx
check globals globals
check format format
check unfinished unfinished
check spelling spelling

echo "lint: $passed passed, $failed failed"
[ $failed = 0 ]
