#!/usr/bin/env bash
# sanitize.sh: all tests under AddressSanitizer and UndefinedBehaviorSanitizer, with LibTorch, and
# those of the part without LibTorch under ThreadSanitizer.
source "$(dirname -- "$0")/common.sh"
"$setup_folder/build.sh" tsan-base base_tests
"$setup_folder/build.sh" asan
# LibTorch is not instrumented: vectors that it grows look overflown to code that is.
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_container_overflow=0}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1:halt_on_error=1}
export TSAN_OPTIONS=${TSAN_OPTIONS:-halt_on_error=1:second_deadlock_stack=1}
cd "$root"
ctest --test-dir build/tsan-base --output-on-failure -j2
ctest --test-dir build/asan --output-on-failure -j2
