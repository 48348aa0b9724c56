"""No reading is lost, doubled or out of order, whatever happens between the shipped collector and the shipped server.

Between the two stands a wire that a test can cut in every way a network or a server can fail; what has arrived is read back
from the server's store.
"""
import calendar
import json
import os
import select
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request

import pytest
from small_host import COLLECTOR, ROOT, Host, lines

API = os.environ.get("KUBEMONITOR_API", f"{ROOT}/build/api/kubemonitor-api")
INTERVAL = 0.2


class Server:
    def __init__(self, *options):
        self.process = subprocess.Popen([API, "--listen", "127.0.0.1:0", *options], stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().removeprefix("listening on ").strip()

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=30) as answer:
            return json.load(answer)

    def rows(self, path="/api/nodes/n1"):
        """All rows of a node or pod; none where it is not known yet."""
        try:
            return self.get(path + "?window=3000")["items"]
        except urllib.error.HTTPError:
            return []

    def stop(self):
        self.process.terminate()
        assert self.process.wait(60) == 0


class Wire:
    """Carries connections to a server. mode says how: "good"; "refused"; "half": cut within the request; "deaf": the request
    arrives and the answer does not; "silent": nothing goes on, and nothing is closed either; "slow": the
    server says that the request came too slowly."""

    def __init__(self, server):
        self.server, self.mode = server, "good"
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.carry, args=(client,), daemon=True).start()

    def carry(self, client):
        mode = self.mode
        with client:
            if mode == "refused":
                return
            if mode == "silent":
                while self.mode == "silent":
                    time.sleep(0.02)
                return
            if mode == "slow":
                client.recv(65536)
                client.sendall(b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                return
            host, port = self.server.url.removeprefix("http://").split(":")
            try:
                with socket.create_connection((host, int(port)), timeout=30) as server:
                    self.both_ways(client, server, mode)
            except OSError:
                pass  # one of the two has gone

    def both_ways(self, client, server, mode):
        while True:
            ready, _, _ = select.select([client, server], [], [], 0.1)
            if self.mode != mode:
                return
            for one in ready:
                data = one.recv(65536)
                if not data or (one is server and mode == "deaf"):
                    return
                (server if one is client else client).sendall(data[:100] if mode == "half" else data)
                if mode == "half":
                    return


@pytest.fixture
def host(tmp_path):
    one = Host(tmp_path / "host")
    one.cgroup(one.pod(0), cpu__stat=lines(usage_usec=1000), memory__current=4096)
    return one


@pytest.fixture
def started(host):
    """Starts the collector on the host against URLs, and ends it after the test."""
    running = []

    def start(*urls, options=()):
        running.append(subprocess.Popen(
            [COLLECTOR, "--server", ",".join(urls), "--names", "none", "--node", "n1", "--interval", f"{int(INTERVAL * 1000)}ms",
             "--root", host.folder, *options], stderr=subprocess.PIPE, text=True))
        return running[-1]

    yield start
    for one in running:
        if one.poll() is None:
            one.kill()
        one.communicate(timeout=60)


def time_of(row):
    whole, _, rest = row["timestamp"].rstrip("Z").partition(".")
    return calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) + float(f"0.{rest or 0}")


def check_whole(rows):
    """Rows of an unbroken series: each once, in order, and as many as there were ticks.

    A tick may be late, never early (but for the last one, of a collector that is stopped), so a reading that is missing makes
    all that follow later than those before.
    """
    times = [time_of(row) for row in rows]
    assert times == sorted(set(times)), "in order and each once"
    skipped = [row["collector"]["ticks_skipped"] for row in rows]
    late = [t - times[0] - (n + skipped[n] - skipped[0]) * INTERVAL for n, t in enumerate(times)]
    assert len(rows) >= 20
    assert abs(min(late[-11:-1]) - min(late[:10])) < INTERVAL / 2, late
    assert rows[-1]["collector"]["batches_dropped"] == 0


def wait_for(condition, seconds=90):
    end = time.time() + seconds
    while not condition():
        assert time.time() < end, "not in time"
        time.sleep(0.1)


def wait_until_nothing_waits(server, since):
    """Until the newest row is from after the moment and but a few intervals old: then the outbox is empty."""
    def fresh():
        rows = server.rows()
        return rows and time_of(rows[-1]) > max(since, time.time() - 5 * INTERVAL)
    wait_for(fresh)


def test_a_cut_of_any_kind_leaves_no_gap_and_nothing_twice(started):
    """A server behind a wire for each kind, of one collector: what fails on one delays no other."""
    faults = ("refused", "half", "deaf", "silent", "slow")
    wires = [Wire(Server()) for _ in faults]
    collector = started(*(wire.url for wire in wires))
    wait_for(lambda: all(len(wire.server.rows()) >= 10 for wire in wires))
    for _ in range(2):
        for wire, fault in zip(wires, faults):
            wire.mode = fault
        time.sleep(6 * INTERVAL)
        for wire in wires:
            wire.mode = "good"
        for wire in wires:
            wait_until_nothing_waits(wire.server, time.time())
    wait_for(lambda: all(len(wire.server.rows()) >= 40 for wire in wires))
    collector.terminate()
    assert collector.wait(30) == 0
    for wire in wires:
        check_whole(wire.server.rows())
        wire.server.stop()


