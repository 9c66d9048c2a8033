#include "tests/model/random_event.h"

#include <array>

namespace rapport::model {
namespace {

constexpr Timestamp kLongAgo{1'700'000'000'000};
constexpr LogId kLog{0x1f2e3d4c};

constexpr std::array<std::string_view, 3> kSources{"channel/web", "crm", "import/csv"};
constexpr std::array<std::string_view, 4> kFieldKeys{"email", "name", "plan", "score"};
constexpr std::array<std::string_view, 7> kFieldValues{
    "null", "true", "1", "2.5", "\"a\"", "\"b \\\" \u00fc\"", "{\"in\":[1,null]}"};
constexpr std::array<std::string_view, 3> kTags{"vip", "new", "eu"};
constexpr std::array<std::string_view, 3> kVisits{"v1", "v2", "v3"};
constexpr std::array<std::string_view, 3> kCases{"c1", "c2", "c3"};
constexpr std::array<std::string_view, 2> kAgents{"agent-1", "agent-2"};
constexpr std::array<std::string_view, 3> kUrls{"https://shop.example/", "https://shop.example/pricing",
                                                "https://shop.example/caf\u00e9?q=1#top"};

}  // namespace

ContactId RandomEvents::contact() { return ContactId{1 + dice_.below(cast_.contacts)}; }
CompanyId RandomEvents::company() { return CompanyId{1 + dice_.below(cast_.companies)}; }
Identity RandomEvents::identity() {
  return Identity{dice_.one_in(2) ? "web" : "mail", "x:" + std::to_string(dice_.below(cast_.identities))};
}

ContactId RandomEvents::other_than(const Subject& subject) {
  const ContactId any = contact();
  if (subject != Subject{any}) return any;
  return ContactId{any.value % cast_.contacts + 1};
}

Event RandomEvents::of(const Subject& subject, std::string id) {
  struct Visitor {
    RandomEvents& events;
    const Subject& subject;
    Event operator()(const ContactId&) const { return events.of_contact(subject); }
    Event operator()(const CompanyId&) const { return events.of_company(subject); }
    Event operator()(const Identity& identity) const { return events.of_identity(identity); }
    Event operator()(const ControlSubject&) const { return events.of_control(); }
  };
  Event event = std::visit(Visitor{*this, subject}, subject);
  event.id = std::move(id);
  return event;
}

Event RandomEvents::make(EventType type, const Subject& subject, Payload payload) {
  return make_event("unnamed", dice_.text(kSources), type, subject, std::nullopt, std::move(payload));
}

Event RandomEvents::of_contact(const Subject& to) {
  const std::uint64_t roll = dice_.below(cast_.deletions ? 100 : 97);
  if (roll < 6) return make(EventType::contact_created, to, contact_created());
  if (roll < 20) return make(EventType::contact_changed, to, contact_changed());
  if (roll < 30) return make(EventType::contact_fields_changed, to, ContactChanged{.fields = fields()});
  if (roll < 36) return make(EventType::contact_tags_changed, to, some_tags_changed());
  if (roll < 40) return make(EventType::contact_client_changed, to, ContactChanged{.client = some_client()});
  if (roll < 44) return make(EventType::contact_company_changed, to, ContactChanged{.company = company_or_none()});
  if (roll < 48) return make(EventType::contact_merged_into, to, ContactMergedInto{other_than(to)});
  if (roll < 51) return make(EventType::contact_unmerged, to, ContactUnmerged{});
  if (roll < 54) return make(EventType::contact_absorbed, to, ContactAbsorbed{other_than(to)});
  if (roll < 56) return make(EventType::contact_parted, to, ContactParted{other_than(to)});
  if (roll < 62) return make(EventType::visit_started, to, VisitStarted{visit()});
  if (roll < 66) return make(EventType::visit_ended, to, VisitEnded{visit()});
  if (roll < 73)
    return make(EventType::page_viewed, to, PageViewed{dice_.text_or_none(kVisits), dice_.text(kUrls), {}});
  if (roll < 79) return make(EventType::chat_started, to, chat_started());
  if (roll < 84) return make(EventType::chat_message, to, chat_message());
  if (roll < 85) return old_chat_message(to);
  if (roll < 91) return make(EventType::case_status_changed, to, case_status());
  if (roll < 94) return make(EventType::note_added, to, NoteAdded{"called back", dice_.text_or_none(kAgents)});
  if (roll < 97) return custom(to);
  if (roll < 99) return make(EventType::contact_deleted, to, ContactDeleted{});
  return make(EventType::contact_erased, to, ContactErased{});
}

Event RandomEvents::of_company(const Subject& to) {
  const std::uint64_t roll = dice_.below(cast_.deletions ? 20 : 19);
  if (roll < 5) return make(EventType::company_created, to, CompanyCreated{fields()});
  if (roll < 17) return make(EventType::company_changed, to, CompanyChanged{fields()});
  if (roll < 19) return custom(to);
  return make(EventType::company_deleted, to, CompanyDeleted{});
}

Event RandomEvents::of_identity(const Identity& to) {
  if (dice_.one_in(3)) return make(EventType::identity_released, to, IdentityReleased{to, contact()});
  return make(EventType::identity_claimed, to, IdentityClaimed{to, contact()});
}

Event RandomEvents::of_control() {
  const Subject to = ControlSubject{};
  const std::uint64_t id = 1 + dice_.below(4);
  const std::string key = "k" + std::to_string(id);
  switch (dice_.below(11)) {
    case 0: return make(EventType::log_opened, to, LogOpened{kLog, dice_.one_in(4) ? 8 : 4});
    case 1:
    case 2: return make(EventType::ids_reserved, to, ids_reserved());
    case 3:
    case 4: return make(EventType::tag_defined, to, TagDefined{id, dice_.text(kTags), "#c034eb", {"contact"}});
    case 5: return make(EventType::tag_deleted, to, TagDeleted{id});
    case 6: return make(EventType::attribute_defined, to, attribute_defined(id));
    case 7: return make(EventType::attribute_deleted, to, AttributeDeleted{id});
    case 8: return make(EventType::key_created, to, KeyCreated{key, "ci", std::string(64, 'a'), {"*/*"}, {}});
    case 9: return make(EventType::key_revoked, to, KeyRevoked{key});
    default: return parking();
  }
}

Event RandomEvents::parking() {
  const Subject to = ControlSubject{};
  if (dice_.one_in(3)) return make(EventType::event_parked, to, EventParked{"is not JSON", "ew==", "inbox/0/17"});
  std::string parked = format_position(kLog, {Partition{0}, Offset{static_cast<std::int64_t>(dice_.below(20))}});
  if (dice_.one_in(2)) return make(EventType::parked_retried, to, ParkedRetried{std::move(parked)});
  return make(EventType::parked_discarded, to, ParkedDiscarded{std::move(parked)});
}

Event RandomEvents::custom(const Subject& to) {
  Event event = make(EventType::custom, to, CustomEvent{});
  event.type_name = dice_.one_in(3) ? "contact.rated" : "shop.order_placed";
  event.data = dice_.one_in(2) ? "" : "{\"total\":12.50}";
  return event;
}

// As version 1 wrote it (events/upcaster.h).
Event RandomEvents::old_chat_message(const Subject& to) {
  const std::string chat_case = dice_.text(kCases);
  Event event = make(EventType::chat_message, to,
                     ChatMessage{.case_id = chat_case, .attachments = {{.url = "https://files.example/a.png"}}});
  event.schema_version = 1;
  event.data = R"({"caseId":")" + chat_case + R"(","author":"contact","attachments":["https://files.example/a.png"]})";
  return event;
}

Fields RandomEvents::fields() {
  Fields out;
  for (const std::string_view key : kFieldKeys) {
    if (dice_.one_in(3)) out.emplace_back(key, JsonText{dice_.text(kFieldValues)});
  }
  return out;
}

ClientChanges RandomEvents::client() {
  ClientChanges out;
  if (dice_.one_in(2)) out.emplace_back(ClientAttribute::name, JsonText{dice_.one_in(4) ? "null" : "\"Firefox\""});
  if (dice_.one_in(2)) out.emplace_back(ClientAttribute::details, JsonText{dice_.one_in(4) ? "null" : "{\"dpr\":2}"});
  return out;
}

ClientChanges RandomEvents::some_client() {
  ClientChanges out = client();
  while (out.empty()) out = client();
  return out;
}

std::optional<CompanyId> RandomEvents::company_or_none() {
  if (dice_.one_in(4)) return std::nullopt;
  return company();
}

ContactCreated RandomEvents::contact_created() {
  ContactCreated out;
  out.fields = fields();
  out.client = client();
  if (dice_.one_in(2)) out.tags.push_back(dice_.text(kTags));
  if (dice_.one_in(3)) out.company = company();
  if (dice_.one_in(3)) out.date_created = Timestamp{kLongAgo.ms + static_cast<std::int64_t>(dice_.below(9))};
  return out;
}

ContactChanged RandomEvents::tags_changed() {
  ContactChanged out;
  for (const std::string_view tag : kTags) {
    const std::uint64_t roll = dice_.below(3);
    if (roll == 0) out.tags_added.emplace_back(tag);
    if (roll == 1) out.tags_removed.emplace_back(tag);
  }
  return out;
}

ContactChanged RandomEvents::some_tags_changed() {
  ContactChanged out = tags_changed();
  while (out.tags_added.empty() && out.tags_removed.empty()) out = tags_changed();
  return out;
}

ContactChanged RandomEvents::contact_changed() {
  ContactChanged out;
  if (dice_.one_in(3)) out = tags_changed();
  if (dice_.one_in(2)) out.fields = fields();
  if (dice_.one_in(4)) out.client = client();
  if (dice_.one_in(4)) out.company = company_or_none();
  if (dice_.one_in(4)) out.archived = dice_.one_in(2);
  if (dice_.one_in(4)) {
    out.blocked.emplace();
    if (dice_.one_in(2)) *out.blocked = Block{};
    if (dice_.one_in(3)) *out.blocked = Block{Timestamp{kLongAgo.ms + static_cast<std::int64_t>(dice_.below(9))}};
  }
  return out;
}

VisitDetails RandomEvents::visit() {
  VisitDetails out;
  out.visit_id = dice_.text_or_none(kVisits);
  out.url = dice_.text_or_none(kUrls);
  if (dice_.one_in(2)) out.title = "Pricing";
  if (dice_.one_in(2)) out.referrer = "https://search.example/";
  if (dice_.one_in(3)) out.ip = "192.0.2.7";
  return out;
}

ChatStarted RandomEvents::chat_started() {
  ChatStarted out;
  out.case_id = dice_.text_or_none(kCases);
  out.visit_id = dice_.text_or_none(kVisits);
  out.channel = "web";
  if (dice_.one_in(2)) out.title = "Where is my order?";
  if (dice_.one_in(2)) out.agent_id = dice_.text(kAgents);
  return out;
}

ChatMessage RandomEvents::chat_message() {
  ChatMessage out;
  out.case_id = dice_.text(kCases);
  out.author = static_cast<ChatAuthor>(dice_.below(kChatAuthorNames.size()));
  if (!dice_.one_in(4)) out.text = "hello";
  if (dice_.one_in(4)) out.attachments.push_back({.url = "https://files.example/b.png", .size_bytes = 17});
  return out;
}

CaseStatusChanged RandomEvents::case_status() {
  CaseStatusChanged out;
  out.case_id = dice_.text(kCases);
  out.status = static_cast<CaseStatus>(dice_.below(kCaseStatusNames.size()));
  if (dice_.one_in(3)) out.closing_state = "resolved";
  out.agent_id = dice_.text_or_none(kAgents);
  return out;
}

IdsReserved RandomEvents::ids_reserved() {
  IdsReserved out;
  out.kind = static_cast<IdKind>(dice_.below(kIdKindNames.size()));
  out.from = 1 + dice_.below(40);
  out.count = 1 + dice_.below(10);
  if (dice_.one_in(2)) out.holder = "engine-a";
  return out;
}

AttributeDefined RandomEvents::attribute_defined(std::uint64_t id) {
  AttributeDefined out;
  out.id = id;
  out.object = dice_.one_in(2) ? AttributeObject::contact : AttributeObject::company;
  out.key = dice_.text(kFieldKeys);
  if (dice_.one_in(3)) out.type = AttributeType::date;
  out.indexed = dice_.one_in(2);
  return out;
}

}  // namespace rapport::model
