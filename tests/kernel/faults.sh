#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Deliberate faults: for each trap of the kernel's behaviour that is covered,
# break the code in that one place and see that the twin notices.
#
# A fault is a file faults/NN-name.fault: "trap:" says what is broken, "file:"
# where, "from:" and "to:" are followed by the text as it stands and as it
# shall stand. The text must occur exactly once, so that a fault which no
# longer fits the code is itself a failure.
#
#	NFTVM_BUILD   a build whose twin judges (default: the current directory)
#	FAULTS_DIR    scratch directory (default: a new one under TMPDIR)
#	FAULTS_BYTECODE  1: judge the engine on the kernel's bytecode, without
#		      our compiler
#
# Arguments: names of faults; default all. Closes with `N passed, N failed`.
set -uo pipefail
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
top=$(cd "$here/../.." && pwd)
build=$(cd "${NFTVM_BUILD:-$PWD}" && pwd)
jobs=${JOBS:-$(nproc)}
scratch=${FAULTS_DIR:-$(mktemp -d)}
bytecode=${FAULTS_BYTECODE:-0}
passed=0 failed=0

if [ "$(id -u)" != 0 ]; then
	echo "SKIPPED: the faults need the kernel twin, which needs root"
	echo "0 passed, 0 failed, 1 skipped"
	exit 0
fi
[ -n "${FAULTS_DIR:-}" ] || trap 'rm -rf "$scratch"' EXIT
mkdir -p "$scratch" || exit 4

copy_and_build()
{
	mkdir -p "$scratch/src" "$scratch/build"
	(cd "$top" && tar -cf - --exclude=./.git --exclude=./build .) |
		tar -xmf - -C "$scratch/src" &&
		cd "$scratch/build" &&
		{ [ -f Makefile ] || "$scratch/src/configure" -q CFLAGS="-O1"; } &&
		build_copy
}

build_copy()
{
	if [ "$bytecode" = 1 ]; then
		make -s -C "$scratch/build" -j"$jobs" tests/kernel/twin
	else
		make -s -C "$scratch/build" -j"$jobs" nftvm
	fi
}

# apply FAULT - prints the file it changed; the original is kept beside it
apply()
{
	python3 - "$scratch/src" "$1" <<'EOF'
import shutil, sys
top, path = sys.argv[1:]
part, text = None, {}
for line in open(path):
    for word in ("trap:", "file:", "from:", "to:"):
        if line.startswith(word):
            part = word
            line = line[len(word):].lstrip(" ")
            line = "" if line == "\n" else line
            break
    if part:
        text[part] = text.get(part, "") + line
name = text["file:"].strip()
target = f"{top}/{name}"
code = open(target).read()
old, new = text["from:"].strip("\n"), text.get("to:", "").strip("\n")
n = code.count(old)
if n != 1:
    sys.exit(f"{path}: the text to break stands {n} times in {name}")
shutil.copy2(target, target + ".orig")
open(target, "w").write(code.replace(old, new))
print(name)
EOF
}

# judge - does the twin notice? Prints the first case that fails.
judge()
{
	local twin=("$build/tests/kernel/twin" --nftvm "$scratch/build/nftvm")

	[ "$bytecode" = 0 ] ||
		twin=("$scratch/build/tests/kernel/twin" --bytecode)
	"${twin[@]}" --fail-fast --jobs 4 --count "${FAULT_SEEDS:-20}" \
		"$here"/scenarios/*.twin >"$scratch/twin.log" 2>&1
	grep -q '^FAIL ' "$scratch/twin.log"
}

try_fault()
{
	local fault=$1 name file status
	name=$(basename "$fault" .fault)

	if ! file=$(apply "$fault"); then
		echo "FAIL $name: cannot be applied"
		return 1
	fi
	if ! build_copy >"$scratch/make.log" 2>&1; then
		echo "FAIL $name: does not build"
		tail -5 "$scratch/make.log"
		status=1
	elif judge; then
		echo "noticed $name: $(grep -m1 '^FAIL' "$scratch/twin.log" |
			cut -d' ' -f2)"
		status=0
	else
		echo "FAIL $name: the twin does not notice"
		status=1
	fi
	mv "$scratch/src/$file.orig" "$scratch/src/$file"
	touch "$scratch/src/$file"
	return $status
}

if ! copy_and_build >"$scratch/build.log" 2>&1; then
	tail -20 "$scratch/build.log"
	echo "FAIL: the copy does not build"
	echo "0 passed, 1 failed"
	exit 4
fi
if judge || ! grep -q '^[0-9]* passed, 0 failed' "$scratch/twin.log"; then
	grep -A8 '^FAIL' "$scratch/twin.log" | head -20
	tail -3 "$scratch/twin.log"
	echo "FAIL: the twin fails without any fault"
	echo "0 passed, 1 failed"
	exit 4
fi
for fault in "$here"/faults/*.fault; do
	name=$(basename "$fault" .fault)
	case " $* " in
	"  " | *" $name "*) ;;
	*) continue ;;
	esac
	if try_fault "$fault"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
	fi
done
echo "$passed passed, $failed failed"
[ $failed = 0 ] || exit 4
