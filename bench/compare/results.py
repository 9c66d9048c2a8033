"""The figures of one part: every row has one column for each who was measured, with one value for each round.

A part's figures are kept in bench/results/PART.json, with machine, commit and load, so that parts may be measured at
different times; RESULTS.md is made of what is kept.
"""

import json
import statistics
from collections import defaultdict

OURS = "Rapport"
STREAMS_ON = "Kafka Streams"
STREAMS_OFF = "Kafka Streams, no changelog"
POSTGRES = "PostgreSQL 15"
LIMIT = "limit"
COLUMNS = (OURS, STREAMS_ON, STREAMS_OFF, POSTGRES, LIMIT)


def number(value):
    """For a reader: 52,100 or 0.0123."""
    if value >= 1_000:
        return f"{float(f'{value:.3g}'):,.0f}"
    return f"{value:.3g}"


class Results:
    def __init__(self, part, facts):
        self.part = part
        self.facts = facts  # machine, commit, load: what the figures are of
        self.rows = {}  # title -> unit; in the order in which they came
        self.less_is_better = set()
        self.notes = {}  # title -> what the limit is, or what else a reader must know
        self.values = defaultdict(list)  # (title, who) -> [value]

    def add(self, title, unit, who, value, less_is_better=False, note=None):
        self.rows.setdefault(title, unit)
        if less_is_better:
            self.less_is_better.add(title)
        if note:
            self.notes[title] = note
        self.values[title, who].append(value)
        print(f"    {title}: {who} {number(value)} {unit}", flush=True)

    def columns(self):
        return [who for who in COLUMNS if any((title, who) in self.values for title in self.rows)]

    def median(self, title, who):
        values = self.values.get((title, who))
        return statistics.median(values) if values else None

    def spread(self, title, who):
        values = self.values[title, who]
        return min(values), max(values)

    def ratio(self, title, who):
        """How many times better ours is than theirs: below 1, it is worse."""
        ours, theirs = self.median(title, OURS), self.median(title, who)
        if not ours or not theirs:
            return None
        return theirs / ours if title in self.less_is_better else ours / theirs

    def save(self, directory):
        rows = [{"title": title, "unit": unit, "less is better": title in self.less_is_better,
                 "note": self.notes.get(title),
                 "values": {who: self.values[title, who] for who in COLUMNS if (title, who) in self.values}}
                for title, unit in self.rows.items()]
        directory.mkdir(exist_ok=True)
        (directory / f"{self.part}.json").write_text(
            json.dumps({"part": self.part, "facts": self.facts, "rows": rows}, indent=1) + "\n")


def load(file):
    kept = json.loads(file.read_text())
    results = Results(kept["part"], kept["facts"])
    for row in kept["rows"]:
        title = row["title"]
        results.rows[title] = row["unit"]
        if row["less is better"]:
            results.less_is_better.add(title)
        if row["note"]:
            results.notes[title] = row["note"]
        for who, values in row["values"].items():
            results.values[title, who] = values
    return results
