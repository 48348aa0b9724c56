"""Clients that send too much, too long, too many or nothing: a clear answer or the end of the connection,
the server stays up, and nothing of it is stored."""
import json
import os
import resource
import signal
import socket
import subprocess
import time

import pytest
from conftest import ROOT, Server, node, pod, raise_file_limit, wait_until

POST = b"POST /api/nodes/n1 HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


def connect(server):
    return socket.create_connection(("127.0.0.1", server.port), timeout=20)


def send_all(raw, pieces):
    """Sends until the server has had enough; True if all was taken."""
    try:
        for piece in pieces:
            raw.sendall(piece)
        return True
    except OSError:
        return False


def status_of(raw):
    """The status of the answer, 0 where the connection ended without one."""
    try:
        line = raw.makefile("rb").readline().split()
    except OSError:
        return 0
    return int(line[1]) if len(line) > 1 else 0


def stored(server):
    """What a refused request must not change."""
    store = server.get("/api/status")["store"]
    return {key: store[key] for key in ("nodes", "pods", "containers", "rows", "samples", "rows_appended")}


@pytest.fixture
def untouched(server):
    """A server with something in it, that must have just that when the test ends."""
    server.post("/api/nodes/n1", node(cpu_usage=1, pods=[pod(memory={"usage": 1, "own": 2})]))
    before = stored(server)
    assert before["rows"] == 2
    yield server
    assert stored(server) == before
    assert server.get("/readyz") == "ok"


@pytest.mark.parametrize("path, body", [
    ("/api/nodes/a%2Fb", node("a/b")), ("/api/nodes/%00", node("\0")), ("/api/nodes/%ff", node("\udcff")),
    ("/api/nodes/" + "x" * 254, node("x" * 254)), ("/api/pods/%2e%2e%2f", pod("../")), ("/api/pods/%0a", pod("\n")),
    ("/api/pods/p?namespace=b", pod("p")),
])
def test_names_no_one_has(untouched, path, body):
    problem = untouched.post(path, json.dumps(body), 422)
    assert problem["errors"] and problem["detail"]


@pytest.mark.parametrize("members", [
    {"cpu_usage": 1, "pods": [{"pod_name": "p"}]},  # the node is fine, its pod is not
    {"pods": [pod("good"), pod("bad", memory={"used": "x"})]},
    {"pods": [pod("good", containers=[{"name": "c"}, {"name": "d", "restarts": -1}])]},
    {"timestamp": "2026-11-24T25:00:00Z"}, {"timestamp": 1e300}, {"timestamp": []}, {"timestamp": "2026-02-30T00:00:00Z"},
    {"memory": {f"k{i}": 1 for i in range(65)}},
    {group: {f"k{i}": 1 for i in range(64)} for group in ("cpu", "memory", "network", "disk", "filesystem")},
    {"pods": [pod(f"p{i}") for i in range(1025)]},
    {"interval_ms": 2**31}, {"boot_id": "x" * 254}, {"node": None}, {"node": {}},
])
def test_all_of_a_body_or_nothing(untouched, members):
    problem = untouched.post("/api/nodes/n2", {**node("n2"), **members}, 422)
    assert problem["errors"][0]["pointer"].count("/") >= 1 or "more than 256 numbers" in problem["detail"]


