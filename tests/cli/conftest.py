"""Runs the shipped kubectl-monitor against a shipped server that the test feeds."""
import csv
import datetime
import importlib.util
import io
import os
import subprocess

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.environ.get("KUBECTL_MONITOR", f"{ROOT}/build/cli/kubectl-monitor")

# The server's own fixtures: a module that is called conftest too, hence by its path.
spec = importlib.util.spec_from_file_location("api_conftest", f"{ROOT}/tests/api/conftest.py")
api = importlib.util.module_from_spec(spec)
spec.loader.exec_module(api)


def environment(**changes):
    """The test's environment without what would change the program's answers."""
    kept = {k: v for k, v in os.environ.items()
            if not k.startswith(("KUBE", "LC_", "NO_COLOR", "LANG"))}
    return {**kept, "LC_ALL": "C.UTF-8", "KUBECONFIG": "/nonexistent", **changes}


class Client:
    """The program with a server."""

    def __init__(self, server):
        self.server = server

    def run(self, *words, status=0, **changes):
        done = subprocess.run([PROGRAM, *words], capture_output=True, text=True, timeout=60,
                              env=environment(KUBEMONITOR_SERVER=self.server.url, **changes))
        assert done.returncode == status, (done.stdout, done.stderr)
        assert (status == 0) == (done.stderr == "") or "No " in done.stderr, done.stderr
        self.errors = done.stderr
        return done.stdout

    def csv(self, *words, **options):
        return list(csv.DictReader(io.StringIO(self.run(*words, "-o", "csv", **options))))


@pytest.fixture
def server():
    one = api.Server()
    yield one
    assert one.process.poll() is not None or one.stop() == 0


@pytest.fixture
def client(server):
    return Client(server)


def fill(server, ticks=4):
    """Two nodes, each with pods of two namespaces, some without limits or rates; the last tick is now."""
    # Ticks are exactly 5 s apart, whenever the server gets them, so that rates are whole numbers.
    begin = datetime.datetime.now(datetime.timezone.utc)

    def stamp(at):
        return (begin + datetime.timedelta(seconds=at)).isoformat().replace("+00:00", "Z")

    for tick in range(ticks):
        at = (tick - ticks + 1) * 5 - 0.5
        for n in (1, 2):
            pods = [
                api.pod(f"web-{n}", "shop", at, uid=f"w{n}", phase="Running", deployment="web", restarts=n,
                        created=stamp(at - 7200 * n), owner={"kind": "ReplicaSet", "name": "web-7d"},
                        cpu_usage=100.5 * n + tick, cpu={"limit_millicores": 400, "request_millicores": 50},
                        memory={"working_set": n * 30 << 20, "usage": n * 50 << 20, "limit": 64 << 20},
                        network={"rx_bytes": tick * 5000 * n, "tx_bytes": tick * 700},
                        disk={"read_bytes": tick * 10, "write_bytes": tick * 20},
                        containers=[{"name": "main", "id": f"{n:064}", "state": "running", "restarts": n,
                                     "cpu_usage": 90.5, "memory": {"working_set": 20 << 20}}]),
                api.pod(f"db-{n}", "data", at, uid=f"d{n}", cpu_usage=700 - n, memory={"usage": 12345678},
                        deployment="db" if n == 1 else "web"),
                api.pod(f"idle-{n}", "data", at, uid=f"i{n}"),
            ]
            for pod in pods:
                pod["timestamp"] = stamp(at)
            server.post(f"/api/nodes/n{n}", {"timestamp": stamp(at), "node": f"n{n}", **dict(
                cpu_usage=1000.25 * n, cpu={"capacity_millicores": 4000, "load1_milli": 1530},
                memory={"total": 8 << 30, "used": 2 << 30, "working_set": n << 30},
                network={"rx_bytes": tick * 90000}, pods=pods)})
