#include "events/payload_reader.h"

#include <algorithm>

#include "events/event.h"
#include "events/text.h"

namespace rapport::events_internal {
namespace {

using Reader = JsonObjectReader;

constexpr TextRule kVisitIdRule = name_rule(kVisitIdSizeMax);
constexpr TextRule kTagRule = name_rule(kTagSizeMax);
constexpr TextRule kNameRule = name_rule(256);
constexpr TextRule kKeyIdRule = name_rule(64);

std::string within(std::string_view parent, std::string_view key) {
  return parent.empty() ? shown(key) : std::string(parent) + "." + shown(key);
}

Fields read_fields(Reader& in, std::string_view name) {
  Fields fields;
  const JsonNode* const object = in.object(name);
  if (object == nullptr) return fields;
  fields.reserve(std::min(object->children().size(), kFieldsMax));
  for (const JsonNode& field : object->children()) {
    const std::string_view key = field.key;
    if (key.empty() || key.size() > kFieldKeySizeMax || has_control_character(key)) {
      in.fail(within(name, key), "is not a key of 1 to 128 bytes without control characters");
    } else if (fields.size() == kFieldsMax) {
      in.fail(name, "has more than 500 fields");
    }
    if (in.failed()) return {};
    fields.emplace_back(std::string(key), canonical_json(field));
  }
  return fields;
}

Fields read_required_fields(Reader& in) {
  if (!in.has_value("fields")) in.fail("fields", "is missing");
  return read_fields(in, "fields");
}

// One client attribute, which stands in the member `parent`, or in `data` itself where that is empty.
void read_client_attribute(Reader& in, std::string_view parent, const JsonNode& value, ClientChanges& client) {
  const std::string_view key = value.key;
  const auto it = std::find(kClientAttributeNames.begin(), kClientAttributeNames.end(), key);
  if (it == kClientAttributeNames.end()) return in.fail(within(parent, key), "is not a client attribute");
  const auto attribute = static_cast<ClientAttribute>(it - kClientAttributeNames.begin());
  const bool is_details = attribute == ClientAttribute::details;
  if (!value.is_null() && !(is_details ? value.is_object() : value.is_text())) {
    return in.fail(within(parent, key), is_details ? "is not an object or null" : "is not a string or null");
  }
  client.emplace_back(attribute, canonical_json(value));
}

ClientChanges read_client(Reader& in) {
  ClientChanges client;
  if (const JsonNode* const object = in.object("client")) {
    for (const JsonNode& value : object->children()) read_client_attribute(in, "client", value, client);
  }
  return client;
}

ClientChanges read_bare_client(Reader& in) {
  ClientChanges client;
  for (const auto& member : in.members()) read_client_attribute(in, "", *member.node, client);
  if (client.empty()) in.fail("", "names no client attribute");
  return client;
}

void read_tag_changes(Reader& in, ContactChanged& out) {
  out.tags_added = in.texts("add", kTagRule, kTagsMax);
  out.tags_removed = in.texts("remove", kTagRule, kTagsMax);
  for (const auto& tag : out.tags_added) {
    if (std::find(out.tags_removed.begin(), out.tags_removed.end(), tag) != out.tags_removed.end()) {
      in.fail("remove", "has " + quote(tag) + ", which is also added");
    }
  }
}

std::optional<std::optional<CompanyId>> read_company(Reader& in) {
  const bool named = in.has("companyId");
  const auto id = in.integer("companyId", kIdMax);
  if (!named) return std::nullopt;
  if (!id) return std::optional<CompanyId>{};
  if (*id == 0) in.fail("companyId", "is not an id: an integer from 1 to 2^53 - 1");
  return std::optional<CompanyId>{CompanyId{*id}};
}

ContactId read_contact_id(Reader& in, std::string_view name) { return ContactId{in.required_integer(name, 1, kIdMax)}; }

ContactCreated read_contact_created(Reader& in) {
  ContactCreated out;
  out.fields = read_fields(in, "fields");
  out.client = read_client(in);
  out.tags = in.texts("tags", kTagRule, kTagsMax);
  out.company = read_company(in).value_or(std::nullopt);
  out.date_created = in.time("dateCreated");
  return out;
}

ContactChanged read_contact_changed(Reader& in) {
  ContactChanged out;
  out.fields = read_fields(in, "fields");
  if (const JsonNode* const tags = in.object("tags")) {
    Reader tags_reader(*tags, "data.tags");
    read_tag_changes(tags_reader, out);
    tags_reader.refuse_unknown();
    if (tags_reader.failed()) in.fail(tags_reader.error());
  }
  out.client = read_client(in);
  out.company = read_company(in);
  out.archived = in.boolean("archived");
  if (in.has("blocked")) {
    out.blocked.emplace();
    if (const JsonNode* const blocked = in.object("blocked")) {
      Reader blocked_reader(*blocked, "data.blocked");
      *out.blocked = Block{blocked_reader.time("until")};
      blocked_reader.refuse_unknown();
      if (blocked_reader.failed()) in.fail(blocked_reader.error());
    }
  }
  return out;
}

void read_visit(Reader& in, VisitDetails& visit) {
  visit.visit_id = in.label("visitId", kVisitIdRule);
  visit.url = in.text("url");
  visit.title = in.text("title");
  visit.referrer = in.text("referrer");
  visit.source = in.text("source");
  visit.ip = in.text("ip");
  visit.user_agent = in.text("userAgent");
}

void read_chat_started(Reader& in, ChatStarted& out) {
  out.case_id = in.label("caseId", kVisitIdRule);
  out.visit_id = in.label("visitId", kVisitIdRule);
  out.channel = in.required_text("channel", kNameRule);
  out.title = in.text("title");
  out.description = in.text("description");
  out.agent_id = in.label("agentId", kNameRule);
}

ChatMessage read_chat_message(Reader& in) {
  ChatMessage out;
  out.case_id = in.required_label("caseId", kVisitIdRule);
  out.author = static_cast<ChatAuthor>(in.required_choice("author", kChatAuthorNames));
  out.text = in.text("text");
  const JsonNode* const attachments = in.member("attachments");
  if (attachments == nullptr) return out;
  if (!attachments->is_array()) in.fail("attachments", "is not an array");
  if (in.failed()) return out;
  for (const JsonNode& element : attachments->children()) {
    const std::string at = "data.attachments[" + std::to_string(out.attachments.size()) + "]";
    if (!element.is_object()) {
      in.fail(Error{Errc::invalid_event, "is not an object", at});
      return out;
    }
    Reader reader(element, at);
    Attachment attachment;
    attachment.url = reader.required_text("url");
    attachment.name = reader.text("name");
    attachment.media_type = reader.text("mediaType");
    attachment.size_bytes = reader.integer("sizeBytes", kIdMax);
    if (reader.failed()) {
      in.fail(reader.error());
      return out;
    }
    out.attachments.push_back(std::move(attachment));
  }
  return out;
}

CaseStatusChanged read_case_status(Reader& in) {
  CaseStatusChanged out;
  out.case_id = in.required_label("caseId", kVisitIdRule);
  out.status = static_cast<CaseStatus>(in.required_choice("status", kCaseStatusNames));
  out.closing_state = in.text("closingState");
  out.agent_id = in.label("agentId", kNameRule);
  return out;
}

Identity read_identity(Reader& in) {
  const auto channel = in.required_text_view("channel"), external_id = in.required_text_view("externalId");
  if (in.failed()) return {};
  auto identity = make_identity(channel, external_id);
  if (!identity) in.fail("", identity.error().detail);
  return identity ? *std::move(identity) : Identity{};
}

AttributeDefined read_attribute(Reader& in) {
  AttributeDefined out;
  out.id = in.required_integer("id", 1, kIdMax);
  out.object = static_cast<AttributeObject>(in.required_choice("object", kAttributeObjectNames));
  out.key = in.required_text("key", name_rule(kFieldKeySizeMax));
  out.type = static_cast<AttributeType>(in.required_choice("type", kAttributeTypeNames));
  out.label = in.text("label");
  out.options = in.texts("options", kNameRule, kFieldsMax);
  out.required = in.boolean("required").value_or(false);
  out.indexed = in.boolean("indexed").value_or(false);
  return out;
}

IdsReserved read_ids_reserved(Reader& in) {
  IdsReserved out;
  out.kind = static_cast<IdKind>(in.required_choice("kind", kIdKindNames));
  out.from = in.required_integer("from", 1, kIdMax);
  out.count = in.required_integer("count", 1, kIdMax);
  out.holder = in.text("holder", {0, 256, true}).value_or("");
  if (!in.failed() && out.count > kIdMax - out.from + 1) in.fail("count", "reaches beyond 2^53 - 1");
  return out;
}

KeyCreated read_key_created(Reader& in) {
  KeyCreated out;
  out.id = in.required_text("id", kKeyIdRule);
  out.name = in.required_text("name", {0, kKeyNameSizeMax, true});
  out.secret_hash = in.required_text("secretHash");
  if (out.secret_hash.size() != 64 || out.secret_hash.find_first_not_of("0123456789abcdef") != std::string::npos) {
    in.fail("secretHash", "is not 64 lower-case hex digits");
  }
  out.scopes = in.texts("scopes", kNameRule, kFieldsMax);
  out.expires = in.time("expires");
  return out;
}

LogOpened read_log_opened(Reader& in) {
  LogOpened out;
  const auto log = parse_log_id(in.required_text_view("logId"));
  if (!in.failed() && !log) in.fail("logId", log.error().detail);
  if (log) out.log = *log;
  out.partitions = static_cast<std::int32_t>(in.required_integer("partitions", 1, 1'000'000));
  return out;
}

// Into `payload`, where it stays: some have a dozen texts to move.
void read_members(EventType type, Reader& in, Payload& payload) {
  switch (type) {
    case EventType::contact_created: payload = read_contact_created(in); return;
    case EventType::contact_changed: payload = read_contact_changed(in); return;
    case EventType::contact_fields_changed: payload = ContactChanged{.fields = read_required_fields(in)}; return;
    case EventType::contact_tags_changed: {
      ContactChanged out;
      if (!in.has_value("add") && !in.has_value("remove")) in.fail("", "has neither add nor remove");
      read_tag_changes(in, out);
      payload = std::move(out);
      return;
    }
    case EventType::contact_client_changed: payload = ContactChanged{.client = read_bare_client(in)}; return;
    case EventType::contact_company_changed: {
      ContactChanged out;
      out.company = read_company(in);
      if (!out.company) in.fail("companyId", "is missing");
      payload = std::move(out);
      return;
    }
    case EventType::contact_merged_into: payload = ContactMergedInto{read_contact_id(in, "into")}; return;
    case EventType::contact_unmerged: payload = ContactUnmerged{}; return;
    case EventType::contact_absorbed: payload = ContactAbsorbed{read_contact_id(in, "mergeId")}; return;
    case EventType::contact_parted: payload = ContactParted{read_contact_id(in, "mergeId")}; return;
    case EventType::contact_deleted: payload = ContactDeleted{}; return;
    case EventType::contact_erased: payload = ContactErased{}; return;
    case EventType::visit_started: return read_visit(in, payload.emplace<VisitStarted>().visit);
    case EventType::visit_ended: return read_visit(in, payload.emplace<VisitEnded>().visit);
    case EventType::page_viewed: {
      PageViewed out;
      out.visit_id = in.label("visitId", kVisitIdRule);
      out.url = in.required_text("url");
      out.title = in.text("title");
      payload = std::move(out);
      return;
    }
    case EventType::chat_started: return read_chat_started(in, payload.emplace<ChatStarted>());
    case EventType::chat_message: payload = read_chat_message(in); return;
    case EventType::case_status_changed: payload = read_case_status(in); return;
    case EventType::note_added: {
      NoteAdded out;
      out.text = in.required_text("text");
      out.agent_id = in.label("agentId", kNameRule);
      payload = std::move(out);
      return;
    }
    case EventType::identity_claimed: {
      Identity identity = read_identity(in);
      payload = IdentityClaimed{std::move(identity), read_contact_id(in, "contactId")};
      return;
    }
    case EventType::identity_released: {
      Identity identity = read_identity(in);
      payload = IdentityReleased{std::move(identity), read_contact_id(in, "contactId")};
      return;
    }
    case EventType::company_created: payload = CompanyCreated{read_required_fields(in)}; return;
    case EventType::company_changed: payload = CompanyChanged{read_required_fields(in)}; return;
    case EventType::company_deleted: payload = CompanyDeleted{}; return;
    case EventType::log_opened: payload = read_log_opened(in); return;
    case EventType::ids_reserved: payload = read_ids_reserved(in); return;
    case EventType::tag_defined: {
      TagDefined out;
      out.id = in.required_integer("id", 1, kIdMax);
      out.name = in.required_text("name", kTagRule);
      out.color = in.text("color");
      out.types = in.texts("type", kNameRule, 8);
      payload = std::move(out);
      return;
    }
    case EventType::tag_deleted: payload = TagDeleted{in.required_integer("id", 1, kIdMax)}; return;
    case EventType::attribute_defined: payload = read_attribute(in); return;
    case EventType::attribute_deleted: payload = AttributeDeleted{in.required_integer("id", 1, kIdMax)}; return;
    case EventType::key_created: payload = read_key_created(in); return;
    case EventType::key_revoked: payload = KeyRevoked{in.required_text("id", kKeyIdRule)}; return;
    case EventType::event_parked: {
      EventParked out;
      out.reason = in.required_text("reason");
      out.raw = in.required_text("raw", {});
      out.origin = in.required_text("origin");
      payload = std::move(out);
      return;
    }
    case EventType::parked_retried: payload = ParkedRetried{in.required_text("parked")}; return;
    case EventType::parked_discarded: payload = ParkedDiscarded{in.required_text("parked")}; return;
    case EventType::custom: payload = CustomEvent{}; return;
  }
  panic("an event type that is none");
}

// Whether members that the type does not know are refused. What channels tell of visits and chats may say more than
// we read and is kept in the timeline; a change of state that nobody would make is an error.
bool is_strict(EventType type) {
  switch (event_type_row(type).stream) {
    case StreamKind::company:
    case StreamKind::identity:
    case StreamKind::control: return true;
    case StreamKind::contact:
      return event_type_row(type).name.starts_with("contact.") && type != EventType::contact_client_changed;
    case StreamKind::any: return false;
  }
  return false;
}

}  // namespace

std::optional<Error> read_payload(EventType type, const JsonNode& data, Payload& payload) {
  JsonObjectReader in(data, "data");
  read_members(type, in, payload);
  if (is_strict(type)) in.refuse_unknown();
  if (in.failed()) return in.error();
  return std::nullopt;
}

}  // namespace rapport::events_internal
