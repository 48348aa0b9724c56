"""Questions that look at everything let others have their turn in between."""
import os
import statistics
import subprocess
import threading
import time

import pytest
import requests
from conftest import ROOT, Server


@pytest.fixture(scope="module")
def server():
    server = Server("--interval", "5m", "--max-entities", "100000", "--threads", "2")
    program = os.environ.get("KUBEMONITOR_LOADGEN", f"{ROOT}/build/bench/kubemonitor-loadgen")
    subprocess.run([program, "--server", server.url, "--nodes", "600", "--pods-per-node", "100", "--containers", "0", "--metrics", "basic",
                    "--interval", "5m", "--duration", "5m", "--fast"], check=True, stdout=subprocess.DEVNULL, timeout=120)
    yield server
    server.stop()


def timed(session, url):
    began = time.monotonic()
    assert session.get(url, timeout=60).status_code == 200
    return time.monotonic() - began


@pytest.mark.parametrize("path", ["/api/pods?sort=network&limit=5", "/api/deployments?sort=cpu&limit=5", "/api/pods?q=nobody/is-called-so"])
def test_a_small_question_does_not_wait_for_large_ones(server, path):
    done, long = threading.Event(), []

    def ask():
        session = requests.Session()
        while not done.is_set():
            long.append(timed(session, server.url + path))

    others = [threading.Thread(target=ask) for _ in range(4)]
    for other in others:
        other.start()
    with requests.Session() as session:
        short = [timed(session, server.url + "/livez") for _ in range(60)]
    done.set()
    for other in others:
        other.join()
    assert 3 * statistics.median(short) < statistics.median(long)
