"""The part `folding`: the same events, the same broker, each in turn, round after round."""

import shutil

from compare.correctness import same_states, same_timelines
from compare.kafka import keyed
from compare.postgres import Postgres, PostgresFold
from compare.processes import Failed, disk_mb, run, timed, wait_compacted
from compare.results import LIMIT, OURS, POSTGRES, STREAMS_OFF, STREAMS_ON
from compare.setup import KAFKA
from compare.streams import Streams

FOLD_KAFKA = "Fold from Kafka into nothing, process start to all applied"
REBUILD_LIVE = "Rebuild from Kafka beside the live rows, compared and swapped"
FOLD_EMBEDDED = "Fold from the log on this machine into nothing"
CATCH_UP = "Catch-up from Kafka, process start to the second half applied"
CPU = "CPU of a fold into nothing, per million events"
MEMORY = "Peak memory of a fold into nothing"
DISK = "Disk of the projections, per byte of JSON"
CONSUME = "Fold from Kafka into nothing; limit: reading the topic and counting"
PARSE = "Fold from Kafka into nothing; limit: reading the topic and parsing"
WRITE = "Fold from Kafka into nothing; limit: writing the rows"
START = "Start to serving, with everything folded"
EVENTS_S = "events/s"


class Folding:
    def __init__(self, setup, results, workload):
        self.setup, self.results, self.workload = setup, results, workload
        self.events = workload.events
        self.topic = workload.topic

    def run(self):
        self.embedded = self.workload.folded
        self.states = self.workload.states
        self.prepare_catch_up()
        for number in range(1, self.setup.rounds + 1):
            print(f"folding, round {number} of {self.setup.rounds}", flush=True)
            self.round(number)

    def prepare_catch_up(self):
        """An engine that has the first half, and the second half as Kafka takes it."""
        lines = self.workload.lines
        self.second_half = [keyed(line) for line in lines[self.events // 2:]]
        half_file = self.setup.work / "half.ndjson"
        half_file.write_bytes(b"".join(lines[:self.events // 2]))
        self.half = self.setup.engine("half")
        with self.half.start():
            self.half.wait_serving()
            self.half.publish(half_file)

    def round(self, number):
        self.fold_ours()
        self.fold_streams(number, STREAMS_ON)
        self.fold_embedded()
        self.fold_streams(number, STREAMS_OFF)
        self.fold_postgres()
        self.limits()
        self.catch_up(number)

    def rate(self, title, who, seconds, events=None, note=None):
        self.results.add(title, EVENTS_S, who, (events or self.events) / seconds, note=note)

    def cost(self, who, cpu, memory):
        self.results.add(CPU, "s", who, cpu * 1e6 / self.events, less_is_better=True)
        self.results.add(MEMORY, "MB", who, memory, less_is_better=True)

    def disk(self, who, megabytes):
        self.results.add(DISK, "", who, megabytes / self.workload.json_mb, less_is_better=True)

    def fold_ours(self):
        engine = self.setup.engine("kafka", KAFKA, self.topic)
        shutil.rmtree(engine.directory, ignore_errors=True)
        with engine.start():
            digest = engine.wait_folded(self.events)
            self.rate(FOLD_KAFKA, OURS, engine.process.seconds())
            wait_compacted(engine.generation())
            self.cost(OURS, engine.process.cpu_seconds(), engine.process.peak_memory_mb())
            self.workload.check_digest(digest)
        self.disk(OURS, disk_mb(engine.generation()))
        with engine.start():
            engine.wait_folded(self.events)
            self.rate(REBUILD_LIVE, OURS, engine.rebuild(), note="peers: their fold into nothing, as above")

    def fold_embedded(self):
        self.embedded.forget_projections()
        with self.embedded.start():
            digest = self.embedded.wait_folded(self.events)
            self.rate(FOLD_EMBEDDED, OURS, self.embedded.process.seconds())
            self.workload.check_digest(digest)

    def fold_streams(self, number, who):
        changelog = who == STREAMS_ON
        directory = self.setup.work / f"streams-{'on' if changelog else 'off'}-{number}"
        with Streams(self.setup.peers, directory, self.setup.kafka.address, self.topic, changelog).start() as streams:
            streams.wait_applied(self.events)
            seconds = streams.process.seconds()
            wait_compacted(directory)
            cpu, memory = streams.process.cpu_seconds(), streams.process.peak_memory_mb()
            same_states(self.states, streams.states(), who)
            self.with_engine(lambda engine: same_timelines(engine, streams, self.states, who))
        self.rate(FOLD_KAFKA, who, seconds)
        self.rate(REBUILD_LIVE, who, seconds)
        self.cost(who, cpu, memory)
        self.disk(who, disk_mb(directory))
        shutil.rmtree(directory)

    def with_engine(self, work):
        with self.embedded.start():
            self.embedded.wait_folded(self.events)
            work(self.embedded)

    def fold_postgres(self):
        with Postgres(self.setup.postgres_directory, self.setup.work).start() as postgres:
            fold = PostgresFold(self.setup.peers, postgres)
            used = fold.run(self.workload.file, self.events)
            same_states(self.states, fold.states(), POSTGRES)
            self.with_engine(lambda engine: same_timelines(engine, fold, self.states, POSTGRES))
            self.rate(FOLD_EMBEDDED, POSTGRES, used["seconds"],
                      note="PostgreSQL: events from a file into its events table, and the fold of them")
            self.cost(POSTGRES, used["cpu"], used["memory"])
            self.disk(POSTGRES, postgres.database_mb("events", "contacts", "cases"))
        shutil.rmtree(self.setup.postgres_directory)

    def limits(self):
        programs = self.setup.build / "bench"
        for what, title in (("count", CONSUME), ("parse", PARSE)):
            output, seconds = timed([programs / "kafka_limit", self.setup.kafka.address, self.topic, what])
            if int(output) != self.events:
                raise Failed(f"the topic holds {output} events, not {self.events}")
            self.limit(title, seconds)
        target = self.setup.work / "rows"
        seconds = float(run([programs / "rows_limit", self.embedded.generation(), target]).split()[1])
        shutil.rmtree(target)
        self.limit(WRITE, seconds)

    def limit(self, title, seconds):
        """Beside our whole rebuild, of which it is one step."""
        self.rate(title, LIMIT, seconds)
        self.rate(title, OURS, self.events / self.results.values[FOLD_KAFKA, OURS][-1])

    def catch_up(self, number):
        """Each has folded the first half and is stopped; the second half comes; each starts again."""
        topic, kafka, half = f"catch-up-{number}", self.setup.kafka.address, self.events // 2
        self.setup.copy_log(self.half, topic)
        ours = self.setup.engine(topic, KAFKA)
        peers = {who: Streams(self.setup.peers, self.setup.work / f"{topic}-{name}", kafka, topic, who == STREAMS_ON)
                 for who, name in ((STREAMS_ON, "on"), (STREAMS_OFF, "off"))}
        with ours.start():
            ours.wait_folded(half)
        for peer in peers.values():
            with peer.start():
                peer.wait_applied(half)
        self.setup.kafka.produce(topic, self.second_half)
        with ours.start():
            ours.wait_folded(self.events)
            self.rate(CATCH_UP, OURS, ours.process.seconds(), len(self.second_half))
            same_states(self.states, ours.states_served(), OURS)
        for who, peer in peers.items():
            with peer.start():
                peer.wait_applied(len(self.second_half))
                self.rate(CATCH_UP, who, peer.process.seconds(), len(self.second_half))
                same_states(self.states, peer.states(), who)
        contact = min(self.states)
        with ours.start():
            ours.wait_serving_contact(contact)
            self.results.add(START, "s", OURS, ours.process.seconds(), less_is_better=True)
        for who, peer in peers.items():
            with peer.start():
                peer.wait_serving(contact)
                self.results.add(START, "s", who, peer.process.seconds(), less_is_better=True)
        for directory in [ours.directory, *(peer.directory for peer in peers.values())]:
            shutil.rmtree(directory)
