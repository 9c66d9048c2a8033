#include "events/json_object_reader.h"

#include <algorithm>

namespace rapport::events_internal {

std::string JsonObjectReader::member_path(std::string_view name) const {
  if (path_.empty()) return std::string(name);
  if (name.empty()) return path_;
  return path_ + "." + std::string(name);
}

void JsonObjectReader::fail(std::string_view member, std::string detail) {
  if (!error_) error_ = Error{Errc::invalid_event, std::move(detail), member_path(member)};
}

std::optional<dom::element> JsonObjectReader::member(std::string_view name) {
  if (asked_count_ == kMembersMax) panic("a payload reads more than 16 members");
  asked_[asked_count_++] = name;
  if (failed()) return std::nullopt;
  dom::element value;
  if (object_.at_key(name).get(value) != simdjson::SUCCESS || value.is_null()) return std::nullopt;
  return value;
}

bool JsonObjectReader::has(std::string_view name) {
  dom::element value;
  return object_.at_key(name).get(value) == simdjson::SUCCESS;
}

std::optional<std::string> JsonObjectReader::text(std::string_view name, TextRule rule) {
  const auto value = member(name);
  if (!value) return std::nullopt;
  std::string_view text;
  if (value->get(text) != simdjson::SUCCESS) {
    fail(name, "is not a string");
    return std::nullopt;
  }
  if (text.size() < rule.size_min || text.size() > rule.size_max) {
    fail(name, "has " + std::to_string(text.size()) + " bytes, not " + std::to_string(rule.size_min) + " to " +
                   std::to_string(rule.size_max));
    return std::nullopt;
  }
  return std::string(text);
}

std::string JsonObjectReader::required_text(std::string_view name, TextRule rule) {
  auto value = text(name, rule);
  if (!value && !failed()) fail(name, "is missing");
  return value ? *std::move(value) : std::string();
}

std::optional<std::string> JsonObjectReader::label(std::string_view name, TextRule rule) {
  const auto value = member(name);
  if (!value) return std::nullopt;
  std::string text;
  if (std::string_view view; value->get(view) == simdjson::SUCCESS) {
    text = view;
  } else if (std::int64_t number = 0; value->get(number) == simdjson::SUCCESS) {
    text = std::to_string(number);
  } else {
    fail(name, "is not a string or an integer");
    return std::nullopt;
  }
  if (text.size() < rule.size_min || text.size() > rule.size_max) {
    fail(name, "has " + std::to_string(text.size()) + " bytes, not " + std::to_string(rule.size_min) + " to " +
                   std::to_string(rule.size_max));
    return std::nullopt;
  }
  return text;
}

std::string JsonObjectReader::required_label(std::string_view name, TextRule rule) {
  auto value = label(name, rule);
  if (!value && !failed()) fail(name, "is missing");
  return value ? *std::move(value) : std::string();
}

std::optional<std::uint64_t> JsonObjectReader::integer(std::string_view name, std::uint64_t max) {
  const auto value = member(name);
  if (!value) return std::nullopt;
  std::uint64_t number = 0;
  if (value->get(number) != simdjson::SUCCESS || number > max) {
    fail(name, "is not an integer from 0 to " + std::to_string(max));
    return std::nullopt;
  }
  return number;
}

std::uint64_t JsonObjectReader::required_integer(std::string_view name, std::uint64_t min, std::uint64_t max) {
  const auto value = integer(name, max);
  if (failed()) return 0;
  if (!value) {
    fail(name, "is missing");
  } else if (*value < min) {
    fail(name, "is not an integer from " + std::to_string(min) + " to " + std::to_string(max));
  }
  return value.value_or(0);
}

std::optional<bool> JsonObjectReader::boolean(std::string_view name) {
  const auto value = member(name);
  if (!value) return std::nullopt;
  bool flag = false;
  if (value->get(flag) != simdjson::SUCCESS) {
    fail(name, "is not true or false");
    return std::nullopt;
  }
  return flag;
}

std::optional<Timestamp> JsonObjectReader::time(std::string_view name) {
  const auto value = text(name);
  if (!value) return std::nullopt;
  const auto time = parse_timestamp(*value);
  if (!time) {
    fail(name, time.error().detail);
    return std::nullopt;
  }
  return *time;
}

std::optional<std::size_t> JsonObjectReader::choice(std::string_view name, std::span<const std::string_view> names) {
  const auto value = text(name);
  if (!value) return std::nullopt;
  const auto it = std::find(names.begin(), names.end(), *value);
  if (it != names.end()) return static_cast<std::size_t>(it - names.begin());
  std::string detail = "is '" + value->substr(0, 64) + "', not one of";
  for (const auto& allowed : names) detail.append(allowed == names.front() ? " " : ", ").append(allowed);
  fail(name, std::move(detail));
  return std::nullopt;
}

std::size_t JsonObjectReader::required_choice(std::string_view name, std::span<const std::string_view> names) {
  const auto value = choice(name, names);
  if (!value && !failed()) fail(name, "is missing");
  return value.value_or(0);
}

std::vector<std::string> JsonObjectReader::texts(std::string_view name, TextRule rule, std::size_t count_max) {
  std::vector<std::string> out;
  const auto value = member(name);
  if (!value) return out;
  dom::array array;
  if (value->get(array) != simdjson::SUCCESS) {
    fail(name, "is not an array of strings");
    return out;
  }
  for (const dom::element element : array) {
    const std::string at = std::string(name) + "[" + std::to_string(out.size()) + "]";
    std::string_view text;
    if (out.size() == count_max) {
      fail(name, "has more than " + std::to_string(count_max) + " elements");
    } else if (element.get(text) != simdjson::SUCCESS) {
      fail(at, "is not a string");
    } else if (text.size() < rule.size_min || text.size() > rule.size_max) {
      fail(at, "has " + std::to_string(text.size()) + " bytes, not " + std::to_string(rule.size_min) + " to " +
                   std::to_string(rule.size_max));
    }
    if (failed()) return {};
    out.emplace_back(text);
  }
  return out;
}

std::optional<dom::object> JsonObjectReader::object(std::string_view name) {
  const auto value = member(name);
  if (!value) return std::nullopt;
  dom::object object;
  if (value->get(object) != simdjson::SUCCESS) {
    fail(name, "is not an object");
    return std::nullopt;
  }
  return object;
}

void JsonObjectReader::refuse_unknown() {
  if (failed()) return;
  const auto asked = std::span(asked_).first(asked_count_);
  for (const auto field : object_) {
    if (std::find(asked.begin(), asked.end(), field.key) == asked.end()) {
      fail(field.key.substr(0, 64), "is not a member of this type's data");
      return;
    }
  }
}

}  // namespace rapport::events_internal
