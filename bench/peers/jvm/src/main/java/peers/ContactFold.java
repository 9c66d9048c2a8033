package peers;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import peers.ContactState.Register;

/** apply(): one event onto one contact, in place. */
final class ContactFold {
  /** A support case: the status with the greatest (time, offset). */
  record Case(String status, long timeMs, long offset) {
    boolean isOpen() {
      return !status.equals("closed");
    }
  }

  /** Where the case rows of a contact are. */
  interface Cases {
    Case get(long contact, String caseId);

    void put(long contact, String caseId, Case changed);
  }

  private ContactFold() {}

  static void apply(ContactState state, Event event, long offset, Cases cases) {
    state.events++;
    switch (event.type) {
      case "contact.created" -> {
        if (state.createdMs == ContactState.NEVER
            || new Register("", event.timeMs, offset).losesTo(state.createdMs, state.createdOffset)) {
          state.createdMs = event.timeMs;
          state.createdOffset = offset;
        }
        change(state, event, offset);
      }
      case "contact.fields.changed", "contact.tags.changed" -> change(state, event, offset);
      case "visit.started" -> {
        state.visits++; // the workload names no visit twice
        see(state, event);
      }
      case "chat.started" -> {
        see(state, event);
        changeCase(state, event, cases, was -> was);
      }
      case "chat.message" -> {
        state.messages++;
        see(state, event);
        changeCase(state, event, cases, was -> was);
      }
      case "case.status.changed" -> changeCase(state, event, cases, was -> newer(was, event, offset));
      default -> throw new IllegalArgumentException("a type that the workload does not have: " + event.type);
    }
  }

  private static Case newer(Case was, Event event, long offset) {
    boolean loses = event.timeMs != was.timeMs() ? event.timeMs < was.timeMs() : offset < was.offset();
    return loses ? was : new Case(event.status, event.timeMs, offset);
  }

  private static void change(ContactState state, Event event, long offset) {
    state.version++;
    state.updatedMs = Math.max(state.updatedMs, event.timeMs);
    write(state.fields, event.fields, event.timeMs, offset);
    write(state.client, event.client, event.timeMs, offset);
    for (String tag : event.tagsAdded) write(state.tags, tag, "", event.timeMs, offset);
    for (String tag : event.tagsRemoved) write(state.tags, tag, null, event.timeMs, offset);
  }

  private static void write(Map<String, Register> registers, List<Event.Write> writes, long timeMs, long offset) {
    for (Event.Write write : writes) write(registers, write.key(), write.value(), timeMs, offset);
  }

  private static void write(Map<String, Register> registers, String key, String value, long timeMs, long offset) {
    Register was = registers.get(key);
    if (was == null || was.losesTo(timeMs, offset)) registers.put(key, new Register(value, timeMs, offset));
  }

  private static void see(ContactState state, Event event) {
    if (state.firstSeenMs == ContactState.NEVER || event.timeMs < state.firstSeenMs) state.firstSeenMs = event.timeMs;
    state.lastSeenMs = Math.max(state.lastSeenMs, event.timeMs);
  }

  private static void changeCase(ContactState state, Event event, Cases cases, Function<Case, Case> change) {
    Case was = cases.get(event.contact, event.caseId);
    if (was == null) {
      was = new Case("queued", ContactState.NEVER, 0);
      state.cases++;
      state.openCases++;
      cases.put(event.contact, event.caseId, was);
    }
    Case now = change.apply(was);
    if (now == was) return;
    state.openCases += (now.isOpen() ? 1 : 0) - (was.isOpen() ? 1 : 0);
    cases.put(event.contact, event.caseId, now);
  }
}
