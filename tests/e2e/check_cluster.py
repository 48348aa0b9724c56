#!/usr/bin/env python3
"""Compares what the API answers about the loads of load.yaml with the kernel and with the loads.

Called by cluster.sh. Every check prints a line "ok" or "FAILED" with what was expected and read;
the last line counts them.
"""
import argparse
import calendar
import json
import os
import sys
import time
import urllib.error
import urllib.request

from kernel import cgroup_path, kubectl, number, text_of

NAMESPACE = "kubemonitor-e2e"
MIB = 1 << 20
results = []


def check(name, good, detail):
    results.append(bool(good))
    print(f"{'ok    ' if good else 'FAILED'} {name}: {detail}", flush=True)


def near(name, expected, read, tolerance):
    off = abs(read - expected) / expected if expected else abs(read)
    check(name, off <= tolerance, f"expected {expected:.1f}, read {read:.1f} ({off:.2%} off, {tolerance:.1%} allowed)")


class Api:
    def __init__(self, server):
        self.server = server

    def get(self, path):
        with urllib.request.urlopen(self.server + path, timeout=10) as answer:
            return json.load(answer)

    def status(self, path):
        try:
            with urllib.request.urlopen(self.server + path, timeout=10) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def pod(self, name, namespace=NAMESPACE, query=""):
        return self.get(f"/api/namespaces/{namespace}/pods/{name}{query}")


def count_said(pod):
    """The last number a load has printed: how often it did its work."""
    lines = kubectl("-n", NAMESPACE, "logs", pod, "--tail=1").split()
    return int(lines[-1]) if lines else 0


def cgroup_file(uid, container_id, v1_controller, v1_name, v2_name):
    return text_of(cgroup_path(uid, container_id, v1_controller, v1_name, v2_name))


def cpu_usec(uid):
    text = cgroup_file(uid, None, "cpuacct", "cpuacct.usage", "cpu.stat")
    return number(text, "usage_usec") / (1 if "usage_usec" in text else 1000)


def wait_for(what, seconds, condition):
    end = time.time() + seconds
    while time.time() < end:
        try:
            if condition():
                return True
        except urllib.error.HTTPError:
            pass
        time.sleep(0.5)
    check(what, False, f"not within {seconds} s")
    return False


def equal_at_rest(name, read_truth, read_answer, tries=12):
    """Equal while the truth does not move around the answer's tick; it is tried until it rests."""
    before = answer = None
    for _ in range(tries):
        before = read_truth()
        time.sleep(6)
        answer = read_answer()
        if before == read_truth() and before == answer:
            break
    check(name, before == answer, f"kernel {before}, answer {answer}")


def check_cpu(api, seconds):
    uid = api.pod("burn")["uid"]
    start, kernel_start = time.time(), cpu_usec(uid)
    time.sleep(seconds)
    elapsed = time.time() - start
    kernel = (cpu_usec(uid) - kernel_start) / elapsed / 1000
    rows = api.pod("burn", query=f"?window={int(seconds)}")["items"]
    usage = [row["cpu_usage"] for row in rows if "cpu_usage" in row]
    mean = sum(usage) / len(usage)
    near("burn: cpu_usage and the limit being burnt", 200, mean, 0.05)
    near("burn: cpu_usage and the kernel's counter", kernel, mean, 0.05)
    check("burn: throttled and says so", rows[-1]["cpu"]["throttled_periods"] > 0, rows[-1]["cpu"]["throttled_periods"])
    check("burn: limit", rows[-1]["cpu"]["limit_millicores"] == 200, rows[-1]["cpu"].get("limit_millicores"))


def check_memory(api):
    """Of pods at rest: "rest" holds 20 MiB in a memory file system beside its processes."""
    for pod in ("host", "rest"):
        uid = api.pod(pod)["uid"]
        container = api.pod(pod)["containers"][0]["id"]
        for what, ident, answer in (
                ("pod", None, lambda n=pod: api.pod(n)["memory"]["usage"]),
                ("container", container, lambda n=pod: api.pod(n)["containers"][0]["memory"]["usage"])):
            equal_at_rest(f"{pod}: memory.usage of the {what} and its cgroup's file",
                          lambda u=uid, i=ident: int(cgroup_file(u, i, "memory", "memory.usage_in_bytes", "memory.current")),
                          answer)
    check("rest: holds its 20 MiB", api.pod("rest")["memory"]["usage"] >= 20 * MIB, api.pod("rest")["memory"]["usage"])


