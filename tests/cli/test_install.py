"""What "meson install" puts where: programs, their man pages, completion for three shells."""
import os
import pathlib
import subprocess

import pytest
from conftest import PROGRAM

PROGRAMS = ["kubectl-monitor", "kubemonitor-api", "kubemonitor-collector", "kubemonitor-loadgen"]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    build = pathlib.Path(PROGRAM).parent.parent
    root = tmp_path_factory.mktemp("root")
    subprocess.run(["meson", "install", "-C", build, "--no-rebuild", "--destdir", root], check=True, capture_output=True)
    prefix, = root.glob("usr/local")
    return prefix


@pytest.mark.parametrize("program", PROGRAMS)
def test_each_program_has_its_man_page(installed, program):
    assert os.access(installed / "bin" / program, os.X_OK)
    page, = installed.glob(f"share/man/man1/{program}.1")
    done = subprocess.run(["groff", "-man", "-Tutf8", "-P-cbou", "-ww", page], capture_output=True, text=True, check=True)
    assert done.stderr == "" and f"{program}(1)" in done.stdout and len(done.stdout) > 1000


@pytest.mark.parametrize("name", ["bash-completion/completions/kubectl-monitor.bash", "zsh/site-functions/_kubectl-monitor",
                                  "fish/vendor_completions.d/kubectl-monitor.fish"])
def test_each_shell_finds_its_completion(installed, name):
    assert "kubectl" in (installed / "share" / name).read_text()
    assert os.access(installed / "bin/kubectl_complete-monitor", os.X_OK)
