"""Who may post and who may read: tokens of a file, and reviews by a Kubernetes API that is played."""
import os
import signal
import socket
import subprocess
import threading
import time

import pytest
import requests

from conftest import ROOT, Server, node, pod, stamp, wait_until
from played_kubernetes import Kubernetes, token


def bearer(text):
    return {"Authorization": f"Bearer {text}"}


@pytest.fixture
def start(tmp_path):
    """Starts servers whose log goes to a file, as server.log()."""
    running = []

    def run(*options):
        log = open(tmp_path / f"log-{len(running)}", "w+", encoding="utf-8")
        one = Server(*options, stderr=log)
        one.log = lambda: (log.seek(0), log.read())[1]
        running.append(one)
        return one

    yield run
    for one in running:
        assert one.process.poll() is None, "the server has died"
        assert one.stop() == 0


@pytest.fixture
def kubernetes(tmp_path):
    one = Kubernetes(tmp_path)
    yield one
    one.stop()


@pytest.fixture
def guarded(start, kubernetes):
    return start("--ingest-auth", "kubernetes", "--kubeconfig", kubernetes.kubeconfig)


def post_node(server, name, text=None, status=200):
    answer = requests.post(f"{server.url}/api/nodes/{name}", json=node(name, cpu_usage=1), timeout=30,
                           headers=bearer(text) if text else {})
    assert answer.status_code == status, answer.text
    if status != 200:
        assert answer.headers["Content-Type"] == "application/problem+json" and answer.json()["status"] == status
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)
    return answer


def access(server):
    return server.get("/api/status")["access"]


def test_a_collector_posts_for_its_own_node(guarded, kubernetes):
    mine = kubernetes.user("a", node="n1")
    post_node(guarded, "n1", mine)
    answer = post_node(guarded, "n2", mine, 403)
    assert "n1" in answer.json()["detail"] and guarded.get("/api/nodes")["items"][0]["node"] == "n1"
    guarded.get("/api/nodes/n2", 404)
    assert access(guarded)["refused"]["other_node"] == 1 and access(guarded)["granted"] >= 2
    spec = next(value for kind, value in kubernetes.requests if kind == "TokenReview")
    assert spec == {"token": mine, "audiences": ["kubemonitor"]}


def test_a_token_is_reviewed_once(guarded, kubernetes):
    mine, others = kubernetes.user("a", node="n1"), kubernetes.user("b", node="n2")
    for _ in range(20):
        post_node(guarded, "n1", mine)
        post_node(guarded, "n2", others)
    assert kubernetes.count("TokenReview") == 2 and access(guarded)["cached"] == 2


def test_many_that_come_at_once_wait_for_one_review(guarded, kubernetes):
    mine = kubernetes.user("a", node="n1")
    kubernetes.delay = 0.5
    threads = [threading.Thread(target=post_node, args=(guarded, "n1", mine)) for _ in range(8)]
    for thread in threads:
        thread.start()
    # Nobody else is held up meanwhile.
    begin = time.time()
    guarded.get("/api/status")
    guarded.get("/livez")
    assert time.time() - begin < 0.4
    for thread in threads:
        thread.join()
    assert kubernetes.count("TokenReview") == 1
    assert len(guarded.get("/api/nodes/n1?window=60")["items"]) >= 1


@pytest.mark.parametrize("make, status, reason", [
    (lambda k: None, 401, "no_token"),
    (lambda k: "two words", 401, "malformed"),
    (lambda k: "x" * 9000, 401, "malformed"),
    (lambda k: "no-service-account-token", 401, "rejected"),
    (lambda k: token("stranger"), 401, "rejected"),
    (lambda k: k.user("a", node="n1", audience="https://kubernetes.default.svc"), 401, "wrong_audience"),
    (lambda k: k.user("a", node="n1", lifetime=-3600), 401, "expired"),
    (lambda k: k.user("a", "system:serviceaccount:shop:resource-collector", node="n1"), 403, "wrong_account"),
    (lambda k: k.user("a", "system:serviceaccount:monitoring:monitor-api", node="n1"), 403, "wrong_account"),
    (lambda k: k.user("a"), 403, "unbound"),
    (lambda k: k.user("a", pod="collector-gone"), 403, "unbound"),
])
def test_others_do_not_post(guarded, kubernetes, make, status, reason):
    text = make(kubernetes)
    for _ in range(3):
        post_node(guarded, "n1", text, status)
    guarded.get("/api/nodes/n1", 404)
    refused = access(guarded)["refused"]
    assert refused.pop(reason) == 3 and not any(refused.values())
    assert guarded.log().count("is refused") == 1 and "127.0.0.1" in guarded.log()
    # What cannot be valid is not asked about, and what was is asked about once.
    assert kubernetes.count("TokenReview") == (0 if reason in ("no_token", "malformed", "wrong_audience", "expired") or
                                               text == "no-service-account-token" else 1)


