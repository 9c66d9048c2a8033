package peers;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/**
 * The two queries, and what the harness asks.
 *
 * <pre>
 *   GET /contacts/ID             the contact
 *   GET /contacts/ID/timeline    its newest 50 events, as they were published
 *   GET /contacts                all contacts, a line each
 *   GET /status                  {"applied": records folded since start, "state": "RUNNING"}
 * </pre>
 */
final class StreamsReads {
  private static final int PAGE = 50;
  private static final JsonFactory JSON = new JsonFactory();

  private final KafkaStreams streams;
  private final int partitions;
  private final LongAdder applied;
  private final Map<String, ReadOnlyKeyValueStore<Bytes, byte[]>> stores = new ConcurrentHashMap<>();

  StreamsReads(KafkaStreams streams, int partitions, LongAdder applied) {
    this.streams = streams;
    this.partitions = partitions;
    this.applied = applied;
  }

  void answer(HttpServerRequest request) {
    HttpServerResponse response = request.response();
    try {
      String path = request.path();
      if (path.equals("/status")) {
        json(response, "{\"applied\":" + applied.sum() + ",\"state\":\"" + streams.state() + "\"}");
      } else if (path.equals("/contacts")) {
        allContacts(response);
      } else if (path.startsWith("/contacts/")) {
        String rest = path.substring("/contacts/".length());
        if (rest.endsWith("/timeline")) {
          timeline(response, Long.parseLong(rest.substring(0, rest.length() - "/timeline".length())));
        } else {
          contact(response, Long.parseLong(rest));
        }
      } else {
        response.setStatusCode(404).end();
      }
    } catch (InvalidStateStoreException notYet) {
      response.setStatusCode(503).end();
    }
  }

  private void contact(HttpServerResponse response, long id) {
    byte[] stored = store(FoldProcessor.CONTACTS, id).get(StoreKeys.state(id));
    if (stored == null) {
      response.setStatusCode(404).end();
      return;
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream(1024);
    writeContact(body, id, stored);
    json(response, Buffer.buffer(body.toByteArray()));
  }

  private void timeline(HttpServerResponse response, long id) {
    Buffer body = Buffer.buffer(32 * 1024).appendString("{\"items\":[");
    Bytes from = StoreKeys.timeline(id, 0, 0);
    Bytes to = StoreKeys.timeline(id, Long.MAX_VALUE, Long.MAX_VALUE);
    try (KeyValueIterator<Bytes, byte[]> rows = store(FoldProcessor.TIMELINE, id).reverseRange(from, to)) {
      for (int row = 0; row < PAGE && rows.hasNext(); row++) {
        if (row > 0) body.appendByte((byte) ',');
        body.appendBytes(rows.next().value);
      }
    }
    json(response, body.appendString("]}"));
  }

  private void allContacts(HttpServerResponse response) {
    ByteArrayOutputStream body = new ByteArrayOutputStream(1 << 20);
    ReadOnlyKeyValueStore<Bytes, byte[]> all = streams.store(
        StoreQueryParameters.fromNameAndType(FoldProcessor.CONTACTS, QueryableStoreTypes.keyValueStore()));
    try (KeyValueIterator<Bytes, byte[]> rows = all.range(StoreKeys.state(0), StoreKeys.state(Long.MAX_VALUE))) {
      while (rows.hasNext()) {
        var row = rows.next();
        writeContact(body, StoreKeys.contactOfState(row.key), row.value);
        body.write('\n');
      }
    }
    response.end(Buffer.buffer(body.toByteArray()));
  }

  private static void writeContact(ByteArrayOutputStream body, long id, byte[] stored) {
    try (JsonGenerator json = JSON.createGenerator(body)) {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      StateBytes.decode(stored).writeJson(json, id);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  private static void json(HttpServerResponse response, String body) {
    json(response, Buffer.buffer(body));
  }

  private static void json(HttpServerResponse response, Buffer body) {
    response.putHeader("Content-Type", "application/json").end(body);
  }

  /** The partition's store alone: to ask all of them takes longer. */
  private ReadOnlyKeyValueStore<Bytes, byte[]> store(String name, long contact) {
    byte[] key = ("contact/" + contact).getBytes(StandardCharsets.UTF_8);
    int partition = BuiltInPartitioner.partitionForKey(key, partitions);
    return stores.computeIfAbsent(name + partition, unknown -> streams.store(
        StoreQueryParameters.fromNameAndType(name, QueryableStoreTypes.<Bytes, byte[]>keyValueStore())
            .withPartition(partition)));
  }
}
