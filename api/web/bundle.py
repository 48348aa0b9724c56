#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Joins the page's modules, or its styles, into one file that a browser asks for once: bundle.py OUT FILE...

Of modules the last one begins the program; those it imports stand before it, each as a function that
returns what it exports. Known are the forms that the page uses: exported functions, classes, constants
and a default; imports of names, of a default, or of everything under one name.
"""

import pathlib
import re
import sys

IMPORT = re.compile(r'^import (?:(\w+)|\* as (\w+)|\{([^}]*)\}) from "([^"]+)";\n', re.M)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const) (\w+))", re.M)
DEFAULT = re.compile(r"^export default ", re.M)


class Bundle:
    def __init__(self):
        self.names = {}  # path -> name of what it exports; None while what it imports is read
        self.parts = []

    def imported(self, path, match):
        default, everything, names, place = match.groups()
        name = self.add((path.parent / place).resolve())
        if everything:
            return f"const {everything} = {name};\n"
        if default:
            return f"const {default} = {name}.standard;\n"
        return f"const {{{' '.join(names.split()).replace(' as ', ': ')}}} = {name};\n"

    def body(self, path):
        """The module's text with its imports as constants, and the names it exports."""
        text = IMPORT.sub(lambda match: self.imported(path, match), path.read_text(encoding="utf-8"))
        exports = EXPORT.findall(text)
        text, defaults = DEFAULT.subn("const standard = ", EXPORT.sub("", text))
        if left := re.search(r"^(import|export)\b.*", text, re.M):
            sys.exit(f"{path}: bundle.py does not know this form: {left[0]}")
        return text, exports + ["standard"] * defaults

    def add(self, path):
        """The name of what the module exports; it is part of the bundle then."""
        if path in self.names:
            return self.names[path] or sys.exit(f"{path} imports itself by way of others")
        self.names[path] = None
        text, exports = self.body(path)
        self.names[path] = name = f"module_{len(self.parts)}"
        self.parts.append(f"const {name} = (() => {{\n{text}return {{{', '.join(exports)}}};\n}})();\n")
        return name


def main():
    out, *files = map(pathlib.Path, sys.argv[1:])
    if out.suffix == ".css":
        out.write_text("".join(file.read_text(encoding="utf-8") for file in files), encoding="utf-8")
        return
    bundle = Bundle()
    text, _ = bundle.body(files[-1].resolve())
    if unused := {file.resolve() for file in files[:-1]} ^ set(bundle.names):
        sys.exit(f"not imported, or not named to bundle.py: {', '.join(map(str, unused))}")
    out.write_text('"use strict";\n' + "".join(bundle.parts) + text, encoding="utf-8")


if __name__ == "__main__":
    main()
