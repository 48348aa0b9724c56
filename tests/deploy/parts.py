"""deploy/monitor.yaml with parts that deploy/kustomization.yaml lists, merged as "kubectl kustomize" does it: for tests, and
for a kubectl before 1.21, which knows no components. Knows what the parts' patches hold.

usage: parts.py [PART...] | kubectl apply -f -        a part is a folder: deploy/optional/replicas
"""
import pathlib
import sys

import yaml

TREE = pathlib.Path(__file__).resolve().parents[2]


def read(file):
    return [document for document in yaml.safe_load_all(file.read_text(encoding="utf-8")) if document]


def by_name(documents):
    return {(one["kind"], one["metadata"]["name"]): one for one in documents if one}


def with_parts(*folders):
    """(kind, name) -> object."""
    made = by_name(read(TREE / "deploy/monitor.yaml"))
    for folder in folders:
        part = read(TREE / folder / "kustomization.yaml")[0]
        for file in part.get("resources", []):
            made.update(by_name(read(TREE / folder / file)))
        for patch in part.get("patches", []):
            change = read(TREE / folder / patch["path"])[0]
            merge(made[(change["kind"], change["metadata"]["name"])], change)
    return made


def merge(into, change):
    """A strategic merge: objects in lists are the same where their names are; null takes away."""
    for key, value in change.items():
        old = into.get(key)
        if value is None:
            into.pop(key, None)
        elif isinstance(value, dict) and isinstance(old, dict):
            merge(old, value)
        elif isinstance(value, list) and value and isinstance(value[0], dict) and isinstance(old, list):
            for one in value:
                same = next((its for its in old if its["name"] == one["name"]), None)
                if same:
                    merge(same, one)
                else:
                    old.append(one)
        else:
            into[key] = value


def in_order(value):
    """The same with the objects of each list by their names: Kubernetes keys them by name, wherever they stand."""
    if isinstance(value, dict):
        return {key: in_order(one) for key, one in value.items()}
    if isinstance(value, list):
        return sorted(map(in_order, value), key=lambda one: one.get("name", "") if isinstance(one, dict) else "")
    return value


if __name__ == "__main__":
    yaml.safe_dump_all(with_parts(*sys.argv[1:]).values(), sys.stdout)
