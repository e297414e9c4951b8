#!/usr/bin/env bash
# check_package.sh FOLDER: refuse an unpacked package that could not run elsewhere: too large, needs
# a newer glibc or GStreamer, names paths of this machine, or does not start without LibTorch.
source "$(dirname -- "$0")/common.sh"
prefix=$(realpath -- "${1:?usage: check_package.sh FOLDER}")
newest_glibc=2.36
largest_kb=29296  # 30 MB
problems=0
problem() {
  printf 'error: %s\n' "$*" >&2
  problems=$((problems + 1))
}

size=$(du -sk --apparent-size "$prefix" | cut -f1)
[[ $size -le $largest_kb ]] || problem "the package has $size kB unpacked, more than $largest_kb"

while IFS= read -r -d '' file; do
  name=${file#"$prefix"/}
  [[ $(head -c 4 -- "$file" | od -An -tx1) == " 7f 45 4c 46" ]] || continue
  dynamic=$(readelf -d -- "$file")
  while read -r library; do
    [[ $library != *gst* ]] || problem "$name needs $library"
  done < <(sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' <<<"$dynamic")
  while IFS=: read -r -a folders; do
    for folder in "${folders[@]}"; do
      [[ $folder == "\$ORIGIN"* ]] || problem "$name looks for libraries in $folder"
    done
  done < <(sed -nE 's/.*\((RUNPATH|RPATH)\).*\[(.*)\]/\2/p' <<<"$dynamic")
  wanted=$(readelf -V -- "$file" | sed -nE 's/.*Name: GLIBC_([0-9.]+).*/\1/p' | sort -uV | tail -n 1)
  if [[ -n $wanted && $(printf '%s\n' "$wanted" "$newest_glibc" | sort -V | tail -n 1) != "$newest_glibc" ]]; then
    problem "$name needs glibc $wanted, newer than $newest_glibc"
  fi
  [[ $(readelf -S -- "$file") != *.debug_info* ]] || problem "$name is not stripped"
done < <(find "$prefix" -type f -print0)

# Any file at all, since scripts and CMake files can name a path too.
for path in "$root" "$(cache_folder)" "${MELGRAPH_LIBTORCH:-}"; do
  [[ ${#path} -gt 1 ]] || continue
  while IFS= read -r file; do
    problem "${file#"$prefix"/} names the path $path of this machine"
  done < <(grep -rlaF -e "$path" -- "$prefix")
done

# Alone, without LibTorch and without this user's environment, it still says what is missing.
if [[ -x $prefix/bin/melgraph ]]; then
  alone=$(mktemp -d)
  trap 'rm -rf -- "$alone"' EXIT
  answer=$(env -i HOME="$alone" MELGRAPH_LIBTORCH="$alone" "$prefix/bin/melgraph" version) ||
    problem "melgraph version fails without LibTorch"
  [[ $answer == "Melgraph "*"LibTorch: not found"* ]] ||
    problem "melgraph version does not say that LibTorch is missing: $answer"
  status=0
  env -i HOME="$alone" MELGRAPH_LIBTORCH="$alone" "$prefix/bin/melgraph" check x 2>/dev/null || status=$?
  [[ $status -eq 1 ]] || problem "without LibTorch melgraph exits with $status instead of 1"
else
  problem "bin/melgraph is missing"
fi

[[ $problems -eq 0 ]] || exit 1
say "package checked: $size kB, $(find "$prefix" -type f | wc -l) files"
