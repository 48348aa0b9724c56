#!/usr/bin/env python3
"""Compares the collector's numbers with the kernel's, called by accuracy.sh; the parts are described there.

Every check prints a line "ok" or "FAILED"; the last line counts them.
"""
import argparse
import bisect
import json
import os
import sys
import threading
import time

from check_cluster import Api, check, near, results, seconds_of, wait_for
from kernel import cgroup_path, kubectl, network, number, pod_folders, processes, text_of, written

SAMPLE = 0.05  # seconds between two looks of ours at the kernel
CPUS = os.cpu_count() * 1000


class Batches:
    """What the collector has sent, read along."""

    def __init__(self, path):
        self.path, self.offset, self.all = path, 0, []

    def read(self):
        """All of them so far."""
        with open(self.path, "rb") as file:
            file.seek(self.offset)
            for line in file.read().splitlines(keepends=True):
                if line.endswith(b"\n"):
                    self.all.append(json.loads(line))
                    self.offset += len(line)
        return self.all


def apply(objects):
    kubectl("apply", "-f", "-", input=json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))


def pod(args, name, *containers, restart="Always"):
    """A pod of a shell command for each container, with a CPU limit where there is one: ("name", "command", "200m")."""
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": args.namespace},
            "spec": {"terminationGracePeriodSeconds": 0, "restartPolicy": restart, "containers": [
                {"name": inner, "image": args.image, "imagePullPolicy": args.pull, "command": ["sh", "-c", command],
                 **({"resources": {"limits": {"cpu": limit}}} if limit else {})} for inner, command, limit in containers]}}


def pods_of(args):
    return json.loads(kubectl("-n", args.namespace, "get", "pods", "-o", "json"))["items"]


def counters(entity):
    """The counters of a pod or container, by "group.key"."""
    keys = {"cpu": ("usage_usec", "periods", "throttled_periods", "throttled_usec"),
            "memory": ("page_faults", "major_page_faults", "oom_kills"),
            "network": ("rx_bytes", "tx_bytes", "rx_packets", "tx_packets"),
            "disk": ("read_bytes", "write_bytes"), "pressure": ("cpu_some_usec", "io_some_usec", "memory_some_usec")}
    return {f"{group}.{key}": entity[group][key] for group, names in keys.items() for key in names if key in entity.get(group, {})}


# --- a minute of known loads ----------------------------------------------------------------------


LOADS = {"burn": ("while :; do :; done", "200m"),
         "fifth": ("while :; do head -c 4000000 /dev/zero | md5sum >/dev/null; sleep 0.2; done", None),
         "grow": ("mkdir /tmp/g; i=0; while :; do i=$((i+1)); head -c 1000000 /dev/zero >/tmp/g/$((i%20)); sleep 1; done", None),
         "rest": ("exec sleep 1000000", None),
         "write": ("while :; do dd if=/dev/zero of=/tmp/f bs=1M count=8 conv=fsync 2>/dev/null; sleep 3; done", None),
         "serve": ("mkdir /w; head -c 500000 /dev/zero >/w/f; exec httpd -f -p 8080 -h /w", None),
         "fetch": ("while :; do wget -q -O /dev/null http://$SERVE/f; sleep 0.5; done", None)}


class Truth(threading.Thread):
    """Looks at the kernel's files of some pods again and again."""

    def __init__(self, uids):
        super().__init__(daemon=True)
        self.samples, self.going = [], True
        self.files = {(name, what): cgroup_path(uid, None, *where) for name, uid in uids.items() for what, where in (
            ("cpu.usage_usec", ("cpuacct", "cpuacct.usage", "cpu.stat")),
            ("memory.usage", ("memory", "memory.usage_in_bytes", "memory.current")))}
        self.writers = {name: uid for name, uid in uids.items() if name in ("write", "grow", "rest")}
        self.pids = {name: processes(uid)[0] for name, uid in uids.items()}

    def run(self):
        while self.going:
            began, sample = time.time(), {}
            for (name, what), path in self.files.items():
                value = number(text_of(path), "usage_usec")
                sample[name, what] = value // 1000 if path.endswith("cpuacct.usage") else value
            for name, pid in self.pids.items():
                sample[name, "network.rx_bytes"], sample[name, "network.tx_bytes"] = network(pid)
            for name, uid in self.writers.items():
                # Grows only: a process that is between its end and its parent's knowing it is in neither.
                sample[name, "disk.write_bytes"] = max(written(uid), *(s[2][name, "disk.write_bytes"] for s in self.samples[-1:]), 0)
            self.samples.append((began, time.time(), sample))
            time.sleep(SAMPLE)


