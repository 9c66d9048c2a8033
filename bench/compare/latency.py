"""The part `latency`: from an event's acceptance until the feed tells it and a read shows it, under a steady stream."""

import http.client
import json
import socket
import statistics
import threading
import time

from compare.http import Client
from compare.paced import Paced, Publishing
from compare.processes import Failed, run, wait_until
from compare.results import OURS
from compare.setup import KAFKA, LOGS
from compare.workload import generated

RATE = 1_000  # events/s of the stream
PROBES_A_SECOND = 25
PROBED = 900_000_000  # a contact that the stream has nothing of
SECONDS = 10


class Latency:
    def __init__(self, setup, results):
        self.setup, self.results = setup, results

    def run(self):
        output = run(generated(self.setup, RATE * (SECONDS + 5), 2_000, 78))
        self.lines = [line.encode() + b"\n" for line in output.splitlines()]
        for number in range(1, self.setup.rounds + 1):
            print(f"latency, round {number} of {self.setup.rounds}", flush=True)
            for log in LOGS:
                self.measure(number, log)

    def measure(self, number, log):
        with self.setup.engine(f"latency-{log == KAFKA}-{number}", log).start() as engine:
            engine.wait_serving()
            with Feed(engine, PROBED) as feed:
                with Publishing(engine) as publishing:
                    with Paced(self.lines, RATE, publishing.write) as paced:
                        durable, queried, accepted = self.probe(engine)
                    publishing.finish()
                paced.check(OURS)
                told = [max(0.0, at - accepted[event]) for event, at in feed.wait(accepted).items()]
        for what, seconds in (("sent to accepted as durable", durable), ("accepted to told by the feed", told),
                              ("accepted to shown by a read", queried)):
            for percentile in (50, 99):
                self.results.add(f"Event {what}, p{percentile}, {log}", "ms", OURS,
                                 statistics.quantiles(seconds, n=100)[percentile - 1] * 1e3, less_is_better=True)

    def probe(self, engine):
        """Events sent one by one beside the stream; each read asks for the state behind its event's position."""
        writes, reads = Client(engine.port, engine.key), Client(engine.port, engine.key)
        durable, queried, accepted = [], [], {}
        begin = time.monotonic()
        for number in range(SECONDS * PROBES_A_SECOND):
            time.sleep(max(0.0, begin + number / PROBES_A_SECOND - time.monotonic()))
            sent = time.monotonic()
            status, body = writes.call("POST", "/v1/events?wait=durable", probe_event(number),
                                       "application/cloudevents+json")
            if status != 200:
                raise Failed(f"a probe was not accepted: {status} {body[:300]}")
            at = accepted[f"probe-{number}"] = time.monotonic()
            durable.append(at - sent)
            after = {"Rapport-After": json.loads(body)["position"]}
            status, body = reads.call("GET", f"/v1/contacts/{PROBED}", headers=after)
            if status != 200 or json.loads(body)["counters"]["events"] != number + 1:
                raise Failed(f"a read does not show its write: {status} {body[:300]}")
            queried.append(time.monotonic() - at)
        return durable, queried, accepted


def probe_event(number):
    return json.dumps({"specversion": "1.0", "id": f"probe-{number}", "source": "bench", "type": "contact.created",
                       "subject": f"contact/{PROBED}", "time": "2025-06-01T00:00:00.000Z",
                       "data": {"fields": {"number": str(number)}}})


class Feed:
    """A subscriber to what happens to one contact: when each of its events came."""

    def __init__(self, engine, contact):
        self._engine, self._contact = engine, contact
        self._came = {}

    def __enter__(self):
        self._connection = http.client.HTTPConnection("127.0.0.1", self._engine.port, timeout=60)
        self._connection.request("GET", f"/v1/feed?contact={self._contact}&heartbeat=1",
                                 headers={"Authorization": f"Bearer {self._engine.key}"})
        self._socket = self._connection.sock
        self._response = self._connection.getresponse()
        if self._response.status != 200:
            raise Failed(f"the feed answers {self._response.status}")
        self._thread = threading.Thread(target=self._read)
        self._thread.start()
        return self

    def _read(self):
        try:
            while line := self._response.readline():
                if line.startswith(b"data:"):
                    at = time.monotonic()
                    self._came[json.loads(line[5:])["eventId"]] = at
        except (OSError, ValueError):
            return  # closed: see __exit__

    def wait(self, events):
        """{event: when it came}, once all have come."""
        wait_until(lambda: len(self._came) >= len(events), "the feed tells every event", seconds=30)
        return dict(self._came)

    def __exit__(self, *_):
        self._socket.shutdown(socket.SHUT_RDWR)  # ends the thread's read
        self._thread.join()
        self._connection.close()
