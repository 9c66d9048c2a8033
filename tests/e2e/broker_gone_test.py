"""Instances of a group that are told to end while their broker is gone or hangs: they do, within seconds, whoever waits
for an answer of theirs; and serve on once both are back.

    broker_gone_test.py RAPPORT BROKER
"""

import os
import signal
import tempfile
import threading
import time

from many_group import Instance, ask, broker, broker_pids, expect, kill_broker, listed_whole, wait_for

# Seconds, ten of which requests under way are given; a busy machine takes its time.
ENDS_WITHIN = int(os.environ.get("RAPPORT_ENDS_WITHIN", "40"))


def event(number):
    return {"specversion": "1.0", "id": f"e{number}", "source": "channel/web", "type": "page.viewed",
            "subject": f"identity/web:v{number}", "data": {"url": f"https://shop.example/{number}"}}


class Publishing:
    """Events to both, one after the other, answered or not."""

    def __init__(self, instances):
        self.instances, self.stopping, self.acknowledged = instances, False, set()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        number = 0
        while not self.stopping:
            number += 1
            instance = self.instances[number % len(self.instances)]
            status, _, body = ask(instance.port, "POST", "/v1/events", event(number),
                                  {"Content-Type": "application/cloudevents+json"}, timeout=3.0)
            if status == 200 and body["results"][0]["contact"] is not None:
                self.acknowledged.add(body["results"][0]["contact"])
            time.sleep(0.02)

    def stop(self):
        self.stopping = True
        self.thread.join()


def take_away(pid, number):
    kill_broker(pid) if number == signal.SIGKILL else os.kill(pid, number)
    return f"the broker {'killed' if number == signal.SIGKILL else 'stopped'}"


def give_back(pid, number):
    broker("start") if number == signal.SIGKILL else os.kill(pid, signal.SIGCONT)


def check_end(instances, number):
    publishing = Publishing(instances)
    wait_for(lambda: len(publishing.acknowledged) > 5, "traffic", 60)
    [pid] = broker_pids()
    what = take_away(pid, number)
    time.sleep(1.5)  # so that all have met it
    for instance in instances:
        began = time.monotonic()
        instance.signal(signal.SIGTERM)
        wait_for(lambda: instance.process.poll() is not None, f"{what}, {instance.name} ends", ENDS_WITHIN)
        expect(instance.process.returncode == 0, f"{what}, {instance.name} ends with {instance.process.returncode}")
        print(f"{what}: {instance.name} ended after {time.monotonic() - began:.1f} s", flush=True)
    publishing.stop()
    give_back(pid, number)
    for instance in instances:
        instance.start()
    wait_for(lambda: all(instance.has_members(2) for instance in instances), "both are members again", 120)
    ids = listed_whole(instances[0].port)
    expect(publishing.acknowledged <= set(ids), f"acknowledged and lost: {publishing.acknowledged - set(ids)}")


def run(folder):
    instances = [Instance(folder, name) for name in ("a", "b")]
    try:
        for instance in instances:
            instance.start()
        wait_for(lambda: all(instance.has_members(2) for instance in instances), "both are members", 120)
        for number in (signal.SIGKILL, signal.SIGSTOP):
            check_end(instances, number)
    finally:
        for instance in instances:
            instance.end(signal.SIGKILL)


run(tempfile.mkdtemp(prefix="instances-", dir=os.environ["RAPPORT_KAFKA_DIR"]))
