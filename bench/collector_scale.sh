#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# How the cost of a tick grows with pods and containers: makes cgroups as a kubelet would, with real processes in
# them and a network namespace for each pod, and runs collector_cost.sh on them. One of five pods works, the others
# sleep. Without a cluster; on cgroup v1 (with the v2 tree beside it, where there is one) or v2.
#
#   SIZES="110:1 250:1 250:3"   pods:containers in each, beside which each pod has a pause process in a cgroup
#   TICKS=12 BUILD=build-release   as of collector_cost.sh
#
# Needs root and unshare. Ends by itself and removes what it made.
set -euo pipefail
cd "$(dirname "$0")/.."
sizes=${SIZES:-110:1 250:1 250:3}
top=kubemonitor-scale
hierarchies=()
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
    hierarchies=(/sys/fs/cgroup)
else
    for one in cpu cpuacct memory blkio pids unified; do
        [ ! -d "/sys/fs/cgroup/$one" ] || hierarchies+=("/sys/fs/cgroup/$(readlink "/sys/fs/cgroup/$one" || echo "$one")")
    done
fi

# All processes of the made cgroups, by the kernel's own lists.
clear_all() {
    local h left
    for h in "${hierarchies[@]}"; do
        [ -d "$h/$top" ] || continue
        for _ in $(seq 100); do
            left=$(find "$h/$top" -name cgroup.procs -exec cat {} + 2>/dev/null | tr '\n' ' ' || true)
            [ -n "${left// /}" ] || break
            # shellcheck disable=SC2086
            kill -9 $left 2>/dev/null || true
            sleep 0.1
        done
        find "$h/$top" -depth -type d -exec rmdir {} + 2>/dev/null || true
    done
}
trap clear_all EXIT
trap 'exit 1' INT TERM

make_pod() { # NUMBER CONTAINERS: container 0 is the pause process
    local c pod id h work
    pod=$top/pod$(printf '00000000-0000-4000-8000-%012d' "$1")
    work='exec sleep 100000'
    [ $(($1 % 5)) -ne 0 ] || work='while :; do head -c 300000 /dev/urandom | md5sum >/dev/null; sleep 3; done'
    for c in $(seq 0 "$2"); do
        id=$(printf '%032d%032d' "$1" "$c")
        for h in "${hierarchies[@]}"; do mkdir -p "$h/$pod/$id"; done
    done
    # shellcheck disable=SC2016
    unshare -n bash -c '
        pod=$1 number=$2 containers=$3 work=$4
        shift 4
        for c in $(seq 0 "$containers"); do
            (
                for h in "$@"; do echo "$BASHPID" >"$h/$pod/$(printf "%032d%032d" "$number" "$c")/cgroup.procs"; done
                [ "$c" -gt 0 ] || exec -a pause sleep 100000
                exec sh -c "$work"
            ) </dev/null >/dev/null 2>&1 &
        done' bash "$pod" "$1" "$2" "$work" "${hierarchies[@]}" &
}

for size in $sizes; do
    clear_all
    for n in $(seq "${size%:*}"); do
        make_pod "$n" "${size#*:}"
        [ $((n % 10)) -ne 0 ] || wait
    done
    wait
    echo "== ${size%:*} pods, $((${size%:*} * (${size#*:} + 1))) containers with pause"
    env -u KUBECONFIG PODS=0 STRACE=0 TICKS="${TICKS:-12}" BUILD="${BUILD:-}" bash bench/collector_cost.sh
done
