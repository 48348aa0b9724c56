"""Every example of /openapi.json is what the server takes and answers."""
import json
import subprocess
import urllib.parse

import jsonschema
import pytest
from conftest import ROOT, Server
from examples import FILE, Recorder, reading, recorded, slot


def shape(value):
    """Names and types alone, for what differs from run to run."""
    if isinstance(value, dict):
        return {name: shape(member) for name, member in value.items()}
    if isinstance(value, list):
        return [shape(member) for member in value]
    return type(value).__name__


def test_recorded_examples_are_what_the_server_answers():
    found = recorded(Server)
    with open(FILE, encoding="utf-8") as file:
        wanted = json.load(file)
    assert list(found) == list(wanted)
    for operation, named in wanted.items():
        assert list(found[operation]) == list(named), operation
        for name, example in named.items():
            now = found[operation][name]
            if operation == "getStatus":  # the server's own figures
                now, example = shape(now), shape(example)
            if operation == "stream":  # a tick has its own time
                now, example = (text.split("event: tick")[0] for text in (now, example))
            assert now == example, f"{operation} {name}: if this is meant, python3 tests/api/examples.py writes it anew"


@pytest.fixture(scope="module")
def asked():
    """A server with the examples' readings in it."""
    server = Server()
    recorder, base = Recorder(server.url), slot()
    for at in (-10, -5, 0):
        assert recorder.ask("POST", "/api/nodes/worker-1", json=reading(base, at)).status_code == 200
    yield recorder
    server.stop()


def schemas_of(document, node, path=""):
    """Every schema object in the document, with where it stands."""
    if isinstance(node, dict):
        for name, member in node.items():
            here = f"{path}/{name}"
            if name == "properties" and isinstance(member, dict):
                for field, schema in member.items():
                    yield f"{here}/{field}", schema
            yield from schemas_of(document, member, here)
    elif isinstance(node, list):
        for i, member in enumerate(node):
            yield from schemas_of(document, member, f"{path}/{i}")


def test_every_field_has_an_example_of_its_type(asked):
    found = 0
    for path, schema in schemas_of(asked.document, asked.document["components"]["schemas"]):
        if "properties" in schema or "$ref" in schema or schema.get("type") == "array" and "$ref" in schema["items"]:
            continue  # its parts have them
        if schema.get("type") == "array" and "properties" in schema["items"]:
            continue
        assert schema.get("description"), path
        assert schema.get("examples"), path
        for example in schema["examples"]:
            jsonschema.Draft202012Validator(schema).validate(example)
        found += 1
    assert found > 300


def test_every_metric_has_a_unit(asked):
    groups = asked.document["components"]["schemas"]["NodeMetrics"]["properties"]
    for group in ("cpu", "memory", "network", "disk", "pressure"):
        for name, schema in groups[group]["properties"].items():
            assert schema["x-unit"], name
    assert groups["network"]["properties"]["rx_bytes_per_second"]["x-unit"] == "bytes/s"


def test_every_parameter_has_an_example_that_is_taken(asked):
    for path, operation in asked.operations():
        if "text/event-stream" in operation["responses"]["200"]["content"]:
            continue
        for parameter in operation["parameters"]:
            assert parameter["example"] is not None and (parameter["in"] == "path" or parameter["description"])
            jsonschema.Draft202012Validator(parameter["schema"]).validate(parameter["example"])
            if parameter["in"] == "query":
                # A step is of a window.
                query = {"window": 10} if parameter["name"] in ("step", "format", "metrics") else {}
                query[parameter["name"]] = parameter["example"]
                answer = asked.get(f"{path}?{urllib.parse.urlencode(query)}")
                assert answer.status_code == 200, answer.text


def test_a_stream_takes_its_examples(asked):
    operation = asked.document["paths"]["/api/stream"]["get"]
    query = {p["name"]: p["example"] for p in operation["parameters"]}
    with asked.session.get(asked.url + "/api/stream?" + urllib.parse.urlencode(query, doseq=True), stream=True, timeout=30) as answer:
        assert answer.status_code == 200 and answer.headers["Content-Type"] == "text/event-stream"


def test_every_operation_has_examples_and_its_problems(asked):
    document = asked.document
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for name, media in operation["responses"]["200"]["content"].items():
                assert media["examples"], f"{method} {path} {name}"
                for example in media["examples"].values():
                    schema = {**media["schema"], "components": document["components"]}
                    jsonschema.Draft202012Validator(schema).validate(example["value"])
            if method == "post":
                body = operation["requestBody"]["content"]["application/json"]
                schema = {**body["schema"], "components": document["components"]}
                jsonschema.Draft202012Validator(schema).validate(body["example"])
            assert "422" in operation["responses"]
    for name, response in document["components"]["responses"].items():
        media = response["content"]["application/problem+json"]
        assert media["schema"] == {"$ref": "#/components/schemas/Problem"}
        assert name in ("Unavailable", "Unauthorized", "Forbidden") or media["examples"], name


def test_redocly_finds_nothing(asked):
    done = subprocess.run(["node", f"{ROOT}/tests/api/lint.mjs", asked.url + "/openapi.json"], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
