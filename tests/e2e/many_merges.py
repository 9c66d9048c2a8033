"""Merges that lead from one instance's partitions to another's: whichever instance of the group is asked to merge or to
show does so, and all show of each contact, and in each list, what one without a group shows."""

import random
import signal
import subprocess
import threading
import time

from many_group import (BROKERS, ENVIRONMENT, PARTITIONS, SEED, TOPIC, Instance, answered as ask, ask as ask_once, dice, expect,
                        wait_for)

CONTACTS = 14
LISTS = ["limit=5", "limit=4&order=name|desc", "limit=3&where=tags|eq|t1", "limit=3&where=fields.city|eq|c1&order=dateUpdated|desc",
         "limit=6&search=m3", "limit=50&where=status|eq|archived"]


class Alone(Instance):
    """Folds all, beside the group."""

    def start(self):
        self.process = subprocess.Popen(
            [self.program, "serve", "--data", self.data, "--listen", f"127.0.0.1:{self.port}", "--log", "kafka", "--brokers",
             BROKERS, "--topic", TOPIC, "--partitions", str(PARTITIONS)],
            stderr=open(self.log, "a"), env=ENVIRONMENT)
        wait_for(lambda: ask_once(self.port, "GET", "/readyz", timeout=1.0)[0] == 200, "one without a group serves", 120)


def told(port, target, token):
    """What does not depend on how far who answers has folded, or when."""
    status, headers, body = ask(port, "GET", target, headers={"Rapport-After": token})
    if isinstance(body, dict):
        body = {name: value for name, value in body.items() if name not in ("position", "exported", "detail", "requestId")}
    return status, headers.get("ETag"), body


def pages(instances, query, token):
    """All pages of a list, each from any of these, and what it says of their total."""
    items, cursor, totals = [], "", set()
    while True:
        status, _, body = ask(dice.choice(instances).port, "GET", f"/v1/contacts?{query}{cursor}",
                              headers={"Rapport-After": token})
        if status == 410:  # who had the page's moment has it no more
            items, cursor, totals = [], "", set()
            continue
        expect(status == 200, f"a list is answered {status} {body}")
        items += body["items"]
        totals.add(body["total"])
        if body["next"] is None:
            return items, totals
        cursor = "&cursor=" + body["next"]


def expect_alike(instances, alone, target, token):
    """How many answers were compared."""
    wanted = told(alone.port, target, token)
    for instance in instances:
        found = told(instance.port, target, token)
        expect(found == wanted, f"{instance.name} answers {target} with {found}, one without a group with {wanted}")
    return len(instances)


def compare(instances, alone, contacts, token, moments):
    compared = 0
    for contact in contacts:
        native, compatible = f"/v1/contacts/{contact}", f"/api/v1/crm/objects/contact/{contact}"
        targets = [native, native + "/blame", native + "/export", native + "/timeline", native + "/activity", compatible,
                   compatible + "?relations=fields,tags,visits,cases,timeline"]
        targets += [f"{native}?as_of={moment}" for moment in moments]
        compared += sum(expect_alike(instances, alone, target, token) for target in targets)
    return compared


def compare_lists(instances, alone, token, moments):
    compared = 0
    for query in LISTS + [f"limit=20&as_of={moment}" for moment in moments]:
        wanted = pages([alone], query, token)
        for some in [[instance] for instance in instances] + [instances]:
            found = pages(some, query, token)
            expect(found == wanted, f"{[one.name for one in some]} list {query} as {found}, one without a group as {wanted}")
            compared += 1
    for target in ("/api/v1/crm/objects/contact?limit=50&order=fields.name", "/api/v1/crm/objects/case?limit=50"):
        compared += expect_alike(instances, alone, target, token)
    return compared


def note(port, contact, name, data):
    event = {"specversion": "1.0", "id": name, "source": "merges", "type": "note.added", "subject": f"contact/{contact}",
             "data": data}
    status, headers, body = ask(port, "POST", "/v1/events", event)
    expect(status == 200 and body["results"][0]["status"] in ("accepted", "repeated", "durable"), f"a note: {status} {body}")
    return headers["Rapport-Position"]


def position(instances):
    """Behind all that the group has folded: each instance's own partitions, and the control stream."""
    parts, log = {}, None
    for instance in instances:
        log, _, offsets = ask(instance.port, "GET", "/v1/contacts?limit=1")[2]["position"].partition(".")
        for part in offsets.split(","):
            partition, _, offset = part.partition("-")
            if offset and int(offset) > parts.get(partition, -1):
                parts[partition] = int(offset)
    order = sorted(parts, key=lambda name: -1 if name == "c" else int(name))
    return f"{log}." + ",".join(f"{name}-{parts[name]}" for name in order)


def check_merges(instances, folder):
    """Returns contacts of which some are merged."""
    alone = Alone(folder, "whole")
    try:
        alone.start()
        return check_with(instances, alone)
    finally:
        alone.end(signal.SIGTERM)


