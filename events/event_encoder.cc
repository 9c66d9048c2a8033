#include "events/event_encoder.h"

#include "events/json_writer.h"

namespace rapport {
namespace {

void put(JsonWriter& json, std::string_view key, const std::optional<std::string>& value) {
  if (value) json.key(key).string(*value);
}

void put_fields(JsonWriter& json, const Fields& fields) {
  json.begin_object();
  for (const auto& [key, value] : fields) json.key(key).raw(value);
  json.end_object();
}

void put_client(JsonWriter& json, const ClientChanges& client) {
  for (const auto& [attribute, value] : client) {
    json.key(kClientAttributeNames[static_cast<std::size_t>(attribute)]).raw(value);
  }
}

void put_strings(JsonWriter& json, std::string_view key, const std::vector<std::string>& values) {
  json.key(key).begin_array();
  for (const auto& value : values) json.string(value);
  json.end_array();
}

void put_tags(JsonWriter& json, const ContactChanged& change) {
  if (!change.tags_added.empty()) put_strings(json, "add", change.tags_added);
  if (!change.tags_removed.empty()) put_strings(json, "remove", change.tags_removed);
}

void put_company(JsonWriter& json, const std::optional<CompanyId>& company) {
  json.key("companyId");
  company ? json.number(company->value) : json.null();
}

void put_visit(JsonWriter& json, const VisitDetails& visit) {
  put(json, "visitId", visit.visit_id);
  put(json, "url", visit.url);
  put(json, "title", visit.title);
  put(json, "referrer", visit.referrer);
  put(json, "source", visit.source);
  put(json, "ip", visit.ip);
  put(json, "userAgent", visit.user_agent);
}

void put_identity(JsonWriter& json, const Identity& identity, ContactId contact) {
  json.key("channel").string(identity.channel).key("externalId").string(identity.external_id);
  json.key("contactId").number(contact.value);
}

// Writes the members of `data`, between the braces.
struct DataWriter {
  JsonWriter& json;
  EventType type;

  void operator()(const ContactCreated& p) const {
    if (!p.fields.empty()) put_fields(json.key("fields"), p.fields);
    if (!p.client.empty()) {
      json.key("client").begin_object();
      put_client(json, p.client);
      json.end_object();
    }
    if (!p.tags.empty()) put_strings(json, "tags", p.tags);
    if (p.company) put_company(json, p.company);
    if (p.date_created) json.key("dateCreated").time(*p.date_created);
  }

  void operator()(const ContactChanged& p) const {
    // The one-part spellings carry their part bare.
    if (type == EventType::contact_tags_changed) return put_tags(json, p);
    if (type == EventType::contact_client_changed) return put_client(json, p.client);
    if (type == EventType::contact_fields_changed) return put_fields(json.key("fields"), p.fields);
    if (type == EventType::contact_company_changed) return put_company(json, p.company.value_or(std::nullopt));
    if (!p.fields.empty()) put_fields(json.key("fields"), p.fields);
    if (!p.tags_added.empty() || !p.tags_removed.empty()) {
      json.key("tags").begin_object();
      put_tags(json, p);
      json.end_object();
    }
    if (!p.client.empty()) {
      json.key("client").begin_object();
      put_client(json, p.client);
      json.end_object();
    }
    if (p.company) put_company(json, *p.company);
    if (p.archived) json.key("archived").boolean(*p.archived);
    if (p.blocked) {
      json.key("blocked");
      if (!*p.blocked) {
        json.null();
      } else {
        json.begin_object();
        if ((*p.blocked)->until) json.key("until").time(*(*p.blocked)->until);
        json.end_object();
      }
    }
  }

  void operator()(const ContactMergedInto& p) const { json.key("into").number(p.into.value); }
  void operator()(const ContactUnmerged&) const {}
  void operator()(const ContactAbsorbed& p) const { json.key("mergeId").number(p.merged.value); }
  void operator()(const ContactParted& p) const { json.key("mergeId").number(p.merged.value); }
  void operator()(const ContactDeleted&) const {}
  void operator()(const ContactErased&) const {}
  void operator()(const VisitStarted& p) const { put_visit(json, p.visit); }
  void operator()(const VisitEnded& p) const { put_visit(json, p.visit); }

  void operator()(const PageViewed& p) const {
    put(json, "visitId", p.visit_id);
    json.key("url").string(p.url);
    put(json, "title", p.title);
  }

  void operator()(const ChatStarted& p) const {
    put(json, "caseId", p.case_id);
    put(json, "visitId", p.visit_id);
    json.key("channel").string(p.channel);
    put(json, "title", p.title);
    put(json, "description", p.description);
    put(json, "agentId", p.agent_id);
  }

