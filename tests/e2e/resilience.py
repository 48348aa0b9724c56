"""The deployed system while its parts fail: no reading of a pod may be missing, nothing crashes, and all recovers by itself.

usage: KUBECONFIG=FILE tests/e2e/resilience.py replicas|persistent [FAILURE...]

The failures are kill-server, kill-collector, delete-server, delete-collector, roll-server, roll-collector, scale, kubelet,
kubernetes; without one named, all. Applies deploy/monitor.yaml with that part, which it takes away again at the end. Runs on
the cluster's only node, as root. Environment:
  IMAGE, PULL           image with busybox and its pull policy (busybox, IfNotPresent)
  STOP_API, START_API   shell commands that stop and start the Kubernetes API; without them that is left out
  API_AWAY              seconds the Kubernetes API is away (120)
  RESTART_KUBELET       shell command; without it that is left out
  HEADLESS_DNS          not empty: by a DNS of the test's own, where the cluster's knows no headless services
"""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import series

HERE = pathlib.Path(__file__).resolve().parent
TREE = HERE.parents[1]
SPACE, WATCHED = "kubemonitor-e2e-resilience", "watched"
POD = f"/api/pods/{WATCHED}?namespace={SPACE}"
TOLERANCE = 0.5  # of an interval
ENV = os.environ


def run(*words, **options):
    return subprocess.run(words, check=True, text=True, timeout=400, stdout=subprocess.PIPE, **options).stdout


def kubectl(*words, **options):
    return run("kubectl", *words, **options)


def ours(*words):
    return kubectl("-n", "monitoring", *words)


def until(what, limit, look):
    """Seconds until it is true."""
    begin = time.time()
    while not look():
        if time.time() - begin > limit:
            raise TimeoutError(f"{what}: not within {limit} s")
        time.sleep(0.1)
    return time.time() - begin


def pods(app):
    """(name, UID, address, ready, restarts) of each that is not about to go."""
    rows = ours("get", "pods", "-l", f"app={app}", "-o", "go-template={{range .items}}{{if not .metadata.deletionTimestamp}}"
                '{{.metadata.name}} {{.metadata.uid}} {{.status.podIP}} {{with .status.containerStatuses}}{{(index . 0).ready}} '
                '{{(index . 0).restartCount}}{{else}}false 0{{end}}{{"\\n"}}{{end}}{{end}}')
    return [row.split() for row in rows.splitlines()]


def servers():
    return {name: f"http://{address}:8080" for name, _, address, ready, _ in pods("monitor-api") if ready == "true"}


def restarts():
    return {row[0]: int(row[4]) for app in ("monitor-api", "resource-collector") for row in pods(app)}


def process_of(app, program):
    """(its pod's name, its number here), by the pod's UID in its cgroup, so that no other one is meant; nothing if it does not run."""
    for name, uid, *_ in pods(app):
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if os.readlink(process / "exe") == f"/usr/bin/{program}" and uid in (process / "cgroup").read_text().replace("_", "-"):
                    return name, int(process.name)
            except OSError:
                pass  # it has ended meanwhile, or is the kernel's
    return None


def roll(workload):
    ours("rollout", "status", workload, "--timeout=240s")