def check_steady(args, api, batches):
    apply([pod(args, "serve", ("serve", *LOADS["serve"]))])
    kubectl("-n", args.namespace, "wait", "--for=condition=Ready", "pod/serve", "--timeout=120s")
    address = kubectl("-n", args.namespace, "get", "pod", "serve", "-o", "jsonpath={.status.podIP}") + ":8080"
    apply([pod(args, name, (name, command.replace("$SERVE", address), limit)) for name, (command, limit) in LOADS.items() if name != "serve"])
    kubectl("-n", args.namespace, "wait", "--for=condition=Ready", "pod", "--all", "--timeout=120s")
    if not wait_for("pods appear", 60, lambda: all("cpu_usage" in api.pod(n, args.namespace) for n in LOADS)):
        return
    truth = Truth({name: api.pod(name, args.namespace)["uid"] for name in LOADS})
    truth.start()
    time.sleep(65)
    truth.going = False
    truth.join()
    samples, begins = truth.samples, [began for began, _, _ in truth.samples]
    compared, wrong = {}, []
    for name in LOADS:
        rows = [row for row in api.pod(name, args.namespace, "?window=70")["items"]
                if begins[2] < seconds_of(row["timestamp"]) < begins[-1] - 1]
        for row in rows:
            at = seconds_of(row["timestamp"])
            # A row's time is in whole ms, and its files are read within a few ms after it.
            before = samples[max(bisect.bisect_left([end for _, end, _ in samples], at - 0.002) - 1, 0)][2]
            after = samples[bisect.bisect_left(begins, at + 0.03)][2]
            for key in (key for pod_name, key in before if pod_name == name):
                low, high = sorted((before[name, key], after[name, key]))
                group, inner = key.split(".")
                compared[key] = compared.get(key, 0) + 1
                # Memory may have been higher or lower for a moment; a load at rest has no such moments.
                slack = 2 << 20 if key == "memory.usage" and name not in ("rest", "burn") else 0
                if not low - slack <= row[group][inner] <= high + slack:
                    wrong.append(f"{name} {key}: {low} to {high}, read {row[group][inner]}")
        first, last = rows[0], rows[-1]
        near_sample = [min(samples, key=lambda s, r=row: abs(s[0] - seconds_of(r["timestamp"]))) for row in (first, last)]
        kernel = (near_sample[1][2][name, "cpu.usage_usec"] - near_sample[0][2][name, "cpu.usage_usec"]) / (
            near_sample[1][0] - near_sample[0][0]) / 1000
        mean = sum(row["cpu_usage"] for row in rows[1:]) / (len(rows) - 1)
        if kernel > 10:
            near(f"{name}: millicores over {near_sample[1][0] - near_sample[0][0]:.0f} s, kernel and mean of {len(rows) - 1} rows", kernel, mean, 0.01)
    rest = {sample["rest", "memory.usage"] for _, _, sample in samples}
    said = {row["memory"]["usage"] for row in api.pod("rest", args.namespace, "?window=60")["items"]}
    check("rest: memory is equal", said <= rest, f"kernel {sorted(rest)}, rows {sorted(said)}")
    for key, count in compared.items():
        bad = [one for one in wrong if f" {key}:" in one]
        check(f"{key}: rows between the kernel's numbers before and after", not bad, f"{count} rows{': ' if bad else ''}{'; '.join(bad[:5])}")
    kubectl("-n", args.namespace, "delete", "pod", "--all", "--wait=true")


