#include "projections/json_scalars.h"

#include <algorithm>
#include <charconv>

namespace rapport {
namespace {

void append_utf8(std::string& out, std::uint32_t code) {
  const auto tail = [&](int shift) { out += static_cast<char>(0x80 | (code >> shift & 0x3F)); };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | code >> 6);
    tail(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | code >> 12);
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0 | code >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
}

// The number that four hex digits at the front of `text` are; they are taken off it.
std::uint32_t take_hex4(std::string_view& text) {
  std::uint32_t code = 0;
  const std::string_view digits = text.substr(0, 4);
  std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
  text.remove_prefix(digits.size());
  return code;
}

// What a backslash stands before; it and what belongs to it are taken off `rest`.
void append_unescaped(std::string& out, std::string_view& rest) {
  if (rest.empty()) return;
  const char c = rest.front();
  rest.remove_prefix(1);
  switch (c) {
    case 'b': out += '\b'; return;
    case 'f': out += '\f'; return;
    case 'n': out += '\n'; return;
    case 'r': out += '\r'; return;
    case 't': out += '\t'; return;
    case 'u': break;
    default: out += c; return;
  }
  std::uint32_t code = take_hex4(rest);
  if (code >= 0xD800 && code < 0xDC00 && rest.starts_with("\\u")) {
    rest.remove_prefix(2);
    code = 0x10000 + ((code - 0xD800) << 10) + ((take_hex4(rest) - 0xDC00) & 0x3FF);
  }
  append_utf8(out, code);
}

// Of a JSON string with its quotes.
std::string unescaped(std::string_view quoted) {
  std::string_view rest = quoted.substr(1, quoted.size() < 2 ? 0 : quoted.size() - 2);
  std::string out;
  out.reserve(rest.size());
  while (!rest.empty()) {
    const std::size_t backslash = rest.find('\\');
    out.append(rest.substr(0, backslash));
    if (backslash == std::string_view::npos) break;
    rest.remove_prefix(backslash + 1);
    append_unescaped(out, rest);
  }
  return out;
}

// Where the value that `text` starts with ends: at a comma or the closing bracket of the array it stands in.
std::size_t element_size(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
      continue;
    }
    if (c == '"') in_string = true;
    if (c == '[' || c == '{') ++depth;
    if ((c == ',' && depth == 0) || ((c == ']' || c == '}') && depth-- == 0)) return i;
  }
  return text.size();
}

void add_scalar(Scalars& out, std::string_view json) {
  if (json.empty() || json == "null") return;
  if (json == "true" || json == "false") {
    out.emplace_back(json == "true");
  } else if (json.front() == '"') {
    out.emplace_back(unescaped(json));
  } else if (json.front() == '{' || json.front() == '[') {
    out.emplace_back(std::string(json));
  } else {
    double number = 0;
    std::from_chars(json.data(), json.data() + json.size(), number);
    out.emplace_back(number);
  }
}

}  // namespace

Scalars scalars_of(const JsonText& json) {
  Scalars out;
  std::string_view rest = json.text;
  if (!rest.starts_with('[')) {
    add_scalar(out, rest);
    return out;
  }
  for (rest.remove_prefix(1); !rest.empty() && rest != "]";) {
    const std::size_t size = element_size(rest);
    add_scalar(out, rest.substr(0, size));
    rest.remove_prefix(std::min(size + 1, rest.size()));
  }
  return out;
}

}  // namespace rapport
