"""A Kubernetes API played for the server's metrics API: lists in pages and watches of pods, nodes and the configmap that
names the aggregation layer's CA, and access reviews. And the CAs and certificates that go with it, made by openssl."""
import http.server
import json
import queue
import subprocess
import threading
import urllib.parse

CONFIGMAP = "extension-apiserver-authentication"
COLLECTIONS = {"/api/v1/pods": "Pod", "/api/v1/nodes": "Node", "/api/v1/namespaces/kube-system/configmaps": "ConfigMap"}


class PlayedKube:
    """objects: path of a collection -> (namespace, name) -> object. access: called with each review's spec, says whether
    it is allowed, or raises to give no answer."""

    def __init__(self):
        self.objects = {path: {} for path in COLLECTIONS}
        self.watchers = {path: [] for path in COLLECTIONS}
        self.version, self.reviews, self.requests = 100, [], []
        self.access = lambda spec: True
        self.silent = False
        self.lock = threading.Lock()
        played = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                played.get(self)

            def do_POST(self):
                played.post(self)

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def kubeconfig(self, folder):
        config = {"current-context": "c", "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
                  "clusters": [{"name": "c", "cluster": {"server": self.url}}],
                  "users": [{"name": "u", "user": {"token": "secret"}}]}
        (folder / "kubeconfig").write_text(json.dumps(config))  # JSON is YAML
        return str(folder / "kubeconfig")

    # --- what the test does to it
    def put(self, path, name, namespace=None, labels=None, **members):
        metadata = {"name": name, "labels": labels or {}, **({"namespace": namespace} if namespace else {})}
        self.change("MODIFIED", path, (namespace, name), {"metadata": metadata, **members})

    def put_pod(self, namespace, name, labels=None):
        self.put("/api/v1/pods", name, namespace, labels, spec={"containers": []})

    def put_node(self, name, labels=None):
        self.put("/api/v1/nodes", name, None, labels)

    def put_proxy(self, authority, names=("front-proxy-client",), **data):
        self.put("/api/v1/namespaces/kube-system/configmaps", CONFIGMAP, "kube-system", data={
            "requestheader-client-ca-file": authority, "requestheader-allowed-names": json.dumps(list(names)),
            "requestheader-username-headers": '["X-Remote-User"]', "requestheader-group-headers": '["X-Remote-Group"]',
            "requestheader-extra-headers-prefix": '["X-Remote-Extra-"]', **data})

    def delete(self, path, namespace, name):
        self.change("DELETED", path, (namespace, name), self.objects[path][(namespace, name)])

    def change(self, what, path, key, thing):
        with self.lock:
            self.version += 1
            thing["metadata"]["resourceVersion"] = str(self.version)
            if what == "DELETED":
                del self.objects[path][key]
            else:
                self.objects[path][key] = thing
            for watcher in self.watchers[path]:
                watcher.put({"type": what, "object": thing})

    # --- what the server asks of it
    def get(self, request):
        url = urllib.parse.urlsplit(request.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        self.requests.append((url.path, query, request.headers["Accept"]))
        if url.path not in COLLECTIONS:
            self.answer(request, 404, {"kind": "Status"})
        elif "watch" in query:
            self.watch(request, url.path, int(query["resourceVersion"]))
        else:
            self.list(request, url.path, query)

    def list(self, request, path, query):
        partial = "PartialObjectMetadataList" in request.headers["Accept"]
        with self.lock:
            keys = sorted(self.objects[path], key=str)
            begin = int(query.get("continue", 0))
            end = min(begin + int(query.get("limit", len(keys))), len(keys))
            items = [self.objects[path][key] for key in keys[begin:end]]
            metadata = {"resourceVersion": str(self.version), **({"continue": str(end)} if end < len(keys) else {})}
        if partial:
            items = [{"metadata": item["metadata"]} for item in items]
        self.answer(request, 200, {"metadata": metadata, "items": items})

    def watch(self, request, path, version):
        request.send_response(200)
        request.send_header("Connection", "close")
        request.end_headers()
        events = queue.Queue()
        with self.lock:
            for thing in self.objects[path].values():  # what came between the list and this
                if int(thing["metadata"]["resourceVersion"]) > version:
                    events.put({"type": "ADDED", "object": thing})
            self.watchers[path].append(events)
        try:
            while True:
                request.wfile.write((json.dumps(events.get()) + "\n").encode())
                request.wfile.flush()
        except OSError:
            self.watchers[path].remove(events)

    def post(self, request):
        body = json.loads(request.rfile.read(int(request.headers["Content-Length"])))
        if self.silent:
            self.answer(request, 500, {"kind": "Status", "message": "out of order"})
            return
        self.reviews.append(body["spec"])
        self.answer(request, 201, {**body, "status": {"allowed": self.access(body["spec"]), "reason": "the test says so"}})

    def answer(self, request, status, body):
        data = json.dumps(body).encode()
        request.send_response(status)
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        request.wfile.write(data)


def openssl(*arguments):
    return subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, text=True).stdout


def validity(days):
    """From now on; where days are negative it has ended, which releases since 3.4 want said by dates."""
    if days >= 0 or tuple(map(int, openssl("version").split()[1].split(".")[:2])) < (3, 4):
        return "-days", days
    return "-not_before", "20200101000000Z", "-not_after", "20200102000000Z"


class Authority:
    """A CA in a folder; sign() gives (certificate file, key file)."""

    def __init__(self, folder, name):
        self.folder, self.name = folder, name
        self.crt, self.key = folder / f"{name}.crt", folder / f"{name}.key"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", 2, "-keyout",
                self.key, "-out", self.crt, "-subj", f"/CN={name}")

    def pem(self):
        return self.crt.read_text()

    def sign(self, common_name, usage="clientAuth", days=2, file=None, names=""):
        base = self.folder / (file or f"{self.name}-{common_name}-{usage}-{days}")
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{base}.key", "-out",
                f"{base}.csr", "-subj", f"/CN={common_name}")
        extensions = self.folder / "extensions"
        extensions.write_text(f"extendedKeyUsage={usage}\n" + (f"subjectAltName={names}\n" if names else ""))
        openssl("x509", "-req", "-in", f"{base}.csr", "-CA", self.crt, "-CAkey", self.key, "-CAcreateserial", *validity(days),
                "-out", f"{base}.crt", "-extfile", extensions)
        return f"{base}.crt", f"{base}.key"
