#!/usr/bin/env bash
# The deployed system with TLS and closed reads: collectors post to a certificate they trust, and who may read is judged.
#
# usage: KUBECONFIG=FILE tests/e2e/tls.sh
#
# Applies deploy/monitor.yaml with the parts optional/tls and optional/closed-reads, and takes them away again at the end.
# Runs where the first node's port 30080 can be reached.
set -euo pipefail
cd "$(dirname "$0")/../.."
: "${KUBECONFIG:?names the cluster: a kubeconfig file}"
scratch=$(mktemp -d)
failed=0

wait_rollout() {
    kubectl -n monitoring rollout status deployment/monitor-api --timeout=180s >/dev/null
    kubectl -n monitoring rollout status daemonset/resource-collector --timeout=180s >/dev/null
}
# shellcheck disable=SC2317 # the trap calls it
finish() {
    kubectl apply -f deploy/monitor.yaml >/dev/null
    wait_rollout
    kubectl delete -f deploy/optional/closed-reads/rights.yaml --ignore-not-found >/dev/null
    kubectl delete clusterrolebinding kubemonitor-e2e-reader --ignore-not-found >/dev/null
    kubectl -n monitoring delete secret/monitor-api-tls serviceaccount/e2e-reader serviceaccount/e2e-stranger --ignore-not-found >/dev/null
    rm -rf "$scratch"
}
trap finish EXIT

authority() { # NAME
    openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj "/CN=$1" -keyout "$scratch/$1.key" -out "$scratch/$1.crt" 2>/dev/null
}
authority ca
authority other
openssl req -newkey rsa:2048 -nodes -subj /CN=monitor-api-service -keyout "$scratch/tls.key" -out "$scratch/tls.csr" 2>/dev/null
openssl x509 -req -in "$scratch/tls.csr" -CA "$scratch/ca.crt" -CAkey "$scratch/ca.key" -set_serial 2 -days 1 -out "$scratch/tls.crt" \
    -extfile <(echo subjectAltName=DNS:monitor-api-service) 2>/dev/null
kubectl -n monitoring delete secret monitor-api-tls --ignore-not-found >/dev/null
kubectl -n monitoring create secret generic monitor-api-tls --from-file="$scratch/tls.crt" --from-file="$scratch/tls.key" \
    --from-file="$scratch/ca.crt" >/dev/null
python3 tests/deploy/parts.py deploy/optional/tls deploy/optional/closed-reads | kubectl apply -f - >/dev/null
wait_rollout
since=$(date +%s)

token() { # ACCOUNT
    kubectl -n monitoring create serviceaccount "$1" --dry-run=client -o yaml | kubectl apply -f - >/dev/null
    echo '{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{"expirationSeconds":600}}' |
        kubectl create --raw "/api/v1/namespaces/monitoring/serviceaccounts/$1/token" -f - |
        python3 -c 'import json, sys; print(json.load(sys.stdin)["status"]["token"])'
}
stranger=$(token e2e-stranger)
reader=$(token e2e-reader)
kubectl create clusterrolebinding kubemonitor-e2e-reader --clusterrole=kubemonitor-reader --serviceaccount=monitoring:e2e-reader \
    --dry-run=client -o yaml | kubectl apply -f - >/dev/null
node=$(kubectl get nodes -o 'jsonpath={.items[0].metadata.name}')
address=$(kubectl get node "$node" -o 'jsonpath={.status.addresses[?(@.type=="InternalIP")].address}')

# The name of the certificate, at the address of the node.
ask() { # AUTHORITY PATH [TOKEN]
    curl -s -m 10 --cacert "$scratch/$1.crt" --connect-to "monitor-api-service:443:$address:30080" "https://monitor-api-service$2" \
        ${3:+-H "Authorization: Bearer $3"} -o "$scratch/answer" -w '%{http_code}'
}
check() { # WORDS EXPECTED GOT
    printf '%-52s expected %s, got %s\n' "$1" "$2" "$3"
    [ "$2" = "$3" ] || failed=1
}
pods="/api/pods?namespace=monitoring"
check "health without a token" 200 "$(ask ca /readyz || true)"
check "reading without a token" 401 "$(ask ca "$pods" || true)"
check "with the token of somebody without the right" 403 "$(ask ca "$pods" "$stranger" || true)"
check "with a reader's token" 200 "$(ask ca "$pods" "$reader" || true)"
check "a certificate of an authority that is not trusted" 000 "$(ask other /readyz || true)"
check "without TLS" 000 "$(curl -s -m 10 -o /dev/null -w '%{http_code}' "http://$address:30080/readyz" || true)"

# What collectors have posted since both were made anew is there: they trust the certificate.
sleep 12
ask ca "/api/nodes/$node" "$reader" >/dev/null
newest=$(python3 -c 'import datetime, json, sys
print(int(datetime.datetime.fromisoformat(json.load(sys.stdin)["timestamp"].replace("Z", "+00:00")).timestamp()))' <"$scratch/answer")
check "readings of $node arrive" yes "$([ "$newest" -gt "$since" ] && echo yes || echo no)"
exit $failed
