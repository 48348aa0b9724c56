#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What a tick of the collector costs on this machine, which is to be a Kubernetes node: an API server on
# loopback takes what it posts. Prints CPU time, system calls, files, bytes and memory of one tick.
#
#   KUBECONFIG=FILE      where pod names come from; without it from the log links
#   PODS=110             with KUBECONFIG: fill the node up to so many pods (four of five sleep, one works) in a
#                        namespace that is deleted afterwards; 0: as it is
#   BUSY=20              of 100 pods that are made, how many work
#   TICKS=60 INTERVAL=5  how many ticks are watched, and how many seconds lie between two
#   COMPRESS=auto        always: what a server on another machine gets; a collector that is older than the option: empty
#   BUILD=build-release  where the programs are built; TLS=1: post over TLS with a certificate made here
#
#   STRACE=0             do not count system calls
#
# Needs root, curl, and for the count of system calls strace. Ends by itself and removes what it made.
set -euo pipefail
cd "$(dirname "$0")/.."
pods=${PODS:-0} busy=${BUSY:-20} ticks=${TICKS:-60} interval=${INTERVAL:-5} build=${BUILD:-build-release}
namespace=kubemonitor-cost
image=${IMAGE:-busybox} # there is no pull: it must be on the node

[ "${BUILD:-}" ] || bash scripts/build.sh "$build" >/dev/null
scratch=$(mktemp -d)
pids=()
made=
stop_all() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
    [ -z "$made" ] || kubectl delete namespace "$namespace" --wait=true >/dev/null || true
    rm -rf "$scratch"
}
trap stop_all EXIT
trap 'exit 1' INT TERM

deployment() { # NAME REPLICAS COMMAND
    cat <<END
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: $1, namespace: $namespace}
spec:
  replicas: $2
  selector: {matchLabels: {app: $1}}
  template:
    metadata: {labels: {app: $1}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - {name: c, image: $image, imagePullPolicy: Never, command: [sh, -c, '$3']}
END
}

fill_node() {
    local there missing working
    there=$(kubectl get pods -A --no-headers | grep -c . || true)
    missing=$((pods - there))
    [ "$missing" -gt 0 ] || return 0
    working=$((missing * busy / 100))
    kubectl create namespace "$namespace" >/dev/null
    made=1
    {
        deployment idle $((missing - working)) 'exec sleep 1000000'
        deployment work "$working" 'while :; do head -c 300000 /dev/urandom | md5sum >/dev/null; head -c 100000 /dev/zero >/tmp/x; sleep 3; done'
    } | kubectl apply -f - >/dev/null
    kubectl -n "$namespace" wait --for=condition=Available --timeout=600s deployment --all >/dev/null
    sleep 20 # until kubelet and runtime have settled
}

[ "$pods" -eq 0 ] || [ -z "${KUBECONFIG:-}" ] || fill_node

listen=127.0.0.1:0 scheme=http api_options=() names=(--names logs)
if [ -n "${TLS:-}" ]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
        -addext subjectAltName=IP:127.0.0.1,DNS:localhost -keyout "$scratch/key" -out "$scratch/cert" 2>/dev/null
    api_options=(--tls-cert "$scratch/cert" --tls-key "$scratch/key")
    scheme=https
    export KUBEMONITOR_CA_FILE=$scratch/cert CURL_CA_BUNDLE=$scratch/cert # the collector's, curl's
fi
[ -z "${KUBECONFIG:-}" ] || names=(--names api --kubeconfig "$KUBECONFIG")
"$build/api/kubemonitor-api" --listen "$listen" --log-level warning "${api_options[@]}" >"$scratch/server" &
pids+=($!)
for _ in $(seq 100); do
    server=$(sed -n 's/^listening on //p' "$scratch/server")
    [ -z "$server" ] || break
    sleep 0.1
