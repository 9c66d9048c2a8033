#include "engine/http/api/attribute_body.h"

#include <algorithm>
#include <boost/json.hpp>

#include "engine/http/api/body_object.h"
#include "engine/http/api/declaration.h"
#include "engine/http/api/request_values.h"
#include "events/text.h"

namespace rapport {
namespace {

namespace json = boost::json;

std::string_view type_name(AttributeType type) { return kAttributeTypeNames[static_cast<std::size_t>(type)]; }

// The type that an input's type and its format say together; "" where they say none.
std::string_view type_of(std::string_view input, std::string_view format) {
  if (input == "select" || input == "dropdown") return "radio";
  if (input != "text" && input != "textarea") {
    const bool known =
        std::find(kAttributeTypeNames.begin(), kAttributeTypeNames.end(), input) != kAttributeTypeNames.end();
    return known ? input : "";
  }
  if (format.empty() || format == "any") return "text";
  for (const std::string_view known : {"email", "phone", "url", "number", "date"}) {
    if (format == known) return known;
  }
  return "";
}

std::string_view text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains({name.data(), name.size()});
  if (value == nullptr || !value->is_string()) return {};
  return {value->get_string().data(), value->get_string().size()};
}

// config.input and config.label into the event's data.
Result<void> take_config(const json::value& config, json::object& data) {
  if (!config.is_object()) return bad_value("config", "is not an object");
  if (const json::value* label = config.get_object().if_contains("label")) data["label"] = *label;
  const json::value* member = config.get_object().if_contains("input");
  if (member == nullptr) return {};
  if (!member->is_object()) return bad_value("config.input", "is not an object");
  const json::object& input = member->get_object();
  if (input.contains("type") || input.contains("validationFormat")) {
    const std::string_view asked = input.contains("type") ? text_of(input, "type") : "text";
    const std::string_view type = type_of(asked, text_of(input, "validationFormat"));
    if (type.empty()) return bad_value("config.input.type", "with its validationFormat is no type of attribute");
    data["type"] = json::string_view(type.data(), type.size());
  }
  for (const auto* name : {"options", "required", "label"}) {
    const json::value* value = input.if_contains(name);
    if (value != nullptr && (std::string_view(name) != "label" || !data.contains("label"))) data[name] = *value;
  }
  return {};
}

json::object data_of(const AttributeDefined& attribute) {
  json::object data{{"id", attribute.id},
                    {"object", std::string(kAttributeObjectNames[static_cast<std::size_t>(attribute.object)])},
                    {"type", std::string(type_name(attribute.type))},
                    {"options", json::value_from(attribute.options)},
                    {"required", attribute.required},
                    {"indexed", attribute.indexed}};
  if (!attribute.key.empty()) data["key"] = attribute.key;
  if (attribute.label) data["label"] = *attribute.label;
  return data;
}

}  // namespace

Result<AttributeDefined> parse_attribute(const std::string& body, const AttributeDefined& old) {
  auto object = body_object(body);
  RAPPORT_TRY(object);
  json::value value = *std::move(object);
  if (const json::value* inner = value.get_object().if_contains("data"); inner != nullptr && inner->is_object()) {
    value = json::value(*inner);
  }
  json::object data = data_of(old);
  const bool has_config = value.get_object().contains("config");
  for (const auto& [name, member] : value.get_object()) {
    if (name == "object" || name == "key" || name == "indexed") {
      data[name] = member;
    } else if (name == "type") {
      // There it is the kind of column; config.input.type, where it is given, says more.
      const std::string_view asked = text_of(value.get_object(), "type");
      const std::string_view type = type_of(asked, "");
      if (type.empty()) return bad_value("type", quote(asked) + " is no type of attribute");
      const bool says_more = has_config && type == "text";
      if (!says_more) data["type"] = json::string_view(type.data(), type.size());
    } else if (name == "config") {
      RAPPORT_TRY(take_config(member, data));
    } else if (name != "id" && name != "system") {
      return bad_value({name.data(), name.size()}, "is not a member of a custom attribute");
    }
  }
  auto payload = declaration_of(EventType::attribute_defined, json::serialize(data));
  if (!payload) return payload.error();
  AttributeDefined out = std::get<AttributeDefined>(*std::move(payload));
  if (out.type == AttributeType::radio && out.options.empty()) {
    return bad_value("config.input.options", "are missing: a value must be one of them");
  }
  return out;
}

void write_attribute(JsonWriter& json, const AttributeDefined& attribute) {
  const bool entered_by_choice = attribute.type == AttributeType::radio || attribute.type == AttributeType::checkbox;
  const bool any_text = entered_by_choice || attribute.type == AttributeType::text;
  json.begin_object();
  json.key("id").number(attribute.id);
  json.key("object").string(kAttributeObjectNames[static_cast<std::size_t>(attribute.object)]);
  json.key("key").string(attribute.key);
  json.key("type").string(any_text ? "text" : type_name(attribute.type));
  json.key("config").begin_object();
  json.key("input").begin_object();
  json.key("type").string(entered_by_choice || attribute.type == AttributeType::boolean ? type_name(attribute.type)
                                                                                        : "text");
  json.key("label").string(attribute.label.value_or(attribute.key));
  json.key("required").boolean(attribute.required);
  if (entered_by_choice) {
    json.key("options").begin_array();
    for (const std::string& option : attribute.options) json.string(option);
    json.end_array();
  }
  json.key("validationType").string("format");
  json.key("validationFormat").string(any_text ? "any" : type_name(attribute.type));
  json.end_object();
  json.key("label").string(attribute.label.value_or(attribute.key));
  json.end_object();
  json.key("system").string("no");
  json.key("indexed").boolean(attribute.indexed);
  json.end_object();
}

}  // namespace rapport
