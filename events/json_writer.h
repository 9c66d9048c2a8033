// Writes one JSON document, in order, into a string that the caller owns: no tree, no second copy.
//
// Invariants: the writer places commas and colons; the caller opens what it closes. Text is UTF-8 (RFC 8259, section
// 8.1) and is escaped here, raw() is not.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "events/timestamp.h"

namespace rapport {

// JSON text known to be one valid, minified value.
struct JsonText {
  std::string text;

  friend auto operator<=>(const JsonText&, const JsonText&) = default;
};

inline bool is_null(const JsonText& json) { return json.text == "null"; }

void append_json_string(std::string& out, std::string_view text);
JsonText json_string(std::string_view text);

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }

  JsonWriter& key(std::string_view name);
  JsonWriter& string(std::string_view text);
  JsonWriter& number(std::int64_t value);
  JsonWriter& number(std::uint64_t value);
  JsonWriter& boolean(bool value) { return raw(value ? "true" : "false"); }
  JsonWriter& null() { return raw("null"); }
  JsonWriter& time(Timestamp time);
  // One whole JSON value that is already text.
  JsonWriter& raw(std::string_view json);
  JsonWriter& raw(const JsonText& json) { return raw(json.text); }

  JsonWriter& string_or_null(const std::optional<std::string>& text) { return text ? string(*text) : null(); }
  JsonWriter& time_or_null(const std::optional<Timestamp>& value) { return value ? time(*value) : null(); }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void before_value();

  std::string& out_;
  bool comma_due_ = false;
};

}  // namespace rapport
