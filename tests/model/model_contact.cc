#include "tests/model/model_contact.h"

#include <algorithm>

namespace rapport::model {
namespace {

bool is_seen(EventType type) {
  return type == EventType::visit_started || type == EventType::visit_ended || type == EventType::page_viewed ||
         type == EventType::chat_started || type == EventType::chat_message;
}

void widen(std::optional<Timestamp>& least, std::optional<Timestamp>& greatest, Timestamp time) {
  least = std::min(least.value_or(time), time);
  greatest = std::max(greatest.value_or(time), time);
}

// Applies one accepted event; called in the order of (time, position), so each write overwrites.
struct ContactFold {
  Contact& contact;
  const Event& event;
  Timestamp time;
  LogPosition position;

  template <class T>
  Register<T> write(T value) const {
    return {std::move(value), time, position};
  }

  void write_fields(const Fields& fields) const {
    for (const auto& [key, value] : fields) contact.fields[key] = write(value);
  }
  void write_client(const ClientChanges& client) const {
    for (const auto& [attribute, value] : client) contact.client[attribute] = write(value);
  }
  void write_tags(const std::vector<std::string>& tags, bool present) const {
    for (const auto& tag : tags) contact.tags[tag] = write(present);
  }

  Visit& visit(const std::string& id) const {
    Visit& visit = contact.visits.try_emplace(id, Visit{.first = time, .last = time}).first->second;
    visit.last = time;
    return visit;
  }
  Case& chat_case(const std::string& id) const {
    Case& chat_case = contact.cases.try_emplace(id, Case{.first = time, .last = time}).first->second;
    chat_case.last = time;
    return chat_case;
  }

  void operator()(const ContactCreated& p) const {
    write_fields(p.fields);
    write_client(p.client);
    write_tags(p.tags, true);
    if (p.company) contact.company = write(p.company);
  }
  void operator()(const ContactChanged& p) const {
    write_fields(p.fields);
    write_tags(p.tags_added, true);
    write_tags(p.tags_removed, false);
    write_client(p.client);
    if (p.company) contact.company = write(*p.company);
    if (p.archived) contact.archived = write(*p.archived);
    if (p.blocked) contact.blocked = write(*p.blocked);
  }
  void operator()(const ContactMergedInto& p) const { contact.merged_into = write(std::optional<ContactId>(p.into)); }
  void operator()(const ContactUnmerged&) const { contact.merged_into = write(std::optional<ContactId>()); }
  void operator()(const ContactAbsorbed& p) const { contact.absorbed[p.merged] = write(true); }
  void operator()(const ContactParted& p) const { contact.absorbed[p.merged] = write(false); }
  void operator()(const ContactDeleted&) const {}
  void operator()(const ContactErased&) const {}

  void operator()(const VisitStarted& p) const { visit(p.visit.visit_id.value_or(event.id)).started = write(p.visit); }
  void operator()(const VisitEnded& p) const {
    if (p.visit.visit_id) visit(*p.visit.visit_id).ended = time;
  }
  void operator()(const PageViewed& p) const {
    if (p.visit_id) ++visit(*p.visit_id).pages;
  }
  void operator()(const ChatStarted& p) const {
    Case& started = chat_case(p.case_id.value_or(event.id));
    started.started = write(p);
    if (p.agent_id) started.agent = write(*p.agent_id);
    if (p.visit_id) visit(*p.visit_id);
  }
  void operator()(const ChatMessage& p) const { ++chat_case(p.case_id).messages; }
  void operator()(const CaseStatusChanged& p) const {
    Case& changed = chat_case(p.case_id);
    changed.status = write(p);
    if (p.agent_id) changed.agent = write(*p.agent_id);
  }
  void operator()(const NoteAdded&) const {}
  void operator()(const CustomEvent&) const {}

