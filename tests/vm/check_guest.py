#!/usr/bin/env python3
"""Compares what the collector said in a guest of cgroup2.sh with the kernel's files from just before and just after.

    check_guest.py FOLDER

Prints a table: what the kernel said (two numbers where it moved in between), what the collector said. The last line counts.
"""
import json
import pathlib
import sys

MIB = 1 << 20
QUOTA = 200  # millicores that "burn" is allowed
BLOCK = 4 * MIB  # what "disk" writes at a time
NOT_COMPARED = {"memory.swap", "network.rx_errors", "network.tx_errors", "network.rx_dropped", "network.tx_dropped"}  # 0 here
NAMES = ("burn", "disk", "killed", "memory", "network", "static")


def words(text):
    """Lines "key number" as a dictionary."""
    return {line.split()[0]: int(line.split()[1]) for line in text.splitlines() if len(line.split()) == 2}


def io_stat(text):
    """The sum over devices of each "key=number"."""
    total = dict.fromkeys(("rbytes", "wbytes", "rios", "wios"), 0)
    for line in text.splitlines():
        for word in line.split()[1:]:
            key, _, number = word.partition("=")
            if key in total:
                total[key] += int(number)
    return total


def pressure(text):
    """{"some": total, "full": total} in microseconds."""
    return {line.split()[0]: int(line.rsplit("total=", 1)[1]) for line in text.splitlines()}


def interfaces(text):
    """The sum over all interfaces but lo of received and sent bytes and packets."""
    rows = [line.replace(":", " ").split() for line in text.splitlines()[2:]]
    return [sum(int(row[column]) for row in rows if row[0] != "lo") for column in (1, 2, 9, 10)]


class Cgroup:
    """The kernel's files of one cgroup, copied into a folder, as the keys the collector uses."""

    def __init__(self, folder, is_pod):
        def read(name):
            return (folder / name).read_text()

        cpu, memory = words(read("cpu.stat")), words(read("memory.stat"))
        io, usage = io_stat(read("io.stat")), int(read("memory.current"))
        self.counters = {"cpu.usage_usec": cpu["usage_usec"], "cpu.user_usec": cpu["user_usec"],
                         "cpu.system_usec": cpu["system_usec"],
                         "memory.page_faults": memory["pgfault"], "memory.major_page_faults": memory["pgmajfault"],
                         "memory.oom_kills": words(read("memory.events"))["oom_kill"],
                         "disk.read_bytes": io["rbytes"], "disk.write_bytes": io["wbytes"],
                         "disk.read_ops": io["rios"], "disk.write_ops": io["wios"]}
        self.gauges = {"memory.usage": usage, "memory.working_set": max(usage - memory["inactive_file"], 0),
                       "memory.rss": memory["anon"], "memory.cache": memory["file"],
                       "processes.threads": int(read("pids.current"))}
        for kind in ("cpu", "memory", "io"):
            for what, total in pressure(read(f"{kind}.pressure")).items():
                if (kind, what) != ("cpu", "full"):
                    self.counters[f"pressure.{kind}_{what}_usec"] = total
        quota, period = read("cpu.max").split()
        if quota != "max":
            self.gauges["cpu.limit_millicores"] = int(quota) * 1000 // int(period)
            self.counters |= {"cpu.periods": cpu["nr_periods"], "cpu.throttled_periods": cpu["nr_throttled"],
                              "cpu.throttled_usec": cpu["throttled_usec"]}
        if read("memory.max").strip() != "max":
            self.gauges["memory.limit"] = int(read("memory.max"))
        inner = [f for f in folder.parent.iterdir() if f.name != "pod"] if is_pod else []
        procs = inner[0] if inner else folder
        self.gauges["processes.pids"] = len((procs / "cgroup.procs").read_text().split())
        # The other pods' processes see the node's network, which is not theirs.
        if is_pod and folder.parent.name == "network":
            names = ("network.rx_bytes", "network.rx_packets", "network.tx_bytes", "network.tx_packets")
            self.counters |= dict(zip(names, interfaces((procs / "net_dev").read_text())))


def flat(reading):
    """{"memory.usage": 1, …} of a pod or container."""
    return {f"{group}.{key}": value for group, values in reading.items() if isinstance(values, dict) and group != "owner"
            for key, value in values.items()}


