"""What all parts share: where things are, how long and how often is measured, the broker, the machine."""

import os
import platform
import shutil
from dataclasses import dataclass
from pathlib import Path

from compare.engine import Engine
from compare.kafka import Kafka
from compare.processes import run

EMBEDDED = "embedded log"
KAFKA = "Kafka"
LOGS = (EMBEDDED, KAFKA)


@dataclass
class Setup:
    build: Path  # the release build
    peers: Path  # of the JVM peers
    work: Path
    events: int
    contacts: int
    seed: int
    rounds: int
    seconds: int  # of each HTTP load
    kafka: Kafka = None

    @property
    def rapport(self):
        return self.build / "rapport"

    @property
    def postgres_directory(self):
        """Where the user postgres may work too, whoever owns the clone."""
        return Path(f"/var/tmp/rapport-bench-{os.getpid()}")

    def engine(self, name, log=EMBEDDED, topic=None, encrypt=False, cache=None):
        """One that is not started yet, on a directory of that name; on Kafka, its topic has the name too."""
        if log == EMBEDDED:
            return Engine(self.rapport, self.work / name, encrypt=encrypt, cache=cache)
        return Engine(self.rapport, self.work / name, self.kafka.address, topic or name)

    def copy_log(self, engine, topic, partitions=None):
        """The log of an embedded engine that is stopped, as a new topic; with as many partitions as it is told."""
        run([self.rapport, "log", "copy", "--from", engine.directory, "--log", "kafka", "--brokers", self.kafka.address,
             "--topic", topic, "--create-topics", *(["--partitions", partitions] if partitions else [])])

    def clean(self):
        shutil.rmtree(self.work, ignore_errors=True)
        shutil.rmtree(self.postgres_directory, ignore_errors=True)


def build_peers(root):
    """Where they are then."""
    run(["mvn", "-B", "-q", "-f", root / "bench/peers/jvm/pom.xml", "package"])
    return root / "build/bench/peers"


def facts(root):
    """What every figure depends on: the machine, the commit, the day."""
    names = (line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name"))
    cpu = next(names, "unknown")
    memory_kb = int(open("/proc/meminfo").readline().split()[1])
    changed = run(["git", "-C", root, "status", "--porcelain", "--", "events", "projections", "engine"]).strip()
    commit = run(["git", "-C", root, "rev-parse", "--short", "HEAD"]).strip()
    return {
        "machine": f"{os.cpu_count()} x {cpu}, {memory_kb / 2**20:.0f} GiB, {platform.system()} {platform.release()}",
        "commit": commit + (" and changes" if changed else ""),
        "date": run(["date", "-u", "+%Y-%m-%d %H:%M UTC"]).strip(),
    }
