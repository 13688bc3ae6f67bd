#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""readdress.py CAPTURE JSON: what --readdress presented to the ruleset comes
out of it as it was captured.

CAPTURE was taken inside the LAN, JSON is its replay with --emit. A reply in it
has been translated back already; presented as the translated reply and
translated back by the ruleset, it must be the captured one again, but for the
TTL that the router takes once more and the header checksum that follows.
Everything must be let through, but for packets whose TTL ends at the router
and the error that it sent then.
"""
import json
import struct
import sys


def frames(path):
    with open(path, "rb") as f:
        data = f.read()
    # micro- or nanoseconds
    assert struct.unpack("<I", data[:4])[0] in (0xA1B2C3D4, 0xA1B23C4D)
    at = 24
    while at < len(data):
        length = struct.unpack("<I", data[at + 8:at + 12])[0]
        yield data[at + 16 + 14:at + 16 + length]
        at += 16 + length


def blank(packet):
    """Without TTL and header checksum, cut at the total length."""
    total = struct.unpack(">H", packet[2:4])[0]
    b = bytearray(packet[:total])
    b[8] = 0
    b[10:12] = b"\0\0"
    return bytes(b)


captured = list(frames(sys.argv[1]))
same = wrong = 0
for line in open(sys.argv[2]):
    told = json.loads(line)
    if "packet" not in told:
        continue
    number = told["packet"]
    if told["verdict"] not in ("accept", "stolen") and \
            told.get("reason") not in ("ttl_exceeded", "not_ip"):
        print(f"packet {number}: {told['verdict']}")
        wrong += 1
    for out in told.get("emit", []):
        if out["kind"] != "packet" or out["oif"] != "lan" or \
                told.get("iif") == "local":
            continue
        if blank(bytes.fromhex(out["data"])) == blank(captured[number - 1]):
            same += 1
        else:
            print(f"packet {number}: not as it was captured")
            wrong += 1
print(f"{same} replies came back as they were captured, {wrong} wrong")
sys.exit(wrong != 0 or same < 50)
