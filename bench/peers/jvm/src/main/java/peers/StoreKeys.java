package peers;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.utils.Bytes;

/** Keys of the two stores, which sort as what they name. Contacts: 'S' id, and 'C' id case-id. Timeline: id time offset. */
final class StoreKeys {
  private StoreKeys() {}

  static Bytes state(long contact) {
    return Bytes.wrap(ByteBuffer.allocate(9).put((byte) 'S').putLong(contact).array());
  }

  static long contactOfState(Bytes key) {
    return ByteBuffer.wrap(key.get()).getLong(1);
  }

  static Bytes supportCase(long contact, String caseId) {
    byte[] id = caseId.getBytes(StandardCharsets.UTF_8);
    return Bytes.wrap(ByteBuffer.allocate(9 + id.length).put((byte) 'C').putLong(contact).put(id).array());
  }

  /** Times are after 1970 here, so their sign bit needs no care. */
  static Bytes timeline(long contact, long timeMs, long offset) {
    return Bytes.wrap(ByteBuffer.allocate(24).putLong(contact).putLong(timeMs).putLong(offset).array());
  }
}
