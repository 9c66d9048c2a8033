"""The part `following`: many subscribers of the live feed, what each takes of memory, and what is left of the fold."""

import selectors
import socket
import threading
from collections import Counter

from compare.processes import wait_until
from compare.results import OURS
from compare.workload import subject_of

SUBSCRIBERS = 1_000
FOLLOWED = 20  # contacts that a subscriber follows
EVENTS_MAX = 200_000
MEMORY = "Memory of one subscriber"
FOLD = "Published over HTTP and folded"


class Following:
    def __init__(self, setup, results, workload):
        self.setup, self.results, self.workload = setup, results, workload

    def run(self):
        lines = self.workload.lines[:EVENTS_MAX]
        first, second = lines[:len(lines) // 2], lines[len(lines) // 2:]
        counts = Counter(subject_of(line.decode()) for line in second).most_common(SUBSCRIBERS * FOLLOWED)
        for number in range(1, self.setup.rounds + 1):
            print(f"following, round {number} of {self.setup.rounds}", flush=True)
            alone = self.fold(f"following-alone-{number}", first, second)
            followed = self.fold(f"following-{number}", first, second, counts)
            self.results.add(f"{FOLD}, nobody follows", "events/s", OURS, alone)
            self.results.add(f"{FOLD}, {SUBSCRIBERS:,} follow {FOLLOWED} contacts each", "events/s", OURS, followed)
            self.results.add("Of the fold's rate is kept", "", OURS, followed / alone)

    def fold(self, name, first, second, followed=()):
        """The rate of the second half, with subscribers standing who follow these contacts, if any."""
        half = self.setup.work / "half.ndjson"
        with self.setup.engine(name).start() as engine:
            engine.wait_serving()
            half.write_bytes(b"".join(first))
            engine.publish(half)
            half.write_bytes(b"".join(second))
            if not followed:
                return len(second) / engine.publish(half)
            before = engine.process.memory_mb()
            with Subscribers(engine, [contact for contact, _ in followed]) as subscribers:
                kilobytes = (engine.process.memory_mb() - before) * 1e3 / SUBSCRIBERS
                self.results.add(MEMORY, "KB", OURS, kilobytes, less_is_better=True)
                rate = len(second) / engine.publish(half)
                subscribers.wait_told(sum(events for _, events in followed))
            return rate


class Subscribers:
    """Each follows its share of the contacts, and reads what it is sent."""

    def __init__(self, engine, contacts):
        self._engine, self._contacts = engine, contacts
        self._selector = selectors.DefaultSelector()
        self._tails = {}  # connection -> its last bytes, where what is counted may have begun
        self._answered = self._told = 0
        self._stop = False

    def __enter__(self):
        for number in range(SUBSCRIBERS):
            connection = socket.create_connection(("127.0.0.1", self._engine.port))
            followed = ",".join(self._contacts[number::SUBSCRIBERS]) or self._contacts[0]
            request = (f"GET /v1/feed?heartbeat=60&contact={followed} HTTP/1.1\r\nHost: bench\r\n"
                       f"Authorization: Bearer {self._engine.key}\r\n\r\n")
            connection.sendall(request.encode())
            self._tails[connection] = b""
            self._selector.register(connection, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._read)
        self._thread.start()
        wait_until(lambda: self._answered >= SUBSCRIBERS, "everybody subscribes", seconds=60)
        return self

    def _read(self):
        while not self._stop:
            for key, _ in self._selector.select(0.2):
                connection = key.fileobj
                piece = self._tails[connection] + connection.recv(1 << 16)
                self._answered += piece.count(b"HTTP/1.1 200")
                self._told += piece.count(b"\ndata:")
                self._tails[connection] = piece[-5:]

    def wait_told(self, events):
        wait_until(lambda: self._told >= events, f"{events} events are told to those who follow them", seconds=60)

    def __exit__(self, *_):
        self._stop = True
        self._thread.join()
        for connection in self._tails:
            connection.close()
