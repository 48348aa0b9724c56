#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The server CPU of each question. Run by queries.sh."""
import argparse
import glob
import json
import os
import pathlib
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "peers"))

from kubemonitor_store import Kubemonitor  # noqa: E402
from rows import Rows, default_path  # noqa: E402

BUILD = os.environ.get("BUILD", "build")
ASK_FOR_S = 3
MOST_TIMES = 2000


def cpu_ns(pid):
    """CPU time of the process's threads that are there, in ns."""
    total = 0
    for path in glob.glob(f"/proc/{pid}/task/*/schedstat"):
        with open(path) as f:
            total += int(f.read().split()[0])
    return total


class Client:
    """Asks over one kept connection and reads answers without looking into them."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.buffer = bytearray(1 << 20)

    def get(self, path):
        """Bytes of the answer's body and seconds until its first one came."""
        began = time.monotonic()
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode())
        head = self.socket.recv(65536)
        first = time.monotonic() - began
        while b"\r\n\r\n" not in head:
            head += self.socket.recv(65536)
        head, _, rest = head.partition(b"\r\n\r\n")
        if b" 200 " not in head.split(b"\r\n")[0]:
            raise SystemExit(f"{path}: {head.splitlines()[0]!r} {rest[:300]!r}")
        if b"chunked" in head:
            return self._chunked(rest), first
        length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
        left = length - len(rest)
        while left > 0:
            left -= self.socket.recv_into(self.buffer, min(left, len(self.buffer)))
        return length, first

    def _chunked(self, data):
        size, end = len(data), bytes(data[-5:])
        while end != b"0\r\n\r\n":
            n = self.socket.recv_into(self.buffer)
            if n == 0:
                raise SystemExit("the answer ended early")
            end = (end + self.buffer[max(0, n - 5):n])[-5:]
            size += n
        return size


def measure(pid, port, path, times=MOST_TIMES):
    """Means of one answer: (CPU ms, bytes, the best time to the first byte in ms, times asked)."""
    client = Client(port)
    for _ in range(2):
        client.get(path)
    asked, best, before, began = 0, float("inf"), cpu_ns(pid), time.monotonic()
    while asked < times and (asked < 3 or time.monotonic() - began < ASK_FOR_S):
        size, first = client.get(path)
        best = min(best, first)
        asked += 1
    return (cpu_ns(pid) - before) / asked / 1e6, size, best * 1e3, asked


def show(pid, port, name, path):
    cpu, size, first, asked = measure(pid, port, path)
    print(f"| {name} | {cpu:.3f} | {size:,} | {size / cpu / 1e3:,.0f} | {first:.2f} | {asked} |", flush=True)


HEAD = "| question | server CPU, ms | bytes | MB a CPU second | first byte, ms | times |\n|---|---:|---:|---:|---:|---:|"


def same_rows(options):
    rows = Rows(f"{BUILD}/bench/kubemonitor-loadgen", options.nodes, options.pods_per_node, options.ticks,
                default_path(options.nodes, options.pods_per_node, options.ticks))
    rows.end_at(int(time.time() * 1000))
    server = Kubemonitor(rows)
    try:
        server.load()
        space, pod, node = rows.namespace(0), rows.pod_names[0][0], rows.node_names[0]
        window = f"window={rows.ticks * 5 + 900}"  # loading takes its time
        print(f"\n{rows.nodes} nodes of {rows.pods} pods, {rows.ticks} ticks, 20 and 24 columns\n\n{HEAD}")
        for name, path in [
                (f"one pod, {rows.ticks} rows, 20 columns", f"/api/namespaces/{space}/pods/{pod}?{window}"),
                ("the same by its name alone", f"/api/pods/{pod}?{window}"),
                ("the same as columns", f"/api/namespaces/{space}/pods/{pod}?{window}&format=columns"),
                ("one pod now", f"/api/namespaces/{space}/pods/{pod}"),
                (f"newest row of {rows.nodes * rows.pods:,} pods", "/api/pods"),
                ("the 50 of them that use most CPU", "/api/pods?sort=cpu&limit=50"),
                ("newest row of a node's pods", f"/api/nodes/{node}/pods"),
                (f"CPU rate of a namespace of 300 pods, {rows.ticks} rows",
                 f"/api/namespaces/{space}?{window}&metrics=cpu.usage_usec"),
                ("all columns of it", f"/api/namespaces/{space}?{window}"),
                ("all columns of it in steps of a minute, with max", f"/api/namespaces/{space}?{window}&step=60"),
                ("namespaces", "/api/namespaces"),
                ("the cluster now", "/api/cluster"),
                (f"the cluster, {rows.ticks} rows", f"/api/cluster?{window}")]:
            for number in range(rows.nodes):  # sent once more nothing changes, but that the node is heard of
                server.send(number, range(rows.ticks - 1, rows.ticks))
            show(server.process.pid, server.port, name, path)
    finally:
        server.stop()


