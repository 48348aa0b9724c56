#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# How the cost of taking samples in grows: with threads that store at once, and with nodes.
#
#   NODES="100 1000 5000 20000"   of 30 pods each: played clusters, one server each
#   TICKS=24                 readings of each node, as fast as they are taken
#   SERVER_CORE=1 LOAD_CORE=0
#   BUILD=build-release      where it is built, or was
#
# CPU time is that of all threads of the server, the kernel's share included
# (/proc/PID/task/*/schedstat). Ends by itself and stops what it started. Needs taskset (util-linux)
# and about 2 GB of memory for 20,000 nodes.
set -euo pipefail
cd "$(dirname "$0")/.."
ticks=${TICKS:-24} SERVER_CORE=${SERVER_CORE:-1} LOAD_CORE=${LOAD_CORE:-0}
# shellcheck source=bench/server.sh
. bench/server.sh
ninja -C "$build" bench/store_threads >/dev/null

describe_machine
printf '\n| threads | million samples a second | CPU time of a sample, ns | waits for a lock, of 1,000 batches | ratio |\n'
printf '|---:|---:|---:|---:|---:|\n'
"$build/bench/store_threads"

printf '\n| nodes | pods | requests, errors | server CPU of a request, us | ratio | RSS, bytes a pod |\n'
printf '|---:|---:|---:|---:|---:|---:|\n'
first=
for nodes in ${NODES:-100 1000 5000 20000}; do
    start_server --max-entities $((nodes * 40)) --memory-limit 8Gi
    before=$(memory "$server_pid" Rss)
    load --nodes "$nodes" --pods-per-node 30 --containers 0 --metrics basic --duration "$((ticks * 5))s"
    grown=$(($(memory "$server_pid" Rss) - before))
    stop_all
    each=$(ratio "$cpu" "$(report requests)" 1)
    first=${first:-$each}
    row "$nodes" $((nodes * 30)) "$(report requests), $(report errors)" "$each" "$(ratio "$each" "$first" 2)" \
        "$(ratio $((grown * 1024)) $((nodes * 30)) 0)"
done
