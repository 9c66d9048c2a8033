"""Three instances of one group on a real broker: any of them answers anything, whoever is killed, stopped or restarted,
the broker included.

    many_test.py RAPPORT BROKER        BROKER is tools/kafka/broker or cluster, whose directory the environment names

Checks: no acknowledged event is lost, none is folded twice, a read with the token of what was written before never goes
back, lists are whole or refused, and after a fault everything is answered again within 10 seconds.
"""

import collections
import glob
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

from many_answers import check_any_answers_anything, check_companies, check_compatible_api, check_erased, make_canaries
from many_group import (BROKERS, ENVIRONMENT, Failed, IS_MIXED, OF_TWO_FOLDS, OTHER, RAPPORT, SEED, TOPIC, BrokerLog, CoordinatorLost,
                        Instance, ask, broker, broker_pids, dice, expect, kill_broker, listed, wait_for)
from many_merges import Merging, check_merges
from many_rebuilds import check_rebuilds
from many_reverts import check_reverts

ROUNDS = int(os.environ.get("RAPPORT_GROUP_ROUNDS", "10"))
FAULTS = os.environ.get("RAPPORT_GROUP_FAULTS", "killed,stopped,rolled,broker killed,broker stopped").split(",")
VISITORS = 24
BACK_WITHIN = float(os.environ.get("RAPPORT_BACK_WITHIN", "10"))  # seconds; a machine that others use, too, takes longer
PATIENCE = 120  # seconds, for what nobody measures


class Traffic:
    """Visitors' events, each published until it is acknowledged, whoever is asked; and read back by another instance."""

    def __init__(self, instances):
        self.instances, self.stopping, self.failure = instances, False, None
        self.acknowledged = collections.defaultdict(list)  # by visitor
        self.contacts, self.retries, self.reads, self.behind = {}, 0, 0, 0
        self.threads = [threading.Thread(target=self.run, args=(n,)) for n in range(3)]
        for thread in self.threads:
            thread.start()

    def run(self, number):
        chance = random.Random(SEED * 10 + number)
        seen, made = collections.Counter(), 0
        try:
            while not self.stopping:
                visitor = f"v{number}-{chance.randrange(VISITORS // 3)}"
                event = {"specversion": "1.0", "id": f"e{number}-{made}", "source": "channel/web", "type": "page.viewed",
                         "subject": f"identity/web:{visitor}", "data": {"url": f"https://shop.example/{made}"}}
                made += 1
                token = self.publish(chance, visitor, event)
                if token is not None:
                    self.read_back(chance, visitor, token, seen)
                    self.look(chance, visitor)
        except Exception as failure:  # told by the main thread
            self.failure = self.failure or failure

    def publish(self, chance, visitor, event):
        while not self.stopping:
            port = chance.choice(self.instances).port
            status, _, body = ask(port, "POST", "/v1/events", event,
                                  {"Content-Type": "application/cloudevents+json"}, timeout=4.0)
            if status == 200:
                result = body["results"][0]
                expect(result["status"] in ("accepted", "repeated", "durable"), f"an event came to {body}")
                self.acknowledged[visitor].append(event["id"])
                known = self.contacts.setdefault(visitor, result["contact"])
                if result["contact"] is not None:
                    expect(known == result["contact"], f"{visitor} is {known} and {result['contact']}")
                return body["position"]
            expect(status in (0, 503, 504), f"publishing is answered {status} {body}")
            self.retries += 1
            time.sleep(0.1)
        return None

    def read_back(self, chance, visitor, token, seen):
        port = chance.choice(self.instances).port
        status, headers, body = ask(port, "GET", f"/v1/contacts/{self.contacts[visitor]}", None,
                                    {"Rapport-After": token}, timeout=8.0)
        if status == 200:
            events = body["counters"]["events"]
            written = len(self.acknowledged[visitor])
            expect(events >= written and events >= seen[visitor],
                   f"{visitor} has {events} events behind {token}, {written} were acknowledged, {seen[visitor]} seen")
            seen[visitor] = events
            self.reads += 1
        else:
            expect(status in (0, 503, 504), f"reading is answered {status} {body}")

    def look(self, chance, visitor):
        """Without a token, and without patience: what an owner that is behind answers says so, and how far it is."""
        status, headers, body = ask(chance.choice(self.instances).port, "GET", f"/v1/contacts/{self.contacts[visitor]}",
                                    None, {"Rapport-Wait": "0"}, timeout=8.0)
        expect(status in (0, 200, 404, 503), f"a look is answered {status} {body}")
        level = headers.get("Rapport-Catching-Up")
        if level is None:
            return
        self.behind += 1
        log, partition, offset = level.replace("-", ".").split(".")
        reached = dict(part.split("-") for part in headers["Rapport-Position"].split(".")[1].split(","))
        expect(headers.get("Rapport-Stale") == "true" and int(reached.get(partition, -1)) <= int(offset),
               f"behind {level} at {headers['Rapport-Position']}")

    def stop(self):
        self.stopping = True
        for thread in self.threads:
            thread.join()
        if self.failure:
            raise self.failure


