#!/usr/bin/env bash
# demo.sh: the default graph over example sounds, which are made here; results in build/demo.
source "$(dirname -- "$0")/common.sh"
"$setup_folder/build.sh" release
cd "$root"
python3 "$setup_folder/make_example_sounds.py" build/examples
build/release/bin/melgraph run graphs/esc10.json build/examples --table always --overwrite \
  -o build/demo
say "the same results are in build/demo/results.csv and results.ndjson"
