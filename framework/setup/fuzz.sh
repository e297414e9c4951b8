#!/usr/bin/env bash
# fuzz.sh: run every fuzz target NAME_fuzz for FUZZ_SECONDS (default 1200). What is found stays in
# build/fuzz/corpus/NAME, what crashes in build/fuzz/crashes; tests/fuzz/corpus/NAME has the seeds,
# tests/fuzz/NAME.dict the dictionary.
source "$(dirname -- "$0")/common.sh"
seconds=${FUZZ_SECONDS:-1200}
SETUP_GROUPS=fuzz "$setup_folder/build.sh" fuzz
cd "$root"
mapfile -t targets < <(find build/fuzz -type f -executable -name '*_fuzz' | sort)
[[ ${#targets[@]} -gt 0 ]] || fail "the preset fuzz made no *_fuzz program"
mkdir -p build/fuzz/crashes
for target in "${targets[@]}"; do
  name=$(basename "$target" _fuzz)
  mkdir -p "build/fuzz/corpus/$name"
  arguments=("build/fuzz/corpus/$name")
  [[ ! -d tests/fuzz/corpus/$name ]] || arguments+=("tests/fuzz/corpus/$name")
  [[ ! -f tests/fuzz/$name.dict ]] || arguments+=("-dict=tests/fuzz/$name.dict")
  say "$name for $seconds s"
  "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="build/fuzz/crashes/$name-" "${arguments[@]}"
done
