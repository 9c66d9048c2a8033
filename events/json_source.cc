#include "events/json_source.h"

#include <simdjson.h>

#include <algorithm>

#include "events/result.h"

namespace rapport::events_internal {
namespace {

constexpr bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Walks over one JSON text. `at` never passes the end.
struct Cursor {
  std::string_view json;
  std::size_t at = 0;

  char here() const { return at < json.size() ? json[at] : '\0'; }

  void skip_space() {
    while (is_space(here())) ++at;
  }

  // Over the punctuation mark that stands next, and the space around it.
  void skip_mark() {
    skip_space();
    if (at < json.size()) ++at;
    skip_space();
  }

  // From the opening quote to behind the closing one, which is the first with an even number of backslashes before it.
  void skip_string() {
    const std::size_t opening = at;
    while (true) {
      const std::size_t quote = json.find('"', at + 1);
      if (quote == std::string_view::npos) {
        at = json.size();
        return;
      }
      at = quote;
      std::size_t before = quote - 1;
      while (before > opening && json[before] == '\\') --before;
      if ((quote - 1 - before) % 2 == 0) break;
    }
    ++at;
  }

  void skip_value() {
    if (here() == '"') return skip_string();
    if (here() != '{' && here() != '[') {
      at = std::min(json.find_first_of(",]} \t\n\r", at), json.size());
      return;
    }
    for (std::size_t depth = 0; at < json.size();) {
      at = std::min(json.find_first_of("\"{}[]", at), json.size());
      switch (here()) {
        case '"': skip_string(); continue;
        case '{':
        case '[': ++depth; break;
        default: --depth;
      }
      if (at < json.size()) ++at;
      if (depth == 0) return;
    }
  }

  std::string_view take_value() {
    const std::size_t from = at;
    skip_value();
    return json.substr(from, at - from);
  }
};

}  // namespace

std::string_view member_source(std::string_view object, std::size_t index) {
  Cursor cursor{object};
  cursor.skip_mark();  // {
  for (std::size_t i = 0;; ++i) {
    cursor.skip_string();
    cursor.skip_mark();  // :
    if (i == index) return cursor.take_value();
    cursor.skip_value();
    cursor.skip_mark();  // ,
    if (cursor.at == object.size()) return {};
  }
}

std::string_view last_object_source(std::string_view object, std::string_view key) {
  const std::size_t brace = object.find('{', object.find('{') + 1);
  if (brace == std::string_view::npos) return {};
  // Where no backslash stands before, every quote begins or ends a string: what looks like the key is one, and no other
  // object has begun.
  const std::string_view before = object.substr(0, brace);
  if (!before.ends_with(key) || before.find('\\') != std::string_view::npos) return {};
  std::size_t end = object.rfind('}');
  while (end > brace && is_space(object[end - 1])) --end;
  return object.substr(brace, end - brace);
}

std::vector<std::string_view> element_sources(std::string_view array) {
  std::vector<std::string_view> elements;
  Cursor cursor{array};
  cursor.skip_mark();  // [
  while (cursor.here() != ']' && cursor.at < array.size()) {
    elements.push_back(cursor.take_value());
    cursor.skip_mark();  // , or ]
  }
  return elements;
}

std::string minified(std::string_view json, std::string& scratch) {
  // simdjson writes whole blocks, so the last one may pass the end.
  if (scratch.size() < json.size() + simdjson::SIMDJSON_PADDING)
    scratch.resize(json.size() + simdjson::SIMDJSON_PADDING);
  std::size_t size = 0;
  if (simdjson::minify(json.data(), json.size(), scratch.data(), size) != simdjson::SUCCESS) {
    panic("valid JSON not minified");
  }
  return scratch.substr(0, size);
}

}  // namespace rapport::events_internal
