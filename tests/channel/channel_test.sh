#!/usr/bin/env bash
# docs/examples/channel.html in a real Chromium, served from an origin of its own, against an engine of its own.
#
#   channel_test.sh RAPPORT
set -euo pipefail
rapport=$(realpath "$1")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../e2e/engine.sh"
serve
node "$here/channel_test.mjs" "$RAPPORT_URL" "$rapport" || fail "channel_test.mjs"
