#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes files into a C source as gzip data: embed.py OUT.c NAME=FILE..."""

import gzip
import hashlib
import pathlib
import sys

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}


SCRIPTS = ("docs.js", "early.js")  # no modules
PRELOAD = b"<!-- modules -->\n"  # a line of the page's index.html


def preloads(index, paths):
    """Links that let the browser fetch every module at once, not one after the other names it."""
    folder = index.parent
    modules = [path.relative_to(folder) for path in paths if path.suffix == ".js" and folder in path.parents]
    links = [f'<link rel="modulepreload" href="page/{module}">\n' for module in modules if module.name not in SCRIPTS]
    return "".join(links).encode()


def content(path, paths):
    return path.read_bytes().replace(PRELOAD, preloads(path, paths))


def main():
    out, *arguments = sys.argv[1:]
    files = [(name, pathlib.Path(path)) for name, path in (argument.split("=", 1) for argument in arguments)]
    paths = [path for _, path in files]
    arrays, table = [], []
    for place, (name, path) in enumerate(files):
        # No time stamp, so that the same input always gives the same program.
        plain = content(path, paths)
        packed = gzip.compress(plain, 9, mtime=0)
        etag = hashlib.sha256(plain).hexdigest()[:16]
        lines = [
            ",".join(str(byte) for byte in packed[at : at + 32])
            for at in range(0, len(packed), 32)
        ]
        arrays.append(
            f"static const unsigned char file_{place}[] = {{\n" + ",\n".join(lines) + "};\n"
        )
        kind = TYPES[pathlib.PurePath(name).suffix]
        table.append(f'    {{"{name}", "{kind}", file_{place}, sizeof(file_{place}), "W/\\"{etag}\\""}},\n')
    pathlib.Path(out).write_text(
        '#include "web_file.h"\n\n'
        + "\n".join(arrays)
        + "\nconst struct km_web_file km_web_files[] = {\n"
        + "".join(table)
        + "    {0},\n};\n"
    )


if __name__ == "__main__":
    main()
