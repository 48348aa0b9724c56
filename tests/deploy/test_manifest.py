"""deploy/monitor.yaml: its parts fit each other, the programs and docs/privileges.md."""
import re
import shutil
import subprocess

import pytest
import yaml

from parts import TREE, by_name, in_order, with_parts

PARTS = sorted(str(file.parent.relative_to(TREE / "deploy")) for file in (TREE / "deploy").glob("*/**/kustomization.yaml"))


def one(manifest, kind, name=None):
    found = [d for d in manifest if d["kind"] == kind and name in (None, d["metadata"]["name"])]
    assert len(found) == 1, f"{len(found)} of {kind} {name}"
    return found[0]


def pods(manifest):
    return [d["spec"]["template"]["spec"] for d in manifest if d["kind"] in ("DaemonSet", "Deployment")]


def containers(manifest):
    return [c for spec in pods(manifest) for c in spec["containers"]]


def help_of(program, container):
    name = container["image"].split(":")[0]
    return subprocess.run([program(name), "--help"], check=True, capture_output=True, text=True).stdout


def test_names_that_the_product_document_gives(manifest):
    assert one(manifest, "DaemonSet")["metadata"]["name"] == "resource-collector"
    assert one(manifest, "Service", "monitor-api-service")["spec"]["ports"][0] == {
        "name": "http", "port": 80, "targetPort": 8080}
    port = one(manifest, "Service", "monitor-api-nodeport")["spec"]["ports"][0]
    assert (port["port"], port["targetPort"], port["nodePort"]) == (80, 8080, 30080)


def test_everything_is_in_the_namespace(manifest):
    namespace = one(manifest, "Namespace")["metadata"]["name"]
    for document in manifest:
        if not document["kind"].startswith(("Namespace", "Cluster")):
            assert document["metadata"]["namespace"] == namespace, document["metadata"]["name"]
    for binding in (d for d in manifest if d["kind"] == "ClusterRoleBinding"):
        assert one(manifest, "ClusterRole", binding["roleRef"]["name"])
        for subject in binding["subjects"]:
            assert subject["namespace"] == namespace
            assert one(manifest, "ServiceAccount", subject["name"])


def test_selectors_find_their_pods(manifest):
    labels = [d["spec"]["template"]["metadata"]["labels"] for d in manifest if d["kind"] in ("DaemonSet", "Deployment")]
    wanted = [d["spec"]["selector"] for d in manifest if d["kind"] == "Service"]
    wanted += [d["spec"]["selector"]["matchLabels"] for d in manifest if d["kind"] in ("DaemonSet", "Deployment")]
    wanted += [d["spec"]["podSelector"]["matchLabels"] for d in manifest if d["kind"] == "NetworkPolicy"]
    for selector in wanted:
        assert any(selector.items() <= label.items() for label in labels), selector


def test_every_pod_has_an_account_requests_and_limits(manifest):
    for spec in pods(manifest):
        assert one(manifest, "ServiceAccount", spec["serviceAccountName"])
    for container in containers(manifest):
        for side in ("requests", "limits"):
            assert {"cpu", "memory"} <= set(container["resources"][side]), container["name"]
        assert container["securityContext"]["readOnlyRootFilesystem"] is True


def test_mounts_have_volumes_and_host_paths_are_read_only(manifest):
    for spec in pods(manifest):
        volumes = {v["name"]: v for v in spec.get("volumes", [])}
        mounts = [m for c in spec["containers"] for m in c.get("volumeMounts", [])]
        assert {m["name"] for m in mounts} == set(volumes)
        for mount in mounts:
            if "hostPath" in volumes[mount["name"]]:
                assert mount["readOnly"] is True, mount["name"]


def test_the_server_is_harmless(manifest):
    spec = one(manifest, "Deployment")["spec"]["template"]["spec"]
    context = spec["containers"][0]["securityContext"]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert not any(spec.get(key) for key in ("hostPID", "hostNetwork", "hostIPC"))
    assert context["capabilities"] == {"drop": ["ALL"]} and context["allowPrivilegeEscalation"] is False
    for probe, path in (("livenessProbe", "/livez"), ("readinessProbe", "/readyz")):
        assert spec["containers"][0][probe]["httpGet"]["path"] == path


