#!/usr/bin/env bash
# The live feed from a shell: what happens while it is followed, Ctrl-C, and going on over a restart of the server.
#
#   tail_test.sh RAPPORT
set -euo pipefail
rapport=$1
source "$(dirname "${BASH_SOURCE[0]}")/engine.sh"
tail=
trap '[[ -z $tail ]] || { kill "$tail" 2>/dev/null || true; wait "$tail" 2>/dev/null || true; }; stop; rm -rf "$work"' EXIT

# publish ID CONTACT CITY
publish() {
  "$rapport" publish - >/dev/null 2>&1 <<EVENT || fail "publish $1"
{"specversion":"1.0","id":"$1","source":"crm","type":"contact.changed","subject":"contact/$2","data":{"fields":{"city":"$3"}}}
EVENT
}

# wait_for WHAT FILE TEXT: until the text stands in the file, 30 seconds at most.
wait_for() {
  for _ in $(seq 300); do
    ! grep -q "$3" "$2" || return 0
    sleep 0.1
  done
  fail "$1"
}

serve
publish e1 1 Oslo
publish e2 2 Bergen

echo "what there is"
[[ $("$rapport" tail --from start --no-follow --where "fields.city|eq|Oslo" | cut -f2,3,5) == $'1\tcontact.changed\tfields.city: - -> Oslo' ]] ||
  fail "the feed from the start, of those in Oslo"

echo "what happens, over a restart of the server"
"$rapport" tail --from start --json >"$work/seen" 2>"$work/tail.log" &
tail=$!
wait_for "the second event" "$work/seen" '"eventId":"e2"'
stop
serve "$work/data" "${RAPPORT_URL#http://}"
publish e3 1 Molde
wait_for "the event after the restart" "$work/seen" '"eventId":"e3"'

echo "Ctrl-C says how to go on"
kill -INT "$tail"
code=0
wait "$tail" || code=$?
tail=
[[ $code == 130 ]] || fail "the code of an interrupted tail is $code"
from=$(sed -n 's/.*rapport tail --from //p' "$work/tail.log" | tail -n 1)
[[ -n $from ]] || fail "no --from to go on with"
publish e4 2 Hamar
[[ $("$rapport" tail --from "$from" --no-follow --json | grep -o '"eventId":"[^"]*"') == '"eventId":"e4"' ]] ||
  fail "what came behind $from"
[[ $(grep -c '"eventId"' "$work/seen") == 3 ]] || fail "each event once"
