#!/usr/bin/env bash
# reference.sh: compare with librosa and torchaudio (tests/reference/*.py), where Python has them, and
# check that the golden vectors of front ends are still what these give.
# PYTHON: the Python to use (default python3). Build first.
source "$(dirname -- "$0")/common.sh"
python=${PYTHON:-python3}
cd "$root"
missing=()
for package in numpy librosa torchaudio pillow; do
  module=${package/pillow/PIL}
  "$python" -c "import importlib.util, sys; sys.exit(importlib.util.find_spec('$module') is None)" ||
    missing+=("$package")
done
[[ ${#missing[@]} -eq 0 ]] ||
  fail "$python lacks ${missing[*]}" "$python -m pip install ${missing[*]}; or PYTHON=another make reference"
shopt -s nullglob
scripts=(tests/reference/compare_*.py)
[[ ${#scripts[@]} -gt 0 ]] || fail "tests/reference has no compare_*.py"
for script in "${scripts[@]}"; do
  say "$script"
  "$python" "$script" --melgraph build/release/bin/melgraph
done
say "tests/reference/make_frontend_goldens.py --check"
"$python" -W ignore tests/reference/make_frontend_goldens.py --check
