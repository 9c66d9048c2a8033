"""The part `rebuilding`: a rebuild of a large log beside the live rows, on both logs, and what reads feel of it."""

import shutil
import time

from compare.http import SteadyReads
from compare.processes import Failed, run
from compare.results import OURS
from compare.setup import EMBEDDED, KAFKA, LOGS
from compare.workload import generated, subject_of

EVENTS_EACH = 10  # events per contact
QUIET_S = 5
READ = 20_000  # events whose contacts are read


class Rebuilding:
    """Of one size. Each is a part of its own in the results, so that the large ones may be measured at another time."""

    def __init__(self, setup, results, events):
        self.setup, self.results, self.events = setup, results, events

    def run(self):
        print(f"rebuilding {self.events} events", flush=True)
        engines = {EMBEDDED: self.setup.engine(f"rebuilding-{self.events}")}
        self.fill(engines[EMBEDDED], self.events, self.events // EVENTS_EACH, self.setup.seed)
        self.setup.copy_log(engines[EMBEDDED], engines[EMBEDDED].directory.name)
        engines[KAFKA] = self.setup.engine(f"rebuilding-{self.events}-kafka", KAFKA, engines[EMBEDDED].directory.name)
        self.fill(engines[KAFKA], self.setup.kafka.address, engines[EMBEDDED].directory.name)
        digests = {self.measure(log, engines[log]) for log in LOGS}
        if len(digests) != 1:
            raise Failed(f"the two logs fold to different digests: {digests}")

    def fill(self, engine, *source):
        """The directory as days of publishing would leave it: see bench/fill_engine.cc."""
        run([self.setup.build / "bench/fill_engine", engine.directory, *source])

    def generated(self, events):
        return generated(self.setup, events, self.events // EVENTS_EACH, self.setup.seed)

    def rate(self, title, seconds):
        self.results.add(title, "events/s", OURS, self.events / seconds)

    def less(self, title, unit, value, note=None):
        self.results.add(title, unit, OURS, value, less_is_better=True, note=note)

    def measure(self, log, engine):
        """The digest; nothing of the engine is left then, which a large one needs."""
        with engine.start():
            digest = engine.wait_folded(self.events)
            contact = next(engine.contacts(1))["id"]
        paths = self.paths()
        with engine.start():
            engine.wait_serving_contact(contact)
            self.less(f"Start to serving, {log}", "s", engine.process.seconds())
            with SteadyReads(engine.port, paths, engine.key, self.setup.work / "reads.log") as quiet:
                time.sleep(QUIET_S)
            engine.process.forget_peak_memory()
            with SteadyReads(engine.port, paths, engine.key, self.setup.work / "reads.log") as reads:
                seconds = engine.rebuild()
            self.rate(f"Rebuilt beside the live rows, compared and swapped, {log}", seconds)
            self.less(f"Peak memory of the process meanwhile, {log}", "MB", engine.process.peak_memory_mb())
            self.less(f"Contact by id, p99, nothing else, {log}", "ms", quiet.measured["p99_ms"])
            self.less(f"Contact by id, p99, meanwhile, {log}", "ms", reads.measured["p99_ms"],
                      "reads come at a steady rate, about 300 a second on 4 connections")
            if reads.measured["failed"]:
                raise Failed(f"{reads.measured['failed']} reads failed while a rebuild ran")
        shutil.rmtree(engine.directory)
        return digest

    def paths(self):
        """Of contacts that stand anywhere among all: those of the first events."""
        file = self.setup.work / "paths"
        first = run(self.generated(min(self.events, READ))).splitlines()
        file.write_text("".join(f"/v1/contacts/{contact}\n" for contact in sorted(set(map(subject_of, first)))))
        return file