class Checks:
    def __init__(self, folder):
        self.folder, self.passed, self.failed = folder, 0, 0

    def row(self, what, kernel, read, good):
        self.passed += bool(good)
        self.failed += not good
        print(f"{'ok    ' if good else 'FAILED'} {what:<58} {kernel!s:>27} {read!s:>15}", flush=True)

    def cgroups(self, when):
        """{(pod, "pod" or container id): Cgroup} as they were then."""
        return {(f.parent.name, f.name): Cgroup(f, f.name == "pod") for f in (self.folder / when).glob("*/*")
                if f.parent.name != "node" and f.is_dir()}

    def same(self, before, after, batch, gauges):
        """Every number of every pod and container against the kernel's, a row for each key."""
        rows = {}
        for pod in batch["pods"]:
            entities = [("pod", pod)] + [(c["id"], c) for c in pod["containers"]]
            for part, entity in entities:
                name = pod["pod_name"]
                first, last = before[name, part], after[name, part]
                said = flat(entity)
                for key in first.counters | (first.gauges if gauges else {}):
                    low, high = sorted(c.counters.get(key, c.gauges.get(key)) for c in (first, last))
                    rows.setdefault(key, []).append((f"{name}/{part[:6]}", low, high, said.get(key)))
                for key in set(said) - set(first.counters) - set(first.gauges) - NOT_COMPARED:
                    self.row(f"{name}/{part[:6]}: {key}", "absent", said[key], False)
        for key, found in sorted(rows.items()):
            wrong = [one for one in found if one[3] is None or not one[1] <= one[3] <= one[2]]
            low, high = sum(one[1] for one in found), sum(one[2] for one in found)
            read = sum(one[3] or 0 for one in found)
            self.row(f"{key}, sum of {len(found)} cgroups", low if low == high else f"{low} to {high}", read, not wrong)
            for one in wrong:
                print(f"       {one[0]}: {one[1]} to {one[2]}, read {one[3]}")


def check_load(checks):
    """Readings under load: rates, and counters between what they were before and after."""
    batches = [json.loads(line) for line in (checks.folder / "load.json").read_text().splitlines()]
    before, after = checks.cgroups("load-before"), checks.cgroups("load-after")
    checks.row("readings under load", "8 or more", len(batches), len(batches) >= 8)
    for batch in (batches[0], batches[-1]):
        checks.same(before, after, batch, gauges=False)
    for part in ("pod", "container"):
        usage = []
        for batch in batches[1:]:
            pod = next(p for p in batch["pods"] if p["pod_name"] == "burn")
            usage.append((pod if part == "pod" else pod["containers"][0])["cpu_usage"])
        mean = sum(usage) / len(usage)
        checks.row(f"burn: cpu_usage of the {part}, 5 % allowed", QUOTA, f"{mean:.3f}", abs(mean - QUOTA) <= QUOTA * 0.05)
        checks.row(f"burn: each reading of the {part}, 10 % allowed", QUOTA, f"{min(usage):.1f} to {max(usage):.1f}",
                   max(abs(u - QUOTA) for u in usage) <= QUOTA * 0.1)
    first, last = ({p["pod_name"]: p for p in b["pods"]} for b in (batches[0], batches[-1]))
    for key in ("periods", "throttled_periods", "throttled_usec"):
        grown = last["burn"]["cpu"][key] - first["burn"]["cpu"][key]
        checks.row(f"burn: {key} grows", "> 0", grown, grown > 0)
    grown = last["network"]["network"]["tx_bytes"] - first["network"]["network"]["tx_bytes"]
    checks.row("network: bytes sent grow by 300 kB each second, 30 % allowed", 35 * 300000, grown, abs(grown / 10.5e6 - 1) < 0.3)


