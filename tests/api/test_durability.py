"""What was acknowledged outlives the process: --data-dir, killed at any moment, damaged, full, and not given."""
import datetime
import os
import random
import resource
import signal
import subprocess
import threading
import time

import pytest
import requests

from conftest import ROOT, Server, node, pod, wait_until

PROGRAM = os.environ.get("KUBEMONITOR_API", f"{ROOT}/build/api/kubemonitor-api")


@pytest.fixture
def folder(tmp_path):
    return str(tmp_path / "data")


def start(folder, *options):
    return Server("--data-dir", folder, *options)


def kill(server):
    server.session.close()
    server.process.kill()
    server.process.wait(30)


def refused(folder, *options):
    """Starts a server that must not start; returns what it says."""
    run = subprocess.run([PROGRAM, "--listen", "127.0.0.1:0", "--data-dir", folder, *options], capture_output=True,
                         text=True, timeout=60, check=False)
    assert run.returncode == 1, run.stderr
    assert "listening" not in run.stdout
    return run.stderr


def said(folder):
    """Starts and stops a server; returns the rows it found and what it said."""
    server = Server("--data-dir", folder, stderr=subprocess.PIPE)
    rows = server.get("/api/status")["store"]["rows"]
    assert server.stop() == 0
    return rows, server.process.stderr.read()


def files(folder, kind):
    return sorted(f"{folder}/{name}" for name in os.listdir(folder) if name.startswith(kind))


def flip(path, offset):
    with open(path, "r+b") as file:
        file.seek(offset, os.SEEK_SET if offset >= 0 else os.SEEK_END)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 16]))


class Client(threading.Thread):
    """Posts a node of its own again and again, and keeps what was acknowledged."""

    def __init__(self, url, name, first):
        super().__init__()
        self.url, self.name_of_node, self.count = url, name, first
        self.acknowledged = []
        self.stopped = False

    def run(self):
        session = requests.Session()
        while not self.stopped:
            self.count += 1
            # Each client has a second of its own for each count: rows are told apart by their time.
            at = self.count - 3000
            body = node(self.name_of_node, at=at, cpu_usage=float(self.count),
                        pods=[pod(f"{self.name_of_node}-p", at=at, uid=f"uid-{self.name_of_node}",
                                  memory={"usage": self.count, "own": self.count})])
            body["pods"][0]["timestamp"] = body["timestamp"]
            try:
                answer = session.post(f"{self.url}/api/nodes/{self.name_of_node}", json=body, timeout=20)
            except requests.RequestException:
                return
            if answer.status_code == 200:
                self.acknowledged.append((body["timestamp"], self.count))


def milliseconds(text):
    at = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return int(at.replace(microsecond=0).timestamp()) * 1000 + at.microsecond // 1000


@pytest.mark.parametrize("fsync", ["always", "interval"])
def test_nothing_acknowledged_is_lost_by_kill_9(folder, fsync):
    chance = random.Random(7)
    acknowledged = {}
    for round_number in range(4):
        server = start(folder, "--fsync", fsync)
        clients = [Client(server.url, f"n{i}", 500 * round_number) for i in range(4)]
        for client in clients:
            client.start()
        wait_until(lambda: all(client.acknowledged for client in clients))
        time.sleep(chance.uniform(0, 0.4))
        kill(server)
        for client in clients:
            client.stopped = True
            client.join()
            acknowledged.setdefault(client.name_of_node, []).extend(client.acknowledged)
    server = start(folder)
    for name, rows in acknowledged.items():
        assert len(rows) >= 4
        for path, value in ((f"/api/nodes/{name}", lambda row: row["cpu_usage"]),
                            (f"/api/pods/{name}-p", lambda row: row["memory"]["own"])):
            items = server.get(path + "?window=3600")["items"]
            found = {milliseconds(row["timestamp"]): value(row) for row in items}
            for timestamp, count in rows:
                assert found.get(milliseconds(timestamp)) == count, (fsync, name, timestamp)
    assert server.stop() == 0


