"""Every number that kubectl-monitor writes is the server's."""
import json
import os
import pty
import re
import select
import subprocess
import time

import pytest
import yaml
from conftest import PROGRAM, api, environment, fill

# key in csv -> (group, key) of the server's object
MEMBERS = {
    "cpu_millicores": ("cpu_usage",),
    "rx_bytes_per_second": ("network", "rx_bytes_per_second"),
    "tx_bytes_per_second": ("network", "tx_bytes_per_second"),
    "write_bytes_per_second": ("disk", "write_bytes_per_second"),
    "cpu_limit_millicores": ("cpu", "limit_millicores"),
    "memory_limit_bytes": ("memory", "limit"),
    "restarts": ("restarts",),
    "pods": ("pods",),
    "load1_milli": ("cpu", "load1_milli"),
}


def member(item, path):
    for key in path:
        item = item.get(key) if item else None
    return item


def check_numbers(row, item):
    checked = 0
    for key, path in MEMBERS.items():
        if key not in row:
            continue
        wanted = member(item, path)
        assert row[key] == "" if wanted is None else float(row[key]) == pytest.approx(wanted, rel=1e-6, abs=1e-3), key
        checked += row[key] != ""
    memory = item.get("memory", {})
    used = memory.get("working_set", memory.get("usage"))
    assert row["memory_bytes"] == ("" if used is None else str(used))
    return checked


def answers(server):
    """What the server lists, by kind."""
    spaces = server.get("/api/namespaces")["items"]
    return {
        "nodes": ("node", server.get("/api/nodes")["items"]),
        "pods": ("pod_name", server.get("/api/pods")["items"]),
        "namespaces": ("namespace", spaces),
        "deployments": ("deployment", [d for s in spaces for d in server.get(f"/api/namespaces/{s['namespace']}/deployments")["items"]]),
    }


def test_csv_has_the_servers_numbers(server, client):
    fill(server)
    for kind, (name, items) in answers(server).items():
        rows = client.csv(kind)
        assert len(rows) == len(items) > 0
        checked = sum(check_numbers(row, item) for row, item in zip(rows, items))
        assert checked >= 5, kind
        column = {"pod_name": "pod", "namespace": "namespace"}.get(name, name)
        assert [r[column] for r in rows] == [i[name] for i in items]


def test_percentages_are_of_the_limit(server, client):
    fill(server)
    rows = {r["pod"]: r for r in client.csv("pods")}
    assert float(rows["web-1"]["cpu_percent_of_limit"]) == pytest.approx(100 * 103.5 / 400, abs=0.001)
    assert float(rows["web-2"]["memory_percent_of_limit"]) == pytest.approx(100 * 60 / 64)
    assert rows["db-1"]["cpu_percent_of_limit"] == "" and rows["idle-1"]["cpu_millicores"] == ""
    nodes = client.csv("nodes")
    assert float(nodes[1]["cpu_percent"]) == pytest.approx(100 * 2000.5 / 4000, abs=0.001)
    assert float(nodes[1]["memory_percent"]) == 25


def test_table_is_for_people(server, client):
    fill(server)
    lines = client.run("pods", "-n", "shop").splitlines()
    assert lines[0].split() == ["NAME", "CPU(cores)", "MEMORY(bytes)", "RX/s", "TX/s", "READ/s", "WRITE/s", "RESTARTS", "AGE"]
    assert lines[1].split()[:5] == ["web-1", "104m", "30Mi", "1000", "140"]
    assert lines[1].split()[-2:] == ["1", "120m"]
    assert len({line.index("m ") for line in lines[1:]}) == 1, "numbers are aligned to the right"
    everything = client.run("pods", "-A")
    assert everything.split()[0] == "NAMESPACE" and "idle-1" in everything
    idle = next(line for line in everything.splitlines() if "idle-1" in line)
    assert idle.split() == ["data", "idle-1"] + ["-"] * 8
    wide = client.run("pods", "-o", "wide", "-n", "shop").splitlines()
    assert "94%" in wide[2] and "ReplicaSet/web-7d" in wide[2] and "n2" in wide[2].split()
    assert client.run("pods", "-n", "shop", "--no-headers").splitlines()[0].startswith("web-1")


