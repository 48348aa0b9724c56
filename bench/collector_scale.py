#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How the collector's own share of a tick grows with pods and containers: it reads hosts of plain files in memory, of which one
pod in five works, the others sleep. What the kernel takes to print its files is not in it (collector_cost.sh has that).

    python3 bench/collector_scale.py COLLECTOR [PODS:CONTAINERS...]     110:1 250:1 250:3; each pod has a pause process besides
"""
import os
import pathlib
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
FIRST, TICKS = 8, 16  # ticks until what sleeps is known to, and ticks that are watched

STAT = "".join(f"total_{key} 4096\n" for key in (
    "cache", "rss", "rss_huge", "shmem", "mapped_file", "dirty", "writeback", "swap", "pgpgin", "pgpgout", "pgfault", "pgmajfault",
    "inactive_anon", "active_anon", "inactive_file", "active_file", "unevictable"))
FILES = {"cpuacct": {"cpuacct.usage": "123456789\n", "cpuacct.usage_user": "100\n", "cpuacct.usage_sys": "100\n"},
         "cpu": {"cpu.cfs_quota_us": "-1\n"},
         "memory": {"memory.usage_in_bytes": "409600\n", "memory.limit_in_bytes": "9223372036854771712\n", "memory.stat": STAT,
                    "memory.oom_control": "oom_kill 0\n"},
         "pids": {"pids.current": "1\n"}}


def folder(controller, pod, container=None):
    path = f"/sys/fs/cgroup/{controller}/kubepods/pod8712f785-1a3e-41ec-a00b-{pod:012d}"
    return path if container is None else f"{path}/{pod:032d}{container:032d}"


def make(host, pods, containers):
    """Container 0 is the pause process's."""
    for pod in range(pods):
        for container in [None, *range(containers + 1)]:
            for controller, files in FILES.items():
                for name, text in files.items():
                    host.put(f"{folder(controller, pod, container)}/{name}", text)
            if container is None:
                continue
            pid = 1000 + pod * 10 + container
            host.put(folder("memory", pod, container) + "/cgroup.procs", f"{pid}\n")
            host.put(f"/proc/{pid}/comm", "app\n" if container else "pause\n")
            host.put(f"/proc/{pid}/net/dev", net_dev(eth0=5))
            host.put(f"/proc/{pid}/io", "read_bytes: 1\nwrite_bytes: 2\n")
            host.link(f"/proc/{pid}/ns/net", f"net:[{4026532000 + pod}]")


def work(host, pods, containers, n):
    for pod in range(0, pods, 5):
        for container in [None, *range(1, containers + 1)]:
            host.put(folder("cpuacct", pod, container) + "/cpuacct.usage", f"{123456789 + n * 1000}\n")


def measure(pods, containers):
    with tempfile.TemporaryDirectory(dir="/dev/shm") as place:
        host = Host(place, version=1)
        make(host, pods, containers)
        ticks = Ticks(host, interval="500ms")
        for n in range(FIRST + TICKS + 1):
            told = ticks.read()["collector"]
            work(host, pods, containers, n)
            if n == FIRST:
                before = told["cpu_usec"]
        ticks.process.kill()
    print(f"{pods:5} pods {pods * (containers + 1):5} containers {(told['cpu_usec'] - before) / TICKS / 1000:7.2f} ms a tick "
          f"{told['files_read']:5} files read {told['files_open']:5} open {told['rss'] // 1024:6} KiB", flush=True)


if __name__ == "__main__":
    os.environ["KUBEMONITOR_COLLECTOR"] = str(pathlib.Path(sys.argv[1]).resolve())
    sys.path.insert(0, str(ROOT / "tests/collector"))
    from small_host import Host, Ticks, net_dev
    for size in sys.argv[2:] or ["110:1", "250:1", "250:3"]:
        measure(*map(int, size.split(":")))
