#!/usr/bin/env bash
# metrics.k8s.io in a real cluster: registered, asked by kubectl top, by two autoscalers, by what must be refused.
#
# usage: KUBECONFIG=FILE tests/e2e/metrics_api.sh
#
# Runs on a node of the cluster, as root. Nobody may own metrics.k8s.io in the cluster. About five minutes. Environment:
#   DEPLOYED                   not empty: what is deployed (deploy/monitor.yaml) is registered by deploy/metrics-api/register.sh,
#                              and unregistered at the end. Otherwise server and collector are processes of this machine, to
#                              which a Service without selector leads
#   BUILD, NODE, IMAGE, PULL   as in cluster.sh
#   FRONT_PROXY_CA             front-proxy-ca without .crt and .key: the CA of the aggregation layer, to make a certificate
#                              with a wrong name; without it that check is left out
#   HPA_API                    the autoscaling version (autoscaling/v2beta2; autoscaling/v2 from Kubernetes 1.23 on)
set -euo pipefail
cd "$(dirname "$0")/../.."
HPA_API=${HPA_API:-autoscaling/v2beta2}
NAMESPACE=kubemonitor-e2e-metrics
# shellcheck source=tests/e2e/programs.sh
. tests/e2e/programs.sh
# shellcheck source=deploy/metrics-api/owner.sh
. deploy/metrics-api/owner.sh

for version in "${VERSIONS[@]}"; do
    owner=$(owner_of "$version")
    [ -z "$owner" ] || { echo "$version.metrics.k8s.io belongs to $owner" >&2; exit 1; }
done
unregister() {
    if [ -n "${DEPLOYED:-}" ]; then
        deploy/metrics-api/unregister.sh
    else
        kubectl delete -f "$scratch/apiservices.yaml" --ignore-not-found >/dev/null 2>&1 || true
    fi
}
trap 'status=$?; unregister; (exit $status); finish' EXIT

kubectl delete namespace "$NAMESPACE" --ignore-not-found --timeout=180s >/dev/null
with_image tests/e2e/metrics_api.yaml | sed "s#autoscaling/v2beta2#$HPA_API#" | kubectl apply -f - >/dev/null

run_here() {
    address=$(kubectl get node "$NODE" -o jsonpath='{.status.addresses[?(@.type=="InternalIP")].address}')
    start_server --metrics-api-listen "$address:0" --kubeconfig "$KUBECONFIG"
    metrics=$(sed -n 's/^metrics API on //p' "$scratch/server")
    start_collector "$server"
    sed "s#namespace: monitoring#namespace: $NAMESPACE#" deploy/metrics-api/apiservices.yaml >"$scratch/apiservices.yaml"
    kubectl apply -f - >/dev/null <<END
apiVersion: v1
kind: Service
metadata: {name: monitor-metrics-api, namespace: $NAMESPACE}
spec: {ports: [{name: https, port: 443, targetPort: ${metrics##*:}}]}
---
apiVersion: v1
kind: Endpoints
metadata: {name: monitor-metrics-api, namespace: $NAMESPACE}
subsets: [{addresses: [{ip: $address}], ports: [{name: https, port: ${metrics##*:}}]}]
END
    apiservices=$scratch/apiservices.yaml
}
register_deployed() {
    deploy/metrics-api/register.sh
    metrics=https://$(kubectl -n monitoring get endpoints monitor-metrics-api -o 'jsonpath={.subsets[0].addresses[0].ip}'):8443
    apiservices=deploy/metrics-api/apiservices.yaml
}
if [ -n "${DEPLOYED:-}" ]; then register_deployed; else run_here; fi
python3 tests/e2e/check_metrics_api.py --metrics "$metrics" --apiservices "$apiservices" \
    --namespace "$NAMESPACE" --scratch "$scratch" --hpa-api "$HPA_API" ${FRONT_PROXY_CA:+--front-proxy-ca "$FRONT_PROXY_CA"}

[ -n "${DEPLOYED:-}" ] || exit 0
unregister
kubectl -n monitoring rollout status deployment/monitor-api --timeout=180s
for version in "${VERSIONS[@]}"; do
    [ -z "$(owner_of "$version")" ] || { echo "FAIL $version.metrics.k8s.io is still registered"; exit 1; }
done
port=$(kubectl -n monitoring get deployment monitor-api -o 'jsonpath={.spec.template.spec.containers[0].ports[*].containerPort}')
[ "$port" = 8080 ] || { echo "FAIL the deployment still has the ports $port"; exit 1; }
echo "ok   unregistered: nobody owns metrics.k8s.io, the server has the port $port alone"
