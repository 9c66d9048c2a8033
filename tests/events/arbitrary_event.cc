#include "tests/events/arbitrary_event.h"

#include <algorithm>

#include "events/event_encoder.h"
#include "tests/events/arbitrary_json.h"

// Every function here draws with `*gen`, so it is called within rc::gen::exec; braces keep the order of the draws.
namespace rapport {
namespace {

const std::string kDigits = "0123456789";
const std::string kLowerCase = "abcdefghijklmnopqrstuvwxyz";

std::string text() { return *arbitrary_text(); }
std::string name() { return *arbitrary_name(); }
std::string some_text() { return *rc::gen::nonEmpty(arbitrary_text()); }
bool coin() { return *rc::gen::arbitrary<bool>(); }

template <class Draw>
auto maybe(Draw draw) -> std::optional<decltype(draw())> {
  if (!coin()) return std::nullopt;
  return draw();
}

std::uint64_t number(std::uint64_t min, std::uint64_t max) {
  // The ends are where rules break; inRange's upper end is not included.
  return *rc::gen::weightedOneOf<std::uint64_t>({{8, rc::gen::inRange(min, max)}, {1, rc::gen::element(min, max)}});
}

std::uint64_t id() { return number(1, kIdMax); }
Timestamp time() { return Timestamp{*rc::gen::inRange(kTimestampMin.ms, kTimestampMax.ms + 1)}; }

template <class Enum, std::size_t N>
Enum one_of(const std::array<std::string_view, N>&) {
  return static_cast<Enum>(*rc::gen::inRange<std::size_t>(0, N));
}

std::vector<std::string> names(int count_max) {
  return *rc::gen::resize(count_max, rc::gen::container<std::vector<std::string>>(arbitrary_name()));
}

Identity identity() { return {*arbitrary_word(kLowerCase + kDigits + "ABYZ._-", kChannelSizeMax), name()}; }

ClientChanges client() {
  ClientChanges out;
  for (std::size_t i = 0; i < kClientAttributeNames.size(); ++i) {
    const auto attribute = static_cast<ClientAttribute>(i);
    const bool is_details = attribute == ClientAttribute::details;
    if (!coin()) continue;
    out.emplace_back(attribute, !coin() ? JsonText{"null"} : is_details ? *arbitrary_object() : json_string(text()));
  }
  std::reverse(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(number(0, out.size())));
  return out;
}

void put_tags(ContactChanged& out) {
  out.tags_added = names(5);
  out.tags_removed = names(5);
  std::erase_if(out.tags_removed, [&](const std::string& tag) {
    return std::find(out.tags_added.begin(), out.tags_added.end(), tag) != out.tags_added.end();
  });
}

std::optional<CompanyId> company() {
  return maybe([] { return CompanyId{id()}; });
}

ContactChanged contact_changed() {
  ContactChanged out{.fields = *arbitrary_fields()};
  put_tags(out);
  out.client = client();
  out.company = maybe(company);
  out.archived = maybe(coin);
  out.blocked = maybe([] { return maybe([] { return Block{maybe(time)}; }); });
  return out;
}

// One part, and that named.
ContactChanged one_part(EventType type) {
  ContactChanged out;
  if (type == EventType::contact_fields_changed) out.fields = *arbitrary_fields();
  if (type == EventType::contact_company_changed) out.company.emplace(company());
  if (type == EventType::contact_client_changed) {
    out.client = client();
    if (out.client.empty()) out.client.emplace_back(ClientAttribute::name, JsonText{"null"});
  }
  if (type == EventType::contact_tags_changed) {
    put_tags(out);
    if (out.tags_added.empty() && out.tags_removed.empty()) out.tags_removed = {name()};
  }
  return out;
}

VisitDetails visit() {
  return {maybe(name), maybe(text), maybe(text), maybe(text), maybe(text), maybe(text), maybe(text)};
}

Attachment attachment() {
  return {some_text(), maybe(text), maybe(text), maybe([] { return number(0, kIdMax); })};
}

std::vector<Attachment> attachments() {
  std::vector<Attachment> out(number(0, 3));
  for (auto& one : out) one = attachment();
  return out;
}

IdsReserved ids_reserved() {
  IdsReserved out{one_of<IdKind>(kIdKindNames), id()};
  out.count = number(1, kIdMax - out.from + 1);
  if (coin()) out.holder = name();
  return out;
}

Payload payload_of(EventType type) {
  switch (type) {
    case EventType::contact_created:
      return ContactCreated{*arbitrary_fields(), client(), names(5), company(), maybe(time)};
    case EventType::contact_changed: return contact_changed();
    case EventType::contact_fields_changed:
    case EventType::contact_tags_changed:
    case EventType::contact_client_changed:
    case EventType::contact_company_changed: return one_part(type);
    case EventType::contact_merged_into: return ContactMergedInto{ContactId{id()}};
    case EventType::contact_unmerged: return ContactUnmerged{};
    case EventType::contact_absorbed: return ContactAbsorbed{ContactId{id()}};
    case EventType::contact_parted: return ContactParted{ContactId{id()}};
    case EventType::contact_deleted: return ContactDeleted{};
    case EventType::contact_erased: return ContactErased{};
    case EventType::visit_started: return VisitStarted{visit()};
    case EventType::visit_ended: return VisitEnded{visit()};
    case EventType::page_viewed: return PageViewed{maybe(name), some_text(), maybe(text)};
    case EventType::chat_started:
      return ChatStarted{maybe(name), maybe(name), name(), maybe(text), maybe(text), maybe(name)};
    case EventType::chat_message:
      return ChatMessage{name(), one_of<ChatAuthor>(kChatAuthorNames), maybe(text), attachments()};
    case EventType::case_status_changed:
      return CaseStatusChanged{name(), one_of<CaseStatus>(kCaseStatusNames), maybe(text), maybe(name)};
    case EventType::note_added: return NoteAdded{some_text(), maybe(name)};
    case EventType::identity_claimed: return IdentityClaimed{identity(), ContactId{id()}};
    case EventType::identity_released: return IdentityReleased{identity(), ContactId{id()}};
    case EventType::company_created: return CompanyCreated{*arbitrary_fields()};
    case EventType::company_changed: return CompanyChanged{*arbitrary_fields()};
    case EventType::company_deleted: return CompanyDeleted{};
    case EventType::log_opened:
      return LogOpened{LogId{*rc::gen::arbitrary<std::uint32_t>()}, static_cast<std::int32_t>(number(1, 1'000'000))};
    case EventType::ids_reserved: return ids_reserved();
    case EventType::tag_defined: return TagDefined{id(), name(), maybe(text), names(8)};
    case EventType::tag_deleted: return TagDeleted{id()};
    case EventType::attribute_defined:
      return AttributeDefined{id(),        one_of<AttributeObject>(kAttributeObjectNames),
                              name(),      one_of<AttributeType>(kAttributeTypeNames),
                              maybe(text), names(5),
                              coin(),      coin()};
    case EventType::attribute_deleted: return AttributeDeleted{id()};
    case EventType::key_created:
      return KeyCreated{*arbitrary_word(kLowerCase, 64), name(),
                        *rc::gen::container<std::string>(64, rc::gen::elementOf(kDigits + "abcdef")), names(5),
                        maybe(time)};
    case EventType::key_revoked: return KeyRevoked{*arbitrary_word(kLowerCase, 64)};
    case EventType::event_parked: return EventParked{some_text(), text(), some_text()};
    case EventType::parked_retried: return ParkedRetried{some_text()};
    case EventType::parked_discarded: return ParkedDiscarded{some_text()};
    case EventType::custom: return CustomEvent{};
  }
  panic("an event type that is none");
}

Subject subject_of(EventType type, const Payload& payload) {
  if (const auto* claimed = std::get_if<IdentityClaimed>(&payload)) return claimed->identity;
  if (const auto* released = std::get_if<IdentityReleased>(&payload)) return released->identity;
  const StreamKind stream = event_type_row(type).stream;
  if (stream == StreamKind::control) return ControlSubject{};
  if (stream == StreamKind::company || (stream == StreamKind::any && coin())) return CompanyId{id()};
  if (coin()) return identity();
  const ContactId contact{id()};
  const auto is_it = [&](ContactId other) { return other == contact; };
  // Never merged into itself: the one case where what is drawn would break a rule.
  if (const auto* merged = std::get_if<ContactMergedInto>(&payload)) RC_PRE(!is_it(merged->into));
  if (const auto* absorbed = std::get_if<ContactAbsorbed>(&payload)) RC_PRE(!is_it(absorbed->merged));
  if (const auto* parted = std::get_if<ContactParted>(&payload)) RC_PRE(!is_it(parted->merged));
  return contact;
}

// A scalar but null, its text a name's or empty.
JsonText extension() {
  const JsonText value = *arbitrary_scalar();
  return is_null(value) || value.text.front() == '"' ? json_string(coin() ? name() : "") : value;
}

// None of our attributes begins with an x.
void put_extensions(Event& event) {
  const std::uint64_t count = number(0, 3);
  for (std::uint64_t i = 0; i < count; ++i) {
    event.extensions.emplace_back("x" + std::to_string(i) + *arbitrary_word(kLowerCase + kDigits, 60), extension());
  }
}

// A publisher's own type, its data any JSON value or none.
void make_custom(Event& event) {
  event.type_name = "x" + *arbitrary_word(kLowerCase + "ABYZ_-", 50) + "." + *arbitrary_word(kDigits + "ab_-", 50);
  event.schema_version = static_cast<std::uint32_t>(number(1, 1'000'000));
  event.data = (*arbitrary_json()).text;
  if (event.data == "null") event.data.clear();
}

Event draw_event(EventType type) {
  Payload payload = payload_of(type);
  Subject subject = subject_of(type, payload);
  Event event = make_event(name(), name(), type, std::move(subject), maybe(time), std::move(payload));
  event.expected_version = maybe([] { return number(0, kIdMax); });
  event.actor = maybe(name);
  event.correlation_id = maybe(name);
  event.causation_id = maybe(name);
  event.identity = maybe(identity);
  put_extensions(event);
  if (type == EventType::custom) make_custom(event);
  return event;
}

}  // namespace

rc::Gen<Event> arbitrary_event(EventType type) {
  return rc::gen::exec([type] { return draw_event(type); });
}

}  // namespace rapport
