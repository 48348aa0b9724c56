#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What a collector of a node with 110 pods costs, and what others cost on the same node in the same run:
# prints CPU time for each 5 s, memory (PSS), and how many pods each of them reports.
#
# usage: KUBECONFIG=FILE bench/agents.sh [AGENT...]      on a node of that cluster, as root; about 12 minutes
#   AGENT   ours floor reopen node_exporter netdata pcp prd kubelet (all of them)
#
# Environment:
#   WINDOW=40   seconds each one is watched, after it has settled
#   IMAGE, PULL, NODE, BUILD    as in tests/e2e/cluster.sh; BUILD is built for release (build-release)
#
# Peers are Debian's packages and are installed; their services are not started. cAdvisor is no package
# of its own in Debian: the one that runs here is within the kubelet, whose answer to /stats/summary is
# made by it. Each agent runs in a cgroup of its own, which counts the CPU time of all its processes,
# also of those that have ended. Everything that was started is stopped.
set -euo pipefail
cd "$(dirname "$0")/.."
BUILD=${BUILD:-build-release}
export NAMESPACE=kubemonitor-density
window=${WINDOW:-40}
# shellcheck source=tests/e2e/programs.sh
. tests/e2e/programs.sh
[ $# -gt 0 ] || set -- ours floor reopen node_exporter netdata pcp prd kubelet
groups=$(awk '$3 == "cgroup2" {print $2; exit}' /proc/mounts)/kubemonitor-bench
mkdir -p "$groups"

install_peers() { # PACKAGE...
    local missing=() package denied=
    for package in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    echo "installing ${missing[*]}" >&2
    # Debian starts the services of what it installs, unless this says no.
    if [ ! -e /usr/sbin/policy-rc.d ]; then
        denied=/usr/sbin/policy-rc.d
        printf '#!/bin/sh\nexit 101\n' >$denied
        chmod +x $denied
    fi
    apt-get -o DPkg::Lock::Timeout=300 update -qq
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
    [ -z "$denied" ] || rm -f "$denied"
}

# Runs a command in the agent's cgroup, in the background.
run() { # COMMAND...
    mkdir -p "$groups/$agent"
    (
        echo $BASHPID >"$groups/$agent/cgroup.procs"
        exec "$@" >>"$scratch/$agent.out" 2>>"$scratch/$agent.err"
    ) &
    pids+=($!)
}

# Ends all processes of the agent's cgroup: they are what we started in it, and their children.
stop() {
    local pid
    [ -d "$groups/$agent" ] || return 0
    while read -r pid; do kill "$pid" 2>/dev/null || true; done <"$groups/$agent/cgroup.procs"
    for _ in $(seq 100); do
        rmdir "$groups/$agent" 2>/dev/null && return 0
        sleep 0.1
    done
    while read -r pid; do kill -9 "$pid" 2>/dev/null || true; done <"$groups/$agent/cgroup.procs"
    sleep 0.5
    rmdir "$groups/$agent"
}

stop_agents() {
    local status=$?
    for group in "$groups"/*/; do
        agent=$(basename "$group")
        [ ! -d "$groups/$agent" ] || stop
    done
    rmdir "$groups" 2>/dev/null || true
    (exit $status)
    finish
}
trap stop_agents EXIT

cpu_usec() {
    awk '$1 == "usage_usec" {print $2}' "$groups/$agent/cpu.stat"
}

# CPU time in microseconds of the processes that answer /stats/summary. Their threads live long.
kubelet_usec() {
    local pid sum=0
    for pid in $(pgrep -x kubelet) $(pgrep -x 'containerd|crio|dockerd') $(pgrep -f '^/[^ ]*containerd-shim'); do
        sum=$((sum + $(cat "/proc/$pid/task/"*/schedstat 2>/dev/null | awk '{n += $1} END {printf "%d", n / 1000}')))
    done
    echo "$sum"
}

# PSS of all processes of the cgroup in KiB.
pss() {
    local pid
    while read -r pid; do cat "/proc/$pid/smaps_rollup" 2>/dev/null; done <"$groups/$agent/cgroup.procs" |
        awk '$1 == "Pss:" {n += $2} END {print n + 0}'
}

row() { # WHAT MS_OF_CPU MB PODS NOTE
    printf '| %-46s | %12s | %9s | %6s | %s |\n' "$@"
}

per_tick() { # USEC SECONDS: ms of CPU for each 5 s
    awk -v n="$1" -v seconds="$2" 'BEGIN {printf "%.2f", n / 1000 * 5 / seconds}'
}

now() {
    date +%s.%N
}

since() { # MOMENT: seconds
    awk -v a="$1" -v b="$(now)" 'BEGIN {print b - a}'
}

