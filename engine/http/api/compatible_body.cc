#include "engine/http/api/compatible_body.h"

#include <algorithm>
#include <boost/json.hpp>

#include "engine/http/api/body_object.h"
#include "engine/http/api/request_values.h"
#include "events/payload.h"

namespace rapport {
namespace {

namespace json = boost::json;

Result<std::optional<Timestamp>> take_time(json::object& body, std::string_view name) {
  const json::value* value = body.if_contains(json::string_view(name.data(), name.size()));
  if (value == nullptr || value->is_null()) {
    body.erase(json::string_view(name.data(), name.size()));
    return std::optional<Timestamp>();
  }
  if (!value->is_string()) return bad_value(name, "is not a date");
  const auto time = parse_timestamp(std::string_view(value->get_string().data(), value->get_string().size()));
  if (!time) return bad_value(name, time.error().detail);
  body.erase(json::string_view(name.data(), name.size()));
  return std::optional(*time);
}

bool is_client_attribute(std::string_view name) {
  return std::find(kClientAttributeNames.begin(), kClientAttributeNames.end(), name) != kClientAttributeNames.end();
}

}  // namespace

Result<CompatibleContactBody> parse_compatible_contact(const std::string& body, CompatibleWrite write) {
  auto parsed = body_object(body);
  RAPPORT_TRY(parsed);
  json::object members = *std::move(parsed);

  CompatibleContactBody out;
  const auto created = take_time(members, "dateCreated");
  if (!created) return created.error();
  const auto updated = take_time(members, "dateUpdated");
  if (!updated) return updated.error();
  out.date_updated = *updated;

  json::object fields, client, data;
  for (auto& [name, value] : members) {
    const std::string_view key(name.data(), name.size());
    if (key == "fields") {
      if (!value.is_object()) return bad_value("fields", "is not an object");
      for (auto& [field, content] : value.get_object()) fields[field] = content;
    } else if (key == "name" || key == "email" || key == "phone") {
      if (!fields.contains(name)) fields[name] = value;
    } else if (is_client_attribute(key)) {
      client[name] = value;
    } else if (key == "companyId") {
      data["companyId"] = value;
    } else if (key == "archive" && write == CompatibleWrite::update) {
      if (value != "yes" && value != "no") return bad_value("archive", "is yes or no");
      data["archived"] = value == "yes";
    } else {
      return bad_value(key, "is not a member of a contact's body");
    }
  }
  if (write == CompatibleWrite::create) {
    // The event says nothing of what is not there: a new contact has nothing to remove.
    for (json::object* object : {&fields, &client}) {
      for (auto it = object->begin(); it != object->end();) it = it->value().is_null() ? object->erase(it) : it + 1;
    }
    if (data.contains("companyId") && data["companyId"].is_null()) data.erase("companyId");
    if (*created) data["dateCreated"] = format_timestamp(**created);
  }
  if (!fields.empty()) data["fields"] = std::move(fields);
  if (!client.empty()) data["client"] = std::move(client);
  out.empty = data.empty();
  out.data = json::serialize(data);
  return out;
}

}  // namespace rapport
