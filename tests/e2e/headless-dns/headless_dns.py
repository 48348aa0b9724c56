"""A cluster DNS for one headless service, for test clusters whose own knows none: answers its name with the addresses
of its endpoints, ready or not, as kubectl gives them, and every other name with "no such name".

usage: headless_dns.py ADDRESS NAMESPACE SERVICE
"""
import json
import socket
import struct
import subprocess
import sys

address, namespace, service = sys.argv[1:]
NAME = f"{service}.{namespace}.svc.cluster.local"


def addresses():
    text = subprocess.run(["kubectl", "-n", namespace, "get", "endpoints", service, "-o", "json"], check=True, timeout=5,
                          capture_output=True).stdout
    for subset in json.loads(text).get("subsets") or []:
        for one in subset.get("addresses", []) + subset.get("notReadyAddresses", []):
            yield socket.inet_aton(one["ip"])


def question(packet):
    """Its name, type, and where it ends (RFC 1035, section 4.1.2)."""
    labels, at = [], 12
    while packet[at]:
        labels.append(packet[at + 1:at + 1 + packet[at]].decode())
        at += 1 + packet[at]
    return ".".join(labels).lower(), struct.unpack(">H", packet[at + 1:at + 3])[0], at + 5


def answer(packet, known):
    name, kind, end = question(packet)
    found = known if name == NAME and kind == 1 else []
    code = 0 if name == NAME else 3
    head = packet[:2] + struct.pack(">HHHHH", 0x8580 | code, 1, len(found), 0, 0)
    records = b"".join(b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 5, 4) + one for one in found)
    return head + packet[12:end] + records


def main():
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((address, 53))
    known = []
    while True:
        packet, client = server.recvfrom(512)
        try:
            known = list(addresses())
        except (subprocess.SubprocessError, ValueError):
            pass  # the Kubernetes API is away: what was known holds, as in a real cluster DNS
        server.sendto(answer(packet, known), client)


main()
