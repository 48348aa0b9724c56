"""?format=csv: a window as a table, that says what its JSON says."""
import csv
import io

import pytest
from conftest import node, pod


def feed(server):
    for tick in range(-12, 1):
        used = {"cpu_usage": 100.5 + tick, "memory": {"usage": 5000000 + tick, "working_set": 4000000 - tick}}
        pods = [pod(name, at=5 * tick, deployment="web", network={"rx_bytes": 10000 + 500 * tick, "tx_bytes": 100}, **used)
                for name in ("p1", "p2")]
        server.post("/api/nodes/n1", node(at=5 * tick, cpu_usage=100.5 + tick, memory={"used": 1000 + tick}, pods=pods))


def table(server, path):
    answer = server.session.get(server.url + path, timeout=30)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert answer.text.endswith("\r\n") and "\n" not in answer.text.replace("\r\n", "")
    head, *rows = csv.reader(io.StringIO(answer.text, newline=""), strict=True)
    assert all(len(row) == len(head) for row in rows) and len(set(head)) == len(head)
    return head, rows


def at(row, name):
    for key in name.split("."):
        row = row.get(key, {}) if isinstance(row, dict) else {}
    return row if row != {} else None


@pytest.mark.parametrize("path", [
    "/api/cluster", "/api/nodes/n1", "/api/pods/p1", "/api/namespaces/a", "/api/namespaces/a/pods/p1",
    "/api/namespaces/a/deployments/web", "/api/namespaces/a/workloads/Deployment/web",
])
@pytest.mark.parametrize("step", [5, 10])
def test_it_says_what_the_rows_say(server, path, step):
    feed(server)
    window = f"{path}?window=60&step={step}"
    # Between two questions a step may end: the one asked in between says whether it did.
    for _ in range(5):
        rows = server.get(window)["items"]
        head, lines = table(server, window + "&format=csv")
        if server.get(window)["items"] == rows:
            break
    assert head[0] == "timestamp" and "cpu_usage" in head
    assert [line[0] for line in lines] == [row["timestamp"] for row in rows] and lines
    assert any(name.startswith("max.") for name in head) == (step == 10)
    for line, row in zip(lines, rows):
        for name, field in list(zip(head, line))[1:]:
            assert (float(field) if field else None) == at(row, name), name
    known = {name for row in rows for name in flat(row)}
    assert known == set(head)


def flat(row, prefix=""):
    for key, value in row.items():
        if isinstance(value, dict):
            yield from flat(value, prefix + key + ".")
        else:
            yield prefix + key


def test_without_a_step_it_is_at_the_interval(server):
    feed(server)
    _, lines = table(server, "/api/nodes/n1?window=60&format=csv")
    assert len(lines) >= 10


def test_what_is_absent_is_empty(server):
    feed(server)
    server.post("/api/nodes/n2", node("n2", at=-20, cpu_usage=1))
    server.post("/api/nodes/n2", node("n2", at=-15, memory={"used": 7}))
    head, lines = table(server, "/api/nodes/n2?window=60&step=5&format=csv")
    assert {head.index("cpu_usage"), head.index("memory.used")} == {1, 2}
    assert any(line[1] == "" and line[2] == "7" for line in lines)


def test_without_a_window_it_is_refused(server):
    feed(server)
    for path in ("/api/nodes/n1", "/api/pods/p1", "/api/cluster", "/api/namespaces/a"):
        problem = server.get(path + "?format=csv", 422)
        assert problem["errors"] == [{"parameter": "format", "detail": "csv is for a window: add one"}]
