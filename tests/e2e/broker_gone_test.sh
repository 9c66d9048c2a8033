#!/usr/bin/env bash
# Instances of a group whose broker is gone, and one of its own that is stopped: see broker_gone_test.py.
#
#   broker_gone_test.sh RAPPORT
set -euo pipefail
mkdir -p build/kafka
RAPPORT_KAFKA_DIR=$(mktemp -d "$PWD/build/kafka/gone-XXXXXX")
export RAPPORT_KAFKA_DIR
end() {
  local status=$?
  tools/kafka/broker stop
  if ((status == 0)); then
    rm -rf "$RAPPORT_KAFKA_DIR"
  else
    echo "what the run left is kept in $RAPPORT_KAFKA_DIR" >&2
  fi
}
trap end EXIT
python3 tests/e2e/broker_gone_test.py "$1" tools/kafka/broker
