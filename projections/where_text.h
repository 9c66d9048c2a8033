// How a clause's text is put together: parts between bars, values between commas, and a backslash before either, or
// before another one, where it is part of a value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rapport {

// The parts between unescaped separators, still escaped.
inline std::vector<std::string_view> split_where(std::string_view text, char separator, std::size_t parts_max) {
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size() && parts.size() + 1 < parts_max; ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == separator) {
      parts.push_back(text.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  parts.push_back(text.substr(begin));
  return parts;
}

// Before other characters a backslash stands for itself.
inline std::string unescaped_where(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape =
        text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '|' || text[i + 1] == ',' || text[i + 1] == '\\');
    out += text[escape ? ++i : i];
  }
  return out;
}

}  // namespace rapport