def check_with(instances, alone):
    contacts, token = [], None
    for n in range(CONTACTS):
        status, headers, body = ask(dice.choice(instances).port, "POST", "/v1/contacts",
                                    {"fields": {"name": f"m{n}", "city": f"c{n % 3}", f"only{n}": n}, "tags": [f"t{n % 4}"]})
        expect(status == 201, f"a contact is made: {status} {body}")
        contacts.append(body["id"])
        token = note(dice.choice(instances).port, body["id"], f"m{n}", {"text": f"of {n}"})
    links = {}  # each into one that came before, so that there is no circle
    for n in range(1, CONTACTS):
        if n % 4 == 3:
            continue
        loser, into = contacts[n], contacts[dice.randrange(n)]
        port = dice.choice(instances).port
        if n % 3 == 0:
            status, headers, body = ask(port, "POST", f"/api/v1/crm/contact/merge/{into}", {"mergeId": [loser]})
        else:
            status, headers, body = ask(port, "POST", f"/v1/contacts/{loser}/merge", {"into": into})
        expect(status == 200, f"a merge of {loser} into {into}: {status} {body}")
        links[loser], token = into, headers["Rapport-Position"]
    moments = [time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "2026-01-01T00:00:00Z"]
    token = position(instances)
    compared = compare(instances, alone, contacts, token, moments)
    compared += compare_lists(instances, alone, token, moments)

    def root_of(contact):
        while contact in links:
            contact = links[contact]
        return contact

    for n, contact in enumerate(contacts):
        key = {"Idempotency-Key": f"change-{contact}"}
        port = dice.choice(instances).port
        status, headers, body = ask(port, "PATCH", f"/v1/contacts/{contact}", {"fields": {"changed": n}}, key)
        expect(status == 200 and body["id"] == root_of(contact) and body["fields"]["changed"] == n,
               f"a change of {contact}, a member of {root_of(contact)}: {status} {body}")
        again = ask(dice.choice(instances).port, "PATCH", f"/v1/contacts/{contact}", {"fields": {"changed": n}}, key)
        expect(again[0] == 200 and again[1]["ETag"] == headers["ETag"], f"the same change again: {again}")
        status, _, body = ask(port, "POST", f"/v1/contacts/{contact}/tags", {"add": ["seen"]}, {"If-Match": '"99"'})
        expect(status == 412, f"a change of a version that there is not: {status} {body}")
        status, headers, body = ask(port, "POST", f"/v1/contacts/{contact}/visits",
                                    {"visitId": f"v{n}", "url": "https://shop.example/"})
        expect(status == 201 and body["contact"]["id"] == root_of(contact), f"a visit of {contact}: {status} {body}")
        status, headers, body = ask(port, "PUT", f"/api/v1/crm/objects/contact/{contact}", {"fields": {"put": str(n)}})
        expect(status == 200 and body["data"]["id"] == root_of(contact), f"a change of {contact}: {status} {body}")
        if contact in links:
            status, _, body = ask(port, "DELETE", f"/v1/contacts/{contact}")
            expect(status == 409 and body["code"] == "contact_merged", f"a member is deleted: {status} {body}")
        compared += compare(instances, alone, [contact], headers["Rapport-Position"], [])
    token = position(instances)
    compared += compare(instances, alone, contacts, token, moments)
    compared += compare_lists(instances, alone, token, moments)

    # What the survivor is told of a link is lost: the link decides, as ever.
    hidden = [contact for n, contact in enumerate(contacts) if n % 4 == 3]
    event = {"specversion": "1.0", "id": "no-hint", "source": "merges", "type": "contact.merged_into",
             "subject": f"contact/{hidden[0]}", "data": {"into": hidden[1]}}
    status, headers, body = ask(dice.choice(instances).port, "POST", "/v1/events", event)
    expect(status == 200 and body["results"][0]["status"] in ("accepted", "repeated", "durable"), f"a link alone: {status} {body}")
    links[hidden[0]] = hidden[1]
    token = position(instances)
    compared += compare(instances, alone, contacts, token, moments)
    compared += compare_lists(instances, alone, token, moments)

    for n, loser in enumerate(list(links)):
        if n % 3 == 0:
            continue  # some stay
        status, headers, body = ask(dice.choice(instances).port, "POST", f"/v1/contacts/{loser}/unmerge", {})
        expect(status == 200 and body["id"] == loser, f"an unmerge: {status} {body}")
        compared += compare(instances, alone, [loser], headers["Rapport-Position"], [])
    token = position(instances)
    compared += compare(instances, alone, contacts, token, moments)
    compared += compare_lists(instances, alone, token, moments)
    print(f"{len(links)} merges across instances: {compared} answers are those of one without a group", flush=True)
    return contacts


class Merging:
    """Contacts are merged and parted while instances fail, each change asked again, of anyone, until it is answered."""

    def __init__(self, instances, contacts):
        self.instances, self.contacts, self.stopping, self.failure = instances, contacts, False, None
        self.done, self.retries = 0, 0
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        chance = random.Random(SEED * 10 + 7)
        try:
            while not self.stopping:
                loser, into = chance.sample(self.contacts, 2)
                what = chance.choice((("merge", {"into": into}), ("unmerge", {})))
                self.change(chance, loser, what, {"Idempotency-Key": f"merging-{self.done}-{self.retries}"})
                time.sleep(0.05)
        except Exception as failure:  # told by the main thread
            self.failure = failure

    def change(self, chance, loser, what, key):
        while not self.stopping:
            port = chance.choice(self.instances).port
            status, _, body = ask_once(port, "POST", f"/v1/contacts/{loser}/{what[0]}", what[1], key, timeout=8.0)
            in_flight = status == 409 and body["code"] == "idempotency_key_in_use"
            if status not in (0, 503, 504) and not in_flight:
                expect(status in (200, 409), f"{what} of {loser} is answered {status} {body}")
                self.done += 1
                return
            self.retries += 1
            time.sleep(0.1)

    def stop(self):
        self.stopping = True
        self.thread.join()
        if self.failure:
            raise self.failure

    def check(self, folder):
        """What has come of it is the same to all."""
        alone = Alone(folder, "whole")
        try:
            alone.start()
            token = position(self.instances)
            compared = compare(self.instances, alone, self.contacts, token, [])
            compared += compare_lists(self.instances, alone, token, [])
        finally:
            alone.end(signal.SIGTERM)
        print(f"{self.done} merges and unmerges, {self.retries} retries: {compared} answers are those of one without a group",
              flush=True)