def test_a_pod_in_the_hosts_network_resolves_services(manifest):
    spec = one(manifest, "DaemonSet")["spec"]["template"]["spec"]
    assert spec["hostNetwork"] and spec["dnsPolicy"] == "ClusterFirstWithHostNet"
    url = next(e["value"] for e in spec["containers"][0]["env"] if e["name"] == "API_SERVER_URL")
    name, port = re.fullmatch(r"http://([^:/]+):(\d+)", url).groups()
    assert one(manifest, "Service", name)["spec"]["ports"][0]["port"] == int(port)


def test_options_and_environment_exist_in_the_programs(manifest, program):
    for container in containers(manifest):
        text = help_of(program, container)
        for argument in container.get("args", []):
            if argument.startswith("--"):
                option = argument.split("=")[0]
                assert re.search(re.escape(option) + r"\b", text), f"{container['image']} has no {option}"
        for variable in container.get("env", []):
            assert variable["name"] in text, f"{container['image']} does not read {variable['name']}"


def privileges(manifest):
    """What is asked for, as docs/privileges.md writes it."""
    for role in (d for d in manifest if d["kind"] in ("ClusterRole", "Role")):
        for rule in role["rules"]:
            assert "*" not in rule["verbs"] + rule["resources"] + rule["apiGroups"], "a rule for everything"
            for resource in rule["resources"]:
                for verb in rule["verbs"]:
                    yield f"`{resource}` `{verb}`"
    for spec in pods(manifest):
        for key in ("hostPID", "hostNetwork", "hostIPC", "priorityClassName", "tolerations"):
            if spec.get(key):
                yield f"`{key}`"
        for volume in spec.get("volumes", []):
            if "hostPath" in volume:
                yield f"`hostPath {volume['hostPath']['path']}`"
            for source in volume.get("projected", {}).get("sources", []):
                yield f"`token {source['serviceAccountToken']['audience']}`"
        for container in spec["containers"]:
            if container["securityContext"].get("privileged"):
                yield "`privileged`"
            for capability in container["securityContext"].get("capabilities", {}).get("add", []):
                yield f"`{capability}`"


def test_every_privilege_is_in_the_table_and_no_other(manifest, tree):
    text = (tree / "docs/privileges.md").read_text(encoding="utf-8")
    rows = {row.split("|")[1].strip() for row in text.splitlines() if row.startswith("| `") and "`optional/" not in row}
    assert set(privileges(manifest)) == rows


def kustomized(folder):
    if not shutil.which("kubectl"):
        pytest.skip("no kubectl")
    result = subprocess.run(["kubectl", "kustomize", folder], capture_output=True, text=True, check=False)
    if "unknown field" in result.stderr or "unmarshal" in result.stderr:
        pytest.skip("a kubectl before 1.21")
    assert result.returncode == 0, result.stderr
    return by_name(yaml.safe_load_all(result.stdout))


def test_the_kustomization_is_the_manifest(manifest, tree):
    assert kustomized(tree / "deploy") == by_name(manifest)


@pytest.mark.parametrize("part", PARTS)
def test_parts_are_merged_as_kubectl_does_it(tree, tmp_path, part):
    shutil.copytree(tree / "deploy", tmp_path / "deploy")
    file = tmp_path / "deploy/kustomization.yaml"
    file.write_text(file.read_text().replace("components: []", f"components:\n- {part}"))
    assert in_order(kustomized(tmp_path / "deploy")) == in_order(with_parts(f"deploy/{part}"))


def test_every_part_is_listed(tree):
    listed = re.findall(r"(?m)^# - (\S+)", (tree / "deploy/kustomization.yaml").read_text())
    assert sorted(listed) == sorted(PARTS)


def environment(changed, kind, name):
    container = changed[(kind, name)]["spec"]["template"]["spec"]["containers"][0]
    return {one["name"]: one.get("value") for one in container["env"]}


def test_closed_reads(program):
    changed = with_parts("deploy/optional/closed-reads")
    assert environment(changed, "Deployment", "monitor-api") == {
        "KUBEMONITOR_RETENTION": "1h", "KUBEMONITOR_READ_AUTH": "kubernetes"}
    binding = changed[("ClusterRoleBinding", "kubemonitor-access-reviews")]
    assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "monitor-api", "namespace": "monitoring"}]
    assert ("ClusterRole", binding["roleRef"]["name"]) in changed
    assert "KUBEMONITOR_READ_AUTH" in help_of(program, {"image": "kubemonitor-api:x"})


