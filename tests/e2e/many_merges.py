"""Merges that lead from one instance's partitions to another's: an instance without a group makes them, and every instance
of the group shows of each contact exactly what that one does."""

import signal
import subprocess
import time

from many_group import BROKERS, ENVIRONMENT, PARTITIONS, TOPIC, Instance, ask as ask_once, answered as ask, dice, expect, wait_for

CONTACTS = 14


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
        body = {name: value for name, value in body.items() if name not in ("position", "exported", "detail")}
    return status, headers.get("ETag"), body


def compare(instances, alone, contacts, token, moments):
    compared = 0
    for contact in contacts:
        native, compatible = f"/v1/contacts/{contact}", f"/api/v1/crm/objects/contact/{contact}"
        targets = [native, native + "/blame", native + "/export", native + "/timeline", native + "/activity", compatible,
                   compatible + "?relations=fields,tags,visits,cases,timeline"]
        targets += [f"{native}?as_of={moment}" for moment in moments]
        for target in targets:
            wanted = told(alone.port, target, token)
            for instance in instances:
                found = told(instance.port, target, token)
                expect(found == wanted, f"{instance.name} answers {target} with {found}, one without a group with {wanted}")
                compared += 1
    return compared


def note(port, contact, name, data):
    event = {"specversion": "1.0", "id": name, "source": "merges", "type": "note.added", "subject": f"contact/{contact}",
             "data": data}
    status, headers, body = ask(port, "POST", "/v1/events", event)
    expect(status == 200 and body["results"][0]["status"] == "accepted", f"a note: {status} {body}")
    return headers["Rapport-Position"]


def check_merges(instances, folder):
    alone = Alone(folder, "alone")
    alone.start()
    try:
        check_with(instances, alone)
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
    before = token
    links = {}  # each into one that came before, so that there is no circle
    for n in range(1, CONTACTS):
        if n % 4 == 3:
            continue
        loser, into = contacts[n], contacts[dice.randrange(n)]
        status, headers, body = ask(alone.port, "POST", f"/v1/contacts/{loser}/merge", {"into": into},
                                    {"Rapport-After": token})
        while status in (404,):  # it has yet to fold what others wrote
            time.sleep(0.1)
            status, headers, body = ask(alone.port, "POST", f"/v1/contacts/{loser}/merge", {"into": into})
        expect(status == 200, f"a merge: {status} {body}")
        links[loser], token = into, headers["Rapport-Position"]
    time_between = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    moments = [time_between, "2026-01-01T00:00:00Z"]
    compared = compare(instances, alone, contacts, token, moments)

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
        token = headers["Rapport-Position"]
        again = ask(dice.choice(instances).port, "PATCH", f"/v1/contacts/{contact}", {"fields": {"changed": n}}, key)
        expect(again[0] == 200 and again[1]["ETag"] == headers["ETag"], f"the same change again: {again}")
        tag = headers["ETag"]
        status, _, body = ask(port, "POST", f"/v1/contacts/{contact}/tags", {"add": ["seen"]}, {"If-Match": '"1"'})
        expect(status == 412 or tag.startswith('"1'), f"a change of a version that is gone: {status} {body}")
        status, headers, body = ask(port, "POST", f"/v1/contacts/{contact}/visits",
                                    {"visitId": f"v{n}", "url": "https://shop.example/"})
        expect(status == 201 and body["contact"]["id"] == root_of(contact), f"a visit of {contact}: {status} {body}")
        token = headers["Rapport-Position"]
        status, headers, body = ask(port, "PUT", f"/api/v1/crm/objects/contact/{contact}", {"fields": {"put": str(n)}})
        expect(status == 200 and body["data"]["id"] == root_of(contact), f"a change of {contact}: {status} {body}")
        token = headers["Rapport-Position"]
        if contact in links:
            status, _, body = ask(port, "DELETE", f"/v1/contacts/{contact}")
            expect(status == 409 and body["code"] == "contact_merged", f"a member is deleted: {status} {body}")
        compared += compare(instances, alone, [contact], token, [])
    compared += compare(instances, alone, contacts, token, moments)
    status, _, body = ask_once(instances[0].port, "GET", "/v1/contacts?limit=500")
    expect(status == 503, f"a list that cannot be whole is refused: {status}")

    # What the survivor is told of a link is lost: the link decides, as ever.
    hidden = [contact for n, contact in enumerate(contacts) if n % 4 == 3]
    event = {"specversion": "1.0", "id": "no-hint", "source": "merges", "type": "contact.merged_into",
             "subject": f"contact/{hidden[0]}", "data": {"into": hidden[1]}}
    status, headers, body = ask(alone.port, "POST", "/v1/events", event)
    expect(status == 200 and body["results"][0]["status"] == "accepted", f"a link alone: {status} {body}")
    compared += compare(instances, alone, contacts, headers["Rapport-Position"], moments)
    links[hidden[0]] = hidden[1]

    for loser in links:
        status, headers, body = ask(dice.choice(instances).port, "POST", f"/v1/contacts/{loser}/unmerge", {})
        expect(status == 200 and body["id"] == loser, f"an unmerge: {status} {body}")
        token = headers["Rapport-Position"]
        compared += compare(instances, alone, [loser], token, [])
    compared += compare(instances, alone, contacts, token, moments)
    def lists():
        return all(ask_once(i.port, "GET", "/v1/contacts?limit=500")[0] == 200 for i in instances)
    wait_for(lists, "lists are whole again", 60)
    print(f"{len(links)} merges across instances: {compared} answers are those of one without a group", flush=True)