# --- a thousand restarts --------------------------------------------------------------------------


def check_series(batches, what):
    """Over all that was sent: no impossible rate, and no counter that goes back within an identity."""
    last, back, usages, entities = {}, [], [], 0
    for batch in batches:
        for one in batch["pods"]:
            for identity, entity in [(one["uid"], one)] + [(c["id"], c) for c in one["containers"]]:
                entities += identity not in last
                if "cpu_usage" in entity:
                    usages.append((entity["cpu_usage"], identity))
                for key, value in counters(entity).items():
                    if value < last.setdefault(identity, {}).get(key, 0):
                        back.append(f"{identity[:12]} {key}: {last[identity][key]} to {value}")
                    last[identity][key] = value
    check(f"{what}: no counter goes back", not back, f"{entities} pods and containers in {len(batches)} batches {'; '.join(back[:5])}")
    check(f"{what}: no negative and no giant cpu_usage", usages and min(usages)[0] >= 0 and max(usages)[0] <= CPUS * 1.2,
          f"{len(usages)} rates, {min(usages)[0]} to {max(usages)[0]} millicores of {CPUS}")


def check_rates(args, api, names):
    """Of the store: every rate of every row of these pods."""
    rates, usages = [], []
    for name in names:
        for row in api.pod(name, args.namespace, "?window=3000")["items"]:
            usages += [row["cpu_usage"]] if "cpu_usage" in row else []
            rates += [(value, f"{group}.{key}") for group, values in row.items() if isinstance(values, dict)
                      for key, value in values.items() if key.endswith("_per_second")]
    check("store: no negative and no giant cpu_usage", usages and min(usages) >= 0 and max(usages) <= CPUS * 1.2,
          f"{len(usages)} rows, {min(usages)} to {max(usages)}")
    check("store: no negative and no giant other rate", rates and min(rates)[0] >= 0 and max(rates)[0] < 1e9,
          f"{len(rates)} rates, {min(rates)} to {max(rates)}")


