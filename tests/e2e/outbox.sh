#!/usr/bin/env bash
# An hour's readings of a node of 110 pods fit the collector's outbox: a server that was away for 720
# readings or more gets the last 720 at least when it comes back, each once and in order.
#
# usage: KUBECONFIG=FILE tests/e2e/outbox.sh        on a node of that cluster, as root; about 5 minutes
#
# The readings are taken every 100 ms, so that the hour of 720 takes little more than a minute: each is packed
# by itself, so their size does not depend on the time between them. Environment: BUILD, NODE, IMAGE, PULL as in
# cluster.sh; READINGS (720), LIMIT (16Mi).
set -euo pipefail
cd "$(dirname "$0")/../.."
export NAMESPACE=kubemonitor-density
# shellcheck source=tests/e2e/programs.sh
. tests/e2e/programs.sh

kubectl delete namespace "$NAMESPACE" --ignore-not-found --timeout=180s >/dev/null
with_image bench/density.yaml | kubectl apply -f - >/dev/null
for name in files idle busy; do
    kubectl -n "$NAMESPACE" rollout status "deployment/$name" --timeout=400s >/dev/null
done
# A server that is there counts the readings, beside one that is not: a port that nobody listens on.
python3 tests/e2e/recorder.py "$scratch/batches" >"$scratch/recorder" 2>"$scratch/recorder.log" &
pids+=($!)
until [ -s "$scratch/recorder" ]; do sleep 0.1; done
port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
start_collector "$(cat "$scratch/recorder"),http://127.0.0.1:$port" --interval 100ms --outbox-limit "${LIMIT:-16Mi}"
python3 tests/e2e/check_outbox.py --batches "$scratch/batches" --node "$NODE" --readings "${READINGS:-720}" \
    --api "$BUILD/api/kubemonitor-api" --port "$port" --collector "$collector_pid"
