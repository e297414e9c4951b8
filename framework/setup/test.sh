#!/usr/bin/env bash
# test.sh: all tests; first those of the part without LibTorch under the sanitizers.
source "$(dirname -- "$0")/common.sh"
"$setup_folder/build.sh" release
"$setup_folder/build.sh" asan-base base_tests
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1:halt_on_error=1}
cd "$root"
ctest --test-dir build/asan-base --output-on-failure -j2
# Last, so that its summary of everything is what one sees.
ctest --test-dir build/release --output-on-failure -j2