def test_replicas(program):
    changed = with_parts("deploy/optional/replicas")
    deployment = changed[("Deployment", "monitor-api")]["spec"]
    assert deployment["replicas"] == 2 and environment(changed, "Deployment", "monitor-api") == {
        "KUBEMONITOR_RETENTION": "1h", "KUBEMONITOR_CATCH_UP": "60s"}
    assert "KUBEMONITOR_CATCH_UP" in help_of(program, {"image": "kubemonitor-api:x"})
    service = changed[("Service", "monitor-api-replicas")]["spec"]
    assert service["clusterIP"] == "None" and service["publishNotReadyAddresses"] is True
    assert service["selector"].items() <= deployment["template"]["metadata"]["labels"].items()
    url = environment(changed, "DaemonSet", "resource-collector")["API_SERVER_URL"]
    assert url == f"http://monitor-api-replicas:{service['ports'][0]['port']}"


def mounted(changed, kind, name):
    """The container's mounts, each with its volume."""
    spec = changed[(kind, name)]["spec"]["template"]["spec"]
    volumes = {one["name"]: one for one in spec["volumes"]}
    return {one["mountPath"]: volumes[one["name"]] for one in spec["containers"][0]["volumeMounts"]}


def test_persistent(program):
    changed = with_parts("deploy/optional/persistent")
    deployment = changed[("Deployment", "monitor-api")]["spec"]
    assert deployment["strategy"] == {"type": "Recreate"}, "two servers cannot write one folder"
    folder = environment(changed, "Deployment", "monitor-api")["KUBEMONITOR_DATA_DIR"]
    claim = mounted(changed, "Deployment", "monitor-api")[folder]["persistentVolumeClaim"]["claimName"]
    assert ("PersistentVolumeClaim", claim) in changed
    context = deployment["template"]["spec"]["securityContext"]
    assert context["fsGroup"] == context["runAsGroup"]
    assert "KUBEMONITOR_DATA_DIR" in help_of(program, {"image": "kubemonitor-api:x"})


def test_tls(program):
    changed = with_parts("deploy/optional/tls")
    server, collector = environment(changed, "Deployment", "monitor-api"), environment(changed, "DaemonSet", "resource-collector")
    for name, variables in (("kubemonitor-api", {"KUBEMONITOR_TLS_CERT", "KUBEMONITOR_TLS_KEY"}), ("kubemonitor-collector", {"KUBEMONITOR_CA_FILE"})):
        assert all(one in help_of(program, {"image": f"{name}:x"}) for one in variables)
    for kind, name, files in (("Deployment", "monitor-api", [server["KUBEMONITOR_TLS_CERT"], server["KUBEMONITOR_TLS_KEY"]]),
                              ("DaemonSet", "resource-collector", [collector["KUBEMONITOR_CA_FILE"]])):
        secret = mounted(changed, kind, name)[files[0].rsplit("/", 1)[0]]["secret"]
        assert sorted(one["path"] for one in secret["items"]) == sorted(file.rsplit("/", 1)[1] for file in files)
    container = changed[("Deployment", "monitor-api")]["spec"]["template"]["spec"]["containers"][0]
    for probe, path in (("livenessProbe", "/livez"), ("readinessProbe", "/readyz")):
        assert container[probe]["httpGet"] == {"path": path, "port": "http", "scheme": "HTTPS"}
    assert collector["API_SERVER_URL"].startswith("https://monitor-api-service:")


def test_capabilities_in_place_of_privileged(manifest):
    changed = with_parts("deploy/optional/capabilities")
    collector = changed[("DaemonSet", "resource-collector")]["spec"]["template"]["spec"]["containers"][0]
    assert collector["securityContext"] == {
        "privileged": False, "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"], "add": ["SYS_PTRACE", "DAC_READ_SEARCH"]}}
    assert collector["volumeMounts"] == one(manifest, "DaemonSet")["spec"]["template"]["spec"]["containers"][0]["volumeMounts"]
