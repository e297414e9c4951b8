#!/usr/bin/env bash
# system_packages.sh GROUP...: see to it that the Debian packages of these groups are installed.
# Asks nothing and touches no network where all are.
source "$(dirname -- "$0")/common.sh"

if ! command -v dpkg-query >/dev/null; then
  say "not a Debian system: taking it that what framework/setup/apt-packages.txt lists is here"
  exit 0
fi

wanted=()
while read -r group package _; do
  for asked in "$@"; do
    [[ $group != "$asked" ]] || wanted+=("$package")
  done
done < <(grep -v '^ *#' "$setup_folder/apt-packages.txt")
[[ ${#wanted[@]} -gt 0 ]] || fail "no packages in the groups: $*"

installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null || true)
missing=()
for package in "${wanted[@]}"; do
  grep -qxF "installed $package" <<<"$installed" || missing+=("$package")
done
[[ ${#missing[@]} -gt 0 ]] || exit 0

if [[ $(id -u) -ne 0 ]]; then
  fail "${#missing[@]} Debian packages are missing" \
    "sudo apt-get install -y --no-install-recommends ${missing[*]}"
fi
say "installing ${#missing[@]} Debian packages: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install -y --no-install-recommends "${missing[@]}"
