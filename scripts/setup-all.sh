#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# From a machine with nothing installed to a tested kubemonitor on a cluster: the four numbered scripts in
# their order. Each says in its head what it reads from the environment.
#
# usage: setup-all.sh [--dry-run]
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/messages.sh
case "${1:-}" in
--dry-run | '') ;;
*) sed -n '/^# usage/p' "$0" >&2; exit 2 ;;
esac

# A user whom the first script has put into the group "docker" is in it from the next login on, or within sg.
within_docker() {
    if [ "$(id -u)" != 0 ] && have docker && have sg && ! docker info >/dev/null 2>&1 &&
        getent group docker | grep -qw "$(id -un)"; then
        sg docker -c "$*"
    else
        "$@"
    fi
}

for script in 01-setup-environment 02-build-images 03-deploy 04-test; do
    say step "$script"
    within_docker bash "scripts/$script.sh" "$@"
done
[ "${1:-}" = --dry-run ] || say all_done
