# SPDX-License-Identifier: Apache-2.0
"""The rows that every store is given: 200 nodes of 30 pods, 240 ticks, from kubemonitor-loadgen.

A row is one time in ms and 20 whole numbers of a pod, 24 of a node: what all the stores can hold. Pods
stand in namespaces of 300, by node. Kept as one file of 64-bit numbers, so that it is made only once:

    tick 0:  node 0 (time, 24 values)  its pod 0 (time, 20 values)  its pod 1 …  node 1 …
    tick 1:  …
"""
import array
import json
import mmap
import os
import pathlib
import subprocess

POD = [("cpu", "usage_usec"), ("cpu", "throttled_usec"), ("cpu", "limit_millicores"),
       ("memory", "usage"), ("memory", "working_set"), ("memory", "rss"), ("memory", "cache"), ("memory", "limit"),
       ("memory", "request"), ("memory", "page_faults"), ("memory", "major_page_faults"),
       ("network", "rx_bytes"), ("network", "tx_bytes"), ("network", "rx_packets"), ("network", "tx_packets"),
       ("network", "rx_dropped"),
       ("disk", "read_bytes"), ("disk", "write_bytes"), ("disk", "read_ops"), ("disk", "write_ops")]
NODE = [("cpu", "usage_usec"), ("cpu", "user_usec"), ("cpu", "system_usec"), ("cpu", "capacity_millicores"),
        ("cpu", "load1_milli"),
        ("memory", "used"), ("memory", "free"), ("memory", "cached"), ("memory", "buffers"), ("memory", "available"),
        ("memory", "total"), ("memory", "working_set"),
        ("network", "rx_bytes"), ("network", "tx_bytes"), ("network", "rx_packets"), ("network", "tx_packets"),
        ("network", "rx_dropped"), ("network", "tx_dropped"),
        ("disk", "read_bytes"), ("disk", "write_bytes"), ("disk", "read_ops"), ("disk", "write_ops"),
        ("disk", "io_time_ms"), ("processes", "total")]
PODS_OF_NAMESPACE = 300


def column(metric):
    """The one name of a metric where there are no groups: ("memory", "rss") is memory_rss."""
    return "_".join(metric)


class Rows:
    """rows.tick(t) gives, for each node, its row and those of its pods as tuples (time, value, …)."""

    def __init__(self, loadgen, nodes, pods, ticks, path):
        self.nodes, self.pods, self.ticks = nodes, pods, ticks
        self.width = 1 + len(NODE) + pods * (1 + len(POD))
        path = pathlib.Path(path)
        names = path.with_suffix(".json")
        if not names.exists():
            self._make(loadgen, path, names)
        self.node_names, self.pod_names = json.loads(names.read_text())
        with open(path, "rb") as file:
            self.values = memoryview(mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)).cast("q")
        self.samples = ticks * nodes * (len(NODE) + pods * len(POD))
        self.shift = 0  # added to every time

    def _make(self, loadgen, path, names):
        command = [loadgen, "--print", "--fast", "--nodes", str(self.nodes), "--pods-per-node", str(self.pods),
                   "--duration", f"{self.ticks * 5}s"]
        node_names, pod_names = [], []
        with subprocess.Popen(command, stdout=subprocess.PIPE) as load, open(path, "wb") as out:
            for number, line in enumerate(load.stdout):
                body = json.loads(line)
                if number < self.nodes:
                    node_names.append(body["node"])
                    pod_names.append([pod["pod_name"] for pod in body["pods"]])
                row = array.array("q")
                for values, metrics in [(body, NODE)] + [(pod, POD) for pod in body["pods"]]:
                    row.append(_milliseconds(values["timestamp"]))
                    row.extend(values.get(group, {}).get(key, 0) for group, key in metrics)
                out.write(row.tobytes())
        if load.returncode != 0 or number + 1 != self.nodes * self.ticks:
            raise SystemExit("the load generator did not print all rows")
        names.write_text(json.dumps([node_names, pod_names]))

    def namespace(self, node):
        return f"team-{node * self.pods // PODS_OF_NAMESPACE:02d}"

    def end_at(self, now_ms):
        """Shifts all times, so that the last row was read at now_ms."""
        newest = max(self.batch(self.ticks - 1, n)[0][0] for n in range(self.nodes))
        self.shift += now_ms - newest

    def batch(self, tick, node):
        """A node's row and its pods' rows: ((time, value, …), [(time, value, …), …])."""
        at = (tick * self.nodes + node) * self.width
        row = self.values[at:at + self.width].tolist()
        end = 1 + len(NODE)
        pods = []
        for _ in range(self.pods):
            pods.append((row[end] + self.shift, *row[end + 1:end + 1 + len(POD)]))
            end += 1 + len(POD)
        return (row[0] + self.shift, *row[1:1 + len(NODE)]), pods


def _milliseconds(text):
    """Unix time in ms of "2026-11-26T15:26:08.306Z"; the day's part is kept, since it seldom changes."""
    day, rest = text[:10], text[11:-1]
    if day not in _DAYS:
        import datetime
        _DAYS[day] = int(datetime.datetime.fromisoformat(day + "T00:00:00+00:00").timestamp()) * 1000
    hours, minutes, seconds = rest.split(":")
    whole, _, part = seconds.partition(".")
    return _DAYS[day] + (int(hours) * 3600 + int(minutes) * 60 + int(whole)) * 1000 + int((part + "000")[:3])


_DAYS = {}


def default_path(nodes, pods, ticks):
    return os.path.join(os.environ.get("ROWS_DIR", "."), f"rows-{nodes}-{pods}-{ticks}.bin")
