# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Who owns metrics.k8s.io. Sourced, not run.

# shellcheck disable=SC2034 # who sources this uses it
VERSIONS=(v1beta1 v1)

# "kubemonitor", the service of somebody else ("kube-system/metrics-server"), or nothing where the version is free.
owner_of() { # VERSION
    local found
    found=$(kubectl get apiservice "$1.metrics.k8s.io" --ignore-not-found -o \
        jsonpath='{.metadata.labels.app\.kubernetes\.io/part-of}{"|"}{.spec.service.namespace}{"/"}{.spec.service.name}') ||
        return 1
    case "$found" in
    "") ;;
    "kubemonitor|"*) echo kubemonitor ;;
    *) echo "${found#*|}" ;;
    esac
}
