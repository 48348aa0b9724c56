"""The shipped collector posts over TLS to the shipped server: to whom --ca-file vouches for, and to nobody else."""
import os
import ssl
import subprocess
import time
import urllib.error
import urllib.request

import pytest
from small_host import COLLECTOR, ROOT, Host, lines

API = os.environ.get("KUBEMONITOR_API", f"{ROOT}/build/api/kubemonitor-api")


@pytest.fixture
def certificate(tmp_path):
    """A certificate that vouches for itself: (certificate, key)."""
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=server", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert],
                   check=True, capture_output=True)
    return cert, key


@pytest.fixture
def server(certificate):
    cert, key = certificate
    process = subprocess.Popen([API, "--listen", "127.0.0.1:0", "--tls-cert", cert, "--tls-key", key], stdout=subprocess.PIPE, text=True)
    port = process.stdout.readline().strip().rpartition(":")[2]
    yield f"https://127.0.0.1:{port}"
    process.terminate()
    assert process.wait(60) == 0


def start(server, tmp_path, *options):
    host = Host(tmp_path / "host")
    host.cgroup(host.pod(0), cpu__stat=lines(usage_usec=1000))
    return subprocess.Popen([COLLECTOR, "--server", server, "--names", "none", "--node", "n1", "--interval", "100ms", "--root",
                             host.folder, *options], stderr=subprocess.PIPE, text=True)


def requests(server, certificate):
    context = ssl.create_default_context(cafile=certificate[0])
    with urllib.request.urlopen(f"{server}/api/nodes/n1?window=60", context=context, timeout=30) as answer:
        return answer.read().count(b'"timestamp"')


def test_posts_to_whom_the_file_vouches_for(server, certificate, tmp_path):
    collector = start(server, tmp_path, "--ca-file", certificate[0])
    end = time.time() + 60
    count = 0
    while count < 5:
        assert time.time() < end, "nothing arrives"
        time.sleep(0.1)
        try:
            count = requests(server, certificate)
        except urllib.error.HTTPError:
            pass
    collector.terminate()
    assert collector.communicate(timeout=60)[1].replace("info: stopping\n", "") == ""


def test_posts_to_nobody_else(server, certificate, tmp_path):
    collector = start(server, tmp_path)
    assert "certificate" in collector.stderr.readline()
    with pytest.raises(urllib.error.HTTPError):
        requests(server, certificate)
    collector.kill()
    collector.communicate(timeout=60)
