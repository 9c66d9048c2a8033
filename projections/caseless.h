// Texts without regard to ASCII case.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

namespace rapport {

inline char lower_letter(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }
inline bool is_same_letter(char a, char b) { return lower_letter(a) == lower_letter(b); }

// In one pass over both, whatever they repeat (Knuth, Morris and Pratt, "Fast pattern matching in strings", 1977).
// `part` is not empty.
inline bool contains_in_one_pass(std::string_view text, std::string_view part) {
  std::vector<std::size_t> ends_with(part.size());  // the longest shorter beginning that each beginning ends with
  const auto go_on = [&](std::size_t matched, char c) {
    while (matched > 0 && !is_same_letter(part[matched], c)) matched = ends_with[matched - 1];
    return matched + std::size_t{is_same_letter(part[matched], c)};
  };
  for (std::size_t i = 1; i < part.size(); ++i) ends_with[i] = go_on(ends_with[i - 1], part[i]);
  std::size_t matched = 0;
  return std::any_of(text.begin(), text.end(), [&](char c) {
    matched = go_on(matched, c);
    return matched == part.size();
  });
}

// What publishers write and others look for may be long, and of one letter.
inline bool contains_caseless(std::string_view text, std::string_view part) {
  constexpr std::size_t kComparedMax = 64 * 1024;  // so much is compared sooner than prepared for
  if (part.empty()) return true;
  if (text.size() < part.size()) return false;
  if (part.size() * text.size() > kComparedMax) return contains_in_one_pass(text, part);
  return std::search(text.begin(), text.end(), part.begin(), part.end(), is_same_letter) != text.end();
}

}  // namespace rapport
