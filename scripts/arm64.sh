#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the programs for arm64 with Debian's cross compiler and runs their unit tests by qemu, on a Debian 12 of another
# architecture, as root. Installs packages of arm64 beside the system's own: meant for a container.
#
# usage: arm64.sh [DIR]     (build-arm64)
set -euo pipefail
cd "$(dirname "$0")/.."
dir=${1:-build-arm64}

dpkg --add-architecture arm64
bash scripts/install-dependencies.sh --arch arm64
[ -d node_modules/uplot ] || npm ci --omit=dev --ignore-scripts --no-audit --no-fund
[ -f "$dir/build.ninja" ] || meson setup "$dir" --cross-file scripts/arm64.ini -Dbuildtype=release
ninja -C "$dir"
for program in api/kubemonitor-api collector/kubemonitor-collector cli/kubectl-monitor; do
    qemu-aarch64-static "$dir/$program" --version
done
# The other suites start the programs by themselves, which wants the kernel to know of qemu (binfmt_misc).
meson test -C "$dir" --no-rebuild --suite unit --timeout-multiplier 4
