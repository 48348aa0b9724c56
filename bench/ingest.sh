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
SERVER_CORE=${SERVER_CORE:-1} LOAD_CORE=${LOAD_CORE:-0}
# shellcheck source=bench/server.sh
. bench/server.sh
ninja -C "$build" bench/store_parts >/dev/null

round() { # LOADGEN OPTION...: sets cpu and grown, leaves the report
    start_server
    grown=$(memory "$server_pid" Rss)
    load --nodes "$nodes" --pods-per-node "$pods" --duration "$duration" "$@"
    grown=$((($(memory "$server_pid" Rss) - grown) * 1024))
    stop_all
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
    taskset -c "$SERVER_CORE" "$build/bench/store_parts" "$nodes" "$pods" 240 "$1" "$2"
}

describe_machine
play "$nodes nodes of $pods pods without containers, up to 24 numbers each, for $duration" 0 basic
play "The same with one container a pod and all that the collector reads" 1 all
