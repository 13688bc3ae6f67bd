#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Record examples/home.pcapng: real programs (curl, dig, ftp, ping, traceroute,
# iperf3, nmap) talking through a Linux router that runs home-router.nft, in
# three network namespaces:
#
#	nftvm-lan (PC .10, web server .20) -- nftvm-rt == nftvm-wan (servers)
#
# Each packet is captured as it arrives at the router, before any hook, with
# the name of the link it came by. What the kernel's own counters said at the
# end goes to home-router.counters: the tests hold the replay against it.
# lan.pcap is such a conversation as the PC sees it, replies translated back.
#
# As root; needs the packages of `./dev deps all`.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
work=$(mktemp -d)
pids=()

# Start a server in a namespace: serve NETNS COMMAND...
serve()
{
	ip netns exec "$@" >"$work/serve.$((${#pids[@]})).log" 2>&1 &
	pids+=($!)
}

cleanup()
{
	local pid ns

	for pid in "${pids[@]}"; do
		kill "$pid" 2>/dev/null || true
	done
	for ns in nftvm-lan nftvm-rt nftvm-wan; do
		ip netns pids "$ns" 2>/dev/null | xargs -r kill 2>/dev/null || true
		ip netns del "$ns" 2>/dev/null || true
	done
	rm -rf "$work"
}
trap cleanup EXIT

lan() { ip netns exec nftvm-lan timeout 20 "$@" >/dev/null 2>&1 || true; }
wan() { ip netns exec nftvm-wan timeout 20 "$@" >/dev/null 2>&1 || true; }

for ns in nftvm-lan nftvm-rt nftvm-wan; do
	ip netns add "$ns"
	ip -n "$ns" link set lo up
	ip netns exec "$ns" sysctl -qw net.ipv6.conf.all.accept_dad=0 \
		net.ipv6.conf.default.accept_dad=0 \
		net.ipv6.conf.default.router_solicitations=0
done

# Links with fixed addresses, so that a second recording looks like the first.
ip -n nftvm-rt link add lan address 02:00:00:00:01:01 type veth \
	peer name eth0 address 02:00:00:00:01:10 netns nftvm-lan
ip -n nftvm-rt link add wan address 02:00:00:00:02:01 type veth \
	peer name eth0 address 02:00:00:00:02:10 netns nftvm-wan
# The host file names the link-local addresses too.
ip -n nftvm-rt link add wan2 address 02:00:00:00:03:01 type veth \
	peer name eth1 address 02:00:00:00:03:10 netns nftvm-wan
for link in lan wan wan2; do
	ip -n nftvm-rt link set "$link" addrgenmode none
done
grep -E '^addr ' "$here/home-router.host" | ip -n nftvm-rt -batch -
for link in lan wan wan2; do
	ip -n nftvm-rt link set "$link" up
done
ip -n nftvm-lan addr add 192.168.1.10/24 dev eth0
ip -n nftvm-lan addr add 192.168.1.20/24 dev eth0
ip -n nftvm-lan addr add fd00:1::10/64 dev eth0 nodad
ip -n nftvm-lan link set eth0 up
ip -n nftvm-lan route add default via 192.168.1.1
ip -n nftvm-lan route add default via fd00:1::1
ip -n nftvm-wan addr add 203.0.113.1/24 dev eth0
ip -n nftvm-wan addr add fd00:2::1/64 dev eth0 nodad
ip -n nftvm-wan addr add 198.51.100.10/32 dev lo
ip -n nftvm-wan addr add fd00:3::10/128 dev lo nodad
ip -n nftvm-wan addr add 192.0.2.1/24 dev eth1
ip -n nftvm-wan link set eth0 up
ip -n nftvm-wan link set eth1 up
ip -n nftvm-wan route add default via 203.0.113.2
ip -n nftvm-wan route add default via fd00:2::2
grep -E '^(route|rule) ' "$here/home-router.host" | ip -n nftvm-rt -batch -
ip netns exec nftvm-rt sysctl -qw net.ipv4.ip_forward=1 \
	net.ipv6.conf.all.forwarding=1 net.ipv4.conf.all.rp_filter=0 \
	net.ipv4.conf.lan.rp_filter=0 net.ipv4.conf.wan.rp_filter=0 \
	net.ipv4.conf.wan2.rp_filter=0
for conf in all eth0 eth1; do
	ip netns exec nftvm-wan sysctl -qw "net.ipv4.conf.$conf.rp_filter=0"
done
# Checksums as on a wire, and packets no larger than it takes.
for link in lan:eth0 wan:eth0 wan:eth1; do
	ip netns exec "nftvm-${link%:*}" ethtool -K "${link#*:}" \
		tx off tso off gso off >/dev/null
done
ip netns exec nftvm-rt nft -f "$here/home-router.nft"

