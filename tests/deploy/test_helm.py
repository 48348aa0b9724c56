"""The Helm chart makes what deploy/monitor.yaml and its optional parts make.

Rendered by helm where there is one; Debian has none, so else by the few lines below, which know what the chart uses of
its template language: values, if, else, end, or, int and gt, quote, ternary, toYaml with nindent.
"""
import copy
import json
import re
import shutil
import subprocess

import jsonschema
import pytest
import yaml

from parts import by_name, in_order, with_parts

CHART = "deploy/helm/kubemonitor"
ACTION = re.compile(r"\{\{-? *(.*?) *-?\}\}")


class Template:
    def __init__(self, values):
        self.values = values

    def value(self, text):
        if text == ".Release.Namespace":
            return "monitoring"
        assert text.startswith(".Values."), f"the chart uses more than this test knows: {text}"
        value = self.values
        for key in text.removeprefix(".Values.").split("."):
            value = value[key]
        return value

    def holds(self, condition):
        greater = re.fullmatch(r"gt \(int (\S+)\) (\d+)", condition)
        if greater:
            return int(self.value(greater[1])) > int(greater[2])
        return any(self.value(one) for one in condition.removeprefix("or ").split())

    def expression(self, text):
        yaml_of = re.fullmatch(r"toYaml (\S+) \| nindent (\d+)", text)
        if yaml_of:
            lines = yaml.safe_dump(self.value(yaml_of[1])).splitlines()
            return "".join("\n" + " " * int(yaml_of[2]) + line for line in lines)
        choice = re.fullmatch(r'ternary "(.*)" "(.*)" (\S+)', text)
        if choice:
            return choice[1] if self.value(choice[3]) else choice[2]
        if text.endswith(" | quote"):
            return json.dumps(str(self.value(text.removesuffix(" | quote"))))
        return str(self.value(text))

    def render(self, text):
        """Conditions stand on lines of their own."""
        out, shown = [], [True]
        for line in text.splitlines():
            action = ACTION.fullmatch(line.strip())
            word = action[1].split(" ", 1) if action else [""]
            if word[0] == "if":
                shown.append(shown[-1] and self.holds(word[1]))
            elif word[0] == "else":
                shown[-1] = not shown[-1] and shown[-2]
            elif word[0] == "end":
                shown.pop()
            elif shown[-1]:
                out.append(ACTION.sub(lambda found: self.expression(found[1]), line))
        assert shown == [True]
        return "\n".join(out)


def changed(defaults, changes):
    """The values with those of {"server.replicas": 2} in their places."""
    values = copy.deepcopy(defaults)
    for path, value in changes.items():
        *folders, name = path.split(".")
        place = values
        for folder in folders:
            place = place[folder]
        place[name] = value
    return values


@pytest.fixture(scope="session")
def chart(tree):
    return tree / CHART


@pytest.fixture(scope="session")
def defaults(chart):
    return yaml.safe_load((chart / "values.yaml").read_text())


def rendered(chart, defaults, changes):
    if shutil.which("helm"):
        options = [option for path, value in changes.items() for option in ("--set-json", f"{path}={json.dumps(value)}")]
        text = subprocess.run(["helm", "template", "kubemonitor", chart, "--namespace", "monitoring", *options], check=True,
                              capture_output=True, text=True).stdout
    else:
        template = Template(changed(defaults, changes))
        text = "\n---\n".join(template.render(file.read_text()) for file in sorted((chart / "templates").glob("*.yaml")))
    return by_name(yaml.safe_load_all(text))


@pytest.mark.parametrize("changes, components", [
    ({}, []),
    ({"server.replicas": 2}, ["optional/replicas"]),
    ({"server.closedReads": True}, ["optional/closed-reads"]),
    ({"server.persistent": True}, ["optional/persistent"]),
    ({"server.tls": True}, ["optional/tls"]),
    ({"server.metricsApi": True}, ["metrics-api"]),
    ({"server.replicas": 2, "server.closedReads": True}, ["optional/replicas", "optional/closed-reads"]),
    ({"server.persistent": True, "server.tls": True, "server.metricsApi": True, "server.closedReads": True},
     ["optional/persistent", "optional/tls", "metrics-api", "optional/closed-reads"]),
])
def test_the_chart_is_the_manifest(chart, defaults, changes, components):
    wanted = with_parts(*(f"deploy/{component}" for component in components))
    del wanted[("Namespace", "monitoring")]  # helm's own --create-namespace
    assert in_order(rendered(chart, defaults, changes)) == in_order(wanted)


def test_values_reach_their_places(chart, defaults):
    changes = {"image.prefix": "registry.example/x/", "image.tag": "1.2", "server.retention": "30m", "server.nodePort": 31000,
               "collector.tolerations": [{"key": "a", "operator": "Exists"}], "collector.resources": {"limits": {"cpu": "1"}}}
    made = rendered(chart, defaults, changes)
    collector = made[("DaemonSet", "resource-collector")]["spec"]["template"]["spec"]
    server = made[("Deployment", "monitor-api")]["spec"]["template"]["spec"]["containers"][0]
    assert collector["containers"][0]["image"] == "registry.example/x/kubemonitor-collector:1.2"
    assert server["image"] == "registry.example/x/kubemonitor-api:1.2"
    assert {"name": "KUBEMONITOR_RETENTION", "value": "30m"} in server["env"]
    assert collector["tolerations"] == changes["collector.tolerations"]
    assert collector["containers"][0]["resources"] == {"limits": {"cpu": "1"}}
    assert made[("Service", "monitor-api-nodeport")]["spec"]["ports"][0]["nodePort"] == 31000


def test_the_volume_is_as_wanted(chart, defaults):
    made = rendered(chart, defaults, {"server.persistent": True, "server.storage": "9Gi", "server.storageClass": "fast"})
    claim = made[("PersistentVolumeClaim", "monitor-api-data")]["spec"]
    assert (claim["resources"]["requests"]["storage"], claim["storageClassName"]) == ("9Gi", "fast")


def test_with_tls_collectors_post_to_each_replica(chart, defaults):
    collector = rendered(chart, defaults, {"server.replicas": 2, "server.tls": True})[("DaemonSet", "resource-collector")]
    assert {"name": "API_SERVER_URL", "value": "https://monitor-api-replicas:8080"} in \
        collector["spec"]["template"]["spec"]["containers"][0]["env"]


def test_the_schema_takes_the_defaults_and_no_nonsense(chart, defaults):
    schema = json.loads((chart / "values.schema.json").read_text())
    check = jsonschema.Draft7Validator(schema)
    check.validate(defaults)
    for path, value in (("server.replicas", 0), ("server.replicas", "two"), ("image.pullPolicy", "Sometimes"),
                        ("image.prefix", "registry.example"), ("server.retention", "long"), ("server.nodeport", 1), ("servers", {}),
                        ("server.persistent", "yes"), ("server.storage", "much"), ("server.tls", 1), ("server.metricsApi", "on")):
        assert not check.is_valid(changed(defaults, {path: value})), path
    assert check.is_valid(changed(defaults, {"server.persistent": True}))
    assert not check.is_valid(changed(defaults, {"server.persistent": True, "server.replicas": 2})), "two would write one volume"
    # Every value of the defaults has its place in the schema: an unknown one is refused.
    for name, group in defaults.items():
        assert set(group) == set(schema["properties"][name]["properties"])
