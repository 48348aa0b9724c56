#!/usr/bin/env bash
# The deployed system while its parts fail: no reading may be missing, and everything recovers by itself.
#
# usage: KUBECONFIG=FILE tests/e2e/resilience.sh
#
# Applies deploy/ with the part optional/replicas and takes the second server away again at the end. Runs on the cluster's
# only node, as root. Environment:
#   STOP_API, START_API   commands that stop and start the Kubernetes API; without them that part is left out
#   RESTART_KUBELET       command that restarts the kubelet; without it that part is left out
#   API_AWAY              seconds the Kubernetes API is away (120)
#   HEADLESS_DNS          an address of this machine, such as 127.0.0.77, for a DNS of the test's own, where the cluster's
#                         knows no headless services
set -euo pipefail
cd "$(dirname "$0")/../.."
: "${KUBECONFIG:?names the cluster: a kubeconfig file}"
scratch=$(mktemp -d)
dns=
# shellcheck disable=SC2317 # the trap calls it
finish() {
    local status=$?
    [ -z "$dns" ] || kill "$dns" 2>/dev/null || true
    kubectl delete -f deploy/optional/replicas/service.yaml --ignore-not-found >/dev/null || true
    kubectl apply -f deploy/monitor.yaml >/dev/null || true
    kubectl -n monitoring patch daemonset resource-collector --type json -p '[
        {"op": "replace", "path": "/spec/template/spec/dnsPolicy", "value": "ClusterFirstWithHostNet"},
        {"op": "remove", "path": "/spec/template/spec/dnsConfig"}]' >/dev/null 2>&1 || true
    rm -rf "$scratch"
    exit "$status"
}
trap finish EXIT

step() { printf '%s  %s\n' "$(date +%T)" "$*"; }
servers() { kubectl -n monitoring get pods -l app=monitor-api -o 'jsonpath={range .items[?(@.status.podIP)]}{.status.podIP} {.metadata.name}{"\n"}{end}'; }
wait_servers() { kubectl -n monitoring rollout status deployment/monitor-api --timeout=240s >/dev/null; }

# The process of a server's pod: by the pod's UID in its cgroup, so that no other one is meant.
process_of() { # POD
    local uid file
    uid=$(kubectl -n monitoring get pod "$1" -o 'jsonpath={.metadata.uid}')
    for file in /proc/[0-9]*/cgroup; do
        if grep -qE "pod(${uid}|${uid//-/_})" "$file" 2>/dev/null &&
            [ "$(readlink "$(dirname "$file")/exe")" = /usr/bin/kubemonitor-api ]; then
            basename "$(dirname "$file")"
            return
        fi
    done
    echo "no process of $1" >&2
    return 1
}

# The longest time between two readings of the node since the beginning, as each server has it.
check() { # WORDS
    local address name
    while read -r address name; do
        python3 tests/e2e/check_gaps.py "http://$address:8080" "$node" "$begin" "$1, $name" || failed=1
    done < <(servers)
}

node=$(kubectl get nodes -o 'jsonpath={.items[0].metadata.name}')
failed=0
cp -r deploy "$scratch/deploy"
sed -i 's,^components: \[\],components:\n- optional/replicas,' "$scratch/deploy/kustomization.yaml"
if [ -n "${HEADLESS_DNS:-}" ]; then
    python3 tests/e2e/headless_dns.py "$HEADLESS_DNS" monitoring monitor-api-replicas &
    dns=$!
    python3 - "$scratch/deploy/optional/replicas/collector.yaml" "$HEADLESS_DNS" <<'END'
import sys
import yaml
path, address = sys.argv[1:]
patch = yaml.safe_load(open(path))
patch["spec"]["template"]["spec"].update(dnsPolicy="None", dnsConfig={
    "nameservers": [address], "searches": ["monitoring.svc.cluster.local"]})
yaml.safe_dump(patch, open(path, "w"))
END
fi
step "two servers"
kubectl apply -k "$scratch/deploy" >/dev/null
wait_servers
kubectl -n monitoring rollout status daemonset/resource-collector --timeout=120s >/dev/null
sleep 20
begin=$(date +%s)

read -r _ victim < <(servers)
step "kill -9 of the server in $victim"
kill -9 "$(process_of "$victim")"
sleep 30
kubectl -n monitoring wait --for=condition=Ready pod -l app=monitor-api --timeout=120s >/dev/null
check "after kill -9"

if [ -n "${STOP_API:-}" ]; then
    step "the Kubernetes API away for ${API_AWAY:-120} s"
    $STOP_API
    sleep "${API_AWAY:-120}"
    $START_API
    until kubectl get nodes >/dev/null 2>&1; do sleep 1; done
    sleep 15
    check "after the Kubernetes API was away"
fi

if [ -n "${RESTART_KUBELET:-}" ]; then
    step "the kubelet restarted"
    $RESTART_KUBELET
    sleep 30
    kubectl wait --for=condition=Ready "node/$node" --timeout=120s >/dev/null
    check "after the kubelet's restart"
fi

step "a rolling update"
kubectl -n monitoring rollout restart deployment/monitor-api >/dev/null
wait_servers
sleep 10
begin=$(date +%s)
sleep 30
check "after a rolling update, its own time"
exit $failed
