"""Rebuilds of a group: each instance folds anew what it has, whoever is asked, and is told of by its name."""

import os
import subprocess

from many_group import KEY, RAPPORT, ask, expect, wait_for

PATIENCE = 120  # seconds, for what nobody measures


def check_rebuilds(instances):
    names = sorted(f"127.0.0.1:{instance.port}" for instance in instances)
    for instance, options, wanted in zip(instances, ({"verify": True}, {}, {"verify": True}),
                                         ("verified", "swapped", "verified")):
        status, _, begun = ask(instance.port, "POST", "/v1/rebuilds", options)
        expect(status == 202 and sorted(one["member"] for one in begun["items"]) == names, f"rebuilds: {status} {begun}")
        expect(all(one["problem"] is None for one in begun["members"]), f"who did not begin: {begun}")
        ended = ended_at(instance, names)
        expect({one["id"] for one in ended} == {one["id"] for one in begun["items"]}, f"other rebuilds: {ended}")
        expect(all(one["state"] == wanted for one in ended), f"{options}: {ended}")
        expect(sum(one["records"] for one in ended) > 0, f"nothing was folded: {ended}")
    check_one_alone(instances)
    check_commands(instances)


def ended_at(instance, names):
    """What any instance tells of all, once each rebuild is over."""
    def all_told():
        status, _, body = ask(instance.port, "GET", "/v1/rebuilds")
        return body["items"] if status == 200 and sorted(one["member"] for one in body["items"]) == names else None
    wait_for(lambda: all(one["ended"] for one in all_told() or [{"ended": None}]), "rebuilds end", PATIENCE)
    return all_told()


def check_one_alone(instances):
    """A rebuild's number is its instance's own: it is steered by both."""
    a, b, c = instances
    of_a = f"127.0.0.1:{a.port}"
    status, _, begun = ask(b.port, "POST", f"/v1/rebuilds?member={of_a}", {"verify": True, "recordsPerSecond": 1})
    expect(status == 202 and "items" not in begun, f"one instance alone: {status} {begun}")
    one = f"/v1/rebuilds/{begun['id']}"
    status, _, body = ask(c.port, "POST", "/v1/rebuilds", {"verify": True})
    problems = {told["member"]: told["problem"] for told in body["members"]}
    expect(status == 202 and problems.pop(of_a) is not None and set(problems.values()) == {None}, f"one at a time: {body}")
    expect(ask(c.port, "POST", f"{one}/cancel")[0] == 400, "whose it is must be said")
    expect(ask(c.port, "POST", f"{one}/cancel?member=127.0.0.1:1")[0] == 400, "who is no member is no one's")
    expect(ask(a.port, "POST", "/v1/rebuilds", {"from": 1})[0] == 400, "a kept generation is one instance's")
    status, _, body = ask(c.port, "POST", f"{one}/cancel?member={of_a}")
    expect(status == 200 and body["id"] == begun["id"], f"cancelled by another: {status} {body}")
    wait_for(lambda: ask(b.port, "GET", f"{one}?member={of_a}")[2]["state"] == "cancelled", "it is cancelled", PATIENCE)
    for instance in (b, c):
        ended_at(instance, sorted(f"127.0.0.1:{i.port}" for i in instances))
    contact = ask(a.port, "GET", "/v1/contacts?limit=1")[2]["items"][0]["id"]
    status, _, body = ask(b.port, "POST", "/v1/rebuilds", {"contact": contact})
    expect(status == 202 and len(body["items"]) == 1, f"a contact is its owner's: {status} {body}")
    owner = body["items"][0]["member"]
    wait_for(lambda: ask(b.port, "GET", f"/v1/rebuilds?member={owner}")[2]["items"][0]["state"] == "verified",
             "one contact", PATIENCE)


def check_commands(instances):
    for words in (["verify"], ["rebuild"], ["rebuild", "--member", f"127.0.0.1:{instances[2].port}"]):
        told = subprocess.run([RAPPORT, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              env={**os.environ, "RAPPORT_URL": f"http://127.0.0.1:{instances[1].port}", "RAPPORT_KEY": KEY})
        of = [line for line in told.stdout.splitlines() if " rebuild " in line and line.startswith("127.0.0.1:")]
        expect(told.returncode == 0 and len(of) == (1 if "--member" in words else 3), f"{words}: {told.stdout}")
