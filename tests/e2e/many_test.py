"""Three instances of one group on a real broker: any of them answers anything, whoever is killed, stopped or restarted,
the broker included.

    many_test.py RAPPORT BROKER        BROKER is tools/kafka/broker, whose directory the environment names

Checks: no acknowledged event is lost, none is folded twice, a read with the token of what was written before never goes
back, lists are whole or refused, and after a fault everything is answered again within 10 seconds.
"""

import collections
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

RAPPORT, BROKER = sys.argv[1:3]
ROUNDS = int(os.environ.get("RAPPORT_GROUP_ROUNDS", "10"))
SEED = int(os.environ.get("RAPPORT_SEED", random.randrange(1 << 31)))
PARTITIONS, VISITORS, BACK_WITHIN = 6, 24, 10.0
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


def free_port():
    while True:
        port = 20000 + random.randrange(10000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port


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


class Instance:
    def __init__(self, folder, name):
        self.name, self.port, self.process = name, free_port(), None
        self.data, self.log = f"{folder}/{name}", f"{folder}/{name}.log"

    def start(self):
        address = f"127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            [RAPPORT, "serve", "--data", self.data, "--listen", address, "--advertise", address, "--group", TOPIC,
             "--log", "kafka", "--brokers", BROKERS, "--topic", TOPIC, "--create-topics", "--partitions", str(PARTITIONS)],
            stderr=open(self.log, "a"), env=ENVIRONMENT)
        wait_for(lambda: ask(self.port, "GET", "/healthz", timeout=1.0)[0] == 200, f"{self.name} serves", 30)

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


class Traffic:
    """Visitors' events, each published until it is acknowledged, whoever is asked; and read back by another instance."""

    def __init__(self, instances):
        self.instances, self.stopping, self.failure = instances, False, None
        self.acknowledged = collections.defaultdict(list)  # by visitor
        self.contacts, self.retries, self.reads = {}, 0, 0
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

    def stop(self):
        self.stopping = True
        for thread in self.threads:
            thread.join()
        if self.failure:
            raise self.failure


def listed(port, query=""):
    """All pages; nothing where the list is refused."""
    ids, cursor, total = [], "", None
    while True:
        status, _, body = ask(port, "GET", f"/v1/contacts?limit=7{query}{cursor}", timeout=4.0)
        if status != 200:
            expect(status in (0, 410, 503, 504), f"a list is answered {status} {body}")
            return None
        if "catchingUp" in body:
            return None  # it says that it may lack some
        total = body["total"] if total is None else total
        expect(total == body["total"], "a list's total changes from page to page")
        ids += [item["id"] for item in body["items"]]
        if body["next"] is None:
            expect(len(ids) == total and len(set(ids)) == total, f"a list of {total} shows {ids}")
            return ids
        cursor = "&cursor=" + body["next"]


def everything_answers(instances, traffic):
    for instance in instances:
        ids = listed(instance.port)
        if ids is None or len(ids) < len(traffic.contacts):
            return False
        for contact in list(traffic.contacts.values()):
            status, headers, _ = ask(instance.port, "GET", f"/v1/contacts/{contact}", timeout=4.0)
            if status != 200 or headers.get("Rapport-Stale"):
                return False
    return True


def back_after(fault, began, instances, traffic):
    wait_for(lambda: everything_answers(instances, traffic), fault, BACK_WITHIN + 20)
    took = time.monotonic() - began
    print(f"  {fault}: all is answered again after {took:.1f} s", flush=True)
    return took


def round_of_faults(number, instances, traffic):
    victim = dice.choice(instances)
    others = [instance for instance in instances if instance is not victim]
    kind = ("killed", "stopped", "rolled", "broker killed", "broker stopped")[number % 5]
    began = time.monotonic()
    times = []
    if kind == "killed":
        victim.end(signal.SIGKILL)
        times.append(back_after(f"{victim.name} killed, its partitions move", began, others, traffic))
        victim.start()
        began = time.monotonic()
        wait_for(lambda: all(i.has_members(3) for i in instances), "three members", 30)
        times.append(back_after(f"{victim.name} comes back", began, instances, traffic))
    elif kind == "stopped":
        victim.signal(signal.SIGSTOP)
        times.append(back_after(f"{victim.name} stopped, its partitions move", began, others, traffic))
        victim.signal(signal.SIGCONT)
        began = time.monotonic()
        times.append(back_after(f"{victim.name} wakes up", began, instances, traffic))
        wait_for(lambda: all(i.has_members(3) for i in instances), "three members", 30)
    elif kind == "rolled":
        for instance in instances:
            instance.end(signal.SIGTERM)
            began = time.monotonic()
            instance.start()
            times.append(back_after(f"{instance.name} restarted", began, instances, traffic))
    else:
        pid = int(broker("status").split()[-1])
        os.kill(pid, signal.SIGKILL if kind == "broker killed" else signal.SIGSTOP)
        time.sleep(dice.uniform(0.5, 3))
        broker("start") if kind == "broker killed" else os.kill(pid, signal.SIGCONT)
        began = time.monotonic()
        times.append(back_after(f"the {kind} and there again", began, instances, traffic))
        wait_for(lambda: all(i.has_members(3) for i in instances), "three members", 30)
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
    wait_for(made, "the backup", 30)
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


