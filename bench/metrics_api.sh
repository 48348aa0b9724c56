#!/usr/bin/env bash
# metrics.k8s.io of a large cluster: what lists, an autoscaler's questions and discovery take while collectors post at
# their pace. Prints a table; starts what it needs on loopback and stops it.
#
# usage: bash bench/metrics_api.sh      Environment:
#   BUILD (build), NODES (5000), PODS_PER_NODE (30), INTERVAL (5s), SECONDS_TO_RUN (60)
set -euo pipefail
cd "$(dirname "$0")/.."
exec /usr/bin/python3 bench/metrics_api.py --build "${BUILD:-build}" --nodes "${NODES:-5000}" \
    --pods-per-node "${PODS_PER_NODE:-30}" --interval "${INTERVAL:-5s}" --seconds "${SECONDS_TO_RUN:-60}"