# --- servers -----------------------------------------------------------------
mkdir "$work/www" "$work/ftp"
head -c 60000 /dev/zero | tr '\0' 'n' >"$work/www/index.html"
head -c 20000 /dev/zero | tr '\0' 'f' >"$work/ftp/file.bin"
chmod 755 "$work" "$work/www" "$work/ftp"
nginx_conf()
{
	cat <<-EOF
	daemon off; pid $work/$1.pid; error_log /dev/null; worker_processes 1;
	events { }
	http { access_log off; client_body_temp_path $work/$1.b;
	proxy_temp_path $work/$1.p; fastcgi_temp_path $work/$1.f;
	uwsgi_temp_path $work/$1.u; scgi_temp_path $work/$1.s;
	server { listen 80; listen [::]:80; root $work/www; } }
	EOF
}
nginx_conf lan >"$work/lan.conf"
nginx_conf wan >"$work/wan.conf"
serve nftvm-lan nginx -c "$work/lan.conf"
serve nftvm-wan nginx -c "$work/wan.conf"
serve nftvm-wan dnsmasq -k --no-resolv --no-hosts --user=root \
	--address=/example.net/198.51.100.10 --pid-file= --conf-file=/dev/null
cat >"$work/vsftpd.conf" <<-EOF
	listen=YES
	background=NO
	anonymous_enable=YES
	no_anon_password=YES
	anon_root=$work/ftp
	secure_chroot_dir=$work/ftp
	run_as_launching_user=YES
	seccomp_sandbox=NO
EOF
serve nftvm-wan vsftpd "$work/vsftpd.conf"
serve nftvm-wan iperf3 -s

# --- the recording -----------------------------------------------------------
serve nftvm-rt dumpcap -q -n -w "$work/home.pcapng" -i lan -f inbound \
	-i wan -f inbound -i wan2 -f inbound
router=${pids[-1]}
sleep 2

lan dig +tries=1 +time=2 @198.51.100.10 www.example.net
lan curl -s http://198.51.100.10/
lan curl -s "http://[fd00:3::10]/"
lan ping -c 3 -i 0.2 198.51.100.10
lan ping -c 3 -i 0.2 fd00:3::10
lan ping -c 1 -s 3000 198.51.100.10
lan ping -c 1 192.168.1.1
lan traceroute -n -q 1 -w 1 -m 4 198.51.100.10
# FTP both ways round: the server is connected to, and it connects.
lan sh -c 'printf "user anonymous x\npassive\nget file.bin /dev/null\nbye\n" |
	ftp -n 198.51.100.10'
lan sh -c 'printf "user anonymous x\nget file.bin /dev/null\nbye\n" |
	ftp -n 198.51.100.10'
# by the second link
lan iperf3 -c 198.51.100.10 -n 200K
lan iperf3 -u -c 198.51.100.10 -n 50K -b 2M
# what the router does not allow, and does itself
lan curl -s --connect-timeout 1 http://198.51.100.10:25/
lan curl -s --connect-timeout 1 http://192.168.1.1/
lan dig +tries=1 +time=1 -p 123 @198.51.100.10 clock.example.net
# the web server, from outside, from inside by its public address, directly
wan curl -s http://203.0.113.2/
lan curl -s http://203.0.113.2/
wan curl -s --connect-timeout 1 http://192.168.1.20/
wan curl -s --connect-timeout 1 http://203.0.113.2:2222/
wan nmap -n -Pn -sS -p 20-30,80,443 --max-retries 0 203.0.113.2
wan nmap -n -Pn -sX -p 80,81 --max-retries 0 203.0.113.2
wan nmap -n -Pn -sX -p 80,81 --max-retries 0 192.168.1.20
wan ping -c 2 -i 0.2 203.0.113.2
wan ping -c 1 -I 203.0.113.1 192.168.1.10
sleep 1

kill "$router"
wait "$router" || true
ip netns exec nftvm-rt nft list ruleset >"$here/home-router.counters"
# The two links were written as they were read; put them in order of time.
reordercap "$work/home.pcapng" "$here/home.pcapng"

# The same from the inside: both directions, as the PC sees them.
serve nftvm-lan dumpcap -q -P -w "$work/lan.pcap" -i eth0 -f 'not port 5353'
pc=${pids[-1]}
sleep 2
lan dig +tries=1 +time=2 @198.51.100.10 www.example.net
lan curl -s http://198.51.100.10/
lan ping -c 2 -i 0.2 198.51.100.10
lan ping -c 1 -s 3000 198.51.100.10
lan traceroute -n -q 1 -w 1 -m 4 198.51.100.10
lan sh -c 'printf "user anonymous x\npassive\nget file.bin /dev/null\nbye\n" |
	ftp -n 198.51.100.10'
sleep 1
kill "$pc"
wait "$pc" || true
cp "$work/lan.pcap" "$here/lan.pcap"
chmod 644 "$here/home.pcapng" "$here/lan.pcap"
ls -l "$here/home.pcapng" "$here/lan.pcap"
