"""Publishes one event in structured and one in binary mode: publish_cloudevents.py BROKERS TOPIC"""

import sys

from cloudevents.http import CloudEvent
from cloudevents.kafka import to_binary, to_structured
from confluent_kafka import Producer

brokers, topic = sys.argv[1:]
producer = Producer({"bootstrap.servers": brokers})


def event(event_id, event_type, time, data):
    attributes = {
        "id": event_id,
        "source": "python",
        "type": event_type,
        "subject": "identity/web:p",
        "time": time,
        "datacontenttype": "application/json",
    }
    return CloudEvent(attributes, data)


def send(message):
    headers = [(name, value) for name, value in (message.headers or {}).items()]
    producer.produce(topic, key=message.key, value=message.value, headers=headers)


visit = event("p-structured", "visit.started", "2026-11-25T11:00:00Z", {"url": "https://shop.example/"})
page = event("p-binary", "page.viewed", "2026-11-25T11:00:01Z", {"url": "https://shop.example/pricing"})
send(to_structured(visit))
send(to_binary(page))
if producer.flush(30) != 0:
    sys.exit("not everything was delivered")
