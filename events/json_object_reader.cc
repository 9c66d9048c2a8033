#include "events/json_object_reader.h"

#include <algorithm>

#include "events/text.h"

namespace rapport::events_internal {

JsonObjectReader::JsonObjectReader(const JsonNode& object, std::string_view path) : path_(path) {
  for (const JsonNode& member : object.children()) members_.push_back({&member});
}

std::string JsonObjectReader::member_path(std::string_view name) const {
  if (path_.empty()) return std::string(name);
  if (name.empty()) return std::string(path_);
  return std::string(path_).append(".").append(name);
}

void JsonObjectReader::fail(std::string_view member, std::string detail) {
  if (!error_) error_ = Error{Errc::invalid_event, std::move(detail), member_path(member)};
}

void JsonObjectReader::fail(const Error& error) {
  if (!error_) error_ = error;
}

std::size_t JsonObjectReader::index_of(std::string_view name) const {
  const auto it = std::find_if(members_.begin(), members_.end(), [&](const Member& m) { return m.node->key == name; });
  return static_cast<std::size_t>(it - members_.begin());
}

bool JsonObjectReader::has(std::string_view name) { return find(name) != nullptr; }

bool JsonObjectReader::has_value(std::string_view name) {
  const Member* const found = find(name);
  return found != nullptr && !found->node->is_null();
}

bool JsonObjectReader::obeys(std::string_view text, TextRule rule, std::string_view member) {
  if (text.size() < rule.size_min || text.size() > rule.size_max) {
    fail(member, "has " + std::to_string(text.size()) + " bytes, not " + std::to_string(rule.size_min) + " to " +
                     std::to_string(rule.size_max));
  } else if (rule.is_name && has_control_character(text)) {
    fail(member, "has a control character");
  }
  return !failed();
}

std::optional<std::string_view> JsonObjectReader::text_view(std::string_view name, TextRule rule) {
  const JsonNode* const value = member(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_text()) {
    fail(name, "is not a string");
    return std::nullopt;
  }
  if (!obeys(value->text, rule, name)) return std::nullopt;
  return value->text;
}

std::string_view JsonObjectReader::required_text_view(std::string_view name, TextRule rule) {
  const auto value = text_view(name, rule);
  if (!value) fail(name, "is missing");
  return value.value_or(std::string_view{});
}

std::optional<std::string> JsonObjectReader::text(std::string_view name, TextRule rule) {
  const auto value = text_view(name, rule);
  return value ? std::optional<std::string>(*value) : std::nullopt;
}

std::string JsonObjectReader::required_text(std::string_view name, TextRule rule) {
  return std::string(required_text_view(name, rule));
}

std::optional<std::string> JsonObjectReader::label(std::string_view name, TextRule rule) {
  const JsonNode* const value = member(name);
  if (value == nullptr) return std::nullopt;
  std::string text;
  if (value->is_text()) {
    text = value->text;
  } else if (value->kind == JsonNode::Kind::natural) {
    text = std::to_string(value->number);
  } else if (value->kind == JsonNode::Kind::negative) {
    text = std::to_string(static_cast<std::int64_t>(value->number));
  } else {
    fail(name, "is not a string or an integer");
    return std::nullopt;
  }
  if (!obeys(text, rule, name)) return std::nullopt;
  return text;
}

std::string JsonObjectReader::required_label(std::string_view name, TextRule rule) {
  auto value = label(name, rule);
  if (!value) fail(name, "is missing");
  return value ? *std::move(value) : std::string();
}

std::optional<std::uint64_t> JsonObjectReader::integer(std::string_view name, std::uint64_t max) {
  const JsonNode* const value = member(name);
  if (value == nullptr) return std::nullopt;
  if (value->kind != JsonNode::Kind::natural || value->number > max) {
    fail(name, "is not an integer from 0 to " + std::to_string(max));
    return std::nullopt;
  }
  return value->number;
}

std::uint64_t JsonObjectReader::required_integer(std::string_view name, std::uint64_t min, std::uint64_t max) {
  const auto value = integer(name, max);
  if (!value) {
    fail(name, "is missing");
  } else if (*value < min) {
    fail(name, "is not an integer from " + std::to_string(min) + " to " + std::to_string(max));
  }
  return value.value_or(0);
}

std::optional<bool> JsonObjectReader::boolean(std::string_view name) {
  const JsonNode* const value = member(name);
  if (value == nullptr) return std::nullopt;
  if (value->kind != JsonNode::Kind::boolean) {
    fail(name, "is not true or false");
    return std::nullopt;
  }
  return value->number != 0;
}

std::optional<Timestamp> JsonObjectReader::time(std::string_view name) {
  const auto value = text_view(name);
  if (!value) return std::nullopt;
  const auto time = parse_timestamp(*value);
  if (!time) {
    fail(name, time.error().detail);
    return std::nullopt;
  }
  return *time;
}

std::optional<std::size_t> JsonObjectReader::choice(std::string_view name, std::span<const std::string_view> names) {
  const auto value = text_view(name);
  if (!value) return std::nullopt;
  const auto it = std::find(names.begin(), names.end(), *value);
  if (it != names.end()) return static_cast<std::size_t>(it - names.begin());
  std::string detail = "is " + quote(*value) + ", not one of";
  for (const auto& allowed : names) detail.append(allowed == names.front() ? " " : ", ").append(allowed);
  fail(name, std::move(detail));
  return std::nullopt;
}

std::size_t JsonObjectReader::required_choice(std::string_view name, std::span<const std::string_view> names) {
  const auto value = choice(name, names);
  if (!value) fail(name, "is missing");
  return value.value_or(0);
}

std::vector<std::string> JsonObjectReader::texts(std::string_view name, TextRule rule, std::size_t count_max) {
  std::vector<std::string> out;
  const JsonNode* const array = member(name);
  if (array == nullptr) return out;
  if (!array->is_array()) {
    fail(name, "is not an array of strings");
    return out;
  }
  const auto at = [&] { return std::string(name) + "[" + std::to_string(out.size()) + "]"; };
  for (const JsonNode& element : array->children()) {
    if (out.size() == count_max) {
      fail(name, "has more than " + std::to_string(count_max) + " elements");
    } else if (!element.is_text()) {
      fail(at(), "is not a string");
    } else if (!obeys(element.text, rule, name)) {
      error_->field = member_path(at());
    }
    if (failed()) return {};
    out.emplace_back(element.text);
  }
  return out;
}

const JsonNode* JsonObjectReader::object(std::string_view name) {
  const JsonNode* const value = member(name);
  if (value == nullptr || value->is_object()) return value;
  fail(name, "is not an object");
  return nullptr;
}

void JsonObjectReader::refuse_unknown() {
  for (const Member& member : members_) {
    if (!member.asked) fail(shown(member.node->key), "is not a member of this type's data");
  }
}

}  // namespace rapport::events_internal