def check_one_more(instances, traffic, folder):
    """A fourth instance comes, from a backup of a first, and goes, while publishing and reading goes on."""
    fourth, donor = Instance(folder, "d"), instances[0]
    seeded = seed_from(donor, fourth, "of-a")
    began = time.monotonic()
    fourth.start()
    four = [*instances, fourth]
    wait_for(lambda: all(i.has_members(4) for i in four), "four members", 30)
    back_after("a fourth has come", began, four, traffic)
    _, _, metrics = ask(fourth.port, "GET", "/metrics")
    folded = int(metrics.split("\nrapport_fold_records_total ")[1].split()[0])
    stands = {str(p["partition"]).replace("control", "c"): p["position"] for p in fourth.status()["partitions"]}
    behind = sum(position - seeded.get(partition, -1) for partition, position in stands.items())
    print(f"  it owns {len(stands) - 1} partitions of {sum(stands.values()) + len(stands)} records, and folded {folded}")
    expect(folded <= behind, f"a new instance folded {folded} records, {behind} stood behind its checkpoints")
    fourth.end(signal.SIGTERM)
    back_after("the fourth has gone, its partitions move", time.monotonic(), instances, traffic)
    wait_for(lambda: all(i.has_members(3) for i in instances), "three members", 30)


def check_any_answers_anything(instances):
    """What needs no fault to go wrong."""
    a, b, c = instances
    status, headers, made = ask(a.port, "POST", "/v1/contacts", {"fields": {"name": "Zoe", "city": "Oslo"}})
    expect(status == 201, f"a contact is made: {status} {made}")
    contact, token = made["id"], headers["Rapport-Position"]
    for instance in instances:
        status, _, read = ask(instance.port, "GET", f"/v1/contacts/{contact}", headers={"Rapport-After": token})
        expect(status == 200 and read == made, f"{instance.name} answers {status} {read}, not {made}")
    status, headers, body = ask(b.port, "PATCH", f"/v1/contacts/{contact}", {"tags": {"add": ["vip"]}},
                                {"If-Match": '"1"'})
    expect(status == 200 and body["tags"] == ["vip"], f"a change by another instance: {status} {body}")
    status, _, body = ask(c.port, "PATCH", f"/v1/contacts/{contact}", {"fields": {"a": 1}}, {"If-Match": '"1"'})
    expect(status == 412, f"an old version is refused by any: {status} {body}")
    token = headers["Rapport-Position"]
    status, _, body = ask(c.port, "GET", "/v1/contacts?where=tags|eq|vip&search=zoe", headers={"Rapport-After": token})
    expect(status == 200 and [item["id"] for item in body["items"]] == [contact], f"a search: {status} {body}")
    keyed = [ask(i.port, "POST", "/v1/contacts", {"fields": {"name": "Kim"}}, {"Idempotency-Key": "once"})
             for i in instances]
    expect(len({answer[2]["id"] for answer in keyed}) == 1, f"one key, one contact: {[k[2] for k in keyed]}")
    for n in range(20):
        ask(dice.choice(instances).port, "POST", "/v1/contacts", {"fields": {"rank": n % 5, "name": f"n{n}"}})
    wanted = listed(a.port, "&order=fields.rank|desc")
    expect(wanted is not None and len(wanted) == 22, f"an ordered list: {wanted}")
    for instance in (b, c):
        expect(listed(instance.port, "&order=fields.rank|desc") == wanted, f"{instance.name} lists otherwise")
        expect(listed(instance.port) == sorted(wanted), f"{instance.name} lists by id otherwise")
    status, _, body = ask(a.port, "GET", "/v1/parked")
    expect(status == 200 and body["items"] == [], f"parked records: {status} {body}")
    status, _, body = ask(a.port, "GET", "/v1/rebuilds")
    expect(status == 501 and body["code"] == "not_in_a_group", f"what is not there is said: {status} {body}")
    status, _, _ = ask(a.port, "POST", "/v1/member/events", [])
    expect(status == 403, f"what is between members is not for clients: {status}")
    status, _, _ = ask(a.port, "GET", "/v1/contacts", headers={"Rapport-Member": "guessed"})
    expect(status == 401, f"a guessed group key: {status}")
    # A deleted visitor is a new contact, though another instance may know of the deletion.
    event = {"specversion": "1.0", "source": "s", "type": "note.added", "subject": "identity/web:gone", "data": {"text": "t"}}
    first = ask(a.port, "POST", "/v1/events", {**event, "id": "g1"})[2]["results"][0]
    status, headers, _ = ask(b.port, "DELETE", f"/v1/contacts/{first['contact']}")
    expect(status == 200, f"deleting is answered {status}")
    second = ask(c.port, "POST", "/v1/events", {**event, "id": "g2"})[2]["results"][0]
    expect(second["status"] == "accepted" and second["contact"] != first["contact"], f"a deleted visitor: {second}")


