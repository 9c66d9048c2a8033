#!/usr/bin/env bash
# An engine under load for hours keeps the memory that it has: see soak.py. A long run only.
#
#   soak_test.sh RAPPORT       RAPPORT_SOAK_SECONDS=N
set -euo pipefail
rapport=$1
source "$(dirname "${BASH_SOURCE[0]}")/engine.sh"
serve
python3 "$(dirname "${BASH_SOURCE[0]}")/soak.py" "${RAPPORT_URL##*:}" "$server" "${RAPPORT_SOAK_SECONDS:-60}"
stop