  void operator()(const ChatMessage& p) const {
    json.key("caseId").string(p.case_id);
    json.key("author").string(kChatAuthorNames[static_cast<std::size_t>(p.author)]);
    put(json, "text", p.text);
    if (p.attachments.empty()) return;
    json.key("attachments").begin_array();
    for (const auto& attachment : p.attachments) {
      json.begin_object().key("url").string(attachment.url);
      put(json, "name", attachment.name);
      put(json, "mediaType", attachment.media_type);
      if (attachment.size_bytes) json.key("sizeBytes").number(*attachment.size_bytes);
      json.end_object();
    }
    json.end_array();
  }

  void operator()(const CaseStatusChanged& p) const {
    json.key("caseId").string(p.case_id);
    json.key("status").string(kCaseStatusNames[static_cast<std::size_t>(p.status)]);
    put(json, "closingState", p.closing_state);
    put(json, "agentId", p.agent_id);
  }

  void operator()(const NoteAdded& p) const {
    json.key("text").string(p.text);
    put(json, "agentId", p.agent_id);
  }

  void operator()(const IdentityClaimed& p) const { put_identity(json, p.identity, p.contact); }
  void operator()(const IdentityReleased& p) const { put_identity(json, p.identity, p.contact); }
  void operator()(const CompanyCreated& p) const { put_fields(json.key("fields"), p.fields); }
  void operator()(const CompanyChanged& p) const { put_fields(json.key("fields"), p.fields); }
  void operator()(const CompanyDeleted&) const {}

  void operator()(const LogOpened& p) const {
    json.key("logId").string(to_string(p.log)).key("partitions").number(std::int64_t{p.partitions});
  }

  void operator()(const IdsReserved& p) const {
    json.key("kind").string(kIdKindNames[static_cast<std::size_t>(p.kind)]);
    json.key("from").number(p.from).key("count").number(p.count);
    if (!p.holder.empty()) json.key("holder").string(p.holder);
  }

  void operator()(const TagDefined& p) const {
    json.key("id").number(p.id).key("name").string(p.name);
    put(json, "color", p.color);
    if (!p.types.empty()) put_strings(json, "type", p.types);
  }
  void operator()(const TagDeleted& p) const { json.key("id").number(p.id); }

  void operator()(const AttributeDefined& p) const {
    json.key("id").number(p.id);
    json.key("object").string(kAttributeObjectNames[static_cast<std::size_t>(p.object)]);
    json.key("key").string(p.key);
    json.key("type").string(kAttributeTypeNames[static_cast<std::size_t>(p.type)]);
    put(json, "label", p.label);
    if (!p.options.empty()) put_strings(json, "options", p.options);
    if (p.required) json.key("required").boolean(true);
    if (p.indexed) json.key("indexed").boolean(true);
  }
  void operator()(const AttributeDeleted& p) const { json.key("id").number(p.id); }

  void operator()(const KeyCreated& p) const {
    json.key("id").string(p.id).key("name").string(p.name).key("secretHash").string(p.secret_hash);
    put_strings(json, "scopes", p.scopes);
    if (p.expires) json.key("expires").time(*p.expires);
  }
  void operator()(const KeyRevoked& p) const { json.key("id").string(p.id); }

  void operator()(const EventParked& p) const {
    json.key("reason").string(p.reason).key("raw").string(p.raw).key("origin").string(p.origin);
  }
  void operator()(const ParkedRetried& p) const { json.key("parked").string(p.parked); }
  void operator()(const ParkedDiscarded& p) const { json.key("parked").string(p.parked); }
  void operator()(const CustomEvent&) const {}
};

}  // namespace

std::string encode_payload(EventType type, const Payload& payload) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  std::visit(DataWriter{json, type}, payload);
  json.end_object();
  return out;
}

void append_event(std::string& out, const Event& event) {
  JsonWriter json(out);
  json.begin_object().key("specversion").string("1.0");
  json.key("id").string(event.id).key("source").string(event.source).key("type").string(event.type_name);
  json.key("subject").string(to_string(event.subject));
  if (event.time) json.key("time").time(*event.time);
  if (event.expected_version) json.key("expectedversion").number(*event.expected_version);
  put(json, "actor", event.actor);
  put(json, "correlationid", event.correlation_id);
  put(json, "causationid", event.causation_id);
  if (event.identity) json.key("identity").string(to_string(*event.identity));
  if (event.schema_version != 1) json.key("schemaversion").number(std::uint64_t{event.schema_version});
  put(json, "enc", event.enc);
  for (const auto& [name, value] : event.extensions) json.key(name).raw(value);
  if (!event.data.empty()) json.key("data").raw(event.data);
  json.end_object();
}

std::string encode_event(const Event& event) {
  std::string out;
  out.reserve(event.data.size() + 256);
  append_event(out, event);
  return out;
}

}  // namespace rapport
