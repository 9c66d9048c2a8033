#!/usr/bin/env python3
"""Instructions for each event, of the steps of the fold, as callgrind counts them: a figure that does not depend on what
else the machine does, so that two commits can be compared.

`tools/dev bench instructions` builds rebuild_bench, counts, appends a line for each step to results/instructions.csv and
writes RESULTS.md anew. Runs on the embedded log; opening it is counted by itself and taken off.
"""

import argparse
import csv
import re
import shutil
import tempfile
from pathlib import Path

from compare.processes import Failed, run
from compare.report import write_report
from compare.setup import facts

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = ROOT / "build/release/bench/rebuild_bench"
STEPS = ("read", "decode", "rebuild", "fold")
EVENTS_PER_CONTACT = 10


def count(events, log, step, profile):
    """The instructions of a whole run of that step but its compactions; callgrind's profile is left in `profile`."""
    arguments = [PROGRAM, events, events // EVENTS_PER_CONTACT, log, step]
    output = run(["sh", "-c", '"$@" 2>&1', "sh", "valgrind", "--tool=callgrind", f"--callgrind-out-file={profile}",
                  *arguments])
    counted = re.search(r"Collected : (\d+)", output)
    if not counted:
        raise Failed(f"callgrind counted nothing:\n{output[-2000:]}")
    return int(counted[1]) - compacted(profile)


def compacted(profile):
    """Of compactions, which may begin before the program ends or not."""
    annotated = run(["callgrind_annotate", "--inclusive=yes", "--threshold=99.99", profile])
    found = re.search(r"^ *([\d,]+) .*rocksdb::DBImpl::BackgroundCallCompaction", annotated, re.MULTILINE)
    return int(found[1].replace(",", "")) if found else 0


def main():
    parser = argparse.ArgumentParser(prog="tools/dev bench instructions", description=__doc__.split("\n\n")[0])
    parser.add_argument("--events", type=int, default=50_000, help="of the workload, 50,000 unless told")
    parser.add_argument("--keep", type=Path, metavar="DIRECTORY", help="keep callgrind's profiles here")
    parser.add_argument("--dry-run", action="store_true", help="only print the figures")
    options = parser.parse_args()
    of = facts(ROOT)
    with tempfile.TemporaryDirectory() as work:
        log = Path(work) / "log"
        profiles = options.keep or Path(work) / "profiles"
        profiles.mkdir(parents=True, exist_ok=True)
        run([PROGRAM, options.events, options.events // EVENTS_PER_CONTACT, log])
        run([PROGRAM, options.events, options.events // EVENTS_PER_CONTACT, log, "open"])  # the first writes sorted files
        opening = count(options.events, log, "open", profiles / "open.callgrind")
        figures = {}
        for step in STEPS:
            total = count(options.events, log, step, profiles / f"{step}.callgrind")
            figures[step] = round((total - opening) / options.events)
            print(f"{step}: {figures[step]:,} instructions an event", flush=True)
        shutil.rmtree(log, ignore_errors=True)
    if options.dry_run:
        return
    file = ROOT / "bench/results/instructions.csv"
    is_new = not file.exists()
    with file.open("a", newline="") as out:
        rows = csv.writer(out, lineterminator="\n")
        if is_new:
            rows.writerow(["commit", "date", "events", *STEPS])
        rows.writerow([of["commit"], of["date"], options.events, *figures.values()])
    write_report(ROOT / "bench")


if __name__ == "__main__":
    main()
