#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The kernel twin: every written scenario, the traffic of the corpus'
# captures and a number of seeds, on the machine's kernel and on nftvm.
#
#	NFTVM_BUILD   build directory (default: the current one)
#	NFTVM_LONG    1: 300 seeds instead of 40
#	TWIN_SEEDS    how many seeds, whatever the above
#	TWIN_FIRST    the first seed (default 1)
#	NFTVM_CORPUS  where pcaps/ is (default ../shared, from the tree)
#
# Arguments are passed on to the twin (--help says which).
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
build=${NFTVM_BUILD:-$PWD}
seeds=${TWIN_SEEDS:-$([ "${NFTVM_LONG:-0}" = 1 ] && echo 300 || echo 40)}

corpus=${NFTVM_CORPUS:-$here/../../../shared}
captures=()
for f in "$corpus"/pcaps/*.pcap*; do
	[ -f "$f" ] && captures+=("$f")
done

# What nftvm trace says of each packet of every scenario and of recorded traffic,
# against nft monitor trace.
traced()
{
	"$build/tests/kernel/twin" --nftvm "$build/nftvm" --jobs 4 --trace \
		--rules "$here/recorded/nat.nft" \
		"$here"/scenarios/*.twin "$here/../../examples/home.pcapng"
}

status=0
[ $# != 0 ] || traced || status=$?
"$build/tests/kernel/twin" --nftvm "$build/nftvm" --jobs 4 \
	--seed "${TWIN_FIRST:-1}" --count "$seeds" "$@" \
	--rules "$here/recorded/state.nft" --rules "$here/recorded/nat.nft" \
	"$here"/scenarios/*.twin "${captures[@]}" || status=$?
exit $status