def check_companies(instances):
    """A company and its contacts are of any partitions: all of them are shown by any instance."""
    a, b, c = instances
    crm, token = "/api/v1/crm/objects", None
    companies, members = [], collections.defaultdict(list)
    for n in range(8):
        status, headers, body = ask(dice.choice(instances).port, "POST", f"{crm}/company",
                                    {"fields": {"name": f"Company {n}", "size": str(n % 2)}}, {"Idempotency-Key": f"c{n}"})
        expect(status == 200, f"a company is made: {status} {body}")
        companies.append(body["data"]["id"])
    for n in range(16):
        company = companies[n % len(companies)]
        status, headers, body = ask(dice.choice(instances).port, "POST", f"{crm}/contact",
                                    {"fields": {"name": f"Worker {n}"}, "companyId": company})
        expect(status == 200, f"a contact is made: {status} {body}")
        members[company].append(body["data"]["id"])
        token = headers["Rapport-Position"]
    for instance in instances:
        told = [item["id"] for item in ask(instance.port, "GET", "/v1/companies?limit=3")[2]["items"]]
        expect(told == sorted(companies)[:3], f"{instance.name} lists companies {told}, not {companies}")
        body = ask(instance.port, "GET", f"{crm}/company?limit=3&page=1&relations=contacts,fields")[2]["data"]
        expect(body["count"] == 8 and [one["id"] for one in body["data"]] == sorted(companies)[3:6], f"a page: {body}")
        for one in body["data"]:
            found = [contact["id"] for contact in one["contacts"]]
            expect(found == sorted(members[one["id"]]), f"{instance.name} shows {found} of {members[one['id']]}")
        where = ask(instance.port, "GET", f"{crm}/company?where=fields.size|eq|1")[2]["data"]
        expect(where["count"] == 4, f"companies by a field: {where}")
        for company in companies:
            one = ask(instance.port, "GET", f"{crm}/company/{company}?relations=contacts")[2]["data"]
            expect([contact["id"] for contact in one["contacts"]] == sorted(members[company]), f"a company: {one}")
            for contact in members[company]:
                one = ask(instance.port, "GET", f"{crm}/contact/{contact}?relations=company")[2]["data"]
                expect(one["company"]["id"] == company and "name" in one["company"]["fields"], f"a contact: {one}")
        status, _, body = ask(instance.port, "GET", f"{crm}/contact?order=fields.name|desc&limit=50")
        names = [row["fields"]["name"] for row in body["data"]["list"] if "name" in row["fields"]]
        expect(status == 200 and names == sorted(names, reverse=True) and len(names) > 16, f"a list: {status} {body}")
        of_company = [row["company"] for row in body["data"]["list"] if row["companyId"]]
        expect(len(of_company) == 16 and all(one["fields"] for one in of_company), f"companies of a list: {body}")
        found = ask(instance.port, "POST", "/api/v1/crm/contact/list", {"search": "worker", "page": 1, "limit": 5})[2]["data"]
        expect(found["counts"]["filteredCount"] == 16 and len(found["list"]) == 5, f"a search: {found}")
    company = companies[0]
    status, _, body = ask(b.port, "PUT", f"{crm}/company/{company}", {"fields": {"name": "Another"}}, {"If-Match": '"1"'})
    expect(status == 200 and body["data"]["fields"]["name"] == "Another", f"a company is changed: {status} {body}")
    status, _, body = ask(c.port, "GET", f"/v1/companies/{company}")
    expect(status == 200 and body["version"] == 2, f"a company that another has changed: {status} {body}")
    expect(ask(a.port, "DELETE", f"{crm}/company/{company}")[0] == 200, "a company is deleted")
    expect(ask(c.port, "GET", f"/v1/companies/{company}")[0] == 410, "a company that another has deleted")


