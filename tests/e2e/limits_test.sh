#!/usr/bin/env bash
# A served engine that is asked too often, and one whose disk is almost full: what it refuses, and that it goes on.
#
#   limits_test.sh RAPPORT
set -euo pipefail
rapport=$1
source "$(dirname "${BASH_SOURCE[0]}")/engine.sh"

# ask KEY [CURL ARGUMENTS]: the status; head and body are kept.
ask() { curl -s -D "$work/head" -o "$work/body" -w '%{http_code}' -H "Authorization: Bearer $1" "${@:2}"; }
event() { echo "{\"specversion\":\"1.0\",\"id\":\"$1\",\"source\":\"web\",\"type\":\"visit.started\",\"subject\":\"contact/1042\",\"data\":{}}"; }
# publish ID: the status.
publish() { ask "$RAPPORT_KEY" -H 'Content-Type: application/cloudevents+json' -d "$(event "$1")" "$RAPPORT_URL/v1/events"; }
# page KEY NUMBER: the status.
page() {
  curl -s -D "$work/head" -o "$work/body" -w '%{http_code}' -H 'Origin: https://shop.example' -H 'Content-Type: text/plain' -d "{\"key\":\"$1\",
    \"visitor\":\"00112233445566778899aabbccddeeff\",\"events\":[{\"id\":\"$(printf %032x "$2")\",
    \"type\":\"page.viewed\",\"data\":{\"url\":\"https://shop.example/\"}}]}" "$RAPPORT_URL/v1/channel"
}
# in_time WHAT WANTED COMMAND...: asks until it is answered so.
in_time() {
  local got=
  for _ in $(seq 100); do
    got=$("${@:3}")
    [[ $got != "$2" ]] || return 0
    sleep 0.1
  done
  fail "$1: expected $2, got $got: $(cat "$work/body")"
}

echo "limits that are no limits are refused"
code=0
"$rapport" serve --data "$work/none" --rate-limit 0:5 2>"$work/refused" || code=$?
expect "the code" 2 $code
grep -q 'RATE:BURST' "$work/refused" || fail "$(cat "$work/refused")"

echo "a page's key is limited, by default too, and a key that is no page's where it is asked for"
"$rapport" serve --help | grep -A 1 -e --page-rate-limit | grep -q 50:200 || fail "a page's key has no limit by default"
RAPPORT_RATE_LIMIT=1:20 RAPPORT_PAGE_RATE_LIMIT=1:5 serve
shop=$("$rapport" keys create shop --origin https://shop.example 2>/dev/null)
for i in $(seq 100); do last=$(page "$shop" "$i"); [[ $last == 200 ]] || break; done
expect "the answer to too many of a page" 429 "$last"
grep -q '"code":"rate_limited"' "$work/body" || fail "$(cat "$work/body")"
in_time "the same page a moment later" 200 page "$shop" "$i"
for _ in $(seq 60); do last=$(ask "$RAPPORT_KEY" "$RAPPORT_URL/v1/contacts"); [[ $last == 200 ]] || break; done
expect "the answer to too many" 429 "$last"
grep -qi '^retry-after: 1' "$work/head" || fail "$(cat "$work/head")"
grep -qi '^content-type: application/problem+json' "$work/head" || fail "$(cat "$work/head")"
grep -q '"code":"rate_limited"' "$work/body" || fail "$(cat "$work/body")"
in_time "the same a moment later" 200 ask "$RAPPORT_KEY" "$RAPPORT_URL/v1/contacts"
stop

echo "wrong keys are limited by default, and lock nobody out"
serve
guess=$("$rapport" keys draw)
for _ in $(seq 500); do last=$(ask "$guess" "$RAPPORT_URL/v1/contacts"); [[ $last == 401 ]] || break; done
expect "the answer to too many wrong keys" 429 "$last"
expect "a good key of the same address" 200 "$(ask "$RAPPORT_KEY" "$RAPPORT_URL/v1/contacts")"
ask "$RAPPORT_KEY" "$RAPPORT_URL/metrics" >/dev/null
grep -q '^rapport_rate_limited_total{limit="wrong_key"} [1-9]' "$work/body" || fail "$(cat "$work/body")"
expect "an event while there is room" 200 "$(publish one)"
stop

echo "below the mark nothing is written, and reads go on"
free=$(($(stat -f -c '%a * %S' "$work")))
export RAPPORT_KEEP_FREE=$((free - (1 << 30)))
[[ $free -gt $((4 << 30)) ]] || fail "this test needs 4 GiB of free disk in $work"
serve
expect "an event above the mark" 200 "$(publish two)"
fallocate -l 2G "$work/ballast"
in_time "an event below the mark" 503 publish three
grep -q 'are to be kept free' "$work/body" || fail "$(cat "$work/body")"
grep -qi '^retry-after: 30' "$work/head" || fail "$(cat "$work/head")"
expect "a read below the mark" 200 "$(ask "$RAPPORT_KEY" "$RAPPORT_URL/v1/contacts/1042")"
code=0
"$rapport" status >"$work/status" || code=$?
expect "the code of a status with a warning" 1 $code
grep -q 'are to be kept free' "$work/status" || fail "$(cat "$work/status")"
grep -q 'are to be kept free' "$work/serve.log" || fail "the operator is not told"
rm "$work/ballast"
in_time "an event when there is room again" 200 publish three
"$rapport" status >"$work/status" || fail "$(cat "$work/status")"
grep -q 'is taken again' "$work/serve.log" || fail "the operator is not told"
