#include "tools/rapport/terminal/json_text.h"

#include <array>
#include <charconv>
#include <cmath>

#include "tools/rapport/terminal/moment.h"

namespace rapport {
namespace {

namespace json = boost::json;

// The fewest digits that read back as the same; with an exponent only where these would stand behind many zeros.
std::string number_text(double value) {
  const double size = std::abs(value);
  const bool is_plain = value == 0 || (size >= 1e-6 && size < 1e15);
  std::array<char, 32> text;  // either form takes 25 at most
  const auto end = std::to_chars(text.begin(), text.end(), value,
                                 is_plain ? std::chars_format::fixed : std::chars_format::scientific);
  return {text.data(), end.ptr};
}

}  // namespace

std::string json_text(const json::value& value) {
  if (value.is_null()) return "-";
  if (value.is_double()) return number_text(value.get_double());
  if (value.is_string()) {
    const std::string_view text(value.get_string().data(), value.get_string().size());
    constexpr std::size_t kTimeSize = 24;  // as format_timestamp writes it
    if (text.size() != kTimeSize || !text.ends_with('Z')) return std::string(text);
    const auto time = parse_timestamp(text);
    return time ? moment_text(*time) : std::string(text);
  }
  if (!value.is_array()) return json::serialize(value);
  std::string out;
  for (const json::value& item : value.get_array()) out += (out.empty() ? "" : ", ") + json_text(item);
  return out.empty() ? "-" : out;
}

std::string json_text(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value == nullptr ? "-" : json_text(*value);
}

}  // namespace rapport
