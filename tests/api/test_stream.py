"""/api/stream: what it sends, how it goes on after a break, and that nobody waits for it."""
import json
import signal
import socket
import time
import urllib.parse

import pytest
import requests
from conftest import Server, node, pod, wait_until


class Events:
    """An open stream. next() gives the answers of one tick by their path, and the tick's id."""

    def __init__(self, server, *paths, since=None, headers=None):
        query = [("watch", path) for path in paths] + ([("since", since)] if since is not None else [])
        self.answer = requests.get(f"{server.url}/api/stream?{urllib.parse.urlencode(query)}", stream=True, timeout=60,
                                   headers=headers or {})
        self.lines = self.answer.iter_lines(chunk_size=1, decode_unicode=True)

    def event(self):
        """The next event's fields; None at the end."""
        fields = {}
        for line in self.lines:
            if not line and fields:
                return fields
            if line and not line.startswith(":"):
                name, _, value = line.partition(": ")
                assert name not in fields
                fields[name] = value
        return None

    def next(self):
        answers = {}
        while True:
            event = self.event()
            if event is None:
                return None
            if event["event"] == "tick":
                assert set(json.loads(event["data"])) == {"time"}
                return answers, int(event["id"])
            assert event["event"] == "answer" and "id" not in event
            data = json.loads(event["data"])
            assert set(data) == {"watch", "status", "answer"}
            answers[data["watch"]] = data

    def close(self):
        self.answer.close()


@pytest.fixture
def fast():
    one = Server("--interval", "200ms", "--max-streams", "5")
    yield one
    assert one.process.poll() is None, "the server has died"
    assert one.stop() == 0


def feed(server, at=0, cpu=10):
    server.post("/api/nodes/n1", node(cpu_usage=cpu, at=at, pods=[pod(cpu_usage=cpu, at=at)]))


def test_each_answer_is_what_its_path_answers(fast):
    feed(fast)
    paths = ["/api/cluster", "/api/nodes/n1", "/api/pods?sort=cpu&limit=5", "/api/namespaces/a/pods/nobody"]
    events = Events(fast, *paths)
    assert events.answer.headers["Content-Type"] == "text/event-stream"
    assert events.answer.headers["Cache-Control"] == "no-store"
    answers, _ = events.next()
    assert set(answers) == set(paths)
    assert [answers[path]["status"] for path in paths] == [200, 200, 200, 404]
    assert answers["/api/nodes/n1"]["answer"]["cpu_usage"] == 10
    assert answers["/api/pods?sort=cpu&limit=5"]["answer"]["items"][0]["pod_name"] == "p1"
    assert answers[paths[3]]["answer"]["status"] == 404
    feed(fast, cpu=20)
    assert any(events.next()[0]["/api/nodes/n1"]["answer"]["cpu_usage"] == 20 for _ in range(50))
    events.close()
    assert wait_until(lambda: fast.get("/api/status")["streams"]["open"] == 0)


def test_without_watch_it_is_the_cluster(fast):
    feed(fast)
    events = Events(fast)
    assert events.next()[0]["/api/cluster"]["answer"]["nodes"] == 1
    events.close()


def times(answer):
    return [row["timestamp"] for row in answer["answer"]["items"]]


@pytest.mark.parametrize("how", ["header", "parameter"])
def test_a_window_goes_on_where_it_broke_off(fast, how):
    path = "/api/nodes/n1?window=60"
    for at in range(-30, 0):
        feed(fast, at)
    events = Events(fast, path)
    answers, first = events.next()
    assert len(times(answers[path])) == 30
    answers, second = events.next()
    assert second > first and len(times(answers[path])) <= 5, "only what is new, and three intervals again"
    events.close()
    time.sleep(0.5)
    feed(fast)
    again = Events(fast, path, headers={"Last-Event-ID": str(second)}) if how == "header" else Events(fast, path, since=second)
    answers, third = again.next()
    assert third > second and 1 <= len(times(answers[path])) < 30
    assert times(answers[path])[-1] > times(Events(fast, path).next()[0][path])[-2]
    again.close()


