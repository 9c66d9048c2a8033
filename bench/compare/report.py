"""RESULTS.md and results.svg, of the parts that are kept, and the few figures of README.md."""

import csv

from compare.chart import chart
from compare.results import OURS, POSTGRES, load, number

HEAD = """# Rapport beside its peers

Written by `tools/dev bench` ([how to run it](README.md)); do not edit. Each figure is the median of the part's rounds, with least and
greatest in brackets; in bold, how many times better Rapport is (below 1: worse). **Ratios within one part are what counts**, absolute
figures are those of the machine.

![How many times better than each peer](results.svg)
"""

INSTRUCTIONS_SHOWN = 10

# What README.md tells of them, between these lines: a part and one of its rows.
FIGURES_BEGIN, FIGURES_END = "<!-- figures: written by tools/dev bench -->\n", "<!-- end of figures -->\n"
FIGURES = [
    ("rebuilding-20000000", "Rebuilt beside the live rows, compared and swapped, embedded log"),
    ("rebuilding-20000000", "Contact by id, p99, meanwhile, embedded log"),
    ("latency", "Event sent to accepted as durable, p50, embedded log"),
    ("latency", "Event accepted to shown by a read, p50, embedded log"),
    ("querying", "Contact by id, p50"),
    ("querying", "Where on an indexed attribute, 50 rows, p50"),
    ("querying", "Search by the beginnings of two words, p50"),
    ("querying", "Exact count with a where, p50"),
    ("encrypting", "Published as one NDJSON body and folded: of the rate in clear is kept"),
]

SECTIONS = {
    "folding": "Folding",
    "reading": "Reading",
    "querying": "Querying",
    "rebuilding": "Rebuilding",
    "publishing": "Publishing",
    "latency": "Latency",
    "following": "Following",
    "encrypting": "Encrypting",
    "scaling": "Scaling out",
}

FOOT = """
## How it is measured

- Everything runs on this machine, on loopback, one after the other, in rounds: ours, a peer, ours, the next. Load
  generators share the cores with what they load.
- **A peer's figure counts only where its contacts are ours**: after each fold every contact of each peer is compared with ours as
  one JSON, and the newest 50 events of 50 timelines; the lists, by the ids they return and by their counts. A difference ends the run.
- **Kafka Streams 4.1** (`bench/peers/jvm`): the same fold on the processor API into two persistent stores, contact state and
  timeline, with 2 stream threads, a 256 MB record cache, RocksDB tuned as Kafka's guide says, Rapport's compression, states as
  compact bytes, events read by a pull parser, and static membership, so that a restart need not wait for a session to expire.
  *Kafka Streams* is its default, with changelogs and at least once; *no changelog* is the most generous to it: whoever loses a
  disk folds anew. Reads over Vert.x 5 on two event loops, the partition's store asked directly. A timeline row is the event as
  published. The JVM's start is in "process start to ...", and weighs the less the more events are folded.
- **PostgreSQL 15** (`bench/compare/postgres.py` has its settings): the same fold in a JVM client; each 1,000 events one transaction
  with `synchronous_commit` off: COPY into the events table, read the states, write them back as JSONB. Events come from a file, so
  it is set beside our fold from the log on this machine.
- **What the peers do not do**, and Rapport's figures include: recognising repeats, a digest of every contact, indexes for lists and
  search, visits as rows of their own, states of the past, who changed what.
- CPU and memory are the process's own (for PostgreSQL, client and server; there pages that processes share count once). The
  broker's are in nobody's figure, which spares Kafka Streams what its changelogs cost there. Both, and the disk, are taken once the
  files have had the same size for three seconds, so that compactions are in them.
- The disk of PostgreSQL holds the events too, which are its log; ours and those of Kafka Streams hold the timeline, beside the log.
- HTTP load is `wrk` (closed loop, kept-open connections); p99 is as it reports. Contacts and timelines are of 20,000 contacts at
  random, behind as long a load that does not count: a JVM compiles what it runs, and we keep answers. Lists go over one connection: `wrk` against us,
  `pgbench -M prepared` against PostgreSQL, whose rows need no HTTP. Our lists come with their exact total, which those queries of
  PostgreSQL leave out. Both have a cache of 1 GB.
- Latency: one event in 40 ms, sent beside a stream of 1,000 a second. It is accepted when its answer says durable; the feed has told it
  when a subscriber has its line; a read has shown it when one that was sent with the event's position (`Rapport-After`) is answered.
- Debian's RocksDB, which we link, is built with its assertions on; the one in Kafka Streams is not.
- The limits do nothing but what their row says: librdkafka reading (and simdjson parsing) the topic; RocksDB with our settings
  writing the rows of a finished generation in the fold's steps; Beast answering a fixed body of the same size; kcat writing.
"""


