# For a test that runs an engine of its own, sourced with the program in $rapport: a folder $work, an admin's key, and
# serve. At the end the engine is stopped and the folder is gone.
work=$(mktemp -d)
server=
stop() { [[ -z $server ]] || { kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; }; server=; }
trap 'stop; rm -rf "$work"' EXIT

fail() { echo "FAILED: $*" >&2; cat "$work"/*.log >&2; exit 1; }
# expect WHAT WANTED GOT
expect() { [[ $2 == "$3" ]] || fail "$1: expected $(printf %q "$2"), got $(printf %q "$3")"; }

RAPPORT_ADMIN_KEY=$("$rapport" keys draw)
export RAPPORT_ADMIN_KEY RAPPORT_KEY=$RAPPORT_ADMIN_KEY

# serve [DATA [ADDRESS]]: starts the engine, as the process $server, and says its URL in RAPPORT_URL.
serve() {
  : >"$work/serve.log"
  "$rapport" serve --data "${1:-$work/data}" --listen "${2:-127.0.0.1:0}" 2>"$work/serve.log" &
  server=$!
  for _ in $(seq 300); do
    RAPPORT_URL=$(grep -o 'http://127.0.0.1:[0-9]*' "$work/serve.log" | head -n 1 || true)
    [[ -z $RAPPORT_URL ]] || break
    kill -0 "$server" 2>/dev/null || fail "the server did not start"
    sleep 0.1
  done
  [[ -n $RAPPORT_URL ]] || fail "the server did not start in time"
  export RAPPORT_URL
}