def test_a_pod_says_where_its_token_belongs(guarded, kubernetes):
    """Tokens of clusters before 1.30 name their pod only."""
    kubernetes.pods["monitoring", "collector-x"] = {"metadata": {"uid": "u1"}, "spec": {"nodeName": "n7"}}
    mine, older = kubernetes.user("a", pod="collector-x"), kubernetes.user("b", pod="collector-x", uid="u0")
    for _ in range(5):
        post_node(guarded, "n7", mine)
    post_node(guarded, "n8", mine, 403)
    post_node(guarded, "n7", older, 403)
    assert kubernetes.count("/api/v1/namespaces/monitoring/pods/collector-x") == 2


def test_a_collector_changes_no_pods_of_other_nodes(guarded, kubernetes):
    one, two = kubernetes.user("a", node="n1"), kubernetes.user("b", node="n2")

    def reading(name, usage):
        its = {"name": "c", "id": "f" * 64, "timestamp": at, "memory": {"usage": usage}}
        return node(name, pods=[pod("p1", uid="uid-1", memory={"usage": usage}, containers=[its])])

    at = stamp()
    guarded.post("/api/nodes/n1", reading("n1", 1), headers=bearer(one))
    guarded.post("/api/nodes/n2", reading("n2", 2), headers=bearer(two))
    for name, usage in (("n1", 1), ("n2", 2)):
        items = guarded.get(f"/api/nodes/{name}/pods")["items"]
        assert [one["memory"]["usage"] for one in items if one["node"] == name] == [usage]
    guarded.post("/api/pods/p3", pod("p3", node="n1"), 403, headers=bearer(two))
    guarded.post("/api/pods/p3", pod("p3"), headers=bearer(two))
    assert guarded.get("/api/pods/p3")["node"] == "n2"
    assert access(guarded)["refused"]["other_node"] == 1