  // These stand in other streams and never get here.
  void operator()(const IdentityClaimed&) const {}
  void operator()(const IdentityReleased&) const {}
  void operator()(const CompanyCreated&) const {}
  void operator()(const CompanyChanged&) const {}
  void operator()(const CompanyDeleted&) const {}
  void operator()(const LogOpened&) const {}
  void operator()(const IdsReserved&) const {}
  void operator()(const TagDefined&) const {}
  void operator()(const TagDeleted&) const {}
  void operator()(const AttributeDefined&) const {}
  void operator()(const AttributeDeleted&) const {}
  void operator()(const KeyCreated&) const {}
  void operator()(const KeyRevoked&) const {}
  void operator()(const EventParked&) const {}
  void operator()(const ParkedRetried&) const {}
  void operator()(const ParkedDiscarded&) const {}
};

// That of the earliest contact.created, else the earliest time.
std::optional<Timestamp> date_created_of(const Stream& accepted_by_time) {
  for (const Entry& entry : accepted_by_time) {
    if (const auto* created = std::get_if<ContactCreated>(&entry.event().payload)) {
      return created->date_created.value_or(entry.time);
    }
  }
  if (accepted_by_time.empty()) return std::nullopt;
  return accepted_by_time.front().time;
}

Counters counters_of(const Contact& contact, const Stream& accepted_by_time) {
  Counters counters;
  counters.events = accepted_by_time.size();
  counters.visits = contact.visits.size();
  counters.chats = contact.cases.size();
  for (const auto& [id, chat_case] : contact.cases) {
    counters.messages += chat_case.messages;
    if (chat_case.current_status() != CaseStatus::closed) ++counters.open_cases;
  }
  return counters;
}

// That it came is kept, what it said is not.
Entry without_content(Entry entry) {
  Event& event = *entry.record.event;
  event.data.clear();
  event.payload = CustomEvent{};
  event.identity.reset();
  event.actor.reset();
  event.extensions.clear();
  return entry;
}

void count_types(Contact& contact, const Stream& stream) {
  for (const Entry& entry : stream) {
    if (entry.refused) {
      ++contact.refused;
    } else {
      ++contact.accepted_by_type[entry.event().type_name];
    }
  }
}

Contact tombstone_of(const Stream& stream, const Entry& erasure) {
  Contact contact;
  contact.existence = Existence::erased;
  contact.version = version_of(stream);
  contact.gone_since = erasure.time;
  count_types(contact, stream);
  for (const Entry* entry = &erasure; entry != stream.data() + stream.size(); ++entry) {
    contact.timeline.push_back(entry == &erasure ? *entry : without_content(*entry));
  }
  contact.timeline = by_time(std::move(contact.timeline));
  return contact;
}

}  // namespace

std::optional<Timestamp> Case::closed() const {
  if (current_status() != CaseStatus::closed) return std::nullopt;
  return status->time;
}

Contact contact_of(const Stream& stream) {
  if (const Entry* erasure = first_accepted(stream, EventType::contact_erased)) return tombstone_of(stream, *erasure);

  Contact contact;
  contact.existence = exists(stream) ? Existence::present : Existence::missing;
  contact.version = version_of(stream);
  contact.timeline = by_time(stream);
  count_types(contact, stream);

  const Stream events = by_time(accepted(stream));
  for (const Entry& entry : events) {
    const Event& event = entry.event();
    std::visit(ContactFold{contact, event, entry.time, entry.record.position}, event.payload);
    if (event.identity) contact.identities.insert(*event.identity);
    if (is_change(event.type)) contact.date_updated = entry.time;
    if (is_seen(event.type)) widen(contact.first_seen, contact.last_seen, entry.time);
  }
  contact.date_created = date_created_of(events);
  contact.counters = counters_of(contact, events);

  if (const Entry* deletion = first_accepted(stream, EventType::contact_deleted)) {
    contact.existence = Existence::deleted;
    contact.gone_since = deletion->time;
  }
  return contact;
}

}  // namespace rapport::model
