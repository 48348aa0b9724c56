# SPDX-License-Identifier: Apache-2.0
"""VictoriaMetrics, given the rows as InfluxDB lines: of its protocols the one that names each series' labels once."""
import time
import urllib.parse

from lines import lines
from rows import POD, column
from server import Server


class VictoriaMetrics(Server):
    name, program, ready = "VictoriaMetrics", "victoria-metrics", "/health"

    def command(self):
        return [self.program, "-storageDataPath=data", f"-httpListenAddr=127.0.0.1:{self.port}", "-retentionPeriod=1",
                "-loggerLevel=WARN"]

    def encode(self, node, ticks):
        return "/write?precision=ms", {"Content-Type": "text/plain"}, lines(self.rows, node, ticks, "")

    def settle(self):
        self.get("/internal/force_flush")
        self.get("/internal/force_merge")
        time.sleep(8)
        self.get("/debug/pprof/heap?gc=1")

    def sealed_bytes(self):
        return self.disk("data")

    def _query(self, path, **parameters):
        return self.get(f"/api/v1/{path}?{urllib.parse.urlencode(parameters)}")

    def questions(self):
        space, pod = self.rows.namespace(0), self.rows.pod_names[0][0]
        end = self.rows.batch(self.rows.ticks - 1, 0)[0][0] / 1000 + 10
        start = end - self.rows.ticks * 5 - 60
        names = "|".join(f"pod_{column(metric)}" for metric in POD)
        return {
            "pod": lambda: self._query("export", **{"match[]": f'{{namespace="{space}",pod="{pod}"}}', "start": start, "end": end}),
            "latest": lambda: self._query("query", query=f'last_over_time({{__name__=~"{names}"}}[5m])', time=end, nocache=1),
            "namespace": lambda: self._query("query_range", query=f'sum(rate(pod_cpu_usage_usec{{namespace="{space}"}}[15s]))',
                                             start=start, end=end, step="5s", nocache=1),
        }


