#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Lays out what an image without a distribution needs to run one program: the stripped program, the
# shared libraries that it is linked with, and their licences (gzip). For the Dockerfiles; needs Debian.
#
# usage: image-files.sh [--certificates] PROGRAM DIR
#
# With --certificates also the authorities of the package ca-certificates: those, not what this machine
# trusts besides. All files get the time SOURCE_DATE_EPOCH (0).
set -euo pipefail
cd "$(dirname "$0")/.."
certificates=
[ "${1:-}" != --certificates ] || { certificates=yes; shift; }
program=$1 dir=$2

# dpkg knows a file as /lib/x.so.1.2 or as /usr/lib/x.so.1.2, as its package had it.
package_of() { # FILE
    local file
    file=$(realpath "$1")
    { dpkg-query -S "$file" 2>/dev/null || dpkg-query -S "${file#/usr}"; } | cut -d: -f1
}

install -D -m 755 -s "$program" "$dir/usr/bin/${program##*/}"
install -D -m 644 LICENSE "$dir/usr/share/doc/kubemonitor/LICENSE"

# ldd says:  libz.so.1 => /lib/x86_64-linux-gnu/libz.so.1 (0x...)   and   /lib64/ld-linux-x86-64.so.2 (0x...)
ldd "$program" | grep -o '/[^ ]*' | while read -r library; do
    install -D -m 755 "$library" "$dir$library"
    package=$(package_of "$library")
    # One copy for all libraries that are made from one source.
    # shellcheck disable=SC2016 # dpkg fills it in
    source=$(dpkg-query -W -f '${source:Package}\n' "$package" | head -1)
    install -D -m 644 "/usr/share/doc/$package/copyright" "$dir/usr/share/doc/$source/copyright"
done

# The copyright files point at the texts that Debian keeps once.
grep -rhoE '/usr/share/common-licenses/[A-Za-z0-9.-]*[A-Za-z0-9]' "$dir/usr/share/doc" | sort -u | while read -r text; do
    [ ! -f "$text" ] || install -D -m 644 "$text" "$dir$text"
done
# As Debian packs its own documents: a third of the bytes, and the same bytes each time.
find "$dir/usr/share" -type f -exec gzip -9n {} +

if [ -n "$certificates" ]; then
    mkdir -p "$dir/etc/ssl/certs"
    cat /usr/share/ca-certificates/mozilla/*.crt >"$dir/etc/ssl/certs/ca-certificates.crt"
    chmod 644 "$dir/etc/ssl/certs/ca-certificates.crt"
fi
find "$dir" -exec touch -h -d "@${SOURCE_DATE_EPOCH:-0}" {} +

echo "what the image of ${program##*/} holds, in bytes:"
find "$dir" -type f -printf '%s %P\n' | sort -rn
