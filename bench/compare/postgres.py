"""PostgreSQL 15 as a peer: a cluster of its own on loopback, and the JVM client that folds into it."""

import getpass
import json
import os
import shutil
import threading
from pathlib import Path

from compare.processes import Failed, Process, Server, free_port, run, wait_until

BINARIES = Path("/usr/lib/postgresql/15/bin")
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "synchronous_commit": "off",
    "shared_buffers": "1GB",
    "effective_cache_size": "4GB",
    "work_mem": "64MB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "wal_compression": "lz4",
    "random_page_cost": "1.1",
    "jit": "off",
}


class Postgres(Server):
    def __init__(self, directory, logs):
        self.directory = Path(directory)
        self.logs = Path(logs)
        self.port = free_port()
        # It refuses to run as root: there, it is the user that Debian's package makes.
        self._user = "postgres" if getpass.getuser() == "root" else None
        self.url = f"jdbc:postgresql://127.0.0.1:{self.port}/postgres?user=bench"

    def start(self):
        shutil.rmtree(self.directory, ignore_errors=True)
        self.directory.mkdir(parents=True)
        if self._user:
            shutil.chown(self.directory, self._user)
        run([BINARIES / "initdb", "-D", self.directory, "-U", "bench", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"],
            user=self._user, cwd="/")
        settings = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        self.process = Process("PostgreSQL", [BINARIES / "postgres", "-D", self.directory, "-p", self.port, *settings],
                               self.logs / "postgres.log", user=self._user, cwd="/")
        wait_until(self.answers, "PostgreSQL starts", process=self.process, step_s=0.1)
        return self

    def answers(self):
        try:
            return self.sql("SELECT 1") == "1\n"
        except Failed:
            return False

    def psql(self):
        return ["psql", "-h", "127.0.0.1", "-p", self.port, "-U", "bench", "-d", "postgres", "-v", "ON_ERROR_STOP=1",
                "-qAt"]

    def sql(self, text):
        return run([*self.psql(), "-c", text])

    def database_mb(self, *tables):
        sizes = "+".join(f"pg_total_relation_size('{table}')" for table in tables)
        return int(self.sql(f"SELECT {sizes}")) / 1e6

    def pgbench(self, script, seconds, work):
        """One client runs the script over and over, prepared. {"p50_ms", "p99_ms"}."""
        file = Path(work) / "script.sql"
        file.write_text(script)
        prefix = Path(work) / "pgbench-log"
        for old in Path(work).glob("pgbench-log*"):
            old.unlink()
        run([BINARIES / "pgbench", "-h", "127.0.0.1", "-p", self.port, "-U", "bench", "-n", "-c", 1, "-T", seconds,
             "-M", "prepared", "-f", file, "-l", f"--log-prefix={prefix}", "postgres"])
        taken = sorted(int(line.split()[2]) for log in Path(work).glob("pgbench-log*") for line in open(log))
        if not taken:
            raise Failed("pgbench ran no transaction")
        return {"p50_ms": taken[len(taken) // 2] / 1e3, "p99_ms": taken[int(len(taken) * 0.99)] / 1e3}


class PostgresFold:
    """The client's fold of a file of events, with what it and the server took."""

    def __init__(self, jars, postgres, batch=1_000):
        self._java = ["java", "-Xms512m", "-Xmx1g", "-XX:+UseParallelGC", "-cp", f"{jars}/peers.jar:{jars}/jars/*",
                      "peers.PostgresPeer"]
        self._postgres = postgres
        self._batch = batch

    def run(self, events_file, events):
        before = self._postgres.process.cpu_seconds()
        log = self._postgres.logs / "postgres-client.log"
        log.unlink(missing_ok=True)
        peaks = [0.0]
        with Process("the PostgreSQL client", [*self._java, "fold", self._postgres.url, events_file, self._batch],
                     log) as client:
            ended = threading.Event()

            def sample():
                while not ended.wait(0.5):
                    try:
                        now = client.peak_memory_mb() + self._postgres.process.shared_memory_mb()
                    except (Failed, OSError):
                        return  # the client has just ended
                    peaks[0] = max(peaks[0], now)

            sampler = threading.Thread(target=sample)
            sampler.start()
            _, status, used = os.wait4(client.pid, 0)
            seconds = client.seconds()
            ended.set()
            sampler.join()
        if status != 0 or log.read_text().split()[-1:] != [str(events)]:
            raise Failed(f"the PostgreSQL fold failed, see {log}")
        cpu = used.ru_utime + used.ru_stime + self._postgres.process.cpu_seconds() - before
        return {"seconds": seconds, "cpu": cpu, "memory": peaks[0]}

    def states(self):
        lines = run([*self._java, "dump", self._postgres.url]).splitlines()
        return {contact["id"]: contact for contact in map(json.loads, lines)}

    def timeline_ids(self, contact):
        return self._postgres.sql(f"SELECT event->>'id' FROM events WHERE contact = {contact} "
                                  "ORDER BY time_ms DESC, seq DESC LIMIT 50").split()
