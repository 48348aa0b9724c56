#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares what the API answers with what the pods of tests/e2e/load.yaml are known to do.

Called by 04-test.sh, which prints the table. Writes a line per check, with tabs between:
key of the message, its argument, expected, read, "good" or "bad".
"""
import argparse
import json
import subprocess
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

MIB = 1 << 20
DOWNLOAD = 1_000_000  # bytes of the file that "client" loads, again and again
WRITTEN = 20 * MIB    # by "disk", again and again
INTERVAL = 5          # seconds between two readings


def report(key, argument, expected, read, good):
    print(key, argument, expected, read, "good" if good else "bad", sep="\t", flush=True)


def near(key, argument, expected, read, tolerance):
    good = read is not None and abs(read - expected) <= tolerance * expected
    shown = "-" if read is None else f"{read:.0f}"
    report(key, argument, f"{expected:.0f} ±{tolerance:.0%}", shown, good)


class Api:
    def __init__(self, server, namespace):
        self.server = server
        self.pods = f"/api/namespaces/{namespace}/pods/"

    def get(self, path):
        with urllib.request.urlopen(self.server + path, timeout=10) as answer:
            return json.load(answer)

    def pod(self, name, query=""):
        return self.get(self.pods + name + query)

    def status(self, path):
        """The status alone: a stream of events has no end to wait for."""
        try:
            with urllib.request.urlopen(self.server + path, timeout=10) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError as error:
            return str(getattr(error, "reason", error))


def kubectl(*args):
    return subprocess.run(["kubectl", *args], check=True, capture_output=True, text=True).stdout


def said(namespace, pod):
    """The last number that a load has printed: how often it did its work."""
    lines = kubectl("-n", namespace, "logs", pod, "--tail=1").split()
    return int(lines[-1]) if lines else 0


def kernel_cpu(namespace, pod):
    """Seconds of uptime and CPU time in ns, as the pod's own cgroup says; None where it cannot be asked.

        4711.08 9000.11
        120033441298          cpuacct.usage of cgroup v1, or of v2's cpu.stat:   usage_usec 120033441
    """
    command = ("cut -d' ' -f1 /proc/uptime; cat /sys/fs/cgroup/cpuacct/cpuacct.usage 2>/dev/null"
               " || cat /sys/fs/cgroup/cpu,cpuacct/cpuacct.usage 2>/dev/null || grep ^usage_usec /sys/fs/cgroup/cpu.stat")
    try:
        words = kubectl("-n", namespace, "exec", pod, "--", "sh", "-c", command).split()
        return float(words[0]), int(words[1]) if len(words) == 2 else int(words[2]) * 1000
    except (subprocess.CalledProcessError, ValueError, IndexError):
        return None


def value(answer, group, key):
    return answer.get(group, {}).get(key)


def wait_for(seconds, condition):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if condition():
                return True
        except (OSError, ValueError):
            pass
        time.sleep(1)
    return False


def check_loads(api, namespace, seconds):
    """One span of time for all loads: the pods' own counts at both ends, and the rows in between."""
    def counters():
        client, disk = api.pod("client"), api.pod("disk")
        return (value(client, "network", "rx_bytes"), value(disk, "disk", "write_bytes"),
                said(namespace, "client"), said(namespace, "disk"))

    kernel = kernel_cpu(namespace, "burn")
    start = time.monotonic()
    received, written, downloads, writes = counters()
    time.sleep(seconds)
    received_end, written_end, downloads_end, writes_end = counters()
    elapsed = time.monotonic() - start
    kernel_end = kernel_cpu(namespace, "burn")

    def change(before, after):
        return None if before is None or after is None else (after - before) / elapsed

    rows = api.pod("burn", f"?window={seconds}").get("items", [])
    cpu = [row["cpu_usage"] for row in rows if "cpu_usage" in row]
    # Its limit is 200; a busy node may give it less, which the kernel knows.
    expected = 200.0
    if kernel and kernel_end:
        expected = (kernel_end[1] - kernel[1]) / (kernel_end[0] - kernel[0]) / 1e6
    near("row_cpu", "burn", expected, sum(cpu) / len(cpu) if cpu else None, 0.05)
    # A work may be under way at either end, and readings are up to an interval old: one work more.
    downloads, writes = downloads_end - downloads, writes_end - writes
    near("row_network", "client", downloads * DOWNLOAD / elapsed, change(received, received_end),
         0.05 + INTERVAL / seconds)
    near("row_disk", "disk", writes * WRITTEN / elapsed, change(written, written_end),
         0.05 + 1.5 / max(writes, 1))
    report("row_rows", "burn", f"{seconds // INTERVAL} ±1", len(rows), abs(len(rows) - seconds // INTERVAL) <= 1)


def check_cluster(api, namespace):
    nodes = len(kubectl("get", "nodes", "-o", "name").split())
    items = len(api.get("/api/nodes")["items"])
    report("row_node", "cluster", nodes, items, nodes == items)
    path = f"/api/namespaces/{namespace}/deployments/web"
    pods = api.get(path).get("pods") if api.status(path) == 200 else "-"
    report("row_deployment", "web", 3, pods, pods == 3)


def check_endpoints(api, namespace):
    """Every path that the server documents, with names that are there."""
    containers = api.get(f"/api/namespaces/{namespace}/pods/burn/containers")["items"]
    names = {"node": api.get("/api/nodes")["items"][0]["node"], "namespace": namespace, "pod": "burn",
             "container": containers[0]["name"],
             "deployment": "web", "kind": "Deployment", "name": "web", "file": "docs.js"}
    paths = ["/docs", "/openapi.json"]  # which document the others
    for path, methods in sorted(api.get("/openapi.json")["paths"].items()):
        if "get" not in methods:
            continue
        filled = path
        if "{pod}" in path and "{namespace}" not in path:
            filled += "?namespace={namespace}"  # "burn" may be elsewhere too
        for name, replacement in names.items():
            filled = filled.replace("{" + name + "}", replacement)
        paths.append(filled)
        if any(parameter.get("name") == "window" for parameter in methods["get"].get("parameters", [])):
            paths.append(filled + ("&" if "?" in filled else "?") + "window=60")
    with ThreadPoolExecutor(4) as pool:
        for path, status in zip(paths, pool.map(api.status, paths)):
            report("row_endpoint", path, 200, status, status == 200)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--server", required=True)
    parser.add_argument("--namespace", required=True)
    parser.add_argument("--seconds", type=int, required=True)
    args = parser.parse_args()
    api = Api(args.server, args.namespace)
    wait_for(60, lambda: "cpu_usage" in api.pod("burn") and "network" in api.pod("client") and "disk" in api.pod("disk"))
    time.sleep(2 * INTERVAL)  # until the rows hold what the loads do when they have started
    check_cluster(api, args.namespace)
    check_endpoints(api, args.namespace)
    check_loads(api, args.namespace, args.seconds)


if __name__ == "__main__":
    main()
