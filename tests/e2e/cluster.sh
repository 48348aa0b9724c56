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
BUILD=${BUILD:-build}
: "${KUBECONFIG:?names the cluster: a kubeconfig file}"
export KUBECONFIG
NODE=${NODE:-$(kubectl get nodes -o name | sed 's#node/##' | { read -r first; read -r more && hostname || echo "$first"; })}
IMAGE=${IMAGE:-busybox}
PULL=${PULL:-IfNotPresent}
scratch=$(mktemp -d)
pids=()

finish() {
    local status=$?
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait 2>/dev/null || true
    [ -z "${STATIC_POD_DIR:-}" ] || rm -f "$STATIC_POD_DIR/kubemonitor-static.yaml"
    kubectl delete namespace kubemonitor-e2e --wait=false >/dev/null 2>&1 || true
    if [ $status -ne 0 ]; then
        echo "--- kubemonitor-api:"; tail -20 "$scratch/api.log"
        echo "--- kubemonitor-collector:"; tail -20 "$scratch/collector.log"
    fi
    rm -rf "$scratch"
}
trap finish EXIT

# A run just before may have left its namespace, and it may be going still.
kubectl delete namespace kubemonitor-e2e --ignore-not-found --timeout=180s >/dev/null
with_image() { sed "s#IMAGE#$IMAGE#; s#PULL#$PULL#" "$1"; }
with_image tests/e2e/load.yaml | kubectl apply -f - >/dev/null
[ -z "${STATIC_POD_DIR:-}" ] || with_image tests/e2e/static-pod.yaml >"$STATIC_POD_DIR/kubemonitor-static.yaml"
kubectl -n kubemonitor-e2e rollout status deployment/web --timeout=120s >/dev/null
kubectl -n kubemonitor-e2e wait --for=condition=Ready pod/burn pod/client pod/disk pod/host pod/rest --timeout=120s >/dev/null

"$BUILD/api/kubemonitor-api" --listen 127.0.0.1:0 >"$scratch/api.out" 2>"$scratch/api.log" &
pids+=($!)
for _ in $(seq 50); do
    server=$(sed -n 's/^listening on //p' "$scratch/api.out")
    [ -z "$server" ] || break
    sleep 0.1
done
"$BUILD/collector/kubemonitor-collector" --server "$server" --node "$NODE" --names api --kubeconfig "$KUBECONFIG" \
    2>"$scratch/collector.log" &
pids+=($!)

python3 tests/e2e/check_cluster.py --server "$server" --node "$NODE" \
    --seconds "${SECONDS_TO_WATCH:-60}" ${STATIC_POD_DIR:+--static}
