#!/usr/bin/env bash
# package.sh: the portable tarball. Program, plugins, graphs, tests and benchmarks, with the Debian
# libraries they use; runs where glibc is 2.36 or newer and LibTorch is found. No GStreamer.
source "$(dirname -- "$0")/common.sh"

# The libraries that may be carried along: all under permissive licences or the LGPL. Another name
# stops the build, so that none comes in unseen.
bundled=(libsndfile libFLAC libvorbis libvorbisenc libogg libopus libmpg123 libmp3lame libsoxr
  libfmt libmd libpng16 libz)
# What the host gives: glibc, the compiler's run-time libraries, and all that is LibTorch's (its
# libgomp too: it is in the process before ours is asked for).
given='^(ld-linux-x86-64|lib(c|m|dl|rt|pthread|stdc\+\+|gcc_s|gomp|cudart|c10|torch_cpu|melgraph))\.so'

"$setup_folder/system_packages.sh" package
"$setup_folder/build.sh" package

version=$(sed -n 's/^#define MELGRAPH_VERSION "\(.*\)"$/\1/p' "$root/framework/include/melgraph/version.h")
[[ -n $version ]] || fail "framework/include/melgraph/version.h names no MELGRAPH_VERSION"
name=melgraph-$version-linux-x86_64
stage=$root/build/package-stage
prefix=$stage/$name
rm -rf -- "$stage"
cmake --install "$root/build/package" --prefix "$prefix" --strip >/dev/null
# What the benchmarks run over where no sounds are named: the short ones.
python3 "$setup_folder/make_example_sounds.py" "$prefix/share/melgraph/examples" \
  clock_tick dog rain

# Give the ELF files (objects that run or are loaded) under the prefix.
elf_files() {
  local file
  while IFS= read -r -d '' file; do
    [[ $(head -c 4 -- "$file" | od -An -tx1) != " 7f 45 4c 46" ]] || printf '%s\n' "$file"
  done < <(find "$prefix" -type f -print0)
}

needed_by() { readelf -d -- "$@" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort -u; }

# Carry along what is needed until nothing new is. Only libraries of Debian are taken: they are
# found as the loader of this machine finds them.
known_libraries=$(ldconfig -p)
licences=$prefix/share/doc/melgraph/licenses
mkdir -p "$prefix/lib" "$licences"
while true; do
  mapfile -t files < <(elf_files)
  [[ ${#files[@]} -gt 0 ]] || fail "nothing was installed into $prefix"
  added=0
  while read -r library; do
    [[ ! $library =~ $given && ! -e $prefix/lib/$library ]] || continue
    known=0
    for allowed in "${bundled[@]}"; do [[ $library != "$allowed".so* ]] || known=1; done
    [[ $known -eq 1 ]] ||
      fail "something in the package needs $library, which it may not carry" \
        "grep it: readelf -d of the files under $prefix"
    path=$(awk -v name="$library" '$1 == name && /x86-64/ {print $NF; exit}' <<<"$known_libraries")
    [[ -n $path ]] || fail "$library is not on this machine"
    path=$(realpath -- "$path")
    install -m 644 -- "$path" "$prefix/lib/$library"
    strip --strip-unneeded -- "$prefix/lib/$library"
    patchelf --set-rpath "\$ORIGIN" "$prefix/lib/$library"
    # Files of /lib are registered under /usr/lib or /lib, depending on the age of the package.
    owner=$(dpkg-query -S "$path" 2>/dev/null || dpkg-query -S "${path#/usr}" 2>/dev/null || true)
    owner=${owner%%:*}
    [[ -z $owner || ! -f /usr/share/doc/$owner/copyright ]] ||
      install -m 644 "/usr/share/doc/$owner/copyright" "$licences/$owner"
    added=1
  done < <(needed_by "${files[@]}")
  [[ $added -eq 1 ]] || break
done

"$setup_folder/check_package.sh" "$prefix"

archive=$root/build/$name.tar.xz
epoch=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct 2>/dev/null || date +%s)}
tar -C "$stage" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$epoch" -c "$name" |
  xz -T0 >"$archive.part"
mv -- "$archive.part" "$archive"
say "$archive ($(du -h "$archive" | cut -f1), $(du -sh "$prefix" | cut -f1) unpacked)"
