#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Proves both commands of the README on a system with nothing installed: makes a bare Debian root,
# copies the files that git tracks into it, and runs scripts/run.sh (until the API answers, then
# stops it as Ctrl-C does, and once more by SIGTERM) and scripts/test.sh in it.
#
# usage: bare-root-test.sh [SUITE [root|user]]     as root; the default is "bookworm root"
#   user: not as root but as a user who may use sudo, which is then the only package added
#
# Environment: KUBEMONITOR_BARE_DIR    where bare roots are kept between runs (/var/tmp/kubemonitor-bare)
#              KUBEMONITOR_LISTEN      where run.sh listens (127.0.0.1:0, a free port)
#              BARE_COMMANDS           "run test" or one of the two
#
# Packages come from the mirror that this machine's apt uses, and apt's settings, further certificate
# authorities and npm's registry from this machine too. Everything runs in mount and process
# namespaces of its own, so mounts and processes are gone when this script is, however it ends.
set -euo pipefail
cd "$(dirname "$0")/.."
suite=${1:-bookworm} who=${2:-root}
kept=${KUBEMONITOR_BARE_DIR:-/var/tmp/kubemonitor-bare}
commands=${BARE_COMMANDS:-run test}

fail() {
    echo "bare-root-test: $*" >&2
    exit 1
}

# The URI of the repository where apt found this machine's own release: no -security, no -updates.
mirror_of() { # ORIGIN
    # shellcheck disable=SC2016 # apt fills these in
    apt-get indextargets --format '$(ORIGIN)|$(RELEASE)|$(CODENAME)|$(LABEL)|$(REPO_URI)|$(COMPONENT)' 'Created-By: Packages' |
        awk -F'|' -v origin="$1" '$1 == origin && $4 == origin && $6 == "main" {print $5; exit}'
}

make_base() { # DIR
    local mirror origin=Debian
    [ ! -e "$1/.complete" ] || return 0
    case $suite in jammy | noble) origin=Ubuntu ;; esac
    mirror=$(mirror_of $origin)
    [ -n "$mirror" ] || fail "apt of this machine has no repository of $origin, so no $suite can be made"
    echo "== a bare $suite from $mirror"
    rm -rf "$1"
    mkdir -p "$1"
    debootstrap --variant=minbase "$suite" "$1" "$mirror" >"$1.log" || { tail -5 "$1.log"; fail "debootstrap failed"; }
    : >"$1/.complete"
}

# What belongs to the machine and its network rather than to the system: apt's settings (proxy, dates),
# name resolution, certificate authorities. /usr/local/share is where update-ca-certificates looks.
take_machine_settings() { # DIR
    apt-config dump | grep '^Acquire::' | grep -v '^Acquire::IndexTargets' >"$1/etc/apt/apt.conf.d/90machine" || true
    cp -L /etc/resolv.conf /etc/hosts "$1/etc/"
    if [ -n "$(ls -A /usr/local/share/ca-certificates 2>/dev/null)" ]; then
        mkdir -p "$1/usr/local/share/ca-certificates"
        cp -rL /usr/local/share/ca-certificates/. "$1/usr/local/share/ca-certificates/"
    fi
}

[ "$(id -u)" = 0 ] || fail "needs root: it makes namespaces and a root directory"
case $who in root | user) ;; *) fail "the second argument is root or user" ;; esac
for tool in debootstrap unshare chroot curl git tar; do
    command -v $tool >/dev/null || fail "$tool is missing"
done

mkdir -p "$kept"
make_base "$kept/$suite"
root=$(mktemp -d "$kept/run-$suite-XXXXXX")
# The namespaces end with their first process: nothing is mounted below $root here.
trap 'rm -rf --one-file-system "$root"' EXIT
trap 'exit 1' INT TERM
cp -a "$kept/$suite/." "$root/"
take_machine_settings "$root"
mkdir -p "$root/src"
git ls-files -z | tar --null -T - -c | tar -x -C "$root/src"
registry=$(npm config get registry 2>/dev/null || true)

