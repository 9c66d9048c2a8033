#!/usr/bin/env python3
"""What a group of instances takes for so many contacts and events: a model made of measured costs, and a simulation to
hold it against. docs/scaling.md says what comes of it and where each cost was measured.

  bench/scaling_model.py [--contacts 1e9] [--events-per-second 1e6] [--events-per-contact 50] ...

Prints Markdown. The same options and seed print the same text.
"""

import argparse
import heapq
import math
import random
from dataclasses import dataclass

# Measured on 2 cores of 2.6 GHz, on the generated workload (340 bytes of JSON an event); docs/scaling.md says how.


@dataclass
class Costs:
    fold_events_s: float = 70_000  # of one instance that catches up: one thread folds
    fold_cpu_us: float = 16.0  # of an event, all threads
    rebuild_events_s_core: float = 75_000
    publish_cpu_us: float = 25.0  # of an event as one of many lines of a body: what is left of 43,000/s when it is folded
    read_cpu_us: float = 120.0  # of a contact by id over HTTP, in a group, on 16 connections
    proxy_cpu_us: float = 300.0  # of a request that another instance answers, at the one that was asked
    log_bytes: float = 98.0  # of an event in the topic, compressed, one copy
    row_bytes: float = 98.0  # of an event in the rows, compressed
    contact_bytes: float = 330.0  # of a contact in the rows: state, indexes
    memory_mb: float = 430.0  # of an instance beside its cache
    session_s: float = 6.0  # until the broker gives up a member that says nothing
    rebalance_s: float = 2.0  # until those that are left own and read its partitions


@dataclass
class Plan:
    contacts: float
    events_s: float  # in the busiest hour
    mean_share: float  # of that rate, over the year
    events_per_contact: float
    busiest_s: float  # events of one contact
    reads_s: float
    target_load: float  # of what an instance can fold, in the busiest hour
    cores: int  # of an instance
    replicas: int
    retention_days: float  # of the log; 0: for ever
    copy_mb_s: float  # disk and network, when rows are shipped
    broker_mb_s: float  # that a broker writes, all replicas of what it holds


def instances_of(plan, costs):
    """By the folding thread, and by CPU: whichever asks for more."""
    by_thread = plan.events_s / (costs.fold_events_s * plan.target_load)
    return math.ceil(max(by_thread, cpu_cores(plan, costs) / (plan.cores * plan.target_load)))


def cpu_cores(plan, costs, instances=None):
    proxied = 1 - 1 / instances if instances else 1
    per_read = costs.read_cpu_us + proxied * costs.proxy_cpu_us
    return (plan.events_s * (costs.fold_cpu_us + costs.publish_cpu_us) + plan.reads_s * per_read) / 1e6


