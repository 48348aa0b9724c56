# SPDX-License-Identifier: Apache-2.0
"""The product document's sketch under uvicorn. It takes minutes for all rows, so it is given all ticks of one
namespace and the last tick of the others: enough for each question and for the cost of a sample."""
import json
import os
import pathlib

from kubemonitor_store import groups, stamp
from rows import NODE, POD, PODS_OF_NAMESPACE
from server import Server


def plain(row, metrics):
    """The PRD's groups; the CPU's other numbers go to "disk", which takes any key."""
    members = groups(row, metrics)
    for key, value in members.pop("cpu").items():
        members["disk"]["cpu_" + key] = value
    members["disk"].update(members.pop("processes", {}))
    return members


class FastApi(Server):
    name, program, ready = "FastAPI", "uvicorn", "/api/nodes"
    environment = {"PYTHONPATH": str(pathlib.Path(__file__).parent)}

    def command(self):
        return ["/usr/bin/python3", "-m", "uvicorn", "fastapi_store:app", "--host", "127.0.0.1", "--port", str(self.port),
                "--no-access-log", "--log-level", "warning"]

    @classmethod
    def missing(cls):
        return not os.path.exists("/usr/lib/python3/dist-packages/fastapi")

    def _post(self, kind, name, body):
        self.request("POST", f"/api/{kind}/{name}", json.dumps(body, separators=(",", ":")), {"Content-Type": "application/json"})

    def load(self):
        rows, samples = self.rows, 0
        full = max(1, PODS_OF_NAMESPACE // rows.pods)
        for tick in range(rows.ticks):
            for node in range(full if tick < rows.ticks - 1 else rows.nodes):
                row, pods = rows.batch(tick, node)
                name = rows.node_names[node]
                self._post("nodes", name, {"timestamp": stamp(row[0]), "node": name, **plain(row, NODE)})
                for pod, pod_name in zip(pods, rows.pod_names[node]):
                    self._post("pods", pod_name, {"timestamp": stamp(pod[0]), "pod_name": pod_name,
                                                  "namespace": rows.namespace(node), **plain(pod, POD)})
                samples += len(NODE) + rows.pods * len(POD)
        return samples

    def questions(self):
        window = f"window={self.rows.ticks * 5 + 600}"
        return {
            "pod": lambda: self.get(f"/api/pods/{self.rows.pod_names[0][0]}?{window}"),
            "latest": lambda: self.get("/api/pods"),
            "namespace, all columns": lambda: self.get(f"/api/namespaces/{self.rows.namespace(0)}?{window}"),
        }
