#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Memory while pods come and go: hours of a played cluster, 1 % of its pods replaced each minute, as fast
# as the server takes them, into a memory limit that is much too small; then what comes back when all that
# was known has gone beyond retention. About three minutes; ends by itself. Fails where the most RSS is above the limit by
# more than docs/performance.md promises, or where memory does not come back.
#
# usage: churn.sh        Environment: BUILD (build-release), LIMIT (48Mi), HOURS (2), NODES (50)
set -euo pipefail
cd "$(dirname "$0")/.."
overhead=24576 # KiB that a server may take on top of its limit
limit=${LIMIT:-48Mi} hours=${HOURS:-2} nodes=${NODES:-50}
# shellcheck source=bench/server.sh
. bench/server.sh

# VmRSS, or VmHWM: the most it has been.
resident() { awk -v key="$1:" '$1 == key {print $2}' "/proc/$server_pid/status"; } # KEY

describe_machine
printf '\n| | |\n|---|---:|\n'
start_server --memory-limit "$limit" --retention "${hours}h" --max-entities 1000000
row "RSS when started, KiB" "$(resident VmRSS)"
load --nodes "$nodes" --pods-per-node 30 --duration "${hours}h" --churn 1
row "entities with history, pods alive" "$(($(status pods) + $(status containers))), $((nodes * 30))"
row "rows taken in, evicted by the limit" "$(status rows_appended), $(status rows_evicted)"
row "memory limit, memory of the store, KiB" "$(($(status memory_limit) / 1024)), $(($(status memory_used) / 1024))"
row "RSS at the end, most RSS, KiB" "$(resident VmRSS), $(resident VmHWM)"
above=$(($(resident VmHWM) - $(status memory_limit) / 1024))
row "most RSS above the limit, KiB" "$above"
stop_all

start_server --memory-limit 1Gi --retention 90s --interval 1s
row "second server: RSS when started, KiB" "$(resident VmRSS)"
load --nodes 200 --pods-per-node 30 --interval 1s --duration 60s
full=$(resident VmRSS)
row "with a minute of 200 nodes, KiB" "$full"
for _ in $(seq 100); do
    [ "$(status rows)" != 0 ] || break
    sleep 1
done
sleep 2
row "when all is beyond retention: rows, memory of the store, RSS, KiB" "$(status rows), $(($(status memory_used) / 1024)), $(resident VmRSS)"
left=$(resident VmRSS)
stop_all
[ "$above" -le "$overhead" ] || { echo "RSS was $above KiB above the limit, more than $overhead" >&2; exit 1; }
[ "$left" -lt $((full * 2 / 3)) ] || { echo "of $full KiB $left were still held" >&2; exit 1; }
