#include "projections/contact_fold.h"

#include <algorithm>

#include "projections/contact_past.h"
#include "projections/contact_row.h"
#include "projections/key_layout.h"

namespace rapport {
namespace {

void cover(std::optional<Timestamp>& first, std::optional<Timestamp>& last, Timestamp time) {
  if (!first || time < *first) first = time;
  if (!last || *last < time) last = time;
}

bool creates_contact(EventType type) {
  switch (type) {
    case EventType::contact_merged_into:
    case EventType::contact_unmerged:
    case EventType::contact_absorbed:
    case EventType::contact_parted:
    case EventType::contact_deleted:
    case EventType::contact_erased: return false;
    default: return true;
  }
}

Refusal decide(const ContactState& state, const Event& event) {
  if (state.gone == Gone::erased) return Refusal::contact_erased;
  if (state.gone == Gone::deleted && event.type != EventType::contact_erased) return Refusal::contact_deleted;
  if (!event.expected_version) return Refusal::none;
  const bool as_expected = *event.expected_version == 0 ? !state.exists : *event.expected_version == state.version();
  return as_expected ? Refusal::none : Refusal::wrong_expected_version;
}

// What an accepted event does. One operator per type: the compiler names every type that is missing.
struct Acceptor {
  ContactRows& rows;
  const Event& event;
  WriteStamp at;

  ContactState& state() const { return rows.state; }

  void set_fields(const Fields& fields) const {
    for (const auto& [key, value] : fields) state().fields[key].write(value, at);
  }
  void set_client(const ClientChanges& client) const {
    for (const auto& [attribute, value] : client) state().client[attribute].write(value, at);
  }
  void set_tags(const std::vector<std::string>& tags, bool present) const {
    for (const auto& tag : tags) state().tags[tag].write(present, at);
  }
  void seen() const { cover(state().first_seen, state().last_seen, at.time); }

  Visit& visit(std::string_view id) const {
    VisitEntry& entry = rows.visits[std::string(id)];
    if (!entry.visit.exists()) ++state().visits;
    keep_past_visit(rows, id, entry.visit);
    cover(entry.visit.first_time, entry.visit.last_time, at.time);
    entry.changed = true;
    return entry.visit;
  }

  // Runs `change` on the case and keeps the contact's count of open ones.
  template <class Change>
  void change_case(std::string_view id, const std::optional<std::string>& agent, const Change& change) const {
    CaseEntry& entry = rows.cases[std::string(id)];
    Case& support_case = entry.support_case;
    const bool was_open = support_case.exists() && support_case.status() != CaseStatus::closed;
    if (!support_case.exists()) ++state().cases;
    keep_past_case(rows, id, support_case);
    cover(support_case.first_time, support_case.last_time, at.time);
    if (agent) support_case.agent = std::max(support_case.agent, at);
    change(support_case);
    entry.changed = true;
    const bool is_open = support_case.status() != CaseStatus::closed;
    state().open_cases += static_cast<std::uint32_t>(is_open) - static_cast<std::uint32_t>(was_open);
  }

  void operator()(const ContactCreated& p) const {
    set_fields(p.fields);
    set_client(p.client);
    set_tags(p.tags, true);
    if (p.company) state().company.write(p.company, at);
    if (!state().created_stamp || at < *state().created_stamp) {
      state().created_stamp = at;
      state().created_date = p.date_created.value_or(at.time);
    }
  }
  void operator()(const ContactChanged& p) const {
    set_fields(p.fields);
    set_client(p.client);
    set_tags(p.tags_added, true);
    set_tags(p.tags_removed, false);
    if (p.company) state().company.write(*p.company, at);
    if (p.archived) state().archived.write(*p.archived, at);
    if (p.blocked) state().blocked.write(*p.blocked, at);
  }
  void operator()(const ContactMergedInto& p) const { state().merged_into.write(p.into, at); }
  void operator()(const ContactUnmerged&) const { state().merged_into.write(std::nullopt, at); }
  void operator()(const ContactAbsorbed& p) const { state().absorbed[p.merged].write(true, at); }
  void operator()(const ContactParted& p) const { state().absorbed[p.merged].write(false, at); }
  void operator()(const ContactDeleted&) const {
    state().gone = Gone::deleted;
    state().gone_at = at.time;
  }
  void operator()(const ContactErased&) const {
    StreamLedger ledger = state().ledger;
    ledger.timeline_sum = {};
    state() = ContactState{};
    state().ledger = ledger;
    state().gone = Gone::erased;
    state().gone_at = at.time;
    rows.visits.clear();
    rows.cases.clear();
    rows.past.clear();
    rows.stream.appended.clear();
    rows.stream.seen.clear();
    rows.stream.erase_rows = true;
  }
  void operator()(const VisitStarted& p) const {
    seen();
    Visit& v = visit(p.visit.visit_id ? *p.visit.visit_id : event.id);
    v.started = std::max(v.started, at);
  }
  void operator()(const VisitEnded& p) const {
    seen();
    if (!p.visit.visit_id) return;
    Visit& v = visit(*p.visit.visit_id);
    v.ended = std::max(v.ended, at);
  }
  void operator()(const PageViewed& p) const {
    seen();
    if (p.visit_id) ++visit(*p.visit_id).pages;
  }
  void operator()(const ChatStarted& p) const {
    seen();
    if (p.visit_id) visit(*p.visit_id);
    change_case(p.case_id ? *p.case_id : event.id, p.agent_id, [&](Case& c) { c.started = std::max(c.started, at); });
  }
  void operator()(const ChatMessage& p) const {
    seen();
    change_case(p.case_id, std::nullopt, [](Case& c) { ++c.messages; });
  }
  void operator()(const CaseStatusChanged& p) const {
    change_case(p.case_id, p.agent_id, [&](Case& c) {
      WriteStamp& since = c.status_since[static_cast<std::size_t>(p.status)];
      since = std::max(since, at);
    });
  }
  void operator()(const NoteAdded&) const {}
  void operator()(const CustomEvent&) const {}