done
server=$scheme://${server#*://}
node=${NODE_NAME:-$(if [ -n "${KUBECONFIG:-}" ]; then kubectl get nodes -o jsonpath='{.items[0].metadata.name}'; else hostname; fi)}
"$build/collector/kubemonitor-collector" --server "$server" --node "$node" --interval "${interval}s" \
    "${names[@]}" ${COMPRESS:+--compress "$COMPRESS"} &
collector=$!
pids+=("$collector")
sleep $((interval * 5)) # files are opened, names found, and what sleeps is known to

threads() { # "TID NAME NANOSECONDS" of each thread
    for task in /proc/"$collector"/task/*; do
        echo "${task##*/} $(cat "$task/comm") $(cut -d' ' -f1 "$task/schedstat")"
    done
}

answer() { # KEY: of the group "collector" of the node's answer
    curl -sf "$server/api/nodes/$node" | grep -o '"collector":{[^}]*}' | grep -o "\"$1\":[0-9]*" | cut -d: -f2 || echo 0
}

status() { # KEY
    curl -sf "$server/api/status" | grep -o "\"$1\":[0-9]*" | head -1 | cut -d: -f2
}

row() { # WHAT VALUE
    printf '%-52s %12s\n' "$1" "$2"
}

threads >"$scratch/before"
cpu=$(awk '{n += $NF} END {printf "%d", n / 1000}' "$scratch/before")
files_max=0 tick_sum=0 reads_sum=0
bytes=$(status bytes_in)
for _ in $(seq "$ticks"); do
    sleep "$interval"
    reads_sum=$((reads_sum + $(answer files_read))) tick_sum=$((tick_sum + $(answer tick_usec)))
    open=$(answer files_open)
    files_max=$((open > files_max ? open : files_max))
done
threads >"$scratch/after"
cpu=$(($(awk '{n += $NF} END {printf "%d", n / 1000}' "$scratch/after") - cpu))
bytes=$(($(status bytes_in) - bytes))

echo "machine: $(uname -sr), $(nproc) CPUs; commit $(git rev-parse --short HEAD 2>/dev/null || echo unknown)"
pods_seen=$(status pods) containers_seen=$(status containers)
row "pods" "$pods_seen"
row "containers reported" "${containers_seen:--}"
row "CPU time a tick, all threads, ms" "$(awk -v a="$cpu" -v n="$ticks" 'BEGIN {printf "%.2f", a / n / 1000}')"
join <(sort "$scratch/before") <(sort "$scratch/after") | awk -v n="$ticks" \
    '{printf "    thread %-40s %12.2f\n", $2, ($NF - $3) / n / 1e6}'
row "tick by the clock: read, encode, hand over, ms" "$(awk -v a="$tick_sum" -v n="$ticks" 'BEGIN {printf "%.2f", a / n / 1000}')"
row "files read a tick" $((reads_sum / ticks))
row "files kept open, most" "$files_max"
row "bytes of a body on the way" $((bytes / ticks))
for field in Rss Pss Pss_Anon; do
    row "$field, KiB" "$(awk -v f="$field:" '$1 == f {print $2}' "/proc/$collector/smaps_rollup")"
done
# What a batch takes in the outbox while the server is away: packed as small as gzip can.
waiting=$({ "$build/collector/kubemonitor-collector" --print --node "$node" --interval 1s "${names[@]}" || true; } | sed -n '3{p;q}' | gzip -6 | wc -c)
row "bytes of a batch that waits" "$waiting"
row "minutes of absence that 16 MiB hold" $((16 * 1024 * 1024 / waiting * interval / 60))
if [ "${STRACE:-1}" != 0 ] && command -v strace >/dev/null; then
    timeout -s INT $((interval * 4)) strace -f -c -o "$scratch/strace" -p "$collector" 2>/dev/null || true
    echo "system calls in 4 ticks:"
    sed -n '1,16p' "$scratch/strace"
    tail -1 "$scratch/strace"
fi
