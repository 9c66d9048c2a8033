#!/usr/bin/env bash
# A served engine against its own OpenAPI document: schemathesis makes requests that fit it and requests that do not,
# and checks that the first are answered as documented and the second refused. Bounded and the same each time; with
# `long` many more of them, by a seed that is told, and in chains where one makes what the next one takes.
#
#   openapi_test.sh RAPPORT [long [SCHEMATHESIS OPTION...]]
set -euo pipefail
rapport=$(realpath "$1")
source "$(dirname "${BASH_SOURCE[0]}")/engine.sh"
version=4.32.5
python=$PWD/build/venv/schemathesis/bin/python

[[ -x $python ]] || python3 -m venv "$(dirname "$(dirname "$python")")"
"$python" -c "from importlib.metadata import version; assert version('schemathesis') == '$version'" 2>/dev/null ||
  "$python" -m pip install -q "schemathesis==$version"

if [[ ${2:-} == long ]]; then
  export RAPPORT_FUZZ=long
  options=(--max-examples 100 --seed "${RAPPORT_SEED:-$RANDOM}" "${@:3}")
else
  options=(--phases examples,coverage,fuzzing --max-examples 3 --generation-deterministic)
fi

# Asked thousands of times, with wrong keys among them: limits_test.sh looks at what is then answered.
export RAPPORT_PAGE_RATE_LIMIT=0 RAPPORT_WRONG_KEY_LIMIT=0
serve
"$rapport" generate --events 300 --contacts 40 --seed 1 | "$rapport" publish - >/dev/null 2>&1 || fail "publish"
"$rapport" tag create vip >/dev/null
"$rapport" attribute create plan --type radio --option free --option pro >/dev/null
"$rapport" company create name=Initech >/dev/null
RAPPORT_PAGE_KEY=$("$rapport" keys create page --origin https://shop.example --field name 2>/dev/null)
export RAPPORT_PAGE_KEY
RAPPORT_POSITION=$("$rapport" status --json | sed 's/.*"position":"\([^"]*\)".*/\1/')
export RAPPORT_POSITION

# What the tool keeps for its next run stays out of the tree.
cp tests/e2e/schemathesis/* "$work"
(cd "$work" && "$(dirname "$python")/st" run "$OLDPWD/docs/openapi.json" --url "$RAPPORT_URL" \
  --header "Authorization: Bearer $RAPPORT_KEY" "${options[@]}") ||
  fail "what the engine does is not what docs/openapi.json says"
! grep "fault in request" "$work/serve.log" || fail "an exception left a handler"
stop
"$rapport" verify --data "$work/data" >/dev/null || fail "verify"
