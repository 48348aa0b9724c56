"""The server is found through the Kubernetes API, as kubectl finds things: a stand-in for its service proxy."""
import json
import subprocess
import urllib.parse

import pytest
import requests
import yaml
from conftest import PROGRAM, environment, fill
from test_command_line import stand_in

PROXY = "/api/v1/namespaces/{}/services/monitor-api-service:80/proxy"


def status(code, message):
    return code, "application/json", b'{"kind":"Status","apiVersion":"v1","message":"%s","code":%d}' % (message.encode(), code)


def kubernetes(server, namespace="monitoring"):
    """Hands on what comes for the service; denies the rest as the API server does."""
    prefix = PROXY.format(namespace)

    def answer(path):
        if not path.startswith(prefix + "/"):
            return status(404, 'services \\"monitor-api-service\\" not found')
        got = requests.get(server.url + path.removeprefix(prefix), timeout=20)
        return got.status_code, got.headers["Content-Type"], got.content

    return stand_in(answer)


def kubeconfig(folder, url, name="config", **user):
    text = yaml.safe_dump({
        "apiVersion": "v1", "kind": "Config", "current-context": "here",
        "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": {"server": url}}],
        "users": [{"name": "u", "user": user or {"token": "secret"}}]})
    (folder / name).write_text(text)
    return str(folder / name)


def run(*words, wanted=0, **changes):
    done = subprocess.run([PROGRAM, *words], capture_output=True, text=True, timeout=60, env=environment(**changes))
    assert done.returncode == wanted, (done.stdout, done.stderr)
    return done.stdout or done.stderr


def test_through_the_proxy_of_the_kubeconfigs_cluster(server, tmp_path):
    fill(server)
    with kubernetes(server) as api_server:
        there = kubeconfig(tmp_path, api_server.url)
        assert "web-1" in run("pods", "--kubeconfig", there)
        assert api_server.headers_seen["Authorization"] == "Bearer secret"
        assert "n2" in run("nodes", KUBECONFIG=f"/nonexistent:{there}")
        assert 'no pod "nope"' in run("pod", "nope", "--kubeconfig", there, wanted=1)
        (tmp_path / ".kube").mkdir()
        kubeconfig(tmp_path / ".kube", api_server.url)
        assert "n2" in run("nodes", KUBECONFIG="", HOME=str(tmp_path))
        assert run("__complete", "--kubeconfig", there, "node", "") == "n1\nn2\n:4\n"


def labelled(objects):
    """A Kubernetes API that knows the labels of objects, [path, namespace or None, name, "key=value"], in pages of two."""
    def answer(place):
        url = urllib.parse.urlsplit(place)
        query = {name: value[0] for name, value in urllib.parse.parse_qs(url.query).items()}
        if "=" not in query["labelSelector"]:
            return status(400, "unable to parse requirement")
        found = [{"metadata": {"name": name, **({"namespace": space} if space else {})}} for path, space, name, label in objects
                 if url.path == path and label == query["labelSelector"]]
        begin = int(query.get("continue", 0))
        metadata = {"continue": str(begin + 2)} if begin + 2 < len(found) else {}
        return 200, "application/json", json.dumps({"metadata": metadata, "items": found[begin:begin + 2]}).encode()

    return stand_in(answer)


def test_labels_are_asked_of_the_kubernetes_api(server, tmp_path):
    fill(server)
    objects = [["/api/v1/pods", "shop", "web-1", "app=web"], ["/api/v1/pods", "shop", "idle-1", "app=web"],
               ["/api/v1/pods", "data", "idle-2", "app=web"], ["/api/v1/namespaces/data/pods", "data", "db-1", "app=web"],
               ["/api/v1/nodes", None, "n2", "zone=b"], ["/apis/apps/v1/deployments", "shop", "web", "app=web"]]
    with labelled(objects) as api_server:
        def names(*words, wanted=0):
            out = run(*words, "--server", server.url, "--kubeconfig", there, "--no-headers", "-o", "csv", wanted=wanted)
            return [",".join(line.split(",")[:2]) for line in out.splitlines()]

        there = kubeconfig(tmp_path, api_server.url)
        assert names("pods", "-l", "app=web") == ["data,idle-2", "shop,web-1"], "of that name in that namespace, all pages"
        assert "PartialObjectMetadataList" in api_server.headers_seen["Accept"]
        assert names("pods", "--selector", "app=web", "-n", "data") == ["data,db-1"]
        assert names("deployments", "-l", "app=web") == ["shop,web"], "not the one of another namespace"
        assert [name.split(",")[0] for name in names("nodes", "-l", "zone=b")] == ["n2"]
        assert [one["pod_name"] for one in yaml.safe_load(run("pods", "-l", "app=web", "-o", "yaml", "--server", server.url,
                                                              "--kubeconfig", there))["items"]] == ["idle-2", "web-1"]
        none = run("pods", "-l", "app=none", "--server", server.url, "--kubeconfig", there)
        assert none.startswith("No pods with labels app=none: ")
        refused = run("pods", "-l", "nonsense", "--server", server.url, "--kubeconfig", there, wanted=1)
        assert "400: unable to parse requirement" in refused and "list of pods" in refused
    assert "cannot reach" in run("pods", "-l", "app=web", "--server", server.url, "--kubeconfig", there, wanted=3)
    assert "no kubeconfig file" in run("pods", "-l", "app=web", "--server", server.url, wanted=2)
    assert "is for lists" in run("pod", "web-1", "-l", "app=web", "--server", server.url, wanted=2)


def test_another_namespace(server, tmp_path):
    fill(server)
    with kubernetes(server, "watch") as api_server:
        there = kubeconfig(tmp_path, api_server.url)
        said = run("nodes", "--kubeconfig", there, wanted=1)
        assert 'services "monitor-api-service" not found' in said and "--monitor-namespace" in said
        assert "n1" in run("nodes", "--kubeconfig", there, "--monitor-namespace", "watch")
        assert "n1" in run("nodes", KUBECONFIG=there, KUBEMONITOR_MONITOR_NAMESPACE="watch")


def test_an_address_goes_before_the_cluster(server, tmp_path):
    fill(server)
    there = kubeconfig(tmp_path, "http://127.0.0.1:1")
    assert "n1" in run("nodes", KUBECONFIG=there, KUBEMONITOR_SERVER=server.url)
    said = run("nodes", KUBECONFIG=there, wanted=3)
    assert "cannot reach http://127.0.0.1:1" in said and "--monitor-namespace" in said


@pytest.mark.parametrize("user", [{"exec": {"command": "aws"}}, {"auth-provider": {"name": "gcp"}}])
def test_credentials_that_only_kubectl_understands(tmp_path, user):
    there = kubeconfig(tmp_path, "http://127.0.0.1:1", **user)
    said = run("nodes", "--kubeconfig", there, wanted=2)
    assert "not supported" in said and "port-forward" in said


def test_a_broken_kubeconfig(tmp_path):
    (tmp_path / "broken").write_text("clusters: [")
    assert str(tmp_path / "broken") in run("nodes", "--kubeconfig", str(tmp_path / "broken"), wanted=2)
    assert "/nonexistent" in run("nodes", "--kubeconfig", "/nonexistent", wanted=2)
