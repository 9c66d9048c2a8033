#!/usr/bin/env bash
# axe-core over every page and state of the console, in a real Chromium. axe-core comes from npm, one version by its hash,
# into build/axe: it is a tool of this test, and no part of the product.
#
#   axe_test.sh RAPPORT
set -euo pipefail
rapport=$(realpath "$1")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
version=4.10.3
hash=5e6edba515e70d25f6604d9815f064d859c5d1ea7ab661bbc4f87c88779ef0c21cae0abbeb636471ef39e9d62d2582e4b88a1866f19f4ecfcf6d986275e4dc12
AXE=$PWD/build/axe/axe-$version.js
export AXE
if [[ ! -s $AXE ]]; then
  mkdir -p build/axe
  # Debian's node comes without npm.
  if command -v npm >/dev/null; then
    (cd build/axe && npm pack --silent "axe-core@$version" >/dev/null)
  else
    curl -sSf -o "build/axe/axe-core-$version.tgz" "https://registry.npmjs.org/axe-core/-/axe-core-$version.tgz"
  fi
  sha512sum --check --quiet <<<"$hash  build/axe/axe-core-$version.tgz"
  tar -xzf "build/axe/axe-core-$version.tgz" -O package/axe.min.js >"$AXE.part"
  mv "$AXE.part" "$AXE"
fi

exec "$here/console_test.sh" "$rapport" axe_test.mjs