  // Other streams' types: the decoder lets none of them stand under a contact.
  void operator()(const IdentityClaimed&) const { foreign(); }
  void operator()(const IdentityReleased&) const { foreign(); }
  void operator()(const CompanyCreated&) const { foreign(); }
  void operator()(const CompanyChanged&) const { foreign(); }
  void operator()(const CompanyDeleted&) const { foreign(); }
  void operator()(const LogOpened&) const { foreign(); }
  void operator()(const IdsReserved&) const { foreign(); }
  void operator()(const TagDefined&) const { foreign(); }
  void operator()(const TagDeleted&) const { foreign(); }
  void operator()(const AttributeDefined&) const { foreign(); }
  void operator()(const AttributeDeleted&) const { foreign(); }
  void operator()(const KeyCreated&) const { foreign(); }
  void operator()(const KeyRevoked&) const { foreign(); }
  void operator()(const EventParked&) const { foreign(); }
  void operator()(const ParkedRetried&) const { foreign(); }
  void operator()(const ParkedDiscarded&) const { foreign(); }
  [[noreturn]] void foreign() const { panic("an event of another stream in a contact's: " + event.type_name); }
};

void accept_event(ContactRows& rows, const Event& event, WriteStamp at) {
  ContactState& state = rows.state;
  std::visit(Acceptor{rows, event, at}, event.payload);
  if (state.gone == Gone::erased) return;
  if (creates_contact(event.type)) state.exists = true;
  if (event.identity) state.identities.insert(*event.identity);
  if (is_contact_change(event.type) && (!state.updated || *state.updated < at.time)) state.updated = at.time;
}

// What comes for an erased contact is refused; that it came is kept, what it said is not.
void forget_content(Event& event) {
  event.data.clear();
  event.identity.reset();
  event.actor.reset();
  event.extensions.clear();
}

}  // namespace

ContactRows::ContactRows(ContactId contact) : id(contact), stream(stream_key(contact)) {}

std::optional<std::string_view> visit_named_by(const Event& event) {
  const auto named = [](const std::optional<std::string>& id) -> std::optional<std::string_view> {
    if (!id) return std::nullopt;
    return std::string_view(*id);
  };
  if (const auto* p = std::get_if<VisitStarted>(&event.payload)) {
    return p->visit.visit_id ? std::string_view(*p->visit.visit_id) : std::string_view(event.id);
  }
  if (const auto* p = std::get_if<VisitEnded>(&event.payload)) return named(p->visit.visit_id);
  if (const auto* p = std::get_if<PageViewed>(&event.payload)) return named(p->visit_id);
  if (const auto* p = std::get_if<ChatStarted>(&event.payload)) return named(p->visit_id);
  return std::nullopt;
}

std::optional<std::string_view> case_named_by(const Event& event) {
  if (const auto* p = std::get_if<ChatStarted>(&event.payload)) {
    return p->case_id ? std::string_view(*p->case_id) : std::string_view(event.id);
  }
  if (const auto* p = std::get_if<ChatMessage>(&event.payload)) return std::string_view(p->case_id);
  if (const auto* p = std::get_if<CaseStatusChanged>(&event.payload)) return std::string_view(p->case_id);
  return std::nullopt;
}

Outcome apply(ContactRows& rows, RecordedEvent&& recorded) {
  ContactState& state = rows.state;
  if (state.gone == Gone::erased) forget_content(recorded.event);
  const auto accept = [&](const Event& event, WriteStamp at) { accept_event(rows, event, at); };
  const auto version = [&] { return state.version(); };
  const Outcome outcome = fold_into(
      rows.stream, state.ledger, std::move(recorded), [&](const Event& event) { return decide(state, event); }, accept,
      version);
  if (outcome.status != OutcomeStatus::repeated) keep_snapshot(rows, outcome.first);
  return outcome;
}

void reapply(ContactRows& rows, const Event& event, WriteStamp at, Refusal outcome) {
  if (outcome == Refusal::none) accept_event(rows, event, at);
  count_event(rows.state.ledger, event.type, at.time, outcome);
}

Digest contact_digest(ContactId id, const ContactState& state) {
  thread_local std::string bytes;
  bytes.clear();
  append_canonical_contact(bytes, id, state);
  return hash_digest(bytes) + state.ledger.timeline_sum;
}

}  // namespace rapport
