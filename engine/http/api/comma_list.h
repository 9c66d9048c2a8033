// "a,b,c", as queries and headers have lists.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace rapport {

// Its pieces, empty ones too, but for what stands behind a last comma. Views into `text`.
inline std::vector<std::string_view> split_at_commas(std::string_view text) {
  std::vector<std::string_view> pieces;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    pieces.push_back(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return pieces;
}

// Of ids, partitions and what else has a number for a value.
template <class Numbered>
std::string join_with_commas(const Numbered& all) {
  std::string text;
  for (const auto& one : all) text += (text.empty() ? "" : ",") + std::to_string(one.value);
  return text;
}

}  // namespace rapport
