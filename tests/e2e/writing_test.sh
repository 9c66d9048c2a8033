#!/usr/bin/env bash
# Writes from a shell that are tried before they are done, and retries under a key across a killed server.
#
#   writing_test.sh RAPPORT
set -euo pipefail
rapport=$1
source "$(dirname "${BASH_SOURCE[0]}")/engine.sh"
serve

echo "a dry run writes nothing"
"$rapport" contact create name=Ada --dry-run >"$work/dry" 2>"$work/would"
grep -qxF $'fields.name\tAda' "$work/dry" || fail "the dry run does not show the contact"
grep -q '^would append contact.created to contact/' "$work/would" || fail "the dry run does not show the event"
expect "the list after it" 0 "$("$rapport" contact list --json | wc -l)"

echo "a retry after kill -9 is no second write"
"$rapport" contact create name=Ada --idempotency-key order-1 --json >"$work/first"
id=$(grep -o '^{"id":[0-9]*' "$work/first" | cut -d : -f 2)
"$rapport" contact set "$id" city=Oslo --idempotency-key order-2 --json >"$work/second"
kill -9 "$server"
wait "$server" 2>/dev/null || true
serve
"$rapport" contact create name=Ada --idempotency-key order-1 --json >"$work/again"
cmp -s "$work/first" "$work/again" || fail "the create's retry: $(cat "$work/again")"
"$rapport" contact set "$id" city=Oslo --idempotency-key order-2 --json >"$work/again"
cmp -s "$work/second" "$work/again" || fail "the change's retry: $(cat "$work/again")"
expect "the list" 1 "$("$rapport" contact list --json | wc -l)"
expect "the version" 2 "$("$rapport" contact get "$id" | sed -n 's/^version\t//p')"
code=0
"$rapport" contact set "$id" city=Rome --idempotency-key order-2 2>"$work/refused" || code=$?
expect "the code for another change under the key" 4 $code
grep -q idempotency_key_reused "$work/refused" || fail "$(cat "$work/refused")"

echo "what contacts refer to"
"$rapport" company create name=Initech >/dev/null
"$rapport" tag create gold --color '#ffd700' --on contact >/dev/null
"$rapport" attribute create plan --type radio --option free --option pro >/dev/null
expect "companies" Initech "$("$rapport" company list | tail -n 1 | cut -f 2)"
expect "tags" gold "$("$rapport" tag list | tail -n 1 | cut -f 2)"
expect "attributes" plan "$("$rapport" attribute list | tail -n 1 | cut -f 3)"
code=0
"$rapport" contact set "$id" plan=gold 2>/dev/null || code=$?
expect "the code for a value that is no option" 4 $code
"$rapport" contact block "$id" --until 2031-01-01T00:00:00Z >/dev/null
"$rapport" contact get "$id" | grep -q '^blocked' || fail "the contact is not blocked"
"$rapport" contact unblock "$id" >/dev/null

echo "verify"
stop
"$rapport" verify --data "$work/data" >/dev/null || fail "verify"
