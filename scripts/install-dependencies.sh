#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what the build needs and, with --tests, what the tests need. Says and does nothing when
# nothing is missing. For Debian 12 and 13, Ubuntu 22.04 and 24.04, as root or through sudo.
#
# usage: install-dependencies.sh [--tests | --arch ARCHITECTURE]
#   --arch: what arm64.sh needs to build for another architecture, which dpkg must know
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(build-essential ca-certificates libgnutls28-dev libmicrohttpd-dev libncurses-dev libyaml-dev libyyjson-dev meson
    ninja-build pkg-config python3 zlib1g-dev)
test_packages=(clang curl fish groff-base libcmocka-dev openssl python3-jsonschema python3-pytest python3-requests
    python3-yaml shellcheck tmux zsh)

# The page's tests need a browser and node. Ubuntu has Chromium as a snap only: there it must be there.
[ "$(. /etc/os-release && echo "$ID")" != debian ] || test_packages+=(chromium)
command -v node >/dev/null || test_packages+=(nodejs)
# clang's sanitizers are a package of their own, but for Ubuntu 22.04.
[ "$(. /etc/os-release && echo "$VERSION_CODENAME")" = jammy ] || test_packages+=(libclang-rt-dev)

[ "${1:-}" != --tests ] || packages+=("${test_packages[@]}")
arch=
[ "${1:-}" != --arch ] || arch=$2
# Any TLS flavour of libcurl will do, and they exclude each other: keep the one that is there.
case "$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' 'libcurl4-*-dev' 2>/dev/null)" in
*-dev\ installed*) ;;
*) packages+=(libcurl4-gnutls-dev) ;;
esac
# npm may well come from elsewhere, and only fetches what node_modules does not hold yet.
npm_package=uplot
[ "${1:-}" != --tests ] || npm_package=@redocly
[ -d "node_modules/$npm_package" ] || command -v npm >/dev/null || packages+=(npm)

if [ -n "$arch" ]; then
    packages+=("crossbuild-essential-$arch" libcmocka-dev libcurl4-gnutls-dev qemu-user-static)
    for i in "${!packages[@]}"; do
        case ${packages[i]} in lib*-dev | zlib1g-dev) packages[i]+=:$arch ;; esac
    done
fi

installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing=()
for package in "${packages[@]}"; do
    installed "$package" || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root() {
    if [ "$(id -u)" = 0 ]; then
        env DEBIAN_FRONTEND=noninteractive "$@"
    elif command -v sudo >/dev/null; then
        sudo env DEBIAN_FRONTEND=noninteractive "$@"
    else
        echo "error: packages are missing and there is no sudo; as root: apt-get install $missing_text" >&2
        exit 1
    fi
}
missing_text="${missing[*]}"
install() {
    as_root apt-get "${apt_options[@]}" install -y -qq --no-install-recommends "$@" >/dev/null
}
# A fresh machine may be updating itself just now: wait for it.
apt_options=(-o Acquire::Retries=3 -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300)

# The first release of this machine's distribution after its own that has yyjson.
release_with_yyjson() {
    case "$1" in
    bookworm) echo trixie ;;
    jammy | noble) echo resolute ;;
    esac
}

# Writes this machine's own apt sources for $1 to $3, with the release changed to $2. Of both formats
# only entries for the plain release are taken: no -updates, no -security, no third-party suites.
#
#   deb [signed-by=/usr/share/keyrings/x.gpg] http://mirror/debian bookworm main
#
#   Types: deb
#   URIs: http://mirror/debian
#   Suites: bookworm bookworm-updates
#   Components: main
sources_of_release() {
    cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
        sed -n "s/^deb \(.*\) $1 \(.*\)/deb \1 $2 \2/p" |
        grep -E ' (main|universe)( |$)' >"$3/release.list" || true
    for file in /etc/apt/sources.list.d/*.sources; do
        [ -f "$file" ] || continue
        # Stanzas are parted by empty lines, which awk takes as the end of a record.
        awk -v from="$1" -v to="$2" 'BEGIN { RS = ""; FS = "\n" }
            $0 ~ "(^|\n)Suites:([^\n]* )?" from "( |\n|$)" && /(^|\n)Types:[^\n]*deb( |\n|$)/ &&
            /(^|\n)Components:[^\n]*(main|universe)/ && !/(^|\n)Enabled: *no/ {
                for (i = 1; i <= NF; i++) {
                    if ($i ~ /^Suites:/) $i = "Suites: " to
                    if ($i ~ /^Types:/) $i = "Types: deb"
                    if ($i !~ /^#/) print $i
                }
                print ""
            }' "$file" >>"$3/release.sources"
    done
}

# Takes libyyjson from a later release, and nothing else: apt runs with sources, preferences and
# package lists of a temporary directory, so /etc/apt and the machine's own lists stay as they are.
install_yyjson() {
    local codename later scratch
    codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
    later=$(release_with_yyjson "$codename")
    if [ -z "$later" ]; then
        echo "error: this system has no package libyyjson-dev (yyjson 0.9 or newer); install it first" >&2
        exit 1
    fi
    scratch=$(mktemp -d)
    trap 'as_root rm -rf "'"$scratch"'"' EXIT
    chmod 755 "$scratch" # apt reads as user _apt
    mkdir -p "$scratch/sources" "$scratch/preferences" "$scratch/lists/partial"
    sources_of_release "$codename" "$later" "$scratch/sources"
    printf 'Package: *\nPin: release n=%s\nPin-Priority: -1\n\n' "$later" >"$scratch/preferences/yyjson"
    printf 'Package: libyyjson*:any\nPin: release n=%s\nPin-Priority: 500\n' "$later" >>"$scratch/preferences/yyjson"
    apt_options+=(-o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$scratch/sources"
        -o "Dir::Etc::preferencesparts=$scratch/preferences" -o "Dir::State::lists=$scratch/lists"
        -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=)
    as_root apt-get "${apt_options[@]}" update -qq
    install "libyyjson-dev${arch:+:$arch}"
}

echo "installing $missing_text"
as_root apt-get "${apt_options[@]}" update -qq
wanted=()
yyjson_elsewhere=
for package in "${missing[@]}"; do
    if [ "${package%:*}" = libyyjson-dev ] && [ -z "$(apt-cache madison libyyjson-dev 2>/dev/null)" ]; then
        yyjson_elsewhere=yes
    else
        wanted+=("$package")
    fi
done
[ ${#wanted[@]} -eq 0 ] || install "${wanted[@]}"
[ -z "$yyjson_elsewhere" ] || install_yyjson
