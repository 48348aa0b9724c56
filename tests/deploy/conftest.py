"""The tree, the manifests and the programs under test."""
import os
import pathlib

import pytest
import yaml

TREE = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = {"kubemonitor-api": "KUBEMONITOR_API", "kubemonitor-collector": "KUBEMONITOR_COLLECTOR"}


@pytest.fixture(scope="session")
def tree():
    return TREE


@pytest.fixture(scope="session")
def manifest(tree):
    with open(tree / "deploy/monitor.yaml", encoding="utf-8") as file:
        return list(yaml.safe_load_all(file))


@pytest.fixture(scope="session")
def program():
    """Path of a program by its image's name."""
    def path(name):
        built = TREE / "build-asan" / name.removeprefix("kubemonitor-") / name
        found = pathlib.Path(os.environ.get(PROGRAMS[name], built))
        assert found.exists(), f"{PROGRAMS[name]} names no program, and {built} is not built"
        return found
    return path
