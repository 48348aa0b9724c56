#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What kubemonitor costs: starts an API server and the collector of this machine on loopback, both
# built for release, and prints a table of their CPU time and memory, then how many samples the
# server takes in per second of its CPU time when kubemonitor-loadgen posts as fast as it can.
#
#   SECONDS_TO_RUN=600   how long server and collector are watched
#   LOAD_NODES=200 LOAD_PODS=30 LOAD_DURATION=20m   what the load generator plays
#   LISTEN=127.0.0.1:0   where the servers answer; port 0 takes a free one
#
# Ends by itself and stops what it started. Needs curl and, for bytes on the wire, ss (iproute2).
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${SECONDS_TO_RUN:-600}
nodes=${LOAD_NODES:-200} pods=${LOAD_PODS:-30} duration=${LOAD_DURATION:-20m}
# shellcheck source=bench/server.sh
. bench/server.sh

# Bytes that a process's connections to the server have sent and had acknowledged.
wire_bytes() { # PID
    command -v ss >/dev/null || { echo 0; return; }
    ss -tniHpO "dport = :${server##*:}" | awk -v pid="pid=$1," \
        'index($0, pid) && match($0, /bytes_acked:[0-9]+/) {n += substr($0, RSTART + 12, RLENGTH - 12)} END {print n + 0}'
}

max() {
    echo $(($1 > $2 ? $1 : $2))
}

describe_machine
echo

# --- server and collector of this machine -------------------------------------------------------
start_server
"$build/collector/kubemonitor-collector" --server "$server" --log-level warning &
collector_pid=$!
pids+=("$collector_pid")
sleep 2 # the first tick, which opens every file, is not what it costs from then on
began=$(date +%s%N)
server_cpu=$(cpu_usec "$server_pid") collector_cpu=$(cpu_usec "$collector_pid")
requests=$(status requests) bytes=$(status bytes_in) wire=$(wire_bytes "$collector_pid") samples=$(status samples)
server_rss_begin=$(memory "$server_pid" Rss) collector_rss_begin=$(memory "$collector_pid" Rss)
server_rss=0 server_pss=0 collector_rss=0 collector_pss=0
looks=0
while [ $((($(date +%s%N) - began) / 1000000000)) -lt "$seconds" ]; do
    sleep 5
    server_rss=$(max "$server_rss" "$(memory "$server_pid" Rss)")
    server_pss=$(max "$server_pss" "$(memory "$server_pid" Pss)")
    collector_rss=$(max "$collector_rss" "$(memory "$collector_pid" Rss)")
    collector_pss=$(max "$collector_pss" "$(memory "$collector_pid" Pss)")
    looks=$((looks + 1))
done
server_cpu=$(($(cpu_usec "$server_pid") - server_cpu))
collector_cpu=$(($(cpu_usec "$collector_pid") - collector_cpu))
wire=$(($(wire_bytes "$collector_pid") - wire))
bytes=$(($(status bytes_in) - bytes)) samples=$(($(status samples) - samples))
ticks=$(($(status requests) - requests - 5)) # five of them were questions of ours, this one included
took=$((($(date +%s%N) - began) / 1000))
pods_seen=$(status pods) server_rss_end=$(memory "$server_pid" Rss) collector_rss_end=$(memory "$collector_pid" Rss)

printf 'One node of %s pods, a reading every 5 s, watched for %s s\n\n' "$pods_seen" "$((took / 1000000))"
row "" collector server
row --- ---: ---:
row "CPU time, ms" "$(ratio "$collector_cpu" 1000 1)" "$(ratio "$server_cpu" 1000 1)"
row "CPU, millicores (1000: one core)" "$(ratio "${collector_cpu}000" "$took" 3)" "$(ratio "${server_cpu}000" "$took" 3)"
row "RSS at the beginning, KiB" "$collector_rss_begin" "$server_rss_begin"
row "RSS at the end, KiB" "$collector_rss_end" "$server_rss_end"
row "most RSS of $looks looks, KiB" "$collector_rss" "$server_rss"
row "most PSS of $looks looks, KiB" "$collector_pss" "$server_pss"
row "bytes in bodies, a reading" "$(ratio "$bytes" "$ticks" 0)"
row "bytes on the wire with HTTP headers, a reading" "$([ "$wire" -gt 0 ] && ratio "$wire" "$ticks" 0 || echo -)"
row "samples, a reading" "$(ratio "$samples" "$ticks" 1)"
stop_all

# --- a played cluster, as fast as the server takes it -------------------------------------------
start_server
idle_rss=$(memory "$server_pid" Rss)
load --nodes "$nodes" --pods-per-node "$pods" --duration "$duration"

printf '\n%s nodes of %s pods, %s of readings every 5 s, sent as fast as they are taken\n\n| | |\n|---|---:|\n' "$nodes" "$pods" "$duration"
row "requests" "$(report requests)"
row "errors" "$(report errors)"
row "samples" "$(report samples)"
row "bytes in bodies" "$(report bytes)"
row "bytes in bodies, a sample" "$(ratio "$(report bytes)" "$(report samples)" 2)"
row "seconds" "$(report seconds)"
row "latency p50, ms" "$(report p50_ms)"
row "latency p99, ms" "$(report p99_ms)"
row "server CPU time, s" "$(ratio "$cpu" 1000000 2)"
row "samples per second of server CPU time" "$(ratio "$(report samples)000000" "$cpu" 0)"
row "server CPU time a request, us" "$(ratio "$cpu" "$(report requests)" 0)"
row "server RSS before, KiB" "$idle_rss"
row "server RSS after, KiB" "$(memory "$server_pid" Rss)"
row "samples kept" "$(status samples)"
row "bytes of memory_used, a kept sample" "$(ratio "$(status memory_used)" "$(status samples)" 2)"
row "rows evicted" "$(status rows_evicted)"
