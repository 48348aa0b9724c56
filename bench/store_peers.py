#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Gives kubemonitor-api and other stores the same rows and asks them the same questions. Run by store_peers.sh."""
import argparse
import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "peers"))

from clickhouse import ClickHouse  # noqa: E402
from fastapi_peer import FastApi  # noqa: E402
from influxdb import InfluxDb  # noqa: E402
from kubemonitor_store import Kubemonitor  # noqa: E402
from prometheus import Prometheus  # noqa: E402
from rows import Rows, default_path  # noqa: E402
from victoria_metrics import VictoriaMetrics  # noqa: E402

STORES = [Kubemonitor, ClickHouse, VictoriaMetrics, Prometheus, InfluxDb, FastApi]
QUESTIONS = ["pod", "latest", "namespace", "namespace, all columns"]
REPEATED_FOR_S = 3


def ask(server, question):
    """Server CPU in ms and bytes of one answer: the mean of many after the first two, at most 100."""
    for _ in range(2):
        size = len(question())
    before, began, times = server.cpu(), time.monotonic(), 0
    while times < 100 and (times < 3 or time.monotonic() - began < REPEATED_FOR_S):
        question()
        times += 1
    return (server.cpu() - before) * 1e3 / times, size


def measure(store, rows):
    rows.end_at(int(time.time() * 1000))
    server = store(rows)
    try:
        rss, cpu = server.rss(), server.cpu()
        samples = server.load()
        figures = {"samples": samples, "cpu": server.cpu() - cpu, "rss": (server.rss() - rss) / samples}
        server.settle()
        figures["rss at rest"] = (server.rss() - rss) / samples
        sealed = server.sealed_bytes()
        figures["sealed"] = sealed / samples if sealed else None
        for name, question in server.questions().items():
            figures[name], figures["bytes of " + name] = ask(server, question)
        return figures
    finally:
        server.stop()


def cell(value, digits):
    return "–" if value is None else f"{value:,.{digits}f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=200)
    parser.add_argument("--pods-per-node", type=int, default=30)
    parser.add_argument("--ticks", type=int, default=240)
    parser.add_argument("--only", default="", help="stores, divided by commas")
    options = parser.parse_args()
    loadgen = os.path.join(os.environ.get("BUILD", "build"), "bench/kubemonitor-loadgen")
    rows = Rows(loadgen, options.nodes, options.pods_per_node, options.ticks,
                default_path(options.nodes, options.pods_per_node, options.ticks))
    os.sched_setaffinity(0, {0})  # the servers run on the last CPU
    print(f"{options.nodes} nodes of {options.pods_per_node} pods, {options.ticks} ticks: {rows.samples:,} samples\n")
    print("| store | million samples a CPU second | RSS, bytes a sample | the same at rest | sealed, bytes a sample |"
          + "".join(f" {q}, ms |" for q in QUESTIONS) + " bytes of latest |")
    print("|---" + "|---:" * (5 + len(QUESTIONS)) + "|")
    for store in STORES:
        if options.only and store.name not in options.only.split(","):
            continue
        if store.missing():
            print(f"| {store.name}: {store.program} is not installed |", flush=True)
            continue
        f = measure(store, rows)
        cells = [cell(f["samples"] / f["cpu"] / 1e6, 3), cell(f["rss"], 2), cell(f["rss at rest"], 2), cell(f["sealed"], 3)]
        cells += [cell(f.get(q), 2) for q in QUESTIONS] + [cell(f.get("bytes of latest"), 0)]
        print(f"| {store.name} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
