# shellcheck shell=bash
# Sourced by the scripts of this folder: strict mode, the source tree, messages.
set -euo pipefail

setup_folder=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC2034  # for the scripts that source this
root=$(cd -- "$setup_folder/../.." && pwd)

# Relative to where the user is; CMake and the programs run elsewhere.
for variable in MELGRAPH_LIBTORCH MELGRAPH_CACHE; do
  [[ -z ${!variable:-} ]] || export "$variable=$(realpath -m -- "${!variable}")"
done

say() { printf -- '-- %s\n' "$*" >&2; }
fail() {
  printf 'error: %s\n' "$1" >&2
  [[ $# -lt 2 ]] || printf '  hint: %s\n' "$2" >&2
  exit 1
}

# The folder where downloads live, as the programs look for it too.
cache_folder() {
  printf '%s\n' "${MELGRAPH_CACHE:-${XDG_CACHE_HOME:-${HOME:?set HOME or MELGRAPH_CACHE}/.cache}/melgraph}"
}

# The Python that has what Melgraph is compared with: PYTHON, else that of peers.sh where it has been
# run, else python3.
peers_python() {
  local made
  made=$(cache_folder)/peers/bin/python3
  [[ -x $made ]] || made=python3
  printf '%s\n' "${PYTHON:-$made}"
}
