#!/usr/bin/env bash
# The console in a real Chromium, against an engine of its own.
#
#   console_test.sh RAPPORT [SCRIPT]        SCRIPT: another one of this folder, with the same engine (screenshots.mjs)
set -euo pipefail
rapport=$1 script=${2:-console_test.mjs}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
server=
trap '[[ -z $server ]] || { kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; }; rm -rf "$work"' EXIT

fail() { echo "FAILED: $*" >&2; cat "$work/serve.log" >&2; exit 1; }

RAPPORT_ADMIN_KEY=$("$rapport" keys draw)
export RAPPORT_ADMIN_KEY RAPPORT_KEY=$RAPPORT_ADMIN_KEY
"$rapport" serve --data "$work/data" --listen 127.0.0.1:0 2>"$work/serve.log" &
server=$!
for _ in $(seq 300); do
  RAPPORT_URL=$(grep -o 'http://127.0.0.1:[0-9]*' "$work/serve.log" | head -n 1 || true)
  [[ -z $RAPPORT_URL ]] || break
  kill -0 "$server" 2>/dev/null || fail "the server did not start"
  sleep 0.1
done
[[ -n $RAPPORT_URL ]] || fail "the server did not start in time"
export RAPPORT_URL

"$rapport" publish "$here/story.ndjson" >/dev/null || fail "publish"
node "$here/$script" "$RAPPORT_URL" "${@:3}" || fail "$script"
