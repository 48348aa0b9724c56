"""Bad input gets a clear error, the server stays up, and nothing of it is stored."""
import gzip
import json
import socket
import time

import pytest
from conftest import Server, node, pod


@pytest.mark.parametrize("body, status, says", [
    ('{"timestamp":', 400, "byte"),
    ('', 400, "JSON"),
    ('[' * 100000, 400, "byte"),
    ('{"x":' + '[' * 40 + ']' * 40 + '}', 422, "/x nested deeper than 16"),
    ('{"cpu_usage": NaN}', 400, "byte"),
    ('{"cpu_usage": 1e999}', 400, "byte"),
    ('[]', 422, "must be an object"),
    ({}, 422, "/timestamp"),
    (node(cpu_usage="12"), 422, "/cpu_usage must be a number"),
    (node(cpu_usage=-1), 422, "/cpu_usage"),
    (node(cpu_usage=1e300), 422, "/cpu_usage"),
    (node(memory={"used": 1.5}), 422, "/memory/used must be a whole number"),
    (node(memory={"used": -1}), 422, "/memory/used"),
    (node(memory={"used": 2**64}), 422, "/memory/used"),
    (node(memory={"a/b~c": "x"}), 422, "/memory/a~1b~0c"),
    (node(memory=[1]), 422, "/memory must be an object"),
    (node(memory={f"k{i}": i for i in range(65)}), 422, "/memory has more than 64"),
    (node(name="other"), 422, "/node must be"),
    ({**node(), "timestamp": "yesterday"}, 422, "/timestamp must be a time"),
    (node(at=-7200), 422, "/timestamp is older"),
    (node(at=3600), 422, "/timestamp is more than 5 minutes ahead"),
    (node(pods=[pod(), {"pod_name": 7}]), 422, "/pods/1/pod_name must be a string"),
    (node(pods=[pod(containers=[{"memory": {}}])]), 422, "/pods/0/containers/0 must have a name"),
    (node(pods=[pod(name="x" * 254)]), 422, "/pods/0/pod_name"),
    (json.dumps(node(cpu_usage=1))[:-1] + ',"cpu_usage":2}', 422, "/cpu_usage stands here twice"),
    (json.dumps(node())[:-1] + ',"memory":{"used":1,"used":2}}', 422, "/memory/used stands here twice"),
    (json.dumps(node())[:-1] + ',"memory":{"own":1,"own":2}}', 422, "/memory/own stands here twice"),
    (b'{"node":"\xff"}', 400, "byte"),
])
def test_bodies(server, body, status, says):
    problem = server.post("/api/nodes/n1", body, status)
    assert says in problem["detail"]
    assert server.get("/api/status")["store"]["rows"] == 0


def test_nothing_of_a_request_is_left_for_the_next(server):
    """A thread keeps the memory of a request for its next one; here they come over one connection."""
    large = json.dumps(node(pods=[pod(f"p{i}", memory={"usage": i}) for i in range(1000)], memory={"used": 1}))
    assert len(large) > 65536
    for body in [large, large + " " * 300000]:
        server.post("/api/nodes/n1", body)
        rows = server.get("/api/status")["store"]["rows"]
        server.post("/api/nodes/n1", "", 400)
        server.post("/api/nodes/n1", large[:-1], 400)  # what is missing stood there before
        server.post("/api/nodes/n1", gzip.compress(large.encode())[:-9], 400,
                    headers={"Content-Type": "application/json", "Content-Encoding": "gzip"})
        chunks = iter([b'{"node":', b'"n1"'])
        assert server.session.post(server.url + "/api/nodes/n1", chunks, timeout=30).status_code == 400
        problem = server.post("/api/nodes/n1?a=1", large, 422)
        assert [error["parameter"] for error in problem["errors"]] == ["a"]
        assert server.post("/api/nodes/n1", {}, 422)["errors"][0].get("parameter") is None
        assert server.get("/api/status")["store"]["rows"] == rows


def test_every_fault_is_listed(server):
    problem = server.post("/api/nodes/n1", node(cpu_usage="x", memory={"used": -1, "free": []}), 422)
    assert [e["pointer"] for e in problem["errors"]] == ["/cpu_usage", "/memory/used", "/memory/free"]


@pytest.mark.parametrize("path, status", [
    ("/api/nodes/n1?window=-1", 422), ("/api/nodes/n1?window=1e9", 422), ("/api/nodes/n1?window=", 422),
    ("/api/nodes/n1?window=5&window=6", 422), ("/api/nodes/n1?widnow=5", 422), ("/api/nodes?sort=size", 422),
    ("/api/nodes?limit=0", 422), ("/api/nodes/a%2Fb", 422), ("/api/nodes/%00", 422), ("/api/nodes/%ff", 422),
    ("/api/nodes/%zz", 422), ("/api/nodes/nobody", 404), ("/api/pods/nobody", 404), ("/api/namespaces/nowhere", 404),
    ("/api/namespaces/a/deployments/none", 404), ("/api/nothing", 404), ("/api/../etc/passwd", 404),
])
def test_paths_and_parameters(server, path, status):
    with socket.create_connection(("127.0.0.1", server.port)) as raw:
        raw.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        answer = raw.makefile("rb").read()
    assert answer.split()[1] == str(status).encode()
    assert json.loads(answer.split(b"\r\n\r\n", 1)[1])["detail"]
    store = server.get("/api/status")["store"]
    assert (store["nodes"], store["rows"], store["rows_appended"]) == (0, 0, 0)


def test_bodies_too_large(server):
    assert "bytes" in server.post("/api/nodes/n1", b"x" * (5 << 20), 413)["detail"]
    bomb = gzip.compress(b" " * (100 << 20))
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    server.post("/api/nodes/n1", bomb, 413, headers=headers)
    server.post("/api/nodes/n1", b"no gzip", 400, headers=headers)
    server.post("/api/nodes/n1", gzip.compress(json.dumps(node()).encode()), 200, headers=headers)
    with socket.create_connection(("127.0.0.1", server.port)) as raw:  # 100 MB announced, never sent
        raw.sendall(b"POST /api/nodes/n1 HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 104857600\r\n\r\n")
        assert b" 413 " in raw.recv(100)


def test_a_request_with_two_lengths_is_refused(server):
    with socket.create_connection(("127.0.0.1", server.port)) as raw:
        raw.sendall(b"POST /api/nodes/n1 HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
        assert raw.recv(100).split()[1] == b"400"


def test_slow_and_half_requests_are_cut_off():
    server = Server("--header-timeout", "1s", "--body-timeout", "1s", "--idle-timeout", "1s")
    starts = (b"GET /api/no", b"GET /livez HTTP/1.1\r\nHos",
              b"POST /api/nodes/n1 HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")
    open_ones = [socket.create_connection(("127.0.0.1", server.port)) for _ in starts]
    for raw, start in zip(open_ones, starts):
        raw.sendall(start)
        raw.settimeout(0.01)
    ended = set()
    deadline = time.time() + 20
    while len(ended) < len(starts) and time.time() < deadline:
        for raw in set(open_ones) - ended:
            try:  # one byte now and then must not keep the connection open
                raw.sendall(b"x")
                if raw.recv(4096) == b"":
                    ended.add(raw)
            except TimeoutError:
                pass
            except OSError:
                ended.add(raw)
        time.sleep(0.2)
    assert len(ended) == len(starts)
    assert server.get("/api/status")["store"]["rows"] == 0
    assert server.stop() == 0
