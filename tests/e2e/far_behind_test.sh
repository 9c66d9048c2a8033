#!/usr/bin/env bash
# An instance whose partitions are far behind, in a group on a real broker: see far_behind_test.py.
#
#   far_behind_test.sh RAPPORT       RAPPORT_FAR_EVENTS=N, how far; RAPPORT_SEED=N to see a failure again
set -euo pipefail
mkdir -p build/kafka
RAPPORT_KAFKA_DIR=$(mktemp -d "$PWD/build/kafka/far-XXXXXX")
export RAPPORT_KAFKA_DIR
trap 'tools/kafka/broker reset; rm -rf "$RAPPORT_KAFKA_DIR"' EXIT
python3 tests/e2e/far_behind_test.py "$1" tools/kafka/broker
