"""The examples of /openapi.json: asks a running server, and says what it answered as if it had been at EPOCH.

    KUBEMONITOR_API=PROGRAM python3 tests/api/examples.py   writes api/examples.json

test_examples.py compares them with what the server answers now.
"""
import datetime
import json
import os
import re
import time
import urllib.parse

import requests

EPOCH = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
INTERVAL = 5
FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../api/examples.json")
MIB = 1 << 20


def stamp(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def usage(seconds, cpu, memory):
    return {
        "cpu_usage": cpu, "cpu": {"usage_usec": int(cpu * 1000 * seconds), "request_millicores": 100, "limit_millicores": 500},
        "memory": {"usage": memory + 8 * MIB, "working_set": memory, "rss": memory - 4 * MIB, "request": 64 * MIB, "limit": 256 * MIB,
                   "oom_kills": 0},
        "disk": {"read_bytes": 4096 * seconds, "write_bytes": 8192 * seconds},
    }


def pod(name, namespace, base, at, cpu, memory, **members):
    seconds = 1000 + at
    container = {"name": name.split("-")[0], "id": ((namespace + name).encode().hex() * 5)[:64], "state": "running", "restarts": 1,
                 "started": stamp(base - 43200), "timestamp": stamp(base + at), **usage(seconds, cpu, memory)}
    return {"timestamp": stamp(base + at), "pod_name": name, "namespace": namespace, "uid": f"0f6a4c1e-{namespace}-{name}",
            "phase": "Running", "created": stamp(base - 86400), "restarts": 1, "host_network": False, **members,
            **usage(seconds, cpu, memory), "network": {"rx_bytes": 2000 * seconds, "tx_bytes": 1000 * seconds},
            "containers": [container]}


def reading(base, at):
    """The node's whole reading at base + at."""
    seconds, cart = 1000 + at, {"deployment": "cart", "owner": {"kind": "ReplicaSet", "name": "cart-7c9d8b6f5"}}
    return {
        "timestamp": stamp(base + at), "node": "worker-1", "boot_id": "5b7c1f0e-2f1f-4d69-9d3d-5d9c0d5c1a11",
        "interval_ms": 1000 * INTERVAL, "cpu_usage": 500.5,
        "cpu": {"capacity_millicores": 4000, "usage_usec": 500000 * seconds, "load1_milli": 420},
        "memory": {"total": 8192 * MIB, "free": 4096 * MIB, "available": 6144 * MIB, "used": 2048 * MIB, "working_set": 2048 * MIB},
        "network": {"rx_bytes": 6000 * seconds, "tx_bytes": 3000 * seconds},
        "disk": {"read_bytes": 12288 * seconds, "write_bytes": 24576 * seconds},
        "pods": [
            pod("cart-7c9d8b6f5-x2x4z", "shop", base, at, 150.25, (96 + at) * MIB, **cart),
            pod("db-0", "shop", base, at, 60, 128 * MIB, owner={"kind": "StatefulSet", "name": "db"}),
            pod("db-0", "test", base, at, 5, 32 * MIB, owner={"kind": "StatefulSet", "name": "db"}),
        ],
    }


def plain(base):
    """What the product document's own client posts."""
    return {"timestamp": stamp(base), "pod_name": "cron-28", "namespace": "test", "cpu_usage": 12.5, "memory": {"usage": 16 * MIB}}


class Recorder:
    def __init__(self, url):
        self.url, self.session = url, requests.Session()
        self.document = self.session.get(url + "/openapi.json", timeout=30).json()
        self.names = {}
        for operations in self.document["paths"].values():
            for operation in operations.values():
                self.names.update({p["name"]: p["example"] for p in operation["parameters"] if p["in"] == "path"})

    def ask(self, method, path, **options):
        return self.session.request(method, self.url + path, timeout=60, **options)

    def get(self, path):
        return self.ask("GET", path)

    def first_tick(self):
        lines = []
        with requests.get(self.url + "/api/stream?" + urllib.parse.urlencode({"watch": "/api/cluster"}), stream=True, timeout=60) as answer:
            for line in answer.iter_lines(chunk_size=1, decode_unicode=True):
                lines.append(line)
                if line == "" and "event: tick" in lines:
                    return "\n".join(lines) + "\n"
        raise AssertionError("the stream ended")

    def operations(self):
        for path, operations in self.document["paths"].items():
            if "get" in operations:
                yield path.format(**self.names), operations["get"]

    def problems(self):
        headers = {"Content-Type": "application/json"}
        return {
            "400": self.ask("POST", "/api/nodes/worker-1", data=b'{"timestamp":', headers=headers),
            "404": self.get("/api/nodes/worker-9"),
            "409": self.get("/api/pods/db-0"),
            "413": self.ask("POST", "/api/nodes/worker-1", data=b" " * (5 << 20), headers=headers),
            "415": self.ask("POST", "/api/nodes/worker-1", data=b"{}", headers={"Content-Type": "text/plain"}),
            "422": self.ask("POST", "/api/nodes/worker-1", data=json.dumps(
                {"node": "worker-1", "memory": {"used": -1}}), headers=headers),
        }

    def record(self, base):
        """{operation: {name: example}}, of a server that has been posted to at base."""
        found = {"postNode": {"body": reading(base, 0)}, "postPod": {"body": plain(base)}, "problem": {}}
        for at in (-2 * INTERVAL, -INTERVAL, 0):
            answer = self.ask("POST", "/api/nodes/worker-1", json=reading(base, at))
            assert answer.status_code == 200, answer.text
        found["postNode"]["now"] = answer.json()
        found["postPod"]["now"] = self.ask("POST", "/api/pods/cron-28", json=plain(base)).json()
        for path, operation in self.operations():
            own = found[operation["operationId"]] = {}
            content = operation["responses"]["200"]["content"]
            if "text/event-stream" in content:
                own["now"] = self.first_tick()
                continue
            answer = self.get(path + ("?limit=2" if any(p["name"] == "limit" for p in operation["parameters"]) else ""))
            assert answer.status_code == 200, f"{path}: {answer.text}"
            own["now"] = answer.text if "text/plain" in content else answer.json()
            if "text/csv" in content:
                window = f"{path}?window={2 * INTERVAL}&step={INTERVAL}"
                own["window"] = self.get(window).json()
                own["columns"] = self.get(window + "&format=columns").json()
                own["csv"] = self.get(window + "&format=csv").text
        for status, answer in self.problems().items():
            assert answer.status_code == int(status), answer.text
            found["problem"][status] = answer.json()
        return found


def slot():
    return int(time.time() // INTERVAL * INTERVAL)


def recorded(start):
    """What a server made by start() answers, as if at EPOCH; again where an interval ended meanwhile."""
    for _ in range(20):
        server, base = start(), slot()
        try:
            found = Recorder(server.url).record(base)
        finally:
            server.stop()
        if slot() == base:
            return json.loads(settled(json.dumps(found), base))
    raise AssertionError("this machine is too slow to ask everything within an interval")


def settled(text, base):
    """Instants as if base were EPOCH, and ages as they were then: what else differs from run to run is told."""
    shift = EPOCH - datetime.datetime.fromtimestamp(base, datetime.timezone.utc)

    def moved(match):
        at = datetime.datetime.fromisoformat(match[0].replace("Z", "+00:00")) + shift
        return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    text = STAMP.sub(moved, text)
    text = re.sub(r'"last_seen_seconds": [0-4](\.\d+)?\b', '"last_seen_seconds": 0.1', text)
    text = re.sub(r'"age_seconds": 8640[0-5]\b', '"age_seconds": 86400', text)
    text = re.sub(r'("started": "|\\\\"time\\\\":\\\\")2026-01-01T[\d:.]+Z', r"\g<1>2026-01-01T00:00:00.000Z", text)
    return re.sub(r"id: \d{13}", "id: 1767225600000", text)


if __name__ == "__main__":
    from conftest import Server
    examples = recorded(Server)
    with open(FILE, "w", encoding="utf-8") as file:
        json.dump(examples, file, indent=1, ensure_ascii=True)
        file.write("\n")
