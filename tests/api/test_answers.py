"""What the endpoints answer, with numbers worked out by hand."""
import os
import re
import signal
import socket
import subprocess
import urllib.parse

import pytest
import requests
from conftest import ROOT, Server, node, pod, wait_until


def fill(server):
    """Two readings 5 s apart of one node with three pods in two namespaces."""
    # Both are stamped before the first is sent: sending takes time, and rates are worked out by hand.
    readings = [
        node(
            at=at, cpu_usage=1500.25, memory={"total": 1000, "used": 400},
            network={"rx_bytes": 100 + grown, "odd": 7},
            pods=[
                pod("web-1", "a", at, uid="u1", deployment="web", owner={"kind": "ReplicaSet", "name": "web-x"},
                    cpu_usage=100.5, memory={"usage": 10, "limit": 20}, disk={"write_bytes": 2 * grown},
                    containers=[{"name": "c", "id": "i1", "restarts": 2, "memory": {"usage": 9}}]),
                pod("web-2", "a", at, uid="u2", deployment="web", cpu_usage=50.25, memory={"usage": 30}, disk={"write_bytes": grown}),
                pod("db-0", "b", at, uid="u3", owner={"kind": "StatefulSet", "name": "db"}, cpu_usage=7, memory={"usage": 5}),
            ]) for at, grown in ((-6, 0), (-1, 5000))]
    for reading in readings:
        server.post("/api/nodes/n1", reading)


def test_every_path_of_the_document_answers(server):
    fill(server)
    values = {"node": "n1", "namespace": "a", "pod": "web-1", "deployment": "web", "kind": "ReplicaSet", "name": "web-x", "container": "c"}
    for path, operations in server.document["paths"].items():
        if "get" not in operations or "text/event-stream" in operations["get"]["responses"]["200"]["content"]:
            continue  # test_stream.py reads streams, which do not end
        answer = server.get(path.format(**values))
        assert answer and (not isinstance(answer, dict) or answer.get("items", True)), path
        if any(p["name"] == "window" for p in operations["get"]["parameters"]):
            assert "items" in server.get(path.format(**values) + "?window=60&step=10")
            assert "columns" in server.get(path.format(**values) + "?window=60&step=10&format=columns")


def test_an_empty_server_lists_nothing(server):
    for path in ("/api/nodes", "/api/pods", "/api/namespaces", "/api/namespaces/a/pods", "/api/namespaces/a/deployments",
                 "/api/namespaces/a/deployments/d/pods", "/api/namespaces/a/workloads/Job/j/pods"):
        for query in ("", "?sort=cpu", "?limit=1&order=desc"):
            assert server.get(path + query) in ({"items": []}, {"items": [], "total": 0})
    assert server.get("/api/cluster") == {"pods": 0, "stale_nodes": 0, "nodes": 0}


def test_node_has_values_and_rates(server):
    fill(server)
    answer = server.get("/api/nodes/n1")
    assert answer["cpu_usage"] == 1500.25
    assert answer["memory"] == {"total": 1000, "used": 400}
    assert answer["network"]["rx_bytes"] == 5100 and answer["network"]["odd"] == 7
    assert answer["network"]["rx_bytes_per_second"] == pytest.approx(1000, rel=0.01)
    assert answer["stale"] is False


def test_pod_has_its_containers(server):
    fill(server)
    answer = server.get("/api/pods/web-1")
    assert answer["owner"] == {"kind": "ReplicaSet", "name": "web-x"} and answer["node"] == "n1"
    assert [c["name"] for c in answer["containers"]] == ["c"] and answer["containers"][0]["restarts"] == 2


def test_sums_are_those_of_the_pods(server):
    fill(server)
    deployment = server.get("/api/namespaces/a/deployments/web")
    assert deployment["pods"] == 2 and deployment["cpu_usage"] == 150.75 and deployment["memory"]["usage"] == 40
    assert deployment["disk"]["write_bytes_per_second"] == pytest.approx(3000, rel=0.01)
    assert "write_bytes" not in deployment["disk"]
    names = server.get("/api/namespaces")["items"]
    assert [(n["namespace"], n["pods"]) for n in names] == [("a", 2), ("b", 1)]
    assert server.get("/api/namespaces/b/workloads/statefulset/db")["cpu_usage"] == 7
    cluster = server.get("/api/cluster")
    assert cluster["nodes"] == 1 and cluster["pods"] == 3 and cluster["cpu_usage"] == 1500.25


def test_lists_sort_and_page(server):
    fill(server)
    by_cpu = [p["pod_name"] for p in server.get("/api/pods?sort=cpu")["items"]]
    assert by_cpu == ["web-1", "web-2", "db-0"]
    assert [p["pod_name"] for p in server.get("/api/pods?sort=memory&order=asc")["items"]] == ["db-0", "web-1", "web-2"]
    for query in ("sort=name", "sort=name&order=desc", "sort=cpu", "sort=memory&order=asc"):
        whole = [p["pod_name"] for p in server.get(f"/api/pods?{query}")["items"]]
        paged, token = [], ""
        while True:
            page = server.get(f"/api/pods?{query}&limit=1" + (f"&continue={token}" if token else ""))
            paged += [p["pod_name"] for p in page["items"]]
            if "continue" not in page:
                break
            token = page["continue"].replace("+", "%2B").replace("\x01", "%01")
        assert paged == whole, query
    assert len(server.get("/api/pods?namespace=a")["items"]) == 2
    server.get("/api/pods?continue=nonsense", 422)


