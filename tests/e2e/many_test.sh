#!/usr/bin/env bash
# Three instances of one group (docs/many.md) on a real broker, of their own because it is killed too: see many_test.py.
#
#   many_test.sh RAPPORT       RAPPORT_GROUP_ROUNDS=200 for a long run, RAPPORT_SEED=N to see a failure again;
#                              RAPPORT_BROKERS=3: on three brokers that have everything thrice;
#                              RAPPORT_OTHER=PATH: instances go to and fro between this program and another version
#                              RAPPORT_GROUP_FAULTS="broker killed,broker stopped": these alone
#
# What a run leaves that failed, its instances' directories and logs and the broker's, is kept, and said where.
set -euo pipefail
tool=tools/kafka/broker
[[ ${RAPPORT_BROKERS:-1} = 1 ]] || tool=tools/kafka/cluster
mkdir -p build/kafka
RAPPORT_KAFKA_DIR=$(mktemp -d "$PWD/build/kafka/many-XXXXXX")
export RAPPORT_KAFKA_DIR
end() {
  local status=$?
  "$tool" stop
  if ((status == 0)); then
    rm -rf "$RAPPORT_KAFKA_DIR"
  else
    echo "what the run left is kept in $RAPPORT_KAFKA_DIR" >&2
  fi
}
trap end EXIT
python3 tests/e2e/many_test.py "$1" "$tool"
