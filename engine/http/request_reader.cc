#include "engine/http/request_reader.h"

#include <algorithm>

namespace rapport {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kBufferSlack = 8u << 10;           // beyond a head's limit, so that body bytes fit behind it
constexpr std::size_t kStreamBufferBytes = 64u << 10;    // while a streamed body comes in
constexpr std::uint64_t kDrainBytesMax = 64u << 10;      // of an unread body, to keep its connection
constexpr std::size_t kBodyReserveBytesMax = 64u << 10;  // a length is a claim: memory follows what really comes
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

Problem malformed_problem() {
  return {.status = 400,
          .code = "malformed_request",
          .title = "The bytes are not one HTTP request",
          .detail = "a line ends without CRLF, or a field is folded"};
}

Problem too_long_problem(bool is_first_line, std::size_t bytes_max) {
  return {.status = is_first_line ? 414 : 431,
          .code = is_first_line ? "target_too_long" : "header_too_large",
          .title = is_first_line ? "The request line is too long" : "The header is too large",
          .detail = "more than " + std::to_string(bytes_max) + " bytes"};
}

}  // namespace

Problem request_timeout_problem(std::string detail) {
  return {.status = 408,
          .code = "request_timeout",
          .title = "The request did not come in time",
          .detail = std::move(detail)};
}

RequestReader::RequestReader(Connection& connection, const HttpLimits& limits, const std::atomic<bool>& stopping)
    : connection_(connection), limits_(limits), stopping_(stopping), buffer_(limits.header_bytes_max + kBufferSlack) {}

asio::awaitable<RequestReader::Head> RequestReader::read_head(HttpRequest& request) {
  refusal_.reset();
  failure_.reset();
  continue_due_ = false;
  scanner_.reset();
  const std::size_t capacity = limits_.header_bytes_max + kBufferSlack;
  if (buffer_.capacity() > capacity) buffer_.reserve(capacity);
  waiting_ = buffer_.empty();
  connection_.arm(waiting_ ? limits_.idle_timeout : limits_.header_timeout);
  empty_line_allowed_ = true;
  while (!has_head()) {
    // The stop came while the response before was on its way, or during the handshake: nothing told this wait to end.
    if (waiting_ && stopping_.load(std::memory_order_relaxed)) co_return Head::none;

    const ReadBuffer::Space space = buffer_.space();
    const auto [failed, came] = co_await connection_.transport().read_some(space.data, space.size);
    if (failed || connection_.timed_out()) {
      if (!connection_.timed_out() || waiting_ || connection_.is_cut_off()) co_return Head::none;
      connection_.take_timeout();
      refusal_ = request_timeout_problem("the header did not end in time");
      break;
    }
    buffer_.commit(came);
    if (waiting_) connection_.arm(limits_.header_timeout);
    waiting_ = false;
  }
  waiting_ = false;
  connection_.disarm();
  if (refusal_) co_return Head::refused;
  refusal_ = parser_.parse_head(buffer_.unread().substr(0, scanner_.size()), limits_.header_fields_max, request);
  buffer_.consume(scanner_.size());
  if (refusal_) co_return Head::refused;
  continue_due_ = parser_.expects_continue() && buffer_.empty();
  co_return Head::complete;
}

// Whether the buffer holds a head to its end, or so much of it that it is refused.
bool RequestReader::has_head() {
  if (empty_line_allowed_ && buffer_.unread().starts_with("\r\n")) {
    buffer_.consume(2);
    empty_line_allowed_ = false;
  }
  const std::string_view unread = buffer_.unread();
  const HeadScanner::Found found = unread == "\r" ? HeadScanner::Found::more : scanner_.scan(unread);
  const bool is_whole = found == HeadScanner::Found::complete;
  const std::size_t size = is_whole ? scanner_.size() : unread.size();
  if (found == HeadScanner::Found::malformed) {
    refusal_ = malformed_problem();
  } else if (size > limits_.header_bytes_max || (!is_whole && size == limits_.header_bytes_max)) {
    refusal_ = too_long_problem(!scanner_.first_line_ended(), limits_.header_bytes_max);
  }
  return is_whole || refusal_.has_value();
}

