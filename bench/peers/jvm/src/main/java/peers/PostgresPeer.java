package peers;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * PostgreSQL as an event store: an events table, which is the timeline too, and a table of JSONB states, written batch by
 * batch, each a transaction, with synchronous_commit off.
 *
 * <pre>
 *   PostgresPeer fold JDBC_URL EVENTS_FILE BATCH_SIZE   empty tables, then the events; prints how many
 *   PostgresPeer dump JDBC_URL                          every contact, a line each
 * </pre>
 */
public final class PostgresPeer {
  private static final String TABLES = """
      DROP TABLE IF EXISTS events, contacts, cases;
      CREATE TABLE events (seq bigint PRIMARY KEY, contact bigint NOT NULL, time_ms bigint NOT NULL, event jsonb NOT NULL);
      CREATE INDEX events_timeline ON events (contact, time_ms, seq);
      CREATE TABLE contacts (id bigint PRIMARY KEY, state jsonb NOT NULL) WITH (fillfactor = 70);
      CREATE TABLE cases (contact bigint, case_id text, status text NOT NULL, time_ms bigint NOT NULL,
                          seq bigint NOT NULL, PRIMARY KEY (contact, case_id));
      """;

  private PostgresPeer() {}

  public static void main(String[] args) throws Exception {
    try (Connection connection = DriverManager.getConnection(args[1])) {
      if (args[0].equals("dump")) {
        dump(connection);
      } else {
        fold(connection, Path.of(args[2]), Integer.parseInt(args[3]));
      }
    }
  }

  private static void fold(Connection connection, Path file, int batchSize) throws IOException, SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(TABLES);
      statement.execute("SET synchronous_commit = off");
    }
    connection.setAutoCommit(false);
    long seq = 0;
    try (PostgresBatch batch = new PostgresBatch(connection); BufferedReader lines = Files.newBufferedReader(file)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        batch.add(seq++, line);
        if (batch.size() == batchSize) batch.commit();
      }
      batch.commit();
    }
    System.out.println(seq);
  }

  private static void dump(Connection connection) throws IOException, SQLException {
    connection.setAutoCommit(false); // or the driver fetches all rows at once
    try (OutputStream out = new BufferedOutputStream(System.out, 1 << 20);
        PreparedStatement select = connection.prepareStatement("SELECT id, state FROM contacts ORDER BY id")) {
      select.setFetchSize(1_000);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          JsonGenerator json = new JsonFactory().createGenerator(out);
          json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
          StateJson.decode(rows.getString(2)).writeJson(json, rows.getLong(1));
          json.close();
          out.write('\n');
        }
      }
    }
  }
}
