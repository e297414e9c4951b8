#!/usr/bin/env bash
# launcher_test.sh MELGRAPH: a program that finds no LibTorch answers `version` and explains itself.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
# Away from the build tree, whose libtorch.path it would follow.
mkdir "$folder/bin"
cp -- "$1" "$folder/bin/melgraph"

failed=0
expect() { # NAME STATUS STDOUT-PATTERN STDERR-PATTERN ARGUMENT...
  local name=$1 status=$2 out=$3 err=$4 found=0
  shift 4
  env -i HOME="$folder" MELGRAPH_LIBTORCH="$folder/none" "$folder/bin/melgraph" "$@" \
    >"$folder/out" 2>"$folder/err" || found=$?
  if [[ $found -ne $status || ! $(<"$folder/out") =~ $out || ! $(<"$folder/err") =~ $err ]]; then
    printf 'FAILED %s: exit %s, stdout:\n%s\nstderr:\n%s\n' "$name" "$found" "$(<"$folder/out")" \
      "$(<"$folder/err")"
    failed=1
  fi
}

why='not found in .MELGRAPH_LIBTORCH.*none: no such folder.*pip install torch=='
expect version 0 "^Melgraph [0-9].*LibTorch: $why" '^$' version
expect dashed 0 "^Melgraph [0-9].*LibTorch: $why" '^$' --version
expect json 0 '^\{.*"libtorch": null.*"reason": "no such folder".*\}$' '^$' version --json
expect run 1 '^$' "^error: LibTorch $why" run graph.json
expect nothing 1 '^$' "^error: LibTorch $why"
env -i HOME="$folder" MELGRAPH_LIBTORCH="$folder/none" "$folder/bin/melgraph" version --json |
  python3 -m json.tool >/dev/null || failed=1
exit "$failed"
