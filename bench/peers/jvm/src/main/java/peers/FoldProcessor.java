package peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/** The fold on Kafka Streams' processor API: each record into the contact's state and one timeline row. */
final class FoldProcessor implements Processor<byte[], byte[], Void, Void> {
  static final String CONTACTS = "contacts";
  static final String TIMELINE = "timeline";

  private final LongAdder applied;
  private final StateBytes codec = new StateBytes();
  private final ContactFold.Cases cases = new ContactFold.Cases() {
    @Override
    public ContactFold.Case get(long contact, String caseId) {
      byte[] bytes = contacts.get(StoreKeys.supportCase(contact, caseId));
      return bytes == null ? null : StateBytes.decodeCase(bytes);
    }

    @Override
    public void put(long contact, String caseId, ContactFold.Case changed) {
      contacts.put(StoreKeys.supportCase(contact, caseId), codec.encode(changed));
    }
  };
  private ProcessorContext<Void, Void> context;
  private KeyValueStore<Bytes, byte[]> contacts;
  private KeyValueStore<Bytes, byte[]> timeline;

  FoldProcessor(LongAdder applied) {
    this.applied = applied;
  }

  @Override
  public void init(ProcessorContext<Void, Void> context) {
    this.context = context;
    contacts = context.getStateStore(CONTACTS);
    timeline = context.getStateStore(TIMELINE);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    long offset = context.recordMetadata().orElseThrow().offset();
    Event event;
    try {
      event = Event.parse(record.value());
    } catch (IOException damaged) {
      throw new UncheckedIOException(damaged);
    }
    Bytes key = StoreKeys.state(event.contact);
    byte[] stored = contacts.get(key);
    ContactState state = stored == null ? new ContactState() : StateBytes.decode(stored);
    ContactFold.apply(state, event, offset, cases);
    contacts.put(key, codec.encode(state));
    timeline.put(StoreKeys.timeline(event.contact, event.timeMs, offset), record.value());
    applied.increment();
  }
}
