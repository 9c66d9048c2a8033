"""The Kafka Streams peer (bench/peers/jvm)."""

import json
from pathlib import Path

from compare.http import Client
from compare.processes import Process, Server, free_port, wait_until

JVM = ["-Xms1g", "-Xmx2g", "-XX:+UseParallelGC", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"]


class Streams(Server):
    def __init__(self, jars, directory, kafka, topic, changelog):
        self.directory = Path(directory)
        self.port = free_port()
        self.application = self.directory.name
        # The application's id names its group and changelogs, so every directory starts from nothing.
        self._arguments = ["java", *JVM, "-cp", f"{jars}/peers.jar:{jars}/jars/*", "peers.StreamsPeer", kafka, topic,
                           self.directory, self.application, "on" if changelog else "off", self.port]

    def start(self):
        self.directory.mkdir(parents=True, exist_ok=True)
        self.process = Process("the Kafka Streams peer", self._arguments, f"{self.directory}.log")
        self.client = Client(self.port)
        return self

    def wait_applied(self, events):
        """Until that many events are folded since the start."""

        def applied():
            status = self.client.json("/status")
            return status is not None and status["applied"] >= events

        wait_until(applied, "Kafka Streams folds", process=self.process)

    def wait_serving(self, contact):
        wait_until(lambda: self.client.get(f"/contacts/{contact}")[0] == 200, "Kafka Streams serves",
                   process=self.process)

    def states(self):
        lines = self.client.get("/contacts")[1].splitlines()
        return {contact["id"]: contact for contact in map(json.loads, lines)}

    def timeline_ids(self, contact):
        return [event["id"] for event in self.client.json(f"/contacts/{contact}/timeline")["items"]]
