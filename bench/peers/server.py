# SPDX-License-Identifier: Apache-2.0
"""A store's server as a process that is measured: pinned to one CPU, its CPU time and memory from the kernel."""
import http.client
import os
import shutil
import socket
import subprocess
import tempfile
import time


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """One store. A subclass has name, program, command(), encode() and questions()."""
    name = program = None
    ready = "/"
    batches = 1  # ticks of a node in one request
    environment = {}

    def __init__(self, rows):
        self.rows = rows
        self.port = free_port()
        self.dir = tempfile.mkdtemp(prefix="store-peers-")
        self.log = open(os.path.join(self.dir, "log"), "w")
        self.process = subprocess.Popen(["taskset", "-c", str(os.cpu_count() - 1), *self.command()], cwd=self.dir, stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=self.log, env={**os.environ, **self.environment})
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        self._wait()

    @classmethod
    def missing(cls):
        return shutil.which(cls.program) is None

    def _wait(self):
        for _ in range(600):
            try:
                self.get(self.ready)
                time.sleep(1)
                return
            except (OSError, http.client.HTTPException, RuntimeError):
                self.connection.close()
                if self.process.poll() is not None:
                    break
                time.sleep(0.1)
        raise SystemExit(f"{self.name} did not start: {self.tail()}")

    def tail(self):
        self.log.flush()
        with open(self.log.name) as f:
            return f.read()[-2000:]

    def stop(self):
        self.connection.close()
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
        shutil.rmtree(self.dir, ignore_errors=True)

    def request(self, method, path, body=None, headers=None):
        self.connection.request(method, path, body, headers or {})
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status // 100 != 2:
            raise RuntimeError(f"{self.name}: {method} {path[:100]}: {answer.status}: {text[:300]!r}")
        return text

    def get(self, path):
        return self.request("GET", path)

    def cpu(self):
        """Seconds of CPU that the process has used, ended threads included (the process's CPU clock, in ns)."""
        return time.clock_gettime_ns((~self.process.pid << 3) | 2) / 1e9

    def rss(self):
        with open(f"/proc/{self.process.pid}/statm") as f:
            return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def load(self):
        """Sends every row, node after node and tick after tick; returns the samples sent."""
        rows = self.rows
        for tick in range(0, rows.ticks, self.batches):
            ticks = range(tick, min(tick + self.batches, rows.ticks))
            for node in range(rows.nodes):
                self.send(node, ticks)
        return rows.samples

    def send(self, node, ticks):
        path, headers, body = self.encode(node, ticks)
        self.request("POST", path, body, headers)

    def settle(self):
        """Brings the store to rest after loading: merges, flushes, collects garbage."""

    def sealed_bytes(self):
        """Bytes that all rows take at rest, or None where that cannot be told."""
        return None

    def disk(self, part=""):
        total = 0
        for folder, _, files in os.walk(os.path.join(self.dir, part)):
            total += sum(os.path.getsize(os.path.join(folder, f)) for f in files if os.path.exists(os.path.join(folder, f)))
        return total
