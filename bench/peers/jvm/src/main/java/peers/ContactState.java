package peers;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a contact's events make of it, by the rules of docs/folding.md as far as the generated events need them: each
 * field, client attribute and tag is a register that holds the write with the greatest (time, offset).
 */
final class ContactState {
  /** A register's winner. `value` of a tag is "" where it is there, null where it was removed. */
  record Register(String value, long timeMs, long offset) {
    boolean losesTo(long otherTimeMs, long otherOffset) {
      return timeMs != otherTimeMs ? timeMs < otherTimeMs : offset < otherOffset;
    }
  }

  static final long NEVER = Long.MIN_VALUE;

  final Map<String, Register> fields = new TreeMap<>();
  final Map<String, Register> client = new TreeMap<>();
  final Map<String, Register> tags = new TreeMap<>();
  long version, events, visits, cases, messages, openCases;
  long createdMs = NEVER, createdOffset, updatedMs = NEVER, firstSeenMs = NEVER, lastSeenMs = NEVER;

  /** The contact as Rapport's API shows it, without what no generated event sets. */
  void writeJson(JsonGenerator json, long id) throws IOException {
    json.writeStartObject();
    json.writeNumberField("id", id);
    json.writeNumberField("version", version);
    json.writeStringField("status", "active");
    writeTime(json, "dateCreated", createdMs);
    writeTime(json, "dateUpdated", updatedMs);
    writeTime(json, "firstSeen", firstSeenMs);
    writeTime(json, "lastSeen", lastSeenMs);
    writeTexts(json, "fields", fields);
    writeTexts(json, "client", client);
    json.writeArrayFieldStart("tags");
    for (var tag : tags.entrySet()) {
      if (tag.getValue().value() != null) json.writeString(tag.getKey());
    }
    json.writeEndArray();
    json.writeObjectFieldStart("counters");
    json.writeNumberField("events", events);
    json.writeNumberField("visits", visits);
    json.writeNumberField("chats", cases);
    json.writeNumberField("messages", messages);
    json.writeNumberField("openCases", openCases);
    json.writeEndObject();
    json.writeEndObject();
  }

  private static void writeTime(JsonGenerator json, String name, long ms) throws IOException {
    if (ms == NEVER) {
      json.writeNullField(name);
    } else {
      json.writeStringField(name, Times.text(ms));
    }
  }

  private static void writeTexts(JsonGenerator json, String name, Map<String, Register> registers) throws IOException {
    json.writeObjectFieldStart(name);
    for (var register : registers.entrySet()) json.writeStringField(register.getKey(), register.getValue().value());
    json.writeEndObject();
  }
}
