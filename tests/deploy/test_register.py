"""deploy/metrics-api: its parts fit deploy/monitor.yaml, and its scripts leave alone what belongs to somebody else."""
import os
import subprocess

import pytest
import yaml

from parts import with_parts
from test_manifest import one

# Answers as a cluster would: the owner of a version comes from the environment, the rest succeeds.
KUBECTL = """#!/bin/bash
echo "$*" >>"$CALLS"
case "$*" in
"get apiservice v1beta1.metrics.k8s.io"*) printf '%s' "${BETA-}" ;;
"get apiservice v1.metrics.k8s.io"*) printf '%s' "${V1-}" ;;
esac
exit "${STATUS:-0}"
"""
OURS, THEIRS = "kubemonitor|monitoring/monitor-metrics-api", "|kube-system/metrics-server"


@pytest.fixture
def parts(tree):
    return [part for name in ("server", "apiservices", "patch")
            for part in yaml.safe_load_all((tree / f"deploy/metrics-api/{name}.yaml").read_text())]


@pytest.fixture
def run(tree, tmp_path):
    (tmp_path / "kubectl").write_text(KUBECTL)
    (tmp_path / "kubectl").chmod(0o755)

    def script(name, *arguments, **environment):
        (tmp_path / "calls").write_text("")
        result = subprocess.run(["bash", tree / "deploy/metrics-api" / name, *arguments], capture_output=True, text=True, timeout=60,
                                env={"PATH": f"{tmp_path}:{os.environ['PATH']}", "CALLS": str(tmp_path / "calls"), **environment},
                                check=False)
        changes = [line for line in (tmp_path / "calls").read_text().splitlines()
                   if line.startswith(("apply ", "delete ", "-n ")) and line.split()[0] not in ("get", "wait") and "rollout status" not in line and " get " not in line]
        return result, changes
    return script


def test_a_free_api_is_registered_after_the_server_is_ready(run):
    result, changes = run("register.sh")
    assert result.returncode == 0, result.stderr
    assert [change.split(" -p")[0] for change in changes] == [
        "apply -f server.yaml", "-n monitoring patch deployment monitor-api", "apply -f apiservices.yaml"]


def test_our_own_is_registered_again(run):
    assert run("register.sh", BETA=OURS, V1=OURS)[0].returncode == 0


@pytest.mark.parametrize("owners", [{"BETA": THEIRS}, {"V1": THEIRS}, {"BETA": OURS, "V1": THEIRS}])
def test_somebody_elses_is_left_alone(run, owners):
    result, changes = run("register.sh", **owners)
    assert result.returncode == 1 and changes == []
    assert "belongs to the service kube-system/metrics-server; nothing was changed" in result.stderr


def test_without_an_answer_nothing_is_changed(run):
    result, changes = run("register.sh", STATUS="1")
    assert result.returncode == 1 and changes == [] and "does not say who owns" in result.stderr


def test_a_dry_run_changes_nothing(run):
    result, changes = run("register.sh", "--dry-run")
    assert result.returncode == 0 and changes == []
    assert run("register.sh", "--nonsense")[0].returncode == 2


def test_unregistering_takes_the_apiservices_first_and_only_ours(run):
    result, changes = run("unregister.sh", BETA=OURS, V1=THEIRS)
    assert result.returncode == 0, result.stderr
    assert changes[0] == "delete apiservice v1beta1.metrics.k8s.io"
    assert not any("v1.metrics.k8s.io" in change for change in changes)
    assert changes[-1] == "delete -f server.yaml --ignore-not-found"


def test_ports_and_accounts_fit(parts, manifest):
    service, patch = one(parts, "Service"), one(parts, "Deployment")["spec"]["template"]["spec"]
    server = one(manifest, "Deployment")
    container = patch["containers"][0]
    assert container["name"] == server["spec"]["template"]["spec"]["containers"][0]["name"]
    port = container["ports"][0]["containerPort"]
    assert container["env"] == [{"name": "KUBEMONITOR_METRICS_API_LISTEN", "value": f"0.0.0.0:{port}"}]
    assert service["spec"]["ports"][0]["targetPort"] == port
    assert service["spec"]["selector"].items() <= server["spec"]["template"]["metadata"]["labels"].items()
    assert one(parts, "NetworkPolicy")["spec"]["ingress"][0]["ports"][0]["port"] == port
    for part in parts:
        if part["kind"].endswith("Binding"):
            assert part["subjects"] == [{"kind": "ServiceAccount", "name": server["spec"]["template"]["spec"]["serviceAccountName"],
                                         "namespace": server["metadata"]["namespace"]}]


def test_both_versions_lead_to_the_service(parts):
    service = one(parts, "Service")
    for version in ("v1beta1", "v1"):
        registered = one(parts, "APIService", f"{version}.metrics.k8s.io")
        assert registered["metadata"]["labels"] == {"app.kubernetes.io/part-of": "kubemonitor"}
        assert registered["spec"]["service"] == {"name": service["metadata"]["name"], "namespace": service["metadata"]["namespace"],
                                                 "port": service["spec"]["ports"][0]["port"]}
        assert (registered["spec"]["group"], registered["spec"]["version"]) == ("metrics.k8s.io", version)


def test_options_exist_in_the_program(parts, program):
    text = subprocess.run([program("kubemonitor-api"), "--help"], check=True, capture_output=True, text=True).stdout
    for variable in one(parts, "Deployment")["spec"]["template"]["spec"]["containers"][0]["env"]:
        assert variable["name"] in text


def test_the_kustomization_has_all_of_it(parts):
    built = with_parts("deploy/metrics-api")
    for part in parts:
        assert (part["kind"], part["metadata"]["name"]) in built
    spec = built[("Deployment", "monitor-api")]["spec"]["template"]["spec"]
    assert {port["containerPort"] for port in spec["containers"][0]["ports"]} == {8080, 8443}
