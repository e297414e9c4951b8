#!/usr/bin/env bash
# sanitize.sh: all tests under AddressSanitizer and UndefinedBehaviorSanitizer, with LibTorch, and
# those of the part without LibTorch under ThreadSanitizer.
source "$(dirname -- "$0")/common.sh"
"$setup_folder/build.sh" tsan-base base_tests
"$setup_folder/build.sh" asan
# LibTorch is not instrumented: vectors that it grows look overflown to code that is.
asan=${ASAN_OPTIONS:-detect_container_overflow=0}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1:halt_on_error=1}
export TSAN_OPTIONS=${TSAN_OPTIONS:-halt_on_error=1:second_deadlock_stack=1}
cd "$root"
ctest --test-dir build/tsan-base --output-on-failure -j2
ASAN_OPTIONS=$asan ctest --test-dir build/asan --output-on-failure -j2 \
  --exclude-regex '^(GstReader|gst_element|cli_|docs|install|package)'
# Whole stacks, which are slow, tell what GLib keeps from what a reader loses.
ASAN_OPTIONS=$asan:fast_unwind_on_malloc=0 \
  LSAN_OPTIONS=suppressions=$root/tests/support/library_leaks.txt \
  ctest --test-dir build/asan --output-on-failure -j2 --tests-regex '^(GstReader|gst_element)'
# The leak checker itself crashes now and then at the end of a program with LibTorch; and memory is
# compared, which a large quarantine would spoil.
ASAN_OPTIONS=$asan:detect_leaks=0:quarantine_size_mb=16 \
  ctest --test-dir build/asan --output-on-failure -j2 \
  --tests-regex '^(cli_|docs|install|package)'
