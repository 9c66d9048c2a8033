"""The part `reading`: a contact and a page of its timeline over HTTP, quiet, and under a stream of events."""

import random
import shutil
import time
from contextlib import contextmanager

from compare.http import Client, SteadyReads, wrk
from compare.kafka import keyed
from compare.paced import Paced, Publishing
from compare.processes import Failed, Process, free_port, run, wait_until
from compare.results import LIMIT, OURS, STREAMS_OFF
from compare.streams import Streams
from compare.workload import generated

CONTACT = "Contact by id, 64 connections"
TIMELINE = "Timeline, newest 50, 64 connections"
FIRST = "Timeline, newest 50, 64 connections, of contacts nobody asked for before"
P99_QUIET = "Contact by id at a steady rate, p99, nothing else"
P99_PUBLISH = "Contact by id at a steady rate, p99, while events are published and folded"
TAKEN = "Events published and folded meanwhile"
PUBLISH_RATE = 20_000  # events/s that are offered
CONTACT_BYTES = 571  # of a contact as JSON, about
OUR_CONTACT, OUR_TIMELINE = "/v1/contacts/{}", "/v1/contacts/{}/timeline?limit=50"
THEIR_CONTACT, THEIR_TIMELINE = "/contacts/{}", "/contacts/{}/timeline"


