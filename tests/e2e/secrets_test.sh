#!/usr/bin/env bash
# The secret part of a key stands nowhere but in its holder's hands: not in the log of requests, not in the data
# directory or a backup, not in a core dump.
#
#   secrets_test.sh RAPPORT
set -euo pipefail
rapport=$1
source "$(dirname "${BASH_SOURCE[0]}")/engine.sh"
export RAPPORT_ACCESS_LOG=true
# call KEY METHOD PATH [CURL ARGUMENTS]: the status.
call() { curl -s -o "$work/answer" -w '%{http_code}' -X "$2" -H "Authorization: Bearer $1" "${@:4}" "$RAPPORT_URL$3"; }
# secret KEY: what follows its id.
secret() { echo "${1: -43}"; }

serve
echo "keys that are used rightly, wrongly, and in the wrong place"
made=$("$rapport" keys create web --scope event:write --scope contact:read 2>/dev/null)
guess=$("$rapport" keys draw)
expect "a good key" 200 "$(call "$made" GET /v1/contacts)"
expect "a good key without the scope" 403 "$(call "$made" GET /v1/keys)"
expect "an unknown key" 401 "$(call "$guess" GET /v1/contacts)"
expect "a key that is no key" 401 "$(call "x$made" GET /v1/contacts)"
expect "a key in a query" 401 "$(curl -s -o "$work/answer" -w '%{http_code}' "$RAPPORT_URL/v1/contacts?key=$made")"
expect "a key in a path that there is not" 404 "$(call "$made" GET "/v1/nothing/$made")"
expect "a key in a body" 400 "$(call "$RAPPORT_KEY" POST /v1/keys -H 'Content-Type: application/json' -d "{\"name\":\"$guess\"")"
expect "a session" 200 "$(call "$made" POST /v1/session -D "$work/headers")"
session=$(sed -n 's/^[Ss]et-[Cc]ookie: rapport-session=\([^;]*\).*/\1/p' "$work/headers")
[[ -n $session ]] || fail "no session was made"
expect "a read with the session" 200 \
  "$(curl -s -o "$work/answer" -w '%{http_code}' -H "Cookie: rapport-session=$session" "$RAPPORT_URL/v1/contacts")"
"$rapport" backup kept >/dev/null 2>&1

echo "the process leaves no core dump"
grep -q '^Max core file size  *0  *0 ' "/proc/$server/limits" || fail "$(grep core "/proc/$server/limits")"

stop
grep -q ' 403 ' "$work/serve.log" || fail "the log says nothing of the requests"
rm -f "$work/answer" "$work/headers"
for text in "$(secret "$RAPPORT_KEY")" "$(secret "$made")" "$(secret "$guess")" "$session"; do
  ! grep -rlaF -e "$text" "$work" || fail "a secret is kept in the files above"
done

echo "the key that a first start draws is shown once, and kept nowhere else"
unset RAPPORT_ADMIN_KEY
serve "$work/drawn"
shown=$(grep -o 'rk_[0-9a-z]*_[0-9A-Za-z_-]\{43\}' "$work/serve.log" | head -n 1)
[[ -n $shown ]] || fail "no key was shown"
expect "the drawn key" 200 "$(call "$shown" GET /v1/keys)"
stop
! grep -rlaF -e "$(secret "$shown")" "$work/drawn" || fail "the drawn key is kept in the files above"
serve "$work/drawn"
! grep -qF -e "$(secret "$shown")" "$work/serve.log" || fail "the drawn key is shown again"
stop

echo "it does not listen beyond loopback in clear"
code=0
"$rapport" serve --data "$work/open" --listen 0.0.0.0:0 2>"$work/serve.log" || code=$?
expect "the code of a start in clear" 2 $code
grep -q "keys and contacts would travel in clear" "$work/serve.log" || fail "the refusal does not say why"

echo "nor does it have other instances call it there in clear"
code=0
RAPPORT_GROUP_KEY=$(printf '%032d' 0) "$rapport" serve --data "$work/open" --listen 127.0.0.1:0 --log kafka --brokers 127.0.0.1:1 --topic t \
  --group g --advertise crm-1.internal:8080 2>"$work/serve.log" || code=$?
expect "the code of a start that others would call in clear" 2 $code
grep -q "would go there in clear" "$work/serve.log" || fail "the refusal does not say why"
