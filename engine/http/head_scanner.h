// Finds where a message's head (first line, fields, blank line) ends, as its bytes come in, and refuses what parsers
// disagree on before any parser sees it.
//
// Invariants: every byte is looked at once, however the head was cut into reads. A complete head has only CRLF line
// ends, no folded field, and one blank line, its last.
#pragma once

#include <cstddef>
#include <string_view>

namespace rapport {

class HeadScanner {
 public:
  enum class Found { more, complete, malformed };

  // `head` is what has come of the head so far, the bytes of earlier calls included; more may follow it.
  Found scan(std::string_view head);

  // Once complete: the head's size, blank line included.
  std::size_t size() const { return line_begin_; }
  // Whether the first line has ended.
  bool first_line_ended() const { return line_begin_ > 0; }
  void reset() { *this = HeadScanner(); }

 private:
  std::size_t scanned_ = 0;
  std::size_t line_begin_ = 0;
};

}  // namespace rapport