def test_a_restarted_server_gets_what_the_one_before_did_not(started):
    """Memory is the servers' own here: what one has taken and the other holds are one unbroken series."""
    first, second = Server(), Server()
    wire = Wire(first)
    started(wire.url)
    wait_for(lambda: len(first.rows()) >= 20)
    wire.mode = "refused"
    time.sleep(INTERVAL)
    before = first.rows()
    first.stop()
    time.sleep(10 * INTERVAL)
    wire.server, wire.mode = second, "good"
    wait_until_nothing_waits(second, time.time())
    wait_for(lambda: len(second.rows()) >= 20)
    after = second.rows()
    assert time_of(after[0]) > time_of(before[-1]), "what the first one has said to have is not sent again"
    check_whole(before + after)
    second.stop()


def test_each_of_several_servers_gets_everything(started):
    """One that is away delays no other, and gets the same in the end."""
    one, two = Server(), Server()
    wire = Wire(two)
    wire.mode = "refused"
    collector = started(one.url, wire.url)
    wait_for(lambda: len(one.rows()) >= 20)
    assert two.rows() == []
    wire.mode = "good"
    wait_until_nothing_waits(two, time.time())
    collector.terminate()
    assert collector.wait(30) == 0
    for path in ("/api/nodes/n1", "/api/nodes/n1/pods"):
        assert one.get(path).keys() == two.get(path).keys()
    assert [row["timestamp"] for row in one.rows()] == [row["timestamp"] for row in two.rows()]
    check_whole(two.rows())
    one.stop()
    two.stop()


def test_what_is_dropped_is_the_oldest_and_is_counted(started, host):
    """64 KiB hold some twenty readings of 99 pods: a long absence leaves a gap, and the node's answer tells how many are
    missing."""
    for n in range(99):
        host.cgroup(host.container(n), cpu__stat=lines(usage_usec=n * 7919 ** 2), memory__current=4096 * n * 104729 % 2 ** 40)
    server = Server()
    wire = Wire(server)
    started(wire.url, options=["--outbox-limit", "64Ki"])
    wait_for(lambda: len(server.rows()) >= 10)
    wire.mode = "refused"
    time.sleep(50 * INTERVAL)
    wire.mode = "good"
    wait_until_nothing_waits(server, time.time())
    rows = server.rows()
    dropped = [row["collector"]["batches_dropped"] for row in rows]
    skipped = rows[-1]["collector"]["ticks_skipped"] - rows[0]["collector"]["ticks_skipped"]
    assert dropped[-1] > 0
    ticks = round((time_of(rows[-1]) - time_of(rows[0])) / INTERVAL) + 1 - skipped
    assert abs(len(rows) + dropped[-1] - ticks) <= 2, (len(rows), dropped[-1], ticks)
    gaps = [n for n in range(1, len(rows)) if time_of(rows[n]) - time_of(rows[n - 1]) > dropped[-1] * INTERVAL / 2]
    assert len(gaps) == 1, "one gap, of the oldest that waited"
    assert time_of(rows[gaps[0]]) < time_of(rows[-1]) - 5 * INTERVAL, "what came after it is there"
    server.stop()


def test_what_travels_packed_arrives_whole(started, host):
    """Two servers, one with everything packed: the same rows of node and pods in both."""
    plain, packed = Server(), Server()
    one = started(plain.url, options=["--compress", "never"])
    two = started(packed.url, options=["--compress", "always"])
    for server in (plain, packed):
        wait_for(lambda: len(server.rows()) >= 20)
    for process in (one, two):
        process.terminate()
        assert process.wait(30) == 0
    for server in (plain, packed):
        check_whole(server.rows())
    sizes = [s.get("/api/status")["http"]["bytes_in"] / len(s.rows()) for s in (plain, packed)]
    assert sizes[1] < sizes[0], "bytes that the servers received for each reading"
    for server in (plain, packed):
        server.stop()


def test_a_stopping_collector_delivers_what_waits(started):
    server = Server()
    wire = Wire(server)
    collector = started(wire.url)
    wait_for(lambda: len(server.rows()) >= 5)
    wire.mode = "refused"
    time.sleep(3 * INTERVAL)
    stopped = time.time()
    collector.send_signal(signal.SIGTERM)
    wire.mode = "good"
    assert collector.wait(30) == 0
    assert stopped - time_of(server.rows()[-1]) < 4 * INTERVAL
    server.stop()


def test_a_stopping_collector_takes_a_last_reading(started):
    """So the gap until the next one's first reading is as long as nobody runs, not up to an interval longer."""
    server = Server()
    collector = started(server.url, options=["--interval", "60s"])
    wait_for(lambda: len(server.rows()) == 1)
    collector.terminate()
    assert collector.wait(30) == 0
    assert len(server.rows()) == 1, "nothing new to say so soon"
    collector = started(server.url, options=["--interval", "1s"])
    wait_for(lambda: len(server.rows()) >= 3)
    time.sleep(0.5)
    stopped = time.time()
    collector.terminate()
    assert collector.wait(30) == 0
    assert time_of(server.rows()[-1]) >= stopped - 0.1
    server.stop()
