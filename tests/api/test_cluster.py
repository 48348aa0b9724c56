"""What the server takes from the Kubernetes API, which is played: owners, allocatable, and whom to wait for."""
import pytest
import requests

from conftest import Server, node, pod, wait_until
from played_kubernetes import Kubernetes

REPLICA_SETS, JOBS, NODES = "/apis/apps/v1/replicasets", "/apis/batch/v1/jobs", "/api/v1/nodes"


def owned(name, kind=None, owner=None, namespace="shop"):
    references = [{"kind": kind, "name": owner, "controller": True}] if kind else []
    return {"metadata": {"name": name, "namespace": namespace, "resourceVersion": "7", "ownerReferences": references}}


def machine(name, cpu="3920m", memory="1Gi", ready="True"):
    return {"metadata": {"name": name, "resourceVersion": "7"},
            "status": {"allocatable": {"cpu": cpu, "memory": memory, "pods": "110"},
                       "conditions": [{"type": "Ready", "status": ready}]}}


@pytest.fixture
def kubernetes(tmp_path):
    one = Kubernetes(tmp_path)
    one.collections = {REPLICA_SETS: [], JOBS: [], NODES: []}
    yield one
    one.stop()


@pytest.fixture
def start(kubernetes):
    running = []

    def run(*options):
        one = Server("--kubeconfig", kubernetes.kubeconfig, *options)
        running.append(one)
        assert wait_until(lambda: kubernetes.count("watch") >= 3), "each list is followed by a watch"
        return one

    yield run
    for events in kubernetes.queues.values():
        events.put(None)
    for one in running:
        assert one.process.poll() is None, "the server has died"
        assert one.stop() == 0


def owner(kind, name):
    return {"owner": {"kind": kind, "name": name}}


def post(server, *pods, name="n1"):
    server.post(f"/api/nodes/{name}", node(name, pods=list(pods)))


def test_owners_of_owners(kubernetes, start):
    kubernetes.collections[REPLICA_SETS] = [owned("web-5d", "Deployment", "web"), owned("bare-1"), owned("roll-1", "Rollout", "roll")]
    kubernetes.collections[JOBS] = [owned("backup-28", "CronJob", "backup"), owned("once")]
    server = start()
    post(server, pod("web-5d-a", "shop", **owner("ReplicaSet", "web-5d")),
         pod("bare-1-a", "shop", **owner("ReplicaSet", "bare-1"), deployment="bare"),  # its label lies
         pod("new-9-a", "shop", **owner("ReplicaSet", "new-9"), deployment="new"),  # not known: the label stands in
         pod("roll-1-a", "shop", **owner("ReplicaSet", "roll-1")),
         pod("web-5d-a", "bank", **owner("ReplicaSet", "web-5d")),  # another namespace's
         pod("backup-28-x", "shop", cpu_usage=5, **owner("Job", "backup-28")),
         pod("once-x", "shop", **owner("Job", "once")))
    pods = {(one["namespace"], one["pod_name"]): one for one in server.get("/api/pods")["items"]}
    assert {key: one.get("deployment") for key, one in pods.items() if "deployment" in one} == {
        ("shop", "web-5d-a"): "web", ("shop", "new-9-a"): "new"}
    assert {key[1]: one["workload"]["name"] for key, one in pods.items() if "workload" in one} == {
        "roll-1-a": "roll", "backup-28-x": "backup"}
    shop = "/api/namespaces/shop/workloads"
    for kind, name in (("Job", "backup-28"), ("CronJob", "backup"), ("cronjob", "backup")):
        assert server.get(f"{shop}/{kind}/{name}")["pods"] == 1
        assert server.get(f"{shop}/{kind}/{name}/pods")["items"][0]["pod_name"] == "backup-28-x"
    assert "items" in server.get(f"{shop}/CronJob/backup?window=60")
    server.get(f"{shop}/CronJob/backup-28", 404)
    listed = {(one["kind"], one["name"]) for one in server.get(shop)["items"]}
    assert {("CronJob", "backup"), ("Job", "once"), ("Rollout", "roll"), ("Deployment", "web"),
            ("ReplicaSet", "bare-1")} <= listed and ("Job", "backup-28") not in listed
    assert server.get("/api/status")["cluster"] == {"replicasets": 3, "jobs": 2, "nodes": 0}


def test_owners_are_followed(kubernetes, start):
    server = start()
    mine = pod("web-5d-a", "shop", uid="u", **owner("ReplicaSet", "web-5d"))
    post(server, mine)
    server.get("/api/namespaces/shop/deployments/web", 404)
    events = kubernetes.events(REPLICA_SETS)
    events.put({"type": "ADDED", "object": owned("web-5d", "Deployment", "web")})
    assert wait_until(lambda: server.get("/api/status")["cluster"]["replicasets"] == 1)
    post(server, pod("web-5d-a", "shop", uid="u", **owner("ReplicaSet", "web-5d")))
    assert server.get("/api/namespaces/shop/deployments/web")["pods"] == 1
    events.put({"type": "DELETED", "object": owned("web-5d", "Deployment", "web")})
    assert wait_until(lambda: server.get("/api/status")["cluster"]["replicasets"] == 0)