def test_objects_are_the_servers(server, client):
    fill(server)
    for kind, (_, items) in answers(server).items():
        mine = json.loads(client.run(kind, "-o", "json"))["items"]
        same = yaml.safe_load(client.run(kind, "-o", "yaml"))["items"]
        assert [without_age(i) for i in mine] == [without_age(i) for i in items], kind
        assert [without_age(i) for i in same] == [without_age(i) for i in items], kind
    for words, path in ((["node", "n1"], "/api/nodes/n1"), (["pod", "web-1"], "/api/pods/web-1"),
                        (["namespace", "data"], "/api/namespaces/data"),
                        (["deployment", "db"], "/api/namespaces/data/deployments/db")):
        wanted = without_age(server.get(path))
        assert without_age(json.loads(client.run(*words, "-o", "json"))) == wanted
        assert without_age(yaml.safe_load(client.run(*words, "-o", "yaml"))) == wanted
        row = client.csv(*words)
        assert len(row) == 1 and check_numbers(row[0], wanted) >= 1


def without_age(item):
    return {k: v for k, v in item.items() if k not in ("age_seconds", "last_seen_seconds")}


def test_lists_are_read_page_by_page(server, client):
    for first in range(0, 6000, 1000):
        server.post(f"/api/nodes/n{first}", api.node(f"n{first}", pods=[
            api.pod(f"p{i:04}", "big", uid=f"u{i}", cpu_usage=(i * 7919) % 6000) for i in range(first, first + 1000)]))
    names = [f"p{i:04}" for i in range(6000)]
    assert [r["pod"] for r in client.csv("pods")] == names
    assert [i["pod_name"] for i in json.loads(client.run("pods", "-o", "json"))["items"]] == names
    by_cpu = sorted(names, key=lambda n: -((int(n[1:]) * 7919) % 6000))
    assert [r["pod"] for r in client.csv("pods", "--sort", "cpu")] == by_cpu
    assert [i["pod_name"] for i in json.loads(client.run("pods", "-o", "json", "--sort", "cpu"))["items"]] == by_cpu
    assert server.get("/api/status")["http"]["errors_4xx"] == 0


def test_sorting(server, client):
    fill(server)
    order = [r["pod"] for r in client.csv("pods", "--sort", "cpu")]
    assert order == ["db-1", "db-2", "web-2", "web-1", "idle-1", "idle-2"], "what is not known comes last"
    order = [r["pod"] for r in client.csv("pods", "--sort", "cpu", "--reverse")]
    assert order == ["web-1", "web-2", "db-2", "db-1", "idle-1", "idle-2"]
    assert [r["pod"] for r in client.csv("pods", "--sort", "restarts")][:2] == ["web-2", "web-1"]
    assert [r["pod"] for r in client.csv("pods", "--sort", "memory%")][:2] == ["web-2", "web-1"]
    assert [r["node"] for r in client.csv("nodes", "--reverse")] == ["n2", "n1"]
    everywhere = [(r["namespace"], r["deployment"]) for r in client.csv("deployments", "--sort", "cpu")]
    assert everywhere == [("data", "db"), ("data", "web"), ("shop", "web")]
    listed = json.loads(client.run("pods", "-o", "json", "--sort", "restarts"))["items"]
    assert [p["pod_name"] for p in listed][:2] == ["web-2", "web-1"]


def test_namespace_comes_from_the_environment_too(server, client):
    fill(server)
    assert len(client.csv("pods")) == 6
    assert len(client.csv("pods", KUBEMONITOR_NAMESPACE="shop")) == 2
    assert len(client.csv("pods", "-n", "data", KUBEMONITOR_NAMESPACE="shop")) == 4
    assert len(client.csv("pods", "-A", KUBEMONITOR_NAMESPACE="shop")) == 6


def test_one_shows_what_it_is_made_of(server, client):
    fill(server)
    assert re.search(r"^CPU%\s+50%$.*^data\s+db-2\s", client.run("node", "n2"), re.M | re.S)
    pod = client.run("pod", "web-1")
    assert re.search(r"^MEM/LIM\s+47%$.*^main\s+91m\s+20Mi", pod, re.M | re.S)
    assert client.run("deployment", "web", "-n", "shop").count("web-") >= 2
    assert "idle-1" in client.run("namespace", "data")


