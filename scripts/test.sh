#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs every test: with gcc under the address and undefined-behaviour sanitizers, the threaded parts
# under the thread sanitizer, the HTTP API black-box against both servers, and a build with clang.
# Ends with "N passed, N failed". Logs stay in the build directories.
set -uo pipefail
cd "$(dirname "$0")/.."
scripts/install-dependencies.sh --tests || exit 1

export UBSAN_OPTIONS=print_stacktrace=1 TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1
passed=0 failed=0

# The thread sanitizer of older compilers cannot cope with much address randomisation.
plain_addresses=()
! setarch "$(uname -m)" -R true 2>/dev/null || plain_addresses=(setarch "$(uname -m)" -R)

build() { # DIR MESON-OPTION...
    echo "== build $1"
    scripts/build.sh "$@" && return
    failed=$((failed + 1))
    return 1
}

# Adds "PASSED FAILED" of one suite. A suite that broke off before its summary has failed.
count() { # NAME STATUS PASSED FAILED
    local ok=${3:-0} bad=${4:-0}
    [ "$2" = 0 ] || [ "$bad" -gt 0 ] || bad=1
    echo "== $1: $ok passed, $bad failed"
    passed=$((passed + ok))
    failed=$((failed + bad))
}

unit_tests() { # DIR MESON-TEST-OPTION...
    local dir=$1 log=$1/unit-tests.log status=0
    shift
    "${plain_addresses[@]}" meson test -C "$dir" --no-rebuild --print-errorlogs "$@" >"$log" 2>&1 || status=$?
    [ $status = 0 ] || cat "$log"
    #   Ok:                 7
    #   Fail:               0
    #   Timeout:            0
    count "unit tests of $dir" $status \
        "$(awk '/^Ok: /{print $2}' "$log")" "$(awk '/^(Fail|Timeout|Unexpected Pass): /{n += $NF} END{print n + 0}' "$log")"
}

api_tests() { # DIR
    local log=$1/api-tests.log status=0
    KUBEMONITOR_API=$1/api/kubemonitor-api "${plain_addresses[@]}" \
        python3 -m pytest -q -p no:cacheprovider tests/api >"$log" 2>&1 || status=$?
    [ $status = 0 ] || cat "$log"
    #   2 failed, 61 passed, 1 error in 31.41s
    count "API tests of $1" $status \
        "$(tail -1 "$log" | grep -oE '[0-9]+ passed' | grep -oE '[0-9]+')" \
        "$(tail -1 "$log" | grep -oE '[0-9]+ (failed|error)' | awk '{n += $1} END{print n + 0}')"
}

sanitizer_options=(-Dwerror=true -Dbuildtype=debugoptimized)
if build build-asan "${sanitizer_options[@]}" -Db_sanitize=address,undefined \
    -Dc_args=-fno-sanitize-recover=all; then
    unit_tests build-asan
    api_tests build-asan
fi
if build build-tsan "${sanitizer_options[@]}" -Db_sanitize=thread; then
    unit_tests build-tsan --no-suite hosts --no-suite tree
    api_tests build-tsan
fi
CC=clang build build-clang -Dwerror=true && count "build with clang" 0 1 0

echo "$passed passed, $failed failed"
[ $failed = 0 ]
