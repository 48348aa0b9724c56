#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What a question costs: a release server pinned to one CPU, the client on another, each question asked
# again and again, the server's CPU time by /proc/PID/task/*/schedstat. First the rows that other stores
# are given too (store_peers.sh), then the pods of the largest cluster. About ten minutes; ends by itself.
#
# usage: queries.sh [--only peers|large] [--nodes N] [--pods-per-node M] [--ticks T]
# Environment: BUILD (build), ROWS_DIR where the rows (240 MB) are kept between runs.
set -euo pipefail
cd "$(dirname "$0")/.."
export BUILD=${BUILD:-$PWD/build}
[ -x "$BUILD/api/kubemonitor-api" ] || bash scripts/build.sh "$BUILD"
rows=${ROWS_DIR:-$(mktemp -d)}
[ -n "${ROWS_DIR:-}" ] || trap 'rm -rf "$rows"' EXIT
ROWS_DIR=$rows taskset -c 0 /usr/bin/python3 bench/queries.py "$@"
