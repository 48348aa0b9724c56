#!/usr/bin/env bash
# Records what the collector reads of this node as one text file for tests/hosts (its README.md has
# the format): bash scripts/record-host.sh POD... >tests/hosts/NAME.host
#
# Of all pods on the node only those named are kept, as "namespace/name". Nothing that tells which
# machine it was is kept: no boot id, no mount but those of cgroups, no host name, no addresses.
set -euo pipefail
[ $# -gt 0 ] || { echo "usage: $0 NAMESPACE/POD... >FILE" >&2; exit 2; }

file() { # PATH...: each that can be read; one that ends while being read is left out
    local path content
    for path; do
        content=$(cat "$path" 2>/dev/null) || continue
        printf '=== %s\n' "$path"
        [ -z "$content" ] || printf '%s\n' "$content"
    done
}

link() { # PATH
    local target
    target=$(readlink "$1") || return 0
    [ -z "$target" ] || printf '=== %s -> %s\n' "$1" "$target"
}

folder() { # PATH
    printf '=== %s/\n' "$1"
}

node() {
    printf '=== /proc/1/mountinfo\n'
    grep -E ' - cgroup2? ' /proc/1/mountinfo
    printf '=== /proc/sys/kernel/random/boot_id\n00000000-0000-4000-8000-000000000000\n'
    printf '=== /proc/stat\n'
    grep -E '^(cpu|procs_)' /proc/stat # the rest is interrupts and when the machine was started
    file /proc/{meminfo,loadavg,diskstats,vmstat,devices} /proc/pressure/{cpu,memory,io} /proc/1/net/dev
    link /proc/1/ns/net
    link /proc/self/ns/net # for the collector too, where the kernel does not show that of process 1
    local path
    for path in /sys/block/*; do folder "$path"; done
    for path in /sys/class/net/*; do
        folder "$path"
        [ ! -e "$path/device" ] || folder "$path/device"
    done
}

# Where cgroups are mounted; the kernel writes no blanks in a mount point.
mounts() { # PATTERN
    awk -v p=" - $1" '$0 ~ p {print $5}' /proc/1/mountinfo | sort -u
}

# The files of one cgroup that a reader opens (collector/cgroup_read.c), in the hierarchies there are.
cgroup() { # PATH WITHIN A HIERARCHY
    local mount
    for mount in $(mounts 'cgroup2? '); do
        [ -d "$mount$1" ] || continue
        case $(awk -v m="$mount" '$5 == m {sub(/.* - /, ""); print}' /proc/1/mountinfo) in
        cgroup2*) file "$mount$1"/{cpu.stat,cpu.max,memory.current,memory.max,memory.swap.current,memory.stat} \
            "$mount$1"/{memory.events,io.stat,pids.current,cpu.pressure,memory.pressure,io.pressure,cgroup.procs} ;;
        *cpuacct* | *cpu*) file "$mount$1"/{cpuacct.usage,cpuacct.usage_user,cpuacct.usage_sys} \
            "$mount$1"/{cpu.cfs_quota_us,cpu.cfs_period_us,cpu.stat} ;;
        *memory*) file "$mount$1"/memory.{usage_in_bytes,limit_in_bytes,stat,oom_control} "$mount$1/cgroup.procs" ;;
        *blkio*) file "$mount$1"/blkio.throttle.{io_service_bytes,io_serviced}_recursive ;;
        *pids*) file "$mount$1/pids.current" ;;
        esac
    done
}

process() { # PID
    file "/proc/$1"/{comm,io,net/dev}
    link "/proc/$1/ns/net"
}

# The folders of a pod and all below it, as paths within their hierarchy, whichever has them.
folders() { # UID
    local mount
    for mount in $(mounts 'cgroup2? '); do
        find "$mount" -type d \( -path "*pod$1*" -o -path "*pod${1//-/_}*" \) -printf '/%P\n'
    done | sort -u
}

node
for mount in $(mounts 'cgroup .*cpuacct'); do file "$mount/cpuacct.usage"; done
for pod; do
    for path in /var/log/containers/"${pod#*/}_${pod%%/*}_"*.log; do
        link "$path"
        target=$(readlink "$path")
        uid=${target#/var/log/pods/*_*_} && uid=${uid%%/*}
    done
    for path in $(folders "$uid"); do
        cgroup "$path"
        for mount in $(mounts 'cgroup .*memory') $(mounts 'cgroup2 '); do
            for pid in $(cat "$mount$path/cgroup.procs" 2>/dev/null); do echo "$pid"; done
        done | sort -un | while read -r pid; do process "$pid"; done
    done
done
