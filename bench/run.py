#!/usr/bin/env python3
"""Rapport beside its peers: on one machine, same events, same broker, one after the other in rounds.

Everything is started here, on loopback, and ended here. `tools/dev bench` builds what is measured and then runs this.
Keeps each part's figures in bench/results/, and writes RESULTS.md and results.svg of all that are kept there. README.md
has the parts.
"""

import argparse
import sys
import time
from pathlib import Path

from compare.encrypting import Encrypting
from compare.folding import Folding
from compare.following import Following
from compare.kafka import Kafka
from compare.latency import Latency
from compare.processes import Failed
from compare.publishing import Publishing
from compare.querying import Querying
from compare.reading import Reading
from compare.rebuilding import Rebuilding
from compare.report import write_report
from compare.results import Results
from compare.scaling import Scaling
from compare.setup import Setup, build_peers, facts
from compare.workload import Workload

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("folding", "reading", "querying", "rebuilding", "publishing", "latency", "following", "encrypting", "scaling")


def arguments():
    parser = argparse.ArgumentParser(prog="tools/dev bench", description=__doc__.split("\n")[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all of them unless named")
    parser.add_argument("--events", type=int, default=1_000_000, help="of the workload, 1,000,000 unless told")
    parser.add_argument("--contacts", type=int, default=100_000, help="that they are drawn from, 100,000 unless told")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=4, help="of each load over HTTP, 4 unless told")
    parser.add_argument("--query-contacts", type=int, default=1_000_000, help="of `querying`, 1,000,000 unless told")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000_000], help="events of `rebuilding`, each a log")
    parser.add_argument("--dry-run", action="store_true", help="only print the figures")
    parser.add_argument("--render", action="store_true", help="measure nothing: write RESULTS.md of what is kept")
    options = parser.parse_args()
    unknown = set(options.parts) - set(PARTS)
    if unknown:
        parser.error(f"no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    options.parts = options.parts or PARTS
    return options


def parts(options, setup):
    """(name, what it was asked, a function that measures it into the results it is given), of each part asked for."""
    workload = Workload(setup)
    load = {"folded": f"{options.events:,} events of {options.contacts:,} contacts, seed {options.seed}",
            "rounds": options.rounds}
    streamed = {"events": f"of the workload, seed {options.seed}", "rounds": options.rounds}
    for name in options.parts:
        if name == "folding":
            yield name, load, lambda results: Folding(setup, results, workload).run()
        elif name == "reading":
            yield name, load, lambda results: Reading(setup, results, workload).run()
        elif name == "publishing":
            yield name, streamed, lambda results: Publishing(setup, results, workload).run()
        elif name == "encrypting":
            yield name, streamed, lambda results: Encrypting(setup, results, workload).run()
        elif name == "following":
            yield name, streamed, lambda results: Following(setup, results, workload).run()
        elif name == "scaling":
            yield name, streamed, lambda results: Scaling(setup, results, workload).run()
        elif name == "latency":
            yield name, {"rounds": options.rounds}, lambda results: Latency(setup, results).run()
        elif name == "querying":
            asked = {"listed": f"{options.query_contacts:,} contacts", "rounds": options.rounds}
            yield name, asked, lambda results: Querying(setup, results, options.query_contacts).run()
        else:
            for events in options.sizes:
                yield (f"rebuilding-{events}", {"rebuilt": f"{events:,} events of {events // 10:,} contacts"},
                       lambda results, events=events: Rebuilding(setup, results, events).run())


def measure(options, setup):
    machine = facts(ROOT)
    for name, asked, run in parts(options, setup):
        begin = time.monotonic()
        results = Results(name, {**machine, **asked})
        run(results)
        results.facts["took"] = f"{time.monotonic() - begin:.0f} s"
        print(f"{name} took {results.facts['took']}", flush=True)
        if not options.dry_run:
            results.save(ROOT / "bench/results")
            write_report(ROOT / "bench")


def main():
    options = arguments()
    if options.render:
        return write_report(ROOT / "bench")
    setup = Setup(build=ROOT / "build/release", peers=build_peers(ROOT), work=ROOT / "build/bench/work",
                  events=options.events, contacts=options.contacts, seed=options.seed, rounds=options.rounds,
                  seconds=options.seconds)
    setup.clean()
    setup.work.mkdir(parents=True)
    try:
        with Kafka(ROOT, setup.work / "broker") as setup.kafka:
            measure(options, setup)
    except Failed as failure:
        sys.exit(f"bench: {failure}")
    setup.clean()


if __name__ == "__main__":
    main()
