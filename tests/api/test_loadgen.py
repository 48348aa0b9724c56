"""Plays a small cluster with the shipped load generator and asks the server what it has of it."""
import json
import os
import subprocess

import pytest
from conftest import ROOT

NODES, PODS, TICKS = 6, 12, 24


def play(url, *options):
    program = os.environ.get("KUBEMONITOR_LOADGEN", f"{ROOT}/build/bench/kubemonitor-loadgen")
    return subprocess.run([program, "--server", url, "--nodes", str(NODES), "--pods-per-node", str(PODS), *options],
                          capture_output=True, text=True, timeout=120)


def test_a_fast_run_is_in_the_server(server):
    done = play(server.url, "--fast", "--duration", "2m")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert set(report) == {"requests", "samples", "errors", "seconds", "bytes", "p50_ms", "p99_ms"}
    assert report["errors"] == 0 and report["requests"] == NODES * TICKS
    assert 0 < report["p50_ms"] <= report["p99_ms"]
    status = server.get("/api/status")
    store = status["store"]
    assert (store["nodes"], store["pods"], store["containers"]) == (NODES, NODES * PODS, NODES * PODS)
    assert store["rows_appended"] == TICKS * NODES * (1 + 2 * PODS)
    assert store["samples"] == report["samples"]
    assert status["http"]["bytes_in"] == report["bytes"]
    assert len(server.get("/api/nodes")["items"]) == NODES
    names = server.get("/api/namespaces")["items"]
    assert len(names) > 2 and sum(item["pods"] for item in names) == NODES * PODS


def test_churn_brings_new_pods(server):
    assert play(server.url, "--fast", "--duration", "2m", "--churn", "50").returncode == 0
    assert server.get("/api/status")["store"]["pods"] > NODES * PODS * 1.5


def test_refusals_are_errors(server):
    done = play(server.url + "/nowhere", "--fast", "--duration", "10s")
    assert done.returncode == 1
    assert "status 404" in done.stderr
    report = json.loads(done.stdout)
    assert report["errors"] == report["requests"] == 2 * NODES and report["samples"] == 0
    assert report["p50_ms"] is None


@pytest.mark.parametrize("options", [["--nodes", "0"], ["--churn", "101"], ["--server", "ftp://x"]])
def test_wrong_options_are_named(options):
    done = play("http://127.0.0.1:1", "--fast", *options)
    assert done.returncode == 2 and options[0] in done.stderr
