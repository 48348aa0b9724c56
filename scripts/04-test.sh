#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Tests the installed system with known loads: starts pods that use CPU, disk and network, waits, calls
# every path of the API, and prints a table of what was expected and what was read. Ends with 0 if all agree.
#
# usage: 04-test.sh [--dry-run]
#
# Environment: KUBEMONITOR_URL             the API (http://<first node>:30080)
#              KUBEMONITOR_TEST_SECONDS    how long loads are watched (60)
#              KUBEMONITOR_TEST_IMAGE, KUBEMONITOR_TEST_PULL    busybox, IfNotPresent
#              KUBEMONITOR_TEST_NAMESPACE  made and deleted (kubemonitor-test)
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/messages.sh
case "${1:-}" in
--dry-run) dry_run=yes ;;
'') ;;
*) sed -n '/^# usage/p' "$0" >&2; exit 2 ;;
esac

namespace=${KUBEMONITOR_TEST_NAMESPACE:-kubemonitor-test}
seconds=${KUBEMONITOR_TEST_SECONDS:-60}
image=${KUBEMONITOR_TEST_IMAGE:-busybox}
pull=${KUBEMONITOR_TEST_PULL:-IfNotPresent}
for tool in kubectl python3; do have $tool || die missing_tool $tool; done
[ -n "$dry_run" ] || cluster_answers || die no_cluster

url=${KUBEMONITOR_URL:-}
if [ -z "$url" ]; then
    address=NODE
    [ -n "$dry_run" ] || address=$(kubectl get nodes -o 'jsonpath={.items[0].status.addresses[?(@.type=="InternalIP")].address}')
    case $address in *:*) address="[$address]" ;; esac
    url=http://$address:30080
fi

scratch=$(mktemp -d)
finish() {
    rm -rf "$scratch"
    [ -n "$dry_run" ] || kubectl delete namespace "$namespace" --wait=false >/dev/null 2>&1 || true
}
trap finish EXIT
trap 'exit 1' INT TERM

# What an earlier run has left may still be ending.
run kubectl delete namespace "$namespace" --ignore-not-found --timeout=120s
say load_start "$namespace"
sed "s#IMAGE#$image#; s#PULL#$pull#; s#kubemonitor-e2e#$namespace#g" tests/e2e/load.yaml >"$scratch/load.yaml"
if [ -n "$dry_run" ]; then
    run kubectl apply -f tests/e2e/load.yaml
else
    kubectl apply -f "$scratch/load.yaml" >/dev/null
fi
run kubectl -n "$namespace" rollout status deployment/web --timeout=120s
run kubectl -n "$namespace" wait --for=condition=Ready pod/burn pod/client pod/disk --timeout=120s
say measuring "$seconds" "$url"
if [ -n "$dry_run" ]; then
    run python3 scripts/compare_loads.py --server "$url" --namespace "$namespace" --seconds "$seconds"
    exit 0
fi
curl -fsS -o /dev/null --max-time 10 "$url/readyz" || die unreachable "$url"
python3 scripts/compare_loads.py --server "$url" --namespace "$namespace" --seconds "$seconds" >"$scratch/rows"

# The table: columns as wide as their longest cell, counted in characters by the locale.
{
    printf '%s\t%s\t%s\t%s\n' "$(text column_check)" "$(text column_expected)" "$(text column_read)" "$(text column_result)"
    while IFS=$'\t' read -r key argument expected read result; do
        printf '%s\t%s\t%s\t%s\n' "$(text "$key" "$argument")" "$expected" "$read" "$(text "$result")"
    done <"$scratch/rows"
} | python3 -c '
import sys, unicodedata
rows = [line.rstrip("\n").split("\t") for line in sys.stdin.buffer.read().decode().splitlines()]
wide = lambda text: sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
widths = [max(wide(cell) for cell in column) for column in zip(*rows)]
for row in rows:
    line = "  ".join(cell + " " * (width - wide(cell)) for cell, width in zip(row, widths)).rstrip()
    sys.stdout.buffer.write((line + "\n").encode())
'
passed=$(grep -c $'\tgood$' "$scratch/rows" || true)
failed=$(grep -c $'\tbad$' "$scratch/rows" || true)
say totals "$passed" "$failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
