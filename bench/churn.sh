#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Memory while pods come and go: hours of a played cluster, 1 % of its pods replaced each minute, as fast
# as the server takes them, into a memory limit that is much too small; then what comes back when all that
# was known has gone beyond retention. About three minutes; ends by itself.
#
# usage: churn.sh        Environment: BUILD (build), LIMIT (48Mi), HOURS (2), NODES (50)
set -euo pipefail
cd "$(dirname "$0")/.."
build=${BUILD:-build} limit=${LIMIT:-48Mi} hours=${HOURS:-2} nodes=${NODES:-50}
[ -x "$build/api/kubemonitor-api" ] || bash scripts/build.sh "$build"
out=$(mktemp) server=
trap '[ -z "$server" ] || kill "$server"; rm -f "$out"' EXIT

start() { # OPTION...
    : >"$out"
    "$build/api/kubemonitor-api" --listen 127.0.0.1:0 "$@" >"$out" &
    server=$!
    until url=$(grep -o 'http://[0-9.:]*' "$out"); do sleep 0.1; done
}

stop() {
    kill "$server"
    wait "$server" || true
    server=
}

memory() { awk -v key="$1:" '$1 == key { print $2 }' "/proc/$server/status"; }

status() { curl -sf "$url/api/status" | python3 -c 'import json, sys; print(json.load(sys.stdin)["store"][sys.argv[1]])' "$1"; }

echo "| | |"
echo "|---|---:|"
start --memory-limit "$limit" --retention "${hours}h" --max-entities 1000000
echo "| RSS when started, KiB | $(memory VmRSS) |"
"$build/bench/kubemonitor-loadgen" --server "$url" --nodes "$nodes" --pods-per-node 30 --duration "${hours}h" --churn 1 --fast >/dev/null
echo "| entities with history, pods alive | $(($(status pods) + $(status containers))), $((nodes * 30)) |"
echo "| rows taken in, evicted by the limit | $(status rows_appended), $(status rows_evicted) |"
echo "| memory limit, memory of the store, KiB | $(($(status memory_limit) / 1024)), $(($(status memory_used) / 1024)) |"
echo "| RSS at the end, most RSS, KiB | $(memory VmRSS), $(memory VmHWM) |"
echo "| most RSS above the limit, KiB | $(($(memory VmHWM) - $(status memory_limit) / 1024)) |"
stop

start --memory-limit 1Gi --retention 90s --interval 1s
echo "| second server: RSS when started, KiB | $(memory VmRSS) |"
"$build/bench/kubemonitor-loadgen" --server "$url" --nodes 200 --pods-per-node 30 --interval 1s --duration 60s --fast >/dev/null
echo "| with a minute of 200 nodes, KiB | $(memory VmRSS) |"
for _ in $(seq 100); do
    [ "$(status rows)" != 0 ] || break
    sleep 1
done
sleep 2
echo "| when all is beyond retention: rows, memory of the store, RSS, KiB | $(status rows), $(($(status memory_used) / 1024)), $(memory VmRSS) |"
stop
