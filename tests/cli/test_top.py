"""The full screen, as a person sees it: tmux is the terminal."""
import os
import shutil
import subprocess
import time

import pytest
from conftest import PROGRAM, api, environment, fill

pytestmark = pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not installed")


class Screen:
    def __init__(self, folder, server, *words, width=140, height=30, **changes):
        self.socket = str(folder / "tmux")
        self.folder = folder
        # What the program says at its end, and its status, are kept in a file.
        command = f"'{PROGRAM}' top {' '.join(words)} --interval 300ms 2>'{folder}/errors'; echo $? >'{folder}/status'; sleep 60"
        self.tmux("new-session", "-d", "-x", str(width), "-y", str(height), command,
                  env=environment(KUBEMONITOR_SERVER=server.url, SHELL="/bin/sh", **changes))

    def tmux(self, *words, **options):
        return subprocess.run(["tmux", "-S", self.socket, "-f", "/dev/null", *words], check=True,
                              capture_output=True, text=True, timeout=30, **options).stdout

    def press(self, *keys):
        self.tmux("send-keys", *keys)

    def text(self):
        return self.tmux("capture-pane", "-p")

    def wait_for(self, *wanted, absent=(), order=()):
        """order: names that begin lines, from top to bottom; a screen may be seen half drawn."""
        end = time.time() + 20
        while time.time() < end:
            text = self.text()
            if all(w in text for w in wanted) and not any(a in text for a in absent) and lines_with(text, *order) == list(order):
                return text
            time.sleep(0.05)
        raise AssertionError(f"{wanted} (without {absent}, in order {order}) is not on the screen:\n{text}")

    def status(self):
        end = time.time() + 20
        while time.time() < end and not (self.folder / "status").exists():
            time.sleep(0.05)
        return int((self.folder / "status").read_text()), (self.folder / "errors").read_text()

    def close(self):
        subprocess.run(["tmux", "-S", self.socket, "kill-server"], capture_output=True)


@pytest.fixture
def show(server, tmp_path):
    screens = []

    def start(*words, **options):
        screens.append(Screen(tmp_path, server, *words, **options))
        return screens[-1]

    yield start
    for screen in screens:
        screen.close()


def lines_with(text, *names):
    """The lines that begin with one of the names, in order of the screen."""
    return [line.split()[0] for line in text.splitlines() if line.split() and line.split()[0] in names]


def test_views_orders_and_the_way_down(server, show):
    fill(server)
    screen = show()
    text = screen.wait_for("nodes   by cpu descending", order=["n2", "n1"])
    assert "2 nodes   6 pods   CPU 3001m of 8000m (38%)   MEMORY 3072Mi of 16.0Gi (19%)" in text
    assert "2001m" in text and "50%" in text and "25%" in text, "the API's numbers"
    screen.press("c")
    screen.wait_for("by cpu ascending", order=["n1", "n2"])
    screen.press("2")
    text = screen.wait_for("pods   by cpu ascending", "web-1", "idle-2")
    screen.press("m")
    text = screen.wait_for("by memory descending", "MEMORY TREND")
    screen.press("3")
    text = screen.wait_for("namespaces   by", "shop", "data", absent=["web-1"])
    screen.press("4")
    text = screen.wait_for("deployments   by", "db")
    screen.press("a")
    screen.wait_for("by name ascending")
    fill(server)  # what has not reported for 15 s is gone
    screen.press("1", "a")
    screen.wait_for("nodes   by name descending", "n1", "n2")
    screen.press("Enter")
    text = screen.wait_for("pods of node n2   by name descending", "web-2", "db-2", absent=["web-1"])
    assert "LAST" in text and "TREND" in text
    screen.press("Enter")
    screen.wait_for("containers of pod web-2 in namespace shop", "main", "91m")
    screen.press("Escape")
    screen.wait_for("pods of node n2")
    screen.press("BSpace")
    screen.wait_for("nodes   by name")
    screen.press("q")
    assert screen.status() == (0, "")


def test_a_narrow_screen_has_whole_totals_and_columns(server, show):
    fill(server)
    text = show(width=80).wait_for("nodes   by cpu descending", "n1", "n2")
    assert text.splitlines()[0] == "2 nodes   6 pods   CPU 3001m (38%)   MEMORY 3072Mi (19%)"
    titles = text.splitlines()[4].split()
    assert titles[-1] in ("MEMORY%", "STALE") and "STA" not in titles


def test_filter(server, show):
    fill(server)
    screen = show("pods", "-n", "data")
    screen.wait_for("pods in namespace data   by cpu", "db-1", "idle-1", absent=["web-1"])
    screen.press("/", "i", "d", "l", "q")
    screen.wait_for("/idlq", "nothing has such a name")
    screen.press("BSpace")
    screen.wait_for("/idl", "idle-1", "idle-2", absent=["db-1"])
    screen.press("Enter")
    screen.wait_for('with "idl"', absent=["db-1"])
    screen.press("Escape")
    screen.wait_for("db-1", absent=["idl\""])


def test_a_lost_server_leaves_the_numbers(server, show):
    fill(server)
    screen = show()
    screen.wait_for("2001m")
    server.stop()
    screen.wait_for("cannot reach", "numbers are", "2001m", order=["n2", "n1"])
    screen.press("c")
    screen.wait_for("by cpu ascending", "2001m")
    screen.press("q")
    assert screen.status() == (0, "")


def test_it_is_live(server, show):
    fill(server)
    screen = show("--sort", "memory", "nodes")
    screen.wait_for("by memory descending", "2001m")
    server.post("/api/nodes/n1", api.node("n1", 0.5, cpu_usage=3333, memory={"working_set": 7 << 30}))
    screen.wait_for("3333m", "7168Mi", order=["n1", "n2"])


def test_any_size_of_the_terminal(server, show):
    fill(server)
    screen = show(width=140, height=30)
    screen.wait_for("STALE", "WRITE/s")
    screen.tmux("resize-window", "-x", "50", "-y", "8")
    text = screen.wait_for("n2", absent=["WRITE/s"])
    assert max(len(line) for line in text.splitlines()) <= 50 and "CPU(cores)" in text
    screen.tmux("resize-window", "-x", "24", "-y", "4")
    screen.wait_for("nodes", "n2")
    screen.tmux("resize-window", "-x", "10", "-y", "2")
    screen.wait_for("too small")
    screen.tmux("resize-window", "-x", "200", "-y", "40")
    screen.wait_for("MEM TOTAL", "n1")
    screen.press("q")
    assert screen.status() == (0, "")


def test_a_long_list_scrolls(server, show):
    for first in (0, 550):
        server.post(f"/api/nodes/n{first}", api.node(f"n{first}", pods=[
            api.pod(f"p{i:04}", "big", uid=f"u{i}", cpu_usage=5000 - i) for i in range(first, first + 550)]))
    screen = show("pods", height=20)
    screen.wait_for("p0000", "the first 1000")
    screen.press("NPage")
    screen.wait_for("p0013", absent=["p0000"])
    screen.press("End")
    screen.wait_for("p0999", absent=["p0013"])
    screen.press("Up", "Enter")
    screen.wait_for("containers of pod p0998")


def test_without_utf8_it_stays_ascii(server, show):
    fill(server, ticks=8)
    screen = show(LC_ALL="C")
    screen.wait_for("#", "2001m")
    screen.press("Enter")
    assert screen.wait_for("pods of node", "web-2").isascii()