@pytest.mark.parametrize("identity", ["abc", "-5", "9" * 40, "99999999999999999", ""])
def test_an_id_that_is_none_begins_anew(fast, identity):
    for at in range(-30, 0):
        feed(fast, at)
    events = Events(fast, "/api/nodes/n1?window=60", headers={"Last-Event-ID": identity})
    assert len(times(events.next()[0]["/api/nodes/n1?window=60"])) == 30
    events.close()


@pytest.mark.parametrize("path, why", [
    ("/docs", "must begin with /api/"), ("/api/nope", "answers GET with JSON"), ("/api/stream", "answers GET with JSON"),
    ("/api/nodes?limit=0", "limit: must be a whole number"), ("/api/nodes?nope=1", "nope: is not a parameter"),
])
def test_what_cannot_be_watched_is_said(fast, path, why):
    problem = fast.get("/api/stream?watch=" + urllib.parse.quote(path), 422)
    assert problem["errors"][0]["parameter"] == "watch" and why in problem["errors"][0]["detail"]


def test_more_than_16_paths_are_refused(fast):
    query = "&".join(["watch=/api/nodes"] * 17)
    assert "more than 16 times" in fast.get("/api/stream?" + query, 422)["detail"]


def test_more_streams_than_allowed_are_told_to_come_back(fast):
    held = [Events(fast) for _ in range(5)]
    for one in held:
        one.next()
    answer = requests.get(fast.url + "/api/stream", timeout=20)
    assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0
    held[0].close()
    assert wait_until(lambda: fast.get("/api/status")["streams"]["open"] == 4)
    events = Events(fast)
    assert events.next()
    for one in [*held[1:], events]:
        one.close()


def test_head_has_no_events(fast):
    answer = requests.head(fast.url + "/api/stream", timeout=20)
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "text/event-stream"
    assert wait_until(lambda: fast.get("/api/status")["streams"]["open"] == 0)


def test_a_stopping_server_ends_its_streams():
    server = Server("--interval", "1h")
    events = [Events(server) for _ in range(3)]
    for one in events:
        one.next()
    begin = time.time()
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(30) == 0
    assert time.time() - begin < 20
    assert [one.next() for one in events] == [None] * 3


def test_who_does_not_read_is_cut_off_and_holds_little():
    server = Server("--interval", "100ms", "--answer-timeout", "1s")
    for number in range(300):
        server.post("/api/nodes/n1", node(at=-number / 10, pods=[pod(f"p{i}", at=-number / 10) for i in range(3)]))
    raw = socket.create_connection(("127.0.0.1", server.port))
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    watch = "&".join("watch=" + urllib.parse.quote(f"/api/nodes/n1?window={3000 + i}") for i in range(16))
    raw.sendall(f"GET /api/stream?{watch} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert wait_until(lambda: server.get("/api/status")["streams"]["ticks"] >= 1)
    # Its ticks lie in the sockets' buffers until those are full; then no more are made, and it is cut off.
    assert server.get("/api/status")["streams"]["held_bytes"] < 5 << 20
    raw.close()
    assert wait_until(lambda: server.get("/api/status")["streams"]["open"] == 0, 60)
    assert server.get("/api/status")["streams"]["held_bytes"] == 0
    assert server.stop() == 0


def test_many_streams_take_no_thread_of_the_answers():
    server = Server("--interval", "500ms", "--threads", "2", "--max-streams", "100")
    feed(server)
    streams = [Events(server, "/api/cluster", "/api/nodes?limit=1") for _ in range(100)]
    for one in streams:
        assert one.next()
    before = server.get("/api/status")["streams"]
    assert before["open"] == 100
    for _ in range(2):
        for one in streams:
            assert one.next()
    after = server.get("/api/status")["streams"]
    # Each path is asked once a tick, not once a stream.
    assert after["answers"] - before["answers"] < (after["ticks"] - before["ticks"]) / 2
    for one in streams:
        one.close()
    assert wait_until(lambda: server.get("/api/status")["streams"]["open"] == 0, 60)
    assert server.stop() == 0
