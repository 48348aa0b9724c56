# shellcheck shell=bash
# For scripts that run both programs on a node of the cluster that KUBECONFIG names: sets BUILD, NODE,
# IMAGE, PULL, scratch (a folder) and, by start_server, server. What was started ends with the script.
BUILD=${BUILD:-build}
: "${KUBECONFIG:?names the cluster: a kubeconfig file}"
export KUBECONFIG
if [ -z "${NODE:-}" ]; then
    # The cluster's only node; among several the one with this machine's name.
    mapfile -t nodes < <(kubectl get nodes -o name)
    NODE=${nodes[0]#node/}
    [ ${#nodes[@]} = 1 ] || NODE=$(hostname)
fi
IMAGE=${IMAGE:-busybox}
PULL=${PULL:-IfNotPresent}
NAMESPACE=${NAMESPACE:-kubemonitor-e2e}
scratch=$(mktemp -d)
pids=()

end_programs() {
    local pid
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
    pids=()
}

finish() {
    local status=$? log
    end_programs
    [ -z "${STATIC_POD_DIR:-}" ] || rm -f "$STATIC_POD_DIR/kubemonitor-static.yaml"
    kubectl delete namespace "$NAMESPACE" --wait=false >/dev/null 2>&1 || true
    if [ $status -ne 0 ]; then
        for log in "$scratch"/*.log; do
            [ ! -e "$log" ] || { echo "--- $(basename "$log" .log):"; tail -20 "$log"; }
        done
    fi
    rm -rf "$scratch"
}
trap finish EXIT
trap 'exit 1' INT TERM

with_image() { sed "s#IMAGE#$IMAGE#; s#PULL#$PULL#" "$1"; } # MANIFEST

start_server() { # [OPTION...]
    "$BUILD/api/kubemonitor-api" --listen 127.0.0.1:0 "$@" >"$scratch/server" 2>"$scratch/kubemonitor-api.log" &
    server_pid=$!
    pids+=("$server_pid")
    for _ in $(seq 50); do
        server=$(sed -n 's/^listening on //p' "$scratch/server")
        [ -z "$server" ] || return 0
        sleep 0.1
    done
    echo "the API server did not start" >&2
    return 1
}

start_collector() { # URL[,URL...] [OPTION...]
    "$BUILD/collector/kubemonitor-collector" --server "$1" --node "$NODE" --names api --kubeconfig "$KUBECONFIG" "${@:2}" \
        2>"$scratch/kubemonitor-collector.log" &
    collector_pid=$!
    pids+=("$collector_pid")
}