def check_restarts(args, api, batches):
    """Ten containers a pod crash on their own; the kubelet waits 10, 20, 40 s before it starts each again, so five starts of
    a container take about 80 s and a thousand restarts some minutes."""
    crash = "head -c 20000000 /dev/zero | md5sum >/dev/null; head -c 100000 /dev/zero >/tmp/x; sleep 1.5; exit 1"
    names = [f"crash-{n:02d}" for n in range((args.restarts + 39) // 40)]
    for name in names:
        apply([pod(args, name, *((f"c{c}", crash, None) for c in range(10)))])
        time.sleep(2)

    def restarts():
        return sum(status["restartCount"] for one in pods_of(args) for status in one["status"].get("containerStatuses", []))

    began = time.time()
    while restarts() < args.restarts and time.time() - began < 600:
        time.sleep(3)
    done = restarts()
    check(f"{args.restarts} restarts happened", done >= args.restarts, f"{done} in {time.time() - began:.0f} s")
    time.sleep(3 * args.interval)
    sent = batches.read()
    ids = {c["id"] for batch in sent for one in batch["pods"] for c in one["containers"]}
    print(f"       the collector has seen {len(ids)} containers in {len(sent)} readings")
    check_series(sent, "collector")
    check_rates(args, api, names)
    missing = [name for name in names if not api.pod(name, args.namespace, "?window=3000")["items"]]
    check("store: every crashing pod has rows", not missing, f"{len(names)} pods")
    kubectl("-n", args.namespace, "delete", "pod", "--all", "--wait=true")


# --- waves of pods --------------------------------------------------------------------------------


class Lives(threading.Thread):
    """When each pod's cgroup was seen first and last."""

    def __init__(self):
        super().__init__(daemon=True)
        self.seen, self.going = {}, True

    def run(self):
        while self.going:
            now = time.time()
            for uid in pod_folders():
                first, _ = self.seen.get(uid, (now, now))
                self.seen[uid] = (first, time.time())
            time.sleep(0.1)


def check_waves(args, api, batches):
    """Five waves; in each a third of the pods ends by itself after 1 to 20 s, and the others are deleted."""
    lives, uids, sizes = Lives(), {}, []
    lives.start()
    wait_for("the first batch", 30, batches.read)

    def size():
        """The collector's memory once none of these pods is left in it."""
        wait_for("a batch without them", 60, lambda: not {p["uid"] for p in batches.read()[-1]["pods"]} & set(uids))
        sizes.append(batches.all[-1]["collector"]["rss"] >> 10)

    size()
    for wave in range(5):
        objects = []
        for n in range(args.pods // 5):
            name = f"wave-{wave}-{n:02d}"
            command = f"sleep {1 + n % 20}" if n % 3 == 0 else "exec sleep 1000000"
            objects.append(pod(args, name, ("c", command, None), restart="Never"))
        apply(objects)
        wait_for(f"wave {wave} runs", 240, lambda: all(one["status"]["phase"] != "Pending" for one in pods_of(args)))
        uids |= {one["metadata"]["uid"]: one["metadata"]["name"] for one in pods_of(args)}
        time.sleep(args.interval)
        kubectl("-n", args.namespace, "delete", "pod", "--all", "--wait=false")
        wait_for(f"wave {wave} is gone", 240, lambda: not pods_of(args))
        size()
    wait_for("the last cgroup is gone", 60, lambda: not set(uids) & set(pod_folders()))
    gone = time.time()
    lives.going = False
    lives.join()
    left = wait_for("nothing is left in the lists", 60, lambda: not [
        p for p in api.get("/api/pods?limit=10000")["items"] if p["namespace"] == args.namespace or p["pod_name"] in uids])
    if left:
        check("nothing is left in the lists", time.time() - gone < 5 * args.interval, f"{time.time() - gone:.1f} s after the last cgroup")
    sent = batches.read()
    seen = {p["uid"] for batch in sent for p in batch["pods"]}
    check("all pods had a cgroup we saw", len(set(uids) & set(lives.seen)) >= args.pods * 0.95, f"{len(set(uids) & set(lives.seen))} of {len(uids)}")
    # Our own looks at the cgroups are up to two looks apart at either end.
    long = {uid for uid in uids if uid in lives.seen and lives.seen[uid][1] - lives.seen[uid][0] > args.interval + 0.5}
    missed = long - seen
    check(f"none missed that lived longer than {args.interval:g} s", not missed and len(long) > args.pods / 2,
          f"{len(long)} such pods of {len(uids)}, missed {sorted(uids[uid] for uid in missed)[:5]}; {len(seen & (set(uids) - long))} of the shorter ones seen")
    unnamed = [uids[uid] for uid in long & seen if not api.pod(uids[uid], args.namespace, "?window=3000")["items"]]
    check("store: each has rows under its name", not unnamed, f"{len(long & seen)} pods {unnamed[:5]}")
    check("collector: nothing is left", not {p["uid"] for p in sent[-1]["pods"]} & set(uids), f"{len(sent[-1]['pods'])} pods in the last batch")
    # What the first wave took of the heap serves those after it.
    check("collector: memory is returned", sizes[-1] < sizes[1] + 1024 and sizes[-1] < sizes[0] + 4096,
          f"RSS before, and after each wave: {' '.join(map(str, sizes))} KiB")
    check_series(sent, "collector")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("part", choices=("steady", "restarts", "waves"))
    for name in ("server", "batches", "namespace", "image", "pull"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--interval", type=float, required=True)
    parser.add_argument("--restarts", type=int, default=1000)
    parser.add_argument("--pods", type=int, default=250)
    args = parser.parse_args()
    {"steady": check_steady, "restarts": check_restarts, "waves": check_waves}[args.part](args, Api(args.server), Batches(args.batches))
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
