"""?q= on every list: which items it finds, with sorting, paging and the count of all."""
import urllib.parse

import pytest
from conftest import Server, node, pod


@pytest.fixture(scope="module")
def server():
    server = Server()
    server.post("/api/nodes/East-1", node("East-1", cpu_usage=100, pods=[
        pod("web-1", "shop", uid="u1", deployment="web", cpu_usage=10, memory={"usage": 30}, containers=[
            {"name": "nginx", "id": "c1", "cpu_usage": 1}, {"name": "log-sidecar", "id": "c2", "cpu_usage": 2}]),
        pod("web-2", "shop", uid="u2", deployment="web", cpu_usage=30, memory={"usage": 20}),
        pod("webhook-1", "tools", uid="u3", owner={"kind": "DaemonSet", "name": "webhook"}, cpu_usage=20, memory={"usage": 10})]))
    server.post("/api/nodes/west-1", node("west-1", cpu_usage=200, pods=[
        pod("Cache-0", "shop", uid="u4", deployment="cache", cpu_usage=5, memory={"usage": 40})]))
    yield server
    server.stop()


def found(server, path, name="pod_name"):
    answer = server.get(path)
    assert answer["total"] == len(answer["items"])
    return [item[name] for item in answer["items"]]


@pytest.mark.parametrize("text, names", [
    ("web", ["web-1", "web-2", "webhook-1"]), ("WEB-", ["web-1", "web-2"]), ("cache", ["Cache-0"]), ("-1", ["web-1", "webhook-1"]),
    ("shop", []), ("shop/", ["Cache-0", "web-1", "web-2"]), ("op/web-2", ["web-2"]), ("/", ["Cache-0", "web-1", "web-2", "webhook-1"]),
    ("web-1 ", []), ("%", []), ("", ["Cache-0", "web-1", "web-2", "webhook-1"])])
def test_pods_by_part_of_their_name(server, text, names):
    assert found(server, "/api/pods?q=" + urllib.parse.quote(text)) == names


def test_every_list_is_searched(server):
    assert found(server, "/api/nodes?q=east", "node") == ["East-1"]
    assert found(server, "/api/namespaces?q=O", "namespace") == ["shop", "tools"]
    assert found(server, "/api/namespaces?q=sho", "namespace") == ["shop"]
    assert found(server, "/api/deployments?q=ac", "deployment") == ["cache"]
    assert found(server, "/api/deployments?q=shop/w", "deployment") == ["web"]
    assert found(server, "/api/namespaces/shop/deployments?q=web", "deployment") == ["web"]
    assert found(server, "/api/workloads?q=web", "name") == ["web", "webhook"]
    assert found(server, "/api/workloads?q=web&kind=DaemonSet", "name") == ["webhook"]
    assert found(server, "/api/namespaces/tools/workloads?q=hook", "name") == ["webhook"]
    assert found(server, "/api/nodes/East-1/pods?q=web-") == ["web-1", "web-2"]
    assert found(server, "/api/pods?node=west-1&q=web") == []
    assert found(server, "/api/pods?namespace=tools&q=web") == ["webhook-1"]
    assert found(server, "/api/namespaces/shop/pods?q=2") == ["web-2"]
    assert found(server, "/api/namespaces/shop/deployments/web/pods?q=2") == ["web-2"]
    assert found(server, "/api/namespaces/tools/workloads/DaemonSet/webhook/pods?q=x") == []
    assert found(server, "/api/namespaces/shop/pods/web-1/containers?q=LOG", "name") == ["log-sidecar"]


def test_a_search_is_sorted_and_paged(server):
    assert found(server, "/api/pods?q=web&sort=cpu") == ["web-2", "webhook-1", "web-1"]
    assert found(server, "/api/pods?q=web&sort=memory&order=asc") == ["webhook-1", "web-2", "web-1"]
    assert found(server, "/api/pods?q=web&sort=name&order=desc") == ["webhook-1", "web-2", "web-1"]
    assert found(server, "/api/deployments?q=e&sort=memory", "deployment") == ["web", "cache"]
    for query in ("q=web", "q=web&sort=cpu", "q=web&sort=memory&order=asc"):
        names, token = [], ""
        while True:
            page = server.get(f"/api/pods?{query}&limit=1{token}")
            assert page["total"] == 3 and len(page["items"]) == 1, query
            names.append(page["items"][0]["pod_name"])
            if "continue" not in page:
                break
            token = "&continue=" + urllib.parse.quote(page["continue"])
        assert names == found(server, f"/api/pods?{query}"), query


def test_lists_say_how_many_there_are_in_all(server):
    assert server.get("/api/pods?sort=cpu&limit=2")["total"] == 4
    assert server.get("/api/namespaces?limit=1")["total"] == 2
    assert "total" not in server.get("/api/pods?limit=2"), "it is found while it is sent"


def test_bad_searches(server):
    for query in ("q=" + "a" * 513, "q=%ff", "q=a&q=b"):
        problem = server.get("/api/pods?" + query, 422)
        assert problem["errors"][0]["parameter"] == "q", query
    assert found(server, "/api/pods?q=" + "a" * 512) == []
    assert server.get("/api/cluster?q=a", 422)["errors"][0]["parameter"] == "q"
