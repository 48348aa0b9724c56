#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# One kubemonitor-api for the largest cluster that Kubernetes supports: 5,000 nodes of 30 pods. An hour of
# history first, then the real pace for twice --live, alone and with a person's questions, then the list of
# all pods. About half an hour; ends by itself.
#
# usage: large_cluster.sh [--nodes N] [--pods-per-node M] [--history 1h] [--live 5m] [--memory-limit 2Gi]
#                         [--load "further options of kubemonitor-loadgen"]      Environment: BUILD (build)
set -euo pipefail
cd "$(dirname "$0")/.."
export BUILD=${BUILD:-build}
[ -x "$BUILD/api/kubemonitor-api" ] || bash scripts/build.sh "$BUILD"
exec /usr/bin/python3 bench/large_cluster.py "$@"
