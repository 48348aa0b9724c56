#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Undoes register.sh: first the APIServices, since one without a server blocks the deletion of every namespace; then the
# port, the rights and the service. What belongs to somebody else is left alone.
#
# usage: unregister.sh     (KUBECONFIG names the cluster)
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=deploy/metrics-api/owner.sh
. ./owner.sh

for version in "${VERSIONS[@]}"; do
    if [ "$(owner_of "$version")" = kubemonitor ]; then
        kubectl delete apiservice "$version.metrics.k8s.io"
    fi
done
if kubectl -n monitoring get deployment monitor-api >/dev/null 2>&1; then
    # shellcheck disable=SC2016 # "$patch" is Kubernetes' own
    kubectl -n monitoring patch deployment monitor-api -p '{"spec":{"template":{"spec":{
        "containers":[{"name":"monitor-api","env":[{"name":"KUBEMONITOR_METRICS_API_LISTEN","$patch":"delete"}],
        "ports":[{"containerPort":8443,"$patch":"delete"}]}]}}}}'
fi
kubectl delete -f server.yaml --ignore-not-found
