package peers;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.postgresql.copy.CopyManager;
import org.postgresql.jdbc.PgConnection;
import peers.ContactFold.Case;

/**
 * One transaction's events: they are copied in, the states and cases they touch are read, folded and written back, each
 * with one statement for all. The table is the truth, so no state is kept from batch to batch.
 */
final class PostgresBatch implements AutoCloseable {
  private record CaseKey(long contact, String caseId) {}

  private record Entry(long seq, String line, Event event) {}

  private final Connection connection;
  private final CopyManager copy;
  private final PreparedStatement readStates, readCases, writeStates, writeCases;
  private final List<Entry> entries = new ArrayList<>();

  PostgresBatch(Connection connection) throws SQLException {
    this.connection = connection;
    copy = connection.unwrap(PgConnection.class).getCopyAPI();
    readStates = connection.prepareStatement("SELECT id, state FROM contacts WHERE id = ANY(?)");
    readCases = connection.prepareStatement("""
        SELECT contact, case_id, status, time_ms, seq
        FROM cases JOIN unnest(?::bigint[], ?::text[]) named (contact, case_id) USING (contact, case_id)""");
    writeStates = connection.prepareStatement("""
        INSERT INTO contacts SELECT * FROM unnest(?::bigint[], ?::jsonb[])
        ON CONFLICT (id) DO UPDATE SET state = EXCLUDED.state""");
    writeCases = connection.prepareStatement("""
        INSERT INTO cases SELECT * FROM unnest(?::bigint[], ?::text[], ?::text[], ?::bigint[], ?::bigint[])
        ON CONFLICT (contact, case_id)
        DO UPDATE SET status = EXCLUDED.status, time_ms = EXCLUDED.time_ms, seq = EXCLUDED.seq""");
  }

  void add(long seq, String line) throws IOException {
    entries.add(new Entry(seq, line, Event.parse(line.getBytes(StandardCharsets.UTF_8))));
  }

  int size() {
    return entries.size();
  }

  void commit() throws IOException, SQLException {
    if (entries.isEmpty()) return;
    copyEvents();
    Map<Long, ContactState> states = states();
    Map<CaseKey, Case> cases = cases();
    Map<CaseKey, Case> changed = new HashMap<>();
    ContactFold.Cases rows = new ContactFold.Cases() {
      @Override
      public Case get(long contact, String caseId) {
        return cases.get(new CaseKey(contact, caseId));
      }

      @Override
      public void put(long contact, String caseId, Case value) {
        CaseKey key = new CaseKey(contact, caseId);
        cases.put(key, value);
        changed.put(key, value);
      }
    };
    for (Entry entry : entries) {
      ContactState state = states.computeIfAbsent(entry.event().contact, id -> new ContactState());
      ContactFold.apply(state, entry.event(), entry.seq(), rows);
    }
    write(states);
    if (!changed.isEmpty()) writeCases(changed);
    connection.commit();
    entries.clear();
  }

  @Override
  public void close() throws SQLException {
    for (PreparedStatement statement : List.of(readStates, readCases, writeStates, writeCases)) statement.close();
  }

  /** As COPY's text format has it: a backslash is the only byte of our JSON that it reads in a way of its own. */
  private void copyEvents() throws IOException, SQLException {
    StringBuilder text = new StringBuilder(entries.size() * 400);
    for (Entry entry : entries) {
      text.append(entry.seq()).append('\t').append(entry.event().contact).append('\t').append(entry.event().timeMs);
      text.append('\t').append(entry.line().replace("\\", "\\\\")).append('\n');
    }
    copy.copyIn("COPY events FROM STDIN", new StringReader(text.toString()));
  }

  private Map<Long, ContactState> states() throws IOException, SQLException {
    Map<Long, ContactState> states = new HashMap<>();
    readStates.setArray(1, array("bigint", entries.stream().map(entry -> entry.event().contact).distinct()));
    try (ResultSet rows = readStates.executeQuery()) {
      while (rows.next()) states.put(rows.getLong(1), StateJson.decode(rows.getString(2)));
    }
    return states;
  }

  private Map<CaseKey, Case> cases() throws SQLException {
    List<CaseKey> named = entries.stream()
        .map(Entry::event)
        .filter(event -> event.caseId != null)
        .map(event -> new CaseKey(event.contact, event.caseId))
        .distinct()
        .toList();
    Map<CaseKey, Case> cases = new HashMap<>();
    readCases.setArray(1, array("bigint", named.stream().map(CaseKey::contact)));
    readCases.setArray(2, array("text", named.stream().map(CaseKey::caseId)));
    try (ResultSet rows = readCases.executeQuery()) {
      while (rows.next()) {
        cases.put(new CaseKey(rows.getLong(1), rows.getString(2)),
            new Case(rows.getString(3), rows.getLong(4), rows.getLong(5)));
      }
    }
    return cases;
  }

  private void write(Map<Long, ContactState> states) throws IOException, SQLException {
    List<String> texts = new ArrayList<>(states.size());
    for (ContactState state : states.values()) texts.add(StateJson.encode(state));
    writeStates.setArray(1, array("bigint", states.keySet().stream()));
    writeStates.setArray(2, array("jsonb", texts.stream()));
    writeStates.executeUpdate();
  }

  private void writeCases(Map<CaseKey, Case> changed) throws SQLException {
    writeCases.setArray(1, array("bigint", changed.keySet().stream().map(CaseKey::contact)));
    writeCases.setArray(2, array("text", changed.keySet().stream().map(CaseKey::caseId)));
    writeCases.setArray(3, array("text", changed.values().stream().map(Case::status)));
    writeCases.setArray(4, array("bigint", changed.values().stream().map(Case::timeMs)));
    writeCases.setArray(5, array("bigint", changed.values().stream().map(Case::offset)));
    writeCases.executeUpdate();
  }

  private Array array(String type, Stream<?> values) throws SQLException {
    return connection.createArrayOf(type, values.toArray());
  }
}
