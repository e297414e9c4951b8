#!/usr/bin/env bash
# bench.sh: build, then every benchmark, with peers where Python has them. Figures also go to
# build/bench.json. PYTHON: the Python of the peers (default: that of peers.sh where it has been
# run, else python3).
source "$(dirname -- "$0")/common.sh"
"$setup_folder/build.sh" release
cd "$root"
python3 "$setup_folder/make_example_sounds.py" build/examples
build/release/bin/melgraph bench all --python "$(peers_python)" --json build/bench.json
