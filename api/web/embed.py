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


def main():
    out, *arguments = sys.argv[1:]
    files = [(name, pathlib.Path(path)) for name, path in (argument.split("=", 1) for argument in arguments)]
    arrays, table = [], []
    for place, (name, path) in enumerate(files):
        # No time stamp, so that the same input always gives the same program.
        plain = path.read_bytes()
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
