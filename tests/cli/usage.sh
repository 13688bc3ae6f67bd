#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The command line itself: help, unknown words, exit statuses, writes that fail.
set -uo pipefail
: "${NFTVM_BUILD:?folder of a build}"
PATH=$NFTVM_BUILD:$PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
passed=0 failed=0
echo 'table ip t { chain c { tcp dport 22 accept; }; }' >r.nft
echo 'table ip t { chain c { tcp dport 222222 accept; }; }' >wrong.nft

# row STATUS PATTERN COMMAND... - the status, and what stdout and stderr
# together hold ('' is nothing)
row()
{
	local status=$1 pattern=$2 got out
	shift 2
	out=$(bash -c "$*" 2>&1)
	got=$?
	if [ $got = "$status" ] && if [ -z "$pattern" ]; then
		[ -z "$out" ]
	else
		grep -qE -- "$pattern" <<<"$out"
	fi; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf -- '--- %s: status %s, wanted %s and /%s/\n%s\n' "$*" \
			"$got" "$status" "$pattern" "$out"
	fi
}

row 2 'no command' nftvm
row 0 '"nftables": \[\{"metainfo"' nftvm list -j -f r.nft
row 2 "-D wants NAME=VALUE, not 'x'" nftvm check -D x -f r.nft
row 2 "-D wants NAME=VALUE, not '=5'" nftvm check -D =5 -f r.nft
row 2 "-D wants NAME=VALUE, not '1x=5'" nftvm list -D 1x=5 -f r.nft
row 1 '^<cmdline>:1:10-10: error: ' nftvm check -D x=} -f r.nft
row 0 '^usage: nftvm COMMAND' nftvm --help
row 0 '^  check  .*' nftvm --help
row 0 '^nftvm [0-9]+\.[0-9]+\.[0-9]+$' nftvm --version
row 2 "unknown command 'checkk'; did you mean 'check'\?" nftvm checkk
row 2 "unknown command 'frobnicate' \(see" nftvm frobnicate
row 2 "unknown option '--helb'" nftvm --helb
row 0 '^usage: nftvm check -f FILE' nftvm check --help
row 0 '-D, --define NAME=VALUE' nftvm check --help
row 2 'unknown option --flie; did you mean --file\?' nftvm check --flie r.nft
row 2 'unknown option -Z' nftvm check -Z -f r.nft
row 2 'option -f needs an argument' nftvm check -f
row 2 'option --file needs an argument' nftvm check --file
row 2 'takes no argument' nftvm list --handle=5 -f r.nft
row 2 'no ruleset: give one with -f' nftvm check
row 2 "one argument too many: 'r.nft'" nftvm check -f r.nft r.nft
row 0 '' nftvm check -f r.nft
row 0 '' nftvm check -fr.nft
row 0 '' nftvm check --file=r.nft
row 0 '' 'nftvm check -f - <r.nft'
row 2 "nftvm replay: --seed: 'x' is no number" nftvm replay --seed x -f r.nft r.nft
row 2 'standard input, can be read once' 'nftvm check -f - -f - <r.nft'
row 2 'standard input, can be read once' 'nftvm check --host - -f - <r.nft'
row 2 'standard input, can be read once' 'nftvm replay -f - - <r.nft'
row 2 'standard input, can be read once' 'nftvm replay -f r.nft - - <r.nft'
row 1 '^wrong.nft:1:34-39: error: ' nftvm check -f wrong.nft
row 1 'nothing.nft"?: No such file or directory' nftvm check -f nothing.nft
row 1 'Is a directory' nftvm check -f .
# what Linux runs and nftvm does not: judged and listed, but not run
printf 'table ip t {\n ct helper s {\n type "sip" protocol udp\n }\n' >sip.nft
printf ' chain c {\n ct helper set "s"\n }\n}\n' >>sip.nft
printf 'delete chain ip t c\n' >undo.nft
: >empty.pcap
row 0 '' nftvm check -f sip.nft
row 0 '' nftvm check -f sip.nft -f undo.nft
row 0 'type "sip" protocol udp' nftvm list -f sip.nft
row 0 'objref type 3 name s' nftvm compile -f sip.nft
row 1 '^sip.nft:2:12-12: error: helper sip is not run here$' \
	nftvm compile --emit=vm -f sip.nft
row 1 '^sip.nft:2:12-12: error: helper sip is not run here$' \
	nftvm replay -f sip.nft empty.pcap
printf 'table inet t {\n flowtable f { hook ingress priority 0; devices = { lo }; }\n' >flow.nft
printf ' chain c {\n type filter hook forward priority 0;\n' >>flow.nft
printf ' ct state established flow add @f\n }\n}\n' >>flow.nft
row 0 '' nftvm check -f flow.nft
row 0 'devices = { lo }' nftvm list -f flow.nft
row 1 '^flow.nft:5:23-33: error: expression flow_offload is not run here$' \
	nftvm replay -f flow.nft empty.pcap
# tables that no packet here passes: said, and the rest is run
printf '\324\303\262\241\2\0\4\0\0\0\0\0\0\0\0\0\377\377\0\0\1\0\0\0' >none.pcap
for family in arp bridge; do
	echo "table $family t { chain c { counter; }; }" >$family.nft
	row 0 '' nftvm check -f $family.nft
	row 0 "^$family.nft:.* warning: table t is not run: .* $family tables" \
		nftvm replay -f $family.nft -f r.nft none.pcap
done
row 0 "^packets 0" nftvm replay -f r.nft none.pcap
row 1 'no.host: No such file or directory' nftvm check --host no.host -f r.nft
row 1 ':1:.*error' "echo nonsense >h; nftvm check --host h -f r.nft"
row 2 "--debug knows netlink, not 'all'" nftvm compile --debug=all -f r.nft
row 2 "--emit knows .*, not 'zz'" nftvm compile --emit=vm,zz -f r.nft
row 0 'payload load 2b' nftvm compile -f r.nft
row 0 'chain t c' nftvm compile --emit=vm -f r.nft
row 0 'tcp dport 22 accept # handle 2' nftvm list -a -f r.nft
row 0 'tcp dport 23 accept' "echo 'table ip t { chain c { tcp dport \$p accept; }; }' | nftvm list -D p=23 -f -"
row 0 'tcp dport 24' "mkdir -p inc; echo 'define q = 24' >inc/q.nft
	printf 'include \"q.nft\"\ntable ip t { chain c { tcp dport \$q accept; }; }' >i.nft
	nftvm list -I inc -f i.nft"
row 3 'No space left on device' 'nftvm list -f r.nft >/dev/full'
row 3 'No space left on device' 'nftvm --help >/dev/full'
row 3 'Broken pipe' '(sleep 0.2; nftvm list -f r.nft; echo status $? >&2) 2>e | true
	cat e; [ "$(tail -1 e)" = "status 3" ] && exit 3'
echo "usage: $passed passed, $failed failed"
[ $failed = 0 ]
