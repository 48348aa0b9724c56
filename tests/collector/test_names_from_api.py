"""The shipped collector's names against a Kubernetes API that is played here: list, watch, and what goes wrong."""
import http.server
import json
import os
import pathlib
import queue
import ssl
import subprocess
import sys
import threading
import time
import urllib.parse

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/hosts"))
from check_hosts import unpack  # noqa: E402

UID = "6a4ce4a0-ba47-11ea-b2a7-0cc47ac5979e"  # of the one pod of v2-cgroupfs.host
CONTAINER = "17db96a24ae1e9dd57143e62b1cb0d2d35e693c65c774c7470e87b0572e07c1a"
COLLECTOR = os.environ.get("KUBEMONITOR_COLLECTOR", f"{ROOT}/build/collector/kubemonitor-collector")


def pod(version, restarts=0, uid=UID, name="web-0"):
    return {"metadata": {"uid": uid, "name": name, "namespace": "shop", "resourceVersion": str(version),
                         "ownerReferences": [{"controller": True, "kind": "StatefulSet", "name": "web"}]},
            "spec": {"containers": [{"name": "app", "resources": {"requests": {"cpu": "150m"}}}]},
            "status": {"phase": "Running", "containerStatuses": [
                {"name": "app", "containerID": f"containerd://{CONTAINER}", "restartCount": restarts}]}}


