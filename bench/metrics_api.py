#!/usr/bin/env python3
"""What bench/metrics_api.sh measures: the server with a played Kubernetes API that knows the load generator's pods."""
import argparse
import collections
import contextlib
import http.client
import http.server
import json
import os
import pathlib
import random
import select
import ssl
import subprocess
import tempfile
import threading
import time
import urllib.parse
import urllib.request

BETA = "/apis/metrics.k8s.io/v1beta1"
# Who lists without pause would be on another machine, and should not take this one's time from the server.
ELSEWHERE = ("nice", "-n", "15")
HEADERS = {"X-Remote-User": "bench", "X-Remote-Group": "system:masters"}


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def make_certificates(folder):
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", 2, "-keyout", folder / "ca.key", "-out", folder / "ca.crt",
            "-subj", "/CN=front-proxy-ca")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "proxy.key", "-out", folder / "proxy.csr", "-subj",
            "/CN=front-proxy-client")
    (folder / "extensions").write_text("extendedKeyUsage=clientAuth\n")
    openssl("x509", "-req", "-in", folder / "proxy.csr", "-CA", folder / "ca.crt", "-CAkey", folder / "ca.key", "-days", 2,
            "-set_serial", 1, "-out", folder / "proxy.crt", "-extfile", folder / "extensions")


def objects(options):
    """The metadata that a cluster of the load generator's pods would have, fields of managers included."""
    generator = subprocess.Popen([f"{options.build}/bench/kubemonitor-loadgen", "--print", "--nodes", str(options.nodes),
                                  "--pods-per-node", str(options.pods_per_node), "--duration", "5s"], stdout=subprocess.PIPE)
    managed = [{"manager": manager, "operation": "Update", "apiVersion": "v1", "time": "2026-11-20T10:00:00Z", "fieldsType": "FieldsV1",
                "fieldsV1": {"f:metadata": {"f:labels": {".": {}, "f:app": {}}}, "f:spec": {f"f:{i}": {} for i in range(40)}}}
               for manager in ("kube-controller-manager", "kubelet")]
    pods, nodes, apps = [], [], set()
    for line in generator.stdout:
        body = json.loads(line)
        nodes.append({"metadata": {"name": body["node"], "labels": {"kubernetes.io/hostname": body["node"], "zone": "a"}}})
        for pod in body["pods"]:
            app = pod.get("deployment") or pod["owner"]["name"]
            apps.add((pod["namespace"], app))
            pods.append({"metadata": {
                "name": pod["pod_name"], "namespace": pod["namespace"], "uid": pod["uid"], "managedFields": managed,
                "labels": {"app": app, "app.kubernetes.io/name": app, "app.kubernetes.io/managed-by": "Helm",
                           "pod-template-hash": pod["pod_name"][-9:]}}})
    generator.wait()
    return pods, nodes, sorted(apps)


class Played(http.server.BaseHTTPRequestHandler):
    """Lists in pages; watches that say nothing."""
    protocol_version = "HTTP/1.1"
    lists = {}

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        if "watch" in query:
            self.send_response(200)
            self.end_headers()
            self.wfile.flush()
            time.sleep(3600)
        items = self.lists[url.path]
        begin = int(query.get("continue", 0))
        end = min(begin + int(query.get("limit", len(items))), len(items))
        body = json.dumps({"metadata": {"resourceVersion": "1", **({"continue": str(end)} if end < len(items) else {})},
                           "items": items[begin:end]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def play(folder, pods, nodes):
    Played.lists = {"/api/v1/pods": pods, "/api/v1/nodes": nodes, "/api/v1/namespaces/kube-system/configmaps": [{
        "metadata": {"name": "extension-apiserver-authentication", "namespace": "kube-system"}, "data": {
            "requestheader-client-ca-file": (folder / "ca.crt").read_text(), "requestheader-allowed-names": "[]",
            "requestheader-username-headers": '["X-Remote-User"]', "requestheader-group-headers": '["X-Remote-Group"]'}}]}
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Played)
    server.daemon_threads = True
    # In a process of its own: its work is not the server's.
    child = os.fork()
    if child == 0:
        server.serve_forever()
    server.server_close()
    config = {"current-context": "c", "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}], "users": [
        {"name": "u", "user": {"token": "t"}}], "clusters": [
            {"name": "c", "cluster": {"server": f"http://127.0.0.1:{server.server_port}"}}]}
    (folder / "kubeconfig").write_text(json.dumps(config))
    return child


