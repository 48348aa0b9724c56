#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds both images with docker, podman or buildah and puts them into the cluster that kubectl talks to:
# minikube, kind, k3s, or a containerd on this machine.
#
# usage: 02-build-images.sh [--dry-run]
#
# Environment: KUBEMONITOR_TAG             the images' tag (latest, which deploy/monitor.yaml names)
#              KUBEMONITOR_BUILDER         docker, podman or buildah instead of the first that works
#              KUBEMONITOR_BUILD_OPTIONS   further options of the builder's build command
#              KUBEMONITOR_LOAD_COMMAND    for other clusters: is called with the archive of one image
#                                          (docker-archive format); "true" only builds
# The same commit and packages give the same image: files and image have the commit's time.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/messages.sh
case "${1:-}" in
--dry-run) dry_run=yes ;;
'') ;;
*) sed -n '/^# usage/p' "$0" >&2; exit 2 ;;
esac

tag=${KUBEMONITOR_TAG:-latest}
read -ra build_options <<<"${KUBEMONITOR_BUILD_OPTIONS:-}"
read -ra load_command <<<"${KUBEMONITOR_LOAD_COMMAND:-}"
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
export SOURCE_DATE_EPOCH

find_builder() {
    if have docker && docker info >/dev/null 2>&1; then
        echo docker
    elif have podman; then
        echo podman
    elif have buildah; then
        echo buildah
    fi
}
builder=${KUBEMONITOR_BUILDER:-$(find_builder)}
[ -n "$builder" ] || die no_builder

build() { # NAME DOCKERFILE
    local options=(--build-arg "SOURCE_DATE_EPOCH=$SOURCE_DATE_EPOCH" "${build_options[@]}" -f "$2" -t "$1:$tag" .)
    say building "$1:$tag" "$builder"
    case $builder in
    docker) run docker build "${options[@]}" ;;
    # Without --layers the second image would repeat the build of the first.
    podman) run podman build --layers --timestamp "$SOURCE_DATE_EPOCH" "${options[@]}" ;;
    buildah) run buildah build --layers --timestamp "$SOURCE_DATE_EPOCH" "${options[@]}" ;;
    esac
}

# A name without a registry means docker.io/library in a manifest; podman and buildah call it localhost.
save() { # NAME FILE
    case $builder in
    docker) run docker save -o "$2" "$1:$tag" ;;
    podman) run podman tag "localhost/$1:$tag" "docker.io/library/$1:$tag" && run podman save -q -o "$2" "docker.io/library/$1:$tag" ;;
    buildah) run buildah push -q "localhost/$1:$tag" "docker-archive:$2:docker.io/library/$1:$tag" ;;
    esac
}

# Which command takes an archive: the one given, the one that belongs to kubectl's context, or what runs here.
find_loader() {
    local context
    [ ${#load_command[@]} -eq 0 ] || return 0
    context=$(kubectl config current-context 2>/dev/null || true)
    case $context in
    minikube) load_command=(minikube image load) ;;
    kind-*) load_command=(kind load image-archive --name "${context#kind-}") ;;
    *)
        if have k3s; then
            load_command=(as_root k3s ctr images import)
        elif have ctr && [ -S /run/containerd/containerd.sock ]; then
            load_command=(as_root ctr -n k8s.io images import)
        else
            die no_loader
        fi
        ;;
    esac
}

find_loader
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
archive=$scratch
[ -z "$dry_run" ] || archive=ARCHIVES
build kubemonitor-api api/Dockerfile.api
build kubemonitor-collector collector/Dockerfile.collector
say loading "${load_command[*]}"
for name in kubemonitor-api kubemonitor-collector; do
    save "$name" "$archive/$name.tar"
    if [ -z "$dry_run" ]; then
        size=$(stat -c %s "$archive/$name.tar")
        say image_size "$name:$tag" "$size"
        [ "$size" -le 20000000 ] || say image_large "$name:$tag" >&2
    fi
    # as_root is a function that minds --dry-run itself
    if [ "${load_command[0]}" = as_root ]; then
        "${load_command[@]}" "$archive/$name.tar"
    else
        run "${load_command[@]}" "$archive/$name.tar"
    fi
done
say images_ready
