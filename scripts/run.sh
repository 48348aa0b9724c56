#!/usr/bin/env bash
# Installs what is missing, builds, and shows this machine: an API server on 127.0.0.1:8080 (or where
# KUBEMONITOR_LISTEN says) and a collector that posts to it. Ctrl-C stops both.
set -euo pipefail
cd "$(dirname "$0")/.."
listen=${KUBEMONITOR_LISTEN:-127.0.0.1:8080}
bash scripts/install-dependencies.sh
bash scripts/build.sh build

out=$(mktemp)
pids=()
stop() {
    trap - EXIT INT TERM
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -f "$out"
}
trap stop EXIT
trap 'exit 0' INT TERM

build/api/kubemonitor-api --listen "$listen" >"$out" &
pids+=($!)
for _ in $(seq 50); do
    server=$(sed -n 's/^listening on //p' "$out")
    [ -z "$server" ] || break
    kill -0 "${pids[0]}" 2>/dev/null || { echo "the API server did not start: is $listen taken? KUBEMONITOR_LISTEN=127.0.0.1:0 takes a free port" >&2; exit 1; }
    sleep 0.1
done
build/collector/kubemonitor-collector --server "$server" &
pids+=($!)
cat <<EOF

kubemonitor shows this machine:
  $server/                  the page: totals, greatest consumers, charts
  $server/docs              every path, to read and try
  $server/api/nodes         the node's CPU, memory, network and disk
  $server/api/pods          its pods, if it is a Kubernetes node
  $server/api/nodes/$(hostname)?window=60   the last minute
Ctrl-C stops both.
EOF
wait -n
echo "kubemonitor-api or kubemonitor-collector has ended" >&2
exit 1
