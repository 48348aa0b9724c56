#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The shipped collector on a real kernel with cgroup v2: boots Debian's cloud kernel in qemu with a
# file system in memory that holds the collector, busybox and pods of known load, and compares every
# number with the kernel's own files. No hardware virtualisation is needed.
#
# usage: tests/vm/cgroup2.sh [cgroupfs|systemd]...   (both)
#
# As root or with sudo where a package is missing. Takes about a minute. Environment:
#   BUILD            build directory of the collector (build, made when it is not there)
#   KERNEL_PACKAGE   Debian's package of the kernel (what linux-image-cloud-amd64 depends on)
#   KERNEL_DIR       where kernels are kept between runs (~/.cache/kubemonitor-kernel)
#   VM_SECONDS       how long a guest may take (600)
#   KEEP             a folder for what the guest left: its messages, readings, kernel files
set -euo pipefail
cd "$(dirname "$0")/../.."
export PATH=$PATH:/usr/sbin:/sbin
BUILD=${BUILD:-build}
KERNEL_DIR=${KERNEL_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/kubemonitor-kernel}
[ $# -gt 0 ] || set -- cgroupfs systemd
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

install_needs() {
    local missing=()
    command -v qemu-system-x86_64 >/dev/null || missing+=(qemu-system-x86)
    command -v cpio >/dev/null || missing+=(cpio)
    command -v modprobe >/dev/null || missing+=(kmod)
    command -v ip >/dev/null || missing+=(iproute2)
    [ -x /bin/busybox ] || missing+=(busybox-static)
    [ ${#missing[@]} -eq 0 ] && [ -n "$(apt-cache depends linux-image-cloud-amd64 2>/dev/null)" ] && return 0
    as_root apt-get update -qq
    [ ${#missing[@]} -eq 0 ] || echo "installing ${missing[*]}"
    [ ${#missing[@]} -eq 0 ] ||
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# Unpacks the kernel's package, which is not installed, and prints the folder.
kernel() {
    local package=${KERNEL_PACKAGE:-} folder
    [ -n "$package" ] ||
        package=$(apt-cache depends linux-image-cloud-amd64 | awk '/Depends:/ {print $2; exit}')
    folder=$KERNEL_DIR/$package
    if [ ! -e "$folder/.complete" ]; then
        rm -rf "$folder"
        mkdir -p "$folder"
        (cd "$scratch" && apt-get -o APT::Sandbox::User=root download -qq "$package" >&2)
        dpkg-deb -x "$scratch/$package"_*.deb "$folder"
        rm "$scratch/$package"_*.deb
        : >"$folder/.complete"
    fi
    echo "$folder"
}

# Copies programs with the libraries they are linked to, each to where it is here.
copy_program() { # FILE TARGET
    local library
    install -D "$1" "$2"
    { ldd "$1" 2>/dev/null || true; } | sed -n 's#.*[[:space:]]\(/[^ ]*\) (.*#\1#p' | while read -r library; do
        install -D "$library" "$tree$library"
    done
}

# A guest's first file system. Modules are numbered in the order they have to be loaded in.
make_tree() { # KERNEL_FOLDER
    local version base module n=0
    version=$(basename "$1")
    version=${version#linux-image-}
    base=$1
    [ -d "$base/lib/modules/$version" ] || base=$1/usr # from Debian 13 on
    mkdir -p "$tree"/{bin,modules,proc,sys,dev,tmp,result,disk,www,var/log/containers}
    copy_program "$BUILD/collector/kubemonitor-collector" "$tree/bin/kubemonitor-collector"
    copy_program /bin/busybox "$tree/bin/busybox"
    copy_program "$(command -v ip)" "$tree/sbin/ip"
    install tests/vm/guest.sh "$tree/init"
    depmod -b "$base" "$version"
    for module in virtio_pci virtio_blk veth; do
        modprobe -d "$base" -S "$version" --show-depends "$module"
    done | awk '$1 == "insmod" && !seen[$2]++ {print $2}' | while read -r module; do
        n=$((n + 1))
        case $module in
        *.xz) xz -dc "$module" ;;
        *.zst) zstd -qdc "$module" ;;
        *) cat "$module" ;;
        esac >"$tree/modules/$(printf %02d $n).ko"
    done
    (cd "$tree" && find . | cpio -o -H newc --quiet | gzip -1) >"$scratch/initrd"
}

# Boots a guest and unpacks what it left on its second disk. Its clock counts instructions, so what
# else runs on this machine takes no time from it, and waiting takes none of ours.
boot() { # LAYOUT KERNEL_FOLDER RESULT
    rm -f "$scratch"/*.disk
    truncate -s 64M "$scratch/data.disk"
    truncate -s 16M "$scratch/result.disk"
    mkfs.ext4 -q "$scratch/data.disk"
    timeout "${VM_SECONDS:-600}" qemu-system-x86_64 -nodefaults -no-user-config -no-reboot -display none \
        -accel tcg -icount shift=3,sleep=off -cpu max -m 512 -serial "file:$3/console" \
        -kernel "$(echo "$2"/boot/vmlinuz-*)" -initrd "$scratch/initrd" \
        -append "console=ttyS0 quiet panic=-1 random.trust_cpu=on psi=1 layout=$1" \
        -drive "file=$scratch/data.disk,format=raw,if=virtio,cache=unsafe" \
        -drive "file=$scratch/result.disk,format=raw,if=virtio,cache=unsafe" || true
    if ! tar -C "$3" -xf "$scratch/result.disk" 2>/dev/null || [ ! -e "$3/complete" ]; then
        echo "the guest did not come to its end; its last words:"
        tail -20 "$3/console"
        return 1
    fi
}

install_needs
[ -x "$BUILD/collector/kubemonitor-collector" ] || bash scripts/build.sh "$BUILD" >/dev/null
kernel=$(kernel)
tree=$scratch/tree
make_tree "$kernel"
failed=0
for layout in "$@"; do
    case $layout in cgroupfs | systemd) ;; *) echo "unknown layout $layout" >&2; exit 2 ;; esac
    result=${KEEP:-$scratch}/$layout
    rm -rf "$result"
    mkdir -p "$result"
    echo "== layout of the $layout driver, $(basename "$kernel")"
    boot "$layout" "$kernel" "$result" && python3 tests/vm/check_guest.py "$result" || failed=1
done
exit $failed
