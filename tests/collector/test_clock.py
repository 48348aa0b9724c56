"""The wall clock is set, or the machine stands still, while the shipped collector posts to the shipped server: no rate of any row spikes."""
import json
import os
import pathlib
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request

import pytest
from small_host import COLLECTOR, ROOT, UIDS, Host, lines, net_dev, seconds_of

API = os.environ.get("KUBEMONITOR_API", f"{ROOT}/build/api/kubemonitor-api")
INTERVAL = "200ms"
MILLICORES, BYTES = 200, 100000  # what the pod uses, each second
SPIKE = 20  # times as much: a machine so busy that the pod's numbers stand still for SPIKE intervals is none to test on


class Use(threading.Thread):
    """Uses so much CPU time and network in the files of a host."""

    def __init__(self, host):
        super().__init__(daemon=True)
        self.host, self.going, self.began = host, True, time.monotonic()
        host.make(host.container(0))
        self.put()
        host.process(100, host.container(0), net_dev=net_dev(eth0=0))

    def put(self):
        passed = time.monotonic() - self.began
        self.host.put(self.host.pod(0) + "/cpu.stat", lines(usage_usec=int(passed * MILLICORES * 1000)))
        self.host.put("/proc/100/net/dev", net_dev(eth0=int(passed * BYTES)))

    def run(self):
        while self.going:
            self.put()
            time.sleep(0.02)


class Played:
    """Server and collector, whose wall clock is ahead of the machine's by shift ms."""

    def __init__(self, tmp_path, preload):
        self.shift_file = tmp_path / "shift"
        self.set_clock(0)
        self.use = Use(Host(tmp_path / "host"))
        self.server = subprocess.Popen([API, "--listen", "127.0.0.1:0", "--interval", INTERVAL, "--retention", "3h"],
                                       stdout=subprocess.PIPE, text=True)
        self.url = self.server.stdout.readline().removeprefix("listening on ").strip()
        environment = os.environ | {"LD_PRELOAD": str(preload), "SHIFT_FILE": str(self.shift_file)}
        # With the address sanitizer its own library is to come first, unless it is told not to mind.
        environment["ASAN_OPTIONS"] = environment.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        self.collector = subprocess.Popen(
            [COLLECTOR, "--server", self.url, "--names", "none", "--node", "n1", "--interval", INTERVAL, "--root", self.use.host.folder],
            env=environment, stderr=subprocess.PIPE, text=True)
        self.use.start()

    def set_clock(self, shift):
        """In one write of whole lines, as the clock is read at any time."""
        descriptor = os.open(self.shift_file, os.O_WRONLY | os.O_CREAT, 0o644)
        os.pwrite(descriptor, f"{shift:<20}\n".encode(), 0)
        os.close(descriptor)

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=30) as answer:
            return json.load(answer)

    def rows(self, path="/api/nodes/n1"):
        try:
            return self.get(f"{path}?window=10000")["items"]
        except urllib.error.HTTPError:
            return []  # nothing has arrived yet

    def wait_for_more(self, count):
        """Until so many more rows have arrived."""
        wanted, end = len(self.rows()) + count, time.monotonic() + 120
        while len(self.rows()) < wanted:
            assert time.monotonic() < end, "rows do not arrive"
            time.sleep(0.1)

    def check(self):
        """No rate is far from what was used, from one row to the next."""
        rows = self.rows(f"/api/pods/{UIDS[0]}")
        usage = [row["cpu_usage"] for row in rows if "cpu_usage" in row]
        rates = [row["network"]["rx_bytes_per_second"] for row in rows if "rx_bytes_per_second" in row.get("network", {})]
        assert len(usage) > len(rows) / 2 and len(rates) > len(rows) / 2, rows
        assert 0 <= min(usage) and max(usage) < SPIKE * MILLICORES, sorted(usage)
        assert 0 <= min(rates) and max(rates) < SPIKE * BYTES, sorted(rates)

    def end(self):
        self.use.going = False
        self.use.join()
        self.collector.terminate()
        errors = self.collector.communicate(timeout=60)[1]
        self.server.terminate()
        assert self.server.wait(60) == 0
        assert self.collector.returncode == 0 and not errors, errors


@pytest.fixture(scope="module")
def preload(tmp_path_factory):
    library = tmp_path_factory.mktemp("clock") / "shifted_clock.so"
    source = pathlib.Path(__file__).with_name("shifted_clock.c")
    subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-O1", "-o", library, source], check=True)
    return library


@pytest.fixture
def played(tmp_path, preload):
    one = Played(tmp_path, preload)
    yield one
    one.end()


def steps(row):
    return row["collector"]["clock_steps"], row["collector"].get("clock_step_ms")


@pytest.mark.parametrize("shift", [-6100, 40000, -1800000])
def test_a_clock_that_is_set_is_told_and_no_rate_spikes(played, shift):
    """Set back by 6 s the new rows would stand between those of before."""
    played.wait_for_more(40)
    assert all(steps(row) == (0, None) for row in played.rows())
    played.set_clock(shift)
    played.wait_for_more(40)
    told = [row["collector"] for row in played.rows() if "clock_step_ms" in row["collector"]]
    assert len(told) == 1 and told[0]["clock_steps"] == 1 and told[0]["clock_step_ms"] == pytest.approx(abs(shift), abs=500)
    assert sum(steps(row) == (1, None) for row in played.rows()) >= 20, "and it stays counted"
    played.check()


def test_after_a_machine_stood_still_no_rate_spikes(played):
    """12 s, 60 intervals, in which the pod went on."""
    played.wait_for_more(5)
    played.collector.send_signal(signal.SIGSTOP)
    time.sleep(12)
    played.collector.send_signal(signal.SIGCONT)
    played.wait_for_more(15)
    played.check()
    gaps = [seconds_of(second) - seconds_of(first) for first, second in zip(played.rows(), played.rows()[1:])]
    assert max(gaps) > 11, "the rows show how long it was"
    assert played.rows()[-1]["collector"]["ticks_skipped"] >= 50