# Watches the agent over the window and prints its row; PODS_COMMAND says how many pods it knows.
observe() { # WHAT SETTLE_SECONDS PODS_COMMAND NOTE
    local cpu most=0 size began seconds
    sleep "$2"
    cpu=$(cpu_usec) began=$(now)
    for _ in $(seq $((window / 5))); do
        sleep 5
        size=$(pss)
        [ "$size" -le "$most" ] || most=$size
    done
    cpu=$(($(cpu_usec) - cpu)) seconds=$(since "$began")
    [ -n "$(cat "$groups/$agent/cgroup.procs")" ] || { echo "$1 has ended:" >&2; tail -5 "$scratch/$agent.err" >&2; return 1; }
    row "$1" "$(per_tick "$cpu" "$seconds")" "$(awk -v k="$most" 'BEGIN {printf "%.1f", k / 1024}')" "$(eval "$3")" "$4"
    stop
}

http() { # PORT PATH
    curl -sf --max-time 10 "http://127.0.0.1:$1$2"
}

count_pods() { # of our server
    curl -sf "$server/api/pods?limit=10000" | grep -o '"uid"' | wc -l
}

agent_ours() {
    start_server
    run "$BUILD/collector/kubemonitor-collector" --server "$server" --node "$NODE" --names api --kubeconfig "$KUBECONFIG"
    observe "ours: everything, encoded and posted" 11 count_pods "CPU, throttling, memory, network, disk, PSI, names, owners"
}

agent_floor() {
    run "$BUILD/bench/agent_floor" keep 100000
    sleep 2
    observe "floor: the same files kept open, thrown away" 6 "sed -n 's/.*of \([0-9]*\) pods/\1/p' $scratch/floor.out" "nothing: $(head -1 "$scratch/floor.out")"
}

agent_reopen() {
    run "$BUILD/bench/agent_floor" reopen 100000
    observe "floor with open, read, close" 6 "sed -n 's/.*of \([0-9]*\) pods/\1/p' $scratch/reopen.out" "nothing"
}

scrape() { # PORT PATH: every 5 s, outside the agent's cgroup
    (while http "$1" "$2" >/dev/null || true; do sleep 5; done) &
    scraper=$!
    pids+=("$scraper")
}

agent_node_exporter() {
    install_peers prometheus-node-exporter
    run prometheus-node-exporter --web.listen-address=127.0.0.1:19100 --collector.disable-defaults \
        --collector.cpu --collector.meminfo --collector.diskstats --collector.netdev
    scrape 19100 /metrics
    observe "node_exporter: cpu, meminfo, diskstats, netdev" 11 "echo -" "the node only"
    kill "$scraper"
}

agent_netdata() {
    install_peers netdata
    mkdir -p "$scratch/netdata"
    # On a hybrid host it would take the empty tree of v2. Without its scripts for names and interfaces, which it
    # runs for one cgroup after the other, it knows all pods in less than a minute.
    cat >"$scratch/netdata/netdata.conf" <<END
[global]
    update every = 5
    run as user = root
[db]
    mode = ram
    update every = 5
[directories]
    cache = $scratch/netdata
    lib = $scratch/netdata
    log = $scratch/netdata
[web]
    bind to = 127.0.0.1:19998
[ml]
    enabled = no
[plugins]
    python.d = no
    charts.d = no
    go.d = no
    ebpf = no
    apps = no
    tc = no
    statsd = no
    timex = no
    perf = no
    diskspace = no
    idlejitter = no
    slabinfo = no
[plugin:cgroups]
    check for new cgroups every = 10
    run script to rename cgroups matching = !*
    script to get cgroup network interfaces = /bin/true
    use unified cgroups = $([ -d /sys/fs/cgroup/memory ] && echo no || echo yes)
END
    run netdata -D -c "$scratch/netdata/netdata.conf"
    observe "Netdata, proc and cgroups plugins, 5 s" 40 \
        "http 19998 /api/v1/charts | grep -oE 'pod[0-9a-f]{8}[-_][0-9a-f_-]{27}' | sort -u | wc -l" "CPU, memory, throttling; no names"
}