class Api:
    """lists: what each list answers in turn (a status or a list of pods; the last one stays). events: put lines in,
    None ends the watch that is open."""

    def __init__(self, *lists, port=0, tls=None):
        self.lists, self.events, self.requests = list(lists), queue.Queue(), []
        api = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                api.answer(self)

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.scheme = "https" if tls else "http"
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, request):
        url = urllib.parse.urlsplit(request.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        self.requests.append((url.path, query, request.headers))
        if "watch" in query:
            self.stream(request)
            return
        answer = self.lists.pop(0) if len(self.lists) > 1 else self.lists[0]
        status, items = (answer, None) if isinstance(answer, int) else (200, answer)
        body = json.dumps({"metadata": {"resourceVersion": "100"}, "items": items}).encode()
        request.send_response(status)
        request.send_header("Content-Length", len(body))
        request.end_headers()
        request.wfile.write(body)

    def stream(self, request):
        request.send_response(200)
        request.end_headers()
        while (event := self.events.get()) is not None:
            text = (event if isinstance(event, str) else json.dumps(event)) + "\n"
            # In two pieces, as a network may cut it anywhere.
            for part in (text[:len(text) // 2], text[len(text) // 2:]):
                request.wfile.write(part.encode())
                request.wfile.flush()

    def wait_requests(self, count):
        end = time.time() + 20
        while len(self.requests) < count:
            assert time.time() < end, self.requests
            time.sleep(0.02)

    def watches(self):
        return [query["resourceVersion"] for _, query, _ in self.requests if "watch" in query]


class Collector:
    def __init__(self, tmp_path, api, *options, token="secret", ca=None, without=()):
        host = tmp_path / "host"
        unpack((ROOT / "tests/hosts/v2-cgroupfs.host").read_text(), host)
        for path in without:
            (host / path).unlink()
        (tmp_path / "token").write_text(token + "\n")
        trust = {"certificate-authority": str(ca)} if ca else {}
        config = {"current-context": "c", "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
                  "clusters": [{"name": "c", "cluster": {"server": f"{api.scheme}://127.0.0.1:{api.server.server_port}", **trust}}],
                  "users": [{"name": "u", "user": {"tokenFile": "token"}}]}
        (tmp_path / "kubeconfig").write_text(json.dumps(config))  # JSON is YAML
        self.process = subprocess.Popen(
            [COLLECTOR, "--print", "--node", "n1", "--interval", "100ms", "--root", host, "--kubeconfig", tmp_path / "kubeconfig",
             *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def pod(self):
        return json.loads(self.process.stdout.readline())["pods"][0]

    def pod_with(self, key, value):
        """The first reading whose pod says so."""
        end = time.time() + 20
        while (one := self.pod()).get(key) != value:
            assert time.time() < end, one
        return one

    def stop(self):
        self.process.terminate()
        return self.process.communicate(timeout=20)[1]


@pytest.fixture
def start(tmp_path):
    running = []

    def run(api, *options, **more):
        running.append(Collector(tmp_path, api, *options, **more))
        return running[-1]

    yield run
    for one in running:
        if one.process.poll() is None:
            one.process.kill()
            one.process.communicate()


def test_lists_and_watches(start):
    api = Api([pod(90)])
    collector = start(api, "--names", "api")
    first = collector.pod_with("pod_name", "web-0")
    assert first["namespace"] == "shop" and first["uid"] == UID and first["phase"] == "Running"
    assert first["owner"] == {"kind": "StatefulSet", "name": "web"} and first["restarts"] == 0
    assert first["cpu"]["request_millicores"] == 150
    assert first["containers"][0]["name"] == "app"
    path, query, headers = api.requests[0]
    assert path == "/api/v1/pods"
    assert query == {"fieldSelector": "spec.nodeName=n1", "resourceVersion": "0"}
    assert headers["Authorization"] == "Bearer secret"
    api.wait_requests(2)
    assert api.requests[1][1]["resourceVersion"] == "100" and api.requests[1][1]["allowWatchBookmarks"] == "true"
    api.events.put({"type": "MODIFIED", "object": pod(101, restarts=3)})
    assert collector.pod_with("restarts", 3)["containers"][0]["restarts"] == 3
    # A deleted pod keeps its name while its cgroup is there.
    api.events.put({"type": "DELETED", "object": pod(102, restarts=3)})
    api.events.put({"type": "ADDED", "object": pod(103, uid="another", name="other")})
    time.sleep(0.3)
    assert [collector.pod()["pod_name"] for _ in range(5)] == ["web-0"] * 5
    api.events.put(None)
    assert collector.stop() == ""


def test_the_api_tells_of_the_nodes_network_where_no_process_does(start):
    one = pod(90)
    one["spec"]["hostNetwork"] = True
    api = Api([one])
    collector = start(api, "--names", "api", without=["host/proc/55/ns/net"])
    assert "host_network" not in collector.pod_with("pod_name", UID)
    assert collector.pod_with("pod_name", "web-0")["host_network"] is True
    api.events.put(None)
    assert collector.stop() == ""


def test_goes_on_from_the_last_bookmark(start):
    api = Api([pod(90)])
    collector = start(api, "--names", "api")
    collector.pod_with("pod_name", "web-0")
    api.events.put({"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": "555"}}})
    api.events.put(None)
    api.wait_requests(3)
    assert api.watches() == ["100", "555"]
    api.events.put(None)
    assert collector.stop() == ""


@pytest.mark.parametrize("event", [
    {"type": "ERROR", "object": {"kind": "Status", "code": 410, "reason": "Expired"}},
    "this is no JSON",
    {"type": "ADDED"},
])
def test_lists_again_where_the_watch_is_lost(start, event):
    api = Api([pod(90)], [pod(91, restarts=7)])
    collector = start(api, "--names", "api")
    collector.pod_with("restarts", 0)
    api.events.put(event)
    collector.pod_with("restarts", 7)
    assert [query.get("watch") for _, query, _ in api.requests[:3]] == [None, "1", None]
    api.events.put(None)
    assert collector.stop() == ""


def test_tries_again_and_says_so_once(start):
    api = Api(500, 403, [pod(90)])
    collector = start(api, "--names", "api")
    assert collector.pod()["pod_name"] == UID, "an unknown pod is reported under its UID"
    collector.pod_with("pod_name", "web-0")
    api.events.put(None)
    errors = collector.stop()
    assert errors.count("names from the Kubernetes API") == 1 and "500" in errors


def test_lists_again_where_a_watch_is_answered_by_410(start):
    """Not by an event within the watch, but by the status of the request for it."""
    api = Api([pod(90)], [pod(91, restarts=7)])
    watches = []

    def stream(request, once_more=api.stream):
        watches.append(request)
        if len(watches) > 1:
            return once_more(request)
        request.send_response(410)
        request.end_headers()
        request.wfile.write(b'{"kind":"Status","code":410,"reason":"Expired"}')

    api.stream = stream
    collector = start(api, "--names", "api")
    collector.pod_with("restarts", 7)
    assert [query.get("watch") for _, query, _ in api.requests[:3]] == [None, "1", None]
    api.events.put(None)
    collector.stop()


def test_an_api_that_is_away_takes_no_names_with_it(start):
    """Pods that were known keep their names, those that come meanwhile have theirs as soon as it is back."""
    api = Api([pod(90)])
    collector = start(api, "--names", "api")
    collector.pod_with("restarts", 0)
    port = api.server.server_port
    api.server.shutdown()
    api.server.server_close()
    api.events.put(None)  # the watch ends, and nobody answers the next one
    for _ in range(20):
        one = collector.pod()
        assert one["pod_name"] == "web-0" and one["restarts"] == 0
    back = Api([pod(90)], port=port)
    back.events.put({"type": "MODIFIED", "object": pod(101, restarts=2)})
    collector.pod_with("restarts", 2)
    assert back.watches() == ["100"], "it goes on from where it was"
    back.events.put(None)
    errors = collector.stop()
    assert errors.count("names from the Kubernetes API") == 1, errors


@pytest.mark.parametrize("serves, trusted", [("cluster", True), ("other", False)])
def test_trusts_the_clusters_ca_alone(start, tmp_path, serves, trusted):
    """A certificate of another CA is refused, though the address is right; with the right one names come."""
    for name in ("cluster", "other"):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
                        "2", "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", tmp_path / f"{name}.key",
                        "-out", tmp_path / f"{name}.crt"], check=True, capture_output=True)
    api = Api([pod(90)], tls=(tmp_path / f"{serves}.crt", tmp_path / f"{serves}.key"))
    collector = start(api, "--names", "api", ca=tmp_path / "cluster.crt")
    if trusted:
        collector.pod_with("pod_name", "web-0")
    else:
        assert "certificate" in collector.process.stderr.readline()
        assert collector.pod()["pod_name"] == UID and api.requests == []
    api.events.put(None)
    collector.stop()


def test_links_stand_in_for_the_api(start):
    api = Api(500)
    collector = start(api)
    one = collector.pod_with("pod_name", "web-0")
    assert one["namespace"] == "default" and "owner" not in one, "from /var/log/containers"
    collector.stop()


def test_reads_the_token_anew(start, tmp_path):
    api = Api([pod(90)])
    collector = start(api, "--names", "api")
    collector.pod_with("pod_name", "web-0")
    api.wait_requests(2)
    (tmp_path / "token").write_text("rotated")
    api.events.put(None)
    api.wait_requests(3)
    assert [headers["Authorization"] for _, _, headers in api.requests] == ["Bearer secret", "Bearer secret", "Bearer rotated"]
    api.events.put(None)
    collector.stop()


def test_a_single_reading_waits_for_names(start):
    api = Api([pod(90)])
    collector = start(api, "--names", "api", "--once")
    assert collector.pod()["pod_name"] == "web-0"
    api.events.put(None)
    assert collector.process.wait(20) == 0


@pytest.mark.parametrize("options, words", [
    (["--names", "api"], "--kubeconfig names another way"),
    (["--kubeconfig", "/is/not/there"], "/is/not/there: No such file"),
])
def test_says_why_there_is_no_way_to_the_api(options, words):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("KUBERNETES_")}
    done = subprocess.run([COLLECTOR, "--once", "--print", *options], capture_output=True, text=True, timeout=20,
                          env=environment, check=False)
    assert done.returncode == 2 and words in done.stderr and done.stdout == ""
