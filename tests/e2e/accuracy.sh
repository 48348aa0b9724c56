#!/usr/bin/env bash
# How right the numbers are, on a real cluster, against an independent reading of the same kernel files.
#
# usage: KUBECONFIG=FILE tests/e2e/accuracy.sh [steady|restarts|waves]...   (all three)
#
#   steady    a minute of known loads: CPU within 1 %, every row's memory and bytes between the kernel's numbers
#             from just before and just after (2 minutes)
#   restarts  a thousand restarts of containers that crash: no negative and no giant rate, no counter that goes back (6 minutes)
#   waves     250 pods that come and go: none missed that lived longer than an interval, none left behind (6 minutes)
#
# Runs on a node of the cluster, as root. Environment: BUILD, NODE, IMAGE, PULL as in cluster.sh;
# RESTARTS (1000), PODS (250).
set -euo pipefail
cd "$(dirname "$0")/../.."
export NAMESPACE=kubemonitor-accuracy
# shellcheck source=tests/e2e/programs.sh
. tests/e2e/programs.sh
[ $# -gt 0 ] || set -- steady restarts waves
kubectl delete namespace "$NAMESPACE" --ignore-not-found --timeout=120s >/dev/null
kubectl create namespace "$NAMESPACE" >/dev/null
failed=0
for part in "$@"; do
    interval=5s
    # At a tick each second more of them fall into the short lives of crashing containers.
    [ "$part" != restarts ] || interval=1s
    echo "== $part, a reading every $interval"
    start_server --interval "$interval"
    # The recorder takes what the collector sends as it is; the server shows what becomes of it.
    python3 tests/e2e/recorder.py "$scratch/batches" >"$scratch/recorder" 2>"$scratch/recorder.log" &
    pids+=($!)
    until [ -s "$scratch/recorder" ]; do sleep 0.1; done
    start_collector "$server,$(cat "$scratch/recorder")" --interval "$interval"
    python3 tests/e2e/accuracy.py "$part" --server "$server" --batches "$scratch/batches" --interval "${interval%s}" \
        --namespace "$NAMESPACE" --image "$IMAGE" --pull "$PULL" --restarts "${RESTARTS:-1000}" --pods "${PODS:-250}" || failed=1
    end_programs
    rm -f "$scratch/batches" "$scratch/recorder"
done
exit $failed
