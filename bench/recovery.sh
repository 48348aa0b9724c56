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
build=build-release
bash scripts/build.sh "$build" >/dev/null
scratch=$(mktemp -d -p "${DATA:-/tmp}")
pid=
stop() {
    [ -z "$pid" ] || { kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; }
    pid=
}
trap 'stop; rm -rf "$scratch"' EXIT
trap 'exit 1' INT TERM

milliseconds() { echo $(($(date +%s%N) / 1000000)); }

start() { # OPTION...: sets pid, server (its URL) and ready (ms until it answered)
    local began
    began=$(milliseconds)
    "$build/api/kubemonitor-api" --listen 127.0.0.1:0 --memory-limit "${MEMORY:-12Gi}" --retention "${RETENTION:-2h}" "$@" \
        >"$scratch/out" 2>"$scratch/log" &
    pid=$!
    while ! grep -qs '^listening on ' "$scratch/out"; do
        kill -0 "$pid" 2>/dev/null || { cat "$scratch/log" >&2; exit 1; }
        sleep 0.01
    done
    server=$(sed -n 's/^listening on //p' "$scratch/out")
    until curl -sf "$server/readyz" >/dev/null; do sleep 0.01; done
    ready=$(($(milliseconds) - began))
}

cpu_usec() { cat "/proc/$pid/task/"*/schedstat | awk '{n += $1} END {printf "%d\n", n / 1000}'; }

# CPU time of the process with its ended threads: ticks of utime and stime.
cpu_ticks() { sed 's/.*) //' "/proc/$pid/stat" | awk '{print $12 + $13}'; }

status() { # KEY: a number of /api/status
    curl -sf "$server/api/status" | grep -o "\"$1\":[0-9]*" | head -1 | cut -d: -f2
}

report() { grep -o "\"$1\":[0-9.]*" "$scratch/report" | cut -d: -f2; }

load() { # sets cpu (microseconds of the server for it)
    local before
    before=$(cpu_usec)
    # shellcheck disable=SC2086
    "$build/bench/kubemonitor-loadgen" --server "$server" --fast --nodes "$nodes" --pods-per-node "$pods" \
        --duration "$duration" --connections "${CONNECTIONS:-16}" ${LOAD_OPTIONS:-} >"$scratch/report"
    cpu=$(($(cpu_usec) - before))
}

ratio() { awk -v a="$1" -v b="$2" -v d="$3" 'BEGIN {if (b > 0) printf "%.*f", d, a / b; else printf "-"}'; }
row() { printf '%-56s %16s\n' "$1" "$2"; }

echo "machine: $(uname -sr), $(nproc) CPUs, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)"
echo "commit:  $(git rev-parse --short HEAD 2>/dev/null || echo unknown)"
echo "$nodes nodes of $pods pods, $duration of readings every 5 s, --fsync $fsync ${LOAD_OPTIONS:-}"
if [ "${WITHOUT:-yes}" = yes ]; then
    start
    load
    plain=$(ratio "$(report samples)000000" "$cpu" 0)
    row "without: samples per second of server CPU time" "$plain"
    row "without: latency p50, p99, ms" "$(report p50_ms) $(report p99_ms)"
    stop
fi
start --data-dir "$scratch/data" --fsync "$fsync"
load
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
kill -9 "$pid"
wait "$pid" 2>/dev/null || true

start --data-dir "$scratch/data"
row "after kill -9: ms until ready" "$ready"
row "of them reading the folder" "$(status recovery_ms)"
row "CPU time of it, ms" "$(($(cpu_ticks) * 1000 / $(getconf CLK_TCK)))"
row "rows before, after" "$rows $(status rows)"
row "samples before, after" "$kept $(status samples)"
[ "$rows" = "$(status rows)" ] && [ "$kept" = "$(status samples)" ] || { echo "rows are missing" >&2; exit 1; }
stop
start --data-dir "$scratch/data"
row "after SIGTERM: ms until ready" "$ready"
row "CPU time of it, ms" "$(($(cpu_ticks) * 1000 / $(getconf CLK_TCK)))"
row "bytes read" "$(status bytes)"
