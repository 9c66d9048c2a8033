"""The part `encrypting`: what it costs that contacts' events stand in the log enciphered, on the embedded log."""

import shutil

from compare.results import OURS

EVENTS_MAX = 200_000
WAYS = {False: "in clear", True: "encrypted"}
PUBLISHED, REBUILT = "Published as one NDJSON body and folded", "Rebuilt beside the live rows"
KEPT = "of the rate in clear is kept"


class Encrypting:
    def __init__(self, setup, results, workload):
        self.setup, self.results, self.workload = setup, results, workload

    def run(self):
        lines = self.workload.lines[:EVENTS_MAX]
        file = self.setup.work / "encrypting.ndjson"
        file.write_bytes(b"".join(lines))
        for number in range(1, self.setup.rounds + 1):
            print(f"encrypting, round {number} of {self.setup.rounds}", flush=True)
            rates = {encrypt: self.measure(number, encrypt, file, len(lines)) for encrypt in WAYS}
            for title in (PUBLISHED, REBUILT):
                self.results.add(f"{title}: {KEPT}", "", OURS, rates[True][title] / rates[False][title])

    def measure(self, number, encrypt, file, events):
        engine = self.setup.engine(f"encrypting-{encrypt}-{number}", encrypt=encrypt)
        with engine.start():
            engine.wait_serving()
            rates = {PUBLISHED: events / engine.publish(file), REBUILT: events / engine.rebuild()}
        for title, rate in rates.items():
            self.results.add(f"{title}, {WAYS[encrypt]}", "events/s", OURS, rate)
        shutil.rmtree(engine.directory)
        return rates
