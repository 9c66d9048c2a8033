// The mark that PowerShell and spreadsheets begin a file of UTF-8 with: no part of what is in it.
#pragma once

#include <string_view>

namespace rapport {

// Takes it away. False: there is none.
inline bool take_byte_order_mark(std::string_view& text) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  if (!text.starts_with(kMark)) return false;
  text.remove_prefix(kMark.size());
  return true;
}

}  // namespace rapport
