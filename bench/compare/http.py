"""A keep-alive HTTP client for what the harness itself asks, and wrk for load."""

import http.client
import json
import os
import signal
from pathlib import Path

from compare.processes import Process, run

LUA = Path(__file__).parent / "load.lua"


class Client:
    def __init__(self, port, key=None):
        self._port = port
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._connection = None

    def get(self, path):
        """(status, body), or (None, b"") while nobody answers."""
        return self.call("GET", path)

    def call(self, method, path, body=None, content_type="application/json", headers=None):
        headers = {**self._headers, **({"Content-Type": content_type} if body else {}), **(headers or {})}
        if self._connection is not None and method == "GET":
            answer = self._try(method, path, body, headers)
            if answer[0] is not None:
                return answer  # otherwise the server closed the connection, which was idle for long
        return self._try(method, path, body, headers)

    def _try(self, method, path, body, headers):
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=120)
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException):
            self._connection = None
            return None, b""

    def json(self, path):
        status, body = self.get(path)
        return json.loads(body) if status == 200 else None


def wrk(port, paths, seconds, connections, threads=2, key=None, post=None, each=False):
    """Load from wrk over kept-open connections: each request is one of `paths` (a file of lines), drawn at random or,
    with `each`, the next; or a POST of a new event where `post` names the run. {"rps", "p50_ms",
    "p99_ms", "failed"}."""
    output = run(_wrk(port, seconds, connections, threads),
                 env=_environment(paths, key, threads, post=post or "", each=each))
    return json.loads(output.strip().splitlines()[-1])


class SteadyReads:
    """Some hundred reads a second for as long as it stands, whatever they take. `measured` is then as wrk() has it."""

    CONNECTIONS = 4
    PAUSE_MS = 10  # between an answer and the connection's next request

    def __init__(self, port, paths, key, log):
        self._log = log
        self._log.unlink(missing_ok=True)
        self._process = Process("wrk", _wrk(port, 7_200, self.CONNECTIONS, 1), log,
                                env=_environment(paths, key, 1, pause=self.PAUSE_MS))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stop(signal.SIGINT)
        self.measured = json.loads(self._log.read_text().strip().splitlines()[-1])


def _wrk(port, seconds, connections, threads):
    return ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", LUA,
            f"http://127.0.0.1:{port}"]


def _environment(paths, key, threads, post="", pause=0, each=False):
    return dict(os.environ, BENCH_PATHS=str(paths), BENCH_KEY=key or "", BENCH_POST=post, BENCH_PAUSE_MS=str(pause),
                BENCH_EACH=str(int(each)), BENCH_THREADS=str(threads))
