#!/usr/bin/env python3
"""Plays a small cluster against a server, for the page: feed.py --server URL [--nodes N]
[--pods-per-node M] [--history SECONDS] [--live]. Prints "fed" once the history is in.

Like a cluster in use: some namespaces use much and others little, one container has been killed for
want of memory, one node's clock is off, one node is silent, and a node was away for a while.
"""
import argparse
import datetime
import http.client
import json
import math
import random
import time
import urllib.parse

MIB = 1 << 20
# namespace, deployment, millicores and MiB of a pod, has a limit
WORKLOADS = [
    ("shop", "storefront", 420, 310, True), ("shop", "cart", 180, 150, True), ("shop", "checkout", 95, 210, True),
    ("search", "indexer", 900, 1400, True), ("search", "query", 350, 620, True), ("ml", "trainer", 1700, 3800, False),
    ("ml", "feature-store", 240, 900, True), ("payments", "ledger", 60, 180, True), ("payments", "gateway", 130, 120, True),
    ("kube-system", "coredns", 12, 22, True), ("kube-system", "metrics", 8, 40, False), ("ci", "runner", 600, 480, False),
    ("logging", "shipper", 45, 90, True), ("web", "frontend", 75, 85, True), ("web", "assets", 20, 35, True),
]


class Pod:
    def __init__(self, number, node, rng, started):
        self.space, self.deployment, self.cpu, self.memory, self.limited = WORKLOADS[number % len(WORKLOADS)]
        self.name = f"{self.deployment}-{rng.getrandbits(36):09x}-{rng.getrandbits(20):05x}"
        self.uid = f"{rng.getrandbits(128):032x}"
        self.node, self.created = node, started - rng.randint(60, 900000)
        self.phase, self.factor = rng.random() * 6.3, rng.uniform(0.5, 1.5)
        self.container, self.container_started = f"{rng.getrandbits(256):064x}", self.created
        self.restarts = self.kills = 0
        self.usage_usec = rng.randint(10 ** 6, 10 ** 9)
        self.throttled_usec = self.periods = self.throttled = 0
        self.received = self.sent = self.read = self.written = rng.randint(0, 10 ** 8)
        self.faults = 0

    def advance(self, now, seconds, rng):
        wave = 1 + 0.35 * math.sin(now / 170 + self.phase) + rng.uniform(-0.08, 0.08)
        limit = self.cpu * 1.6
        wanted = self.cpu * self.factor * wave
        used = min(wanted, limit) if self.limited else wanted
        self.now_cpu = max(0.2, used)
        self.usage_usec += int(self.now_cpu * seconds * 1000)
        self.periods += int(seconds * 10)
        if wanted > used:
            self.throttled += int(seconds * 6)
            self.throttled_usec += int((wanted - used) * seconds * 1000)
        self.now_memory = int(self.memory * MIB * (0.75 + 0.25 * self.factor + 0.06 * math.sin(now / 400 + self.phase)))
        rate = self.cpu * 900 * wave * self.factor
        self.received += int(rate * seconds)
        self.sent += int(rate * 1.7 * seconds)
        self.read += int(rate * 0.2 * seconds)
        self.written += int(rate * 0.6 * seconds)
        self.faults += int(self.cpu * seconds)

    def restart(self, now, rng):
        self.restarts += 1
        self.kills += 1
        self.container, self.container_started = f"{rng.getrandbits(256):064x}", now

    def groups(self):
        cpu = {"usage_usec": self.usage_usec, "user_usec": self.usage_usec * 3 // 4, "system_usec": self.usage_usec // 4,
               "request_millicores": int(self.cpu)}
        memory = {"usage": int(self.now_memory * 1.3), "working_set": self.now_memory, "rss": int(self.now_memory * 0.85),
                  "cache": int(self.now_memory * 0.45), "swap": 0, "request": self.memory * MIB, "page_faults": self.faults,
                  "major_page_faults": self.faults // 500, "oom_kills": self.kills}
        if self.limited:
            cpu.update(limit_millicores=int(self.cpu * 1.6), periods=self.periods, throttled_periods=self.throttled,
                       throttled_usec=self.throttled_usec)
            memory["limit"] = int(self.memory * MIB * 1.4)
        disk = {"read_bytes": self.read, "write_bytes": self.written, "read_ops": self.read >> 12, "write_ops": self.written >> 12}
        pressure = {"cpu_some_usec": self.throttled_usec // 2, "memory_some_usec": 0, "memory_full_usec": 0,
                    "io_some_usec": self.written // 900, "io_full_usec": self.written // 2000}
        return {"cpu_usage": round(self.now_cpu, 3), "cpu": cpu, "memory": memory, "disk": disk, "pressure": pressure}

    def body(self, now):
        groups = self.groups()
        container = {"name": self.deployment, "id": self.container, "state": "running", "restarts": self.restarts,
                     "started": stamp(self.container_started), "timestamp": stamp(now), **groups}
        packets = {"rx_packets": self.received // 800, "tx_packets": self.sent // 800, "rx_errors": 0, "tx_errors": 0}
        return {"timestamp": stamp(now), "pod_name": self.name, "namespace": self.space, "uid": self.uid, "phase": "Running",
                "owner": {"kind": "ReplicaSet", "name": self.name.rsplit("-", 1)[0]}, "deployment": self.deployment,
                "created": stamp(self.created), "restarts": self.restarts, "host_network": False, **groups,
                "network": {"rx_bytes": self.received, "tx_bytes": self.sent, **packets}, "containers": [container]}


class Node:
    def __init__(self, number, pods, rng, started):
        self.name = f"worker-{number:02d}"
        self.pods = [Pod(number + pod, self.name, rng, started) for pod in range(pods)]
        need = sum(pod.cpu * pod.factor for pod in self.pods)
        self.cores = next((size for size in (2, 4, 8, 16, 32, 64, 128) if size * 800 > need), 256)
        self.memory = self.cores * 4 * 1024 * MIB
        self.usage_usec, self.steal, self.kills = 10 ** 10, 0, 0
        self.skew = 0

    def body(self, now, seconds, rng):
        for pod in self.pods:
            pod.advance(now, seconds, rng)
        used = sum(pod.now_cpu for pod in self.pods) + 90 + rng.uniform(0, 60)
        used = min(used, self.cores * 1000)
        memory = min(sum(pod.now_memory for pod in self.pods) + 700 * MIB, int(self.memory * 0.97))
        self.usage_usec += int(used * seconds * 1000)
        total = lambda name: sum(getattr(pod, name) for pod in self.pods)
        cached = min(self.memory // 6, (self.memory - memory) // 2)
        load = int(used * 1.1)
        return {
            "timestamp": stamp(now + self.skew), "node": self.name, "boot_id": "b-" + self.name, "interval_ms": int(seconds * 1000),
            "cpu_usage": round(used, 3),
            "cpu": {"capacity_millicores": self.cores * 1000, "allocatable_millicores": self.cores * 1000 - 200,
                    "request_millicores": sum(int(pod.cpu) for pod in self.pods), "usage_usec": self.usage_usec, "user_usec": self.usage_usec * 7 // 10,
                    "system_usec": self.usage_usec * 2 // 10, "iowait_usec": self.usage_usec // 40, "irq_usec": self.usage_usec // 90,
                    "steal_usec": self.usage_usec // 70, "load1_milli": load, "load5_milli": load, "load15_milli": load},
            "memory": {"total": self.memory, "allocatable": self.memory - 512 * MIB, "request": sum(pod.memory for pod in self.pods) * MIB,
                       "free": self.memory - memory - cached, "available": self.memory - memory,
                       "buffers": cached // 12, "cached": cached - cached // 12, "used": memory, "working_set": memory,
                       "swap_total": 0, "swap_used": 0},
            "network": {"rx_bytes": total("received"), "tx_bytes": total("sent"), "rx_packets": total("received") // 800,
                        "tx_packets": total("sent") // 800, "rx_errors": 0, "tx_errors": 0, "rx_dropped": 0, "tx_dropped": 0},
            "disk": {"read_bytes": total("read"), "write_bytes": total("written"), "read_ops": total("read") >> 12,
                     "write_ops": total("written") >> 12, "io_time_ms": total("written") // 90000},
            "filesystem": {"capacity": 200 << 30, "used": (60 + self.cores) << 30, "inodes": 10 ** 7, "inodes_used": 812345},
            "processes": {"running": self.cores // 2, "blocked": rng.randint(0, 2), "total": 300 + 12 * len(self.pods),
                          "oom_kills": self.kills},
            "pressure": {"cpu_some_usec": self.usage_usec // 60, "memory_some_usec": 0, "memory_full_usec": 0,
                         "io_some_usec": total("written") // 3000, "io_full_usec": total("written") // 7000},
            "pods": [pod.body(now + self.skew) for pod in self.pods],
        }


def stamp(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Cluster:
    def __init__(self, server, nodes, pods, interval, seed=1):
        url = urllib.parse.urlsplit(server)
        self.connection = http.client.HTTPConnection(url.hostname, url.port, timeout=60)
        self.rng, self.interval = random.Random(seed), interval
        self.nodes = [Node(number + 1, pods, self.rng, time.time()) for number in range(nodes)]
        if nodes > 3:
            self.nodes[-1].skew = -1.8 * interval

    def tick(self, now, ticks):
        """ticks: how many are still to come before the history's end; negative once it is over."""
        for number, node in enumerate(self.nodes):
            if len(self.nodes) > 3 and number == 2 and ticks < 12:
                continue  # silent until the end
            if number == 0 and node.pods and ticks == 120:
                node.kills += 1
                node.pods[0].restart(now, self.rng)
            body = node.body(now, self.interval, self.rng)
            if len(self.nodes) > 2 and number == 1 and 36 <= ticks < 60:
                continue  # not heard of: a gap
            self.connection.request("POST", "/api/nodes/" + node.name, json.dumps(body), {"Content-Type": "application/json"})
            answer = self.connection.getresponse()
            text = answer.read()
            if answer.status != 200:
                raise SystemExit(f"{answer.status}: {text[:600].decode()}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", required=True)
    parser.add_argument("--nodes", type=int, default=6)
    parser.add_argument("--pods-per-node", type=int, default=15)
    parser.add_argument("--interval", type=float, default=5)
    parser.add_argument("--history", type=int, default=900)
    parser.add_argument("--live", action="store_true")
    options = parser.parse_args()
    cluster = Cluster(options.server, options.nodes, options.pods_per_node, options.interval)
    end = time.time()
    for tick in range(int(options.history / options.interval), -1, -1):
        cluster.tick(end - tick * options.interval, tick)
    print("fed", flush=True)
    following = end + options.interval
    while options.live:
        time.sleep(max(0, following - time.time()))
        cluster.tick(following, -1)
        following += options.interval


if __name__ == "__main__":
    main()
