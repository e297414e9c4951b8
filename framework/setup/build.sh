#!/usr/bin/env bash
# build.sh PRESET [TARGET...]: install what is missing, configure and build a preset of
# CMakePresets.json into build/PRESET. SETUP_GROUPS: more groups of apt-packages.txt.
source "$(dirname -- "$0")/common.sh"
preset=${1:?usage: build.sh PRESET [TARGET...]}
shift

# shellcheck disable=SC2086  # a list of words
"$setup_folder/system_packages.sh" build ${SETUP_GROUPS:-}
case $preset in
  *-base | fuzz) ;; # made without LibTorch
  *) "$setup_folder/libtorch.sh" ;;
esac

cd "$root"
cmake --preset "$preset" --log-level=NOTICE
targets=()
[[ $# -eq 0 ]] || targets=(--target "$@")
cmake --build "build/$preset" "${targets[@]}"
