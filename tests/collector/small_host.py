"""A host of a few files in a temporary folder, which a test changes while the shipped collector reads it tick by tick."""
import datetime
import json
import os
import pathlib
import select
import shutil
import signal
import subprocess
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
COLLECTOR = os.environ.get("KUBEMONITOR_COLLECTOR", f"{ROOT}/build/collector/kubemonitor-collector")
UIDS = [f"8712f785-1a3e-41ec-a00b-0000000000{n:02d}" for n in range(100)]
IDS = [f"{n:02d}" * 32 for n in range(100)]

V2 = "35 23 0:29 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"
V1 = "".join(f"3{n} 23 0:3{n} / /sys/fs/cgroup/{name} rw - cgroup cgroup rw,{name}\n"
             for n, name in enumerate(("cpuacct", "cpu", "memory", "blkio", "pids")))


def lines(**values):
    """"key value" lines as in cpu.stat."""
    return "".join(f"{key} {value}\n" for key, value in values.items())


def net_dev(**received):
    """/proc/<pid>/net/dev with so many bytes received by each interface, and a hundred sent."""
    head = "Inter-|   Receive                            |  Transmit\n face |bytes    packets\n"
    return head + "".join(f"  {name}: {count} 1 0 0 0 0 0 0 100 1 0 0 0 0 0 0\n" for name, count in received.items())


class Host:
    """Paths are those of the host. Files are changed in place, as the kernel's are: who has one open sees the new text."""

    def __init__(self, folder, version=2):
        self.folder, self.version = pathlib.Path(folder), version
        self.put("/proc/1/mountinfo", V2 if version == 2 else V1)
        self.put("/proc/stat", "cpu  10 0 10 100 0 0 0 0 0 0\ncpu0 10 0 10 100 0 0 0 0 0 0\n")
        self.link("/proc/1/ns/net", "net:[4026531840]")
        self.make(self.top("memory") + "/kubepods")

    def top(self, controller="memory"):
        return "/sys/fs/cgroup" + (f"/{controller}" if self.version == 1 else "")

    def put(self, path, text):
        file = self.folder / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT, 0o644)
        os.pwrite(descriptor, text.encode(), 0)
        os.ftruncate(descriptor, len(text.encode()))
        os.close(descriptor)

    def link(self, path, target):
        link = self.folder / path.lstrip("/")
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(target)

    def make(self, path):
        """A folder; one of a cgroup has no process yet."""
        (self.folder / path.lstrip("/")).mkdir(parents=True, exist_ok=True)
        if "/kubepods/" in path:
            self.put(path + "/cgroup.procs", "")

    def drop(self, path):
        found = self.folder / path.lstrip("/")
        shutil.rmtree(found) if found.is_dir() else found.unlink()

    def pod(self, n, controller="memory"):
        """The folder of pod n of the cgroupfs driver."""
        return f"{self.top(controller)}/kubepods/pod{UIDS[n]}"

    def container(self, n, c=None, controller="memory"):
        """The folder of container c of pod n."""
        return f"{self.pod(n, controller)}/{IDS[n if c is None else c]}"

    def cgroup(self, path, **files):
        """Files of a cgroup; "__" in their names is the dot."""
        self.make(path)
        for name, text in files.items():
            self.put(f"{path}/{name.replace('__', '.')}", text if isinstance(text, str) else f"{text}\n")

    def process(self, pid, path, **files):
        """A process of the cgroup at the path, in a network namespace of its own where it has a net_dev."""
        procs = self.folder / path.lstrip("/") / "cgroup.procs"
        if not procs.exists():
            self.make(path)
        self.put(f"{path}/cgroup.procs", procs.read_text() + f"{pid}\n")
        self.link(f"/proc/{pid}/ns/net", f"net:[{4026532000 + pid}]" if "net_dev" in files else "net:[4026531840]")
        for name, text in files.items():
            self.put(f"/proc/{pid}/{name.replace('_', '/')}", text)

    def once(self, *options):
        """One reading."""
        done = subprocess.run([COLLECTOR, "--once", "--print", "--names", "none", "--node", "n1", "--root", self.folder, *options],
                              capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0 and not done.stderr, done.stderr
        return json.loads(done.stdout)


class Ticks:
    """The collector at work on a host. read() and read_until() give its readings in turn."""

    def __init__(self, host, *options, interval="100ms", names="none"):
        self.process = subprocess.Popen(
            [COLLECTOR, "--print", "--names", names, "--node", "n1", "--interval", interval, "--root", host.folder, *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.rest = b""

    def read(self, seconds=60):
        end = time.monotonic() + seconds
        while b"\n" not in self.rest:
            ready, _, _ = select.select([self.process.stdout], [], [], max(end - time.monotonic(), 0))
            assert ready, "no reading"
            chunk = os.read(self.process.stdout.fileno(), 1 << 20)
            assert chunk, self.process.stderr.read().decode()
            self.rest += chunk
        line, _, self.rest = self.rest.partition(b"\n")
        return json.loads(line)

    def read_until(self, condition, seconds=60):
        """The first reading of which the condition is true, and those before it in self.passed."""
        self.passed, end = [], time.monotonic() + seconds
        while not condition(one := self.read()):
            self.passed.append(one)
            assert time.monotonic() < end, one
        return one

    def pause(self, seconds, then=lambda: None):
        """Stops it for a while, as a suspended or overloaded machine does; then() is called before it goes on."""
        self.process.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        then()
        self.process.send_signal(signal.SIGCONT)

    def stop(self):
        """Ends it; what it complained of."""
        if self.process.poll() is None:
            self.process.terminate()
        _, errors = self.process.communicate(timeout=60)
        assert self.process.returncode == 0, errors.decode()
        return errors.decode()


def seconds_of(entity):
    """When a node, pod or container was read, in Unix time."""
    return datetime.datetime.fromisoformat(entity["timestamp"].replace("Z", "+00:00")).timestamp()


@pytest.fixture(name="host")
def fixture_host(tmp_path):
    return Host(tmp_path)


@pytest.fixture(name="v1")
def fixture_v1(tmp_path):
    return Host(tmp_path, version=1)


@pytest.fixture(name="tick")
def fixture_tick():
    """Starts the collector on a host, and ends it after the test without a complaint."""
    started = []

    def start(host, *options, **more):
        started.append(Ticks(host, *options, **more))
        return started[-1]

    yield start
    for one in started:
        assert one.stop() == ""


def pod_of(batch, n=0):
    return next((pod for pod in batch["pods"] if pod["uid"] == UIDS[n]), None)


def only(batch):
    assert len(batch["pods"]) == 1, batch["pods"]
    return batch["pods"][0]


def usage(pod):
    return pod["cpu"]["usage_usec"]
