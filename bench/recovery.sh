#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# History on disk: what --data-dir costs while it is written, and how long a start takes to read it. The
# same played load goes to a server without and to one with --data-dir; that one is killed (-9) at
# the end, started again, and compared.
#
#   NODES=5000 PODS=30 DURATION=1h   the cluster that is played, and for how long
#   LOAD_OPTIONS="--containers 0"     more for kubemonitor-loadgen; WITHOUT=no leaves the first server out
#   FSYNC=interval                   or always
#   DATA=DIR                         where the folder is made (default: /tmp); CONNECTIONS=16
#
# Needs room for the history twice in memory and once on the disk. Ends by itself, removes its files.
set -euo pipefail
cd "$(dirname "$0")/.."
nodes=${NODES:-5000} pods=${PODS:-30} duration=${DURATION:-1h} fsync=${FSYNC:-interval}
# shellcheck source=bench/server.sh
. bench/server.sh
limits=(--memory-limit "${MEMORY:-12Gi}" --retention "${RETENTION:-2h}")
LOAD_TIMEOUT=${LOAD_TIMEOUT:-3600} # seconds

# CPU time of the process with its ended threads: ticks of utime and stime.
cpu_ticks() { sed 's/.*) //' "/proc/$server_pid/stat" | awk '{print $12 + $13}'; }

play() {
    # shellcheck disable=SC2086
    load --nodes "$nodes" --pods-per-node "$pods" --duration "$duration" --connections "${CONNECTIONS:-16}" ${LOAD_OPTIONS:-}
}

describe_machine
echo "$nodes nodes of $pods pods, $duration of readings every 5 s, --fsync $fsync ${LOAD_OPTIONS:-}"
printf '\n| | |\n|---|---:|\n'
if [ "${WITHOUT:-yes}" = yes ]; then
    start_server "${limits[@]}"
    play
    plain=$(ratio "$(report samples)000000" "$cpu" 0)
    row "without: samples per second of server CPU time" "$plain"
    row "without: latency p50, p99, ms" "$(report p50_ms) $(report p99_ms)"
    stop_all
fi
start_server "${limits[@]}" --data-dir "$scratch/data" --fsync "$fsync"
play
samples=$(report samples)
row "samples" "$samples"
row "errors" "$(report errors)"
row "elapsed, s" "$(report seconds)"
with=$(ratio "${samples}000000" "$cpu" 0)
row "with --data-dir: samples per second of server CPU time" "$with"
[ -z "${plain:-}" ] || row "with / without" "$(ratio "$with" "$plain" 3)"
row "with: latency p50, p99, ms" "$(report p50_ms) $(report p99_ms)"
row "checkpoints" "$(status checkpoints)"
row "journal, bytes a sample" "$(ratio "$(status journal_written)" "$samples" 2)"
row "bytes on the disk" "$(status bytes)"
row "of them history, open blocks, journal" "$(status history_bytes) $(status open_bytes) $(status journal_bytes)"
row "bytes on the disk, a sample" "$(ratio "$(status bytes)" "$(status samples)" 3)"
rows=$(status rows) kept=$(status samples) used=$(status memory_used)
row "memory of the store, bytes a sample" "$(ratio "$used" "$kept" 3)"
kill -9 "$server_pid"
wait "$server_pid" 2>/dev/null || true

start_server "${limits[@]}" --data-dir "$scratch/data"
row "after kill -9: ms until ready" "$ready"
row "of them reading the folder" "$(status recovery_ms)"
row "CPU time of it, ms" "$(($(cpu_ticks) * 1000 / $(getconf CLK_TCK)))"
row "rows before, after" "$rows $(status rows)"
row "samples before, after" "$kept $(status samples)"
[ "$rows" = "$(status rows)" ] && [ "$kept" = "$(status samples)" ] || { echo "rows are missing" >&2; exit 1; }
stop_all
start_server "${limits[@]}" --data-dir "$scratch/data"
row "after SIGTERM: ms until ready" "$ready"
row "CPU time of it, ms" "$(($(cpu_ticks) * 1000 / $(getconf CLK_TCK)))"
row "bytes read" "$(status bytes)"
