#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes kubemonitor the owner of metrics.k8s.io: switches the API on in the server and registers both versions. Where
# somebody else owns one of them, says so and changes nothing. unregister.sh undoes it.
#
# usage: register.sh [--dry-run]     (KUBECONFIG names the cluster; deploy/monitor.yaml must be there)
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=deploy/metrics-api/owner.sh
. ./owner.sh
case "${1:-}" in
"") ;;
--dry-run) dry=1 ;;
*) sed -n '3,6s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac

taken=0
for version in "${VERSIONS[@]}"; do
    owner=$(owner_of "$version") || { echo "error: the cluster does not say who owns $version.metrics.k8s.io" >&2; exit 1; }
    if [ -n "$owner" ] && [ "$owner" != kubemonitor ]; then
        echo "error: $version.metrics.k8s.io belongs to the service $owner; nothing was changed." >&2
        taken=1
    fi
done
if [ $taken = 1 ]; then
    echo "Only one server can own it. To go over to kubemonitor, remove the other (with its APIService) first." >&2
    exit 1
fi
if ! kubectl -n monitoring get deployment monitor-api >/dev/null; then
    echo "error: the server is not there: kubectl apply -f deploy/monitor.yaml first" >&2
    exit 1
fi
[ -z "${dry:-}" ] || { echo "nobody else owns metrics.k8s.io; without --dry-run it would be registered"; exit 0; }

kubectl apply -f server.yaml
kubectl -n monitoring patch deployment monitor-api -p "$(cat patch.yaml)"
kubectl -n monitoring rollout status deployment/monitor-api --timeout=180s
kubectl apply -f apiservices.yaml
for version in "${VERSIONS[@]}"; do
    kubectl wait --for=condition=Available --timeout=120s "apiservice/$version.metrics.k8s.io"
done
