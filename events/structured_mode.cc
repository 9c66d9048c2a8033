#include "events/structured_mode.h"

#include "events/bytes_text.h"
#include "events/json_writer.h"

namespace rapport {
namespace {

constexpr std::string_view kHeaderPrefix = "ce_";

// Of a header's text, which names no types: the attributes that are numbers in structured mode.
bool is_integer_attribute(std::string_view name) { return name == "expectedversion" || name == "schemaversion"; }

bool is_json_integer(std::string_view text) {
  return !text.empty() && text.size() <= 20 && (text[0] != '0' || text.size() == 1) &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

std::string structured_mode(std::span<const EventHeader> headers, std::string_view data, bool data_is_json) {
  std::string structured;
  structured.reserve(data.size() + 512);
  JsonWriter json(structured);
  json.begin_object();
  for (const auto& [name, value] : headers) {
    if (!name.starts_with(kHeaderPrefix)) continue;
    const std::string_view attribute = name.substr(kHeaderPrefix.size());
    json.key(attribute);
    is_integer_attribute(attribute) && is_json_integer(value) ? json.raw(value) : json.string(value);
  }
  if (!data.empty()) {
    data_is_json ? json.key("data").raw(data) : json.key("data_base64").string(to_base64(data));
  }
  json.end_object();
  return structured;
}

}  // namespace rapport
