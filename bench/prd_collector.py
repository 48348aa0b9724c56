#!/usr/bin/env python3
"""The collector as docs/PRD.md sketches it, in Python: for agents.sh to measure beside ours.

    prd_collector.py URL NODE SECONDS

Each 5 s it posts a node's CPU, memory, disk and network, and then each pod's, one request a pod over one connection. Pods have
no names in cgroups, so a pod is called by its UID. cgroup v1, or v2 where there is no v1.
"""
import datetime
import os
import sys
import time

import requests

INTERVAL = 5
TOP = "/sys/fs/cgroup"
V1 = os.path.isdir(f"{TOP}/memory")


def read(path):
    try:
        with open(path, encoding="ascii") as file:
            return file.read()
    except OSError:
        return ""


def words(text):
    """Lines of a key and a number."""
    return {line.split()[0].rstrip(":"): int(line.split()[1]) for line in text.splitlines() if len(line.split()) > 1}


def cpu_usec(folder):
    if V1:
        return int(read(f"{TOP}/cpuacct/{folder}/cpuacct.usage") or 0) // 1000
    return words(read(f"{TOP}/{folder}/cpu.stat")).get("usage_usec", 0)


def memory(folder):
    usage = f"{TOP}/memory/{folder}/memory.usage_in_bytes" if V1 else f"{TOP}/{folder}/memory.current"
    stat = words(read(f"{TOP}/memory/{folder}/memory.stat" if V1 else f"{TOP}/{folder}/memory.stat"))
    used = int(read(usage) or 0)
    inactive = stat.get("total_inactive_file", stat.get("inactive_file", 0))
    return {"usage": used, "working_set": max(used - inactive, 0), "rss": stat.get("total_rss", stat.get("anon", 0))}


def disk(folder):
    total = {"read": 0, "write": 0}
    for line in read(f"{TOP}/blkio/{folder}/blkio.throttle.io_service_bytes").splitlines():
        parts = line.split()
        if len(parts) == 3 and parts[1] in ("Read", "Write"):
            total[parts[1].lower()] += int(parts[2])
    return total


def node_memory():
    info = words(read("/proc/meminfo"))
    total, free = info["MemTotal"] * 1024, info["MemFree"] * 1024
    buffers, cached = info["Buffers"] * 1024, info["Cached"] * 1024
    return {"total": total, "free": free, "buffers": buffers, "cached": cached, "used": total - free - buffers - cached}


def node_network():
    total = {"rx": 0, "tx": 0}
    for line in read("/proc/net/dev").splitlines()[2:]:
        name, values = line.split(":")
        if name.strip() != "lo":
            total["rx"] += int(values.split()[0])
            total["tx"] += int(values.split()[8])
    return total


def pods():
    """(uid, folder below the mount) of each pod."""
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        for entry in os.scandir(f"{TOP}/memory/{folder}" if V1 else f"{TOP}/{folder}"):
            path = f"{folder}/{entry.name}"
            name = entry.name.removesuffix(".slice").rpartition("pod")[2]
            if not entry.is_dir(follow_symlinks=False):
                continue
            if len(name.replace("_", "").replace("-", "")) == 32:
                yield name.replace("_", "-"), path
            elif "kube" in path:
                waiting.append(path)


def main():
    url, node, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
    session, last = requests.Session(), {}

    def usage(key, usec):
        now = time.monotonic()
        before = last.get(key)
        last[key] = (usec, now)
        return (usec - before[0]) / (now - before[1]) / 1000 if before else None

    def stamp():
        return datetime.datetime.now(datetime.timezone.utc).isoformat()

    end = time.monotonic() + seconds
    while time.monotonic() < end:
        session.post(f"{url}/api/nodes/{node}", timeout=4, json={
            "timestamp": stamp(), "node": node, "cpu_usage": usage(node, cpu_usec("")), "memory": node_memory(),
            "network": node_network(), "disk": disk("")})
        for uid, folder in pods():
            session.post(f"{url}/api/pods/{uid}", timeout=4, json={
                "timestamp": stamp(), "pod_name": uid, "namespace": "default", "cpu_usage": usage(uid, cpu_usec(folder)),
                "memory": memory(folder), "disk": disk(folder)})
        time.sleep(INTERVAL)


if __name__ == "__main__":
    main()
