"""Events that come at a steady rate, whatever becomes of them."""

import http.client
import threading
import time

from compare.processes import Failed

CHUNKS_A_SECOND = 50


class Paced:
    """Gives `lines` to `write`, so many a second, until it is stopped or they are used up; `written` says how many."""

    def __init__(self, lines, rate, write):
        self._lines, self._offered, self._write = lines, rate, write
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self.begin = time.monotonic()
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    def _run(self):
        size = self._offered // CHUNKS_A_SECOND
        self.written = 0
        for number, first in enumerate(range(0, len(self._lines), size)):
            if self._stop.wait(max(0.0, self.begin + number / CHUNKS_A_SECOND - time.monotonic())):
                break
            self._write(self._lines[first:first + size])
            self.written += len(self._lines[first:first + size])
        self.rate = self.written / (time.monotonic() - self.begin)

    def check(self, who):
        if self.rate < 0.98 * self._offered:
            raise Failed(f"{who} took {self.rate:.0f} events a second, and not the {self._offered} that were offered")


class Publishing:
    """One NDJSON request to an engine that goes on as long as it is written to."""

    def __init__(self, engine):
        self._engine = engine

    def __enter__(self):
        self._connection = http.client.HTTPConnection("127.0.0.1", self._engine.port, timeout=60)
        self._connection.putrequest("POST", "/v1/events?wait=durable")
        self._connection.putheader("Authorization", f"Bearer {self._engine.key}")
        self._connection.putheader("Content-Type", "application/x-ndjson")
        self._connection.putheader("Transfer-Encoding", "chunked")
        self._connection.endheaders()
        return self

    def write(self, lines):
        body = b"".join(lines)
        self._connection.send(b"%x\r\n%s\r\n" % (len(body), body))

    def finish(self):
        """Ends the body; returns once all of it is in the log."""
        self._connection.send(b"0\r\n\r\n")
        response = self._connection.getresponse()
        if response.status != 200:
            raise Failed(f"publishing meanwhile: {response.status} {response.read()[:300]}")

    def __exit__(self, *_):
        self._connection.close()
