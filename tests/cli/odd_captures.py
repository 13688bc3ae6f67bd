# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures that are odd and still right, and the same with bytes flipped.

usage: odd_captures.py DIR SEED COUNT

Writes DIR/NAME.pcapng, and DIR/NAME.want with how many frames carry IP and how
many do not, and COUNT flipped ones of each as DIR/NAME-N.pcapng.
"""
import random
import struct
import sys

LAN, FAR, OWN = (192, 168, 1, 5), (8, 8, 8, 8), (203, 0, 113, 2)
ETHERNET, RAW, SLL2 = 1, 101, 276


def sum16(b):
    b += b"\0" * (len(b) % 2)
    t = sum(struct.unpack(">%dH" % (len(b) // 2), b))
    while t >> 16:
        t = (t & 0xFFFF) + (t >> 16)
    return ~t & 0xFFFF


def ip4(l4, proto=17, src=LAN, dst=FAR, total=None, frag=0, ident=7, ttl=64):
    total = 20 + len(l4) if total is None else total
    h = struct.pack(">BBHHHBBH4s4s", 0x45, 0, total, ident, frag, ttl, proto, 0,
                    bytes(src), bytes(dst))
    return h[:10] + struct.pack(">H", sum16(h)) + h[12:] + l4


def udp(n, sport=1000):
    return struct.pack(">HHHH", sport, 53, min(8 + n, 65535), 0) + bytes(n)


def tcp(n, flags=2):
    return struct.pack(">HHIIBBHHH", 1000, 80, 1, 0, 0x50, flags, 65535, 0,
                       0) + bytes(n)


def ip6(l4, nexthdr=17, length=None):
    length = len(l4) if length is None else length
    src = bytes.fromhex("fd000001000000000000000000000005")
    dst = bytes.fromhex("20010db8000000000000000000000008")
    return struct.pack(">IHBB", 0x60000000, length, nexthdr, 64) + src + dst + l4


def ether(packet, *tags, kind=0x800):
    head = bytes(12)
    for tag in tags:
        head += struct.pack(">HH", tag, 5)
    return head + struct.pack(">H", kind) + packet


def pppoe(packet, *tags, proto=0x21):
    body = struct.pack(">BBHHH", 0x11, 0, 1, len(packet) + 2, proto) + packet
    return ether(body, *tags, kind=0x8864)


def sll2(packet, kind=0):
    return struct.pack(">HHIHBB8s", 0x800, 0, 2, 1, kind, 6, bytes(8)) + packet


class Capture:
    """Blocks in the byte order of their section."""

    def __init__(self):
        self.bytes, self.ip, self.other, self.ns = b"", 0, 0, 10 ** 18

    def block(self, kind, body):
        body += b"\0" * (-len(body) % 4)
        n = struct.pack(self.end + "I", len(body) + 12)
        self.bytes += struct.pack(self.end + "I", kind) + n + body + n

    def section(self, end, *links):
        self.end = end
        self.block(0x0A0D0D0A, struct.pack(end + "IHHq", 0x1A2B3C4D, 1, 0, -1))
        for i, link in enumerate(links):
            name = ("lan", "wan", "odd")[i % 3].encode() + b"\0"
            self.block(1, struct.pack(end + "HHI", link, 0, 0) +
                       struct.pack(end + "HH4sHHB3xHH", 2, 3, name, 9, 1, 9, 0, 0))
        return self

    def frame(self, iface, data, cut=None, wire=None, is_ip=True, step=1000):
        seen = data if cut is None else data[:cut]
        self.ns += step
        self.block(6, struct.pack(self.end + "IIIII", iface, self.ns >> 32,
                                  self.ns & 0xFFFFFFFF, len(seen),
                                  len(data) if wire is None else wire) + seen)
        self.ip += is_ip
        self.other += not is_ip


def sections():
    c = Capture()
    for end in "<", ">", "<":
        c.section(end, RAW, ETHERNET)
        c.frame(0, ip4(udp(10)))
        c.frame(1, ether(ip4(tcp(0))))
    c.section(">", SLL2)
    c.frame(0, sll2(ip4(udp(3))))
    return c


def mixed_links():
    c = Capture().section("<", ETHERNET, RAW, SLL2)
    for i in range(30):
        c.frame(0, ether(ip4(udp(i)), 0x8100))
        c.frame(1, ip6(udp(i)))
        c.frame(2, sll2(ip4(tcp(i), 6), 4 * (i % 2)))
    return c


def snapped():
    c = Capture().section("<", RAW)
    for packet in ip4(tcp(200), 6), ip4(udp(200)), ip6(tcp(200), 6), \
            ip4(struct.pack(">BBHI", 3, 1, 0, 0) + ip4(udp(200)), 1, FAR, OWN):
        for cut in range(1, 90):
            c.frame(0, packet, cut)
    return c


def tagged_fragments():
    c = Capture().section("<", ETHERNET)
    whole = udp(2000)
    for i, wrap in enumerate((lambda p: ether(p, 0x8100),
                              lambda p: ether(p, 0x88A8, 0x8100), pppoe,
                              lambda p: pppoe(p, 0x8100))):
        for at in (0, 800), (1600, 408), (800, 800):
            more = 0x2000 if sum(at) < len(whole) else 0
            c.frame(0, wrap(ip4(whole[at[0]:sum(at)], frag=more | at[0] // 8,
                                ident=i)))
    return c


def stepping_clock():
    c = Capture().section("<", RAW)
    for i, step in enumerate((10 ** 9, -10 ** 9, -10 ** 17, 3, 4 * 10 ** 17, -1,
                              -(10 ** 18), 10 ** 12, 0, 7 * 10 ** 18)):
        c.frame(0, ip4(udp(4, 2000 + i % 3)), step=step)
    return c


def large():
    c = Capture().section("<", RAW, ETHERNET)
    for n in 1460, 8960, 20000, 65495:
        c.frame(0, ip4(tcp(n, 16), 6))
        c.frame(1, ether(ip4(tcp(n, 16), 6)))
    c.frame(0, ip4(tcp(100000, 16), 6, total=0))
    c.frame(0, ip4(udp(200000), total=0))
    c.frame(0, ip6(tcp(70000, 16), 6, 0))
    jumbo = struct.pack(">BBBBI", 17, 0, 0xC2, 4, 8 + 8 + 70000) + udp(70000)
    c.frame(0, ip6(jumbo, 0, 0))
    c.frame(0, ip4(udp(65507)))
    return c


def empty():
    c = Capture().section("<", RAW, ETHERNET, SLL2)
    for iface in range(3):
        c.frame(iface, b"", is_ip=False)
        c.frame(iface, b"", wire=1500, is_ip=False)
    for n in range(1, 14):
        c.frame(1, bytes(n), is_ip=False)
    c.frame(1, ether(b""), is_ip=True)
    c.frame(0, ip4(b"", 17))
    c.frame(0, ip4(b"", 6))
    c.frame(0, ip6(b"", 59))
    return c


def main():
    folder, seed, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    draw = random.Random(seed)
    for make in (sections, mixed_links, snapped, tagged_fragments,
                 stepping_clock, large, empty):
        c = make()
        path = f"{folder}/{make.__name__}"
        open(path + ".pcapng", "wb").write(c.bytes)
        open(path + ".want", "w").write(f"{c.ip} {c.other}\n")
        for i in range(count):
            b = bytearray(c.bytes)
            for _ in range(draw.choice((1, 3, 30))):
                b[draw.randrange(28, len(b))] = draw.randrange(256)
            open(f"{path}-{i}.pcapng", "wb").write(b)


main()
