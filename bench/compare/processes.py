"""Processes that a benchmark starts: each is ended by its own pid, and says what CPU and memory it took."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
STOP_WAIT_S = 60


class Failed(Exception):
    """The benchmark cannot go on; the text says why."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, what, seconds=300, process=None, step_s=0.01):
    """Polls until `condition()` is true; its value. Ends the run where `process` has ended or the time is up."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if process is not None and not process.is_running():
            raise Failed(f"{what}: {process.name} has ended, see {process.log}")
        if time.monotonic() > deadline:
            raise Failed(f"{what}: not within {seconds} s")
        time.sleep(step_s)


def run(arguments, **options):
    """A command that ends by itself; its standard output. Ends the run where it fails."""
    done = subprocess.run([str(a) for a in arguments], capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise Failed(f"{' '.join(map(str, arguments))[:300]}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def timed(arguments, **options):
    """A command's standard output, and how long it took, in seconds."""
    begin = time.monotonic()
    output = run(arguments, **options)
    return output, time.monotonic() - begin


class Process:
    """One that runs until it is stopped."""

    def __init__(self, name, arguments, log, **options):
        self.name = name
        self.log = Path(log)
        self.begin = time.monotonic()
        with open(self.log, "ab") as out:
            self._popen = subprocess.Popen(
                [str(a) for a in arguments], stdin=subprocess.DEVNULL, stdout=out, stderr=out, **options
            )
        self.pid = self._popen.pid

    def is_running(self):
        return self._popen.poll() is None

    def seconds(self):
        return time.monotonic() - self.begin

    def stop(self, how=signal.SIGTERM):
        if self.is_running():
            self._popen.send_signal(how)
            try:
                self._popen.wait(STOP_WAIT_S)
            except subprocess.TimeoutExpired:
                self._popen.kill()
                self._popen.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def cpu_seconds(self):
        """Of the process and of every child, also those that have ended."""
        return sum(_ticks(pid) for pid in [self.pid, *_children(self.pid)]) / TICKS

    def memory_mb(self):
        """The resident set of the process now."""
        return self._status_mb("VmRSS:")

    def peak_memory_mb(self):
        """The greatest resident set of the process so far, or since it was forgotten."""
        return self._status_mb("VmHWM:")

    def forget_peak_memory(self):
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")

    def _status_mb(self, name):
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1]) / 1024
        raise Failed(f"{self.name}: no {name}")

    def shared_memory_mb(self):
        """What the process and its children take now, pages that they share counted once."""
        total = 0
        for pid in [self.pid, *_children(self.pid)]:
            try:
                for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                    if line.startswith("Pss:"):
                        total += int(line.split()[1])
            except (FileNotFoundError, ProcessLookupError):
                pass  # a child that has ended meanwhile
        return total / 1024


class Server:
    """What is measured while a process of its own serves: start() sets `process`, and leaving ends it."""

    process = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process:
            self.process.stop()


def _children(pid):
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def _ticks(pid):
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(int(ticks) for ticks in fields[11:15])  # utime stime cutime cstime


def disk_mb(directory):
    total = 0
    for file in Path(directory).rglob("*"):
        with contextlib.suppress(FileNotFoundError):  # a compaction took it meanwhile
            total += file.stat().st_size if file.is_file() else 0
    return total / 1e6


def wait_compacted(directory, rest_s=3, seconds=120):
    """Until the directory has not changed its size for some seconds."""
    size, since = None, time.monotonic()
    end = since + seconds
    while time.monotonic() < min(since + rest_s, end):
        now = disk_mb(directory)
        if now != size:
            size, since = now, time.monotonic()
        time.sleep(0.2)
