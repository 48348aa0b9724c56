#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes recorded examples into a C source: embed_examples.py IN.json OUT.c

{"getNode": {"now": {…}}} becomes {"getNode.now", "{…}"}.
"""
import json
import pathlib
import sys


def main():
    examples = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    lines = ['#include <stddef.h>\n\n#include "openapi_examples.h"\n\n'
             "const struct km_openapi_example km_openapi_recorded[] = {\n"]
    for operation, named in examples.items():
        for name, value in named.items():
            text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
            pieces = [text[at : at + 80] for at in range(0, len(text), 80)]
            # A C string of its own for each piece: a text in JSON has no character that C would take for an escape
            # but quotes and backslashes.
            quoted = "\n     ".join('"' + p.replace("\\", "\\\\").replace('"', '\\"') + '"' for p in pieces)
            lines.append(f'    {{"{operation}.{name}",\n     {quoted}}},\n')
    lines.append("    {NULL, NULL},\n};\n")
    pathlib.Path(sys.argv[2]).write_text("".join(lines), encoding="ascii")


if __name__ == "__main__":
    main()
