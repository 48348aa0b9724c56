#!/usr/bin/env python3
"""Fails where docs/requirements.md names a test that is not there, where a line names none, and where it forgets a test that is named after it."""
import pathlib
import re
import sys

LINES = 38
SLOW = {"guest": "tests/vm/cgroup2.sh", "accuracy": "tests/e2e/accuracy.sh", "cluster": "tests/e2e/cluster.sh"}
WHY_NOT = "does not apply: "


def rows(text):
    """number -> what stands in the column "tested"."""
    return {int(number): tested for number, tested in re.findall(r"^\| (\d+) \|[^|]*\|(.*)\|$", text, re.M)}


def numbers_in(name):
    """{23, ..., 28} of test_b23_to_b28_..., {17, 20} of test_b17_b20_..."""
    span = re.match(r"test_b(\d+)_to_b(\d+)_", name)
    if span:
        return set(range(int(span[1]), int(span[2]) + 1))
    return {int(n) for n in re.findall(r"(?:^test|_)_?b(\d+)(?=_)", name)}


def named_tests(tested, functions, files, hosts):
    """Yields (what a line names, whether it is there)."""
    for name in re.findall(r"\btest_\w+\b(?!\.)", re.sub(r"`[^`]*`", "", tested)):
        yield name, name in functions
    for name in re.findall(r"`([\w./-]+\.(?:c|py|sh|yaml))`", tested):
        yield name, name in files or name in {file.rsplit("/", 1)[-1] for file in files}
    for group in re.findall(r"\bhosts? ((?:[\w-]+(?:, | and )?)+)", tested):
        for name in re.split(r", | and ", group):
            if "-" in name or name in hosts:
                yield f"host {name}", name in hosts
    for word, file in SLOW.items():
        if re.search(rf"\b{word}\b", tested):
            yield word, file in files


def faults(text, functions, files, hosts):
    table, of_number = rows(text), {}
    for name in functions:
        for number in numbers_in(name):
            of_number.setdefault(number, []).append(name)
    if sorted(table) != list(range(1, LINES + 1)):
        yield f"there are lines {sorted(table)}"
    for number, tested in table.items():
        found = list(named_tests(tested, functions, files, hosts))
        said = {int(n) for n in re.findall(r"\bb(\d+)\b", tested)}
        found += [(f"b{n:02d}", n in of_number) for n in said]
        yield from (f"line {number} names {name}, which is not there" for name, there in found if not there)
        if not any(name.startswith(("test_", "b", "host ", *SLOW)) for name, _ in found) and WHY_NOT not in tested:
            yield f"line {number} names no test"
        if number in of_number and number not in said:
            yield f"line {number} does not name {of_number[number]}"
        if "not built" in tested:
            yield f"line {number} says that something is not built"


def self_check():
    line = "| {} | asked | b{:02d}; `test_a.c`; host v1; guest |\n"
    right = "".join(line.format(n, n) for n in range(1, LINES + 1))
    functions = {f"test_b{n:02d}_x" for n in range(1, LINES + 1)} | {"test_y"}
    files, hosts = {"tests/test_a.c", *SLOW.values()}, {"v1"}

    def count(text):
        return len(list(faults(text, functions, files, hosts)))

    assert count(right) == 0, list(faults(right, functions, files, hosts))
    assert count(right.replace(line.format(38, 38), "")) == 1
    last = "| 38 | asked | {} |\n"
    for tested, wrong in (("b38; `test_a.c` test_y", 0), ("b38; `test_a.c` test_z", 1), ("b38; `test_b.c`", 1), ("b38, host v1-v2", 1),
                          ("b39, b38", 1), ("test_y", 1), ("does not apply: nothing", 1), ("nothing", 2), ("b38, not built", 1)):
        assert count(right.replace(line.format(38, 38), last.format(tested))) == wrong, tested
    functions.discard("test_b38_x")
    assert count(right.replace(line.format(38, 38), last.format(WHY_NOT + "it is so"))) == 0


def main():
    self_check()
    root = pathlib.Path(sys.argv[1])
    folders = ("api", "bench", "collector", "common", "deploy", "tests")
    paths = [path for folder in folders for path in (root / folder).rglob("*") if path.suffix in (".c", ".py", ".sh", ".yaml")]
    functions = {name for path in paths if path.suffix == ".py" and path.name.startswith("test_")
                 for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.M)}
    found = list(faults((root / "docs/requirements.md").read_text(encoding="utf-8"), functions,
                        {path.relative_to(root).as_posix() for path in paths}, {path.stem for path in (root / "tests/hosts").glob("*.host")}))
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
