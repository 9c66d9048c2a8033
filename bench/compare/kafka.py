"""The broker, and events written straight to a topic as a publisher would."""

import os
import subprocess
import time

from compare.processes import Failed, run


class Kafka:
    """A broker of the benchmark's own, which goes with its topics."""

    def __init__(self, root, directory):
        self._broker = root / "tools/kafka/broker"
        self._environment = dict(os.environ, RAPPORT_KAFKA_DIR=str(directory), RAPPORT_KAFKA_HEAP="1g")

    def __enter__(self):
        self.address = run([self._broker, "start"], env=self._environment).split()[-1]
        return self

    def __exit__(self, *_):
        run([self._broker, "reset"], env=self._environment)

    def producer(self, topic):
        """kcat, which takes `key TAB value` lines on its standard input, with the partitioner of Java's clients."""
        return subprocess.Popen(
            ["kcat", "-P", "-b", self.address, "-t", topic, "-K", "\t", "-X", "partitioner=murmur2_random", "-X",
             "acks=all", "-X", "compression.codec=lz4", "-X", "linger.ms=5"],
            stdin=subprocess.PIPE)

    def produce(self, topic, keyed_lines):
        """Writes the lines; the seconds until all are acknowledged."""
        begin = time.monotonic()
        producer = self.producer(topic)
        producer.stdin.write(b"".join(keyed_lines))
        producer.stdin.close()
        if producer.wait(300) != 0:
            raise Failed("kcat did not write every event")
        return time.monotonic() - begin


def keyed(line):
    """An event's line as kcat takes it: its subject, which is the record's key, before it."""
    begin = line.index(b'"subject":"') + len(b'"subject":"')
    return line[begin:line.index(b'"', begin)] + b"\t" + line
