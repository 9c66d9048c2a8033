#!/usr/bin/env bash
# One import of two is taken back, a backup is made while the engine serves and restored beside it.
#
#   backup_and_revert_test.sh RAPPORT
set -euo pipefail
rapport=$1
source "$(dirname "${BASH_SOURCE[0]}")/engine.sh"
contacts() { "$rapport" status --json | grep -o '"contacts":[0-9]*' | head -n 1 | cut -d: -f2; }
digest() { "$rapport" status --json | grep -o '"digest":"[0-9a-f]*"' | head -n 1 | cut -d'"' -f4; }
# city ID
city() { "$rapport" contact get "$1" | sed -n 's/^fields.city\t//p'; }

serve
echo "two imports, and one taken back"
for i in 1 2 3 4 5 6 7 8; do
  printf '10.0.0.%d - - [26/Nov/2026:0%d:00:00 +0000] "GET /p%d HTTP/1.1" 200 5 "-" "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"\n' $i $((i % 3)) $i
done | sed 's#2026#2025#' >"$work/access.log"
"$rapport" import access-log "$work/access.log" --source import/a >/dev/null
"$rapport" publish - >/dev/null <<'EVENTS'
{"specversion":"1.0","id":"1","source":"crm","type":"contact.created","subject":"contact/5001","time":"2026-01-01T10:00:00Z","data":{"fields":{"city":"Oslo"}}}
{"specversion":"1.0","id":"2","source":"crm","type":"contact.created","subject":"contact/5002","time":"2026-01-01T10:00:00Z","data":{"fields":{"city":"Turin"}}}
EVENTS
expect "contacts of the first import and the crm" 10 "$(contacts)"
before=$("$rapport" contact list --limit 100 --json | sed 's/"version":[0-9]*//;s/"counters":{[^}]*}//;s/"dateUpdated":"[^"]*"//')
"$rapport" import access-log "$work/access.log" --source import/b --channel elsewhere >/dev/null
"$rapport" publish - >/dev/null <<'EVENTS'
{"specversion":"1.0","id":"1","source":"import/b","type":"contact.changed","subject":"contact/5001","time":"2026-01-02T10:00:00Z","data":{"fields":{"city":"Rome"}}}
{"specversion":"1.0","id":"2","source":"import/b","type":"contact.changed","subject":"contact/5002","time":"2026-01-02T10:00:00Z","data":{"fields":{"city":"Rome"}}}
{"specversion":"1.0","id":"3","source":"crm","type":"contact.changed","subject":"contact/5002","time":"2026-01-03T10:00:00Z","data":{"fields":{"city":"Bergen"}}}
EVENTS
expect "contacts with the second import" 18 "$(contacts)"
"$rapport" revert --source import/b --created delete --dry-run >"$work/dry"
grep -q $'^5001\tfields.city\tRome\tOslo\t-$' "$work/dry" || fail "the dry run does not show 5001: $(cat "$work/dry")"
grep -q $'^5002\tfields.city\tBergen\tleft\tcrm wrote it at 2026-01-03' "$work/dry" || fail "the dry run does not show the conflict: $(cat "$work/dry")"
expect "after a dry run" Rome "$(city 5001)"
code=0
"$rapport" revert --source import/b </dev/null >/dev/null 2>&1 || code=$?
expect "the code without a terminal and --yes" 2 $code
"$rapport" revert --source import/b --created delete --yes >/dev/null 2>"$work/hint"
expect "set back" Oslo "$(city 5001)"
expect "written since by others" Bergen "$(city 5002)"
expect "contacts once the second import is taken back" 10 "$(contacts)"
after=$("$rapport" contact list --limit 100 --json | sed 's/"version":[0-9]*//;s/"counters":{[^}]*}//;s/"dateUpdated":"[^"]*"//' | sed 's/Bergen/Turin/')
expect "all other contacts are as they were" "$before" "$after"
code=0
"$rapport" revert --source no-such-source --yes >/dev/null || code=$?
expect "the code where there is nothing to take back" 1 $code

echo "a backup while it serves, restored elsewhere"
"$rapport" backup first >"$work/backup" 2>/dev/null
at_backup=$(digest)
expect "the digest in the backup" "$at_backup" "$(sed -n 's/^digest\t//p' "$work/backup")"
"$rapport" revert --correlation "$(sed -n 's/^rapport revert --correlation \([^ ]*\).*/\1/p' "$work/hint")" --yes >/dev/null 2>&1
expect "brought back" Rome "$(city 5001)"
code=0
"$rapport" backup first 2>/dev/null >&2 || code=$?
expect "the code for a backup that is there" 4 $code
stop
"$rapport" restore "$work/data/backups/first" --data "$work/restored" >/dev/null 2>&1
"$rapport" verify --data "$work/restored" >/dev/null || fail "verify"
serve "$work/restored"
expect "the digest of the restored engine" "$at_backup" "$(digest)"
expect "as it was then" Oslo "$(city 5001)"
stop
"$rapport" backup "$work/stopped" --data "$work/restored" >/dev/null 2>&1
code=0
"$rapport" restore "$work/stopped" --data "$work/restored" 2>"$work/why" || code=$?
expect "the code for a target that holds data" 2 $code
grep -q "holds something" "$work/why" || fail "$(cat "$work/why")"
rm -r "$work/stopped/projections"
"$rapport" restore "$work/stopped" --data "$work/again" --from-log >/dev/null 2>&1
"$rapport" verify --data "$work/again" >/dev/null || fail "verify of what was folded from the log"
