#!/usr/bin/env bash
# Who may post to the deployed server: pods with and without a collector's token try it from inside the cluster.
#
# usage: KUBECONFIG=FILE tests/e2e/identity.sh
#
# Wants deploy/monitor.yaml applied. Environment:
#   IMAGE, PULL   image with busybox and its pull policy (busybox, IfNotPresent)
set -euo pipefail
IMAGE=${IMAGE:-busybox}
PULL=${PULL:-IfNotPresent}
: "${KUBECONFIG:?names the cluster: a kubeconfig file}"
pods=(identity-collector identity-stranger)
# shellcheck disable=SC2317 # the trap calls it
finish() {
    kubectl -n monitoring delete pod "${pods[@]}" --ignore-not-found --wait=false >/dev/null
}
trap finish EXIT

probe() { # NAME ACCOUNT
    cat <<END
apiVersion: v1
kind: Pod
metadata: {name: $1, namespace: monitoring}
spec:
  serviceAccountName: $2
  terminationGracePeriodSeconds: 0
  containers:
  - name: probe
    image: $IMAGE
    imagePullPolicy: $PULL
    command: [sleep, "600"]
    volumeMounts:
    - {name: tokens, mountPath: /tokens}
  volumes:
  - name: tokens
    projected:
      sources:
      - serviceAccountToken: {audience: kubemonitor, expirationSeconds: 600, path: right}
      - serviceAccountToken: {audience: elsewhere, expirationSeconds: 600, path: audience}
      - serviceAccountToken: {expirationSeconds: 600, path: kubernetes}
---
END
}
kubectl -n monitoring delete pod "${pods[@]}" --ignore-not-found >/dev/null
{ probe identity-collector resource-collector; probe identity-stranger default; } | kubectl apply -f - >/dev/null
kubectl -n monitoring wait --for=condition=Ready "${pods[@]/#/pod/}" --timeout=120s >/dev/null
node=$(kubectl -n monitoring get pod identity-collector -o 'jsonpath={.spec.nodeName}')
failed=0

# busybox's wget says "server returned error: HTTP/1.1 401 Unauthorized", and nothing of the kind for 200.
check() { # WORDS STATUS POD PATH BODY [TOKEN]
    local status header=
    [ -z "${6:-}" ] || header="--header=\"Authorization: Bearer \$(cat /tokens/$6)\""
    status=$(kubectl -n monitoring exec "$3" -- sh -c "wget -q -O /dev/null $header --header='Content-Type: application/json' \
        --post-data='$5' http://monitor-api-service$4 2>&1 && echo HTTP/1.1 200" 2>&1 |
        sed -n 's,.*HTTP/1.1 \([0-9]*\).*,\1,p' | head -1) || true
    printf '%-52s expected %s, got %s\n' "$1" "$2" "${status:-nothing}"
    [ "$status" = "$2" ] || failed=1
}
now=$(date -u +%FT%TZ)
mine="{\"timestamp\":\"$now\",\"pod_name\":\"identity-probe\",\"namespace\":\"monitoring\",\"node\":\"$node\"}"
theirs="{\"timestamp\":\"$now\",\"pod_name\":\"identity-probe\",\"namespace\":\"monitoring\",\"node\":\"another-node\"}"
pod=/api/pods/identity-probe
check "a collector's token, a pod of its own node" 200 identity-collector $pod "$mine" right
check "a collector's token, a pod of another node" 403 identity-collector $pod "$theirs" right
check "a collector's token, another node" 403 identity-collector /api/nodes/another-node '{}' right
check "a collector's token of another audience" 401 identity-collector $pod "$mine" audience
check "a collector's token for the Kubernetes API" 401 identity-collector $pod "$mine" kubernetes
check "no token" 401 identity-collector $pod "$mine"
check "a token of another account" 403 identity-stranger $pod "$mine" right
exit $failed
