// What a session would make of the bytes of one connection, in words: for tests of the parser, which feed it the same
// bytes in different pieces.
//
// Invariants: a request that is let through has no more fields than it may and one framing; a piece of a body is of the
// bytes that were there. What breaks one panics.
#pragma once

#include <string>
#include <string_view>

#include "engine/http/head_scanner.h"
#include "engine/http/message_parser.h"
#include "engine/http/read_buffer.h"

namespace rapport {

class MessageReader {
 public:
  // The connection's next bytes. False: it has ended, in error, and takes no more.
  bool take(std::string_view bytes);

  // A line for each request that is whole, the last one for the end.
  std::string outcome() const { return outcome_ + (ended_ ? "" : in_body_ ? "in a body" : "in a head"); }

 private:
  bool take_head();
  bool take_body();
  bool end(const std::string& why);

  ReadBuffer buffer_{64};
  HeadScanner scanner_;
  RequestParser parser_;
  HttpRequest request_;
  std::string outcome_;
  bool in_body_ = false;
  bool ended_ = false;
};

}  // namespace rapport
