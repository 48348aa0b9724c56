#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What clients of /api/stream cost, and whether others wait for them: the server's CPU time for ten seconds
# of a played cluster of 200 nodes and 6,000 pods, and how long a question takes, without streams, with
# 100 that watch the page's overview, and with 100 browsers' worth of polling instead.
#
#   STREAMS=100 SECONDS_TO_RUN=10
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/build.sh build-release >/dev/null
exec python3 bench/streams.py build-release "${STREAMS:-100}" "${SECONDS_TO_RUN:-10}"
