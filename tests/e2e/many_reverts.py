"""Reverts in a group: what a source wrote through one instance is taken back through another, while a third is killed;
what is there afterwards is what one engine that reverted alone has."""

import os
import signal
import subprocess

from many_group import ENVIRONMENT, KEY, RAPPORT, answered, ask, expect, free_port, wait_for

PATIENCE = 120  # seconds, for what nobody measures
PEOPLE = 1_800
BATCH = 600


def story():
    """Each has a city of the CRM and one of the import, and every third one that somebody typed since."""
    for n in range(PEOPLE):
        yield city(n, "crm", "Oslo", 10)
    for n in range(PEOPLE):
        yield {**city(n, "import", "Rome", 11), "data": {"fields": {"city": "Rome", "plan": f"p{n % 5}"}}}
    for n in range(0, PEOPLE, 3):
        yield city(n, "console", "Bergen", 12)


def city(n, source, name, hour):
    return {"specversion": "1.0", "id": f"{source}-{n}", "source": f"reverts/{source}", "type": "contact.changed",
            "subject": f"identity/crm:{n}", "time": f"2026-01-01T{hour}:00:00Z", "data": {"fields": {"city": name}}}


def publish_story(port):
    events = list(story())
    for begin in range(0, len(events), BATCH):
        status, _, body = answered(port, "POST", "/v1/events", events[begin:begin + BATCH],
                                   {"Content-Type": "application/cloudevents-batch+json"})
        expect(status == 200 and all(one["status"] in ("accepted", "repeated", "durable") for one in body["results"]),
               f"an import is answered {status} {str(body)[:500]}")


def fields(port):
    out = []
    for n in range(PEOPLE):
        status, _, body = answered(port, "GET", f"/v1/identities/crm/{n}")
        expect(status == 200, f"person {n} is answered {status} {body}")
        status, _, body = answered(port, "GET", f"/v1/contacts/{body['contactId']}")
        expect(status == 200, f"person {n}'s contact is answered {status} {body}")
        out.append((body["fields"], body["version"]))
    return out


def asked(port, body, query=""):
    status, headers, begun = answered(port, "POST", f"/v1/reverts{query}", body)
    expect(status == 202, f"a revert is answered {status} {begun}")
    expect(headers["Location"] == f"/v1/reverts/{begun['id']}", f"where it is: {headers['Location']}")
    return begun


def ended(port, begun):
    last = {}
    def is_over():
        status, _, last["body"] = answered(port, "GET", f"/v1/reverts/{begun['id']}")
        expect(status == 200, f"a revert is told {status} {last['body']}")
        return last["body"]["ended"] is not None
    wait_for(is_over, "the revert's end", PATIENCE)
    return last["body"]


def of_one_engine(folder):
    """What one engine alone comes to, of the same events, and what it tells of its revert."""
    port = free_port()
    with open(f"{folder}/alone.log", "a") as log:
        alone = subprocess.Popen([RAPPORT, "serve", "--data", f"{folder}/alone", "--listen", f"127.0.0.1:{port}"], stderr=log,
                                 env=ENVIRONMENT)
    try:
        wait_for(lambda: ask(port, "GET", "/healthz", timeout=1.0)[0] == 200, "one alone serves", PATIENCE)
        publish_story(port)
        told = ended(port, asked(port, {"source": "reverts/import"}))
        return fields(port), told
    finally:
        alone.send_signal(signal.SIGTERM)
        alone.wait()


def revert_while_one_is_killed(asker, victim, instances):
    begun = asked(asker.port, {"source": "reverts/import"})
    victim.end(signal.SIGKILL)
    now = ask(asker.port, "GET", f"/v1/reverts/{begun['id']}")[2]
    expect(now["ended"] is None, f"it was over before an instance was killed: {now}")
    other = next(one for one in instances if one not in (asker, victim))
    status, _, refused = ask(other.port, "POST", "/v1/reverts", {"source": "reverts/crm"})
    expect(status in (409, 503), f"a second one meanwhile: {status} {refused}")
    done = ended(other.port, begun)
    expect(done["state"] == "done" and done["partitionsLeft"] == [] and done["refused"] == 0, f"the revert: {done}")
    victim.start()
    wait_for(lambda: all(one.has_members(3) for one in instances), "three members", PATIENCE)
    return done


def check_reverts(instances, folder):
    a, b, c = instances
    wanted, alone = of_one_engine(folder)
    publish_story(a.port)
    shown = ended(c.port, asked(b.port, {"source": "reverts/import"}, "?dry_run=1"))
    expect(shown["dryRun"] and shown["written"] == alone["written"], f"what would be written: {shown['written']}")
    for count in ("contacts", "events", "kept", "changes", "conflicts", "created", "removed", "gone", "refused"):
        expect(shown[count] == alone[count], f"{count}: {shown[count]}, alone {alone[count]}")
    # Whoever has the last partition is killed: the others are asked first.
    victim = max((a, c), key=lambda one: max(partitions_of(b, one)))
    done = revert_while_one_is_killed(b, victim, instances)
    for count in ("contacts", "events", "written"):
        expect(done[count] == alone[count], f"{count}: {done[count]}, alone {alone[count]}")
    for instance in instances:
        expect(fields(instance.port) == wanted, f"{instance.name} has another state than one engine alone")
    listed = {one["id"] for one in answered(c.port, "GET", "/v1/reverts")[2]["items"]}
    expect(done["id"] in listed, f"it is listed by others: {listed}")
    check_command(a, done)
    gone = ended(b.port, asked(a.port, {"sourcePrefix": "reverts/", "created": "delete"}))
    expect(gone["state"] == "done" and gone["removed"] == PEOPLE, f"contacts that it made are deleted: {gone['removed']}")
    print(f"a revert of {done['events']} events with an instance killed, as one engine alone does it", flush=True)


def partitions_of(asked_one, instance):
    members = asked_one.status()["group"]["members"]
    return next(one["partitions"] for one in members if one["address"] == f"127.0.0.1:{instance.port}")


def check_command(instance, done):
    """Nothing is left to be taken back, and the command says so."""
    told = subprocess.run([RAPPORT, "revert", "--source", "reverts/import", "--yes"], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True,
                          env={**os.environ, "RAPPORT_URL": f"http://127.0.0.1:{instance.port}", "RAPPORT_KEY": KEY})
    expect(told.returncode == 0 and "0 events written" in told.stdout, f"rapport revert: {told.returncode} {told.stdout}")
    expect(f"{done['contacts']} contacts" in told.stdout, f"rapport revert: {told.stdout[:300]}")
