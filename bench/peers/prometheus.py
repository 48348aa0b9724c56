# SPDX-License-Identifier: Apache-2.0
"""Prometheus, given the rows by remote write (protobuf in snappy), which names every series in every request."""
import json
import struct
import time
import urllib.parse

import snappy

from rows import NODE, POD, column
from server import Server


def varint(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def field(number, body):
    """A protobuf field of wire type 2: key, length, bytes."""
    return bytes([number << 3 | 2]) + varint(len(body)) + body


def labels(**pairs):
    return b"".join(field(1, field(1, k.encode()) + field(2, v.encode())) for k, v in sorted(pairs.items()))


class Prometheus(Server):
    name, program, ready = "Prometheus", "prometheus", "/-/ready"

    def command(self):
        with open(f"{self.dir}/prometheus.yml", "w") as file:
            file.write("global: {scrape_interval: 1h}\nscrape_configs: []\n")
        return [self.program, "--config.file=prometheus.yml", "--storage.tsdb.path=data",
                f"--web.listen-address=127.0.0.1:{self.port}", "--web.enable-remote-write-receiver", "--web.enable-admin-api",
                "--log.level=warn"]

    def _labels(self, node):
        """Of each series of a node, in the order of its rows; kept, since they are the same in each request."""
        if not hasattr(self, "_known"):
            self._known = {}
        if node not in self._known:
            name, space = self.rows.node_names[node], self.rows.namespace(node)
            self._known[node] = [
                [labels(__name__=f"node_{column(metric)}", node=name) for metric in NODE],
                *([labels(__name__=f"pod_{column(metric)}", namespace=space, node=name, pod=pod) for metric in POD]
                  for pod in self.rows.pod_names[node])]
        return self._known[node]

    def encode(self, node, ticks):
        row, pods = self.rows.batch(ticks[0], node)
        body = []
        for known, values in zip(self._labels(node), [row, *pods]):
            when = b"\x10" + varint(values[0])
            for label, value in zip(known, values[1:]):
                sample = b"\x09" + struct.pack("<d", value) + when
                body.append(field(1, label + field(2, sample)))
        return "/api/v1/write", {"Content-Type": "application/x-protobuf", "Content-Encoding": "snappy",
                                 "X-Prometheus-Remote-Write-Version": "0.1.0"}, snappy.compress(b"".join(body))

    def settle(self):
        self.get("/debug/pprof/heap?gc=1")
        time.sleep(5)

    def sealed_bytes(self):
        snapshot = json.loads(self.request("POST", "/api/v1/admin/tsdb/snapshot"))["data"]["name"]
        return self.disk(f"data/snapshots/{snapshot}")

    def _query(self, path, **parameters):
        return self.get(f"/api/v1/{path}?{urllib.parse.urlencode(parameters)}")

    def questions(self):
        space, pod = self.rows.namespace(0), self.rows.pod_names[0][0]
        end = self.rows.batch(self.rows.ticks - 1, 0)[0][0] / 1000 + 10
        span = self.rows.ticks * 5 + 60
        names = "|".join(f"pod_{column(metric)}" for metric in POD)
        return {
            "pod": lambda: self._query("query", query=f'{{namespace="{space}",pod="{pod}"}}[{span}s]', time=end),
            "latest": lambda: self._query("query", query=f'{{__name__=~"{names}"}}', time=end),
            "namespace": lambda: self._query("query_range", query=f'sum(rate(pod_cpu_usage_usec{{namespace="{space}"}}[15s]))',
                                             start=end - span, end=end, step="5s"),
        }
