#!/usr/bin/env bash
# peers.sh: a virtual environment with what the benchmarks compare with
# (tests/bench/peers/requirements.txt), in the cache folder; prints its Python.
# PYTHON: the Python to make it with (default python3).
source "$(dirname -- "$0")/common.sh"
folder=$(cache_folder)/peers
requirements=$root/tests/bench/peers/requirements.txt
if ! cmp -s -- "$requirements" "$folder/requirements.txt"; then
  say "installing the peers into $folder"
  "${PYTHON:-python3}" -m venv "$folder" ||
    fail "${PYTHON:-python3} makes no virtual environment" "sudo apt-get install python3-venv"
  "$folder/bin/python3" -m pip install --quiet --requirement "$requirements" >&2
  cp -- "$requirements" "$folder/requirements.txt" # last: it says that all is there
fi
printf '%s\n' "$folder/bin/python3"
