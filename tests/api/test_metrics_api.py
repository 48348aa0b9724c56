"""metrics.k8s.io as the shipped server answers it, to a played Kubernetes API with CAs of its own."""
import concurrent.futures
import contextlib
import datetime
import http.client
import json
import os
import re
import socket
import ssl
import subprocess
import time
import urllib.parse

import pytest
import requests

from conftest import Server, node, wait_until
from played_kube import Authority, PlayedKube

BETA = "/apis/metrics.k8s.io/v1beta1"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"


class MetricsServer(Server):
    def __init__(self, kube, folder, *options):
        super().__init__("--metrics-api-listen", "127.0.0.1:0", "--kubeconfig", kube.kubeconfig(folder), *options,
                         first="metrics API on ")
        self.metrics = self.first


class Answer:
    def __init__(self, response):
        self.status_code, self.headers, self.text = response.status, response.headers, response.read().decode()

    def json(self):
        return json.loads(self.text)


class Cluster:
    """A played Kubernetes API, the CAs of its front proxy, and a server beside it."""

    def __init__(self, folder, authority, *options):
        self.folder, self.authority = folder, authority
        self.proxy = authority.sign("front-proxy-client")
        self.now = datetime.datetime.now(datetime.timezone.utc)
        self.kube = PlayedKube()
        self.kube.put_proxy(self.authority.pem())
        self.server = MetricsServer(self.kube, folder, "--interval", "60s", *options)  # slow machines forget nothing
        assert wait_until(lambda: self.ask("/readyz").status_code == 200)

    def ask(self, path, user="admin", groups=("system:masters",), cert="proxy", headers=None, method="GET"):
        """A request as the aggregation layer passes one on."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        if cert:
            context.load_cert_chain(*(self.proxy if cert == "proxy" else cert))
        connection = http.client.HTTPSConnection(self.server.metrics.removeprefix("https://"), context=context, timeout=30)
        connection.putrequest(method, path)
        sent = [("X-Remote-User", user)] if user is not None else []
        sent += [("X-Remote-Group", group) for group in groups]
        for name, value in [*sent, *(headers or {}).items()]:
            connection.putheader(name, value)
        connection.endheaders()
        with contextlib.closing(connection):
            return Answer(connection.getresponse())

    def get(self, path, status=200, params=None, **options):
        answer = self.ask(path + ("?" + urllib.parse.urlencode(params) if params else ""), **options)
        assert answer.status_code == status, answer.text
        assert answer.headers["Content-Type"].startswith("application/json")
        body = answer.json()
        if status >= 400:
            assert (body["kind"], body["apiVersion"], body["status"], body["code"]) == ("Status", "v1", "Failure", status)
        return body

    def items(self, path, **options):
        return self.get(path, **options)["items"]

    def stop(self):
        assert self.server.stop() == 0


def container(name, usec, memory=52428800, **members):
    return {"name": name, "id": f"containerd://{name}", "cpu": {"usage_usec": usec},
            "memory": {"working_set": memory}, **members}


def web(usec=0, name="web-0", namespace="shop", uid="u1", containers=None):
    containers = containers if containers is not None else [container("app", usec)]
    return {"pod_name": name, "namespace": namespace, "uid": uid,
            "containers": [{**c, "id": f"{uid}-{c['name']}"} for c in containers]}


def tick(cluster, at, pods, usec=0, name="n1", **members):
    time_of = (cluster.now + datetime.timedelta(seconds=at)).isoformat()
    cluster.server.post(f"/api/nodes/{name}", node(name, timestamp=time_of, cpu={"usage_usec": usec},
                                                   memory={"working_set": 20999168}, pods=pods, **members))


def two_ticks(cluster, pods_of, name="n1"):
    """Readings 5 s apart; pods_of(i) gives those of reading i."""
    tick(cluster, -5, pods_of(0), 0, name)
    tick(cluster, 0, pods_of(1), 1234500, name)


def only_pod(cluster):
    """The one pod there is; the watch may tell of it later than the reading."""
    assert wait_until(lambda: len(cluster.items(BETA + "/pods")) == 1)
    return cluster.items(BETA + "/pods")[0]


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("ca"), "front-proxy-ca")


@pytest.fixture
def cluster(tmp_path, authority):
    one = Cluster(tmp_path, authority)
    yield one
    one.stop()


@pytest.fixture
def shop(cluster):
    """A node with two pods, of two namespaces."""
    cluster.kube.put_node("n1", {"zone": "a"})
    cluster.kube.put_pod("shop", "web-0", {"app": "web", "tier": "front"})
    cluster.kube.put_pod("bank", "db-0", {"app": "db"})
    two_ticks(cluster, lambda i: [web(i * 250000), web(i * 500000, "db-0", "bank", "u2")])
    assert wait_until(lambda: len(cluster.items(BETA + "/pods")) == 2 and cluster.items(BETA + "/nodes"))
    assert wait_until(lambda: cluster.items(BETA + "/pods?labelSelector=app"))
    return cluster


# --- what there is

def test_discovery(cluster):
    group = cluster.get("/apis/metrics.k8s.io")
    assert [v["version"] for v in group["versions"]] == ["v1beta1", "v1"]
    assert cluster.get("/apis")["groups"][0]["preferredVersion"] == group["versions"][0]
    for version in ("v1beta1", "v1"):
        assert cluster.get(f"/apis/metrics.k8s.io/{version}") == {
            "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": f"metrics.k8s.io/{version}", "resources": [
                {"name": "nodes", "singularName": "", "namespaced": False, "kind": "NodeMetrics", "verbs": ["get", "list"]},
                {"name": "pods", "singularName": "", "namespaced": True, "kind": "PodMetrics", "verbs": ["get", "list"]}]}
    assert cluster.get("/apis/metrics.k8s.io/v2", 404)["reason"] == "NotFound"
    assert re.fullmatch(r"v\d+\.\d+\.\d+", cluster.get("/version")["gitVersion"])


def test_discovery_as_the_aggregator_asks(cluster):
    cluster.kube.access = lambda spec: False
    cluster.get(BETA, user="system:kube-aggregator", groups=())
    cluster.get("/apis", user="system:kube-aggregator", headers={
        "Accept": "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"})
    assert cluster.kube.reviews == []


def test_openapi_documents_resolve(cluster):
    def check(document, value):
        if isinstance(value, dict):
            if "$ref" in value:
                place = document
                for part in value["$ref"].removeprefix("#/").split("/"):
                    place = place[part]
            for one in value.values():
                check(document, one)
        elif isinstance(value, list):
            for one in value:
                check(document, one)

    old = cluster.get("/openapi/v2?timeout=32s")
    assert old["swagger"] == "2.0" and len(old["definitions"]) == 8
    check(old, old)
    new = cluster.get("/openapi/v3")["paths"]
    for version in ("v1", "v1beta1"):
        document = cluster.get(new[f"apis/metrics.k8s.io/{version}"]["serverRelativeURL"])
        kind = document["components"]["schemas"][f"io.k8s.metrics.pkg.apis.metrics.{version}.PodMetrics"]
        assert kind["x-kubernetes-group-version-kind"] == [
            {"group": "metrics.k8s.io", "version": version, "kind": "PodMetrics"}]
        check(document, document)


def test_health_for_everybody(cluster):
    livez, readyz = "[+]ping ok\nlivez check passed\n", \
        "[+]ping ok\n[+]request-header-ca ok\n[+]shutdown ok\nreadyz check passed\n"
    for path, text in (("/livez", "ok"), ("/readyz", "ok"), ("/healthz", "ok"), ("/livez?verbose", livez),
                       ("/readyz?verbose", readyz)):
        answer = cluster.ask(path, user=None, groups=(), cert=None)
        assert (answer.status_code, answer.text) == (200, text)
    cluster.kube.delete("/api/v1/namespaces/kube-system/configmaps", "kube-system", "extension-apiserver-authentication")
    assert wait_until(lambda: cluster.ask("/readyz", cert=None).status_code == 500)
    assert "[-]request-header-ca failed" in cluster.ask("/readyz", cert=None).text
    assert cluster.ask("/livez", cert=None).status_code == 200


# --- usage

def test_nodes(shop):
    answer = shop.get(BETA + "/nodes")
    assert (answer["kind"], answer["apiVersion"]) == ("NodeMetricsList", "metrics.k8s.io/v1beta1")
    one, = answer["items"]
    assert one["metadata"]["name"] == "n1" and one["metadata"]["labels"] == {"zone": "a"}
    assert one["usage"] == {"cpu": "246900u", "memory": "20507Ki"}
    same = shop.get("/apis/metrics.k8s.io/v1/nodes/n1")
    assert (same["kind"], same["apiVersion"]) == ("NodeMetrics", "metrics.k8s.io/v1")
    assert (same["usage"], same["timestamp"], same["window"]) == (one["usage"], one["timestamp"], one["window"])
    missing = shop.get(BETA + "/nodes/n2", 404)
    assert missing["message"] == 'nodemetrics.metrics.k8s.io "n2" not found'
    assert missing["details"] == {"name": "n2", "group": "metrics.k8s.io", "kind": "nodemetrics"}


def test_pods(shop):
    answer = shop.get(BETA + "/pods")
    assert (answer["kind"], answer["apiVersion"]) == ("PodMetricsList", "metrics.k8s.io/v1beta1")
    assert [(i["metadata"]["namespace"], i["metadata"]["name"]) for i in answer["items"]] == [
        ("bank", "db-0"), ("shop", "web-0")]
    assert answer["items"][1]["containers"] == [{"name": "app", "usage": {"cpu": "50m", "memory": "50Mi"}}]
    one = shop.get(BETA + "/namespaces/shop/pods/web-0")
    assert one["kind"] == "PodMetrics" and one["metadata"]["labels"] == {"app": "web", "tier": "front"}
    assert [i["metadata"]["name"] for i in shop.items(BETA + "/namespaces/bank/pods")] == ["db-0"]
    assert shop.items(BETA + "/namespaces/nobody/pods") == []
    missing = shop.get(BETA + "/namespaces/shop/pods/db-0", 404)
    assert missing["message"] == 'podmetrics.metrics.k8s.io "shop/db-0" not found'


def test_timestamp_and_window_are_of_the_two_readings(shop):
    one, = shop.items(BETA + "/nodes")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", one["timestamp"])
    assert (one["window"], one["timestamp"]) == ("5s", shop.now.strftime("%Y-%m-%dT%H:%M:%SZ"))


def test_a_pod_waits_for_two_readings_of_each_container(cluster):
    cluster.kube.put_pod("shop", "web-0")
    cluster.kube.put_node("n1")
    tick(cluster, -10, [web(containers=[container("app", 0)])])
    assert cluster.items(BETA + "/pods") == [] and cluster.items(BETA + "/nodes") == []
    tick(cluster, -5, [web(containers=[container("app", 100000), container("side", 0)])], 1)
    assert wait_until(lambda: cluster.items(BETA + "/nodes"))
    assert cluster.items(BETA + "/pods") == []
    tick(cluster, 0, [web(containers=[container("app", 200000), container("side", 100000)])], 2)
    one = only_pod(cluster)
    assert [c["name"] for c in one["containers"]] == ["app", "side"]
    assert [c["usage"]["cpu"] for c in one["containers"]] == ["20m", "20m"] and one["window"] == "5s"


def test_a_container_that_has_ended_is_left_out(cluster):
    cluster.kube.put_pod("shop", "web-0")
    tick(cluster, -120, [web(containers=[container("init", 0)])])
    tick(cluster, -100, [web(containers=[container("init", 5), container("app", 0)])])
    tick(cluster, 0, [web(containers=[container("app", 100000)])])
    one = only_pod(cluster)
    assert [c["name"] for c in one["containers"]] == ["app"]


def test_a_pod_made_anew_under_its_name(cluster):
    cluster.kube.put_pod("shop", "web-0")
    tick(cluster, -80, [web(0, uid="old", containers=[container("app", 0), container("side", 0)])])
    tick(cluster, -70, [web(0, uid="old", containers=[container("app", 9), container("side", 9)])])
    tick(cluster, -5, [web(0, uid="new")])
    tick(cluster, 0, [web(50000, uid="new")])
    one = only_pod(cluster)
    assert [c["name"] for c in one["containers"]] == ["app"]


def test_what_kubernetes_does_not_know_is_not_listed(shop):
    shop.kube.delete("/api/v1/pods", "shop", "web-0")
    assert wait_until(lambda: [i["metadata"]["name"] for i in shop.items(BETA + "/pods")] == ["db-0"])
    shop.get(BETA + "/namespaces/shop/pods/web-0", 404)


def test_labels_follow(shop):
    shop.kube.put_pod("shop", "web-0", {"app": "new"})
    assert wait_until(lambda: shop.items(BETA + "/pods?labelSelector=app%3Dnew"))
    assert shop.items(BETA + "/pods?labelSelector=app%3Dweb") == []


def test_selectors(shop):
    for parameter, selector, names in (
            ("labelSelector", "app=web", ["web-0"]), ("labelSelector", "app in (web, db)", ["db-0", "web-0"]),
            ("labelSelector", "app notin (db)", ["web-0"]), ("labelSelector", "!tier", ["db-0"]),
            ("labelSelector", "tier", ["web-0"]), ("labelSelector", "app!=web", ["db-0"]),
            ("labelSelector", "app==web,tier=front", ["web-0"]), ("labelSelector", "", ["db-0", "web-0"]),
            ("fieldSelector", "metadata.name=web-0", ["web-0"]), ("fieldSelector", "metadata.namespace!=shop", ["db-0"]),
            ("fieldSelector", "metadata.name=x", []), ("fieldSelector", "metadata.name==db-0,metadata.namespace=bank", ["db-0"])):
        found = shop.items(BETA + "/pods", params={parameter: selector, "timeout": "5s", "pretty": "true"})
        assert [i["metadata"]["name"] for i in found] == names, selector


def test_bad_queries(cluster):
    for query, status, words in (
            ("labelSelector=%2F%2F", 400, "labelSelector"), ("labelSelector=a%20in%20b", 400, "brackets"),
            ("labelSelector=a,,b", 400, "labelSelector"), ("labelSelector=" + "a" * 9000, 400, "8192"),
            ("fieldSelector=spec.nodeName%3Dn1", 400, "metadata.namespace"), ("limit=x", 400, "limit"),
            ("continue=nonsense", 400, "continue"), ("watch=1", 405, "watch"), ("labelSelector=%zz", 400, "%"),
            ("labelSelector=%ff", 400, "UTF-8")):
        assert words in cluster.get(f"{BETA}/pods?{query}", status)["message"], query


def test_unknown_paths_and_methods(cluster):
    assert cluster.get("/api/nodes", 404)["reason"] == "NotFound"
    assert cluster.get(BETA + "/deployments", 404)["reason"] == "NotFound"
    answer = cluster.ask(BETA + "/pods", method="DELETE")
    assert answer.status_code == 405 and answer.json()["reason"] == "MethodNotAllowed"


def test_pages(cluster):
    names = [f"web-{i:02}" for i in range(23)]
    for name in names:
        cluster.kube.put_pod("shop", name, {"parity": "even" if int(name[-1]) % 2 == 0 else "odd"})
    two_ticks(cluster, lambda i: [web(i, name, uid=name) for name in names])
    assert wait_until(lambda: len(cluster.items(BETA + "/pods")) == 23)
    for selector, wanted in (("", names), ("parity=odd", [n for n in names if int(n[-1]) % 2])):
        found, token, pages = [], "", 0
        while pages == 0 or token:
            page = cluster.get(BETA + "/pods", params={"limit": 5, "continue": token, "labelSelector": selector})
            assert len(page["items"]) <= 5
            found += [i["metadata"]["name"] for i in page["items"]]
            token, pages = page["metadata"].get("continue", ""), pages + 1
        assert found == wanted
    assert "continue" not in cluster.get(BETA + "/pods?limit=0")["metadata"]


def test_tables(shop):
    table = shop.get(BETA + "/namespaces/shop/pods", headers={"Accept": TABLE})
    assert (table["kind"], table["apiVersion"]) == ("Table", "meta.k8s.io/v1")
    assert [c["name"] for c in table["columnDefinitions"]] == ["Name", "cpu", "memory", "Window"]
    row, = table["rows"]
    assert row["cells"][:3] == ["web-0", "50m", "50Mi"] and row["object"]["kind"] == "PartialObjectMetadata"
    assert row["object"]["metadata"]["labels"]["app"] == "web"
    whole = shop.get(BETA + "/nodes/n1?includeObject=Object", headers={"Accept": TABLE})["rows"]
    assert whole[0]["object"]["kind"] == "NodeMetrics"
    assert "object" not in shop.get(BETA + "/nodes?includeObject=None", headers={"Accept": TABLE})["rows"][0]
    beta = shop.get(BETA + "/nodes", headers={"Accept": "application/json;as=Table;v=v1beta1;g=meta.k8s.io"})
    assert beta["apiVersion"] == "meta.k8s.io/v1beta1"


def test_accept(shop):
    protobuf = shop.get(BETA + "/nodes", headers={"Accept": "application/vnd.kubernetes.protobuf, */*"})
    assert protobuf["kind"] == "NodeMetricsList"
    assert shop.get(BETA + "/nodes", 406, headers={"Accept": "application/yaml"})["reason"] == "NotAcceptable"


# --- who asks

def test_without_a_certificate(cluster):
    assert cluster.get(BETA, 401, cert=None)["reason"] == "Unauthorized"
    cluster.get(BETA + "/nodes", 401, cert=None, headers={"Authorization": "Bearer secret"})


def test_certificates_that_are_not_believed(cluster, tmp_path):
    (tmp_path / "false").mkdir()
    false = Authority(tmp_path / "false", "front-proxy-ca")  # bears the name only
    for cert in (Authority(tmp_path, "other-ca").sign("front-proxy-client"), false.sign("front-proxy-client"),
                 cluster.authority.sign("front-proxy-client", usage="serverAuth"),
                 cluster.authority.sign("front-proxy-client", days=-1)):
        assert "not signed" in cluster.get(BETA, 401, cert=cert)["message"], cert
    assert "allowed names" in cluster.get(BETA, 401, cert=cluster.authority.sign("kubelet"))["message"]


def test_forged_headers_without_their_proxy(cluster):
    cluster.get(BETA + "/pods", 401, cert=None, user="system:admin", groups=("system:masters",))
    assert cluster.kube.reviews == []


def test_no_user_named(cluster):
    cluster.get(BETA, 401, user=None)
    cluster.get(BETA, 401, user="")


def test_any_name_where_none_is_said(cluster):
    cluster.kube.put_proxy(cluster.authority.pem(), names=())
    other = cluster.authority.sign("somebody")
    assert wait_until(lambda: cluster.ask(BETA, cert=other).status_code == 200)


def test_a_new_ca_holds_at_once(cluster):
    fresh = Authority(cluster.folder, "new-ca")
    cluster.kube.put_proxy(fresh.pem())
    assert wait_until(lambda: cluster.ask(BETA, cert=fresh.sign("front-proxy-client")).status_code == 200)
    cluster.get(BETA, 401)
    cluster.kube.put_proxy("no certificate")
    assert wait_until(lambda: cluster.ask("/readyz", cert=None).status_code == 500)
    cluster.get(BETA, 401)
    cluster.kube.put_proxy(cluster.authority.pem() + fresh.pem())
    assert wait_until(lambda: cluster.ask(BETA).status_code == 200)


def test_access_is_reviewed_and_kept(shop):
    shop.kube.access = lambda spec: spec["resourceAttributes"].get("namespace") == "shop"
    user = {"user": "jane", "groups": ("dev", "ops"), "headers": {"X-Remote-Extra-Acme.com%2Fproject": "p1"}}
    shop.get(BETA + "/namespaces/shop/pods", **user)
    review = shop.kube.reviews[-1]
    assert review["resourceAttributes"] == {"verb": "list", "group": "metrics.k8s.io", "resource": "pods", "namespace": "shop"}
    assert (review["user"], review["extra"]) == ("jane", {"acme.com/project": ["p1"]})
    assert review["groups"] == ["dev", "ops", "system:authenticated"]
    count = len(shop.kube.reviews)
    shop.get(BETA + "/namespaces/shop/pods", **user)
    assert len(shop.kube.reviews) == count
    refused = shop.get(BETA + "/nodes", 403, **user)
    assert refused["reason"] == "Forbidden" and 'User "jane" cannot list resource "nodes"' in refused["message"]
    assert "the test says so" in refused["message"]
    shop.get(BETA + "/namespaces/bank/pods/db-0", 403, **user)
    assert shop.kube.reviews[-1]["resourceAttributes"] == {
        "verb": "get", "group": "metrics.k8s.io", "resource": "pods", "namespace": "bank", "name": "db-0"}
    shop.get(BETA + "/namespaces/shop/pods", user="john")
    assert shop.kube.reviews[-1]["user"] != "john", "masters are not asked about"


def test_whom_the_api_server_does_not_know_stays_unknown(cluster):
    cluster.kube.access = lambda spec: False
    cluster.get(BETA + "/nodes", 403, user="system:anonymous", groups=("system:unauthenticated",))
    assert cluster.kube.reviews[-1]["groups"] == ["system:unauthenticated"]


def test_without_an_answer_of_the_kubernetes_api(shop):
    shop.kube.silent = True
    assert shop.ask(BETA + "/nodes", user="jane", groups=()).headers["Retry-After"] == "1"
    assert shop.get(BETA + "/nodes", 503, user="jane", groups=())["details"] == {"retryAfterSeconds": 1}
    shop.get(BETA, user="jane", groups=())
    shop.kube.silent = False
    assert wait_until(lambda: shop.ask(BETA + "/nodes", user="jane", groups=()).status_code == 200)


def test_a_slow_review_holds_up_nobody_else(shop):
    shop.kube.access = lambda spec: time.sleep(3) or True
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        slow = [pool.submit(shop.ask, BETA + "/nodes", user=f"jane-{i}", groups=()) for i in range(6)]
        assert wait_until(lambda: len(shop.kube.reviews) >= 2)
        begin = time.time()
        for _ in range(5):
            shop.get(BETA)
        assert time.time() - begin < 3
        assert [one.result().status_code for one in slow] == [200] * 6


def test_stops_while_somebody_waits_for_a_review(tmp_path, authority):
    cluster = Cluster(tmp_path, authority, "--drain-timeout", "0s")
    cluster.kube.access = lambda spec: time.sleep(8) or True
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        asking = pool.submit(cluster.ask, BETA + "/nodes", user="jane", groups=())
        assert wait_until(lambda: cluster.kube.reviews)
        begin = time.time()
        cluster.stop()
        assert time.time() - begin < 6
        try:
            assert asking.result().status_code == 503
        except (OSError, http.client.HTTPException):
            pass


# --- labels and the Kubernetes API

def test_pods_are_listed_in_pages_and_without_their_specs(tmp_path, authority):
    kube = PlayedKube()
    for i in range(1203):
        kube.put_pod("shop", f"web-{i}")
    kube.put_proxy(authority.pem())
    server = MetricsServer(kube, tmp_path)
    assert wait_until(lambda: any("watch" in query for path, query, _ in kube.requests if path == "/api/v1/pods"))
    lists = [(query, accept) for path, query, accept in kube.requests if path == "/api/v1/pods" and "watch" not in query]
    assert [query.get("continue") for query, _ in lists] == [None, "500", "1000"]
    assert all(query["limit"] == "500" and "as=PartialObjectMetadataList" in accept for query, accept in lists)
    assert server.stop() == 0


def test_before_labels_are_known(tmp_path, authority):
    cluster = Cluster(tmp_path, authority)
    cluster.stop()
    del cluster.kube.objects["/api/v1/pods"]  # its list fails from now on
    cluster.server = MetricsServer(cluster.kube, tmp_path)
    assert wait_until(lambda: cluster.ask("/readyz").status_code == 200)
    two_ticks(cluster, lambda i: [web(i * 250000)])
    assert [i["metadata"]["name"] for i in cluster.items(BETA + "/pods")] == ["web-0"]
    assert "labels are not known yet" in cluster.get(BETA + "/pods?labelSelector=app", 503)["message"]
    cluster.stop()


# --- the serving certificate

def shown(cluster):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    port = int(cluster.server.metrics.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port), timeout=30) as plain, context.wrap_socket(plain) as tls:
        return tls.getpeercert(binary_form=True), tls.version()


def test_a_self_made_certificate(cluster, tmp_path):
    der, version = shown(cluster)
    assert version == "TLSv1.3"
    (tmp_path / "shown.pem").write_text(ssl.DER_cert_to_PEM_cert(der))
    answer = requests.get(cluster.server.metrics.replace("127.0.0.1", "localhost") + "/livez",
                          verify=str(tmp_path / "shown.pem"), timeout=30)
    assert answer.text == "ok"


def test_a_mounted_certificate_is_replaced_while_it_runs(tmp_path, authority):
    serving = Authority(tmp_path, "serving-ca")
    serving.sign("metrics", "serverAuth", file="tls", names="IP:127.0.0.1")
    cluster = Cluster(tmp_path, authority, "--metrics-api-cert", f"{tmp_path}/tls.crt", "--metrics-api-key", f"{tmp_path}/tls.key")
    assert requests.get(cluster.server.metrics + "/livez", verify=str(serving.crt), timeout=30).text == "ok"
    before = shown(cluster)[0]
    (tmp_path / "tls.crt").write_text("broken")
    time.sleep(1)
    assert shown(cluster)[0] == before
    serving.sign("metrics", "serverAuth", file="tls", names="IP:127.0.0.1")
    assert wait_until(lambda: shown(cluster)[0] != before, 60)
    assert requests.get(cluster.server.metrics + "/livez", verify=str(serving.crt), timeout=30).text == "ok"
    cluster.stop()


@pytest.mark.parametrize("options, words", [
    ((), "no --kubeconfig"),
    (("--kubeconfig", "/nonexistent"), "/nonexistent"),
    (("--kubeconfig", "KUBE", "--metrics-api-cert", "/nonexistent"), "both or not at all"),
    (("--kubeconfig", "KUBE", "--metrics-api-cert", "/nonexistent", "--metrics-api-key", "/nonexistent"), "cannot be read")])
def test_bad_options(tmp_path, options, words):
    kube = PlayedKube().kubeconfig(tmp_path)
    program = os.environ.get("KUBEMONITOR_API", "build/api/kubemonitor-api")
    result = subprocess.run([program, "--listen", "127.0.0.1:0", "--metrics-api-listen", "127.0.0.1:0",
                             *[kube if option == "KUBE" else option for option in options]],
                            capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode != 0 and words in result.stderr