def test_restart_keeps_history_and_identities(folder):
    server = start(folder)
    facts = {"uid": "u-1", "node": "n1", "phase": "Running", "owner": {"kind": "ReplicaSet", "name": "web-5"},
             "deployment": "web", "restarts": 2}
    for at in range(-50, 0, 5):
        server.post("/api/nodes/n1", node("n1", at=at, pods=[
            pod("web-1", at=at, cpu={"usage_usec": 1000 * (100 + at)}, **facts,
                containers=[{"name": "c", "id": "c" * 64, "state": "running", "memory": {"usage": 5}}])]))
    asked = ["/api/nodes/n1?window=300", "/api/pods/web-1?window=300", "/api/namespaces/a/pods/web-1/containers",
             "/api/namespaces/a/deployments/web/pods"]

    def answers():
        return [{k: v for k, v in server.get(path).items() if k not in ("age_seconds",)} for path in asked]

    before = answers()
    kill(server)
    server = start(folder)  # from the journal
    assert strip(answers()) == strip(before)
    assert server.stop() == 0
    server = start(folder)  # from the checkpoint
    assert strip(answers()) == strip(before)
    status = server.get("/api/status")["data_dir"]
    assert status["path"] == folder and status["fsync"] == "interval" and "error" not in status
    assert status["recovered_rows"] == 30 and status["damaged_files"] == 0 and status["missing_files"] == 0
    # It goes on in the same identity: a rate over the restart.
    server.post("/api/nodes/n1", node("n1", pods=[pod("web-1", cpu={"usage_usec": 200000}, **facts)]))
    assert len(server.get("/api/pods/web-1?window=300")["items"]) == 11
    assert server.stop() == 0


def strip(value):
    """Without what depends on the moment of asking."""
    if isinstance(value, list):
        return [strip(one) for one in value]
    if isinstance(value, dict):
        return {k: strip(v) for k, v in value.items() if k not in ("age_seconds", "stale", "heard_seconds")}
    return value


def filled(folder, count=40):
    server = start(folder)
    for at in range(-count, 0):
        server.post("/api/nodes/n1", node("n1", at=at, memory={"total": 5}))
    kill(server)
    return files(folder, "journal-")[0]


def test_a_torn_tail_is_cut_off_and_said(folder):
    journal = filled(folder)
    os.truncate(journal, os.path.getsize(journal) - 1)
    rows, text = said(folder)
    assert rows == 39
    assert os.path.basename(journal) in text and "ends in the middle of a write" in text and "offset" in text


