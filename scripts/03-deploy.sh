#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Applies the manifest to the cluster that kubectl talks to, waits until everything runs, and prints where
# it answers. A second run applies what has changed; pods of images with the same tag are restarted.
#
# usage: 03-deploy.sh [--dry-run]
#
# Environment: KUBEMONITOR_MANIFEST   a file, or a directory with a kustomization (deploy/monitor.yaml)
#              KUBEMONITOR_TIMEOUT    how long to wait for each part (180s)
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/messages.sh
case "${1:-}" in
--dry-run) dry_run=yes ;;
'') ;;
*) sed -n '/^# usage/p' "$0" >&2; exit 2 ;;
esac

manifest=${KUBEMONITOR_MANIFEST:-deploy/monitor.yaml}
timeout=${KUBEMONITOR_TIMEOUT:-180s}
namespace=monitoring
workloads=(deployment/monitor-api daemonset/resource-collector)

have kubectl || die missing_tool kubectl
[ -n "$dry_run" ] || cluster_answers || die no_cluster

# A new image under the old name changes nothing in the manifest: then the pods must be told.
generations() {
    kubectl -n "$namespace" get "${workloads[@]}" -o 'jsonpath={range .items[*]}{.metadata.name}={.metadata.generation} {end}' 2>/dev/null || true
}
before=
[ -n "$dry_run" ] || before=$(generations)
say applying "$manifest"
if [ -d "$manifest" ]; then run kubectl apply -k "$manifest"; else run kubectl apply -f "$manifest"; fi
if [ -n "$before" ] && [ "$before" = "$(generations)" ]; then
    kubectl -n "$namespace" rollout restart "${workloads[@]}"
fi
for workload in "${workloads[@]}"; do
    say waiting "$workload"
    if ! run kubectl -n "$namespace" rollout status "$workload" --timeout="$timeout"; then
        kubectl -n "$namespace" get pods -o wide >&2 || true
        kubectl -n "$namespace" get events --sort-by=.lastTimestamp 2>/dev/null | tail -10 >&2 || true
        die not_ready "$workload"
    fi
done
[ -z "$dry_run" ] || exit 0

say addresses
for address in $(kubectl get nodes -o 'jsonpath={range .items[*]}{.status.addresses[?(@.type=="InternalIP")].address}{"\n"}{end}'); do
    case $address in *:*) address="[$address]" ;; esac
    echo "  http://$address:30080/docs"
    echo "  http://$address:30080/api/nodes"
done
