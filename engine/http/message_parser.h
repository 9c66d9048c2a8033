// Turns heads and bodies into values: Beast's parser, behind the rules that it is too lenient to keep. The only place
// that knows Beast.
//
// Invariants:
// - A request's body has one possible length: Content-Length once, in digits only, or Transfer-Encoding "chunked" and
//   nothing else, never both, and no chunks in HTTP/1.0.
// - A field whose first value decides (Authorization, If-Match ...) stands once.
// - Trailer fields are checked and dropped: none may change what the head said.
// - After an error the connection's bytes mean nothing any more: answer and close.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "engine/http/http_message.h"
#include "engine/http/problem.h"

namespace rapport {

// What a call of parse_body took from its input, and the part of it that is the body's.
struct BodyPiece {
  std::size_t consumed = 0;
  std::string_view bytes;
};

class RequestParser {
 public:
  RequestParser();
  ~RequestParser();

  // `head` as HeadScanner found it. Fills all of `request` but body, request_id and peer.
  // A problem: why it is refused; `request` may be half filled.
  [[nodiscard]] std::optional<Problem> parse_head(std::string_view head, std::size_t fields_max, HttpRequest& request);

  // Of the head that was parsed last.
  bool keep_alive() const;
  bool http_1_0() const;
  bool expects_continue() const;
  // What is left of the body; absent for a chunked one.
  std::optional<std::uint64_t> remaining() const;
  // The whole body has been taken; true at once where there is none.
  bool complete() const;

  // The size of body beyond which parse_body answers too_large. False: the head says already that it is larger.
  bool limit_body(std::uint64_t bytes_max);

  // Takes some of `bytes`, which follow what was taken before. Nothing consumed: more bytes are needed, behind these.
  // Errors: too_large, invalid_argument.
  [[nodiscard]] Result<BodyPiece> parse_body(std::string_view bytes);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

class ResponseParser {
 public:
  ResponseParser();
  ~ResponseParser();

  // `to_head`: the response to a HEAD request has no body, whatever its head says. Errors: invalid_argument.
  [[nodiscard]] Result<void> parse_head(std::string_view head, bool to_head, int& status, HttpHeaders& headers);

  bool keep_alive() const;
  bool complete() const;
  [[nodiscard]] Result<BodyPiece> parse_body(std::string_view bytes);
  // The peer has closed: the proper end of a body that has no length, else unreachable.
  [[nodiscard]] Result<void> finish_at_eof();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rapport
