# SPDX-License-Identifier: Apache-2.0
"""kubemonitor-api, given the rows as a collector posts them: one batch a node and tick."""
import datetime
import json
import os

from rows import NODE, POD
from server import Server


def stamp(ms):
    seconds, ms = divmod(ms, 1000)
    return f"{datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc):%Y-%m-%dT%H:%M:%S}.{ms:03d}Z"


def groups(row, metrics):
    members = {}
    for (group, key), value in zip(metrics, row[1:]):
        members.setdefault(group, {})[key] = value
    return members


class Kubemonitor(Server):
    name = "kubemonitor"
    program = os.path.join(os.environ.get("BUILD", "build"), "api/kubemonitor-api")
    ready = "/readyz"

    def command(self):
        return [os.path.abspath(self.program), "--listen", f"127.0.0.1:{self.port}", "--memory-limit", "4Gi"]

    def encode(self, node, ticks):
        row, pods = self.rows.batch(ticks[0], node)
        name, space = self.rows.node_names[node], self.rows.namespace(node)
        body = {"timestamp": stamp(row[0]), "node": name, "boot_id": "boot", **groups(row, NODE), "pods": [
            {"timestamp": stamp(pod[0]), "pod_name": pod_name, "namespace": space, "uid": f"{node}-{place}", "phase": "Running",
             **groups(pod, POD)} for place, (pod, pod_name) in enumerate(zip(pods, self.rows.pod_names[node]))]}
        return f"/api/nodes/{name}", {"Content-Type": "application/json"}, json.dumps(body, separators=(",", ":"))

    def sealed_bytes(self):
        return json.loads(self.get("/api/status"))["store"]["memory_used"]

    def questions(self):
        space, pod = self.rows.namespace(0), self.rows.pod_names[0][0]
        window = f"window={self.rows.ticks * 5 + 60}"
        return {
            "pod": lambda: self.get(f"/api/namespaces/{space}/pods/{pod}?{window}"),
            "latest": lambda: self.get("/api/pods"),
            "namespace": lambda: self.get(f"/api/namespaces/{space}?{window}&metrics=cpu.usage_usec"),
            "namespace, all columns": lambda: self.get(f"/api/namespaces/{space}?{window}"),
        }