def test_windows(server, client):
    fill(server, ticks=20)
    rows = server.get("/api/nodes/n1?window=60")["items"]
    mine = client.csv("node", "n1", "--window", "1m")
    assert [m["timestamp"] for m in mine] == [r["timestamp"] for r in rows]
    for m, r in zip(mine, rows):
        assert check_numbers(m, r) >= 2
    stepped = server.get("/api/namespaces/shop/deployments/web?window=60&step=10")["items"]
    mine = client.csv("deployment", "web", "-n", "shop", "--window", "1m", "--step", "10s")
    assert [float(m["cpu_millicores"]) for m in mine][:4] == pytest.approx([r["cpu_usage"] for r in stepped][:4])
    assert json.loads(client.run("node", "n1", "--window", "60", "-o", "json"))["items"][0] == rows[0]
    people = client.run("pod", "web-1", "--window", "90s")
    trend = next(line for line in people.splitlines() if line.startswith("CPU(cores)"))
    assert trend.split()[1:3] == ["120m", "102m"] or trend.split()[1] == "120m"
    assert "█" in trend and "▁" in trend
    ascii_only = client.run("pod", "web-1", "--window", "90s", LC_ALL="C")
    assert ascii_only.isascii() and "#" in ascii_only


def test_a_lists_window_is_the_average(server, client):
    fill(server, ticks=20)
    row = {r["pod"]: r for r in client.csv("pods", "--window", "1m")}["web-1"]
    cpu = [r["cpu_usage"] for r in server.get("/api/pods/web-1?window=60&step=5")["items"]]
    assert float(row["cpu_millicores"]) == pytest.approx(sum(cpu) / len(cpu), abs=1.1)
    assert 103 < float(row["cpu_millicores"]) < 119, "not what is now"
    assert row["restarts"] == "1", "what is not measured is as it is now"
    listed = json.loads(client.run("nodes", "--window", "1m", "-o", "json"))["items"]
    assert [i["node"] for i in listed] == ["n1", "n2"] and listed[0]["items"][0]["cpu_usage"] == 1000.25


def test_watch_writes_again(server, client):
    fill(server)
    table = client.run("nodes", "--watch", "--count", "3", "--interval", "100ms")
    assert table.count("NAME") == 3 and table.count("\n\n") == 2
    rows = client.csv("nodes", "--watch", "--count", "2", "--interval", "100ms")
    assert [r["node"] for r in rows] == ["n1", "n2", "n1", "n2"], "one first line for all"
    documents = client.run("nodes", "-w", "--count", "2", "--interval", "100ms", "-o", "yaml")
    assert len(list(yaml.safe_load_all(documents))) == 2


def run_on_terminal(words, **changes):
    """The program's output on a terminal."""
    parent, child = pty.openpty()
    process = subprocess.Popen([PROGRAM, *words], stdin=child, stdout=child, stderr=child,
                               env=environment(TERM="xterm", **changes))
    os.close(child)
    text, end = b"", time.time() + 30
    while time.time() < end and select.select([parent], [], [], 30)[0]:
        try:
            piece = os.read(parent, 65536)
        except OSError:
            break
        if not piece:
            break
        text += piece
    os.close(parent)
    assert process.wait(30) == 0
    return text.decode()


def test_colours_only_on_a_terminal_that_wants_them(server, client):
    fill(server)
    there = {"KUBEMONITOR_SERVER": server.url}
    assert "\033[1mNAME" in run_on_terminal(["nodes"], **there)
    assert "\033[31;1m94%" in run_on_terminal(["pods", "-o", "wide"], **there)
    assert "\033" not in run_on_terminal(["nodes"], NO_COLOR="1", **there)
    assert "\033" not in client.run("nodes")


def test_names_in_any_script_keep_their_columns(server, client):
    server.post("/api/nodes/n1", api.node("n1", pods=[api.pod("plain", "a,\"b\"", uid="e", cpu_usage=1),
                                                     api.pod("한글파드", "a", uid="k", cpu_usage=2)]))
    korean, plain = client.run("pods").splitlines()[1:]
    assert korean.index("2m") + 4 == plain.index("1m"), "a wide letter takes two columns"
    assert {r["namespace"] for r in client.csv("pods")} == {"a", 'a,"b"'}
