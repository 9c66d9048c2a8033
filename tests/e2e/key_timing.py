"""How long a server takes to turn a key away: the same whatever is wrong with it.

    key_timing.py PORT CALLS       with each kind of key; the admin's is RAPPORT_KEY

Keys of all kinds are shown in an order by chance, over one connection, so that whatever else the machine does meets all
alike. Of two kinds it counts how often a call with the first took longer than one with the second: half the time where
nothing tells them apart. A kind that is measured twice under two names says how far from half chance alone gets.
"""

import bisect
import http.client
import json
import os
import random
import socket
import statistics
import sys
import time

PORT, CALLS = int(sys.argv[1]), int(sys.argv[2])
SEED = int(os.environ.get("RAPPORT_SEED", random.randrange(1 << 31)))
# Of the times in which the first takes longer, from half. By chance 100,000 calls come within 0.004 of it, and the letters
# of one drawn key or another, which are looked at one by one, make up to 0.01.
FROM_HALF_MAX = max(0.02, 3.5 / CALLS**0.5)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
ID_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
KEYS = 100
chance = random.Random(SEED)


def drawn(count, letters=LETTERS):
    return "".join(chance.choice(letters) for _ in range(count))


def made(number):
    """A key, which may read contacts and nothing else."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT)
    body = json.dumps({"name": f"measured {number}", "scopes": ["contact:read"]})
    connection.request("POST", "/v1/keys", body,
                       {"Authorization": "Bearer " + os.environ["RAPPORT_KEY"], "Content-Type": "application/json"})
    return json.loads(connection.getresponse().read())["key"]


def shown():
    """Each kind of key, what it is answered, and texts of it: as many of each, or the processor would know some better."""
    keys = [made(number) for number in range(KEYS)]
    ids, secrets = [key[:-43] for key in keys], [key[-43:] for key in keys]
    yield "wrong", 401, [one + drawn(43) for one in ids]
    yield "wrong again", 401, [one + drawn(43) for one in ids]
    yield "wrong in one of the last letters", 401, [
        key[:-2] + drawn(1, LETTERS.replace(key[-2], "")) + key[-1] for key in keys]
    yield "unknown", 401, ["rk_" + drawn(len(one) - len("rk__"), ID_LETTERS) + "_" + secret
                           for one, secret in zip(ids, secrets)]
    yield "right, without the scope", 403, keys


def connect():
    connection = socket.create_connection(("127.0.0.1", PORT), timeout=60)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def request(key):
    return f"GET /v1/keys HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n\r\n".encode()


def call(connection, request):
    """The answer's status, and how long it took; one answer is one piece here, and small."""
    begin = time.perf_counter_ns()
    connection.sendall(request)
    answer = connection.recv(65536)
    took = time.perf_counter_ns() - begin
    head, _, body = answer.partition(b"\r\n\r\n")
    length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
    while len(body) < length:
        body += connection.recv(65536)
    return int(answer[9:12]), took


def longer(first, second):
    """How often one of the first is longer than one of the second; ties count half."""
    ordered = sorted(second)
    found = sum(bisect.bisect_left(ordered, one) + bisect.bisect_right(ordered, one) for one in first)
    return found / (2 * len(first) * len(second))


def main():
    kinds = {name: (status, [request(key) for key in keys]) for name, status, keys in shown()}
    order = [name for name in kinds for _ in range(CALLS)]
    chance.shuffle(order)
    print(f"RAPPORT_SEED={SEED}: {CALLS} calls with each kind of key", flush=True)
    took = {name: [] for name in kinds}
    connection = connect()
    for name in order:
        status, requests = kinds[name]
        answered, nanoseconds = call(connection, chance.choice(requests))
        if answered != status:
            sys.exit(f"FAILED: the key that is {name} is answered {answered}, not {status}")
        took[name].append(nanoseconds)
    wrong = []
    for name, all_of_it in took.items():
        share = longer(all_of_it, took["wrong"])
        print(f"{name}: median {statistics.median(all_of_it) / 1000:.1f} us, "
              f"longer than a wrong one {share:.4f} of the time")
        # What is turned away alike must take alike. A right key is known by its answer.
        if kinds[name][0] == 401 and abs(share - 0.5) > FROM_HALF_MAX:
            wrong.append(name)
    if wrong:
        sys.exit(f"FAILED: beyond {FROM_HALF_MAX:.4f} from half: {', '.join(wrong)}")


main()
