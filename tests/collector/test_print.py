"""The shipped collector's readings on standard output."""
import subprocess
import time

from small_host import COLLECTOR, Host, lines


def test_ends_when_nobody_reads_any_more(tmp_path):
    host = Host(tmp_path)
    process = subprocess.Popen([COLLECTOR, "--print", "--names", "none", "--node", "n1", "--interval", "100ms", "--root", host.folder],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout.readline().startswith("{")
    process.stdout.close()
    assert process.wait(60) == 1
    assert "standard output" in process.stderr.read()
    process.stderr.close()


def test_ends_when_it_is_told_to_though_nobody_reads(tmp_path):
    host = Host(tmp_path)
    for n in range(100):
        host.cgroup(host.pod(n), cpu__stat=lines(usage_usec=1))
    process = subprocess.Popen([COLLECTOR, "--print", "--names", "none", "--node", "n1", "--interval", "100ms", "--root", host.folder],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout.readline().startswith("{")
    time.sleep(2)  # the pipe is full by then
    process.terminate()
    assert process.wait(20) == 0
    process.communicate()
