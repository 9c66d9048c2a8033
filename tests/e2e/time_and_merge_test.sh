#!/usr/bin/env bash
# A contact's past from a shell: as of a time, a position and a version, blame, difference; lists of now and then; and a
# merge that is tried, done, seen through either id, and taken back.
#
#   time_and_merge_test.sh RAPPORT
set -euo pipefail
rapport=$1
source "$(dirname "${BASH_SOURCE[0]}")/engine.sh"
serve

"$rapport" publish - >/dev/null <<'EVENTS'
{"specversion":"1.0","id":"e1","source":"crm","type":"contact.created","subject":"contact/7","time":"2026-01-01T10:00:00Z","data":{"fields":{"name":"Ada","city":"Oslo"}}}
{"specversion":"1.0","id":"e2","source":"crm","type":"contact.changed","subject":"contact/7","time":"2026-01-01T12:00:00Z","data":{"fields":{"city":"Bergen"}}}
{"specversion":"1.0","id":"e3","source":"import","type":"contact.changed","subject":"contact/7","time":"2026-01-01T11:00:00Z","data":{"fields":{"city":"Late"}}}
{"specversion":"1.0","id":"e4","source":"crm","type":"contact.created","subject":"contact/9","time":"2026-01-02T10:00:00Z","data":{"fields":{"name":"Ada L.","email":"ada@x.example"},"tags":["vip"]}}
EVENTS

city() { "$rapport" contact get 7 "$@" | sed -n 's/^fields.city\t//p'; }
echo "as of"
expect "now" Bergen "$(city)"
expect "as it happened" Late "$(city --as-of 2026-01-01T11:30:00Z)"
expect "version 1" Oslo "$(city --as-of v1)"
expect "version 3, where the late one had lost" Bergen "$(city --as-of v3)"
expect "the position of e1" Oslo "$(city --as-of "$("$rapport" timeline 7 --json | sed -n 's/.*"position":"\([^"]*\)".*"eventId":"e1".*/\1/p')")"
code=0
"$rapport" contact get 7 --as-of 2025-01-01 2>/dev/null || code=$?
expect "the code for what was not there yet" 1 $code

echo "blame and difference"
expect "blame" $'fields.city Bergen latest_time crm\n Late came_late import\n Oslo overridden crm' \
  "$("$rapport" blame 7 city | tail -n +2 | awk -F'\t' '{print $1, $2, $3, $6}')"
code=0
"$rapport" blame 7 shoe_size >/dev/null || code=$?
expect "the code for a field that nothing wrote" 1 $code
expect "difference" "fields.city Oslo Bergen crm 2" \
  "$("$rapport" diff 7 --from v1 | tail -n +2 | awk -F'\t' '{print $1, $2, $3, $5, $8}')"

echo "list"
ids() { "$rapport" contact list --json "$@" | sed -n 's/^{"id":\([0-9]*\),.*/\1/p' | paste -sd ' '; }
expect "all, the newest first" "9 7" "$(ids --all --order 'dateCreated|desc')"
expect "by the beginnings of words" 9 "$(ids --search 'ADA l')"
expect "who it was then" 7 "$(ids --where 'fields.city|eq|Oslo' --as-of 2026-01-01T10:30:00Z)"
expect "who it is now" "" "$(ids --where 'fields.city|eq|Oslo')"
"$rapport" contact list --where 'tags|eq|vip' --explain 2>&1 >/dev/null | grep -q '"index":"tags"' || fail "explain names no index"

echo "merge"
"$rapport" contact get 9 --json >"$work/before"
"$rapport" contact merge 9 7 --dry-run | grep -q $'^members\t.*9' || fail "the dry run does not show the member"
expect "9 after a dry run" "$(cat "$work/before")" "$("$rapport" contact get 9 --json)"
"$rapport" contact merge 9 7 >/dev/null
for id in 7 9; do
  "$rapport" contact get $id >"$work/whole"
  for line in $'id\t7' $'fields.name\tAda' $'fields.email\tada@x.example' $'fields.city\tBergen' $'tags\tvip'; do
    grep -qxF "$line" "$work/whole" || fail "contact $id has no line $(printf %q "$line"): $(cat "$work/whole")"
  done
done
expect "whom a list shows for a member's tag" 7 "$(ids --where 'tags|eq|vip')"
code=0
"$rapport" contact delete 9 --yes 2>/dev/null || code=$?
expect "the code for deleting a member" 4 $code
"$rapport" contact unmerge 9 >/dev/null
"$rapport" contact get 9 | grep -qxF $'fields.name\tAda L.' || fail "9 has not its own name again"
"$rapport" contact get 7 | grep -q "ada@x.example" && fail "7 has kept the address of 9"
echo "verify"
stop
"$rapport" verify --data "$work/data" >/dev/null || fail "verify"
