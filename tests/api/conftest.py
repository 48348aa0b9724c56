"""Starts the shipped server for a test, and checks each of its answers against its own document."""
import datetime
import os
import re
import resource
import signal
import subprocess
import time

import jsonschema
import pytest
import requests

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Server:
    def __init__(self, *options, stderr=None, first=None, **process):
        """first: what a line before the last begins with, whose rest is kept."""
        program = os.environ.get("KUBEMONITOR_API", f"{ROOT}/build/api/kubemonitor-api")
        self.process = subprocess.Popen([program, "--listen", "127.0.0.1:0", *options], stdout=subprocess.PIPE, stderr=stderr,
                                        text=True, **process)
        self.first = self.process.stdout.readline().removeprefix(first).strip() if first else None
        self.url = self.process.stdout.readline().removeprefix("listening on ").strip()
        self.port = int(self.url.rsplit(":", 1)[1])
        self.session = requests.Session()
        self.document = self.session.get(self.url + "/openapi.json", timeout=20).json()

    def stop(self):
        self.session.close()
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def post(self, path, body, status=200, **options):
        sent = {"data": body} if isinstance(body, (bytes, str)) else {"json": body}
        options.setdefault("headers", {"Content-Type": "application/json"})
        answer = self.session.post(self.url + path, timeout=30, **sent, **options)
        assert answer.status_code == status, answer.text
        return self.checked("post", path, answer)

    def get(self, path, status=200):
        answer = self.session.get(self.url + path, timeout=30)
        assert answer.status_code == status, answer.text
        return self.checked("get", path, answer)

    def checked(self, method, path, answer):
        """The answer's JSON, if it is as /openapi.json says."""
        if answer.status_code != 200:
            assert answer.headers["Content-Type"] == "application/problem+json"
            schema = {"$ref": "#/components/schemas/Problem"}
        else:
            operation = self.operation(method, path)
            content = operation["responses"]["200"]["content"]
            if "text/plain" in content:
                return answer.text
            schema = content["application/json"]["schema"]
        body = answer.json()
        jsonschema.Draft202012Validator({**schema, "components": closed(self.document["components"])}).validate(body)
        return body

    def operation(self, method, path):
        path = path.split("?")[0]
        matches = [template for template in self.document["paths"]
                   if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path)]
        # The one with the fewest parameters: "/a/b" before "/a/{x}".
        return self.document["paths"][min(matches, key=lambda template: template.count("{"))][method]


def closed(components):
    """The schemas of answers with every unknown member forbidden, so that the document cannot lag behind."""
    schemas = {}
    for name, schema in components["schemas"].items():
        schemas[name] = {**schema, "additionalProperties": False} if name.endswith(("Metrics", "List", "Problem", "Window", "Status")) else schema
    return {"schemas": schemas}


@pytest.fixture
def server():
    one = Server()
    yield one
    assert one.process.poll() is None, "the server has died"
    assert one.stop() == 0


def stamp(seconds=0):
    now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return now.isoformat().replace("+00:00", "Z")


def node(name="n1", at=0, **members):
    return {"timestamp": stamp(at), "node": name, **members}


def pod(name="p1", namespace="a", at=0, **members):
    return {"timestamp": stamp(at), "pod_name": name, "namespace": namespace, **members}


def raise_file_limit():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def wait_until(condition, seconds=20):
    end = time.time() + seconds
    while time.time() < end:
        if condition():
            return True
        time.sleep(0.1)
    return False
