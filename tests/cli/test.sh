#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# nftvm test: what holds, what does not, and how both are told. What a ruleset
# does with a packet is judged elsewhere, by the kernel.
set -uo pipefail
: "${NFTVM_BUILD:?folder of a build}"
PATH=$NFTVM_BUILD:$PATH
here=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
passed=0 failed=0

mkdir sub
cat >sub/r.nft <<'END'
table inet t {
	chain forward {
		type filter hook forward priority 0; policy drop;
		ct state established,related accept
		tcp dport 80 ct mark set 0x3 log prefix "web " accept comment "web"
		udp dport 53 reject comment "dns"
	}
	chain post {
		type nat hook postrouting priority 100;
		oifname "wan" masquerade
	}
}
END
echo 'table inet t { chain early { type filter hook forward priority -5; tcp dport 80 drop; }; }' >sub/more.nft
cat >sub/h.host <<'END'
link add lan
link add wan
addr add 10.0.0.254/24 dev lan
addr add 203.0.113.2/24 dev wan
route add default via 203.0.113.1 dev wan
END

# row STATUS PATTERN LINES... - a test of these lines: the status, and what
# stdout and stderr together hold
row()
{
	local status=$1 pattern=$2 got out
	shift 2
	{
		printf 'ruleset "r.nft"\nhost "h.host"\ntest "it" {\n'
		printf '\t%s\n' "$@"
		printf '}\n'
	} >sub/t.nftest
	out=$(nftvm test sub/t.nftest 2>&1)
	got=$?
	judge "$*"
}

judge()
{
	if [ $got = "$status" ] && grep -qE -- "$pattern" <<<"$out"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf -- '--- %s: status %s, wanted %s and /%s/\n%s\n' "$1" \
			"$got" "$status" "$pattern" "$out"
	fi
}

# file STATUS PATTERN TEXT [OPTIONS...] - the same of a whole file
file()
{
	local status=$1 pattern=$2 got out
	printf '%b' "$3" >sub/t.nftest
	shift 3
	out=$(nftvm test "$@" sub/t.nftest 2>&1)
	got=$?
	judge "$(cat sub/t.nftest)"
}

web='send iif lan ip saddr 10.0.0.1 ip daddr 198.51.100.7 tcp dport 80'

