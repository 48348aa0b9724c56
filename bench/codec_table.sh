#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds and runs bench/codec_table and bench/codec_memory: the tables of docs/compression.md.
#
# usage: codec_table.sh [TRACE.csv.gz]   lines of "unix ms,entity,metric,value"; the metric cpu in ns
set -euo pipefail
cd "$(dirname "$0")/.."
[ -f build-bench/build.ninja ] || meson setup build-bench -Dtests=false -Dbuildtype=release >/dev/null
ninja -C build-bench bench/codec_table bench/codec_memory >/dev/null
trace=
if [ $# -gt 0 ]; then
    trace=$(mktemp)
    trap 'rm -f "$trace"' EXIT
    # The store holds CPU time in us.
    zcat "$1" | awk -F, -v OFS=, '$3 == "cpu" { $4 = sprintf("%.0f", int($4 / 1000)) } 1' >"$trace"
fi
build-bench/bench/codec_table ${trace:+"$trace"}
build-bench/bench/codec_memory
