"""The part `scaling`: what an event and a query cost in CPU, alone and in groups of one, two and three instances, all on
this machine. docs/scaling.md makes a model of it; rates are of the machine that they share and say little of many."""

import os
import shutil
import time

from compare.engine import Engine
from compare.http import wrk
from compare.processes import Failed, disk_mb, free_port, wait_until
from compare.results import OURS
from compare.setup import KAFKA
from compare.workload import subject_of

EVENTS_MAX = 300_000
PARTITIONS = 12
GROUPS = (None, 1, 2, 3)  # instances; None: one without a group
CONNECTIONS = 16
FOLD, READ, LIST, PUBLISH = "An event folded", "A contact read by id", "A list of 50", "An event published and folded"
COST = "µs of CPU of all instances"


class Member(Engine):
    """One instance of a group, or one that is alone."""

    def __init__(self, setup, name, topic, key, group):
        super().__init__(setup.rapport, setup.work / name, setup.kafka.address, topic)
        self.key = key
        self.port = free_port()
        if group:
            self._options += ["--group", group, "--advertise", f"127.0.0.1:{self.port}"]

    def partitions(self):
        """{partition: position} of what it folds."""
        status = self.client.json("/v1/status")
        return {p["partition"]: p["position"] for p in status["partitions"]} if status else {}


class Scaling:
    def __init__(self, setup, results, workload):
        self.setup, self.results, self.workload = setup, results, workload

    def run(self):
        lines = self.workload.lines[:EVENTS_MAX]
        self.events = len(lines)
        source = self.setup.engine("scaling-source")
        file = self.setup.work / "scaling.ndjson"
        file.write_bytes(b"".join(lines))
        with source.start():
            source.wait_serving()
            source.publish(file)
        self.contacts = sorted({subject_of(line.decode()) for line in lines})
        os.environ["RAPPORT_GROUP_KEY"] = "members of the benchmark's groups know each other by this"
        for number in range(1, self.setup.rounds + 1):
            print(f"scaling, round {number} of {self.setup.rounds}", flush=True)
            for count in GROUPS:
                self.measure(number, count, source)

    def measure(self, number, count, source):
        topic = f"scaling-{number}-{count or 'alone'}"
        self.setup.copy_log(source, topic, PARTITIONS)
        group = topic if count else None
        members = [Member(self.setup, f"{topic}-{i}", topic, source.key, group) for i in range(count or 1)]
        try:
            began = time.monotonic()
            for member in members:
                member.start()
            wait_until(lambda: self.folded(members) == self.events, "the group folds", seconds=600)
            self.cost(FOLD, count, members, 0, self.events)
            rate = self.events / (time.monotonic() - began)
            self.results.add(f"{FOLD}, {named(count)}: rate, start and joining included", "/s", OURS, rate)
            for member in members:
                self.results.add(f"Peak memory of an instance, {named(count)}", "MB", OURS,
                                 member.process.peak_memory_mb(), less_is_better=True)
            self.load(READ, count, members, [f"/v1/contacts/{contact}" for contact in self.contacts])
            self.load(LIST, count, members, ["/v1/contacts?limit=50"])
            self.load(PUBLISH, count, members, ["/v1/events?wait=folded"], post=f"{topic}-")
            members[0].stood_at = self.folded(members)
        finally:
            for member in members:
                if member.process:
                    member.process.stop()
        if not count:
            self.sizes(members[0], topic)
        for member in members:
            shutil.rmtree(member.directory)

    def sizes(self, member, topic):
        """Of what was copied and what the load published."""
        events = member.stood_at
        segments = (self.setup.work / "broker/data").glob(f"{topic}-*/*.log")  # their indexes are as long as they may be
        log = sum(segment.stat().st_size for segment in segments) / 1e6
        for title, mb in (("The log on one broker, per event", log), ("Rows on disk, per event", disk_mb(member.generation()))):
            self.results.add(title, "bytes", OURS, mb * 1e6 / events, less_is_better=True)

    def folded(self, members):
        """Events that the members have folded, each by who owns it."""
        positions = {}
        for member in members:
            for partition, position in member.partitions().items():
                if partition != "control":
                    positions[partition] = max(position, positions.get(partition, -1))
        return sum(position + 1 for position in positions.values())

    def load(self, what, count, members, paths, post=None):
        """Through the first instance: of its requests the others answer their share."""
        file = self.setup.work / "scaling-paths"
        file.write_text("".join(path + "\n" for path in paths))
        before = cpu_of(members)
        measured = wrk(members[0].port, file, self.setup.seconds, CONNECTIONS, key=members[0].key, post=post)
        if measured["failed"]:
            raise Failed(f"{what}, {named(count)}: {measured['failed']} requests failed")
        self.cost(what, count, members, before, measured["rps"] * self.setup.seconds)
        self.results.add(f"{what}, {named(count)}: rate", "/s", OURS, measured["rps"])

    def cost(self, what, count, members, before, done):
        self.results.add(f"{what}, {named(count)}", COST, OURS, (cpu_of(members) - before) / done * 1e6,
                         less_is_better=True)


def cpu_of(members):
    return sum(member.process.cpu_seconds() for member in members)


def named(count):
    return "alone" if count is None else f"a group of {count}"
