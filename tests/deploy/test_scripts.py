"""The scripts: their dry runs, their messages, and the Dockerfiles they build."""
import hashlib
import os
import re
import shutil
import subprocess

import pytest

# What a bare Debian or Ubuntu has, as far as the scripts use it.
BASE_TOOLS = """bash basename cat chmod cut dirname env getent grep head id install mktemp rm sed
sha256sum sort stat tail tr uname""".split()
NUMBERED = ["01-setup-environment", "02-build-images", "03-deploy", "04-test"]


@pytest.fixture
def bin_dir(tmp_path):
    """A directory for PATH with the base tools and nothing else, to which a test adds programs."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in BASE_TOOLS:
        (folder / tool).symlink_to(shutil.which(tool))
    return folder


def add(folder, name, body="exit 0"):
    """A program that notes how it was called, then does what body says."""
    path = folder / name
    path.unlink(missing_ok=True)
    path.write_text(f'#!/bin/bash\necho "{name} $*" >>"{folder}/../calls"\n{body}\n')
    path.chmod(0o755)


def calls(folder):
    path = folder.parent / "calls"
    return path.read_text().splitlines() if path.exists() else []


def run(tree, script, folder, *arguments, **environment):
    return subprocess.run(
        ["/bin/bash", str(tree / "scripts" / f"{script}.sh"), *arguments], capture_output=True, text=True, timeout=60,
        env={"PATH": str(folder), "LANG": "C.UTF-8", "HOME": str(folder.parent), **environment}, check=False)


def commands(result):
    return [line[2:] for line in result.stdout.splitlines() if line.startswith("+ ")]


def test_setup_on_a_bare_machine_shows_every_step_and_runs_none(tree, bin_dir):
    add(bin_dir, "apt-get")
    result = run(tree, "01-setup-environment", bin_dir, "--dry-run")
    assert result.returncode == 0, result.stderr
    text = "\n".join(commands(result))
    for part in ("install -y -qq --no-install-recommends curl python3 git", "/kubectl.sha256",
                 "/usr/local/bin/kubectl", "--no-install-recommends docker.io", "minikube-linux-", "minikube start"):
        assert part in text, part
    assert calls(bin_dir) == []


def test_setup_does_nothing_where_everything_is(tree, bin_dir):
    for tool in ("curl", "python3", "git", "kubectl", "docker", "minikube", "apt-get", "sudo"):
        add(bin_dir, tool)
    result = run(tree, "01-setup-environment", bin_dir)
    assert result.returncode == 0, result.stderr
    assert {call.split()[0] for call in calls(bin_dir)} == {"kubectl"}
    assert all("get --raw /version" in c or "current-context" in c for c in calls(bin_dir))


def test_setup_with_a_cluster_and_podman_needs_no_docker(tree, bin_dir):
    for tool in ("curl", "python3", "git", "kubectl", "podman"):
        add(bin_dir, tool)
    result = run(tree, "01-setup-environment", bin_dir, "--dry-run")
    assert result.returncode == 0 and commands(result) == []


@pytest.mark.parametrize("honest", [True, False])
def test_a_download_is_installed_only_with_the_right_checksum(tree, bin_dir, tmp_path, honest):
    curl = shutil.which("curl")
    if not curl:
        pytest.skip("no curl")
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(os.uname().machine)
    release = tmp_path / "release/v9.9.9/bin/linux" / str(machine)
    release.mkdir(parents=True)
    (tmp_path / "release/stable.txt").write_text("v9.9.9")
    (release / "kubectl").write_text("#!/bin/bash\n")
    digest = hashlib.sha256((release / "kubectl").read_bytes()).hexdigest()
    (release / "kubectl.sha256").write_text(digest if honest else "0" * 64)
    (bin_dir / "curl").symlink_to(curl)
    for tool in ("python3", "git", "docker", "minikube", "sudo"):
        add(bin_dir, tool)
    add(bin_dir, "install")
    result = run(tree, "01-setup-environment", bin_dir, KUBECTL_URL=f"file://{tmp_path}/release")
    installs = [c for c in calls(bin_dir) if re.match(r"(sudo )?install .*/usr/local/bin/kubectl$", c)]
    if honest:
        assert result.returncode == 0, result.stderr
        assert len(installs) == 1
    else:
        assert result.returncode == 1 and "checksum" in result.stderr and installs == []


@pytest.mark.parametrize("builder", ["docker", "podman", "buildah"])
@pytest.mark.parametrize("context, loader", [
    ("minikube", "minikube image load"), ("kind-abc", "kind load image-archive --name abc")])
def test_images_are_built_and_loaded_with_what_is_there(tree, bin_dir, builder, context, loader):
    add(bin_dir, builder)
    add(bin_dir, "kubectl", f"echo {context}")
    result = run(tree, "02-build-images", bin_dir, "--dry-run", SOURCE_DATE_EPOCH="7")
    assert result.returncode == 0, result.stderr
    shown = commands(result)
    for image, dockerfile in (("kubemonitor-api", "api/Dockerfile.api"), ("kubemonitor-collector", "collector/Dockerfile.collector")):
        assert any(c.startswith(f"{builder} build") and dockerfile in c and f"{image}:latest" in c
                   and "SOURCE_DATE_EPOCH=7" in c for c in shown), shown
        assert f"{loader} ARCHIVES/{image}.tar" in shown


def test_images_go_where_the_hook_says(tree, bin_dir):
    add(bin_dir, "buildah", '[ "$1" != push ] || { a=${4#docker-archive:}; : >"${a%%:*}"; }')
    add(bin_dir, "put", "exit 0")
    result = run(tree, "02-build-images", bin_dir, KUBEMONITOR_LOAD_COMMAND="put into --node one", KUBEMONITOR_TAG="v1",
                 KUBEMONITOR_BUILD_OPTIONS="--pull=false")
    assert result.returncode == 0, result.stderr
    loads = [c for c in calls(bin_dir) if c.startswith("put ")]
    assert [re.sub(r" \S*/", " ", c) for c in loads] == [
        "put into --node one kubemonitor-api.tar", "put into --node one kubemonitor-collector.tar"]
    builds = [c for c in calls(bin_dir) if c.startswith("buildah build")]
    assert len(builds) == 2 and all("--pull=false" in c and ":v1" in c for c in builds)


def test_images_without_a_builder_or_a_cluster_say_so(tree, bin_dir):
    result = run(tree, "02-build-images", bin_dir)
    assert result.returncode == 1 and "docker, podman, buildah" in result.stderr
    add(bin_dir, "buildah")
    result = run(tree, "02-build-images", bin_dir)
    assert result.returncode == 1 and "KUBEMONITOR_LOAD_COMMAND" in result.stderr
    assert not any("build " in c for c in calls(bin_dir))


def test_deploy_applies_waits_and_prints_addresses(tree, bin_dir):
    add(bin_dir, "kubectl", 'case "$*" in *InternalIP*) printf "192.0.2.7\\nfd00::7\\n" ;; esac')
    result = run(tree, "03-deploy", bin_dir)
    assert result.returncode == 0, result.stderr
    asked = "\n".join(calls(bin_dir))
    assert asked.index("apply -f deploy/monitor.yaml") < asked.index("rollout status deployment/monitor-api")
    assert "rollout status daemonset/resource-collector" in asked
    assert "http://192.0.2.7:30080/api/nodes" in result.stdout and "http://[fd00::7]:30080/" in result.stdout


def test_deploy_restarts_pods_when_only_the_images_are_new(tree, bin_dir):
    add(bin_dir, "kubectl", 'case "$*" in *generation*) echo "monitor-api=1 resource-collector=1" ;; esac')
    assert run(tree, "03-deploy", bin_dir).returncode == 0
    assert any("rollout restart" in c for c in calls(bin_dir))


def test_deploy_fails_when_a_part_does_not_come_up(tree, bin_dir):
    add(bin_dir, "kubectl", 'case "$*" in *"rollout status daemonset"*) exit 1 ;; esac')
    result = run(tree, "03-deploy", bin_dir)
    assert result.returncode == 1 and "daemonset/resource-collector" in result.stderr


def test_without_a_cluster_they_say_what_to_do(tree, bin_dir):
    add(bin_dir, "kubectl", "exit 1")
    (bin_dir / "python3").symlink_to(shutil.which("python3"))
    for script in ("03-deploy", "04-test"):
        result = run(tree, script, bin_dir)
        assert result.returncode == 1 and "01-setup-environment" in result.stderr


def test_setup_all_runs_the_four_in_order(tree, bin_dir):
    for tool in ("curl", "git", "docker", "minikube"):
        add(bin_dir, tool)
    add(bin_dir, "kubectl", "echo minikube")
    (bin_dir / "python3").symlink_to(shutil.which("python3"))
    result = run(tree, "setup-all", bin_dir, "--dry-run")
    assert result.returncode == 0, result.stderr
    assert [l[3:] for l in result.stdout.splitlines() if l.startswith("== ")] == NUMBERED


@pytest.mark.parametrize("script", NUMBERED + ["setup-all"])
def test_an_unknown_argument_shows_the_usage(tree, bin_dir, script):
    result = run(tree, script, bin_dir, "--frobnicate")
    assert result.returncode == 2 and f"{script}.sh [--dry-run]" in result.stderr


def message_rows(tree):
    text = (tree / "scripts/messages.sh").read_text(encoding="utf-8")
    table = re.search(r"message_table='\n(.*?)'", text, re.S).group(1)
    return [row.split("|") for row in table.splitlines()]


def test_every_message_has_both_languages_with_the_same_places(tree):
    rows = message_rows(tree)
    assert len({row[0] for row in rows}) == len(rows)
    for row in rows:
        assert len(row) == 3 and all(row), row
        assert row[1].count("%") == row[1].count("%s") == row[2].count("%s") == row[2].count("%"), row


def test_every_message_is_used_and_every_used_one_exists(tree):
    used = set()
    for script in NUMBERED + ["setup-all", "messages"]:
        text = (tree / f"scripts/{script}.sh").read_text(encoding="utf-8")
        text = re.sub(r"(^|\s)# .*", "", text, flags=re.M)
        used.update(re.findall(r"\b(?:say|die|text) ([a-z_]+)", text))
    checks = (tree / "scripts/compare_loads.py").read_text(encoding="utf-8")
    used.update(re.findall(r'"(row_[a-z]+)"', checks))
    used.update({"good", "bad"})
    assert used == {row[0] for row in message_rows(tree)}


@pytest.mark.parametrize("language, word", [("ko_KR.UTF-8", "적용"), ("en_US.UTF-8", "applying"), ("C", "applying")])
def test_the_language_follows_lang(tree, bin_dir, language, word):
    add(bin_dir, "kubectl")
    assert word in run(tree, "03-deploy", bin_dir, "--dry-run", LANG=language).stdout


def build_stage(path):
    text = path.read_text(encoding="utf-8")
    return text[text.index("FROM "):text.index("FROM build AS files")]


def test_both_images_share_their_build(tree):
    assert build_stage(tree / "api/Dockerfile.api") == build_stage(tree / "collector/Dockerfile.collector")


def test_the_images_hold_no_distribution(tree):
    for path in (tree / "api/Dockerfile.api", tree / "collector/Dockerfile.collector"):
        last = path.read_text(encoding="utf-8").split("FROM ")[-1]
        assert last.startswith("scratch\n") and last.count("COPY ") == 1 and "RUN " not in last
    assert "USER 65532:65532" in (tree / "api/Dockerfile.api").read_text(encoding="utf-8")


def test_shellcheck(tree):
    scripts = sorted((tree / "scripts").glob("*.sh"))
    result = subprocess.run(["shellcheck", "-x", "-S", "warning", *scripts], cwd=tree, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout
