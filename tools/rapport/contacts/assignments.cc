#include "tools/rapport/contacts/assignments.h"

#include "events/json_value.h"
#include "events/text.h"

namespace rapport {

namespace json = boost::json;

Result<json::object> parse_assignments(const std::vector<std::string>& assignments) {
  json::object fields;
  for (const std::string& text : assignments) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0 || text.starts_with(":=")) {
      return Error{Errc::invalid_argument, quote(text) + " is not like name=Ada or age:=42", "fields"};
    }
    const bool as_json = text[equals - 1] == ':';
    const std::string key = text.substr(0, equals - (as_json ? 1 : 0)), value = text.substr(equals + 1);
    if (!as_json) {
      fields[key] = value.empty() ? json::value() : json::value(value);
      continue;
    }
    boost::system::error_code malformed;
    fields[key] = parse_json_value(value, malformed);
    if (malformed) return Error{Errc::invalid_argument, quote(value) + " is not JSON", key};
  }
  return fields;
}

}  // namespace rapport