def beside(port, path):
    """How long a small question waits while others ask large ones without pause: sorted times in ms."""
    done, times = threading.Event(), []

    def ask():
        client = Client(port)
        while not done.is_set():
            client.get(path)

    others = [threading.Thread(target=ask) for _ in range(4 if path else 0)]
    for other in others:
        other.start()
    client = Client(port)
    for _ in range(500):
        began = time.monotonic()
        client.get("/livez")
        times.append((time.monotonic() - began) * 1e3)
        time.sleep(0.002)
    done.set()
    for other in others:
        other.join()
    return sorted(times)


def memory(pid, field):
    with open(f"/proc/{pid}/status") as f:
        return next(int(line.split()[1]) for line in f if line.startswith(field + ":"))


def on_top(pid, port, path):
    """How much more memory the server has at most while it answers; KiB."""
    client = Client(port)
    client.get("/api/status")
    with open(f"/proc/{pid}/clear_refs", "w") as f:
        f.write("5")  # the most memory so far is what it is now
    before = memory(pid, "VmRSS")
    client.get(path)
    return memory(pid, "VmHWM") - before


def large(options):
    command = ["taskset", "-c", str(os.cpu_count() - 1), f"{BUILD}/api/kubemonitor-api", "--listen", "127.0.0.1:0",
               "--memory-limit", "4Gi", "--max-entities", "2000000", "--interval", "5m", "--retention", "3h"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        port = int(server.stdout.readline().rsplit(":", 1)[1])
        subprocess.run([f"{BUILD}/bench/kubemonitor-loadgen", "--server", f"http://127.0.0.1:{port}", "--nodes", "5000",
                        "--pods-per-node", "30", "--interval", "5m", "--fast", "--duration", "15m"],
                       check=True, stdout=subprocess.DEVNULL)
        print("\n5,000 nodes of 30 pods, 3 ticks\n\n| memory on top, KiB | |\n|---|---:|")
        for path in ("/api/pods", "/api/pods?sort=cpu&limit=50", "/api/namespaces", "/api/deployments?sort=memory&limit=6",
                     "/api/pods?sort=cpu"):
            print(f"| `{path}` | {on_top(server.pid, port, path):,} |")
        print(f"\n{HEAD}")
        for name, path in [
                ("newest row of 150,000 pods", "/api/pods"),
                ("100 of them", "/api/pods?limit=100"),
                ("the 50 that use most CPU", "/api/pods?sort=cpu&limit=50"),
                ("the 50 with most network", "/api/pods?sort=network&limit=50"),
                ("a node's pods", "/api/nodes/node-00007/pods"),
                ("all nodes", "/api/nodes"),
                ("50 whose name has “web” in it", "/api/pods?q=web&limit=50"),
                ("a search that finds nothing", "/api/pods?q=nothing-is-called-so&limit=50"),
                ("namespaces", "/api/namespaces"),
                ("the 6 deployments with most memory", "/api/deployments?sort=memory&limit=6"),
                ("the 50 workloads that use most CPU", "/api/workloads?sort=cpu&limit=50"),
                ("deployments of one", "/api/namespaces/" + json.loads(subprocess.check_output(
                    ["curl", "-s", f"http://127.0.0.1:{port}/api/namespaces?limit=1"]))["items"][0]["namespace"] + "/deployments"),
                ("the cluster now", "/api/cluster"),
                ("status", "/api/status")]:
            show(server.pid, port, name, path)
        print("\n| while 4 clients ask without pause | `/livez`, ms: median | 99 % | most |\n|---|---:|---:|---:|")
        for path in (None, "/api/pods?sort=network&limit=50", "/api/namespaces", "/api/pods?q=nothing-is-called-so&limit=50"):
            times = beside(port, path)
            print(f"| {f'`{path}`' if path else 'nothing'} | {times[len(times) // 2]:.2f} | {times[len(times) * 99 // 100]:.2f} | "
                  f"{times[-1]:.2f} |", flush=True)
    finally:
        server.terminate()
        server.wait(60)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=200)
    parser.add_argument("--pods-per-node", type=int, default=30)
    parser.add_argument("--ticks", type=int, default=240)
    parser.add_argument("--only", choices=["peers", "large"])
    options = parser.parse_args()
    if options.only != "large":
        same_rows(options)
    if options.only != "peers":
        large(options)


if __name__ == "__main__":
    main()
