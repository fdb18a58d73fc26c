#!/usr/bin/env python3
"""Which ports of a virtual machine answer, seen from outside: over a line of QEMU (-netdev socket,listen=...), packet by packet.

    port_scan.py LINE_PORT IPV4 IPV6

Sends a TCP SYN to every port, over IPv4 and over IPv6 (a link-local address), twice, since a packet may be lost; and a UDP packet to
ports on which systems commonly listen. Prints one line for each way: "tcp4: 443" names the ports that were open; "refused" those
that said no, which a firewall that drops would not let them; "silent" counts the others. A connection made here is at once reset.
"""

import ipaddress
import select
import socket
import struct
import sys
import time

OUR_MAC = bytes.fromhex("5254000a0a09")
OUR_IPV4 = ipaddress.ip_address("10.7.0.9").packed
OUR_IPV6 = ipaddress.ip_address("fe80::5054:ff:fe0a:a09").packed
OUR_PORT = 40999
UDP_PORTS = [53, 67, 68, 69, 111, 123, 137, 161, 323, 500, 514, 546, 623, 1900, 5353, 5355, 8443, 8444]
# An emulated machine takes in no more.
PACKETS_PER_SECOND = 2000
SYN, RST, SYN_ACK = 0x02, 0x04, 0x12


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Line:
    """The other end of the machine's network card: whole Ethernet frames, each behind its length."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.waiting = b""
        self.their_mac = None

    def send(self, kind, payload):
        frame = (self.their_mac or b"\xff" * 6) + OUR_MAC + struct.pack("!H", kind) + payload
        frame = frame.ljust(60, b"\0")
        self.socket.sendall(struct.pack("!I", len(frame)) + frame)

    def frames(self, seconds):
        """Frames that come within a time."""
        until = time.monotonic() + seconds
        while True:
            while len(self.waiting) >= 4:
                length = struct.unpack("!I", self.waiting[:4])[0]
                if len(self.waiting) < 4 + length:
                    break
                frame, self.waiting = self.waiting[4:4 + length], self.waiting[4 + length:]
                if len(frame) >= 14:
                    yield frame[6:12], struct.unpack("!H", frame[12:14])[0], frame[14:]
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.socket], [], [], left)[0]:
                return
            more = self.socket.recv(1 << 16)
            if not more:
                raise SystemExit("The machine has closed the line.")
            self.waiting += more


class Scan:
    def __init__(self, line, ours, theirs):
        self.line, self.ours, self.theirs = line, ours, theirs
        self.six = len(theirs) == 16
        self.open, self.refused = set(), set()

    def send(self, protocol, payload):
        """Puts an IP header before it."""
        if self.six:
            head = struct.pack("!IHBB", 6 << 28, len(payload), protocol, 255) + self.ours + self.theirs
            self.line.send(0x86DD, head + payload)
            return
        head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), 0, 0, 64, protocol, 0) + self.ours + self.theirs
        self.line.send(0x0800, head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload)

    def sum(self, protocol, payload):
        return checksum(self.ours + self.theirs + struct.pack("!IHBB", len(payload), 0, 0, protocol) + payload)

    def tcp(self, port, flags, sequence=1):
        segment = struct.pack("!HHIIBBHHH", OUR_PORT, port, sequence, 0, 5 << 4, flags, 1024, 0, 0)
        self.send(6, segment[:16] + struct.pack("!H", self.sum(6, segment)) + segment[18:])

    def udp(self, port):
        packet = struct.pack("!HHHH", OUR_PORT, port, 12, 0) + b"scan"
        self.send(17, packet[:6] + struct.pack("!H", self.sum(17, packet) or 0xFFFF) + packet[8:])

    def listen(self, seconds):
        for mac, kind, payload in self.line.frames(seconds):
            if kind == 0x0806 and payload[6:8] == b"\0\1" and payload[24:28] == OUR_IPV4:
                self.line.send(0x0806, payload[:6] + b"\0\2" + OUR_MAC + OUR_IPV4 + payload[8:18])
            elif kind == 0x0806 and payload[14:18] == self.theirs:
                self.line.their_mac = mac
            elif kind == 0x86DD and payload[6] == 58 and payload[40] == 135 and payload[48:64] == OUR_IPV6:
                self.advertise()
            elif kind == (0x86DD if self.six else 0x0800):
                self.take(payload)

    def advertise(self):
        """Where we are, to a machine that asks for our IPv6 address."""
        body = struct.pack("!BBHI", 136, 0, 0, 0x60000000) + self.ours + b"\2\1" + OUR_MAC
        self.send(58, body[:2] + struct.pack("!H", self.sum(58, body)) + body[4:])

    def take(self, packet):
        source, protocol = (packet[8:24], packet[6]) if self.six else (packet[12:16], packet[9])
        body = packet[40 if self.six else 4 * (packet[0] & 15):]
        if source != self.theirs or len(body) < 8:
            return
        if protocol in (6, 17) and struct.unpack("!H", body[2:4])[0] == OUR_PORT:
            port = struct.unpack("!H", body[:2])[0]
            if protocol == 17 or body[13] & SYN_ACK == SYN_ACK:
                self.open.add(port)
            elif body[13] & RST:
                self.refused.add(port)
            if protocol == 6 and body[13] & SYN_ACK == SYN_ACK:
                self.tcp(port, RST, 2)
        elif (protocol, body[0]) in ((1, 3), (58, 1)):
            inner = body[8:]
            inner = inner[40 if self.six else 4 * (inner[0] & 15):]
            self.refused.add(struct.unpack("!H", inner[2:4])[0])

    def find(self):
        for _ in range(30):
            if not self.six:
                self.line.send(0x0806, struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1) + OUR_MAC + self.ours + b"\0" * 6 + self.theirs)
            self.listen(1)
            if self.line.their_mac:
                return
        raise SystemExit("The machine does not answer on the line.")

    def all(self, name, ports, send, rounds=2):
        self.open, self.refused = set(), set()
        for _ in range(rounds):
            for count, port in enumerate(ports):
                send(port)
                if count % (PACKETS_PER_SECOND // 20) == 0:
                    self.listen(0.05)
            self.listen(5)
        silent = len(ports) - len(self.open | self.refused)
        print(f"{name}: {' '.join(map(str, sorted(self.open))) or 'none'}; refused {len(self.refused)}, silent {silent}", flush=True)


def main():
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    line = Line(int(sys.argv[1]))
    for name, ours, theirs in (("4", OUR_IPV4, sys.argv[2]), ("6", OUR_IPV6, sys.argv[3])):
        scan = Scan(line, ours, ipaddress.ip_address(theirs).packed)
        scan.find()
        scan.all(f"tcp{name}", range(1, 65536), lambda port: scan.tcp(port, SYN))
        scan.all(f"udp{name}", UDP_PORTS, scan.udp)


if __name__ == "__main__":
    main()