class Test:
    def __init__(self, part):
        self.part, self.failed = part, 0
        self.scratch = pathlib.Path(tempfile.mkdtemp())
        self.scratch.chmod(0o755)
        self.dns, self.nobody = None, 0.0  # seconds in which no collector ran, in a step

    # --- set-up
    def deploy(self):
        folders = [f"deploy/optional/{self.part}"]
        if self.part == "replicas" and ENV.get("HEADLESS_DNS"):
            folders.append("tests/e2e/headless-dns")
            self.dns = subprocess.Popen([sys.executable, HERE / "headless-dns/headless_dns.py", "127.0.0.77", "monitoring",
                                         "monitor-api-replicas"])
        if self.part == "persistent":
            os.chown(self.scratch, 65532, 65532)  # the kubelet does so with volumes of other kinds, by fsGroup
            kubectl("apply", "-f", "-", input=(HERE / "persistent-volume.yaml").read_text().replace("FOLDER", str(self.scratch)))
        kubectl("apply", "-f", "-", input=run(sys.executable, TREE / "tests/deploy/parts.py", *folders))
        kubectl("delete", "namespace", SPACE, "--ignore-not-found", "--timeout=120s")
        kubectl("create", "namespace", SPACE)
        kubectl("-n", SPACE, "run", WATCHED, f"--image={ENV.get('IMAGE', 'busybox')}",
                f"--image-pull-policy={ENV.get('PULL', 'IfNotPresent')}", "--command", "--", "sh", "-c", "while sleep 1; do seq 2000; done")
        roll("deployment/monitor-api")
        roll("daemonset/resource-collector")
        self.node, address = kubectl("get", "nodes", "-o", "go-template={{with index .items 0}}{{.metadata.name}} {{range .status.addresses}}"
                                     '{{if eq .type "InternalIP"}}{{.address}}{{end}}{{end}}{{end}}').split()
        self.url = f"http://{address}:30080"
        self.watcher = series.Watcher(self.url + POD)
        until("the watched pod's readings", 60, lambda: len(self.watcher.seen) > 3)
        self.interval = series.get(self.url + "/api/status")["interval_ms"] / 1000

    def finish(self):
        if self.dns:
            self.dns.kill()
        kubectl("delete", "namespace", SPACE, "--wait=false")
        kubectl("apply", "-f", str(TREE / "deploy/monitor.yaml"))
        if self.part == "replicas":
            ours("delete", "service", "monitor-api-replicas")
        roll("deployment/monitor-api")
        roll("daemonset/resource-collector")
        if self.part == "persistent":
            ours("delete", "pvc", "monitor-api-data")
            kubectl("delete", "pv", "kubemonitor-e2e")
        shutil.rmtree(self.scratch)

    # --- a failure, and what is to be seen after it
    def recovered(self):
        wanted = 2 if self.part == "replicas" else 1
        now, found = time.time(), servers()
        try:
            return len(found) == wanted and all(
                now - series.seconds(series.get(url + POD)["timestamp"]) < (1 + TOLERANCE) * self.interval for url in found.values())
        except OSError:
            return False

    def step(self, words, action, killed=None):
        before, since = restarts(), self.watcher.begin()
        print(f"{time.strftime('%T')}  {words}", flush=True)
        self.nobody = 0.0
        action()
        limit = max(self.interval, self.nobody) + TOLERANCE * self.interval
        took = until(f"all is well after: {words}", 180, self.recovered)
        time.sleep(2 * self.interval)
        gaps, whole = [], False
        for url in servers().values():
            of_pod, of_node = (series.kept(url, path, since) for path in (POD, f"/api/nodes/{self.node}"))
            gaps += [series.longest(of_pod), series.longest(of_node)]
            whole |= of_pod[0] == since
        seen, unanswered, asked, silence = self.watcher.told()
        crashed = {name: n for name, n in restarts().items() if n - before.get(name, 0) != (name == killed)}
        good = max(gaps) <= limit and not crashed
        # One server's history is on its volume; of two, what is asked of them together has no gap.
        good &= whole if self.part == "persistent" else seen <= limit
        self.failed += not good
        told = [f"longest gap kept {max(gaps):.2f} s, {'from before on' if whole else 'since the start'}", f"seen {seen:.2f} s",
                f"{unanswered} of {asked} questions unanswered, for {silence:.0f} s at most", f"well {took:.0f} s after"]
        told += [f"no collector for {self.nobody:.1f} s"] if self.nobody else []
        told += [f"restarted: {crashed}"] if crashed else []
        print("          " + ("ok   " if good else "FAIL ") + "; ".join(told), flush=True)

    # --- failures
    def kill(self, app, program):
        name, process = process_of(app, program)
        self.step(f"kill -9 of {program}", lambda: os.kill(process, signal.SIGKILL), name)

    def delete_server(self):
        ours("delete", "pod", pods("monitor-api")[0][0])

    def roll_server(self):
        ours("rollout", "restart", "deployment/monitor-api")
        roll("deployment/monitor-api")

    def without_collector(self, *words):
        """Kubernetes starts a DaemonSet's next pod when the one before is gone: as long nobody reads."""
        _, process = process_of("resource-collector", "kubemonitor-collector")
        ours(*words)
        until("the collector's end", 60, lambda: not os.path.exists(f"/proc/{process}"))
        self.nobody = until("the next collector", 60, lambda: process_of("resource-collector", "kubemonitor-collector"))
        roll("daemonset/resource-collector")

    def kubernetes_away(self):
        run("sh", "-c", ENV["STOP_API"])
        try:
            time.sleep(int(ENV.get("API_AWAY", "120")))
        finally:
            run("sh", "-c", ENV["START_API"])
        until("the Kubernetes API", 60, lambda: subprocess.run(["kubectl", "get", "nodes"], capture_output=True, check=False).returncode == 0)

    def restart_kubelet(self):
        run("sh", "-c", ENV["RESTART_KUBELET"])
        time.sleep(20)
        kubectl("wait", "--for=condition=Ready", f"node/{self.node}", "--timeout=120s")

    def scale(self):
        for count in (1, 2):
            ours("scale", "deployment/monitor-api", f"--replicas={count}")
            roll("deployment/monitor-api")
            time.sleep(3 * self.interval)

    def failures(self):
        """Name -> what does it."""
        made = {
            "kill-server": lambda: self.kill("monitor-api", "kubemonitor-api"),
            "kill-collector": lambda: self.kill("resource-collector", "kubemonitor-collector"),
            "delete-server": lambda: self.step("a server's pod deleted", self.delete_server),
            "delete-collector": lambda: self.step("the collector's pod deleted", lambda: self.without_collector(
                "delete", "pod", "--wait=false", pods("resource-collector")[0][0])),
            "roll-server": lambda: self.step("a rolling update of the server", self.roll_server),
            "roll-collector": lambda: self.step("a rolling update of the collector", lambda: self.without_collector(
                "rollout", "restart", "daemonset/resource-collector"))}
        if self.part == "replicas":
            made["scale"] = lambda: self.step("a replica taken away, and one added", self.scale)
        if ENV.get("RESTART_KUBELET"):
            made["kubelet"] = lambda: self.step("the kubelet restarted", self.restart_kubelet)
        if ENV.get("STOP_API"):
            made["kubernetes"] = lambda: self.step(f"the Kubernetes API away for {ENV.get('API_AWAY', '120')} s", self.kubernetes_away)
        return made


def main():
    if sys.argv[1:2] not in (["replicas"], ["persistent"]):
        sys.exit(__doc__)
    test = Test(sys.argv[1])
    failures = test.failures()
    wanted = sys.argv[2:] or list(failures)
    if not set(wanted) <= set(failures):
        sys.exit(f"there are: {' '.join(failures)}")
    try:
        test.deploy()
        for name in wanted:
            failures[name]()
    finally:
        test.finish()
    print(f"{test.failed} failed")
    sys.exit(test.failed > 0)


main()
