#!/usr/bin/env bash
# Installs what building needs (with "tests": what testing needs too) on Debian 12, 13 and Ubuntu
# 22.04, 24.04, as root or by sudo. Says and does nothing when nothing is missing.
set -euo pipefail
packages=(build-essential meson ninja-build pkg-config python3 ca-certificates libmicrohttpd-dev
    libcurl4-gnutls-dev zlib1g-dev libyyjson-dev)
[ "${1:-}" != tests ] || packages+=(libcmocka-dev clang python3-pytest python3-requests python3-jsonschema)
cd "$(dirname "$0")/.."
[ -d node_modules/swagger-ui-dist ] || command -v npm >/dev/null || packages+=(npm)

missing=()
for package in "${packages[@]}"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
install() { as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"; }

# yyjson is not in Debian 12 and Ubuntu 22.04: that one package is taken from the release after, from
# wherever this machine's packages come; a pin keeps everything else of that release away.
from_next_release() {
    local here next list=/etc/apt/sources.list.d/kubemonitor-next pin=/etc/apt/preferences.d/kubemonitor-next
    here=$(. /etc/os-release && echo "$VERSION_CODENAME")
    case $here in
        bookworm) next=trixie ;;
        jammy) next=noble ;;
        *) echo "libyyjson-dev is not in this release ($here); install yyjson 0.9 or later" >&2; return 1 ;;
    esac
    # One file a format: deb822 stanzas, and one-line entries; only those of the release itself.
    cat /etc/apt/sources.list.d/*.sources 2>/dev/null | awk -v here="$here" -v next_="$next" '
        BEGIN { RS = ""; ORS = "\n\n" }
        $0 ~ "(^|\n)Suites:[^\n]* ?" here "( |\n|$)" { gsub("Suites:[^\n]*", "Suites: " next_); print }' |
        as_root tee $list.sources >/dev/null
    cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
        awk -v here="$here" -v next_="$next" '/^deb / && $0 ~ " " here " " { sub(" " here " ", " " next_ " "); print }' |
        as_root tee $list.list >/dev/null
    printf 'Package: *\nPin: release n=%s\nPin-Priority: -1\n\nPackage: libyyjson*\nPin: release n=%s\nPin-Priority: 500\n' \
        "$next" "$next" | as_root tee $pin >/dev/null
    as_root apt-get update -q || true
    install libyyjson-dev || { as_root rm -f $list.sources $list.list $pin; return 1; }
    as_root rm -f $list.sources $list.list $pin
}

as_root apt-get update -q
others=()
for package in "${missing[@]}"; do
    [ "$package" = libyyjson-dev ] || others+=("$package")
done
[ ${#others[@]} -eq 0 ] || install "${others[@]}"
case " ${missing[*]} " in
    *" libyyjson-dev "*) install libyyjson-dev 2>/dev/null || from_next_release ;;
esac