# The package's own set-up wants systemd, so it is unpacked and not installed.
agent_pcp() {
    local root=$scratch/pcp programs=$scratch/pcp/usr/lib/pcp
    install_peers pcp-conf libpcp3 libpcp-pmda3 libpcp-archive1
    mkdir -p "$root/log"
    (cd "$root" && apt-get -o APT::Sandbox::User=root download -qq pcp && dpkg-deb -x pcp_*.deb .)
    sed "s#=/\(usr/lib/pcp\|var/lib/pcp\|usr/bin\|etc/pcp\|usr/share/pcp\)#=$root/\1#; s#=/run/pcp#=$root/log#; s#=/var/log/pcp#=$root/log#" \
        /etc/pcp.conf >"$root/pcp.conf"
    export PCP_CONF=$root/pcp.conf
    (cd "$programs/pmns" && cat stdpmid.pcp stdpmid.local >stdpmid && ../bin/pmnsmerge -f root_linux root_proc root_pmcd "$root/names")
    printf '%s\n' "pmcd 2 dso pmcd_init $programs/pmdas/pmcd/pmda_pmcd.so" \
        "proc 3 pipe binary $programs/pmdas/proc/pmdaproc -d 3 -U root" \
        "linux 60 pipe binary $programs/pmdas/linux/pmdalinux -U root" >"$root/pmcd.conf"
    printf 'log mandatory on 5 sec { %s }\n' "cgroup.cpuacct.usage cgroup.cpuacct.stat cgroup.cpusched.throttled_time \
        cgroup.memory.usage cgroup.memory.stat.rss cgroup.memory.stat.cache cgroup.memory.stat.inactive_file \
        kernel.all.cpu mem.util disk.all network.interface" >"$root/logger.conf"
    # Where the kernel has both versions mounted it would look at the empty tree of v2: it does not see that one.
    # shellcheck disable=SC2016 # that shell's own words
    run unshare -m sh -c 'grep -q " cgroup " /proc/mounts && umount -l "$0"; exec "$@"' "${groups%/*}" \
        "$programs/bin/pmcd" -f -A -U root -p 44399 -i 127.0.0.1 -s "$root/socket" -c "$root/pmcd.conf" -n "$root/names" -l "$root/pmcd.log"
    sleep 3
    run "$root/usr/bin/pmlogger" -h 127.0.0.1:44399 -c "$root/logger.conf" -l "$root/logger.log" -t 5sec "$root/archive"
    observe "PCP: pmcd, pmdaproc, pmdalinux, pmlogger" 11 \
        "$root/usr/bin/pminfo -h 127.0.0.1:44399 -f cgroup.memory.usage | grep -cE 'pod[^/]*\"\\]'" "CPU, memory, throttling; no names"
}

agent_prd() {
    install_peers python3-requests
    start_server
    run /usr/bin/python3 bench/prd_collector.py "$server" "$NODE" 100000
    observe "the PRD's collector in Python, a POST a pod" 11 "curl -sf '$server/api/pods?limit=10000' | grep -o '\"pod_name\"' | wc -l" "CPU, memory; UIDs for names"
}

agent_kubelet() {
    local idle busy began
    idle=$(kubelet_usec) began=$(now)
    sleep "$window"
    idle=$(per_tick $(($(kubelet_usec) - idle)) "$(since "$began")")
    busy=$(kubelet_usec) began=$(now)
    for _ in $(seq $((window / 5))); do
        kubectl get --raw "/api/v1/nodes/$NODE/proxy/stats/summary" >"$scratch/summary"
        sleep 5
    done
    busy=$(per_tick $(($(kubelet_usec) - busy)) "$(since "$began")")
    row "fetching the kubelet's /stats/summary" "+$(awk -v a="$busy" -v b="$idle" 'BEGIN {printf "%.2f", a - b}')" - \
        "$(grep -o '"podRef"' "$scratch/summary" | wc -l)" "CPU, memory; kubelet, containerd and shims beyond their $idle ms"
}

bash scripts/build.sh "$BUILD" >/dev/null
ninja -C "$BUILD" bench/agent_floor >/dev/null
kubectl delete namespace "$NAMESPACE" --ignore-not-found --timeout=120s >/dev/null
# With the pods that run already there are 110.
others=$(kubectl get pods -A --field-selector "spec.nodeName=$NODE,status.phase=Running" -o name | wc -l)
[ "$others" -le 80 ] || { echo "$others other pods run on $NODE; at most 80 leave room" >&2; exit 1; }
with_image bench/density.yaml | sed "s/replicas: 82/replicas: $((82 - others))/" | kubectl apply -f - >/dev/null
for name in files idle busy; do
    kubectl -n "$NAMESPACE" rollout status "deployment/$name" --timeout=400s >/dev/null
done
sleep 10
echo "machine: $(uname -sr), $(nproc) CPUs, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)"
echo "commit:  $(git rev-parse --short HEAD 2>/dev/null || echo unknown), $(date -u +%d\ %B\ %Y)"
echo "node:    $(kubectl get pods -A --field-selector "spec.nodeName=$NODE,status.phase=Running" -o name | wc -l) pods; each agent watched for $window s"
echo
row "" "CPU, ms a 5 s" "PSS, MB" "pods" "tells of each pod"
row "---" "---:" "---:" "---:" "---"
for agent in "$@"; do
    "agent_$agent" || row "$agent" failed - - "$(tail -1 "$scratch/$agent.err" 2>/dev/null || true)"
done
