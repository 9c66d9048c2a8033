#!/usr/bin/env bash
# What README.md shows under "Sixty seconds" is run, as it stands there, and says what stands there.
#
#   readme_test.sh RAPPORT
set -euo pipefail
rapport=$(realpath "$1")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/engine.sh"
serve
mkdir "$work/bin"
ln -s "$rapport" "$work/bin/rapport"
export PATH=$work/bin:$PATH
cd "$work"
python3 "$here/readme_test.py" "$here/../../README.md" || fail "README.md is not what happens"
