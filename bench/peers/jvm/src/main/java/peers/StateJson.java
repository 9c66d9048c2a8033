package peers;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Map;
import peers.ContactState.Register;

/** Contact states as JSON, for PostgreSQL's JSONB column: {"version":2,...,"fields":{"city":["Lyon",time,offset]},...}. */
final class StateJson {
  private static final JsonFactory JSON = new JsonFactory();

  private StateJson() {}

  static String encode(ContactState state) throws IOException {
    StringWriter out = new StringWriter(1024);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeArrayFieldStart("numbers");
      for (long number : new long[] {state.version, state.events, state.visits, state.cases, state.messages,
          state.openCases, state.createdMs, state.createdOffset, state.updatedMs, state.firstSeenMs,
          state.lastSeenMs}) {
        json.writeNumber(number);
      }
      json.writeEndArray();
      write(json, "fields", state.fields);
      write(json, "client", state.client);
      write(json, "tags", state.tags);
      json.writeEndObject();
    }
    return out.toString();
  }

  static ContactState decode(String text) throws IOException {
    ContactState state = new ContactState();
    try (JsonParser parser = JSON.createParser(text)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        switch (name) {
          case "numbers" -> readNumbers(parser, state);
          case "fields" -> read(parser, state.fields);
          case "client" -> read(parser, state.client);
          default -> read(parser, state.tags);
        }
      }
    }
    return state;
  }

  private static void readNumbers(JsonParser parser, ContactState state) throws IOException {
    state.version = parser.nextLongValue(0);
    state.events = parser.nextLongValue(0);
    state.visits = parser.nextLongValue(0);
    state.cases = parser.nextLongValue(0);
    state.messages = parser.nextLongValue(0);
    state.openCases = parser.nextLongValue(0);
    state.createdMs = parser.nextLongValue(0);
    state.createdOffset = parser.nextLongValue(0);
    state.updatedMs = parser.nextLongValue(0);
    state.firstSeenMs = parser.nextLongValue(0);
    state.lastSeenMs = parser.nextLongValue(0);
    parser.nextToken();
  }

  private static void write(JsonGenerator json, String name, Map<String, Register> registers) throws IOException {
    json.writeObjectFieldStart(name);
    for (var entry : registers.entrySet()) {
      Register register = entry.getValue();
      json.writeArrayFieldStart(entry.getKey());
      json.writeString(register.value());
      json.writeNumber(register.timeMs());
      json.writeNumber(register.offset());
      json.writeEndArray();
    }
    json.writeEndObject();
  }

  private static void read(JsonParser parser, Map<String, Register> registers) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      parser.nextToken();
      String value = parser.nextTextValue();
      registers.put(key, new Register(value, parser.nextLongValue(0), parser.nextLongValue(0)));
      parser.nextToken();
    }
  }
}
