#!/usr/bin/env bash
# The console in a real Chromium, against an engine of its own.
#
#   console_test.sh RAPPORT [SCRIPT]        SCRIPT: another one of this folder, with the same engine (screenshots.mjs)
set -euo pipefail
rapport=$1 script=${2:-console_test.mjs}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../e2e/engine.sh"
serve

"$rapport" publish "$here/story.ndjson" >/dev/null || fail "publish"
node "$here/$script" "$RAPPORT_URL" "${@:3}" || fail "$script"
