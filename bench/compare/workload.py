"""The events that folding and reading share, in every form that they are needed in: a file, both logs, and folded."""

import subprocess
from functools import cached_property

from compare.processes import Failed

TOPIC = "bench"


def generated(setup, events, contacts, seed):
    """The command that writes the workload to its standard output."""
    words = [setup.rapport, "generate", "--events", events, "--contacts", contacts, "--seed", seed]
    return [str(word) for word in words]


def subject_of(line):
    """The id of the contact that the event is about, as text."""
    return line.split('"subject":"contact/', 1)[1].split('"', 1)[0]


class Workload:
    """Each form is made when it is first asked for."""

    topic = TOPIC

    def __init__(self, setup):
        self._setup = setup
        self.events = setup.events

    @cached_property
    def file(self):
        file = self._setup.work / "events.ndjson"
        command = generated(self._setup, self.events, self._setup.contacts, self._setup.seed)
        with open(file, "wb") as out:
            subprocess.run(command, stdout=out, check=True)
        return file

    @property
    def json_mb(self):
        return self.file.stat().st_size / 1e6

    @cached_property
    def lines(self):
        return self.file.read_bytes().splitlines(keepends=True)

    @cached_property
    def folded(self):
        """An engine on the embedded log, stopped, that has folded them all; with `states` and `digest`, which are what
        the peers are held against. Its log is there as the topic too."""
        engine = self._setup.engine("embedded")
        with engine.start():
            engine.wait_serving()
            engine.publish(self.file)
            engine.digest = engine.wait_folded(self.events)
            engine.states = engine.states_served()
        self._setup.copy_log(engine, self.topic)
        return engine

    @property
    def states(self):
        return self.folded.states

    def check_digest(self, digest):
        if digest != self.folded.digest:
            raise Failed(f"the same log folded to digest {digest}, before to {self.folded.digest}")
