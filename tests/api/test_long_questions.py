"""Questions that look at everything let others have their turn in between."""
import contextlib
import os
import socket
import subprocess
import time

import pytest
from conftest import ROOT, Server

TRIES, LARGE = 10, 8


@pytest.fixture(scope="module")
def server():
    server = Server("--interval", "5m", "--max-entities", "100000", "--threads", "2")
    program = os.environ.get("KUBEMONITOR_LOADGEN", f"{ROOT}/build/bench/kubemonitor-loadgen")
    subprocess.run([program, "--server", server.url, "--nodes", "600", "--pods-per-node", "100", "--containers", "0", "--metrics", "basic",
                    "--interval", "5m", "--duration", "5m", "--fast"], check=True, stdout=subprocess.DEVNULL, timeout=120)
    yield server
    server.stop()


def asked(server, path):
    """A connection that has just asked."""
    host, port = server.url.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)), timeout=60)
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    return connection


def has_ended(connection):
    """Whether all of a chunked answer has come already."""
    connection.setblocking(False)
    answer = b""
    with contextlib.suppress(BlockingIOError):
        while not answer.endswith(b"\r\n0\r\n\r\n"):
            answer += connection.recv(65536)
    return answer.endswith(b"\r\n0\r\n\r\n")


@pytest.mark.parametrize("path", ["/api/pods?sort=network&limit=5", "/api/deployments?sort=cpu&limit=5", "/api/pods?q=nobody/is-called-so"])
def test_a_small_question_does_not_wait_for_large_ones(server, path):
    """Both threads have large ones to answer. Without turns the small one's would end one of them first."""
    before = 0
    for _ in range(TRIES):
        with contextlib.ExitStack() as connections:
            large = [connections.enter_context(asked(server, path)) for _ in range(LARGE)]
            time.sleep(0.003)  # they have begun, and take many times as long
            small = connections.enter_context(asked(server, "/livez"))
            assert small.recv(65536).startswith(b"HTTP/1.1 200")
            before += not any(has_ended(one) for one in large)
    assert before > TRIES / 2
