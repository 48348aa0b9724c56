#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What taking samples in costs the API server: plays a cluster that posts a body a node and tick as
# fast as it is taken, with the server on one core and the load generator on another, then gives the
# same rows to the store alone and says what it keeps of them.
#
#   LOAD_NODES=200 LOAD_PODS=30 LOAD_DURATION=20m   what is played; 20m are 240 ticks
#   ROUNDS=3                 each case is run so often; the least CPU time is shown, and the most
#   SERVER_CORE=1 LOAD_CORE=0
#   BUILD=build-release      where it is built, or was
#
# CPU time is that of all threads, the kernel's share included (/proc/PID/task/*/schedstat). Ends by
# itself and stops what it started. Needs taskset (util-linux).
set -euo pipefail
cd "$(dirname "$0")/.."
nodes=${LOAD_NODES:-200} pods=${LOAD_PODS:-30} duration=${LOAD_DURATION:-20m} rounds=${ROUNDS:-3}
server_core=${SERVER_CORE:-1} load_core=${LOAD_CORE:-0}
build=${BUILD:-build-release}
load_timeout=1200 # seconds; a round takes a few where nothing else runs

bash scripts/build.sh "$build" >/dev/null
ninja -C "$build" bench/store_parts >/dev/null
scratch=$(mktemp -d)
server_pid=
stop_server() {
    [ -z "$server_pid" ] || kill "$server_pid" 2>/dev/null || true
    [ -z "$server_pid" ] || wait "$server_pid" 2>/dev/null || true
    server_pid=
}
trap 'stop_server; rm -rf "$scratch"' EXIT
trap 'exit 1' INT TERM

start_server() { # sets server (its URL) and server_pid
    taskset -c "$server_core" "$build/api/kubemonitor-api" --listen 127.0.0.1:0 --log-level warning >"$scratch/server" &
    server_pid=$!
    for _ in $(seq 100); do
        server=$(sed -n 's/^listening on //p' "$scratch/server")
        [ -z "$server" ] || return 0
        sleep 0.1
    done
    echo "the API server did not start" >&2
    exit 1
}

cpu_usec() { cat "/proc/$server_pid/task/"*/schedstat | awk '{n += $1} END {printf "%d\n", n / 1000}'; }
rss() { awk '$1 == "Rss:" {printf "%d\n", $2 * 1024}' "/proc/$server_pid/smaps_rollup"; }
report() { grep -o "\"$1\":[0-9.]*" "$scratch/report" | cut -d: -f2; }
ratio() { awk -v a="$1" -v b="$2" -v d="$3" 'BEGIN {printf "%.*f", d, a / b}'; }
row() { printf '| %s | %s |\n' "$1" "$2"; }

round() { # LOADGEN OPTION...: sets cpu and grown, leaves the report
    start_server
    cpu=$(cpu_usec)
    grown=$(rss)
    timeout "$load_timeout" taskset -c "$load_core" "$build/bench/kubemonitor-loadgen" --server "$server" --fast \
        --nodes "$nodes" --pods-per-node "$pods" --duration "$duration" "$@" >"$scratch/report"
    cpu=$(($(cpu_usec) - cpu))
    grown=$(($(rss) - grown))
    stop_server
}

play() { # TITLE CONTAINERS all|basic
    local title=$1 least= most=0
    shift
    for _ in $(seq "$rounds"); do
        round --containers "$1" --metrics "$2"
        [ -n "$least" ] && [ "$cpu" -ge "$least" ] || least=$cpu
        [ "$cpu" -le "$most" ] || most=$cpu
    done
    printf '\n%s\n\n| | |\n|---|---:|\n' "$title"
    row "requests, errors" "$(report requests), $(report errors)"
    row "samples of a request" "$(ratio "$(report samples)" "$(report requests)" 0)"
    row "bytes of a request" "$(ratio "$(report bytes)" "$(report requests)" 0)"
    row "server CPU time of a request, us: least (most) of $rounds rounds" \
        "$(ratio "$least" "$(report requests)" 1) ($(ratio "$most" "$(report requests)" 1))"
    row "samples a second of server CPU time, millions: most (least)" \
        "$(ratio "$(report samples)" "$least" 2) ($(ratio "$(report samples)" "$most" 2))"
    row "growth of the server's RSS, bytes for each sample" "$(ratio "$grown" "$(report samples)" 3)"
    taskset -c "$server_core" "$build/bench/store_parts" "$nodes" "$pods" 240 "$1" "$2"
}

echo "machine: $(uname -sr), $(nproc) CPUs, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)"
echo "commit:  $(git rev-parse --short HEAD 2>/dev/null || echo unknown)"
play "$nodes nodes of $pods pods without containers, up to 24 numbers each, for $duration" 0 basic
play "The same with one container a pod and all that the collector reads" 1 all