# Runs inside, as the first process of its namespace.
cat >"$root/inside.sh" <<'INSIDE'
set -euo pipefail
fail() {
    echo "FAILED $*"
    exit 1
}
programs() { # how many of ours run
    cat /proc/[0-9]*/comm 2>/dev/null | grep -c '^kubemonitor-' || true
}
# Waits for the address that run.sh prints and leaves it in $server.
wait_for_start() {
    local waited
    for waited in $(seq 1800); do
        server=$(sed -n 's#^ *\(http://[^/]*\)/docs .*#\1#p' /run.log)
        [ -z "$server" ] || return 0
        kill -0 "$pid" 2>/dev/null || { cat /run.log; fail "run.sh ended by itself after $waited s"; }
        sleep 1
    done
    fail "run.sh did not start within $waited s"
}
answers() { # PATH TEXT: the answer holds the text
    python3 - "$server$1" "$2" <<'PYTHON'
import sys, time, urllib.request
for _ in range(15):
    if sys.argv[2] in urllib.request.urlopen(sys.argv[1], timeout=5).read().decode():
        sys.exit(0)
    time.sleep(1)
sys.exit(f"{sys.argv[1]} does not say {sys.argv[2]}")
PYTHON
}
# The job gets a process group of its own, as a terminal gives it, and no ignored SIGINT.
check_run() { # SIGNAL TARGET(group or shell)
    set -m
    (cd /src && exec bash scripts/run.sh) </dev/null >/run.log 2>&1 &
    pid=$!
    set +m
    wait_for_start
    answers /api/nodes '"cpu_usage"' || fail "no node"
    answers /docs '<' || fail "no page"
    if [ "$2" = group ]; then kill -s "$1" -- "-$pid"; else kill -s "$1" "$pid"; fi
    for _ in $(seq 150); do
        [ "$(programs)" = 0 ] && ! kill -0 "$pid" 2>/dev/null && break
        sleep 0.1
    done
    ! kill -0 "$pid" 2>/dev/null || fail "run.sh goes on after SIG$1"
    [ "$(programs)" = 0 ] || fail "SIG$1 left $(programs) programs running"
    if grep -i 'warning:' /run.log; then fail "the build warns"; fi
    echo "ok     run.sh answers and ends by SIG$1"
}
case " $COMMANDS " in *" run "*)
    check_run INT group
    check_run TERM shell
    ;;
esac
case " $COMMANDS " in *" test "*)
    (cd /src && bash scripts/test.sh) </dev/null 2>&1 | tee /test.log
    if grep -i 'warning:' /src/build-*.log; then fail "a build warns"; fi
    grep -Eq '^[1-9][0-9]* passed, 0 failed$' /test.log || fail "scripts/test.sh"
    echo "ok     test.sh"
    ;;
esac
INSIDE

cat >"$root/prepare.sh" <<'PREPARE'
set -euo pipefail
[ "$WHO" = user ] || exec bash /inside.sh
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends sudo >/dev/null 2>&1
useradd --create-home --shell /bin/bash builder
echo 'builder ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/builder
touch /run.log /test.log
chown -R builder: /src /run.log /test.log
exec runuser -u builder -- bash /inside.sh
PREPARE

echo "== $suite as $who: $commands"
# shellcheck disable=SC2016 # for the shell in the namespace
unshare --mount --pid --fork --kill-child sh -c '
    mount -t proc proc "$0/proc" && mount --rbind /sys "$0/sys" && mount --rbind /dev "$0/dev" &&
    exec chroot "$0" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        HOME="$1" WHO="$2" COMMANDS="$3" KUBEMONITOR_LISTEN="$4" TERM=dumb \
        NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt ${5:+npm_config_registry="$5"} \
        bash /prepare.sh' \
    "$root" "$([ "$who" = root ] && echo /root || echo /home/builder)" "$who" "$commands" \
    "${KUBEMONITOR_LISTEN:-127.0.0.1:0}" "$registry" || fail "$suite as $who failed"
echo "passed: $suite as $who"
