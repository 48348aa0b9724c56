#!/usr/bin/env bash
# The page on a real cluster: each view shows what the API answers. First fed by a collector of this node; then,
# where the server is deployed, through `kubectl port-forward` and through the Kubernetes API's proxy.
#
# usage: KUBECONFIG=FILE tests/e2e/page.sh        on a node of that cluster, as root, with Chromium; a minute or two
#
# Nothing is changed in the cluster. Environment: BUILD, NODE as in cluster.sh; MONITORING, the namespace of the
# deployed server (monitoring); PICTURES, a folder for pictures of the views.
set -euo pipefail
cd "$(dirname "$0")/../.."
export NAMESPACE=kubemonitor-page # nothing is in it
# shellcheck source=tests/e2e/programs.sh
. tests/e2e/programs.sh
MONITORING=${MONITORING:-monitoring}
SERVICE=monitor-api-service
HISTORY=30 # seconds before the page is opened

check() { # NAME URL
    local pictures=${PICTURES:+$PICTURES/$1}
    [ -z "$pictures" ] || mkdir -p "$pictures"
    echo "--- $1: $2"
    KUBEMONITOR_URL=$2 PICTURES=$pictures node --test tests/ui/running.test.mjs
}

# A port that kubectl says it listens on: LOG, PATTERN around it
port_of() {
    for _ in $(seq 100); do
        port=$(sed -n "s/$2/\1/p" "$1" | head -1)
        [ -z "$port" ] || return 0
        sleep 0.1
    done
    echo "kubectl did not say where it listens" >&2
    return 1
}

start_server
start_collector "$server"
sleep "$HISTORY"
check node "$server"

kubectl -n "$MONITORING" get "service/$SERVICE" >/dev/null 2>&1 || { echo "no server is deployed in $MONITORING"; exit 0; }
kubectl -n "$MONITORING" port-forward "service/$SERVICE" :80 >"$scratch/forward" 2>"$scratch/forward.log" &
pids+=($!)
port_of "$scratch/forward" '^Forwarding from 127.0.0.1:\([0-9]*\) .*'
check forward "http://127.0.0.1:$port"

kubectl proxy --port=0 >"$scratch/proxy" 2>"$scratch/proxy.log" &
pids+=($!)
port_of "$scratch/proxy" '^Starting to serve on 127.0.0.1:\([0-9]*\)$'
check proxy "http://127.0.0.1:$port/api/v1/namespaces/$MONITORING/services/$SERVICE:80/proxy"
