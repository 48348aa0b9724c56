#!/usr/bin/env bash
# Runs every fuzzer of tests/fuzz for a time: fuzz.sh [SECONDS]   (120 each)
# What breaks one is kept in build-fuzz/found: mend it and commit the file to tests/fuzz/corpus.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-120}
command -v clang >/dev/null || { echo "fuzz.sh needs clang: apt-get install clang" >&2; exit 1; }
[ -d node_modules/uplot ] || npm ci --ignore-scripts --no-audit --no-fund
targets=()
for source in tests/fuzz/fuzz_*.c; do
    name=$(basename "$source" .c)
    [ "$name" = fuzz_replay ] || targets+=("${name#fuzz_}")
done
[ -f build-fuzz/build.ninja ] || CC=clang meson setup build-fuzz -Dfuzz=true -Dwerror=true \
    -Db_sanitize=address,undefined -Db_lundef=false -Dc_args=-fsanitize=fuzzer-no-link
ninja -C build-fuzz "${targets[@]/#/tests/fuzz/fuzz_}"
mkdir -p build-fuzz/found
export ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
failed=0
for target in "${targets[@]}"; do
    echo "== $target, $seconds s"
    mkdir -p "build-fuzz/corpus/$target"
    options=()
    [ ! -f "tests/fuzz/$target.dict" ] || options+=("-dict=tests/fuzz/$target.dict")
    if "build-fuzz/tests/fuzz/fuzz_$target" -max_total_time="$seconds" -max_len=65536 -timeout=10 -rss_limit_mb=1024 \
        -artifact_prefix="build-fuzz/found/$target-" "${options[@]}" -print_final_stats=1 \
        "build-fuzz/corpus/$target" "tests/fuzz/corpus/$target" >"build-fuzz/$target.log" 2>&1; then
        sed -n 's/^stat::number_of_executed_units: */inputs: /p' "build-fuzz/$target.log"
    else
        tail -40 "build-fuzz/$target.log"
        failed=1
    fi
done
exit $failed
