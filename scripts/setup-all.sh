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
for script in 01-setup-environment 02-build-images 03-deploy 04-test; do
    say step "$script"
    bash "scripts/$script.sh" "$@"
done
[ "${1:-}" = --dry-run ] || say all_done
