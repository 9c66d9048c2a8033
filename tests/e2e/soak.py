"""An engine at seven tenths of the load that it can take, and the memory that it has meanwhile.

    soak.py PORT PID SECONDS       the admin's key is RAPPORT_KEY

In rounds: as much is published as it takes, for a while; then seven tenths of that, while contacts and lists are read. With
more rows it takes less, so each round measures anew. Behind a first third, in which caches fill, a line is fitted to its
memory (anonymous pages, not those of files): it is to rise by less than 1 MB an hour, or by no more than what its own
scatter allows to say. Looks that follow one another are not independent, as buffers take minutes to fill and to be
written: the line and its error are those of the means of sixteen stretches.

Most of that scatter is buffers that fill and caches. So lines are fitted, too, to what the program has allocated, to what
of it the stores have in buffers and caches, which have bounds, and to the rest, where a leak would show first. And as the
rest has what compactions and steps take while they last, to the least of it in each stretch: what is never given back.
"""

import http.client
import json
import os
import random
import sys
import threading
import time

PORT, PID, SECONDS = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
KEY = os.environ["RAPPORT_KEY"]
SEED = int(os.environ.get("RAPPORT_SEED", random.randrange(1 << 31)))
VISITORS, BATCH, WRITERS, READS_A_SECOND = 20_000, 50, 4, 50
LOAD, SLOPE_MAX_MB_AN_HOUR = 0.7, 1.0
ROUNDS = max(1, round(SECONDS / 1_800))
FULL_SECONDS, LOOK_SECONDS = min(60.0, SECONDS / ROUNDS / 10), min(5.0, SECONDS / 100)
STRETCHES, SHORTEST = 16, 1_800.0
PARTS = ("anonymous", "allocated", "stores", "rest")


class Client:
    def __init__(self):
        self.connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=120)

    def ask(self, method, target, body=None, kind="application/json"):
        self.connection.request(method, target, body, {"Authorization": "Bearer " + KEY, "Content-Type": kind})
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{method} {target}: {answer.status} {text[:300]}")
        return text


class Load:
    """Writers that keep to a rate all together (None: as fast as it goes), and a reader."""

    def __init__(self, rate, name):
        self.rate, self.name, self.written, self.reads = rate, name, 0, 0
        self.stopping, self.failure, self.lock = threading.Event(), None, threading.Lock()
        works = [self.write] * WRITERS + [self.read]
        self.begin = time.monotonic()
        self.threads = [threading.Thread(target=self.run, args=(work, n)) for n, work in enumerate(works)]
        for thread in self.threads:
            thread.start()

    def run(self, work, number):
        try:
            work(Client(), random.Random(SEED + number), number)
        except Exception as failure:  # told by the main thread
            self.failure = self.failure or failure

    def write(self, client, chance, number):
        made = 0
        while not self.stopping.is_set():
            events = []
            for _ in range(BATCH):
                made += 1
                visitor = chance.randrange(VISITORS)
                events.append(json.dumps({
                    "specversion": "1.0", "id": f"{self.name}-{number}-{made}", "source": "web", "type": "page.viewed",
                    "subject": f"identity/web:v{visitor}", "data": {"url": f"https://shop.example/{visitor % 500}"}}))
            client.ask("POST", "/v1/events", "\n".join(events) + "\n", "application/x-ndjson")
            with self.lock:
                self.written += BATCH
                due = self.begin + self.written / self.rate if self.rate else 0.0
            self.stopping.wait(max(0.0, due - time.monotonic()))

    def read(self, client, chance, _):
        while not self.stopping.wait(1 / READS_A_SECOND):
            page = json.loads(client.ask("GET", "/v1/contacts?limit=20"))
            for contact in page.get("contacts", page.get("items", []))[:1]:
                client.ask("GET", f"/v1/contacts/{contact['id']}/timeline?limit=50")
            self.reads += 1

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()
        self.check()
        return self.written / (time.monotonic() - self.begin)

    def check(self):
        if self.failure:
            raise self.failure