def test_nothing_is_read_of_a_body_that_is_not_let_in(guarded):
    answer = requests.post(f"{guarded.url}/api/nodes/n1", data=b"{not json", timeout=30,
                           headers={"Content-Type": "application/json"})
    assert answer.status_code == 401
    answer = requests.post(f"{guarded.url}/api/nodes/n1", data=b"x" * 1000, timeout=30,
                           headers={"Content-Type": "application/json", "Content-Encoding": "gzip"})
    assert answer.status_code == 401
    # The connection goes on: the next request on it is understood.
    with socket.create_connection(("127.0.0.1", guarded.port), timeout=30) as one:
        body = b"{}" * 20000
        one.sendall(b"POST /api/nodes/n1 HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body))
        one.sendall(body + b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        text = b"".join(iter(lambda: one.recv(65536), b""))
    assert text.count(b"HTTP/1.1 401") == 1 and text.count(b"HTTP/1.1 200") == 1


def test_while_the_api_is_away_what_it_granted_holds(guarded, kubernetes):
    mine = kubernetes.user("a", node="n1")
    post_node(guarded, "n1", mine)
    kubernetes.away = 500
    post_node(guarded, "n1", mine)
    answer = post_node(guarded, "n2", kubernetes.user("b", node="n2"), 503)
    assert int(answer.headers["Retry-After"]) > 0
    assert "does not answer about tokens" in guarded.log()
    kubernetes.away = None
    assert wait_until(lambda: requests.post(f"{guarded.url}/api/nodes/n3", json=node("n3"), timeout=30, headers=bearer(
        kubernetes.user("c", node="n3"))).status_code == 200)
    assert "answers about tokens again" in guarded.log() and access(guarded)["reviews_failed"] >= 1


def test_no_right_to_review_is_no_answer(guarded, kubernetes):
    kubernetes.away = 403
    post_node(guarded, "n1", kubernetes.user("a", node="n1"), 503)
    assert "403" in guarded.log()


def test_an_expired_token_is_not_kept(guarded, kubernetes):
    mine = kubernetes.user("a", node="n1", lifetime=3)
    post_node(guarded, "n1", mine)
    del kubernetes.users[mine]
    assert wait_until(lambda: requests.post(f"{guarded.url}/api/nodes/n1", json=node("n1"), timeout=30,
                                            headers=bearer(mine)).status_code == 401)
    assert access(guarded)["refused"]["expired"] == 1


def test_a_client_that_leaves_while_it_waits_is_no_harm(guarded, kubernetes):
    kubernetes.delay = 1
    text = kubernetes.user("a", node="n1")
    for _ in range(5):
        with socket.create_connection(("127.0.0.1", guarded.port), timeout=30) as one:
            one.sendall(f"POST /api/nodes/n1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {text}\r\n"
                        "Content-Type: application/json\r\nContent-Length: 10\r\n\r\n".encode())
            time.sleep(0.05)
    post_node(guarded, "n1", text)


def test_stops_while_requests_wait(start, kubernetes):
    kubernetes.delay = 30
    server = start("--ingest-auth", "kubernetes", "--kubeconfig", kubernetes.kubeconfig, "--drain-timeout", "100ms")
    text = kubernetes.user("a", node="n1")
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as one:
        one.sendall(f"POST /api/nodes/n1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {text}\r\n"
                    "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}".encode())
        assert wait_until(lambda: kubernetes.count("TokenReview") == 1)
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(20) == 0
    server.process.poll = lambda: None
    server.stop = lambda: 0


def test_a_flood_of_strangers_is_bounded(guarded, kubernetes):
    kubernetes.delay = 0.3
    codes = []

    def stranger(i):
        codes.append(requests.post(f"{guarded.url}/api/nodes/n1", json=node("n1"), timeout=60,
                                   headers=bearer(token(f"stranger{i}"))).status_code)

    threads = [threading.Thread(target=stranger, args=(i,)) for i in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(codes) == {401, 503} and codes.count(503) >= 40 - 17
    assert access(guarded)["refused"]["busy"] == codes.count(503)


# --- tokens of a file

def test_posters_by_file(start, tmp_path):
    path = tmp_path / "tokens"
    path.write_text("old-token\n")
    server = start("--ingest-token-file", path)
    post_node(server, "n1", "old-token")
    post_node(server, "n2", "old-token")
    post_node(server, "n1", None, 401)
    post_node(server, "n1", "other", 401)
    (tmp_path / "next").write_text("old-token\nnew-token\n")
    os.replace(tmp_path / "next", path)
    post_node(server, "n1", "old-token")
    post_node(server, "n1", "new-token")
    path.write_text("\n")  # no good: what was before holds
    post_node(server, "n1", "new-token")
    assert access(server)["ingest"] == "token" and access(server)["read"] == "none"


def test_readers_by_file(start, tmp_path):
    path = tmp_path / "tokens"
    path.write_text("reader\n")
    server = start("--read-token-file", path)
    assert requests.post(f"{server.url}/api/nodes/n1", json=node("n1"), timeout=30).status_code == 200
    for closed in ("/api/nodes", "/api/status", "/api/cluster", "/api/stream?watch=/api/nodes"):
        assert requests.get(server.url + closed, timeout=30).status_code == 401, closed
    for open_to_all in ("/livez", "/readyz", "/healthz", "/docs", "/openapi.json", "/"):
        assert requests.get(server.url + open_to_all, timeout=30).status_code == 200, open_to_all
    server.session.headers.update(bearer("reader"))
    assert server.get("/api/nodes")["items"] and access(server)["read"] == "token"


# --- reading by rights

def test_readers_by_their_rights(start, kubernetes):
    server = start("--read-auth", "kubernetes", "--kubeconfig", kubernetes.kubeconfig)
    server.post("/api/nodes/n1", node("n1", pods=[pod("p1", "shop"), pod("p2", "bank")]))
    admin, jane = kubernetes.user("a", "admin", audience="api"), kubernetes.user("j", "jane", audience="api")
    kubernetes.users["opaque"] = {"username": "admin"}
    kubernetes.rights = {("admin", None), ("jane", "shop")}

    def status(path, text):
        return requests.get(server.url + path, headers=bearer(text), timeout=30).status_code

    assert status("/api/nodes", "unknown") == 401
    for _ in range(3):
        assert status("/api/nodes", admin) == 200 and status("/api/pods", "opaque") == 200
        assert status("/api/pods", jane) == 403 and status("/api/nodes/n1", jane) == 403
        assert status("/api/namespaces/shop/pods", jane) == 200 and status("/api/pods?namespace=shop", jane) == 200
        assert status("/api/namespaces/bank/pods", jane) == 403
    assert kubernetes.count("SubjectAccessReview") == 5
    server.session.headers.update(bearer(admin))
    assert access(server)["refused"]["forbidden"] == 9


# --- options

@pytest.mark.parametrize("options, words", [
    (["--ingest-auth", "token"], "--ingest-token-file is wanting"),
    (["--read-auth", "token"], "--read-token-file is wanting"),
    (["--ingest-auth", "kubernetes"], "there is no --kubeconfig"),
    (["--read-auth", "kubernetes"], "there is no --kubeconfig"),
    (["--ingest-token-file", "/is/not/there"], "/is/not/there: No such file"),
    (["--kubeconfig", "/is/not/there"], "/is/not/there: No such file"),
    (["--ingest-account", "a/b/c"], "--ingest-account"),
])
def test_says_what_is_wanting(options, words):
    program = os.environ.get("KUBEMONITOR_API", f"{ROOT}/build/api/kubemonitor-api")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("KUBERNETES_")}
    done = subprocess.run([program, "--listen", "127.0.0.1:0", *options], capture_output=True, text=True, timeout=30,
                          env=environment, check=False)
    assert done.returncode == 2 and words in done.stderr and done.stdout == ""
