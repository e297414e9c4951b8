#!/usr/bin/env bash
# reference.sh: compare with librosa and torchaudio (tests/reference/*.py), where Python has them, and
# check that the golden vectors of front ends are still what these give, and the records of networks
# what torchvision gives, where there is one.
# PYTHON: the Python to use (default: that of peers.sh where it has been run, else python3). Build
# first.
source "$(dirname -- "$0")/common.sh"
python=$(peers_python)
cd "$root"
missing=()
for package in numpy librosa torchaudio pillow; do
  module=${package/pillow/PIL}
  "$python" -c "import importlib.util, sys; sys.exit(importlib.util.find_spec('$module') is None)" ||
    missing+=("$package")
done
[[ ${#missing[@]} -eq 0 ]] ||
  fail "$python lacks ${missing[*]}" "make peers; or PYTHON=another make reference"
shopt -s nullglob
scripts=(tests/reference/compare_*.py)
[[ ${#scripts[@]} -gt 0 ]] || fail "tests/reference has no compare_*.py"
for script in "${scripts[@]}"; do
  say "$script"
  "$python" "$script" --melgraph build/release/bin/melgraph
done
say "tests/reference/make_frontend_goldens.py --check"
"$python" -W ignore tests/reference/make_frontend_goldens.py --check
say "tests/reference/make_pth_fixtures.py --check"
"$python" -B -W ignore tests/reference/make_pth_fixtures.py --check
say "tests/reference/make_audio_network_records.py --check"
"$python" -B tests/reference/make_audio_network_records.py --check
say "tests/reference/make_network_records.py --check"
code=0
"$python" -B tests/reference/make_network_records.py --check || code=$?
[[ $code -eq 0 || $code -eq 77 ]] || exit "$code"
say "tests/reference/aoti_package.py"
code=0
"$python" -B tests/reference/aoti_package.py build/release/libexec/melgraph/tests/plugin_tests || code=$?
[[ $code -eq 0 || $code -eq 77 ]] || exit "$code"