# what holds
row 0 '^1 passed, 0 failed' "$web" 'expect accept to wan hook forward rule comment "web" rule at r.nft:5 rule chain forward'
row 0 '1 passed' "$web" 'expect ct state new ct direction original ct mark 3 ct mark 0x3 ct status confirmed,snat mark 0 log "web IN=lan"'
row 0 '1 passed' "$web" 'expect out ip saddr 203.0.113.2 ip ttl 63 tcp dport 80 tcp flags syn'
row 0 '1 passed' "$web" 'reply' 'expect accept to lan ct state established ct direction reply' 'expect out ip daddr 10.0.0.1 tcp flags syn,ack tcp ackseq 1001'
row 0 '1 passed' "tcp handshake ${web#send }" 'expect ct status assured' 'tcp close' 'expect accept entries 1' 'time +121s' "$web" 'expect ct state new'
row 0 '1 passed' 'send {' '	iif lan	# where' '	ip saddr 10.0.0.1 udp dport 53' '}' 'expect reject rule comment "dns"' 'expect answer icmp type destination-unreachable ip daddr 10.0.0.1'
row 0 '1 passed' 'send iif lan udp dport 54' 'expect drop policy nothing entries 0'
row 0 '1 passed' "$web" 'expect accept' 'reload "more.nft"' 'send iif lan ip saddr 10.0.0.2 tcp dport 80' 'expect drop rule chain early'
row 0 '1 passed' 'send iif lan ip saddr 10.0.0.1 ip daddr 198.51.100.7 tcp dport 80 ip ttl 1' 'expect drop reason ttl_exceeded' 'expect answer icmp type time-exceeded'
row 0 '1 passed' "$web"' payload "GET /"' 'expect out payload "GET /"'
# what does not
row 4 't.nftest:5: wanted drop, got accept by rule [0-9]+ of inet t forward \(sub/r.nft:5\)' "$web" 'expect drop'
row 4 't.nftest:5: wanted to lan, got wan' "$web" 'expect to lan'
row 4 't.nftest:5: wanted rule comment dns, got accept' "$web" 'expect rule comment "dns"'
row 4 't.nftest:5: wanted a policy, got accept by rule' "$web" 'expect policy'
row 4 't.nftest:5: wanted out ip saddr 10.0.0.1, got' "$web" 'expect out ip saddr 10.0.0.1'
row 4 'ip saddr 203.0.113.2 ip daddr 198.51.100.7 tcp sport 40000' "$web" 'expect out ip saddr 10.0.0.1'
row 4 't.nftest:5: wanted ct state established, got new' "$web" 'expect ct state established'
row 4 't.nftest:5: wanted ct status assured, it is not set' "$web" 'expect ct status assured'
row 4 't.nftest:5: wanted that nothing leaves, got 1 packets' "$web" 'expect nothing'
row 4 't.nftest:5: wanted log "dns", got web IN=lan' "$web" 'expect log "dns"'
row 4 't.nftest:5: wanted mark 0x1, got 0x0' "$web" 'expect mark 1'
row 4 't.nftest:5: nothing arrived that could be replied to' 'send iif lan udp dport 54' 'reply'
row 4 't.nftest:4: the SYN does not arrive: drop' 'tcp handshake iif lan tcp dport 81'
row 4 't.nftest:4: nothing was sent yet' 'expect accept'
row 4 '^0 passed, 1 failed' "$web" 'expect drop'
# what is wrong: located, and status 1
row 1 't.nftest:4:7-12: error: .*|nowhere' 'send iif nowhere'
row 1 't.nftest:4:.*error: 70000' 'send tcp dport 70000'
row 1 't.nftest:5:9-15: error: a verdict, or what else there is to see, is expected' "$web" 'expect acccept'
row 1 'did you mean .accept' "$web" 'expect acccept'
row 1 't.nftest:4:2-6: error: no statement of a test begins with this' 'sendd iif lan'
row 1 'a time like \+30s is expected' 'time soon'
row 1 'handshake or close is expected' 'tcp reset'
row 1 'cannot read "sub/none.nft"' 'reload "none.nft"'
file 1 'cannot read "sub/none.nft"' 'ruleset "none.nft"\ntest "x" {\n}\n'
file 1 'no ruleset is named' 'test "x" {\n}\n'
file 1 '} is missing' 'ruleset "r.nft"\ntest "x" {\n\tsend tcp dport 1\n'
file 1 'a test file has no such statement' 'rulesets "r.nft"\n'
file 1 'did you mean .ruleset' 'rulesets "r.nft"\n'
file 0 '^2 passed, 0 failed' 'ruleset "r.nft"\nhost "h.host"\ntest "a" {\n}\ntest "b" {\n}\n'
file 0 '^1 passed, 0 failed' 'ruleset "r.nft"\nhost "h.host"\ntest "a" {\n}\ntest "b" {\n}\n' --only b
# forms
file 4 '^not ok 2 - b$' 'ruleset "r.nft"\nhost "h.host"\ntest "a" {\n}\ntest "b" {\nexpect drop\n}\n' --format tap
file 4 '^1\.\.2$' 'ruleset "r.nft"\nhost "h.host"\ntest "a" {\n}\ntest "b" {\nexpect drop\n}\n' --format tap
file 4 '<failure message="sub/t.nftest:4">nothing was sent yet</failure>' 'ruleset "r.nft"\nhost "h.host"\ntest "<a>" {\nexpect drop\n}\n' --format junit
file 2 "plain, tap or junit, not 'x'" '' --format x
# coverage
{ printf 'ruleset "r.nft"\nhost "h.host"\n'; printf 'test "%s" {\n%s\n}\n' a "$web" b "$web" c 'send iif lan udp dport 99'; } >sub/c.nftest
out=$(nftvm test --coverage - sub/c.nftest 2>&1) got=$? status=0
pattern='^rules reached: 2 of 4$' && judge 'coverage'
pattern='^ +2  sub/r.nft:5: tcp dport 80 ct mark set 0x00000003 log prefix "web " accept comment "web"$' && judge 'coverage'
pattern='^ +never  sub/r.nft:6: udp dport 53 reject comment "dns"$' && judge 'coverage'
out=$(nftvm test --coverage c.info sub/c.nftest 2>&1 && cat c.info) got=$?
pattern="^SF:$work/sub/r.nft\$" && judge 'coverage for lcov'
pattern='^DA:5,2$' && judge 'coverage for lcov'
pattern='^LH:2$' && judge 'coverage for lcov'
out=$(nftvm test --coverage none/c.info sub/c.nftest 2>&1) got=$? status=3
pattern='none/c.info: No such file' && judge 'coverage that cannot be written'
out=$(nftvm test --coverage - "$here/examples/home-router.nftest" 2>&1) got=$? status=0
pattern='^rules reached: ([0-9]+) of \1$' && judge 'every rule of the example'
out=$(nftvm test --format junit sub/none "$here/examples/home-router.nftest" 2>/dev/null | python3 -c '
import sys, xml.etree.ElementTree as e
print(len(e.parse(sys.stdin).getroot().findall("testsuite/testcase")))')
got=0 status=0 pattern='^[1-9][0-9]*$'
judge 'JUnit that a parser reads'

echo "test: $passed passed, $failed failed"
[ $failed = 0 ]
