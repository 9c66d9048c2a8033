// Reads one request after the other from a connection: a head, then its body, whole or piece by piece.
//
// Invariants:
// - After a head that was refused, or a body that failed, nothing more can be read: whatever follows has no known
//   start.
// - The connection's thread only.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/http/body_stream.h"
#include "engine/http/connection.h"
#include "engine/http/head_scanner.h"
#include "engine/http/http_limits.h"
#include "engine/http/message_parser.h"
#include "engine/http/read_buffer.h"

namespace rapport {

// 408: of the request itself, not of what its handler waited for.
Problem request_timeout_problem(std::string detail);

class RequestReader final : public BodyReader {
 public:
  // All three must stay.
  RequestReader(Connection& connection, const HttpLimits& limits, const std::atomic<bool>& stopping);

  enum class Head : std::uint8_t {
    complete,
    refused,  // `refusal` says why
    none      // the peer closed or stayed silent, or the server stops
  };
  // Waits for the next request, and fills all of `request` but body, request_id and peer. The body of the one before
  // must have been read to its end.
  asio::awaitable<Head> read_head(HttpRequest& request);

  // For the first byte of a request: nothing is lost if the connection ends now.
  bool is_waiting() const { return waiting_; }

  // Of the head that was read last.
  const std::optional<Problem>& refusal() const { return refusal_; }
  bool is_http_1_0() const { return !refusal_ && parser_.http_1_0(); }

  // The body's limit, before the first piece of it is read; the client that waits for "100 Continue" gets it then.
  // False: the head says already that the body is larger.
  bool limit_body(std::uint64_t bytes_max) { return parser_.limit_body(bytes_max); }
  bool is_complete() const { return parser_.complete(); }
  // Pieces are larger from here on.
  void expect_streamed_body();

  asio::awaitable<Result<std::string_view>> read() override { return read_piece(limits_.idle_timeout); }
  bool is_drained() const override;
  // Appends all of it. Errors: as `read`, the time being that of a whole body.
  [[nodiscard]] asio::awaitable<Result<void>> read_whole_body(std::string& body);
  // Why the body cannot be read on.
  const std::optional<Error>& failure() const { return failure_; }

  // Whether another request may follow on this connection, as the head asked and as what was left of the body allows: a
  // small rest is read away by `drain`, behind a larger one the connection ends. No "100 Continue" is sent any more.
  bool settle();
  // Reads the rest of the body and drops it. False: it cannot be read.
  asio::awaitable<bool> drain();

  // Whether there are, or may come, bytes that no response was asked for by.
  bool may_have_more() const { return refusal_ || failure_ || !parser_.complete() || !buffer_.empty(); }
  // Reads and drops what comes, until the connection's limit has passed or the peer ends it; `bytes_max` at most.
  asio::awaitable<void> drop(std::size_t bytes_max);

 private:
  bool has_head();
  asio::awaitable<Result<std::string_view>> read_piece(std::chrono::milliseconds timeout);
  Error fail(Error why) { return failure_.emplace(std::move(why)); }
  Error why_read_failed(const error_code& error);

  Connection& connection_;
  const HttpLimits& limits_;
  const std::atomic<bool>& stopping_;
  ReadBuffer buffer_;
  HeadScanner scanner_;
  RequestParser parser_;
  bool waiting_ = true;

  // Of the request at hand.
  bool empty_line_allowed_ = true;  // an old client's habit before a request (RFC 9112, section 2.2)
  std::optional<Problem> refusal_;
  std::optional<Error> failure_;
  bool continue_due_ = false;  // the client waits for "100 Continue"
};

}  // namespace rapport
