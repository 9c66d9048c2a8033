#!/usr/bin/env bash
# How long it takes to be turned away says nothing of a key: see key_timing.py. A long run only: it measures.
#
#   key_timing_test.sh RAPPORT       RAPPORT_KEY_CALLS=N calls with each kind of key, RAPPORT_SEED=N
set -euo pipefail
rapport=$1
source "$(dirname "${BASH_SOURCE[0]}")/engine.sh"
export RAPPORT_WRONG_KEY_LIMIT=1000000:1000000
serve
python3 "$(dirname "${BASH_SOURCE[0]}")/key_timing.py" "${RAPPORT_URL##*:}" "${RAPPORT_KEY_CALLS:-2000}"
stop