void RequestReader::expect_streamed_body() { buffer_.reserve(std::max(buffer_.capacity(), kStreamBufferBytes)); }

bool RequestReader::is_drained() const {
  if (failure_ || parser_.complete()) return false;
  // What ends a chunk is left until the next begins.
  const std::string_view unread = buffer_.unread();
  return (unread.empty() || unread == "\r\n") && !connection_.transport().has_come();
}

Error RequestReader::why_read_failed(const error_code& error) {
  if (connection_.is_cut_off()) return {Errc::shutting_down, "the server is stopping"};
  if (connection_.take_timeout()) return {Errc::wait_timeout, "the body did not come in time", "body"};
  if (error == asio::error::eof) return {Errc::unreachable, "the client closed the connection within a body"};
  return {Errc::unreachable, error.message()};
}

// The time is that of one read; none: as armed.
asio::awaitable<Result<std::string_view>> RequestReader::read_piece(milliseconds timeout) {
  if (failure_) co_return *failure_;
  while (!parser_.complete()) {
    const Result<BodyPiece> piece = parser_.parse_body(buffer_.unread());
    if (!piece) co_return fail(piece.error());
    // Taken bytes stay in place until the next read.
    buffer_.consume(piece->consumed);
    if (!piece->bytes.empty()) co_return piece->bytes;
    if (piece->consumed > 0) continue;

    if (std::exchange(continue_due_, false)) {
      const WriteBuffers go_on{asio::buffer(kContinue)};
      const Result<void> sent = co_await connection_.write_all(go_on, limits_.write_timeout);
      if (!sent) co_return fail(Error{Errc::unreachable, "the client is gone"});
    }
    const ReadBuffer::Space space = buffer_.space();
    if (space.size == 0)
      co_return fail(Error{Errc::invalid_argument, "a chunk's header or a trailer is too large", "body"});
    if (timeout.count() > 0) connection_.arm(timeout);
    const auto [failed, came] = co_await connection_.transport().read_some(space.data, space.size);
    if (timeout.count() > 0) connection_.disarm();
    if (failed || connection_.timed_out()) co_return fail(why_read_failed(failed));
    buffer_.commit(came);
  }
  co_return std::string_view();
}

asio::awaitable<Result<void>> RequestReader::read_whole_body(std::string& body) {
  const std::uint64_t expected = parser_.remaining().value_or(0);
  body.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(expected, kBodyReserveBytesMax)));
  connection_.arm(limits_.body_timeout);
  while (true) {
    const Result<std::string_view> piece = co_await read_piece(milliseconds(0));
    if (!piece || piece->empty()) connection_.disarm();
    if (!piece) co_return piece.error();
    if (piece->empty()) co_return Result<void>();
    body.append(*piece);
  }
}

bool RequestReader::settle() {
  if (refusal_) return false;
  const auto rest = parser_.remaining();
  const bool is_readable = parser_.complete() || (!continue_due_ && rest && *rest <= kDrainBytesMax);
  continue_due_ = false;  // the response takes its place
  return !failure_ && is_readable && parser_.keep_alive();
}

asio::awaitable<bool> RequestReader::drain() {
  connection_.arm(limits_.body_timeout);
  while (true) {
    const Result<std::string_view> piece = co_await read_piece(milliseconds(0));
    if (!piece) co_return false;
    if (piece->empty()) co_return true;
  }
}

asio::awaitable<void> RequestReader::drop(std::size_t bytes_max) {
  std::size_t dropped = 0;
  buffer_.consume(buffer_.unread().size());
  while (dropped < bytes_max) {
    const ReadBuffer::Space space = buffer_.space();
    const auto [failed, came] = co_await connection_.transport().read_some(space.data, space.size);
    if (failed || connection_.timed_out()) co_return;
    dropped += came;
  }
}

}  // namespace rapport
