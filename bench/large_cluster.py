#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The largest cluster that Kubernetes supports on one kubemonitor-api: an hour of history as fast as it is taken,
then at the real pace, first alone and then with questions. Run by large_cluster.sh."""
import argparse
import http.client
import json
import os
import statistics
import subprocess
import threading
import time

BUILD = os.environ.get("BUILD", "build")
MIB = 1 << 20
# What a person with the page open asks for, in turn: totals, the greatest consumers, lists, one pod's hour.
QUESTIONS = ["/api/cluster", "/api/nodes?sort=cpu&limit=50", "/api/pods?sort=memory&limit=50", "/api/pods?sort=cpu&limit=50",
             "/api/pods?q=web&limit=50", "/api/namespaces", "/api/deployments?sort=memory&limit=6",
             "/api/nodes/node-00007?window=3600&step=60", "/api/nodes/node-00007/pods", "/api/status"]


class Api:
    def __init__(self, options):
        command = [f"{BUILD}/api/kubemonitor-api", "--listen", "127.0.0.1:0", "--memory-limit", options.memory_limit, "--retention", "2h",
                   "--max-entities", str(options.nodes * (options.pods_per_node + 1) * 3), "--log-level", "warning"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().split()[-1]

    def connect(self):
        return http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=300)

    def get(self, path):
        connection = self.connect()
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()

    def cpu(self):
        return time.clock_gettime_ns((~self.process.pid << 3) | 2) / 1e9

    def memory(self, field="VmRSS"):
        with open(f"/proc/{self.process.pid}/status") as f:
            return next(int(line.split()[1]) * 1024 for line in f if line.startswith(field + ":"))

    def forget_peak(self):
        with open(f"/proc/{self.process.pid}/clear_refs", "w") as f:
            f.write("5")

    def stop(self):
        self.process.terminate()
        self.process.wait(60)


def load(api, options, *more):
    command = [f"{BUILD}/bench/kubemonitor-loadgen", "--server", api.url, "--nodes", str(options.nodes),
               "--pods-per-node", str(options.pods_per_node), *options.load.split(), *more]
    before = api.cpu()
    report = json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)
    return report, api.cpu() - before


def row(what, value):
    print(f"| {what} | {value} |", flush=True)


def show_load(name, report, cpu):
    row(f"{name}: requests, errors", f"{report['requests']:,}, {report['errors']}")
    row(f"{name}: million samples a CPU second", f"{report['samples'] / cpu / 1e6:.2f}")
    row(f"{name}: server CPU, % of one core", f"{100 * cpu / report['seconds']:.1f}")
    row(f"{name}: POST, ms: p50, p99", f"{report['p50_ms']:.2f}, {report['p99_ms']:.2f}")


class Asker(threading.Thread):
    """Asks one question after the other, two a second, until it is stopped."""

    def __init__(self, api):
        super().__init__()
        self.api, self.stopping = api, threading.Event()
        self.times = {question: [] for question in QUESTIONS}

    def run(self):
        number = 0
        while not self.stopping.wait(0.5):
            question = QUESTIONS[number % len(QUESTIONS)]
            began = time.monotonic()
            status, _ = self.api.get(question)
            assert status == 200, f"{question}: {status}"
            self.times[question].append((time.monotonic() - began) * 1e3)
            number += 1

    def finish(self):
        self.stopping.set()
        self.join()
        for question, times in self.times.items():
            if times:
                row(f"answer, ms: median, worst: `{question}`", f"{statistics.median(times):.1f}, {max(times):.1f}")


def show_list(api):
    """The list of all pods: first byte, pace, and the memory it takes on top."""
    best = None
    for _ in range(3):
        api.forget_peak()
        before, cpu, began, size = api.memory(), api.cpu(), time.monotonic(), 0
        connection = api.connect()
        connection.request("GET", "/api/pods")
        answer = connection.getresponse()
        first, buffer = time.monotonic() - began, bytearray(MIB)
        answer.readinto(memoryview(buffer)[:1])
        first = time.monotonic() - began
        size = 1
        while (n := answer.readinto(buffer)) > 0:
            size += n
        figures = (size / (api.cpu() - cpu) / 1e6, size / (time.monotonic() - began) / 1e6, first * 1e3,
                   (api.memory("VmHWM") - before) / MIB, size)
        best = max(best or figures, figures)
    row("list of all pods: MB a server CPU second, MB a second here", f"{best[0]:.0f}, {best[1]:.0f}")
    row("list of all pods: first byte, ms; memory on top, MiB; size, MB", f"{best[2]:.1f}; {best[3]:.1f}; {best[4] / 1e6:.0f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=5000)
    parser.add_argument("--pods-per-node", type=int, default=30)
    parser.add_argument("--history", default="1h")
    parser.add_argument("--live", default="5m", help="at the real pace, twice: alone and with questions")
    parser.add_argument("--memory-limit", default="2Gi")
    parser.add_argument("--load", default="", help="further options of kubemonitor-loadgen")
    options = parser.parse_args()
    api = Api(options)
    try:
        print(f"{options.nodes} nodes of {options.pods_per_node} pods\n\n| | |\n|---|---:|")
        empty = api.memory()
        report, cpu = load(api, options, "--fast", "--duration", options.history)
        show_load(f"{options.history} of history", report, cpu)
        row("RSS, MiB; bytes a sample", f"{api.memory() / MIB:.0f}; {(api.memory() - empty) / report['samples']:.3f}")
        show_load("real pace, alone", *load(api, options, "--duration", options.live))
        asker = Asker(api)
        asker.start()
        show_load("real pace, with questions", *load(api, options, "--duration", options.live))
        asker.finish()
        show_list(api)
        store = json.loads(api.get("/api/status")[1])["store"]
        row("RSS at the end, MiB; most, MiB", f"{api.memory() / MIB:.0f}; {api.memory('VmHWM') / MIB:.0f}")
        row("history reaches from, to", f"{store['oldest']}, {store['newest']}")
        row("rows evicted by the limit", f"{store['rows_evicted']:,}")
    finally:
        api.stop()


if __name__ == "__main__":
    main()
