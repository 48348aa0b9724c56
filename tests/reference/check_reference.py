#!/usr/bin/env python3
"""Compares docs/api.md and docs/metrics.md with what the tables say: check_reference.py PROGRAM DOCS [--write]"""
import difflib
import pathlib
import subprocess
import sys


def main(program, docs, write):
    differ = False
    for name in ("api", "metrics"):
        path = pathlib.Path(docs) / f"{name}.md"
        wanted = subprocess.run([program, name], check=True, capture_output=True, text=True).stdout
        assert wanted.count("\n| `") > 20, f"the {name} reference is all but empty"
        if write:
            path.write_text(wanted, encoding="utf-8")
            continue
        found = path.read_text(encoding="utf-8") if path.exists() else ""
        if found != wanted:
            differ = True
            sys.stdout.writelines(difflib.unified_diff(
                found.splitlines(True), wanted.splitlines(True), str(path), "the tables"))
    if differ:
        print("run: ninja -C <build folder> reference")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], "--write" in sys.argv[3:]))
