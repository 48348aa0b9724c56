#!/usr/bin/env bash
# Both programs against a real cluster: known loads, and every number compared with the kernel's own.
#
# usage: KUBECONFIG=FILE tests/e2e/cluster.sh
#
# Runs on a node of the cluster, as root: the collector reads this machine's kernel. Environment:
#   BUILD            build directory (build)
#   NODE             this machine's node name (the cluster's only node, else the host's name)
#   IMAGE, PULL      image with busybox and its pull policy (busybox, IfNotPresent)
#   STATIC_POD_DIR   the kubelet's staticPodPath; without it the static pod is left out
#   SECONDS_TO_WATCH how long rates are compared (60)
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/e2e/programs.sh
. tests/e2e/programs.sh

# A run just before may have left its namespace, and it may be going still.
kubectl delete namespace "$NAMESPACE" --ignore-not-found --timeout=180s >/dev/null
with_image tests/e2e/load.yaml | kubectl apply -f - >/dev/null
[ -z "${STATIC_POD_DIR:-}" ] || with_image tests/e2e/static-pod.yaml >"$STATIC_POD_DIR/kubemonitor-static.yaml"
kubectl -n kubemonitor-e2e rollout status deployment/web --timeout=120s >/dev/null
kubectl -n kubemonitor-e2e wait --for=condition=Ready pod/burn pod/client pod/disk pod/host pod/rest --timeout=120s >/dev/null

start_server
start_collector "$server"
python3 tests/e2e/check_cluster.py --server "$server" --node "$NODE" \
    --seconds "${SECONDS_TO_WATCH:-60}" ${STATIC_POD_DIR:+--static}
