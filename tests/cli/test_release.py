"""The krew manifest that a release makes is that of its archives."""
import fnmatch
import hashlib
import os
import platform
import subprocess
import tarfile

import yaml
from conftest import PROGRAM, ROOT


def release(folder):
    subprocess.run(["bash", f"{ROOT}/scripts/release-plugin.sh", "https://example.org/v1/", folder, PROGRAM], check=True, capture_output=True)
    return yaml.safe_load((folder / "monitor.yaml").read_text())


def test_manifest_is_that_of_the_archives(tmp_path):
    manifest = release(tmp_path)
    version = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True).stdout.split()[1]
    assert manifest["spec"]["version"] == f"v{version}" and "@" not in (tmp_path / "monitor.yaml").read_text()
    one, = manifest["spec"]["platforms"]
    archive = tmp_path / os.path.basename(one["uri"])
    assert one["uri"] == f"https://example.org/v1/{archive.name}"
    assert one["selector"]["matchLabels"] == {"os": "linux", "arch": {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]}
    assert one["sha256"] == hashlib.sha256(archive.read_bytes()).hexdigest()
    with tarfile.open(archive) as content:
        names = {m.name.removeprefix("./"): m for m in content.getmembers()}
        assert names[one["bin"]].mode & 0o111
        for wanted in one["files"]:
            assert fnmatch.filter(names, wanted["from"]), wanted
        content.extractall(tmp_path / "installed", **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
    linked = subprocess.run(["ldd", tmp_path / "installed/kubectl-monitor"], capture_output=True, text=True).stdout
    assert f"libyyjson.so.0 => {tmp_path}/installed/lib/" in linked.replace("./", "")


def test_a_second_architecture_joins_the_manifest(tmp_path):
    first = release(tmp_path)["spec"]["platforms"][0]
    other = "arm64" if first["selector"]["matchLabels"]["arch"] == "amd64" else "amd64"
    name = os.path.basename(first["uri"])
    (tmp_path / name.replace(first["selector"]["matchLabels"]["arch"], other)).write_bytes(b"of another machine")
    again = release(tmp_path)["spec"]["platforms"]
    assert [p["selector"]["matchLabels"]["arch"] for p in again] == ["amd64", "arm64"]
    assert first in again, "the same program gives the same archive"