def duration(seconds):
    for unit, size in (("days", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.2g} s"


def size(number):
    for unit, of in (("PB", 1e15), ("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if number >= of:
            return f"{number / of:.3g} {unit}"
    return f"{number:.3g} bytes"


def model(plan, costs):
    events = plan.contacts * plan.events_per_contact
    instances = instances_of(plan, costs)
    rows = events * costs.row_bytes + plan.contacts * costs.contact_bytes
    log_day = events_of_a_day(plan) * costs.log_bytes * plan.replicas
    log_kept = events * costs.log_bytes * plan.replicas if plan.retention_days == 0 else log_day * plan.retention_days
    of_one = events / instances
    spare = costs.fold_events_s - plan.events_s / instances  # of each instance
    dead_s = costs.session_s + costs.rebalance_s
    of_partition = events / partitions_of(instances)
    behind = events_of_a_day(plan) / partitions_of(instances)
    brokers = math.ceil(max(plan.replicas, plan.events_s * costs.log_bytes * plan.replicas / (plan.broker_mb_s * 1e6)))
    return [
        ("events that are there", f"{events:.3g}"),
        ("instances", f"{instances}, each of {plan.cores} cores and {costs.memory_mb / 1e3:.1f} GB beside its cache"),
        ("cores in the busiest hour", f"{cpu_cores(plan, costs, instances):.0f} of {instances * plan.cores}"),
        ("partitions", f"{partitions_of(instances)}: so many that each instance has 8 or more, and may halve its share"),
        ("rows, one copy", f"{size(rows)}, {size(rows / instances)} an instance; twice that with the generation before, "
                           f"three times while one is rebuilt"),
        ("log", f"{size(log_kept)} with {plan.replicas} replicas, {size(log_day)} more each day"),
        ("brokers", f"{brokers} by what they write in the busiest hour"),
        ("rebuild of an instance, from the log", duration(of_one / (costs.rebuild_events_s_core * plan.cores))),
        ("warm start of an instance, from rows that are shipped", duration(rows / instances / (plan.copy_mb_s * 1e6))),
        ("an instance is killed: where another has its rows, its contacts are written and read again after", duration(dead_s)),
        ("... and the lag of that time is gone after", duration(dead_s + dead_s * plan.events_s / partitions_of(instances) / spare)),
        ("... where the rows of the partition are those of a backup of the day before", duration(dead_s + behind / spare)),
        ("... where there are no rows of it: from its first record", duration(dead_s + of_partition / spare)),
        ("all stop for an hour: the lag is gone after", duration(3_600 * plan.events_s / instances / spare)),
    ]


def events_of_a_day(plan):
    return plan.events_s * plan.mean_share * 86_400


def partitions_of(instances):
    return 2 ** math.ceil(math.log2(8 * instances))


class Simulation:
    """Seconds of a group's life: contacts of unlike weight, hashed to partitions; the one with the most is killed."""

    def __init__(self, plan, costs, seed):
        self.plan, self.costs, self.random = plan, costs, random.Random(seed)
        self.instances = instances_of(plan, costs)
        self.partitions = partitions_of(self.instances)
        self.rate = self._rates()
        self.owner = [p % self.instances for p in range(self.partitions)]
        self.lag = [0.0] * self.partitions

    def _rates(self):
        """Events/s of each partition: contacts by Zipf's law, none above what the plan says one can have, each hashed to
        a partition. By ranks from a power of two to the next: their sum, and the sum of their squares, which is how
        unlike the partitions are."""
        scale, sums = self.plan.events_s, None
        while sums is None or sums[0] < self.plan.events_s:
            sums = self._sums_of_ranks(scale)
            scale *= 1.02
        mean, deviation = sums[0] / self.partitions, math.sqrt(sums[1] / self.partitions)
        drawn = [max(0.0, self.random.gauss(mean, deviation)) for _ in range(self.partitions)]
        return [rate * self.plan.events_s / sum(drawn) for rate in drawn]

    def _sums_of_ranks(self, scale):
        total = squares = 0.0
        rank, harmonic = 1.0, math.log(self.plan.contacts) + 0.577
        while rank < self.plan.contacts:
            count = min(rank, self.plan.contacts - rank)
            rate = min(self.plan.busiest_s, scale / (harmonic * rank * 1.4))
            total += rate * count
            squares += rate * rate * count
            rank *= 2
        return total, squares

    def load(self, instance):
        return sum(rate for rate, owner in zip(self.rate, self.owner) if owner == instance)

    def loads(self):
        return [self.load(instance) for instance in range(self.instances)]

    def kill_the_busiest(self, step_s=0.25):
        """(s until its partitions are owned, s until no partition is more than a second behind, the most that was)."""
        loads = self.loads()
        dead = loads.index(max(loads))
        owned_at = self.costs.session_s + self.costs.rebalance_s
        now, most, moved = 0.0, 0.0, False
        while True:
            now += step_s
            if not moved and now >= owned_at:
                self._give_away(dead, loads)
                moved = True
            self._advance(step_s, None if moved else dead)
            behind = max(lag / rate for lag, rate in zip(self.lag, self.rate))
            most = max(most, behind)
            if moved and behind < 1:
                return owned_at, now, most
            if now > 3_600:
                return owned_at, math.inf, most

    def _give_away(self, dead, loads):
        """To whoever has the fewest, as the broker knows numbers and no loads."""
        heap = [(sum(1 for owner in self.owner if owner == i), i) for i in range(self.instances) if i != dead]
        heapq.heapify(heap)
        for partition, owner in enumerate(self.owner):
            if owner == dead:
                count, new = heapq.heappop(heap)
                self.owner[partition] = new
                heapq.heappush(heap, (count + 1, new))

    def _advance(self, step_s, dead):
        """A reader takes from all partitions of its instance in turn: from each as much as from any, while it has it."""
        of = [[] for _ in range(self.instances)]
        for partition, owner in enumerate(self.owner):
            self.lag[partition] += self.rate[partition] * step_s
            of[owner].append(partition)
        for instance, mine in enumerate(of):
            left = 0 if instance == dead else self.costs.fold_events_s * step_s
            for i, partition in enumerate(sorted(mine, key=self.lag.__getitem__)):
                taken = min(self.lag[partition], left / (len(mine) - i))
                self.lag[partition] -= taken
                left -= taken


def simulated(plan, costs, seed):
    simulation = Simulation(plan, costs, seed)
    loads = simulation.loads()
    mean = sum(loads) / len(loads)
    owned, level, most = simulation.kill_the_busiest()
    return [
        ("the busiest instance, as a multiple of the mean", f"{max(loads) / mean:.2f}"),
        ("... of what it can fold", f"{max(loads) / costs.fold_events_s:.0%}"),
        ("the busiest partition, as a multiple of the mean", f"{max(simulation.rate) * simulation.partitions / plan.events_s:.1f}"),
        ("the busiest instance is killed: others own its partitions after", duration(owned)),
        ("... and nothing is more than a second behind after", duration(level)),
        ("... the furthest that a contact was behind", duration(most)),
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--contacts", type=float, default=1e9)
    parser.add_argument("--events-per-second", type=float, default=1e6, help="in the busiest hour")
    parser.add_argument("--mean-share", type=float, default=0.3, help="of that rate, over the year")
    parser.add_argument("--events-per-contact", type=float, default=50)
    parser.add_argument("--busiest-contact", type=float, default=10, help="events a second of one contact, at most")
    parser.add_argument("--reads-per-second", type=float, default=100_000)
    parser.add_argument("--target-load", type=float, default=0.6, help="of what an instance can do")
    parser.add_argument("--cores", type=int, default=8, help="of an instance")
    parser.add_argument("--replicas", type=int, default=3)
    parser.add_argument("--retention-days", type=float, default=0, help="of the log; 0: for ever")
    parser.add_argument("--copy-mb-per-second", type=float, default=500)
    parser.add_argument("--broker-mb-per-second", type=float, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    plan = Plan(options.contacts, options.events_per_second, options.mean_share, options.events_per_contact,
                options.busiest_contact, options.reads_per_second, options.target_load, options.cores, options.replicas, options.retention_days,
                options.copy_mb_per_second, options.broker_mb_per_second)
    costs = Costs()
    print(f"### {plan.contacts:.3g} contacts, {plan.events_s:.3g} events/s\n\n| model | |\n| --- | --- |")
    for title, value in model(plan, costs):
        print(f"| {title} | {value} |")
    print("\n| simulation | |\n| --- | --- |")
    for title, value in simulated(plan, costs, options.seed):
        print(f"| {title} | {value} |")


if __name__ == "__main__":
    main()
