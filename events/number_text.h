// A number that is all of a text: "17", and neither "17 " nor "+17" nor "".
#pragma once

#include <charconv>
#include <optional>
#include <string_view>

namespace rapport {

// Absent: the text is no such number, or too large for the type.
template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number out{};
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return out;
}

}  // namespace rapport