def what_is_not_answered(instances, traffic):
    for instance in instances:
        ids = listed(instance.port)
        is_of_two = ids == OF_TWO_FOLDS and len({one.program for one in instances}) == 2
        if not is_of_two and (ids in (None, OF_TWO_FOLDS) or len(ids) < len(traffic.contacts)):
            return f"the list of {instance.name}: {ids}"
        for contact in list(traffic.contacts.values()):
            status, headers, body = ask(instance.port, "GET", f"/v1/contacts/{contact}", timeout=4.0)
            if status != 200 or headers.get("Rapport-Stale"):
                return f"contact {contact} of {instance.name}: {status} {dict(headers)} {body}"
    return None


def wait_for_everything(what, instances, traffic, seconds, log=None):
    lacking = []

    def is_there():
        if log:
            log.check()
        lacking[:] = filter(None, [what_is_not_answered(instances, traffic)])
        return not lacking
    try:
        wait_for(is_there, what, seconds)
    except Failed as failed:
        raise Failed(f"{failed}: {lacking}; {[instance.status() for instance in instances]}")


def back_after(fault, began, instances, traffic, log=None):
    wait_for_everything(fault, instances, traffic, BACK_WITHIN + PATIENCE, log)
    took = time.monotonic() - began
    print(f"  {fault}: all is answered again after {took:.1f} s", flush=True)
    return took


def broker_is_back(fault, log, instances, traffic):
    took = back_after(fault, time.monotonic(), instances, traffic, log)
    wait_for(lambda: log.check() or all(i.has_members(3) for i in instances), "three members", PATIENCE)
    return took


def change_version(victim, instances, traffic, program):
    victim.end(signal.SIGTERM)
    began = time.monotonic()
    victim.program = program
    victim.start()
    version = "this" if program == RAPPORT else "the other"
    took = back_after(f"{victim.name} goes on as {version} version", began, instances, traffic)
    wait_for(lambda: all(i.has_members(3) for i in instances), "three members", PATIENCE)
    return took


def round_of_two_versions(number, instances, traffic):
    """One goes from one version to the other, or back; then something happens to the group of both."""
    victim = dice.choice(instances)
    took = change_version(victim, instances, traffic, OTHER if victim.program == RAPPORT else RAPPORT)
    return max(took, round_of_faults(number if number % 5 != 2 else 0, instances, traffic))


def round_of_faults(number, instances, traffic):
    victim = dice.choice(instances)
    others = [instance for instance in instances if instance is not victim]
    kind = FAULTS[number % len(FAULTS)]
    began = time.monotonic()
    times = []
    if kind == "killed":
        victim.end(signal.SIGKILL)
        times.append(back_after(f"{victim.name} killed, its partitions move", began, others, traffic))
        victim.start()
        began = time.monotonic()
        wait_for(lambda: all(i.has_members(3) for i in instances), "three members", PATIENCE)
        times.append(back_after(f"{victim.name} comes back", began, instances, traffic))
    elif kind == "stopped":
        victim.signal(signal.SIGSTOP)
        times.append(back_after(f"{victim.name} stopped, its partitions move", began, others, traffic))
        victim.signal(signal.SIGCONT)
        began = time.monotonic()
        times.append(back_after(f"{victim.name} wakes up", began, instances, traffic))
        wait_for(lambda: all(i.has_members(3) for i in instances), "three members", PATIENCE)
    elif kind == "rolled":
        for instance in instances:
            instance.end(signal.SIGTERM)
            began = time.monotonic()
            instance.start()
            times.append(back_after(f"{instance.name} restarted", began, instances, traffic))
    else:
        pids, log = broker_pids(), BrokerLog()
        one = dice.randrange(len(pids))
        kill_broker(pids[one]) if kind == "broker killed" else os.kill(pids[one], signal.SIGSTOP)
        if len(pids) > 1:  # the others have all that it had
            times.append(back_after(f"one of {len(pids)} brokers {kind.split()[1]}", began, instances, traffic))
        else:
            time.sleep(dice.uniform(0.5, 3))
        broker("start") if kind == "broker killed" else os.kill(pids[one], signal.SIGCONT)
        what, starts = f"the {kind} and there again", 0
        while True:
            try:
                times.append(broker_is_back(what, log, instances, traffic))
                break
            except CoordinatorLost as lost:  # now and then twice in a row
                expect(starts < 4, f"{what}: {lost}")
                starts += 1
                print(f"  {what}: {lost}; it is started again", flush=True)
                kill_broker(broker_pids()[one])
                log = BrokerLog()
                broker("start")
                what = f"the {kind}, started again ({starts})"
    return max(times)


