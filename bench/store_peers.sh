#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The same rows into kubemonitor-api and into other stores, one after the other, each server on one CPU
# and the client on another: server CPU a sample, memory a sample, bytes at rest, and the server CPU of
# three questions. About half an hour for the whole of it; --only NAME,NAME for some.
#
# usage: store_peers.sh [--install] [--nodes N] [--pods-per-node M] [--ticks T] [--only NAME,…]
#
# --install takes the other stores from the distribution's packages; without it those that are not
# there are left out. Their services are not started: the script runs its own, on loopback, and ends
# them. Environment: BUILD (build), ROWS_DIR where the rows (240 MB) are kept between runs.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ "${1:-}" = --install ]; then
    shift
    apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends clickhouse-server influxdb prometheus \
        python3-fastapi python3-httptools python3-snappy python3-uvloop uvicorn victoria-metrics >/dev/null
fi
export BUILD=${BUILD:-$PWD/build}
[ -x "$BUILD/api/kubemonitor-api" ] || bash scripts/build.sh "$BUILD"
rows=${ROWS_DIR:-$(mktemp -d)}
[ -n "${ROWS_DIR:-}" ] || trap 'rm -rf "$rows"' EXIT
ROWS_DIR=$rows /usr/bin/python3 bench/store_peers.py "$@"