def test_lists_come_in_pages_of_metadata(kubernetes, start):
    kubernetes.collections[REPLICA_SETS] = [owned(f"web-{i}", "Deployment", "web") for i in range(1201)]
    server = start()
    assert server.get("/api/status")["cluster"]["replicasets"] == 1201
    asked = [query for kind, query in kubernetes.requests if kind == REPLICA_SETS]
    assert asked == [{"limit": "500"}, {"limit": "500", "continue": "500"}, {"limit": "500", "continue": "1000"}]
    accepted = kubernetes.accepted
    assert accepted[REPLICA_SETS] == {"application/json;g=meta.k8s.io;v=v1;as=PartialObjectMetadataList",
                                      "application/json;g=meta.k8s.io;v=v1;as=PartialObjectMetadata"}
    assert accepted[NODES] == {"application/json"}


def test_usage_against_request_limit_and_allocatable(kubernetes, start):
    kubernetes.collections[NODES] = [machine("n1"), machine("n2", cpu="2")]
    server = start()
    one = {"cpu": {"request_millicores": 100, "limit_millicores": 400}, "memory": {"request": 1000, "limit": 4000}}
    two = {"cpu": {"request_millicores": 50}, "memory": {"request": 500}}
    dep = {"deployment": "web"}
    post(server, pod("a", "shop", cpu_usage=70, **one, **dep), pod("b", "shop", cpu_usage=10, **two, **dep), pod("c", "bank", cpu_usage=1))
    post(server, pod("d", "shop", **one), name="n2")
    first = server.get("/api/nodes/n1")
    assert first["cpu"] == {"allocatable_millicores": 3920, "request_millicores": 150, "limit_millicores": 400}
    assert first["memory"] == {"allocatable": 1 << 30, "request": 1500, "limit": 4000}
    web = server.get("/api/namespaces/shop/deployments/web")
    assert web["cpu_usage"] == 80 and web["cpu"] == {"request_millicores": 150, "limit_millicores": 400}
    assert web["memory"] == {"request": 1500, "limit": 4000}
    assert server.get("/api/namespaces/shop")["cpu"] == {"request_millicores": 250, "limit_millicores": 800}
    bank = server.get("/api/namespaces/bank")
    assert "cpu" not in bank and "memory" not in bank, "what no pod has is absent"
    cluster = server.get("/api/cluster")
    assert cluster["cpu"] == {"allocatable_millicores": 5920, "request_millicores": 250, "limit_millicores": 800}
    row = server.get("/api/nodes/n1?window=60")["items"][0]
    assert row["cpu"]["allocatable_millicores"] == 3920
    # A node that is resized: from the next reading on.
    kubernetes.events(NODES).put({"type": "MODIFIED", "object": machine("n1", cpu="7")})
    assert wait_until(lambda: (post(server), server.get("/api/nodes/n1")["cpu"]["allocatable_millicores"])[1] == 7000)


def ready(server):
    answer = requests.get(server.url + "/readyz?verbose=true", timeout=30)
    assert (answer.status_code == 200) == ("[-]" not in answer.text)
    return answer.status_code == 200


def test_ready_once_every_ready_node_was_heard_of(kubernetes, start):
    kubernetes.collections[NODES] = [machine("n1"), machine("n2"), machine("broken", ready="Unknown")]
    server = start("--catch-up", "1h")
    assert not ready(server)
    post(server)
    assert not ready(server)
    assert "not all nodes have been heard of" in requests.get(server.url + "/readyz", timeout=30).text
    assert requests.get(server.url + "/livez", timeout=30).status_code == 200
    post(server, name="n2")
    assert ready(server)
    # It stays so: a node that comes later is no gap.
    kubernetes.events(NODES).put({"type": "ADDED", "object": machine("n3")})
    assert wait_until(lambda: server.get("/api/status")["cluster"]["nodes"] == 4)
    assert ready(server)


def test_ready_after_a_while_all_the_same(kubernetes, start):
    kubernetes.collections[NODES] = [machine("n1")]
    server = start("--catch-up", "3s")
    assert not ready(server)
    assert wait_until(lambda: ready(server))


def test_ready_at_once_where_it_is_not_asked_to_wait(kubernetes, start):
    kubernetes.collections[NODES] = [machine("n1")]
    assert ready(start())


def test_ready_at_once_without_a_cluster():
    server = Server("--catch-up", "1h")
    assert ready(server)
    assert "cluster" not in server.get("/api/status")
    server.stop()