@pytest.mark.parametrize("head, status", [
    (b"Content-Length: -1\r\n\r\n", 400), (b"Content-Length: many\r\n\r\n", 400), (b"Content-Length: 1x\r\n\r\n", 400),
    (b"Content-Length: 99999999999999999999\r\n\r\n", 413),
    (b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
    (b"Content-Length: 2\r\nContent-Type: text/plain\r\n\r\n{}", 415),
    (b"Content-Length: 2\r\nContent-Encoding: br\r\n\r\n{}", 415),
    (b"Content-Length: 2\r\nX-Long: " + b"x" * 60000 + b"\r\n\r\n{}", 431),
])
def test_broken_requests(untouched, head, status):
    with connect(untouched) as raw:
        start = POST if b"Content-Type" not in head else POST.replace(b"Content-Type: application/json\r\n", b"")
        send_all(raw, [start + head])
        assert status_of(raw) == status


def test_a_hundred_megabytes(untouched):
    megabyte = b" " * (1 << 20)
    with connect(untouched) as raw:  # with a length: refused by the headers
        send_all(raw, [POST + b"Content-Length: 104857600\r\n\r\n"])
        assert status_of(raw) == 413
    with connect(untouched) as raw:  # without one: refused when there is too much of it
        send_all(raw, [POST + b"Transfer-Encoding: chunked\r\n\r\n"])
        send_all(raw, [b"100000\r\n" + megabyte + b"\r\n"] * 100 + [b"0\r\n\r\n"])
        assert status_of(raw) in (413, 0)
    memory = int(next(line for line in open(f"/proc/{untouched.process.pid}/status") if line.startswith("VmHWM")).split()[1])
    assert memory < 2 << 20  # KiB; sanitizers take their part


def test_requests_without_end():
    """Whatever trickles in, a connection has an absolute end; the others are answered meanwhile."""
    server = Server("--header-timeout", "1s", "--body-timeout", "1s", "--answer-timeout", "2s", "--idle-timeout", "1s")
    starts = [b"", b"G", b"GET /livez HTTP/1.1\r\nHost: x\r\nX-Long: ", POST + b"Transfer-Encoding: chunked\r\n\r\n", POST + b"Content-Length: 4000000\r\n\r\n"]
    open_ones = [connect(server) for _ in starts]
    for raw, start in zip(open_ones, starts):
        raw.sendall(start)
        raw.settimeout(0.01)
    began = time.monotonic()
    left = list(open_ones)
    while left and time.monotonic() - began < 30:
        for raw in list(left):
            try:
                if raw is not open_ones[0]:
                    raw.sendall(b"1")
                if raw.recv(4096) == b"":
                    left.remove(raw)
            except TimeoutError:
                pass
            except OSError:
                left.remove(raw)
        assert server.get("/livez") == "ok"
        time.sleep(0.05)
    assert not left
    assert wait_until(lambda: server.get("/api/status")["http"]["connections"] <= 2)
    assert server.get("/api/status")["http"]["connections_timed_out"] >= 4
    assert stored(server)["rows"] == 0
    assert server.stop() == 0


def test_bodies_in_flight_are_bounded():
    """16 bodies of the largest size may be under way; what comes beyond is refused, and only while they are."""
    server = Server("--max-body", "64Ki", "--body-timeout", "60s")
    held = [connect(server) for _ in range(17)]
    for raw in held:
        raw.sendall(POST + b"Content-Length: 65536\r\n\r\n" + b" " * 65000)
    assert wait_until(lambda: server.get("/api/status")["http"]["bytes_in"] >= 16 * 65000)
    answer = server.session.post(server.url + "/api/nodes/n1", data=json.dumps(node()) + " " * 60000, timeout=20,
                                 headers={"Content-Type": "application/json"})
    assert answer.status_code == 503 and answer.headers["Retry-After"]
    assert "bodies" in answer.json()["detail"]
    assert stored(server)["rows"] == 0
    for raw in held:
        raw.close()
    body = node()
    assert wait_until(lambda: server.session.post(server.url + "/api/nodes/n1", json=body, timeout=20).status_code == 200)
    assert stored(server)["rows"] == 1
    assert server.stop() == 0


def test_more_connections_than_allowed_are_refused():
    count = min(10000, raise_file_limit() - 200)
    limit = 500
    server = Server("--max-connections", str(limit))
    before = server.get("/api/status")["http"]
    open_ones = []
    for _ in range(count):
        try:
            open_ones.append(connect(server))
        except OSError:
            break
    assert len(open_ones) == count
    # The ones that are in are answered while thousands knock; the server counts those it refused.
    assert server.get("/livez") == "ok"
    now = server.get("/api/status")["http"]
    assert now["connections"] <= limit + 2  # two threads may let one in at the same moment
    assert wait_until(lambda: server.get("/api/status")["http"]["connections_refused"] - before["connections_refused"] > count - limit - 50)
    # A refused one sees the end at once, not silence.
    open_ones[-1].settimeout(20)
    try:
        assert open_ones[-1].recv(1) == b""
    except ConnectionResetError:
        pass
    for raw in open_ones:
        raw.close()
    assert wait_until(lambda: server.get("/api/status")["http"]["connections"] <= 2)
    server.post("/api/nodes/n1", node())
    assert server.stop() == 0


def test_a_low_limit_of_open_files_is_said():
    program = os.environ.get("KUBEMONITOR_API", f"{ROOT}/build/api/kubemonitor-api")
    process = subprocess.Popen([program, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200)))
    port = int(process.stdout.readline().rsplit(":", 1)[1])
    open_ones = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(190)]
    open_ones[0].sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
    assert status_of(open_ones[0]) == 200
    for raw in open_ones:
        raw.close()
    process.send_signal(signal.SIGTERM)
    errors = process.communicate(timeout=30)[1]
    assert process.returncode == 0
    assert "--max-connections 8192 is lowered to 136" in errors