def test_name_in_two_namespaces_is_a_conflict(server):
    for namespace in ("a", "b"):
        server.post("/api/pods/same", pod("same", namespace, cpu_usage=1))
    problem = server.get("/api/pods/same", 409)
    assert "a, b" in problem["detail"]
    assert server.get("/api/pods/same?namespace=b")["namespace"] == "b"


def test_a_restart_gives_no_negative_rate(server):
    readings = [pod(at=at, network={"rx_bytes": count}) for at, count in ((-15, 1000), (-10, 2000), (-5, 10), (-1, 50))]
    for reading in readings:
        server.post("/api/pods/p1", reading)
    rates = [row["network"].get("rx_bytes_per_second") for row in server.get("/api/pods/p1?window=60")["items"]]
    assert rates[0] is None and rates[2] is None and rates[1] == pytest.approx(200, rel=0.01) and rates[3] == pytest.approx(10, rel=0.01)


def test_windows_are_bounded_by_retention(server):
    fill(server)
    problem = server.get("/api/nodes/n1?window=3601", 422)
    assert problem["errors"][0]["parameter"] == "window"
    assert len(server.get("/api/nodes/n1?window=3600")["items"]) == 2
    server.get("/api/namespaces/a?window=60&step=7", 422)


def test_bodies_of_the_product_document(server):
    """Plain bodies, as the PRD's models have them: naive times, floats as they are, null for nothing."""
    server.post("/api/nodes/minikube", {"timestamp": node()["timestamp"][:19], "node": "minikube", "cpu_usage": 123.4567891, "memory": None})
    assert server.get("/api/nodes/minikube")["cpu_usage"] == 123.4567891
    server.post("/api/pods/p", pod("p", "default", cpu_usage=None, disk={"read": 1, "write": 2}))
    assert server.get("/api/pods/p")["disk"] == {"read": 1, "write": 2}


def test_the_collector_reports_this_machine(server):
    program = os.environ.get("KUBEMONITOR_COLLECTOR", f"{ROOT}/build/collector/kubemonitor-collector")
    collector = subprocess.Popen([program, "--server", server.url, "--node", "here", "--interval", "500ms"])
    try:
        assert wait_until(lambda: any("cpu_usage" in n for n in server.get("/api/nodes")["items"]))
    finally:
        collector.terminate()
        assert collector.wait(20) == 0
    answer = server.get("/api/nodes/here")
    memory = answer["memory"]
    assert memory["used"] == memory["total"] - memory["free"] - memory["buffers"] - memory["cached"]
    assert answer["cpu"]["capacity_millicores"] == os.cpu_count() * 1000
    assert answer["collector"]["files_read"] > 5


def test_health_lists_its_checks(server):
    assert server.get("/livez") == server.get("/healthz") == server.get("/readyz") == "ok"
    assert server.get("/readyz?verbose") == (
        "[+]ping ok\n[+]store-memory ok\n[+]clock ok\n[+]caught-up ok\n[+]shutdown ok\nreadyz check passed\n")
    assert server.get("/livez?verbose=true").endswith("livez check passed\n")


def test_lists_sort_by_exact_values(server):
    """Values with more than 3 decimals are held in another way: they must come in order with the others."""
    for name, cpu in (("a", 1.5), ("b", 1.50001), ("c", 1000.123456), ("d", 0.0004), ("e", 12.345)):
        server.post(f"/api/pods/{name}", pod(name, cpu_usage=cpu))
    assert [p["pod_name"] for p in server.get("/api/pods?sort=cpu")["items"]] == ["c", "e", "b", "a", "d"]


def test_sums_over_a_window_hold_what_is_gone():
    """The pod is not current any more: not in the list, but in the sum of the time when it was."""
    server = Server("--interval", "1s")
    for at in range(-30, -10):
        server.post("/api/nodes/n1", node(at=at, pods=[pod("old", "a", at, memory={"usage": 10}), pod("new", "a", at, memory={"usage": 1})]))
    server.post("/api/nodes/n1", node(at=-1, pods=[pod("new", "a", -1, memory={"usage": 1})]))
    assert [p["pod_name"] for p in server.get("/api/pods")["items"]] == ["new"]
    assert server.get("/api/namespaces/a")["memory"]["usage"] == 1
    rows = server.get("/api/namespaces/a?window=60")["items"]
    assert any(row["memory"]["usage"] == 11 and row["pods"] == 2 for row in rows)
    assert server.stop() == 0


