#include "engine/http/head_scanner.h"

#include <cstring>

namespace rapport {

HeadScanner::Found HeadScanner::scan(std::string_view head) {
  while (scanned_ < head.size()) {
    const auto* feed = static_cast<const char*>(std::memchr(head.data() + scanned_, '\n', head.size() - scanned_));
    if (feed == nullptr) {
      scanned_ = head.size();
      return Found::more;
    }
    const auto at = static_cast<std::size_t>(feed - head.data());
    if (at == line_begin_ || head[at - 1] != '\r') return Found::malformed;  // a bare line feed
    const bool first = line_begin_ == 0;
    const bool blank = at - line_begin_ == 1;
    const bool folded = head[line_begin_] == ' ' || head[line_begin_] == '\t';
    if (folded || (first && blank)) return Found::malformed;
    line_begin_ = scanned_ = at + 1;
    if (blank) return Found::complete;
  }
  return Found::more;
}

}  // namespace rapport
