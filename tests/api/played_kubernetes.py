"""A Kubernetes API that is played: reviews of tokens and access, pods, and collections to list and watch."""
import base64
import http.server
import json
import queue
import threading
import time
import urllib.parse

AUDIENCE = "kubemonitor"
ACCOUNT = "system:serviceaccount:monitoring:resource-collector"


def token(name, audience=AUDIENCE, lifetime=3600):
    """A token as a service account's: what it says of itself, and a signature that is only its name."""
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
    claims = {"aud": [audience], "exp": int(time.time()) + lifetime}
    return f'{part({"alg": "none"})}.{part(claims)}.{name}'


class Kubernetes:
    """users: token -> user of its review (None: it stands for nobody). rights: (user, namespace) that may list pods.
    pods: (namespace, name) -> object. collections: path -> list of objects; events(path) to put watch events in."""

    def __init__(self, tmp_path):
        self.users, self.rights, self.pods, self.collections = {}, set(), {}, {}
        self.requests, self.away, self.delay = [], None, 0
        self.queues, self.tmp_path, self.lock, self.accepted = {}, tmp_path, threading.Lock(), {}
        self.start()

    def start(self, port=0):
        played = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                played.get(self)

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                played.post(self, body)

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        config = {"current-context": "c",
                  "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u", "namespace": "monitoring"}}],
                  "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{self.server.server_port}"}}],
                  "users": [{"name": "u", "user": {"token": "the-server"}}]}
        self.kubeconfig = self.tmp_path / "kubeconfig"
        self.kubeconfig.write_text(json.dumps(config))  # JSON is YAML

    def stop(self):
        for events in self.queues.values():
            events.put(None)
        self.server.shutdown()
        self.server.server_close()

    def user(self, name, username=ACCOUNT, node=None, pod=None, uid="u1", audience=AUDIENCE, lifetime=3600):
        """A token that stands for somebody."""
        key, extra = token(name, audience, lifetime), {}
        if node:
            extra["authentication.kubernetes.io/node-name"] = [node]
        if pod:
            extra["authentication.kubernetes.io/pod-name"] = [pod]
            extra["authentication.kubernetes.io/pod-uid"] = [uid]
        self.users[key] = {"username": username, "uid": "1", "groups": ["system:authenticated"], "extra": extra}
        return key

    def count(self, kind):
        with self.lock:
            return sum(1 for what, _ in self.requests if what == kind)

    def note(self, kind, value):
        with self.lock:
            self.requests.append((kind, value))
        time.sleep(self.delay)

    @staticmethod
    def send(request, status, body):
        text = json.dumps(body).encode()
        request.send_response(status)
        request.send_header("Content-Length", str(len(text)))
        request.end_headers()
        request.wfile.write(text)

    def post(self, request, body):
        self.note(body["kind"], body["spec"])
        assert request.headers["Authorization"] == "Bearer the-server"
        if self.away:
            self.send(request, self.away, {"message": "away"})
        elif body["kind"] == "TokenReview":
            user = self.users.get(body["spec"]["token"])
            status = {"user": {}, "error": "unknown token"}
            if user:
                status = {"authenticated": True, "user": user, "audiences": body["spec"].get("audiences", [])}
            self.send(request, 201, {"kind": "TokenReview", "status": status})
        else:
            spec = body["spec"]
            attributes = spec["resourceAttributes"]
            asked = (spec["user"], attributes.get("namespace"))
            allowed = (asked in self.rights or (spec["user"], None) in self.rights) and \
                (attributes["verb"], attributes["group"], attributes["resource"]) == ("list", "metrics.k8s.io", "pods")
            self.send(request, 201, {"kind": "SubjectAccessReview", "status": {"allowed": allowed}})

    def get(self, request):
        url = urllib.parse.urlsplit(request.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        with self.lock:
            self.accepted.setdefault(url.path, set()).add(request.headers["Accept"])
        self.note("watch" if "watch" in query else url.path, query)
        if self.away:
            self.send(request, self.away, {"message": "away"})
        elif url.path in self.collections and "watch" in query:
            self.stream(request, url.path)
        elif url.path in self.collections:
            self.list(request, self.collections[url.path], query)
        else:
            pod = self.pods.get(tuple(url.path.split("/")[4:7:2]))
            self.send(request, 200 if pod else 404, pod or {"message": "no such pod"})

    def list(self, request, items, query):
        """In pages, as the limit says; the token is where the next one begins."""
        begin, limit = int(query.get("continue", 0)), int(query.get("limit", 10 ** 6))
        metadata = {"resourceVersion": "100"}
        if begin + limit < len(items):
            metadata["continue"] = str(begin + limit)
        self.send(request, 200, {"metadata": metadata, "items": items[begin:begin + limit]})

    def events(self, path):
        with self.lock:
            return self.queues.setdefault(path, queue.Queue())

    def stream(self, request, path):
        request.send_response(200)
        request.send_header("Connection", "close")
        request.end_headers()
        request.close_connection = True
        events = self.events(path)
        while (event := events.get()) is not None:
            request.wfile.write((json.dumps(event) + "\n").encode())
            request.wfile.flush()