def test_a_slow_clock_takes_nothing_from_the_newest_steps_of_a_sum():
    """n2's readings are stamped 40 s back as they come. The sum's last steps hold it as it was last."""
    server = Server("--interval", "1s", "--retention", "10m")
    for at in range(-60, 1):
        server.post("/api/nodes/n1", node("n1", at=at, cpu_usage=10))
        server.post("/api/nodes/n2", node("n2", at=at - 40, cpu_usage=5, pods=[pod("p", "a", at - 40, cpu_usage=3)]))
    for window in (20, 50):
        rows = server.get(f"/api/cluster?window={window}")["items"]
        assert len(rows) >= window - 1
        assert {(row["nodes"], row["cpu_usage"]) for row in rows} == {(2, 15)}
        assert {(row["pods"], row["cpu_usage"]) for row in server.get(f"/api/namespaces/a?window={window}")["items"]} == {(1, 3)}
    assert server.stop() == 0


def test_a_silent_node_is_counted_apart_and_not_in_the_sum():
    server = Server("--interval", "1s")
    server.post("/api/nodes/n1", node("n1", cpu_usage=10))
    first = server.get("/api/cluster")
    assert (first["nodes"], first["stale_nodes"], first["cpu_usage"]) == (1, 0, 10)
    assert wait_until(lambda: server.get("/api/nodes/n1")["stale"])
    server.post("/api/nodes/n2", node("n2", cpu_usage=5))
    cluster = server.get("/api/cluster")
    assert (cluster["nodes"], cluster["stale_nodes"], cluster["cpu_usage"]) == (1, 1, 5)
    assert len(server.get("/api/nodes")["items"]) == 2
    assert server.stop() == 0


def test_a_stopping_server_is_not_ready_and_finishes_what_has_begun():
    server = Server("--drain-timeout", "20s")
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as begun:
        begun.sendall(b"POST /api/nodes/n1 HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
                      b"Expect: 100-continue\r\n\r\n")
        assert begun.recv(100).startswith(b"HTTP/1.1 100")  # the server has it
        # Connections that are open already, one a try: the server may close each after its answer.
        kept = [requests.Session() for _ in range(30)]
        assert all(one.get(server.url + "/livez", timeout=20).status_code == 200 for one in kept)
        server.process.send_signal(signal.SIGTERM)
        answers = []
        assert wait_until(lambda: not answers.append(kept.pop().get(server.url + "/readyz", timeout=20)) and answers[-1].status_code == 503)
        assert "[-]shutdown failed: the server is stopping\n" in answers[-1].text
        begun.sendall(b"{}")
        answer = begun.makefile("rb").read()
    assert answer.split()[1] == b"422" and b"Connection: close" in answer
    assert server.process.wait(20) == 0


def test_what_is_not_there_comes_with_the_reason(server):
    server.post("/api/nodes/n1", node(at=-600, pods=[pod(at=-600)]))
    server.post("/api/nodes/n1", node())
    assert re.fullmatch(r'pod "p1" is gone: its last reading is 60\d s old; .*', server.get("/api/pods/p1", 404)["detail"])
    assert server.get("/api/pods/p2", 404)["detail"].startswith('no pod "p2" has been seen; a new one appears within')
    assert server.get("/api/nodes/n9", 404)["detail"].startswith('no node "n9" has reported since the server started')


def test_workloads_of_all_namespaces(server):
    fill(server)
    server.post("/api/nodes/n2", node("n2", pods=[
        pod("web-9", "c", uid="u9", deployment="web", cpu_usage=500, memory={"usage": 3}),
        pod("agent-1", "a", uid="ua", owner={"kind": "DaemonSet", "name": "agent"}, cpu_usage=1, memory={"usage": 100}),
        pod("alone", "a", uid="ub", cpu_usage=1)]))

    def of(path):
        return [(w["namespace"], w["kind"], w["name"], w["pods"]) for w in server.get(path)["items"]]

    everything = [("a", "DaemonSet", "agent", 1), ("a", "Deployment", "web", 2), ("b", "StatefulSet", "db", 1), ("c", "Deployment", "web", 1)]
    assert of("/api/workloads") == everything
    assert of("/api/workloads?sort=memory") == [everything[i] for i in (0, 1, 2, 3)]
    assert of("/api/workloads?sort=cpu&limit=1") == [everything[3]]
    assert of("/api/workloads?kind=statefulset") == [everything[2]]
    assert of("/api/workloads?namespace=a") == of("/api/namespaces/a/workloads") == everything[:2]
    assert of("/api/namespaces/a/workloads?kind=DaemonSet") == [everything[0]]
    pages, token = [], ""
    while True:
        page = server.get("/api/workloads?limit=1&sort=name" + token)
        pages += [(w["namespace"], w["kind"], w["name"], w["pods"]) for w in page["items"]]
        if "continue" not in page:
            break
        token = "&continue=" + urllib.parse.quote(page["continue"])
    assert pages == everything
    deployments = server.get("/api/deployments?sort=cpu")["items"]
    assert [(d["namespace"], d["deployment"], d["pods"]) for d in deployments] == [("c", "web", 1), ("a", "web", 2)]
    assert server.get("/api/deployments?namespace=a")["items"] == server.get("/api/namespaces/a/deployments")["items"]
    assert server.get("/api/namespaces/a/workloads/DaemonSet/agent")["memory"] == {"usage": 100}
