"""The shipped collector's readings on standard output."""
import subprocess

from small_host import COLLECTOR, Host


def test_ends_when_nobody_reads_any_more(tmp_path):
    host = Host(tmp_path)
    process = subprocess.Popen([COLLECTOR, "--print", "--names", "none", "--node", "n1", "--interval", "100ms", "--root", host.folder],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout.readline().startswith("{")
    process.stdout.close()
    assert process.wait(60) == 1
    assert "standard output" in process.stderr.read()
    process.stderr.close()
