#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""streams.py BUILD STREAMS SECONDS: see streams.sh."""
import http.client
import os
import selectors
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.parse

# What the page's overview asks for, each interval.
PATHS = ["/api/cluster", "/api/cluster?window=20&step=5", "/api/namespaces?sort=cpu&limit=6", "/api/namespaces?sort=memory&limit=6",
         "/api/deployments?sort=cpu&limit=6", "/api/deployments?sort=memory&limit=6", "/api/pods?sort=cpu&limit=6", "/api/pods?sort=memory&limit=6",
         "/api/nodes?sort=cpu&limit=6", "/api/nodes?sort=memory&limit=6"]
TICK = os.sysconf("SC_CLK_TCK")


def cpu_ms(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return 1000 * (int(fields[11]) + int(fields[12])) / TICK


class Streams:
    """Open streams, all read by one thread."""

    def __init__(self, port, count):
        self.selector, self.bytes, self.ticks, self.running = selectors.DefaultSelector(), 0, 0, True
        query = urllib.parse.urlencode([("watch", path) for path in PATHS])
        for _ in range(count):
            one = socket.create_connection(("127.0.0.1", port))
            one.sendall(f"GET /api/stream?{query} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            self.selector.register(one, selectors.EVENT_READ)
        self.thread = threading.Thread(target=self.read)
        self.thread.start()

    def read(self):
        while self.running:
            for key, _ in self.selector.select(0.2):
                piece = key.fileobj.recv(1 << 20)
                self.bytes += len(piece)
                self.ticks += piece.count(b"event: tick")

    def close(self):
        self.running = False
        self.thread.join()
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()


def polling(port, count, seconds):
    """What as many browsers would ask without streams: each path once an interval of 5 s."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for _ in range(count * max(1, round(seconds / 5))):
        for path in PATHS:
            connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
            connection.getresponse().read()


def questions(port, seconds):
    """Milliseconds that one question takes, asked again and again."""
    connection, took, end = http.client.HTTPConnection("127.0.0.1", port), [], time.time() + seconds
    while time.time() < end:
        begin = time.perf_counter()
        connection.request("GET", "/api/nodes?limit=1")
        connection.getresponse().read()
        took.append(1000 * (time.perf_counter() - begin))
        time.sleep(0.02)
    return took


def row(name, cpu, took, more=""):
    took.sort()
    print(f"| {name} | {cpu:.0f} | {statistics.median(took):.2f} | {took[int(len(took) * 0.99)]:.2f} | {more} |", flush=True)


def main():
    build, count, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    server = subprocess.Popen([f"{build}/api/kubemonitor-api", "--listen", "127.0.0.1:0", "--log-level", "warning"],
                              stdout=subprocess.PIPE, text=True)
    play = [f"{build}/bench/kubemonitor-loadgen", "--nodes", "200", "--pods-per-node", "30", "--server"]
    live = None
    try:
        url = server.stdout.readline().removeprefix("listening on ").strip()
        port = int(url.rsplit(":", 1)[1])
        subprocess.run([*play, url, "--duration", "2m", "--fast"], check=True, stdout=subprocess.DEVNULL)
        live = subprocess.Popen([*play, url, "--duration", f"{int(6 * seconds + 60)}s"], stdout=subprocess.DEVNULL)
        time.sleep(5)
        print("| | server CPU, ms | a question, median ms | 99 % | |\n|---|---:|---:|---:|---|")
        before = cpu_ms(server.pid)
        took = questions(port, seconds)
        row("nobody looks", cpu_ms(server.pid) - before, took)
        streams = Streams(port, count)
        time.sleep(5)
        before, ticks, size = cpu_ms(server.pid), streams.ticks, streams.bytes
        took = questions(port, seconds)
        row(f"{count} streams", cpu_ms(server.pid) - before, took,
            f"{streams.ticks - ticks} ticks, {(streams.bytes - size) / 1e6:.1f} MB")
        streams.close()
        before = cpu_ms(server.pid)
        polling(port, count, seconds)
        asked = cpu_ms(server.pid) - before
        print(f"| {count} that poll instead | {asked:.0f} | | | {len(PATHS) * count * round(seconds / 5)} questions |")
    finally:
        for process in (live, server):
            if process:
                process.terminate()
                process.wait()


if __name__ == "__main__":
    main()
