#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing of docker, kubectl, minikube and python3 on Debian 12 or 13, Ubuntu 22.04 or
# 24.04, and starts a minikube cluster unless kubectl already reaches one. What is there is left alone, so
# a second run does nothing.
#
# usage: 01-setup-environment.sh [--dry-run]     --dry-run shows the commands and runs none
#
# Environment: KUBECTL_VERSION, MINIKUBE_VERSION   such as v1.31.0 (stable, latest)
#              KUBECTL_URL, MINIKUBE_URL           where to load them from, up to the version
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/messages.sh
case "${1:-}" in
--dry-run) dry_run=yes ;;
'') ;;
*) sed -n '/^# usage/p' "$0" >&2; exit 2 ;;
esac

kubectl_url=${KUBECTL_URL:-https://dl.k8s.io/release}
minikube_url=${MINIKUBE_URL:-https://storage.googleapis.com/minikube/releases}
case $(uname -m) in
x86_64) machine=amd64 ;;
aarch64) machine=arm64 ;;
*) machine=$(uname -m) ;;
esac

apt_updated=
install_packages() { # PACKAGE...
    [ -x /usr/bin/apt-get ] || die other_system "$*"
    say installing "$*"
    [ -n "$apt_updated" ] || as_root apt-get -o DPkg::Lock::Timeout=300 update -qq
    apt_updated=yes
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "$@"
}

# Loads a program and the checksum that lies beside it, and installs it if they agree. With --dry-run
# only shows that.
install_program() { # NAME URL
    local scratch
    case $machine in amd64 | arm64) ;; *) die other_machine "$1" "$machine" ;; esac
    say installing "$1"
    if [ -n "$dry_run" ]; then
        run curl -fsSL --retry 3 -o "$1" "$2"
        run curl -fsSL --retry 3 -o "$1.sha256" "$2.sha256"
        run sha256sum --check "$1.sha256"
    else
        scratch=$(mktemp -d)
        # shellcheck disable=SC2064 # this directory, now
        trap "rm -rf '$scratch'" EXIT
        curl -fsSL --retry 3 -o "$scratch/$1" "$2"
        curl -fsSL --retry 3 -o "$scratch/sum" "$2.sha256"
        # The checksum file may or may not name the program.
        echo "$(cut -d' ' -f1 "$scratch/sum")  $scratch/$1" | sha256sum --check --status || die bad_checksum "$1"
    fi
    as_root install -o root -g root -m 0755 "${scratch:+$scratch/}$1" "/usr/local/bin/$1"
}

# --- tools of these scripts
packages=()
for pair in curl:curl python3:python3 git:git; do
    if have "${pair%:*}"; then say already "${pair%:*}"; else packages+=("${pair#*:}"); fi
done
[ -e /etc/ssl/certs/ca-certificates.crt ] || packages+=(ca-certificates)
[ ${#packages[@]} -eq 0 ] || install_packages "${packages[@]}"

# --- kubectl
if have kubectl; then
    say already kubectl
else
    version=${KUBECTL_VERSION:-}
    if [ -z "$version" ]; then
        if [ -n "$dry_run" ]; then version=STABLE; else version=$(curl -fsSL --retry 3 "$kubectl_url/stable.txt"); fi
    fi
    install_program kubectl "$kubectl_url/$version/bin/linux/$machine/kubectl"
fi

# --- something that builds images; docker also carries minikube
cluster=
! cluster_answers || cluster=yes
if [ -n "$cluster" ] && { have podman || have buildah; } && ! have docker; then
    say already "$(have podman && echo podman || echo buildah)"
elif have docker; then
    say already docker
else
    install_packages docker.io
    # Debian 13 has the command in a package of its own.
    [ -n "$dry_run" ] || have docker || install_packages docker-cli
    ! have systemctl || as_root systemctl enable --now docker
    if [ "$(id -u)" != 0 ]; then
        as_root usermod -aG docker "$(id -un)"
        say docker_group
    fi
fi

# --- a cluster
if [ -n "$cluster" ]; then
    say cluster_there "$(kubectl config current-context 2>/dev/null || echo -)"
else
    if have minikube; then
        say already minikube
    else
        install_program minikube "$minikube_url/${MINIKUBE_VERSION:-latest}/minikube-linux-$machine"
    fi
    say cluster_start
    # As root minikube wants to be told that this is meant. A new member of the group "docker" is one
    # from the next login on, or within "sg".
    start=(minikube start --driver=docker)
    [ "$(id -u)" != 0 ] || start+=(--force)
    if [ -n "$dry_run" ] || docker info >/dev/null 2>&1; then
        run "${start[@]}"
    elif have sg && getent group docker | grep -qw "$(id -un)"; then
        sg docker -c "${start[*]}"
    else
        die docker_down
    fi
fi
say environment_ready
