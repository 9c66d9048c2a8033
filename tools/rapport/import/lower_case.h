// Text with small letters for ASCII's large ones; others stay.
#pragma once

#include <string>
#include <string_view>

namespace rapport {

inline std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

}  // namespace rapport