def check_compatible_api(instances):
    a, b, c = instances
    chat = {"specversion": "1.0", "source": "channel/chat", "type": "chat.started", "data": {"caseId": "k1", "channel": "web"}}
    contacts = []
    for n in range(4):
        answer = ask(a.port, "POST", "/v1/events", {**chat, "id": f"k{n}", "subject": f"identity/web:chat{n}",
                                                    "data": {"caseId": f"case-{n}", "channel": "web"}})[2]
        contacts.append(answer["results"][0]["contact"])
    for instance in instances:
        cases = ask(instance.port, "GET", "/api/v1/crm/objects/case?limit=3")[2]["data"]
        expect(cases["count"] == 4 and [case["contactId"] for case in cases["data"]] == sorted(contacts)[:3], f"{cases}")
        case = ask(instance.port, "GET", "/api/v1/crm/objects/case/case-2?relations=contact")[2]["data"]
        expect(case["contactId"] == contacts[2] and case["contact"]["id"] == contacts[2], f"a case: {case}")
        expect(ask(instance.port, "GET", "/api/v1/crm/objects/case/none")[0] == 404, "no case")
    status, _, body = ask(b.port, "POST", "/api/v1/crm/block-visitor", {"data": contacts + [999999999], "type": "contact"})
    expect(status == 404, f"a block of who is not there: {status} {body}")
    status, _, body = ask(c.port, "POST", "/api/v1/crm/block-visitor", {"data": contacts, "type": "contact"})
    expect(status == 200, f"a block: {status} {body}")
    for contact in contacts:
        expect(ask(a.port, "GET", f"/v1/contacts/{contact}")[2]["blocked"] is not None, f"contact {contact} is blocked")
    status, _, body = ask(a.port, "DELETE", f"/api/v1/crm/objects/contact/{contacts[0]}")
    expect(status == 200, f"a contact is deleted: {status} {body}")
    expect(ask(b.port, "GET", f"/api/v1/crm/objects/contact/{contacts[0]}")[0] == 404, "a deleted contact is shown")
    # A merge leads from one partition to another, or it does not: then any instance does it.
    merged = [ask(dice.choice(instances).port, "POST", f"/api/v1/crm/contact/merge/{contacts[1]}", {"mergeId": [other]})
              for other in contacts[2:]]
    expect(all(status in (200, 400) for status, _, _ in merged), f"merges: {merged}")
    page_key = ask(a.port, "POST", "/v1/keys", {"name": "page", "origins": ["https://shop.example"]})[2]
    said = {"key": page_key["key"], "visitor": "ab" * 16, "events": [
        {"id": "cd" * 16, "type": "page.viewed", "data": {"url": "https://shop.example/"}}]}
    for instance in instances:
        status, _, body = ask(instance.port, "POST", "/v1/channel", said, {"Origin": "https://shop.example"})
        expect(status == 200 and sum(body["totals"].values()) == 1, f"a page's message: {status} {body}")


def run(folder):
    instances = [Instance(folder, name) for name in ("a", "b", "c")]
    try:
        for instance in instances:
            instance.start()
        wait_for(lambda: all(i.has_members(3) for i in instances), "three members", 60)
        check_any_answers_anything(instances)
        check_companies(instances)
        check_compatible_api(instances)
        print("any of three instances answers anything", flush=True)
        traffic, follower, slowest = Traffic(instances), Follower(instances), 0.0
        try:
            wait_for(lambda: len(traffic.contacts) == VISITORS or traffic.failure, "traffic", 30)
            check_one_more(instances, traffic, folder)
            for number in range(ROUNDS):
                slowest = max(slowest, round_of_faults(number, instances, traffic))
        finally:
            traffic.stop()
            follower.stop()
        wait_for(lambda: everything_answers(instances, traffic), "the end", 30)
        wait_for(lambda: follower.follow(dice.choice(instances).port), "the feed", 30)
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
        expect(slowest <= BACK_WITHIN, f"back after {slowest:.1f} s")
    except BaseException:
        for instance in instances:
            print(f"--- {instance.name}", open(instance.log).read() if os.path.exists(instance.log) else "", file=sys.stderr)
        raise
    finally:
        for instance in instances:
            if instance.process is not None and instance.process.poll() is None:
                instance.process.send_signal(signal.SIGCONT)
            instance.end(signal.SIGKILL)


print(f"RAPPORT_SEED={SEED}", flush=True)
BROKERS = broker("start")
with tempfile.TemporaryDirectory() as temporary:
    run(temporary)
