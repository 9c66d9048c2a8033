#!/usr/bin/env bash
# Three instances of one group (docs/many.md) on a real broker, of their own because it is killed too: see many_test.py.
#
#   many_test.sh RAPPORT       RAPPORT_GROUP_ROUNDS=200 for a long run, RAPPORT_SEED=N to see a failure again
set -euo pipefail
export RAPPORT_KAFKA_DIR=build/kafka/many
trap 'tools/kafka/broker reset' EXIT
python3 tests/e2e/many_test.py "$1" tools/kafka/broker
