"""A peer's figure counts only where what it folded is what we folded."""

import json

from compare.processes import Failed

TIMELINES_COMPARED = 50


def same_states(ours, theirs, who):
    """Contact by contact, each as one JSON."""
    differing = [i for i in ours.keys() | theirs.keys() if canonical(ours.get(i)) != canonical(theirs.get(i))]
    if differing:
        first = min(differing)
        raise Failed(f"{who} folded {len(differing)} of {len(ours)} contacts to something else; contact {first} is\n"
                     f"{canonical(ours.get(first))} with us, and\n{canonical(theirs.get(first))} there")
    print(f"    {who}: {len(ours)} contacts are equal", flush=True)


def same_timelines(engine, peer, contacts, who):
    """The newest page of some contacts' timelines, event by event."""
    step = max(1, len(contacts) // TIMELINES_COMPARED)
    for contact in sorted(contacts)[::step][:TIMELINES_COMPARED]:
        if engine.timeline_ids(contact) != peer.timeline_ids(contact):
            raise Failed(f"{who} has another timeline of contact {contact}")


def canonical(contact):
    return json.dumps(contact, sort_keys=True, ensure_ascii=False)
