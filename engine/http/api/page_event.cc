#include "engine/http/api/page_event.h"

#include <algorithm>
#include <array>

#include "engine/http/api/page_message.h"
#include "events/text.h"

namespace rapport {
namespace {

namespace json = boost::json;

struct TypeRow {
  std::string_view name;
  std::array<std::string_view, 5> members;  // what its data may say, all of them texts
};
constexpr std::array kTypes{
    TypeRow{"visit.started", {"visitId", "url", "title", "referrer", "source"}},
    TypeRow{"visit.ended", {"visitId"}},
    TypeRow{"page.viewed", {"visitId", "url", "title"}},
    TypeRow{"chat.started", {"caseId", "visitId", "title"}},
    TypeRow{"chat.message", {"caseId", "text"}},
};
constexpr std::string_view kIdentify = "identify", kFieldsChanged = "contact.fields.changed";

Error wrong(std::string detail, std::string field) {
  return {Errc::invalid_argument, std::move(detail), std::move(field)};
}

// A text member; empty where there is none.
std::string_view text_of(const json::object& object, std::string_view name) {
  const json::value* found = object.if_contains(name);
  return found != nullptr && found->is_string() ? std::string_view(found->get_string()) : std::string_view();
}

// What a page did: its data, with what a page cannot choose. It speaks for its visitor, never for an agent.
Result<json::object> data_of(std::string_view type, const json::object& said) {
  const auto row = std::find_if(kTypes.begin(), kTypes.end(), [&](const TypeRow& one) { return one.name == type; });
  if (row == kTypes.end()) return wrong("is no type that a page may publish", "type");
  for (const auto& [name, value] : said) {
    const std::string_view member = name;
    const bool known = std::find(row->members.begin(), row->members.end(), member) != row->members.end();
    if (!known || member.empty()) return wrong("is nothing that a page may say", "data." + shown(member));
    if (!value.is_string()) return wrong("is not a text", "data." + shown(member));
  }
  json::object data = said;
  if (type == "chat.started") data["channel"] = "page";
  if (type == "chat.message") data["author"] = "contact";
  return data;
}

Result<void> check_field(const PageKey& key, std::string_view name, const json::value& value) {
  const std::string member = "data.fields." + shown(name);
  if (std::find(key.fields.begin(), key.fields.end(), name) == key.fields.end()) {
    return wrong("is no field that the key lets a page set", member);
  }
  if (value.is_structured() || value.is_null()) return wrong("is not a text, a number, true or false", member);
  if (value.is_string() && value.get_string().size() > kPageFieldBytesMax) {
    return wrong("is longer than " + std::to_string(kPageFieldBytesMax) + " bytes", member);
  }
  return {};
}

// {"externalId":"customer-17","fields":{"name":"Ada"}}, one of them at least, as the fields that it sets.
Result<json::object> fields_of(const PageKey& key, const json::object& said, std::optional<Identity>& claimed) {
  json::object fields;
  for (const auto& [name, value] : said) {
    if (name == "externalId" && value.is_string()) {
      auto identity = make_identity("said-" + key.id, std::string_view(value.get_string()));
      if (!identity) return wrong(identity.error().detail, "data.externalId");
      claimed = *std::move(identity);
    } else if (name == "fields" && value.is_object()) {
      for (const auto& [field, set] : value.get_object()) {
        RAPPORT_TRY(check_field(key, field, set));
        fields[field] = set;
      }
    } else {
      return wrong("is not a member of identify, or of the wrong type", "data." + shown(name));
    }
  }
  if (claimed) fields[kClaimedIdField] = std::string_view(claimed->external_id);
  if (fields.empty()) return wrong("says nothing", "data");
  return json::object{{"fields", std::move(fields)}};
}

}  // namespace

Result<PageEvent> read_page_event(EventDecoder& decoder, const PageKey& key, const std::string& visitor,
                                  const json::value& said) {
  if (!said.is_object()) return wrong("is not an object", "");
  const json::object& object = said.get_object();
  for (const auto& [name, value] : object) {
    if (name != "id" && name != "type" && name != "data") return wrong("is nothing that a page may say", shown(name));
  }
  const std::string_view id = text_of(object, "id"), type = text_of(object, "type");
  if (!is_page_id(id)) return wrong("is not 32 lower-case hex digits, drawn at random", "id");
  const json::value* data = object.if_contains("data");
  if (data == nullptr || !data->is_object()) return wrong("is not an object", "data");

  std::optional<Identity> claimed;
  auto taken = type == kIdentify ? fields_of(key, data->get_object(), claimed) : data_of(type, data->get_object());
  if (!taken) return taken.error();
  auto event = decoder.decode(json::serialize(json::object{{"specversion", "1.0"},
                                                           {"id", id},
                                                           {"source", "page/" + key.id},
                                                           {"type", type == kIdentify ? kFieldsChanged : type},
                                                           {"subject", "identity/page-" + key.id + ":" + visitor},
                                                           {"data", *std::move(taken)}}));
  if (!event) return event.error();
  return PageEvent{*std::move(event), std::move(claimed)};
}

}  // namespace rapport
