"""The part `publishing`: how fast events are taken over HTTP, as one stream and one by one, on both logs."""

import shutil

from compare.http import wrk
from compare.kafka import keyed
from compare.processes import Failed
from compare.results import LIMIT, OURS
from compare.setup import KAFKA, LOGS

STREAM = "One NDJSON body, durable"
ONE = "One event a request, 64 clients"
STREAMED_MAX = 200_000  # events of one body
EVENTS_S = "events/s"
KNOWN = 2_000  # contacts that the single events are about, as load.lua has it


class Publishing:
    def __init__(self, setup, results, workload):
        self.setup, self.results, self.workload = setup, results, workload

    def run(self):
        self.lines = self.workload.lines[:STREAMED_MAX]
        self.file = self.setup.work / "streamed.ndjson"
        self.file.write_bytes(b"".join(self.lines))
        self.known = self.setup.work / "known.ndjson"
        self.known.write_text("".join(map(created, range(1, KNOWN + 1))))
        self.write_raw("publishing-first")  # a broker that has just been started is slow, to whoever comes first
        for number in range(1, self.setup.rounds + 1):
            print(f"publishing, round {number} of {self.setup.rounds}", flush=True)
            for log in LOGS:
                self.stream(number, log)
            self.stream_limit(number)
            for log in LOGS:
                self.one_by_one(number, log)

    def stream(self, number, log):
        engine = self.setup.engine(f"publishing-{log == KAFKA}-{number}", log)
        with engine.start():
            engine.wait_serving()
            self.results.add(f"{STREAM}, {log}", EVENTS_S, OURS, len(self.lines) / engine.publish(self.file, "durable"))
        shutil.rmtree(engine.directory)

    def stream_limit(self, number):
        """The same lines by kcat to a topic of the same settings, from which nothing is read."""
        seconds = self.write_raw(f"publishing-limit-{number}")
        self.results.add(f"{STREAM}, {KAFKA}", EVENTS_S, LIMIT, len(self.lines) / seconds,
                         note="limit: kcat writing the same lines to a topic, acks=all")

    def write_raw(self, name):
        engine = self.setup.engine(name, KAFKA)
        with engine.start():
            engine.wait_serving()
        shutil.rmtree(engine.directory)
        return self.setup.kafka.produce(name, [keyed(line) for line in self.lines])

    def one_by_one(self, number, log):
        engine = self.setup.engine(f"one-by-one-{log == KAFKA}-{number}", log)
        with engine.start():
            engine.wait_serving()
            engine.publish(self.known)
            for wait in ("durable", "folded"):
                paths = self.setup.work / "posts"
                paths.write_text(f"/v1/events?wait={wait}\n")
                measured = wrk(engine.port, paths, self.setup.seconds, 64, key=engine.key, post=wait)
                if measured["failed"]:
                    raise Failed(f"{ONE}: {measured['failed']} requests failed")
                self.results.add(f"{ONE}, {wait}, {log}", EVENTS_S, OURS, measured["rps"])
        shutil.rmtree(engine.directory)


def created(contact):
    return (f'{{"specversion":"1.0","id":"known-{contact}","source":"bench","type":"contact.created",'
            f'"subject":"contact/{contact}","time":"2025-01-01T00:00:00.000Z","data":{{}}}}\n')
