#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a tick of the collector costs with more pods than a kubelet takes, beside the floor (agent_floor.c) in the same run.

    python3 bench/collector_cgroups.py BUILD [PODS:CONTAINERS...]     110:1 250:1 250:3; each pod has a pause process besides

The cgroups are real ones, shaped as the kubelet's, below a folder of this script's own; each pod has a process and a network
namespace of its own, one in five works a little, the others sleep. Names come from log links, and an API server on loopback
takes what is posted. Root on a machine with cgroup v1 (also beside v2). What the script mounts is in a mount namespace of its
own; what it makes it removes. TICKS=12
"""
import atexit
import ctypes
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

TOP = "kubemonitor-bench"
INTERVAL, SETTLE = 5, 6  # seconds; ticks until what sleeps is known to
TICKS = int(os.environ.get("TICKS", "12"))
CLONE_NEWNS = 0x20000
CONTROLLERS = {"cpu", "cpuacct", "memory", "blkio", "pids"}
SLEEP, WORK = ["sleep", "1000000"], ["sh", "-c", (
    "while :; do head -c 300000 /dev/urandom | md5sum >/dev/null; head -c 100000 /dev/zero >/dev/null; sleep 3; done")]


def own_mounts():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS) < 0:
        sys.exit("needs root")
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)


class Cgroups:
    """A folder of each hierarchy, which stands in the place of the whole one from then on."""

    def __init__(self):
        mounts = [line.split() for line in pathlib.Path("/proc/self/mounts").read_text(encoding="ascii").splitlines()]
        self.mounts = [pathlib.Path(mount[1]) for mount in mounts
                       if mount[2] == "cgroup2" or (mount[2] == "cgroup" and CONTROLLERS & set(mount[3].split(",")))]
        self.made = []
        if not any(mount.name == "memory" for mount in self.mounts):
            sys.exit("there is no cgroup v1")
        for mount in self.mounts:
            (mount / TOP).mkdir(exist_ok=True)
            subprocess.run(["mount", "--bind", mount / TOP, mount], check=True)
        self.add("kubepods")
        self.add("kubepods/burstable")

    def add(self, path):
        for mount in self.mounts:
            (mount / path).mkdir()
        self.made.append(path)

    def move(self, path, pid):
        for mount in self.mounts:
            (mount / path / "cgroup.procs").write_text(str(pid), encoding="ascii")

    def remove(self):
        for path in reversed(self.made):
            for mount in self.mounts:
                for _ in range(100):  # a process that has ended leaves its cgroup a moment later
                    try:
                        (mount / path).rmdir()
                        break
                    except OSError:
                        time.sleep(0.05)
        for mount in self.mounts:
            subprocess.run(["umount", mount], check=True)
            (mount / TOP).rmdir()


class Pods:
    def __init__(self, cgroups, scratch):
        self.cgroups, self.scratch, self.pauses, self.processes, self.each = cgroups, scratch, [], [], 0
        # Its name tells a pause container.
        (scratch / "pause").symlink_to(subprocess.run(["which", "sleep"], check=True, capture_output=True, text=True).stdout.strip())

    def start(self, n, container, command):
        """Container 0 is the pause process's."""
        folder = f"kubepods/burstable/pod{self.uid(n)}/{n:032x}{container:032x}"
        self.cgroups.add(folder)
        inside = ["unshare", "--net"] if container == 0 else ["nsenter", f"--net=/proc/{self.pauses[n].pid}/ns/net"]
        process = subprocess.Popen([*inside, *command], start_new_session=True)
        self.processes.append(process)
        self.cgroups.move(folder, process.pid)
        if container:
            link = pathlib.Path(f"/var/log/containers/pod-{n}_bench_c{container}-{n:032x}{container:032x}.log")
            link.symlink_to(f"/var/log/pods/bench_pod-{n}_{self.uid(n)}/c{container}/0.log")
        return process

    def uid(self, n):
        return f"8712f785-1a3e-41ec-a00b-{n:012x}"

    def grow(self, pods, containers):
        for n in range(len(self.pauses), pods):
            self.cgroups.add(f"kubepods/burstable/pod{self.uid(n)}")
            self.pauses.append(self.start(n, 0, [self.scratch / "pause", "1000000"]))
            while os.readlink(f"/proc/{self.pauses[n].pid}/ns/net") == os.readlink("/proc/self/ns/net"):
                time.sleep(0.001)
            for container in range(1, self.each + 1):
                self.start(n, container, WORK if n % 5 == 0 else SLEEP)
        for n in range(pods):
            for container in range(self.each + 1, containers + 1):
                self.start(n, container, WORK if n % 5 == 0 else SLEEP)
        self.each = max(self.each, containers)

    def end(self):
        for process in self.processes:
            os.killpg(process.pid, signal.SIGKILL)
        for process in self.processes:
            process.wait()


