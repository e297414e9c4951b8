#!/usr/bin/env bash
# libtorch.sh: see to it that LibTorch is in the cache folder, whole; fetch its wheels if not.
# Touches no network where it is. With MELGRAPH_LIBTORCH set nothing is fetched: CMake checks it.
source "$(dirname -- "$0")/common.sh"

[[ -z ${MELGRAPH_LIBTORCH:-} ]] || exit 0

pins=$setup_folder/libtorch-wheels.sha256
unpack=$setup_folder/unpack_libtorch.py
cache=$(cache_folder)
folder=$cache/libtorch-2.11.0
downloads=$folder.wheels

mkdir -p "$cache"
exec 9>"$folder.lock"
if ! flock -n 9; then
  say "waiting for another build that fetches LibTorch"
  flock 9
fi

if [[ -e $folder ]]; then
  if problem=$(python3 "$unpack" check "$folder" "$pins"); then exit 0; fi
  say "LibTorch in $folder is not whole ($problem): fetching it again"
fi

# Tell whether a fetched wheel is there with the pinned hash; remove it if the hash differs.
wheel_is_whole() {
  local hash=$1 wheel=$downloads/$2
  [[ -f $wheel ]] || return 1
  if sha256sum --check --status <<<"$hash  $wheel"; then return 0; fi
  say "$2 is broken (its SHA-256 is not the pinned one): removed"
  rm -f -- "$wheel"
  return 1
}

python3 -m pip --version >/dev/null 2>&1 ||
  fail "python3 has no pip, which fetches LibTorch" \
    "install python3-pip; a torch 2.11 that is there already serves too: MELGRAPH_LIBTORCH=.../torch"
mkdir -p "$downloads"
while read -r hash wheel; do
  wheel_is_whole "$hash" "$wheel" && continue
  IFS=- read -r project version python abi _ <<<"$wheel"
  [[ $python == cp* ]] || { python=cp311 abi=cp311; }
  say "fetching $project $version into $downloads"
  python3 -m pip download --no-deps --no-cache-dir --only-binary=:all: --dest "$downloads" \
    --python-version "${python#cp}" --implementation cp --abi "$abi" --abi none \
    --platform manylinux_2_28_x86_64 --platform manylinux_2_25_x86_64 \
    --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64 \
    "$project==$version" >&2 ||
    fail "pip could not fetch $project $version" \
      "see pip's message; a torch 2.11 that is there already serves too: MELGRAPH_LIBTORCH=.../torch"
  wheel_is_whole "$hash" "$wheel" ||
    fail "what pip fetched for $project $version is not $wheel with SHA-256 $hash" \
      "look at the package index that pip is configured with"
done <"$pins"

# Leftovers of a build that was interrupted; nobody uses them, since we hold the lock.
rm -rf -- "$folder".unpacking.*
new=$(mktemp -d "$folder.unpacking.XXXXXX")
trap 'rm -rf -- "$new"' EXIT
say "unpacking LibTorch into $folder"
python3 "$unpack" unpack "$new" "$pins" "$downloads"
chmod 755 "$new"
if [[ -e $folder ]]; then mv -- "$folder" "$new.old"; fi
mv -- "$new" "$folder"
rm -rf -- "$new.old" "$downloads"
