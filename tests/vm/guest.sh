#!/bin/busybox sh
# SPDX-License-Identifier: Apache-2.0
# The first process of the guest that cgroup2.sh boots: makes pods, lets the collector read them, and
# leaves its readings beside copies of the kernel's files, taken just before and just after, on the
# second disk. check_guest.py compares them. The kernel's command line says which layout.
# shellcheck shell=dash disable=SC2016 # conditions are expanded by wait_for, commands by their shell
# busybox has an "ip" too, which cannot make what we need.
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t tmpfs tmpfs /tmp
for module in /modules/*.ko; do insmod "$module"; done
/sbin/ip link set lo up
mount -t ext4 /dev/vda /disk
layout=$(sed 's/.*layout=\([a-z]*\).*/\1/' /proc/cmdline)
top=/sys/fs/cgroup

say() { echo "$(cut -d' ' -f1 /proc/uptime) $*"; }

# Makes a cgroup and hands every controller down to it.
make_cgroup() { # PATH
    local path=$top part
    for part in $(echo "${1#"$top"/}" | tr / ' '); do
        echo '+cpu +memory +io +pids' >"$path/cgroup.subtree_control"
        path=$path/$part
        mkdir -p "$path"
    done
}

# Makes a pod and sets $pod to its folder.
make_pod() { # NAME guaranteed|burstable|besteffort UID
    local slice
    pod_name=$1 pod_uid=$3
    case $layout-$2 in
    cgroupfs-guaranteed) pod=$top/kubepods/pod$3 ;;
    cgroupfs-*) pod=$top/kubepods/$2/pod$3 ;;
    systemd-guaranteed) pod=$top/kubepods.slice/kubepods-pod$(echo "$3" | tr - _).slice ;;
    systemd-*)
        slice=kubepods-$2
        pod=$top/kubepods.slice/$slice.slice/$slice-pod$(echo "$3" | tr - _).slice
        ;;
    esac
    make_cgroup "$pod"
    echo "$1 pod $pod" >>/result/cgroups
    echo "$1 $3" >>/result/pods
}

# Makes a container of the pod, with an id of 64 times the digit, and sets $container to its folder.
# Its log is linked as the kubelet does: names come from there.
make_container() { # NAME DIGIT
    local id
    id=$(printf '%064d' 0 | tr 0 "$2")
    container=$pod/$id
    [ "$layout" = cgroupfs ] || container=$pod/cri-containerd-$id.scope
    make_cgroup "$container"
    ln -s "/var/log/pods/shop_${pod_name}_$pod_uid/$1/0.log" "/var/log/containers/${pod_name}_shop_$1-$id.log"
    echo "$pod_name $id $container" >>/result/cgroups
}

# Runs a command in the container; $! is its process.
run() { # COMMAND...
    sh -c 'echo 0 >"$0/cgroup.procs"; exec "$@"' "$container" "$@" &
}

# Copies what the kernel says of the node, of each cgroup, and of each pod's network.
copy() { # FOLDER
    local name part folder to file pid
    while read -r name part folder; do
        [ -d "$folder" ] || continue
        to=/result/$1/$name/$part
        mkdir -p "$to"
        for file in cgroup.procs cpu.stat cpu.max memory.current memory.max memory.stat memory.events \
            io.stat pids.current cpu.pressure memory.pressure io.pressure; do
            cat "$folder/$file" >"$to/$file"
        done
        read -r pid <"$to/cgroup.procs" && cat "/proc/$pid/net/dev" >"$to/net_dev"
    done </result/cgroups
    mkdir -p "/result/$1/node"
    for file in stat meminfo vmstat diskstats net/dev pressure/cpu pressure/memory pressure/io; do
        cat "/proc/$file" >"/result/$1/node/$(echo $file | tr / _)"
    done
}

wait_for() { # CONDITION
    local n=0
    until eval "$1"; do
        n=$((n + 1))
        [ $n -le 300 ] || { say "waited in vain for: $1"; poweroff -f; }
        sleep 0.2
    done
}

say "making pods as the $layout driver does"
make_pod burn guaranteed 11111111-aaaa-4bbb-8ccc-000000000001
echo '20000 100000' >"$pod/cpu.max"
make_container burn 1
echo '20000 100000' >"$container/cpu.max"
run sh -c 'while :; do :; done'

make_pod disk burstable 11111111-aaaa-4bbb-8ccc-000000000002
make_container disk 2
run sh -c 'i=0; while :; do dd if=/dev/zero of=/disk/file bs=1M count=4 conv=fsync 2>/dev/null
    i=$((i + 1)); echo $i >/tmp/written; sleep 2; done'

# 12 MB in a variable, and 20 MiB in a file system in memory. Its pod holds a pause container too.
make_pod memory besteffort 11111111-aaaa-4bbb-8ccc-000000000003
make_container memory 3
echo 134217728 >"$container/memory.max"
run sh -c 'x=$(head -c 12000000 /dev/zero | tr "\0" x); head -c 20971520 /dev/zero >/tmp/held; while :; do sleep 1000; done'

# Its first container is killed for want of memory and goes away, as the kubelet has it.
make_pod killed burstable 11111111-aaaa-4bbb-8ccc-000000000004
make_container killed 4
echo 16777216 >"$container/memory.max"
run tail /dev/zero
wait_for 'grep -q "oom_kill [1-9]" $container/memory.events'
wait_for 'rmdir $container 2>/dev/null'
rm "/var/log/containers/killed_shop_killed-"*
make_container killed 5
run sleep 1000000

# A network of its own, whose other end downloads from it.
make_pod network burstable 11111111-aaaa-4bbb-8ccc-000000000005
make_container network 6
head -c 300000 /dev/zero >/www/file
run unshare -n httpd -f -p 8080 -h /www
network=$!
wait_for '[ "$(readlink /proc/$network/ns/net)" != "$(readlink /proc/1/ns/net)" ]'
/sbin/ip link add veth0 type veth peer name eth0 netns "$network"
/sbin/ip addr add 10.0.0.1/24 dev veth0
/sbin/ip link set veth0 up
nsenter -t "$network" -n /sbin/ip addr add 10.0.0.2/24 dev eth0
nsenter -t "$network" -n /sbin/ip link set eth0 up
nsenter -t "$network" -n /sbin/ip link set lo up
(while :; do wget -q -O /dev/null http://10.0.0.2:8080/file; sleep 1; done) &
client=$!

# A static pod, whose UID is a hash, in the node's network.
make_pod static burstable 22222222aaaa4bbb8ccc000000000006
make_container static 7
run sleep 1000000

wait_for '[ -s /tmp/held ] && [ -s /tmp/written ]'
wait_for '[ $(wc -c </tmp/held) = 20971520 ]'
sleep 5

say "eight readings under load"
copy load-before
: >/result/load.json
kubemonitor-collector --print --names logs --node guest --interval 5s >/result/load.json 2>/result/load.log &
wait_for '[ $(wc -l </result/load.json) -ge 8 ]'
kill $!
copy load-after

say "one reading of what is frozen"
kill $client
awk '$2 == "pod" {print $3}' /result/cgroups | while read -r pod; do
    echo 1 >"$pod/cgroup.freeze"
done
sync
sleep 5
copy rest-before
kubemonitor-collector --once --print --names logs --node guest >/result/rest.json 2>/result/rest.log
copy rest-after
cp /tmp/written /result/written

say "done"
: >/result/complete
tar -C /result -cf /dev/vdb .
sync
poweroff -f