class Client:
    """A kept connection, as the API server's aggregation layer has it."""

    def __init__(self, address, folder):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.context.check_hostname, self.context.verify_mode = False, ssl.CERT_NONE
        self.context.load_cert_chain(folder / "proxy.crt", folder / "proxy.key")
        self.connection = http.client.HTTPSConnection(address, context=self.context, timeout=120)

    def get(self, path):
        """(status, body, seconds)"""
        begin = time.perf_counter()
        self.connection.request("GET", path, headers=HEADERS)
        answer = self.connection.getresponse()
        body = answer.read()
        return answer.status, body, time.perf_counter() - begin


def rss(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0


def cpu(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def quantile(values, part):
    values = sorted(values)
    return values[min(int(len(values) * part), len(values) - 1)] * 1000 if values else float("nan")


def row(name, value):
    print(f"| {name} | {value} |", flush=True)


def times(name, values):
    row(name, f"{quantile(values, .5):.1f} / {quantile(values, .99):.1f} / {max(values) * 1000:.1f} ({len(values)})")


def requests(url):
    with urllib.request.urlopen(url + "/api/status", timeout=60) as answer:
        return json.load(answer)["http"]["requests"]


def wait(condition, seconds):
    end = time.time() + seconds
    while not condition():
        assert time.time() < end, "not in time"
        time.sleep(0.2)


def discover(address, folder, until, results):
    """Five questions at once on kept connections, as the aggregation layer asks; one thread, so that the clients do not
    wait for each other."""
    clients = [Client(address, folder) for _ in range(5)]
    poll = select.poll()
    waiting = {}
    for client in clients:
        client.connection.connect()
        poll.register(client.connection.sock, select.POLLIN)
        waiting[client.connection.sock.fileno()] = client
    while time.time() < until:
        begin = {}
        for client in clients:
            begin[client] = time.perf_counter()
            client.connection.request("GET", BETA, headers=HEADERS)
        left = set(clients)
        while left:
            for descriptor, _ in poll.poll(30000):
                client = waiting[descriptor]
                answer = client.connection.getresponse()
                answer.read()
                assert answer.status == 200
                results.append(time.perf_counter() - begin[client])
                left.remove(client)
        time.sleep(0.1)


def discovery_beside(address, folder, seconds, load):
    """Five parallel discovery calls, again and again, while load() runs; in a process of their own."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        results = []
        discover(address, folder, time.time() + seconds, results)
        os.write(write, json.dumps(results).encode())
        os._exit(0)
    os.close(write)
    end = time.time() + seconds
    while time.time() < end:
        load()
    with os.fdopen(read) as pipe:
        results = json.loads(pipe.read())
    os.waitpid(child, 0)
    return results


def measure(options, folder, address, pid, apps):
    client = Client(address, folder)
    every, answers, bytes_ = [], 0, 0
    for _ in range(5):
        before = cpu(pid)
        status, body, seconds = client.get(BETA + "/pods")
        assert status == 200
        every.append(seconds)
        answers, bytes_, used = len(json.loads(body)["items"]), len(body), cpu(pid) - before
    row("pods in the list of all", answers)
    row("bytes of it", bytes_)
    row("server CPU time meanwhile, the posts' included, s", f"{used:.2f}")
    times("list of all pods, ms: p50 / p99 / max (times)", every)
    times("list of all nodes, ms", [client.get(BETA + "/nodes")[2] for _ in range(50)])
    chosen = random.Random(1).sample(apps, min(500, len(apps)))
    found, took = 0, []
    for name_space, app in chosen:
        status, body, seconds = client.get(f"{BETA}/namespaces/{name_space}/pods?labelSelector=app%3D{app}")
        assert status == 200
        found += len(json.loads(body)["items"])
        took.append(seconds)
    times("an autoscaler's question (one namespace, a label), ms", took)
    row("pods in these answers", found)
    times("one pod, ms", [client.get(f"{BETA}/namespaces/x/pods/nobody")[2] for _ in range(200)])
    times("five parallel discovery calls, ms", discovery_beside(address, folder, options.seconds / 2, lambda: time.sleep(0.1)))

    def list_all(query=""):
        subprocess.run([*ELSEWHERE, "curl", "-sk", "--cert", folder / "proxy.crt", "--key", folder / "proxy.key", "-H", "X-Remote-User: bench",
                        "-H", "X-Remote-Group: system:masters", "-o", "/dev/null", f"https://{address}{BETA}/pods{query}"], check=True)

    times("the same while all pods are listed without pause, ms",
          discovery_beside(address, folder, options.seconds, list_all))
    times("the same while a label that no pod has is asked for among all, ms",
          discovery_beside(address, folder, options.seconds / 2, lambda: list_all("?labelSelector=nobody%3Dhas")))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--nodes", type=int, required=True)
    parser.add_argument("--pods-per-node", type=int, required=True)
    parser.add_argument("--interval", required=True)
    parser.add_argument("--seconds", type=int, required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = pathlib.Path(name)
        make_certificates(folder)
        pods, nodes, apps = objects(options)
        child = play(folder, pods, nodes)
        stack.callback(lambda: (os.kill(child, 15), os.waitpid(child, 0)))
        count = len(pods)
        spaces = collections.Counter(pod["metadata"]["namespace"] for pod in pods)
        del pods, nodes
        server = subprocess.Popen([f"{options.build}/api/kubemonitor-api", "--listen", "127.0.0.1:0", "--metrics-api-listen",
                                   "127.0.0.1:0", "--kubeconfig", folder / "kubeconfig", "--interval", options.interval,
                                   "--retention", "5m", "--memory-limit", "4Gi"], stdout=subprocess.PIPE, text=True)
        stack.callback(lambda: (server.terminate(), server.wait()))
        begin = time.time()
        address = server.stdout.readline().split("https://")[1].strip()
        url = server.stdout.readline().split()[-1]
        started = rss(server.pid)
        client = Client(address, folder)
        wait(lambda: Client(address, folder).get("/readyz")[0] == 200, 30)
        wait(lambda: client.get(BETA + "/pods?labelSelector=app%3Dx")[0] == 200, 300)
        print("| | |\n|---|---:|")
        row("pods known to the played Kubernetes API", count)
        row("of them in the largest of how many namespaces", f"{max(spaces.values())} ({len(spaces)})")
        row("until all labels were known, s", f"{time.time() - begin:.1f}")
        row("RSS with all labels, MiB (before any)", f"{rss(server.pid):.1f} ({started:.1f})")
        generator = subprocess.Popen([
            f"{options.build}/bench/kubemonitor-loadgen", "--server", url, "--nodes", str(options.nodes), "--pods-per-node",
            str(options.pods_per_node), "--interval", options.interval, "--duration", "20m"], stdout=subprocess.DEVNULL)
        stack.callback(lambda: (generator.terminate(), generator.wait()))
        wait(lambda: len(json.loads(client.get(BETA + "/pods")[1])["items"]) >= count * 0.99, 240)
        before, at, posts = cpu(server.pid), time.time(), requests(url)
        measure(options, folder, address, server.pid, apps)
        row("RSS at the end, MiB", f"{rss(server.pid):.0f}")
        row("posts of collectors a second", f"{(requests(url) - posts) / (time.time() - at):.0f}")
        row("server CPU over all of it, cores", f"{(cpu(server.pid) - before) / (time.time() - at):.2f}")


if __name__ == "__main__":
    main()