def kept(directory):
    """The parts' results, in the order of the sections; those of one section by size."""

    def place(results):
        section, _, size = results.part.partition("-")
        return list(SECTIONS).index(section), int(size or 0)

    return sorted(map(load, (directory / "results").glob("*.json")), key=place)


def write_report(directory):
    parts = kept(directory)
    text = HEAD + "".join(map(_section, parts)) + _instructions(directory / "results/instructions.csv") + FOOT
    (directory / "RESULTS.md").write_text(text)
    (directory / "results.svg").write_text(chart(parts))
    readme = directory.parent / "README.md"
    before, _, rest = readme.read_text().partition(FIGURES_BEGIN)
    _, _, after = rest.partition(FIGURES_END)
    if after:
        readme.write_text(before + FIGURES_BEGIN + _figures({part.part: part for part in parts}) + FIGURES_END + after)


def _section(results):
    section, _, size = results.part.partition("-")
    title = f"{SECTIONS[section]}{f', {int(size):,} events' if size else ''}"
    facts = "; ".join(f"{name}: {value}" for name, value in results.facts.items())
    columns = results.columns()
    lines = [f"\n## {title}\n", f"{facts}\n", "| | " + " | ".join(columns) + " |", "| --- " * (len(columns) + 1) + "|"]
    for row, unit in results.rows.items():
        cells = (_cell(results, row, who) for who in columns)
        lines.append(" | ".join([f"| {row}{f', {unit}' if unit else ''}", *cells]) + " |")
    notes = [f"- {row}: {note}." for row, note in results.notes.items()]
    return "\n".join(lines + ([""] + notes if notes else [])) + "\n"


def _figures(parts):
    lines = ["| | Rapport | PostgreSQL 15 | of |", "| --- | --- | --- | --- |"]
    for name, row in FIGURES:
        results = parts.get(name)
        median = results and results.median(row, OURS)
        if median is None:
            continue
        peer, ratio, unit = results.median(row, POSTGRES), results.ratio(row, POSTGRES), results.rows[row]
        theirs = f"{number(peer)} **{ratio:.2g}x**" if peer is not None and ratio is not None else ""
        size = name.partition("-")[2]
        what = f"{int(size):,} events: {row[0].lower()}{row[1:]}" if size else row
        lines.append(f"| {what}{f', {unit}' if unit else ''} | {number(median)} | {theirs} | {results.facts['commit']} |")
    machines = sorted({parts[name].facts["machine"] for name, _ in FIGURES if name in parts})
    return "\n".join(lines) + f"\n\nmachine: {'; '.join(machines)}\n"


def _instructions(file):
    """What `tools/dev bench instructions` counted, the newest last."""
    if not file.exists():
        return ""
    head, *rows = csv.reader(file.open())
    steps = head[3:]
    lines = ["\n## Instructions for each event\n",
             "Counted by callgrind (`tools/dev bench instructions`), which does not depend on the machine's load. On the embedded log,",
             "opening it not counted; *decode* reads too, *rebuild* and *fold* (of a live engine) do both.\n",
             "| commit | date | events | " + " | ".join(steps) + " |", "| --- " * (len(steps) + 3) + "|"]
    for commit, date, *numbers in rows[-INSTRUCTIONS_SHOWN:]:
        lines.append(" | ".join([f"| {commit}", date, *(f"{int(n):,}" for n in numbers)]) + " |")
    return "\n".join(lines) + "\n"


def _cell(results, title, who):
    median = results.median(title, who)
    if median is None:
        return ""
    least, greatest = results.spread(title, who)
    cell = number(median) if least == greatest else f"{number(median)} ({number(least)} to {number(greatest)})"
    ratio = None if who == OURS else results.ratio(title, who)
    return cell if ratio is None else f"{cell} **{ratio:.2g}x**"
