#!/usr/bin/env python3
"""Fails on an #include against the one arrow of docs/architecture.md:

common <- api/storage <- api <- api/metrics_api <- api/main.c; common <- collector; common <- cli; api/storage <- bench.
"""
import pathlib
import re
import sys

MAY_USE = {
    "common": {"common"},
    "api/storage": {"common", "api/storage"},
    "api": {"common", "api/storage", "api"},
    "api/metrics_api": {"common", "api/storage", "api", "api/metrics_api"},
    "api/main.c": {"common", "api/storage", "api", "api/metrics_api"},  # which puts all of it together
    "collector": {"common", "collector"},
    "cli": {"common", "cli"},
    "bench": {"common", "api/storage", "bench"},
}


def layer_of(path):
    name = path.as_posix()
    return max((layer for layer in MAY_USE if name == layer or name.startswith(layer + "/")), key=len, default=None)


def faults(files):
    """files: path -> text. Yields a sentence for each fault."""
    home = {}
    for path in files:
        if path.name in home and not path.name.startswith("main."):
            yield f"{path} and {home[path.name]} have the same name"
        home[path.name] = path
    for path, text in files.items():
        for name in re.findall(r'^#include "([^"]+)"', text, re.M):
            if name not in home:
                yield f"{path} includes {name}, which is nowhere"
            elif layer_of(home[name]) not in MAY_USE[layer_of(path)]:
                yield f"{path} includes {home[name]}: {layer_of(path)} may not use {layer_of(home[name])}"
        if "<microhttpd.h>" in text and path.name != "http_inside.h":
            yield f"{path} includes microhttpd.h, which only api/http_inside.h may know"
        if '"http_inside.h"' in text and not path.name.startswith("http_"):
            yield f"{path} includes http_inside.h, which only api/http_*.c may know"


def self_check():
    P = pathlib.PurePosixPath
    wrong = {P("common/a.h"): '#include "b.h"\n', P("api/b.h"): "", P("collector/c.c"): '#include "b.h"\n',
             P("api/storage/d.c"): '#include "b.h"\n', P("api/e.c"): "#include <microhttpd.h>\n", P("cli/b.h"): "",
             P("api/http_inside.h"): "", P("api/f.c"): '#include "http_inside.h"\n',
             P("api/metrics_api/m.h"): "", P("api/g.c"): '#include "m.h"\n', P("api/main.c"): '#include "m.h"\n'}
    assert len(list(faults(wrong))) == 7, list(faults(wrong))
    right = {P("common/a.h"): "", P("api/storage/s.c"): '#include "a.h"\n', P("api/b.c"): '#include "a.h"\n'}
    assert not list(faults(right))


def main():
    self_check()
    root = pathlib.Path(sys.argv[1])
    files = {}
    for layer in MAY_USE:
        for path in [root / layer] if layer.endswith(".c") else (root / layer).rglob("*.[chd]*"):
            if path.suffix in (".c", ".h", ".def"):
                files[path.relative_to(root)] = path.read_text(encoding="utf-8")
    assert len(files) > 50, "this is not the tree"
    found = list(faults(files))
    print("\n".join(found) or f"{len(files)} files keep to the arrow")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
