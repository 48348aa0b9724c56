#!/usr/bin/env bash
# Installs what is missing and runs every test but the slow suites (CONTRIBUTING.md): with gcc under
# the address and undefined behaviour sanitizers, with the thread sanitizer, and with clang's sanitizers.
# The last line counts: "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
bash scripts/install-dependencies.sh --tests || { echo "0 passed, 1 failed"; exit 1; }
[ -d node_modules/@redocly ] || npm ci --ignore-scripts --no-audit --no-fund >/dev/null
passed=0 failed=0

count() { # PASSED FAILED
    passed=$((passed + $1)) failed=$((failed + $2))
}

build() { # DIR OPTION...
    echo "== build in $1"
    if bash scripts/build.sh "$@" >"$1.log" 2>&1; then count 1 0; return 0; fi
    tail -40 "$1.log"
    count 0 1
    return 1
}

unit() { # DIR [MESON TEST OPTION...]: meson's own summary has the counts
    echo "== unit tests in $1"
    meson test -C "$@" --no-rebuild --print-errorlogs >"$1-tests.log" 2>&1 || cat "$1-tests.log"
    count "$(sed -n 's/^Ok: *//p' "$1-tests.log" | head -1 | grep . || echo 0)" \
        "$(awk '/^(Fail|Timeout|Unexpected Pass): /{n+=$NF} END{print n+0}' "$1-tests.log")"
    grep -q '^Ok:' "$1-tests.log" || count 0 1
}

black_box() { # DIR SUITE..., tests/SUITE together: pytest's last line has the counts
    local dir=$1 log=$1-$2.log last
    shift
    echo "== tests of the programs in $dir: $*"
    KUBEMONITOR_API=$PWD/$dir/api/kubemonitor-api KUBEMONITOR_COLLECTOR=$PWD/$dir/collector/kubemonitor-collector \
        KUBECTL_MONITOR=$PWD/$dir/cli/kubectl-monitor KUBEMONITOR_LOADGEN=$PWD/$dir/bench/kubemonitor-loadgen \
        /usr/bin/python3 -m pytest -q --tb=short -p no:cacheprovider "${@/#/tests/}" >"$log" 2>&1 || cat "$log"
    last=$(tail -1 "$log")
    count "$(grep -o '[0-9]* passed' <<<"$last" | cut -d' ' -f1 | grep . || echo 0)" \
        "$(grep -oE '[0-9]+ (failed|error)' <<<"$last" | awk '{n+=$1} END{print n+0}')"
    grep -q passed <<<"$last" || count 0 1
}

page() { # DIR: in Chromium; node's own summary has the counts
    echo "== page tests of $1"
    if ! command -v chromium chromium-browser google-chrome >/dev/null && [ -z "${CHROMIUM:-}" ]; then
        echo "skipped: there is no Chromium"
        return
    fi
    KUBEMONITOR_API=$PWD/$1/api/kubemonitor-api \
        node --test --test-reporter=tap tests/ui/page.test.mjs >"$1-page.log" 2>&1 || cat "$1-page.log"
    count "$(sed -n 's/^# pass //p' "$1-page.log" | grep . || echo 0)" \
        "$(sed -n 's/^# \(fail\|cancelled\) //p' "$1-page.log" | awk '{n+=$1} END{print n+0}')"
    grep -q '^# pass [1-9]' "$1-page.log" || count 0 1
}

export ASAN_OPTIONS=detect_leaks=1:abort_on_error=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
export TSAN_OPTIONS=halt_on_error=1
build build-asan -Dwerror=true -Db_sanitize=address,undefined && unit build-asan &&
    black_box build-asan api collector && black_box build-asan cli && black_box build-asan deploy && page build-asan
build build-tsan -Dwerror=true -Db_sanitize=thread && unit build-tsan && black_box build-tsan api collector
CC=clang build build-clang -Dwerror=true -Db_sanitize=address,undefined -Db_lundef=false && unit build-clang &&
    black_box build-clang api collector && black_box build-clang cli

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
