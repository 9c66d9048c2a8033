package peers;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * One event as far as the peers fold it: the types and members of `rapport generate`. Read with Jackson's pull parser,
 * which builds no tree.
 */
final class Event {
  private static final JsonFactory JSON = new JsonFactory();

  /** A member of `fields` or `client`: its key and its text. */
  record Write(String key, String value) {}

  long contact;
  long timeMs;
  String type = "";
  final List<Write> fields = new ArrayList<>();
  final List<Write> client = new ArrayList<>();
  final List<String> tagsAdded = new ArrayList<>();
  final List<String> tagsRemoved = new ArrayList<>();
  String caseId;
  String status;

  static Event parse(byte[] bytes) throws IOException {
    return parse(bytes, 0, bytes.length);
  }

  static Event parse(byte[] bytes, int offset, int length) throws IOException {
    Event event = new Event();
    try (JsonParser parser = JSON.createParser(bytes, offset, length)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        switch (name) {
          case "type" -> event.type = parser.getText();
          case "subject" -> event.contact = contactOf(parser.getText());
          case "time" -> event.timeMs = Times.parse(parser.getText());
          case "data" -> event.readData(parser);
          default -> parser.skipChildren();
        }
      }
    }
    return event;
  }

  private static long contactOf(String subject) throws IOException {
    if (!subject.startsWith("contact/")) throw new IOException("not a contact: " + subject);
    return Long.parseLong(subject, 8, subject.length(), 10);
  }

  private void readData(JsonParser parser) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      switch (name) {
        case "fields" -> readWrites(parser, fields);
        case "client" -> readWrites(parser, client);
        case "tags", "add" -> readTexts(parser, tagsAdded);
        case "remove" -> readTexts(parser, tagsRemoved);
        case "caseId" -> caseId = parser.getText();
        case "status" -> status = parser.getText();
        default -> parser.skipChildren();
      }
    }
  }

  private static void readWrites(JsonParser parser, List<Write> out) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      if (parser.nextToken() != JsonToken.VALUE_STRING) throw new IOException(key + " is no text");
      out.add(new Write(key, parser.getText()));
    }
  }

  private static void readTexts(JsonParser parser, List<String> out) throws IOException {
    while (parser.nextToken() != JsonToken.END_ARRAY) out.add(parser.getText());
  }
}