def cpu_ms(pid):
    """CPU time of all threads."""
    return sum(int(task.read_text(encoding="ascii").split()[0]) for task in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e6


def memory_kib(pid):
    rows = [line.split() for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()]
    return {row[0]: row[1] for row in rows}


def measure(build, pods, scratch):
    server = subprocess.Popen([build / "api/kubemonitor-api", "--listen", "127.0.0.1:0", "--log-level", "warning"], stdout=subprocess.PIPE, text=True)
    url = server.stdout.readline().removeprefix("listening on ").strip()
    collector = subprocess.Popen([build / "collector/kubemonitor-collector", "--server", url, "--node", "bench", "--names", "logs",
                                  "--interval", f"{INTERVAL}s"])
    floor = subprocess.Popen([build / "bench/agent_floor", "keep", "100000"], stdout=subprocess.PIPE, text=True)
    floor_says = floor.stdout.readline().split()
    running = [collector, floor, server]
    try:
        time.sleep(INTERVAL * SETTLE)
        before = [cpu_ms(process.pid) for process in running]
        time.sleep(INTERVAL * TICKS)
        took = [(cpu_ms(process.pid) - then) / TICKS for process, then in zip(running, before)]
        with urllib.request.urlopen(url + "/api/nodes/bench", timeout=30) as answer:
            told = json.load(answer)["collector"]
        with urllib.request.urlopen(url + "/api/status", timeout=30) as answer:
            status = json.load(answer)
        memory = memory_kib(collector.pid)
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait()
    print(f"| {status['store']['pods']} | {len(pods.processes)} | {took[0]:.2f} | {took[1]:.2f} | {took[0] / took[1]:.2f} | {took[0] / len(pods.processes) * 1000:.1f} | "
          f"{told['files_read']} | {floor_says[0]} | {told['files_open']} | {memory['Rss:']} | {memory['Pss:']} |", flush=True)


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    subprocess.run(["ninja", "-C", build, "api/kubemonitor-api", "collector/kubemonitor-collector", "bench/agent_floor"], check=True,
                   stdout=subprocess.DEVNULL)
    own_mounts()
    scratch = pathlib.Path(tempfile.mkdtemp())
    atexit.register(subprocess.run, ["rm", "-rf", scratch], check=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/var/log"], check=True)
    pathlib.Path("/var/log/containers").mkdir()
    cgroups = Cgroups()
    atexit.register(cgroups.remove)
    pods = Pods(cgroups, scratch)
    atexit.register(pods.end)
    print("| pods | containers with pause | CPU time a tick, ms | floor, ms | times the floor | us a container | files read | floor's | "
          "kept open | RSS, KiB | PSS, KiB |\n|" + "---:|" * 11, flush=True)
    for size in sys.argv[2:] or ["110:1", "250:1", "250:3"]:
        pods.grow(*map(int, size.split(":")))
        measure(build, pods, scratch)


if __name__ == "__main__":
    main()
