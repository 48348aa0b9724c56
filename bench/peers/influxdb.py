# SPDX-License-Identifier: Apache-2.0
"""InfluxDB 1.6, given the rows as lines."""
import time
import urllib.parse

from lines import lines
from server import Server, free_port

CONFIG = """reporting-disabled = true
bind-address = "127.0.0.1:{rpc}"
[meta]
  dir = "meta"
[data]
  dir = "data"
  wal-dir = "wal"
  query-log-enabled = false
  cache-max-memory-size = "4g"
[http]
  bind-address = "127.0.0.1:{http}"
  log-enabled = false
  pprof-enabled = true
[monitor]
  store-enabled = false
[logging]
  level = "error"
"""


class InfluxDb(Server):
    name, program, ready = "InfluxDB", "influxd", "/ping"

    def command(self):
        path = f"{self.dir}/influxdb.conf"
        with open(path, "w") as file:
            file.write(CONFIG.format(rpc=free_port(), http=self.port))
        return [self.program, "-config", path]

    def load(self):
        self.request("POST", "/query?q=CREATE%20DATABASE%20k")
        return super().load()

    def encode(self, node, ticks):
        return "/write?db=k&precision=ms", {"Content-Type": "text/plain"}, lines(self.rows, node, ticks, "i")

    def settle(self):
        time.sleep(15)

    def _query(self, text):
        return self.get("/query?" + urllib.parse.urlencode({"db": "k", "epoch": "ms", "q": text}))

    def questions(self):
        space, pod = self.rows.namespace(0), self.rows.pod_names[0][0]
        return {
            "pod": lambda: self._query(f"SELECT * FROM pod WHERE namespace='{space}' AND pod='{pod}'"),
            "latest": lambda: self._query("SELECT last(*) FROM pod GROUP BY namespace,node,pod"),
            "namespace": lambda: self._query(
                "SELECT sum(r) FROM (SELECT non_negative_derivative(last(cpu_usage_usec),1s) AS r FROM pod "
                f"WHERE namespace='{space}' AND time > now()-2h GROUP BY time(5s),node,pod) "
                "WHERE time > now()-2h GROUP BY time(5s)"),
        }
