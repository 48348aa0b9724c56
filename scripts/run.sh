#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Watches this machine: installs what is missing, builds, starts the API server and a collector that
# reports this machine to it, prints the addresses, and stops both on Ctrl-C.
#
# usage: run.sh        environment: KUBEMONITOR_LISTEN  address and port (127.0.0.1:8080)
set -euo pipefail
cd "$(dirname "$0")/.."
listen=${KUBEMONITOR_LISTEN:-127.0.0.1:8080}

scripts/install-dependencies.sh
echo "building"
scripts/build.sh

said=$(mktemp)
api= collector= stopping=
stop() {
    stopping=yes
    # The collector first: it still delivers its last batch.
    for pid in $collector $api; do
        kill -TERM "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    rm -f "$said"
}
trap 'exit 0' INT TERM
trap stop EXIT

build/api/kubemonitor-api --listen "$listen" >"$said" &
api=$!
url=
while [ -z "$url" ]; do
    url=$(sed -n 's/^listening on //p' "$said")
    if ! kill -0 "$api" 2>/dev/null; then
        echo "error: the API server could not start on $listen (see above)." >&2
        echo "If the port is taken, choose another: KUBEMONITOR_LISTEN=127.0.0.1:8081 bash scripts/run.sh" >&2
        exit 1
    fi
    sleep 0.1
done
url=${url/0.0.0.0/127.0.0.1}

build/collector/kubemonitor-collector --server "$url" &
collector=$!

cat <<END

kubemonitor is running; the first figures are there within 10 seconds.

  $url/docs             the API, to read and to try
  $url/api/nodes        this machine
  $url/api/pods         its pods
  $url/api/namespaces   their namespaces
  $url/api/status       the server's own figures

Ctrl-C stops it.
END

status=0
wait -n -p ended "$api" "$collector" || status=$?
[ "$ended" = "$api" ] && name="API server" || name=collector
echo "error: the $name ended (exit status $status); its last words stand above." >&2
exit 1