def timeline(port, contact):
    events, cursor = [], ""
    while True:
        status, _, body = ask(port, "GET", f"/v1/contacts/{contact}/timeline?limit=500{cursor}")
        expect(status == 200, f"a timeline is answered {status} {body}")
        events += [(item["eventId"], item["outcome"]) for item in body["items"]]
        if body["next"] is None:
            return events
        cursor = "&cursor=" + body["next"]


def seed_from(donor, instance, name):
    """The directory of an instance that is new, from a backup of one that goes on serving; the checkpoints it has then."""
    status, _, backup = ask(donor.port, "POST", "/v1/backups", {"directory": name})
    expect(status == 202, f"a backup: {status} {backup}")
    def made():
        return ask(donor.port, "GET", f"/v1/backups/{backup['id']}")[2]["state"] == "done"
    wait_for(made, "the backup", PATIENCE)
    subprocess.check_output([RAPPORT, "restore", f"{donor.data}/backups/{name}", "--data", instance.data],
                            stderr=subprocess.STDOUT)
    made_at = ask(donor.port, "GET", f"/v1/backups/{backup['id']}")[2]["backup"]["position"].partition(".")[2]
    return {partition: int(offset) for partition, _, offset in (one.partition("-") for one in made_at.split(","))}


def fed(port, after):
    """What the feed tells from there on to now: the ids of events, and where it stands then."""
    status, _, text = ask(port, "GET", f"/v1/feed?live=0&from={after}", timeout=8.0)
    if status != 200 or "event: problem" in text:
        expect(status in (0, 200, 503, 504), f"the feed is answered {status} {text}")
        return None
    lines = text.splitlines()
    ids = [line[4:] for line in lines if line.startswith("id: ")]
    return [json.loads(line[6:])["eventId"] for line in lines if line.startswith("data: ")], ids[-1]


class Follower:
    """Reads the feed piece by piece, each from any instance, from where the piece before ended."""

    def __init__(self, instances):
        self.instances, self.stopping, self.failure = instances, False, None
        self.told, self.position = collections.Counter(), "start"
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        chance = random.Random(SEED)
        try:
            while not self.stopping:
                self.follow(chance.choice(self.instances).port)
                time.sleep(0.1)
        except Exception as failure:  # told by the main thread
            self.failure = failure

    def follow(self, port):
        piece = fed(port, self.position)
        if piece is None:
            return False
        self.told.update(piece[0])
        self.position = piece[1]
        return True

    def stop(self):
        self.stopping = True
        self.thread.join()
        if self.failure:
            raise self.failure