def check_network(api, seconds):
    def read():
        return api.pod("client")["network"]["rx_bytes"], count_said("client")

    bytes_start, said_start = read()
    time.sleep(seconds)
    bytes_end, said_end = read()
    done = (said_end - said_start) * 1_000_000
    near("client: bytes received and downloads", done, bytes_end - bytes_start, 0.05 + 2e6 / max(done, 1))
    rows = api.pod("client", query=f"?window={int(seconds)}")["items"]
    rates = [r["network"]["rx_bytes_per_second"] for r in rows if "rx_bytes_per_second" in r.get("network", {})]
    near("client: rate received and downloads", done / seconds, sum(rates) / len(rates), 0.05 + 2e6 / max(done, 1))
    check("client: containers do not repeat the pod's network",
          all("network" not in c for c in api.pod("client")["containers"]), "no network in containers")
    host = api.pod("host")
    check("host: host network is flagged and has no numbers",
          host["host_network"] is True and "network" not in host, host.get("network"))


def seconds_of(timestamp):
    """Unix time of "2026-11-24T00:13:51.123456789Z"."""
    whole, _, rest = timestamp.rstrip("Z").partition(".")
    return calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) + float(f"0.{rest or 0}")


def check_disk(api):
    """Rows read while the load slept, after its nth write was said and before the next began: n times 20 MiB."""
    time.sleep(30)
    said = [(seconds_of(when), int(n)) for when, n in (
        line.split() for line in kubectl("-n", NAMESPACE, "logs", "disk", "--timestamps").splitlines())]
    rows = [(seconds_of(row["timestamp"]), row["disk"]["write_bytes"])
            for row in api.pod("disk", query="?window=120")["items"] if "write_bytes" in row.get("disk", {})]
    asleep = [(bytes_read, n * 20 * MIB) for when, bytes_read in rows for end, n in said if 0.4 < when - end < 4.2]
    if not asleep:
        check("disk: bytes written", False, f"no reading while the load slept: {len(rows)} rows, {len(said)} writes")
        return
    # The file system's own blocks (its maps, the directory) are written in the load's name too.
    worst = max(asleep, key=lambda pair: abs(pair[0] - pair[1]))
    near(f"disk: bytes written and what was written, worst of {len(asleep)} readings", worst[1], worst[0], 0.001)
    bytes_grown, said_grown = asleep[-1][0] - asleep[0][0], asleep[-1][1] - asleep[0][1]
    near("disk: growth of both over these readings", said_grown, bytes_grown, 0.001)


def check_sums(api):
    path = f"/api/namespaces/{NAMESPACE}/deployments/web"
    for _ in range(20):
        before = api.get(path + "/pods")["items"]
        whole = api.get(path)
        after = api.get(path + "/pods")["items"]
        if [p["timestamp"] for p in before] == [p["timestamp"] for p in after]:
            break
        time.sleep(0.3)
    check("deployment: 3 pods", whole["pods"] == 3 and len(before) == 3, whole["pods"])
    for group, key in (("memory", "usage"), ("memory", "request"), ("cpu", "request_millicores")):
        total = sum(p[group][key] for p in before)
        check(f"deployment: {group}.{key} is the sum of its pods", whole[group][key] == total, f"{whole[group][key]}, pods {total}")
    total = sum(p["cpu_usage"] for p in before)
    check("deployment: cpu_usage is the sum of its pods", abs(whole["cpu_usage"] - total) < 0.002, f"{whole['cpu_usage']}, pods {total:.3f}")
    rows = api.get(path + "?window=30")["items"]
    check("deployment: window has rows of 3 pods", rows and rows[-1]["pods"] == 3, len(rows))
    rows = api.get(f"/api/namespaces/{NAMESPACE}?window=30&step=10")["items"]
    check("namespace: window with a step has a max", rows and "max" in rows[-1], len(rows))


