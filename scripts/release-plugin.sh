#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes the archive of the kubectl plugin for this machine's architecture, and the krew manifest for
# all archives of this version that lie in the folder: run it on each architecture, into one folder.
#
# usage: release-plugin.sh URL FOLDER [PROGRAM]
#   URL      where the archives will be downloaded from
#   PROGRAM  a kubectl-monitor that is built already; without it one is built
#
# libcurl, libyaml and ncurses are taken from the system where the plugin runs; yyjson, which older
# releases do not have, lies in the archive.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
[ $# -ge 2 ] || { sed -n 's/^# usage: /usage: /p' "$0" >&2; exit 2; }
url=${1%/}
mkdir -p "$2"
folder=$(cd "$2" && pwd)
program=${3:-}
if [ -z "$program" ]; then
    cd "$here"
    bash scripts/install-dependencies.sh
    [ -d node_modules/uplot ] || npm ci --ignore-scripts --no-audit --no-fund
    [ -f build-plugin/build.ninja ] ||
        meson setup build-plugin -Dtests=false -Dbuildtype=release -Dstrip=true
    ninja -C build-plugin cli/kubectl-monitor
    program=$here/build-plugin/cli/kubectl-monitor
fi
case "$(uname -m)" in
x86_64) arch=amd64 ;;
aarch64) arch=arm64 ;;
*) echo "error: krew knows no architecture $(uname -m)" >&2; exit 1 ;;
esac
version=$("$program" --version | sed 's/.* //')
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
install -m 755 "$program" "$scratch/kubectl-monitor"
install -m 755 "$here/cli/kubectl_complete-monitor" "$scratch"
install -m 644 "$here/LICENSE" "$scratch"
yyjson=$(ldd "$program" | sed -n 's/.*libyyjson.* => \([^ ]*\).*/\1/p')
if [ -n "$yyjson" ]; then
    install -D -m 644 "$yyjson" "$scratch/lib/libyyjson.so.0"
    [ ! -f /usr/share/doc/libyyjson0/copyright ] ||
        install -m 644 /usr/share/doc/libyyjson0/copyright "$scratch/lib/libyyjson.copyright"
fi
# The same program gives the same archive: no times, no owners.
tar -C "$scratch" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf - . |
    gzip -n9 >"$folder/kubectl-monitor_${version}_linux_$arch.tar.gz"

template=$here/deploy/krew/monitor.yaml
fill() { # NAME VALUE...: replaces @NAME@ in what comes in
    local script=
    while [ $# -gt 0 ]; do
        script+="s|@$1@|$2|g;"
        shift 2
    done
    sed "$script"
}
{
    sed -n '/^apiVersion/,/^  platforms:/p' "$template" | fill VERSION "$version" URL "$url"
    for archive in "$folder/kubectl-monitor_${version}_linux_"*.tar.gz; do
        name=${archive##*/}
        arch=${name##*_}
        sum=$(sha256sum "$archive")
        sed '1,/begin platform/d; /end platform/,$d' "$template" |
            fill ARCH "${arch%.tar.gz}" URL "$url" ARCHIVE "$name" SHA256 "${sum%% *}"
    done
} >"$folder/monitor.yaml"
echo "$folder/monitor.yaml: kubectl krew install --manifest=monitor.yaml"
