#!/usr/bin/env python3
"""Fails where a unit test is a file that its folder's meson.build does not name: it would never run, and nobody would see."""
import pathlib
import re
import sys


def forgotten(meson, names):
    """Those of test_<name>.c that stand in meson.build neither as 'name' nor as a file."""
    said = set(re.findall(r"'([\w.]+)'", meson))
    return sorted(name for name in names if name not in said and f"test_{name}.c" not in said)


def self_check():
    assert forgotten("foreach module : ['a', 'b']", ["a", "b", "c"]) == ["c"]
    assert forgotten("executable('test_d', 'test_d.c')", ["d"]) == []


def main():
    self_check()
    folders = [path.parent for path in (pathlib.Path(sys.argv[1]) / "tests/unit").glob("*/meson.build")]
    found = [f"{folder.name}/test_{name}.c" for folder in folders for name in forgotten(
        (folder / "meson.build").read_text(encoding="utf-8"), [path.stem.removeprefix("test_") for path in folder.glob("test_*.c")])]
    print("\n".join(f"{name} is built by nobody" for name in found))
    return 1 if found or not folders else 0


if __name__ == "__main__":
    sys.exit(main())