def check_rest(checks):
    """One reading of frozen pods: everything is equal."""
    batch = json.loads((checks.folder / "rest.json").read_text())
    before, after = checks.cgroups("rest-before"), checks.cgroups("rest-after")
    pods = {pod["pod_name"]: pod for pod in batch["pods"]}
    checks.row("pods by name", " ".join(NAMES), len(pods), sorted(pods) == sorted(NAMES))
    checks.row("all in namespace shop", "shop", pods["burn"].get("namespace"), all(p.get("namespace") == "shop" for p in pods.values()))
    uids = dict(line.split() for line in (checks.folder / "pods").read_text().splitlines())
    checks.row("UIDs", len(uids), len(pods), all(pods[name]["uid"] == uid for name, uid in uids.items()))
    checks.same(before, after, batch, gauges=True)
    checks.row("killed: its dead container's kill is still the pod's", 1, pods["killed"]["memory"]["oom_kills"],
               pods["killed"]["memory"]["oom_kills"] == 1)
    checks.row("killed: the container after it has none", 0, pods["killed"]["containers"][0]["memory"]["oom_kills"],
               [c["memory"]["oom_kills"] for c in pods["killed"]["containers"]] == [0])
    checks.row("disk: no quota, so nothing is said of throttling", "absent", pods["disk"]["cpu"].get("periods", "absent"),
               "periods" not in pods["disk"]["cpu"])
    written = int((checks.folder / "written").read_text()) * BLOCK
    said = pods["disk"]["disk"]["write_bytes"]
    checks.row("disk: bytes written, and what it says it wrote", f"{written} to {int((written + BLOCK) * 1.02)}", said,
               written <= said <= (written + BLOCK) * 1.02)
    checks.row("memory: holds 12 MB and 20 MiB", 12000000 + 20 * MIB, pods["memory"]["memory"]["usage"],
               12000000 + 20 * MIB <= pods["memory"]["memory"]["usage"] <= 1.1 * (12000000 + 20 * MIB))
    for name in NAMES:
        own = name == "network"
        checks.row(f"{name}: host_network and network", f"{not own}, {'its own' if own else 'absent'}", pods[name]["host_network"],
                   pods[name]["host_network"] is (not own) and ("network" in pods[name]) is own)


def check_node(checks):
    """The node of the same reading. The root cgroup of v2 has no files of memory, so /proc has to answer."""
    batch = json.loads((checks.folder / "rest.json").read_text())

    def both(what, file, number, read):
        values = sorted(number((checks.folder / when / "node" / file).read_text()) for when in ("rest-before", "rest-after"))
        checks.row(f"node: {what}", values[0] if values[0] == values[1] else f"{values[0]} to {values[1]}", read,
                   read is not None and values[0] <= read <= values[1])

    def meminfo(key):
        return lambda text: int(text.split(f"{key}:")[1].split()[0]) * 1024

    def disks(column, factor):
        return lambda text: sum(int(line.split()[column]) * factor for line in text.splitlines() if line.split()[2].startswith("vd"))

    both("memory.total", "meminfo", meminfo("MemTotal"), batch["memory"]["total"])
    checks.row("node: used = total - free - buffers - cached", batch["memory"]["used"],
               batch["memory"]["total"] - batch["memory"]["free"] - batch["memory"]["buffers"] - batch["memory"]["cached"],
               batch["memory"]["used"] == batch["memory"]["total"] - sum(batch["memory"][k] for k in ("free", "buffers", "cached")))
    both("cpu.usage_usec", "stat", lambda t: sum(int(t.split()[i]) for i in (1, 2, 3, 6, 7)) * 10000, batch["cpu"]["usage_usec"])
    both("disk.read_bytes", "diskstats", disks(5, 512), batch["disk"]["read_bytes"])
    both("disk.write_bytes", "diskstats", disks(9, 512), batch["disk"]["write_bytes"])
    both("disk.write_ops", "diskstats", disks(7, 1), batch["disk"]["write_ops"])
    both("processes.oom_kills", "vmstat", lambda t: words(t)["oom_kill"], batch["processes"]["oom_kills"])
    for kind, what in (("cpu", "some"), ("memory", "some"), ("memory", "full"), ("io", "some"), ("io", "full")):
        both(f"pressure.{kind}_{what}_usec", f"pressure_{kind}", lambda t, w=what: pressure(t)[w], batch["pressure"][f"{kind}_{what}_usec"])
    checks.row("node: no network without a device", "absent", batch.get("network", "absent"), "network" not in batch)
    checks.row("collector: kernel files that could not be read", 0, batch["collector"]["read_errors"], batch["collector"]["read_errors"] == 0)
    said = (checks.folder / "rest.log").read_text() + (checks.folder / "load.log").read_text()
    checks.row("collector: complaints", "none", said or "none", not said)


def main():
    checks = Checks(pathlib.Path(sys.argv[1]))
    print(f"       {'':<58} {'kernel':>27} {'collector':>15}")
    check_load(checks)
    check_rest(checks)
    check_node(checks)
    print(f"{checks.passed} passed, {checks.failed} failed")
    return checks.failed != 0


if __name__ == "__main__":
    sys.exit(main())