def memory_mb(client):
    """Of each of PARTS."""
    with open(f"/proc/{PID}/status", encoding="ascii") as status:
        anonymous = next(int(line.split()[1]) for line in status if line.startswith("RssAnon")) / 1024
    lines = client.ask("GET", "/metrics").decode().splitlines()
    samples = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    allocated = int(samples["rapport_allocated_bytes"]) / (1 << 20)
    stores = sum(int(value) for name, value in samples.items()
                 if name.startswith("rapport_store_memory_bytes") and "cache_pinned" not in name) / (1 << 20)
    return dict(zip(PARTS, (anonymous, allocated, stores, allocated - stores)))


def mean(values):
    return sum(values) / len(values)


def fitted(looks, part, of_stretch=mean):
    """Slope and its standard error, of (hours, MB)."""
    looks = [(mean(hours), of_stretch(values)) for hours, values in stretches(looks, part)]
    count = len(looks)
    middle_x, middle_y = mean([x for x, _ in looks]), mean([y for _, y in looks])
    spread = sum((x - middle_x) ** 2 for x, _ in looks)
    slope = sum((x - middle_x) * (y - middle_y) for x, y in looks) / spread
    left = sum((y - middle_y - slope * (x - middle_x)) ** 2 for x, y in looks)
    return slope, (left / (count - 2) / spread) ** 0.5


def stretches(looks, part):
    """So many, one behind the other: of each its hours, and what it looked at."""
    ends = [len(looks) * n // STRETCHES for n in range(STRETCHES + 1)]
    each = [looks[begin:end] for begin, end in zip(ends, ends[1:]) if end > begin]
    return [([hours for hours, _ in one], [memory[part] for _, memory in one]) for one in each]


def told(memory):
    return ", ".join(f"{part} {memory[part]:.1f}" for part in PARTS)


def play_round(number, begin, looks):
    """The events that it took."""
    client = Client()
    full = Load(None, f"full{number}")
    time.sleep(FULL_SECONDS)
    rate = full.stop()
    load = Load(LOAD * rate, f"soak{number}")
    end = begin + SECONDS * (number + 1) / ROUNDS
    while time.monotonic() < end:
        time.sleep(LOOK_SECONDS)
        load.check()
        looks.append(((time.monotonic() - begin) / 3600, memory_mb(client)))
        if len(looks) % 12 == 0:
            print(f"{looks[-1][0]:.2f} h: {told(looks[-1][1])} MB; {load.reads} reads in this round", flush=True)
    kept = load.stop()
    print(f"round {number}: full load {rate:.0f} events a second; {kept:.0f} of {LOAD * rate:.0f} kept to", flush=True)
    return full.written + load.written


def main():
    print(f"RAPPORT_SEED={SEED}", flush=True)
    looks, begin = [], time.monotonic()
    written = sum(play_round(number, begin, looks) for number in range(ROUNDS))
    behind = looks[len(looks) // 3:]
    print(f"{written} events; behind the first third {told(behind[0][1])} MB; at the end {told(looks[-1][1])} MB")
    for part in PARTS:
        of_part = [memory[part] for _, memory in behind]
        slope, error = fitted(behind, part)
        print(f"{part}: {min(of_part):.1f} to {max(of_part):.1f} MB, {slope:+.2f} MB an hour, standard error {error:.2f}")
    least = fitted(behind, "rest", min)
    print(f"the least of the rest: {least[0]:+.2f} MB an hour, standard error {least[1]:.2f}")
    if SECONDS < SHORTEST:
        print("too short a run to say more: all of it is still filling")
        return
    for slope, error in (fitted(behind, "anonymous"), least):
        if slope - 2 * error > SLOPE_MAX_MB_AN_HOUR:
            sys.exit(f"FAILED: memory rises by more than {SLOPE_MAX_MB_AN_HOUR} MB an hour")


main()
