#!/usr/bin/env bash
# Builds into a directory: build.sh [DIR [MESON OPTION...]]   (build, optimised, without tests)
set -euo pipefail
cd "$(dirname "$0")/.."
dir=${1:-build}
shift || true
[ -d node_modules/uplot ] || npm ci --ignore-scripts --no-audit --no-fund
[ $# -gt 0 ] || set -- -Dtests=false -Dbuildtype=release
[ -f "$dir/build.ninja" ] || meson setup "$dir" "$@"
ninja -C "$dir"
