#!/usr/bin/env bash
# libtorch_setup_test.sh SETUP_FOLDER: framework/setup/libtorch.sh with small wheels made here, which
# pip takes from a folder. No network.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
cp -r -- "$1" "$work/setup"
mkdir -p "$work/index"
unset MELGRAPH_LIBTORCH
export MELGRAPH_CACHE=$work/cache PIP_NO_INDEX=1 PIP_FIND_LINKS=$work/index PIP_CONFIG_FILE=/dev/null
folder=$MELGRAPH_CACHE/libtorch-2.11.0
script=$work/setup/libtorch.sh

python3 - "$work/setup/libtorch-wheels.sha256" "$work/index" <<'PYTHON'
"""Make wheels of the pinned names, and pin them."""
import hashlib, os, sys, zipfile
pins, index = sys.argv[1:]
files = {
    "torch": {"torch/lib/libc10.so": "c10", "torch/lib/libtorch_cpu.so": "cpu",
              "torch/lib/libtorch_python.so": "python", "torch/version.py": "__version__ = '2.11.0'",
              "torch/include/a.h": "", "torch/nn/modules.py": "python"},
    "nvidia": {"nvidia/cu13/lib/libcudart.so.13": "cuda"},
}
lines = []
for name in [line.split()[1] for line in open(pins)]:
    project, version = name.split("-")[:2]
    info = f"{project}-{version}.dist-info"
    path = os.path.join(index, name)
    with zipfile.ZipFile(path, "w") as wheel:
        for file, text in files["torch" if project == "torch" else "nvidia"].items():
            wheel.writestr(file.replace("cudart", project), text)
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {project}\nVersion: {version}\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: false\n")
        wheel.writestr(f"{info}/RECORD", "")
    lines.append(f"{hashlib.sha256(open(path, 'rb').read()).hexdigest()}  {name}\n")
open(pins, "w").writelines(lines)
PYTHON

fail() {
  printf 'FAILED: %s\n%s\n' "$1" "$(cat "$work/log")"
  exit 1
}
run() { "$script" >"$work/log" 2>&1; }
whole() { python3 "$work/setup/unpack_libtorch.py" check "$folder" "$work/setup/libtorch-wheels.sha256"; }

run || fail "the first run"
whole || fail "the folder is not whole"
[[ -e $folder/torch/lib/libtorch_cpu.so && -e $folder/torch/version.py ]] || fail "a file is missing"
[[ ! -e $folder/torch/lib/libtorch_python.so && ! -e $folder/torch/nn ]] || fail "Python parts stayed"
[[ ! -e $folder.wheels ]] || fail "the wheels stayed"

PIP_FIND_LINKS=/nonexistent run || fail "a whole folder was not reused"
[[ ! -s $work/log ]] || fail "a whole folder was not reused in silence"
MELGRAPH_LIBTORCH=/elsewhere MELGRAPH_CACHE=$work/other run || fail "MELGRAPH_LIBTORCH was not respected"
[[ ! -e $work/other ]] || fail "MELGRAPH_LIBTORCH did not keep it from fetching"

printf 'x' >"$folder/torch/lib/libc10.so"
run || fail "a damaged folder was not mended"
grep -q 'libc10.so has 1 bytes, not 3' "$work/log" || fail "the damage was not named"
whole || fail "the mended folder is not whole"

rm -- "$folder/melgraph-libtorch.stamp"
mkdir "$folder.unpacking.old" "$folder.wheels"
printf 'broken' >"$folder.wheels/$(basename "$work"/index/torch-*)"
run || fail "a broken wheel was not fetched again"
grep -q 'torch-2.11.0.*is broken' "$work/log" || fail "the broken wheel was not named"
[[ ! -e $folder.unpacking.old ]] || fail "leftovers of an interrupted run stayed"
whole || fail "not whole after a broken wheel"

rm -r -- "$folder"
"$script" >"$work/log" 2>&1 &
first=$!
"$script" >"$work/log2" 2>&1 || fail "the second of two at once"
wait "$first" || fail "the first of two at once"
[[ $(cat "$work/log" "$work/log2" | grep -c '^-- unpacking') -eq 1 ]] || fail "two at once both unpacked"
whole || fail "not whole after two at once"

rm -r -- "$folder"
sed -i 's/^./0/; s/^00/11/' "$work/setup/libtorch-wheels.sha256"
if run; then fail "wheels with other hashes were taken"; fi
[[ ! -e $folder ]] || fail "wheels with other hashes were unpacked"