class Reading:
    def __init__(self, setup, results, workload):
        self.setup, self.results, self.workload = setup, results, workload

    def run(self):
        self.states = self.workload.states
        self.lines, self.lines_of_limit = self.new_lines()
        for number in range(1, self.setup.rounds + 1):
            print(f"reading, round {number} of {self.setup.rounds}", flush=True)
            shuffled = random.Random(number).sample(sorted(self.states), len(self.states))
            asked = min(20_000, len(shuffled) // 2)
            contacts, others = shuffled[:asked], shuffled[asked:]
            self.ours(contacts, others)
            self.streams(number, contacts, others)
            self.limit(contacts)

    def new_lines(self):
        """More of the workload, of another seed and a day later: none of it has been published, and none comes late.
        In two parts, of which one is for the limit."""
        each = PUBLISH_RATE * (self.setup.seconds + 4)
        output = run(generated(self.setup, 2 * each, 2_000, 77)).replace("2025-01-01T", "2025-01-02T")
        lines = [line.encode() + b"\n" for line in output.splitlines()]
        return lines[:each], lines[each:]

    def load(self, title, who, server, template, contacts):
        self.add_rate(title, who, self.wrk(server, template, contacts))

    def add_rate(self, title, who, measured):
        check(title, who, measured)
        self.results.add(title, "requests/s", who, measured["rps"])

    def loads(self, who, server, template_contact, template_timeline, contacts, others):
        """Behind two that do not count: a JVM is slow until it has compiled what it runs, and we keep answers."""
        self.wrk(server, template_contact, contacts)
        self.wrk(server, template_timeline, contacts)
        self.load(CONTACT, who, server, template_contact, contacts)
        self.load(TIMELINE, who, server, template_timeline, contacts)
        # Not for as long as the others, for then there were none left.
        self.add_rate(FIRST, who, self.wrk(server, template_timeline, others, seconds=1, each=True))

    def wrk(self, server, template, contacts, seconds=None, each=False):
        paths = self.paths(template, contacts)
        return wrk(server.port, paths, seconds or self.setup.seconds, 64, key=getattr(server, "key", None), each=each)

    def paths(self, template, contacts):
        file = self.setup.work / "paths"
        file.write_text("".join(template.format(contact) + "\n" for contact in contacts))
        return file

    def steady_p99(self, title, who, server, template, contacts):
        """Of reads that do not come the faster for quick answers."""
        with self.steady_reads(server, template, contacts) as reads:
            time.sleep(self.setup.seconds)
        self.add_p99(title, who, reads)

    def steady_p99_beside(self, who, server, template, contacts, write, wait_folded):
        """The same while events are given to `write`; wait_folded returns once so many of them are folded."""
        with self.steady_reads(server, template, contacts) as reads:
            with Paced(self.lines, PUBLISH_RATE, write) as paced:
                time.sleep(self.setup.seconds)
            wait_folded(paced.written)
            self.results.add(TAKEN, "events/s", who, paced.written / (time.monotonic() - paced.begin),
                             note=f"{PUBLISH_RATE:,} a second are offered; until all that were written are folded")
        self.add_p99(P99_PUBLISH, who, reads)

    def limit_p99_beside(self, engine, contacts):
        """Of a server that folds nothing, on the processors on which the engine does."""
        with self.http_limit(CONTACT_BYTES, engine.key) as server, Publishing(engine) as publishing:
            with self.steady_reads(server, OUR_CONTACT, contacts) as reads:
                with Paced(self.lines_of_limit, PUBLISH_RATE, publishing.write):
                    time.sleep(self.setup.seconds)
                publishing.finish()
        self.add_p99(P99_PUBLISH, LIMIT, reads)
        self.results.notes[P99_PUBLISH] = "limit: Beast answering a fixed body beside an engine that takes the events"

    def steady_reads(self, server, template, contacts):
        paths, log = self.paths(template, contacts), self.setup.work / "reads.log"
        return SteadyReads(server.port, paths, getattr(server, "key", None), log)

    def add_p99(self, title, who, reads):
        check(title, who, reads.measured)
        self.results.add(title, "ms", who, reads.measured["p99_ms"], less_is_better=True)

    def ours(self, contacts, others):
        engine = self.setup.engine("reading")
        shutil.copytree(self.workload.folded.directory, engine.directory)
        with engine.start():
            engine.wait_folded(self.workload.events)
            self.loads(OURS, engine, OUR_CONTACT, OUR_TIMELINE, contacts, others)
            self.steady_p99(P99_QUIET, OURS, engine, OUR_CONTACT, contacts)
            with Publishing(engine) as publishing:

                def wait_folded(written):
                    publishing.finish()
                    engine.wait_folded(self.workload.events + written)

                self.steady_p99_beside(OURS, engine, OUR_CONTACT, contacts, publishing.write, wait_folded)
            self.limit_p99_beside(engine, contacts)
        shutil.rmtree(engine.directory)

    def streams(self, number, contacts, others):
        """Without a changelog, which is its faster way."""
        topic = f"reading-{number}"
        self.setup.copy_log(self.workload.folded, topic)
        directory = self.setup.work / f"streams-{topic}"
        streams = Streams(self.setup.peers, directory, self.setup.kafka.address, topic, False)
        with streams.start():
            streams.wait_applied(self.workload.events)
        # Its record cache is written out when it stops: the first commit, which holds up reads, is in no quiet row.
        with streams.start():
            streams.wait_serving(contacts[0])
            self.loads(STREAMS_OFF, streams, THEIR_CONTACT, THEIR_TIMELINE, contacts, others)
            self.steady_p99(P99_QUIET, STREAMS_OFF, streams, THEIR_CONTACT, contacts)
            producer = self.setup.kafka.producer(topic)

            def wait_folded(written):
                producer.stdin.close()
                producer.wait(60)
                streams.wait_applied(written)

            self.steady_p99_beside(STREAMS_OFF, streams, THEIR_CONTACT, contacts,
                                   lambda lines: producer.stdin.write(b"".join(map(keyed, lines))), wait_folded)
        shutil.rmtree(directory)

    def limit(self, contacts):
        """Beast with a body as large as a contact, and one as large as a page of a timeline, asked what we are asked."""
        with self.workload.folded.start() as engine:
            engine.wait_folded(self.workload.events)
            for title, template in ((CONTACT, OUR_CONTACT), (TIMELINE, OUR_TIMELINE)):
                sizes = [len(engine.client.get(template.format(contact))[1]) for contact in contacts[:200]]
                self.limit_of(title, sum(sizes) // len(sizes), engine.key, template, contacts)

    def limit_of(self, title, body_size, key, template, contacts):
        with self.http_limit(body_size, key) as server:
            self.load(title, LIMIT, server, template, contacts)
            self.results.notes[title] = f"limit: Beast answering a fixed body of {body_size} bytes"

    @contextmanager
    def http_limit(self, body_size, key):
        port = free_port()
        log = self.setup.work / "http_limit.log"
        with Process("http_limit", [self.setup.build / "bench/http_limit", port, 2, body_size], log) as server:
            server.port, server.key = port, key
            wait_until(lambda: Client(port).get("/")[0] == 200, "http_limit serves", process=server)
            yield server


def check(title, who, measured):
    if measured["failed"]:
        raise Failed(f"{title}: {who} failed {measured['failed']} requests")