def test_a_flipped_bit_costs_one_batch(folder):
    journal = filled(folder)
    flip(journal, os.path.getsize(journal) // 2)
    rows, text = said(folder)
    # Half of the file may be in the first record's names or in one batch.
    assert rows == 39
    assert os.path.basename(journal) in text and "damaged" in text and "offset" in text


def test_foreign_files_are_left_alone(folder):
    filled(folder)
    for name in ("notes.txt", "journal-1", "history-00000001.bak"):
        with open(f"{folder}/{name}", "w", encoding="ascii") as file:
            file.write("not yours")
    rows, text = said(folder)
    assert rows == 40
    for name in ("notes.txt", "journal-1", "history-00000001.bak"):
        assert f"{name} is not a file of this server" in text
        with open(f"{folder}/{name}", encoding="ascii") as file:
            assert file.read() == "not yours"


def test_a_journal_of_other_bytes_is_said(folder):
    filled(folder)
    with open(f"{folder}/journal-00000009", "wb") as file:
        file.write(b"something else altogether" * 10)
    rows, text = said(folder)
    assert rows == 40
    assert "journal-00000009: the head is damaged" in text


def test_a_missing_file_is_missed(folder):
    journal = filled(folder)
    os.unlink(journal)
    rows, _ = said(folder)
    assert rows == 0  # it was all there was; a folder without files is a new one


def test_a_newer_format_is_not_touched(folder):
    journal = filled(folder)
    with open(journal, "r+b") as file:
        file.seek(8)
        file.write(b"\x02")
    before = sorted(os.listdir(folder))
    text = refused(folder)
    assert "format version 2" in text and "this server reads version 1" in text
    assert sorted(os.listdir(folder)) == before


def test_one_process_has_the_folder(folder):
    server = start(folder)
    assert "in use by another process" in refused(folder)
    assert server.stop() == 0


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    # root may write everywhere but in /proc; others neither.
    assert "/proc/kubemonitor" in refused("/proc/kubemonitor")
    assert "--data-dir /dev/null" in refused("/dev/null")
    read_only = tmp_path / "read-only"
    read_only.mkdir()
    read_only.chmod(0o500)
    # root may write it all the same, but for a root without that capability.
    lesser = ["setpriv", "--bounding-set", "-dac_override"] if os.getuid() == 0 else []
    done = subprocess.run([*lesser, PROGRAM, "--listen", "127.0.0.1:0", "--data-dir", str(read_only)], capture_output=True,
                          text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "LOCK cannot be written" in done.stderr


def test_a_full_disk_refuses_and_goes_on(folder):
    """RLIMIT_FSIZE stands for the full disk: a file may not grow further (EFBIG), until it may again."""
    limit = 60000
    process = Server("--data-dir", folder, preexec_fn=lambda: (
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN), resource.setrlimit(resource.RLIMIT_FSIZE, (limit, -1))))
    acknowledged = 0
    for at in range(-2000, 0):
        answer = process.session.post(process.url + "/api/nodes/n1", timeout=30,
                                      json=node("n1", at=at, memory={"total": 2**40 + at * 4097, "own": at}))
        if answer.status_code != 200:
            break
        acknowledged += 1
    assert answer.status_code == 503 and answer.headers["Retry-After"] == "10"
    assert "--data-dir cannot be written" in answer.json()["detail"]
    assert 100 < acknowledged < 2000
    assert wait_until(lambda: "error" in process.get("/api/status")["data_dir"])
    # What is there is still answered, and the server is ready to.
    assert len(process.get("/api/nodes/n1?window=3000")["items"]) >= acknowledged
    assert process.session.get(process.url + "/readyz", timeout=20).status_code == 200
    resource.prlimit(process.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, -1))
    assert wait_until(lambda: "error" not in process.get("/api/status")["data_dir"], 30)
    process.post("/api/nodes/n2", node("n2", memory={"total": 5}))
    kill(process)
    server = start(folder)
    assert len(server.get("/api/nodes/n1?window=3000")["items"]) >= acknowledged
    server.get("/api/nodes/n2")
    assert server.stop() == 0


def test_old_files_go_as_retention_passes(folder):
    server = start(folder, "--retention", "10s", "--interval", "1s")
    for at in range(-9, 0):
        server.post("/api/nodes/n1", node("n1", at=at, memory={"total": 5}))
    assert server.stop() == 0
    time.sleep(10)
    server = start(folder, "--retention", "10s", "--interval", "1s")
    assert server.get("/api/status")["store"]["rows"] == 0
    assert server.stop() == 0
    assert not files(folder, "history-")
    assert sum(os.path.getsize(f"{folder}/{name}") for name in os.listdir(folder)) < 20000


def test_without_the_option_nothing_is_written(tmp_path):
    work = tmp_path / "work"
    work.mkdir()
    server = Server(cwd=str(work))
    server.post("/api/nodes/n1", node("n1", memory={"total": 5}))
    assert "data_dir" not in server.get("/api/status")
    # No open file that could be written but sockets, pipes and the terminal.
    folder = f"/proc/{server.process.pid}/fd"
    targets = [os.readlink(f"{folder}/{fd}") for fd in os.listdir(folder) if int(fd) > 2]
    assert not [target for target in targets if target.startswith("/") and not target.startswith(("/dev/", "/proc/"))]
    assert server.stop() == 0
    assert not list(work.iterdir())
