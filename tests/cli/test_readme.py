"""The README's way to "which deployment uses most memory, and since when", command by command."""
import os
import re
import shlex
import subprocess

import pytest
from conftest import PROGRAM, ROOT, api

HEADINGS = {"README.md": "## Which deployment uses most memory", "README.ko.md": "## 메모리를 가장 많이 쓰는 디플로이먼트"}


def commands(name):
    """The indented lines of the section, in order."""
    with open(f"{ROOT}/{name}", encoding="utf-8") as file:
        section = file.read().split(HEADINGS[name], 1)[1].split("\n## ", 1)[0]
    return [line.strip() for line in section.splitlines() if line.startswith("    ")], section


def run(command, server, seconds=60):
    words = shlex.split(command.removesuffix("&").replace("http://127.0.0.1:8080", server.url))
    if words[0] == "build/cli/kubectl-monitor":
        words[0] = PROGRAM
    elif words[0] == "build/bench/kubemonitor-loadgen":
        words[0] = os.environ.get("KUBEMONITOR_LOADGEN", f"{ROOT}/build/bench/kubemonitor-loadgen")
    return subprocess.run(words, capture_output=True, text=True, timeout=seconds)


def test_both_languages_say_the_same_commands():
    assert commands("README.md")[0] == commands("README.ko.md")[0]


@pytest.fixture(scope="module")
def played():
    """A server whose long interval keeps what was played current while a slow machine asks."""
    server = api.Server("--interval", "60s")
    all_commands, _ = commands("README.md")
    fast = next(c for c in all_commands if "loadgen" in c and "--fast" in c)
    # A slow machine plays a shorter past: the names are the same.
    assert run(fast.replace("30m", "10m"), server, 300).returncode == 0
    yield server
    assert server.stop() == 0


def test_every_step_answers_with_the_deployment(played):
    all_commands, section = commands("README.md")
    name, space = re.search(r"`([\w-]+)` of `([\w-]+)`", section).groups()
    asked = [c for c in all_commands if "loadgen" not in c and not c.startswith("curl -N")]
    assert len(asked) == 4
    for command in asked:
        done = run(command, played)
        assert done.returncode == 0, done.stderr
        if "window" not in command:
            greatest = done.stdout.splitlines()[1] if command.startswith("build/cli") else done.stdout
            assert name in greatest and space in greatest, command
        else:
            assert len(done.stdout.splitlines()) > 1, command


def test_the_stream_of_it_comes(played):
    command = next(c for c in commands("README.md")[0] if c.startswith("curl -N"))
    words = shlex.split(command.replace("http://127.0.0.1:8080", played.url)) + ["-sS", "--max-time", "5"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert "event: answer" in done.stdout and "event: tick" in done.stdout
