"""?metrics=: a window of some metrics only."""
import pytest
from conftest import node, pod

ONE, SUM = "/api/namespaces/a/pods/p1", "/api/namespaces/a"


def feed(server):
    for tick in range(-12, 1):
        used = {"cpu": {"usage_usec": 50000 * (tick + 20)}, "memory": {"usage": 5000000, "working_set": 4000000, "mine": 7}}
        pods = [pod(name, at=5 * tick, cpu_usage=100.5, network={"rx_bytes": 10000 + 500 * tick, "tx_bytes": 100}, **used)
                for name in ("p1", "p2")]
        server.post("/api/nodes/n1", node(at=5 * tick, pods=pods))


def members(row):
    """Names of the numbers of a row, as ?metrics= calls them."""
    names = set()
    for key, value in row.items():
        if isinstance(value, dict):
            names |= {f"{key}.{inner}" for inner in value}
        elif key not in ("timestamp", "pods"):
            names.add(key)
    return names


@pytest.mark.parametrize("path, metrics, names", [
    (ONE, "cpu_usage", {"cpu_usage"}),
    (ONE, "memory.usage,cpu.usage_usec", {"memory.usage", "cpu.usage_usec"}),
    (ONE, "memory.mine", {"memory.mine"}),
    (ONE, "network.rx_bytes", {"network.rx_bytes", "network.rx_bytes_per_second"}),
    (SUM, "cpu_usage,memory.working_set", {"cpu_usage", "memory.working_set"}),
    (SUM, "cpu.usage_usec", {"cpu.usage_usec_per_second"}),
    (SUM, "network", {"network.rx_bytes_per_second", "network.tx_bytes_per_second"}),
])
def test_only_these_are_answered(server, path, metrics, names):
    feed(server)
    whole = server.get(f"{path}?window=60")["items"]
    rows = server.get(f"{path}?window=60&metrics={metrics}")["items"]
    assert len(rows) > 5 and members(rows[3]) == names
    by_time = {row["timestamp"]: row for row in whole}
    for row in rows:
        for name in names - {"cpu.usage_usec_per_second"}:
            group, _, key = name.rpartition(".")
            pick = (lambda r: r.get(group, {}).get(key)) if group else (lambda r: r.get(key))
            assert row["timestamp"] not in by_time or pick(row) == pick(by_time[row["timestamp"]])


def test_a_counter_that_is_asked_for_has_its_rate_in_sums(server):
    feed(server)
    row = server.get(f"{SUM}?window=60&metrics=cpu.usage_usec")["items"][3]
    assert row["cpu"] == {"usage_usec_per_second": pytest.approx(20000, rel=0.01)}  # two pods of 10 ms a second
    columns = server.get(f"{SUM}?window=60&metrics=cpu.usage_usec&format=columns")["columns"]
    assert list(columns) == ["cpu.usage_usec_per_second"]


@pytest.mark.parametrize("metrics", ["nothing", "memory.nothing", "memory.", "usage_usec", "cpu_usage,", ""])
def test_what_is_no_metric_is_named(server, metrics):
    feed(server)
    answer = server.session.get(f"{server.url}{SUM}?window=60&metrics={metrics}", timeout=30)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == "metrics"
