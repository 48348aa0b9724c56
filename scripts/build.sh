#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds into DIR (build), which is set up with the given Meson options the first time.
#
# usage: build.sh [DIR [MESON-OPTION...]]
set -euo pipefail
cd "$(dirname "$0")/.."
dir=${1:-build}
[ $# -gt 0 ] && shift
[ $# -gt 0 ] || set -- -Dtests=false

# The Swagger page is embedded at build time; --ignore-scripts: its package wants to run code that
# only counts installations.
if [ ! -d node_modules/swagger-ui-dist ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
    touch node_modules/.package-lock.json
fi
[ -f "$dir/build.ninja" ] || meson setup "$dir" "$@" >"$dir-setup.log" || {
    cat "$dir-setup.log" >&2
    exit 1
}
ninja -C "$dir" --quiet
