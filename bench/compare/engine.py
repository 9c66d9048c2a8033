"""Rapport as a user runs it: `rapport serve` on a directory of its own."""

import json
import os
import shutil
import time
from pathlib import Path

from compare.http import Client
from compare.processes import Failed, Process, Server, free_port, run, timed, wait_until

# The members of a contact that generated events set: what is compared with the peers.
COMPARED = ("id", "version", "status", "dateCreated", "dateUpdated", "firstSeen", "lastSeen", "fields", "client",
            "tags", "counters")


class Engine(Server):
    def __init__(self, program, directory, kafka=None, topic=None, encrypt=False, cache=None):
        self.directory = Path(directory)
        self.port = free_port()
        self.key = run([program, "keys", "draw"]).strip()
        self._program = program
        self._options = []
        if kafka is not None:
            self._options += ["--log", "kafka", "--brokers", kafka, "--topic", topic, "--create-topics"]
        # On Kafka a new log is encrypted by itself, and the peers' is not.
        self._options += ["--encrypt"] if encrypt else [] if kafka is None else ["--no-encrypt"]
        self._options += ["--cache", cache] if cache else []

    def start(self):
        self.directory.mkdir(parents=True, exist_ok=True)
        arguments = [self._program, "serve", "--data", self.directory, "--listen", f"127.0.0.1:{self.port}"]
        environment = dict(os.environ, RAPPORT_ADMIN_KEY=self.key)
        self.process = Process("rapport", [*arguments, *self._options], f"{self.directory}.log", env=environment)
        self.client = Client(self.port, self.key)
        return self

    def wait_serving(self):
        wait_until(lambda: self.client.get("/healthz")[0] == 200, "rapport serves", process=self.process)

    def wait_serving_contact(self, contact):
        wait_until(lambda: self.client.get(f"/v1/contacts/{contact}")[0] == 200, "rapport serves", process=self.process)

    def wait_folded(self, events):
        """Until that many events are folded and none waits; the digest."""

        def folded():
            status = self.client.json("/v1/status")
            if status is None or status["lag"]["events"] > 0:
                return None
            done = sum(p["position"] + 1 for p in status["partitions"] if p["partition"] != "control")
            return status if done >= events else None

        status = wait_until(folded, "rapport folds", seconds=7_200, process=self.process)
        outcomes = status["events"]
        if outcomes["repeated"] + outcomes["refused"] + outcomes["parked"] > 0:
            raise Failed(f"rapport did not accept every event: {outcomes}")
        return status["digest"]

    def publish(self, file, wait="folded", **options):
        """The file, or standard input where it is "-", as one NDJSON body; the seconds until all is answered."""
        output, seconds = timed([
            "curl", "-sS", "-X", "POST", "-T", file, "-H", "Expect:", "-H", "Content-Type: application/x-ndjson", "-H",
            f"Authorization: Bearer {self.key}", f"http://127.0.0.1:{self.port}/v1/events?wait={wait}"
        ], **options)
        answer = json.loads(output)
        if "totals" not in answer or answer["totals"]["rejected"] > 0:
            raise Failed(f"rapport did not take every event: {output[:500]}")
        return seconds

    def contacts(self, limit=500):
        """Every contact, page by page."""
        cursor = ""
        while cursor is not None:
            page = self.client.json(f"/v1/contacts?limit={limit}{cursor and '&cursor='}{cursor}")
            if page is None:
                raise Failed("rapport does not list its contacts")
            yield from page["items"]
            cursor = page["next"]

    def states_served(self):
        """{id: the contact as it is compared}."""
        return {contact["id"]: {name: contact[name] for name in COMPARED} for contact in self.contacts()}

    def rebuild(self):
        """Beside the live rows, compared with them and swapped; the seconds until then."""
        begin = time.monotonic()
        self.client.call("POST", "/v1/rebuilds", "{}")
        state = wait_until(self._rebuilt, "rapport rebuilds", seconds=3_600, process=self.process, step_s=0.05)
        if state != "swapped":
            raise Failed(f"the rebuild ended {state}")
        return time.monotonic() - begin

    def _rebuilt(self):
        rebuilds = self.client.json("/v1/rebuilds")
        state = rebuilds["items"][0]["state"] if rebuilds and rebuilds["items"] else "folding"
        return None if state in ("folding", "catching_up", "comparing") else state

    def timeline_ids(self, contact):
        return [item["eventId"] for item in self.client.json(f"/v1/contacts/{contact}/timeline?limit=50")["items"]]

    def projections(self):
        return self.directory / "projections"

    def generation(self):
        return self.projections() / (self.projections() / "CURRENT").read_text().strip()

    def forget_projections(self):
        shutil.rmtree(self.projections(), ignore_errors=True)
