package peers;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import peers.ContactFold.Case;
import peers.ContactState.Register;

/** Contact states and cases as compact bytes, for the Kafka Streams stores: JSON would cost the peer more. */
final class StateBytes {
  private ByteBuffer buffer = ByteBuffer.allocate(4096);

  byte[] encode(ContactState state) {
    buffer.clear();
    for (long number : new long[] {state.version, state.events, state.visits, state.cases, state.messages,
        state.openCases, state.createdMs, state.createdOffset, state.updatedMs, state.firstSeenMs, state.lastSeenMs}) {
      buffer.putLong(number);
    }
    put(state.fields);
    put(state.client);
    put(state.tags);
    return taken();
  }

  static ContactState decode(byte[] bytes) {
    ContactState state = new ContactState();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    state.version = in.getLong();
    state.events = in.getLong();
    state.visits = in.getLong();
    state.cases = in.getLong();
    state.messages = in.getLong();
    state.openCases = in.getLong();
    state.createdMs = in.getLong();
    state.createdOffset = in.getLong();
    state.updatedMs = in.getLong();
    state.firstSeenMs = in.getLong();
    state.lastSeenMs = in.getLong();
    get(in, state.fields);
    get(in, state.client);
    get(in, state.tags);
    return state;
  }

  byte[] encode(Case value) {
    buffer.clear();
    put(value.status());
    buffer.putLong(value.timeMs()).putLong(value.offset());
    return taken();
  }

  static Case decodeCase(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    return new Case(text(in), in.getLong(), in.getLong());
  }

  private byte[] taken() {
    byte[] out = new byte[buffer.position()];
    buffer.flip();
    buffer.get(out);
    return out;
  }

  private void put(Map<String, Register> registers) {
    buffer.putShort((short) registers.size());
    for (var entry : registers.entrySet()) {
      put(entry.getKey());
      put(entry.getValue().value());
      buffer.putLong(entry.getValue().timeMs()).putLong(entry.getValue().offset());
    }
  }

  /** A text with its size before it, -1 for null. Makes room for itself and the numbers behind it. */
  private void put(String text) {
    byte[] bytes = text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
    if (buffer.remaining() < bytes.length + 64) {
      buffer.flip();
      buffer = ByteBuffer.allocate(2 * (buffer.capacity() + bytes.length)).put(buffer);
    }
    buffer.putShort((short) (text == null ? -1 : bytes.length)).put(bytes);
  }

  private static void get(ByteBuffer in, Map<String, Register> registers) {
    for (int left = in.getShort(); left > 0; left--) {
      String key = text(in);
      registers.put(key, new Register(text(in), in.getLong(), in.getLong()));
    }
  }

  private static String text(ByteBuffer in) {
    int size = in.getShort();
    if (size < 0) return null;
    String text = new String(in.array(), in.position(), size, StandardCharsets.UTF_8);
    in.position(in.position() + size);
    return text;
  }
}
