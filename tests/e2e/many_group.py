"""A group of instances as its tests see it: programs that serve, and what is asked of them."""

import glob
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time

RAPPORT, BROKER = sys.argv[1:3]
# Another version of the program, which instances begin as: they are upgraded, and go back, one after the other.
OTHER = os.environ.get("RAPPORT_OTHER", RAPPORT)
IS_MIXED = OTHER != RAPPORT
OPTIONS = os.environ.get("RAPPORT_GROUP_OPTIONS", "").split()
SEED = int(os.environ.get("RAPPORT_SEED", random.randrange(1 << 31)))
PARTITIONS = 6
TOPIC = f"many-{os.getpid()}-{SEED}"
KEY = subprocess.check_output([RAPPORT, "keys", "draw"], text=True).strip()
ENVIRONMENT = {**os.environ, "RAPPORT_ADMIN_KEY": KEY, "RAPPORT_GROUP_KEY": "a key that all members have: " + KEY,
               "RAPPORT_MASTER_KEY": "5e" * 32}
dice = random.Random(SEED)


class Failed(Exception):
    pass


def expect(condition, what):
    if not condition:
        raise Failed(what)


def broker(verb):
    return subprocess.check_output([BROKER, verb], text=True).splitlines()[-1]


def broker_pids():
    status = subprocess.check_output([BROKER, "status"], text=True)
    return [int(line.split()[-1]) for line in status.splitlines()]


class CoordinatorLost(Exception):
    """Of Kafka 4.1, some seconds after it was killed or stopped: nobody of a group is answered before another start."""


class BrokerLog:
    """What the broker says from now on."""

    def __init__(self):
        paths = glob.glob(f"{os.environ['RAPPORT_KAFKA_DIR']}/**/broker.log", recursive=True)
        self.sizes = {path: os.path.getsize(path) for path in paths}

    def check(self):
        for path, size in self.sizes.items():
            with open(path) as log:
                log.seek(size)
                if "is out of sync with the underlying log" in log.read():
                    raise CoordinatorLost("its coordinator has lost its place in its own log")


ports_given = set()


def free_port():
    """For somebody who takes it later."""
    while True:
        port = 20000 + random.randrange(10000)
        with socket.socket() as probe:
            if port not in ports_given and probe.connect_ex(("127.0.0.1", port)) != 0:
                ports_given.add(port)
                return port


def kill_broker(pid):
    """Returns once it is gone: a start before that would take it for one that runs."""
    def is_gone():
        try:
            with open(f"/proc/{pid}/cmdline") as words:
                return not words.read()
        except FileNotFoundError:
            return True
    os.kill(pid, signal.SIGKILL)
    wait_for(is_gone, "the end of the broker", 60)


def ask(port, method, target, body=None, headers=None, timeout=15.0):
    """The answer's status, headers, and JSON or text; status 0 where there was none."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        sent = {"Authorization": "Bearer " + KEY, **(headers or {})}
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        connection.request(method, target, None if body is None else json.dumps(body), sent)
        answer = connection.getresponse()
        text = answer.read()
        is_json = "json" in answer.headers.get("Content-Type", "")
        return answer.status, answer.headers, json.loads(text) if text and is_json else text.decode()
    except (OSError, http.client.HTTPException):
        return 0, {}, None
    finally:
        connection.close()


def answered(port, method, target, body=None, headers=None, keyed=True):
    """As `ask`, of a group that is well: on a busy machine it, too, may need a moment, and says so (503, 504). What is
    asked again is done once."""
    headers = dict(headers or {})
    if method != "GET" and keyed:
        headers.setdefault("Idempotency-Key", f"again-{random.randrange(1 << 60)}")
    end = time.monotonic() + 30
    while True:
        answer = ask(port, method, target, body, headers)
        in_flight = answer[0] == 409 and answer[2]["code"] == "idempotency_key_in_use"
        if not (answer[0] in (0, 503, 504) or in_flight) or time.monotonic() > end:
            return answer
        time.sleep(0.1)


BROKERS = broker("start")


class Instance:
    def __init__(self, folder, name):
        self.name, self.port, self.process = name, free_port(), None
        self.data, self.log, self.program = f"{folder}/{name}", f"{folder}/{name}.log", OTHER

    def start(self):
        address = f"127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            [self.program, "serve", *OPTIONS, "--data", self.data, "--listen", address, "--advertise", address, "--group", TOPIC,
             "--log", "kafka", "--brokers", BROKERS, "--topic", TOPIC, "--create-topics", "--partitions", str(PARTITIONS)],
            stderr=open(self.log, "a"), env=ENVIRONMENT)
        wait_for(lambda: ask(self.port, "GET", "/healthz", timeout=1.0)[0] == 200, f"{self.name} serves", 120)

    def signal(self, number):
        self.process.send_signal(number)

    def end(self, number):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait()

    def status(self):
        return ask(self.port, "GET", "/v1/status", timeout=3.0)[2]

    def has_members(self, count):
        group = (self.status() or {}).get("group")
        return (group is not None and group["confirmed"] and len(group["members"]) == count and
                sum(len(member["partitions"]) for member in group["members"]) == PARTITIONS)


def wait_for(condition, what, seconds):
    end = time.monotonic() + seconds
    while not condition():
        expect(time.monotonic() < end, f"{what}: not within {seconds} s")
        time.sleep(0.05)


# What a list is that takes rows lent by a member of another fold version.
OF_TWO_FOLDS = "a list of members that fold by different versions"


def listed(port, query=""):
    """All pages; nothing where the list is refused, and OF_TWO_FOLDS where that is why."""
    ids, cursor, total = [], "", None
    while True:
        status, _, body = ask(port, "GET", f"/v1/contacts?limit=7{query}{cursor}", timeout=4.0)
        if status != 200:
            expect(status in (0, 410, 503, 504), f"a list is answered {status} {body}")
            return OF_TWO_FOLDS if status == 503 and "different versions" in body["detail"] else None
        if "catchingUp" in body:
            return None  # it says that it may lack some
        total = body["total"] if total is None else total
        expect(total == body["total"], "a list's total changes from page to page")
        ids += [item["id"] for item in body["items"]]
        if body["next"] is None:
            expect(len(ids) == total and len(set(ids)) == total, f"a list of {total} shows {ids}")
            return ids
        cursor = "&cursor=" + body["next"]


def listed_whole(port, query=""):
    """As `listed`, of a group that is well: refused for a moment only, on a busy machine."""
    found = []
    wait_for(lambda: found.append(listed(port, query)) or found[-1] is not None, f"the list of {port}", 60)
    return found[-1]
