"""An instance that comes back after very much was written, and one that has nothing: what they answer while they fold it,
that it is as if they had never been away in the end, and how much memory it takes.

    far_behind_test.py RAPPORT BROKER-TOOL      RAPPORT_FAR_EVENTS=N, RAPPORT_SEED=N
"""

import os
import signal
import subprocess
import sys
import tempfile
import time

from many_group import ENVIRONMENT, KEY, PARTITIONS, RAPPORT, SEED, Instance, answered, ask, dice, expect, wait_for

EVENTS = int(os.environ.get("RAPPORT_FAR_EVENTS", "120000"))
LOOKED_AT = 40  # contacts
PATIENCE = 120  # seconds, for what nobody measures
MEMORY_MAX = 700  # MiB, whatever it is behind


def publish(port, events, seed):
    """Again where partitions move meanwhile: what is there already is a repeat."""
    def is_published():
        made = subprocess.Popen([RAPPORT, "generate", "--events", str(events), "--contacts", str(max(100, events // 4)), "--seed",
                                 str(seed)], stdout=subprocess.PIPE)
        sent = subprocess.run([RAPPORT, "publish", "--url", f"http://127.0.0.1:{port}"], stdin=made.stdout, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, env={**ENVIRONMENT, "RAPPORT_KEY": KEY})
        made.stdout.close()
        made.wait()
        expect(sent.returncode in (0, 3), f"published: {sent.stdout}")  # 3: could not be reached
        return sent.returncode == 0
    wait_for(is_published, f"{events} events", PATIENCE)


class Truth:
    """What one instance that is level says of all contacts, before another one comes."""

    def __init__(self, port):
        status, headers, body = ask(port, "GET", "/v1/contacts?limit=500&order=lastSeen|desc")
        expect(status == 200 and "catchingUp" not in body, f"the list of who is level: {status} {body}")
        self.total, self.position = body["total"], headers["Rapport-Position"]
        self.contacts = {item["id"]: item for item in dice.sample(body["items"], LOOKED_AT)}
        self.newest = [item["id"] for item in body["items"]]

    def expect_list(self, body):
        expect(body["total"] == self.total, f"a list of {body['total']} in place of {self.total}")
        expect([item["id"] for item in body["items"]] == self.newest, "another list than before")


class Watch:
    """Asks any instance for lists and contacts until all own some and answer whole: each answer is what it was before, or
    says that it may not be, or is refused."""

    def __init__(self, truth, instances):
        self.truth, self.instances = truth, instances
        self.answers = {"whole": 0, "catching up": 0, "refused": 0, "waited for": 0}

    def until_level(self):
        end = time.monotonic() + PATIENCE + EVENTS / 2_000
        while not (all(i.has_members(len(self.instances)) for i in self.instances) and
                   all([self.list_of(instance) for instance in self.instances])):
            self.list_of(dice.choice(self.instances))
            expect(time.monotonic() < end, f"not level again: {self.answers}")
            self.contact_of(dice.choice(self.instances))
            self.contact_of(dice.choice(self.instances), {"Rapport-After": self.truth.position, "Rapport-Wait": "1"})

    def list_of(self, instance):
        status, _, body = ask(instance.port, "GET", "/v1/contacts?limit=500&order=lastSeen|desc")
        expect(status in (200, 503, 504), f"a list is answered {status} {body}")
        if status != 200:
            self.answers["refused"] += 1
            return False
        if "catchingUp" in body:
            self.answers["catching up"] += 1
            return False
        self.truth.expect_list(body)
        self.answers["whole"] += 1
        return True

    def contact_of(self, instance, headers=None):
        contact, was = dice.choice(list(self.truth.contacts.items()))
        status, told, body = ask(instance.port, "GET", f"/v1/contacts/{contact}", headers=headers)
        if status in (503, 504):
            self.answers["refused"] += 1
            return
        if "Rapport-Catching-Up" in told:
            expect(headers is None, f"a read that carries {self.truth.position} was answered from before it: {dict(told)} "
                   f"{body}, was {was}")
            expect(status == 404 or body["version"] <= was["version"], f"contact {contact} is newer than it can be: {body}")
            self.answers["catching up"] += 1
            return
        expect(status == 200 and body["version"] == was["version"] and body["fields"] == was["fields"],
               f"contact {contact} is answered {status} {body}, and was {was}")
        self.answers["waited for" if headers else "whole"] += 1


def peak_memory(instance):
    """In MiB."""
    with open(f"/proc/{instance.process.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024


def folded_by(instance):
    metrics = ask(instance.port, "GET", "/metrics")[2]
    return int(metrics.split("\nrapport_fold_records_total ")[1].split()[0])


def check_far(comes, what, instances, truth):
    began = time.monotonic()
    comes.start()
    watch = Watch(truth, instances)
    watch.until_level()
    took, memory, folded = time.monotonic() - began, peak_memory(comes), folded_by(comes)
    told = ", ".join(f"{count} {name}" for name, count in watch.answers.items())
    print(f"{what}: folded {folded} records; level after {took:.1f} s, peak memory {memory:.0f} MiB; answers: {told}", flush=True)
    expect(folded > EVENTS // (2 * len(instances)), f"it was not far behind: {folded} of {EVENTS}")
    expect(memory <= MEMORY_MAX, f"{memory:.0f} MiB for {folded} records")


def run(folder):
    a, b, c = (Instance(folder, name) for name in ("a", "b", "c"))
    try:
        for instance in (a, b):
            instance.start()
        wait_for(lambda: a.has_members(2) and b.has_members(2), "two members", PATIENCE)
        publish(a.port, 500, SEED)
        b.end(signal.SIGTERM)
        wait_for(lambda: a.has_members(1), "one member", PATIENCE)
        wait_for(lambda: answered(a.port, "GET", "/v1/contacts?limit=1")[0] == 200, "it owns all", PATIENCE)
        publish(a.port, EVENTS, SEED + 1)
        truth = Truth(a.port)
        check_far(b, "one that was away", [a, b], truth)
        check_far(c, "one that has nothing", [a, b, c], truth)
    except BaseException:
        for instance in (a, b, c):
            print(f"--- {instance.name}", open(instance.log).read() if os.path.exists(instance.log) else "", file=sys.stderr)
        raise
    finally:
        for instance in (a, b, c):
            instance.end(signal.SIGKILL)


print(f"RAPPORT_SEED={SEED}", flush=True)
with tempfile.TemporaryDirectory(prefix="rapport-far-") as scratch:
    run(scratch)
