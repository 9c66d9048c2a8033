#!/usr/bin/env bash
# Three instances of one group (docs/many.md) on a real broker, of their own because it is killed too: see many_test.py.
#
#   many_test.sh RAPPORT       RAPPORT_GROUP_ROUNDS=200 for a long run, RAPPORT_SEED=N to see a failure again;
#                              RAPPORT_BROKERS=3: on three brokers that have everything thrice;
#                              RAPPORT_OTHER=PATH: instances go to and fro between this program and another version
set -euo pipefail
tool=tools/kafka/broker
[[ ${RAPPORT_BROKERS:-1} = 1 ]] || tool=tools/kafka/cluster
mkdir -p build/kafka
RAPPORT_KAFKA_DIR=$(mktemp -d "$PWD/build/kafka/many-XXXXXX")
export RAPPORT_KAFKA_DIR
trap '"$tool" reset; rm -rf "$RAPPORT_KAFKA_DIR"' EXIT
python3 tests/e2e/many_test.py "$1" "$tool"
