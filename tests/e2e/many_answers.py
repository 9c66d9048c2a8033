"""What any instance of a group answers, and needs no fault to go wrong."""

import collections
import itertools
import os
import re
import subprocess

from many_group import IS_MIXED, Failed, answered as ask, dice, expect, listed_whole as listed, wait_for


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
    # An earlier version gave each contact's owner the one key of all.
    status, _, body = ask(c.port, "POST", "/api/v1/crm/block-visitor", {"data": contacts, "type": "contact"},
                          keyed=not IS_MIXED)
    expect(status == 200, f"a block: {status} {body}")
    for contact in contacts:
        expect(ask(a.port, "GET", f"/v1/contacts/{contact}")[2]["blocked"] is not None, f"contact {contact} is blocked")
    status, _, body = ask(a.port, "DELETE", f"/api/v1/crm/objects/contact/{contacts[0]}")
    expect(status == 200, f"a contact is deleted: {status} {body}")
    expect(ask(b.port, "GET", f"/api/v1/crm/objects/contact/{contacts[0]}")[0] == 404, "a deleted contact is shown")
    # An earlier version merges within a partition only.
    merged = [ask(dice.choice(instances).port, "POST", f"/api/v1/crm/contact/merge/{contacts[1]}", {"mergeId": [other]})
              for other in contacts[2:]]
    expect(all(status == 200 or IS_MIXED and status == 400 for status, _, _ in merged), f"merges: {merged}")
    page_key = ask(a.port, "POST", "/v1/keys", {"name": "page", "origins": ["https://shop.example"]})[2]
    said = {"key": page_key["key"], "visitor": "ab" * 16, "events": [
        {"id": "cd" * 16, "type": "page.viewed", "data": {"url": "https://shop.example/"}}]}
    for instance in instances:
        status, _, body = ask(instance.port, "POST", "/v1/channel", said, {"Origin": "https://shop.example"})
        expect(status == 200 and sum(body["totals"].values()) == 1, f"a page's message: {status} {body}")


def make_canaries(instances):
    """Contacts that have a word each which nobody else has."""
    canaries = {}
    for n in range(12):
        word = f"canary{n}x{dice.randrange(1 << 40)}"
        status, _, made = ask(dice.choice(instances).port, "POST", "/v1/contacts", {"fields": {"name": word}})
        expect(status == 201, f"a contact is made: {status} {made}")
        canaries[made["id"]] = word
    return canaries


def words_in(instance, words):
    """Where they stand in an instance's files: as they are, or in rows as RocksDB packs them, deleted ones too."""
    found = set()
    for folder, _, names in os.walk(instance.data):
        for name in names:
            path = os.path.join(folder, name)
            try:
                text = open(path, "rb").read()
            except FileNotFoundError:  # deleted meanwhile
                continue
            if name.endswith(".sst"):
                rows = subprocess.run(["sst_dump", f"--file={path}", "--command=scan", "--output_hex"],
                                      stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
                text += bytes.fromhex("0A".join(part for part in re.findall("[0-9A-F]+", rows) if len(part) % 2 == 0))
            found |= {(word, path) for word in words if word.encode() in text}
    return found


def check_erased(instances, canaries):
    """Who is erased by one instance stands in no file of any, whichever of them had the contact at some time; with all that
    are merged into it, whoever has those."""
    before = sum(len(words_in(instance, canaries.values())) for instance in instances)
    wholes = {contact: [contact] for contact in canaries}
    for root, loser, last in [] if IS_MIXED else list(zip(*[iter(canaries)] * 3)):
        for one, into in ((loser, root), (last, loser)):
            status, _, body = ask(dice.choice(instances).port, "POST", f"/v1/contacts/{one}/merge", {"into": into})
            expect(status == 200 and body["id"] == root, f"a merge: {status} {body}")
            wholes[root] += wholes.pop(one)
    for root, whole in wholes.items():
        status, _, body = ask(dice.choice(instances).port, "POST", f"/v1/contacts/{root}/erase", {})
        expect(status == 200 and sorted(body["erased"]) == sorted(whole), f"an erasure: {status} {body}")
        for contact, instance in itertools.product(whole, instances):
            expect(ask(instance.port, "GET", f"/v1/contacts/{contact}")[0] == 410, f"{contact} is erased to {instance.name}")
        if not body["encrypted"]:
            return
    def left():
        return set().union(*(words_in(instance, canaries.values()) for instance in instances))
    try:
        wait_for(lambda: not left(), "all are clean", 60)
    except Failed as failure:
        erasures = [ask(instance.port, "GET", "/v1/erasures")[2] for instance in instances]
        raise Failed(f"{failure}: {sorted(left())}, {erasures}") from failure
    print(f"{len(canaries)} erased contacts stood in {before} places of three instances, and stand in none")