def check_rows(instances):
    """Each row of each instance, whoever folded it, is what the log says: folded again, by this version, it is the same."""
    for instance in instances:
        instance.end(signal.SIGTERM)
        done = subprocess.run([RAPPORT, "verify", "--data", instance.data, "--log", "kafka", "--brokers", BROKERS, "--topic",
                               TOPIC], env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        expect(done.returncode == 0, f"the rows of {instance.name}: {done.stdout}")
        rows = re.search(r"rows +([0-9]+)", done.stdout)
        print(f"{instance.name}: {rows[1]} rows, each as it is when the log is folded again", flush=True)


def check_one_more(instances, traffic, folder):
    """A fourth instance comes, from a backup of a first, and goes, while publishing and reading goes on."""
    fourth, donor = Instance(folder, "d"), instances[0]
    seeded = seed_from(donor, fourth, "of-a")
    began = time.monotonic()
    fourth.start()
    four = [*instances, fourth]
    wait_for(lambda: all(i.has_members(4) for i in four), "four members", PATIENCE)
    back_after("a fourth has come", began, four, traffic)
    _, _, metrics = ask(fourth.port, "GET", "/metrics")
    folded = int(metrics.split("\nrapport_fold_records_total ")[1].split()[0])
    stands = {str(p["partition"]).replace("control", "c"): p["position"] for p in fourth.status()["partitions"]}
    behind = sum(position - seeded.get(partition, -1) for partition, position in stands.items())
    print(f"  it owns {len(stands) - 1} partitions of {sum(stands.values()) + len(stands)} records, and folded {folded}")
    expect(folded <= behind, f"a new instance folded {folded} records, {behind} stood behind its checkpoints")
    fourth.end(signal.SIGTERM)
    back_after("the fourth has gone, its partitions move", time.monotonic(), instances, traffic)
    wait_for(lambda: all(i.has_members(3) for i in instances), "three members", PATIENCE)


def run(folder):
    instances = [Instance(folder, name) for name in ("a", "b", "c")]
    try:
        for instance in instances:
            instance.start()
        wait_for(lambda: all(i.has_members(3) for i in instances), "three members", PATIENCE)
        check_any_answers_anything(instances)
        check_companies(instances)
        check_compatible_api(instances)
        merged = None
        if not IS_MIXED:
            check_rebuilds(instances)
            check_reverts(instances, folder)
            merged = check_merges(instances, folder)
        print("any of three instances answers anything", flush=True)
        canaries = make_canaries(instances)
        traffic, follower, slowest = Traffic(instances), Follower(instances), 0.0
        merging = Merging(instances, merged) if merged else None
        try:
            wait_for(lambda: len(traffic.contacts) == VISITORS or traffic.failure, "traffic", PATIENCE)
            check_one_more(instances, traffic, folder)
            for number in range(ROUNDS):
                round_of = round_of_two_versions if IS_MIXED else round_of_faults
                slowest = max(slowest, round_of(number, instances, traffic))
            for instance in instances:
                if instance.program != RAPPORT:
                    slowest = max(slowest, change_version(instance, instances, traffic, RAPPORT))
        finally:
            traffic.stop()
            follower.stop()
            if merging:
                merging.stop()
        wait_for_everything("the end", instances, traffic, PATIENCE)
        if merging:
            merging.check(folder)
        wait_for(lambda: follower.follow(dice.choice(instances).port), "the feed", PATIENCE)
        acknowledged = 0
        for visitor, contact in traffic.contacts.items():
            found = collections.Counter(timeline(dice.choice(instances).port, contact))
            for event in traffic.acknowledged[visitor]:
                expect(found[(event, "accepted")] == 1, f"{event} of {visitor} is there {found[(event, 'accepted')]} times")
                acknowledged += 1
                told = follower.told[event]
                expect(told == 1, f"the feed told {event} of {visitor} {told} times")
        print(f"{acknowledged} acknowledged events, each folded once; {traffic.reads} read back, {traffic.retries} "
              f"retries; slowest back after {slowest:.1f} s", flush=True)
        print(f"{traffic.behind} reads were told that their partition is catching up")
        check_erased(instances, canaries)
        check_rows(instances)
        expect(slowest <= BACK_WITHIN, f"back after {slowest:.1f} s")
    except BaseException:
        for log in sorted(glob.glob(f"{folder}/*.log")):
            print(f"--- {log}", open(log).read(), file=sys.stderr)
        for log in glob.glob(f"{os.environ['RAPPORT_KAFKA_DIR']}/**/broker.log", recursive=True):
            print(f"--- {log}", *open(log).readlines()[-200:], sep="\n", file=sys.stderr)
        raise
    finally:
        for instance in instances:
            if instance.process is not None and instance.process.poll() is None:
                instance.process.send_signal(signal.SIGCONT)
            instance.end(signal.SIGKILL)


print(f"RAPPORT_SEED={SEED}", flush=True)
run(tempfile.mkdtemp(prefix="instances-", dir=os.environ["RAPPORT_KAFKA_DIR"]))
