# shellcheck shell=bash
# For scripts that measure an API server: builds for release in BUILD (build-release), sets build and scratch (a folder);
# start_server sets server (its URL) and server_pid. What was started, and the folder, end with the script.
build=${BUILD:-build-release}
bash scripts/build.sh "$build" >/dev/null
scratch=$(mktemp -d -p "${DATA:-${TMPDIR:-/tmp}}")
pids=()
stop_all() {
    local pid
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
    pids=()
}
trap 'stop_all; rm -rf "$scratch"' EXIT
trap 'exit 1' INT TERM

# SERVER_CORE: the CPU it may use (all). Sets ready too: ms until it took readings.
start_server() { # [OPTION...]
    local began
    began=$(milliseconds)
    : >"$scratch/server"
    ${SERVER_CORE:+taskset -c "$SERVER_CORE"} "$build/api/kubemonitor-api" --listen "${LISTEN:-127.0.0.1:0}" --log-level warning "$@" \
        >"$scratch/server" &
    server_pid=$!
    pids+=("$server_pid")
    while ! grep -q '^listening on ' "$scratch/server"; do
        kill -0 "$server_pid" || exit 1
        sleep 0.01
    done
    server=$(sed -n 's/^listening on //p' "$scratch/server")
    until curl -sf "$server/readyz" >/dev/null; do sleep 0.01; done
    ready=$(($(milliseconds) - began))
}

# LOAD_CORE: the CPU it may use (all). Leaves what report reads; sets cpu, microseconds that the server took for it.
load() { # OPTION...
    local before
    before=$(cpu_usec "$server_pid")
    timeout "${LOAD_TIMEOUT:-1200}" ${LOAD_CORE:+taskset -c "$LOAD_CORE"} "$build/bench/kubemonitor-loadgen" --server "$server" --fast "$@" \
        >"$scratch/report"
    cpu=$(($(cpu_usec "$server_pid") - before))
}

milliseconds() { echo $(($(date +%s%N) / 1000000)); }

# CPU time of all threads in microseconds: the first number of their schedstat is in nanoseconds.
cpu_usec() { cat "/proc/$1/task/"*/schedstat | awk '{n += $1} END {printf "%d\n", n / 1000}'; } # PID

# Rss or Pss, KiB.
memory() { awk -v field="$2:" '$1 == field {print $2}' "/proc/$1/smaps_rollup"; } # PID FIELD

# A number of /api/status, and one of the load generator's report.
status() { curl -sf "$server/api/status" | grep -o "\"$1\":[0-9]*" | head -1 | cut -d: -f2; } # KEY
report() { grep -o "\"$1\":[0-9.]*" "$scratch/report" | cut -d: -f2; }                         # KEY

ratio() { awk -v a="$1" -v b="$2" -v d="$3" 'BEGIN {if (b > 0) printf "%.*f", d, a / b; else printf "-"}'; } # A B DECIMALS

row() { # WHAT VALUE...: of a Markdown table
    printf '| %s' "$1"
    shift
    printf ' | %s' "$@"
    printf ' |\n'
}

describe_machine() {
    echo "machine: $(uname -sr), $(nproc) CPUs, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)"
    echo "commit:  $(git rev-parse --short HEAD 2>/dev/null || echo unknown)"
}