def check_restart(api):
    wait_for("restart: at least one restart is seen", 90, lambda: api.pod("restart").get("restarts", 0) >= 1)
    time.sleep(20)
    rows = api.pod("restart", query="?window=200")["items"]
    values = [r["cpu_usage"] for r in rows if "cpu_usage" in r]
    check("restart: no negative and no giant CPU rate", values and min(values) >= 0 and max(values) <= 600, f"{min(values)} to {max(values)}")
    rates = [v for r in rows for g in r.values() if isinstance(g, dict) for k, v in g.items() if k.endswith("_per_second")]
    check("restart: no negative and no giant other rate", min(rates) >= 0 and max(rates) < 1e9, f"{min(rates)} to {max(rates)}")
    containers = api.pod("restart")["containers"]
    check("restart: one container, not old and new", len([c for c in containers if c["name"] == "restart"]) <= 1, len(containers))


def check_deleted(api):
    kubectl("-n", NAMESPACE, "delete", "pod", "client", "--wait=true")
    gone = time.time()
    left = wait_for("deleted pod leaves the lists", 30, lambda: all(
        p["pod_name"] != "client" for p in api.get(f"/api/namespaces/{NAMESPACE}/pods")["items"]))
    if left:
        check("deleted pod leaves the lists", time.time() - gone <= 20, f"after {time.time() - gone:.1f} s")
    rows = api.pod("client", query="?window=60")["items"]
    check("deleted pod: history stays", len(rows) > 0, f"{len(rows)} rows")


def check_endpoints(api, node):
    for path in ("/api/nodes", f"/api/nodes/{node}", f"/api/nodes/{node}/pods", "/api/pods", f"/api/pods/burn?namespace={NAMESPACE}",
                 "/api/namespaces", f"/api/namespaces/{NAMESPACE}", f"/api/namespaces/{NAMESPACE}/pods",
                 f"/api/namespaces/{NAMESPACE}/deployments", f"/api/namespaces/{NAMESPACE}/deployments/web",
                 f"/api/namespaces/{NAMESPACE}/deployments/web/pods", f"/api/nodes/{node}?window=60",
                 f"/api/pods/burn?namespace={NAMESPACE}&window=60", f"/api/namespaces/{NAMESPACE}?window=60",
                 f"/api/namespaces/{NAMESPACE}/deployments/web?window=60", "/api/cluster", "/api/status",
                 f"/api/namespaces/{NAMESPACE}/pods/burn/containers"):
        answer = api.get(path)
        check(path, answer and answer.get("items", True), f"{len(json.dumps(answer))} bytes")


def check_node(api, node):
    with open("/proc/meminfo", encoding="ascii") as file:
        total = int(file.readline().split()[1]) * 1024
    answer = api.get(f"/api/nodes/{node}")
    memory = answer["memory"]
    check("node: MemTotal", memory["total"] == total, memory["total"])
    check("node: used = total - free - buffers - cached",
          memory["used"] == memory["total"] - memory["free"] - memory["buffers"] - memory["cached"], memory["used"])
    check("node: CPU capacity", answer["cpu"]["capacity_millicores"] == os.cpu_count() * 1000, answer["cpu"]["capacity_millicores"])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", required=True)
    parser.add_argument("--node", required=True)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--static", action="store_true")
    args = parser.parse_args()
    api = Api(args.server)
    if not wait_for("pods appear", 30, lambda: all("cpu_usage" in api.pod(n) for n in ("burn", "client", "rest", "disk"))):
        return 1
    check_endpoints(api, args.node)
    check_node(api, args.node)
    if args.static:
        name = f"kubemonitor-static-{args.node}"
        if wait_for("static pod appears under its name", 60, lambda: api.pod(name, "kube-system")):
            check("static pod: phase and memory", api.pod(name, "kube-system")["memory"]["usage"] > 0, name)
    check_cpu(api, args.seconds)
    check_network(api, args.seconds)
    check_sums(api)
    check_memory(api)
    check_disk(api)
    check_restart(api)
    check_deleted(api)
    check("no pod is left unresolved", all(p["namespace"] for p in api.get("/api/pods")["items"]), "every pod has a namespace")
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
