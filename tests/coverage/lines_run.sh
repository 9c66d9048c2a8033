#!/usr/bin/env bash
# lines_run.sh BUILD [GCOVR OPTION...]: adds up what programs have left in BUILD/counts, tells it file by file, and fails where
# less than 95 of 100 lines of events, projections, engine/log and engine/fold were run. A line that ends the process over a bug
# of ours (panic) is run by none.
set -euo pipefail

build=$1
lines_run_min=95

# The name of what a program leaves has the whole path of its object, with # for /, in the clone that compiled it, which for what
# comes from ccache may be another. gcov looks beside the object.
for counts in "$build"/counts/*.gcda; do
  object=${counts##*#build#}
  object=${object#*#}
  cp "$counts" "$build/${object//#//}"
done

exec gcovr -j "$(nproc)" --root . --object-directory "$build" --gcov-executable gcov \
  --filter 'events/' --filter 'projections/' --filter 'engine/(log|fold)/' --exclude-lines-by-pattern '.*\bpanic\(.*' \
  "${@:2}" --txt --print-summary --fail-under-line "$lines_run_min" \
  "$build/events" "$build/projections" "$build/engine/log" "$build/engine/fold"
