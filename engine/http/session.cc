#include "engine/http/session.h"

#include <algorithm>
#include <array>
#include <boost/asio/this_coro.hpp>
#include <charconv>

#include "engine/http/media_range.h"

namespace rapport {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kBufferSlack = 8u << 10;         // beyond a head's limit, so that body bytes fit behind it
constexpr std::size_t kStreamBufferBytes = 64u << 10;  // while a streamed body comes in
constexpr std::uint64_t kDrainBytesMax = 64u << 10;    // of an unread body, to keep its connection
constexpr std::size_t kCloseBytesMax = 8u << 20;       // read and dropped, so that the peer sees the response
constexpr milliseconds kCloseTimeout{2'000};           // for the same
constexpr milliseconds kCloseTimeoutWhenStopping{200};
constexpr std::size_t kBodyReserveBytesMax = 64u << 10;  // a length is a claim: memory follows what really comes
constexpr std::size_t kRequestIdBytesMax = 64;
constexpr int kWritesAtOnceMax = 16;  // of a stream, before the thread's other connections have their turn
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

bool is_sane_request_id(std::string_view id) {
  return !id.empty() && id.size() <= kRequestIdBytesMax && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
           c == '.' || c == ':';
  });
}

// "00-<32 hex>-<16 hex>-<2 hex>", of W3C Trace Context.
bool is_traceparent(std::string_view text) {
  if (text.size() != 55 || text[2] != '-' || text[35] != '-' || text[52] != '-') return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '-'; });
}

asio::const_buffer bytes_of(std::string_view text) { return {text.data(), text.size()}; }

Problem timeout_problem(std::string detail) {
  return {.status = 408,
          .code = "request_timeout",
          .title = "The request did not come in time",
          .detail = std::move(detail)};
}

}  // namespace

Session::Session(SessionEnvironment& environment, Socket socket, asio::ssl::context* tls, std::string peer)
    : environment_(environment),
      limits_(environment.options.limits),
      transport_(std::move(socket), tls),
      executor_(transport_.socket().get_executor()),
      buffer_(limits_.header_bytes_max + kBufferSlack) {
  request_.peer = std::move(peer);
  request_.tls = transport_.is_tls();
}

asio::awaitable<void> Session::run() {
  // Operations report a cancellation as their own error; none throws.
  co_await asio::this_coro::throw_if_cancelled(false);
  if (transport_.is_tls()) {
    arm(limits_.header_timeout);
    const auto [failed] = co_await transport_.handshake(asio::ssl::stream_base::server);
    if (failed || timed_out_) co_return;
  }
  bool kept = true;
  while (kept) {
    const Head head = co_await read_head();
    if (head == Head::none) break;
    environment_.requests.fetch_add(1, std::memory_order_relaxed);
    HttpResponse response;
    if (head == Head::complete) {
      response = co_await answer();
    } else {
      response = problem_response(*refusal_, request_.request_id);
    }
    kept = co_await respond(response);
  }
  if (!cut_off_) co_await close_gently();
  transport_.close();
}

void Session::sweep(Clock::time_point now) {
  if (cut_off_) return cut_off();  // a handler may have begun another wait since
  if (now < deadline_) return;
  disarm();
  timed_out_ = true;
  transport_.cancel();
}

void Session::begin_stop() {
  if (phase_ == Phase::waiting) return transport_.cancel();
  // A stream that is being written sees the stop when the write is over.
  if (phase_ == Phase::streaming && stream_is_endless_) cancellation_.emit(asio::cancellation_type::terminal);
}

void Session::cut_off() {
  cut_off_ = true;
  transport_.close();
  cancellation_.emit(asio::cancellation_type::terminal);
}

// ---- Reading

asio::awaitable<Session::Head> Session::read_head() {
  request_.reset();
  traceparent_.clear();
  route_ = nullptr;
  principal_ = {};
  refusal_.reset();
  body_failure_.reset();
  write_failure_.reset();
  continue_due_ = false;
  keep_ = false;
  response_bytes_ = 0;
  scanner_.reset();
  if (buffer_.capacity() > limits_.header_bytes_max + kBufferSlack) {
    buffer_.reserve(limits_.header_bytes_max + kBufferSlack);
  }
  // One empty line before a request is an old client's habit (RFC 9112, section 2.2).
  bool empty_line_allowed = true;
  phase_ = buffer_.empty() ? Phase::waiting : Phase::busy;
  arm(buffer_.empty() ? limits_.idle_timeout : limits_.header_timeout);
  while (true) {
    if (empty_line_allowed && buffer_.unread().starts_with("\r\n")) {
      buffer_.consume(2);
      empty_line_allowed = false;
    }
    const std::string_view unread = buffer_.unread();
    const HeadScanner::Found found = unread == "\r" ? HeadScanner::Found::more : scanner_.scan(unread);
    if (found == HeadScanner::Found::malformed) {
      refusal_ = {.status = 400,
                  .code = "malformed_request",
                  .title = "The bytes are not one HTTP request",
                  .detail = "a line ends without CRLF, or a field is folded"};
      break;
    }
    const std::size_t size = found == HeadScanner::Found::complete ? scanner_.size() : unread.size();
    if (size > limits_.header_bytes_max || (found == HeadScanner::Found::more && size == limits_.header_bytes_max)) {
      const bool line = !scanner_.first_line_ended();
      refusal_ = {.status = line ? 414 : 431,
                  .code = line ? "target_too_long" : "header_too_large",
                  .title = line ? "The request line is too long" : "The header is too large",
                  .detail = "more than " + std::to_string(limits_.header_bytes_max) + " bytes"};
      break;
    }
    if (found == HeadScanner::Found::complete) break;

    // The stop came while the response before was on its way, or during the handshake: begin_stop found nothing to end.
    if (phase_ == Phase::waiting && stopping()) co_return Head::none;

    const ReadBuffer::Space space = buffer_.space();
    const auto [failed, came] = co_await transport_.read_some(space.data, space.size);
    if (failed || timed_out_) {
      if (!timed_out_ || phase_ == Phase::waiting || cut_off_) co_return Head::none;
      timed_out_ = false;
      refusal_ = timeout_problem("the header did not end in time");
      break;
    }
    buffer_.commit(came);
    if (phase_ == Phase::waiting) {
      phase_ = Phase::busy;
      arm(limits_.header_timeout);
    }
  }
  phase_ = Phase::busy;
  began_ = Clock::now();
  disarm();
  if (!refusal_) {
    refusal_ = parser_.parse_head(buffer_.unread().substr(0, scanner_.size()), limits_.header_fields_max, request_);
    buffer_.consume(scanner_.size());
  }
  identify();
  co_return refusal_ ? Head::refused : Head::complete;
}

void Session::identify() {
  const auto asked = request_.headers.find("Rapport-Request-Id");
  if (asked && is_sane_request_id(*asked)) {
    request_.request_id = *asked;
  } else {
    std::array<char, 16> counter;
    const auto written =
        std::to_chars(counter.data(), counter.data() + counter.size(), ++environment_.request_ids_made, 16);
    request_.request_id.append(environment_.request_id_prefix).append(counter.data(), written.ptr);
  }
  const auto trace = request_.headers.find("traceparent");
  if (trace && is_traceparent(*trace)) traceparent_ = *trace;
}

Error Session::read_failure(const error_code& error) {
  if (cut_off_) return {Errc::shutting_down, "the server is stopping"};
  if (timed_out_) {
    timed_out_ = false;
    return {Errc::wait_timeout, "the body did not come in time", "body"};
  }
  if (error == asio::error::eof) return {Errc::unreachable, "the client closed the connection within a body"};
  return {Errc::unreachable, error.message()};
}

asio::awaitable<Result<std::string_view>> Session::read() { return read_piece(limits_.idle_timeout); }

bool Session::is_drained() const {
  if (body_failure_ || parser_.complete()) return false;
  // What ends a chunk is left until the next begins.
  const std::string_view unread = buffer_.unread();
  return (unread.empty() || unread == "\r\n") && !transport_.has_come();
}

asio::awaitable<Result<std::string_view>> Session::read_piece(milliseconds timeout) {
  if (body_failure_) co_return *body_failure_;
  while (!parser_.complete()) {
    const Result<BodyPiece> piece = parser_.parse_body(buffer_.unread());
    if (!piece) {
      body_failure_ = piece.error();
      co_return *body_failure_;
    }
    // Taken bytes stay in place until the next read.
    buffer_.consume(piece->consumed);
    if (!piece->bytes.empty()) co_return piece->bytes;
    if (piece->consumed > 0) continue;

    if (continue_due_) {
      continue_due_ = false;
      const WriteBuffers go_on{bytes_of(kContinue)};
      if (!co_await write_all(go_on)) {
        body_failure_ = Error{Errc::unreachable, "the client is gone"};
        co_return *body_failure_;
      }
    }
    const ReadBuffer::Space space = buffer_.space();
    if (space.size == 0) {
      body_failure_ = Error{Errc::invalid_argument, "a chunk's header or a trailer is too large", "body"};
      co_return *body_failure_;
    }
    if (timeout.count() > 0) arm(timeout);
    const auto [failed, came] = co_await transport_.read_some(space.data, space.size);
    if (timeout.count() > 0) disarm();
    if (failed || timed_out_) {
      body_failure_ = read_failure(failed);
      co_return *body_failure_;
    }
    buffer_.commit(came);
  }
  co_return std::string_view();
}

asio::awaitable<Result<void>> Session::read_whole_body() {
  const std::uint64_t expected = parser_.remaining().value_or(0);
  request_.body.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(expected, kBodyReserveBytesMax)));
  arm(limits_.body_timeout);
  while (true) {
    const Result<std::string_view> piece = co_await read_piece(milliseconds(0));
    if (!piece) {
      disarm();
      co_return piece.error();
    }
    if (piece->empty()) break;
    request_.body.append(*piece);
  }
  disarm();
  co_return Result<void>();
}

// ---- Answering

asio::awaitable<HttpResponse> Session::answer() {
  const RouteMatch match = environment_.router.match(request_.method, request_.path);
  continue_due_ = parser_.expects_continue() && buffer_.empty();
  if (match.route == nullptr) co_return answer_without_route(match);
  route_ = match.route;
  if (!route_->open) {
    Result<Principal> principal = authorize();
    if (!principal) co_return problem(principal.error());
    principal_ = std::move(*principal);
  }
  if (const auto wrong = media_problem(request_, !parser_.complete(), route_->produces, route_->consumes)) {
    co_return problem_response(*wrong, request_.request_id);
  }
  if (!parser_.limit_body(route_->limits.body_bytes_max)) {
    co_return problem(Error{Errc::too_large,
                            "the body is larger than " + std::to_string(route_->limits.body_bytes_max) + " bytes",
                            "body"});
  }
  if (route_->limits.body == BodyMode::streamed) {
    buffer_.reserve(std::max(buffer_.capacity(), kStreamBufferBytes));
  } else if (!parser_.complete()) {
    const Result<void> body = co_await read_whole_body();
    if (!body) co_return problem(body.error());
  }
  co_return co_await call_handler();
}

HttpResponse Session::answer_without_route(const RouteMatch& match) {
  if (match.allow.empty()) return problem(Error{Errc::not_found, "no such path"});
  HttpResponse response = request_.method == HttpMethod::options
                              ? HttpResponse::empty(204)
                              : problem(Error{Errc::method_not_allowed, "the path has " + match.allow});
  response.headers.add("Allow", match.allow);
  return response;
}

Result<Principal> Session::authorize() const {
  if (route_->scope.empty() && !route_->any_key) return Error{Errc::forbidden, "no key may use this path"};
  if (!environment_.options.authorize) return Error{Errc::unauthorized, "no key is known"};
  return environment_.options.authorize(request_, *route_);
}

asio::awaitable<HttpResponse> Session::call_handler() {
  std::string fault;
  try {
    co_return co_await route_->handler(*this);
  } catch (const std::exception& exception) {
    fault = exception.what();
  } catch (...) {
    fault = "an exception that is no std::exception";
  }
  if (environment_.options.on_fault) environment_.options.on_fault(request_.request_id, fault);
  co_return problem(Error{Errc::internal, "the server failed; its log has the request id"});
}

// ---- Responding

// A body that was not read stands before the next request: a small rest is read away, otherwise the connection ends.
void Session::decide_whether_to_keep() {
  const auto rest = parser_.remaining();
  const bool readable = parser_.complete() || (!continue_due_ && rest && *rest <= kDrainBytesMax);
  keep_ = !body_failure_ && readable && parser_.keep_alive() && !stopping();
  continue_due_ = false;  // the response takes its place
}

asio::awaitable<bool> Session::respond(HttpResponse& response) {
  if (refusal_) {
    keep_ = false;
  } else {
    decide_whether_to_keep();
  }
  if (body_failure_) {
    // A timeout of the request's own is not the handler's 504; for a peer that is gone there is nobody to answer.
    if (body_failure_->code == Errc::wait_timeout) {
      response = problem_response(timeout_problem(body_failure_->detail), request_.request_id);
    } else if (body_failure_->code == Errc::unreachable || body_failure_->code == Errc::shutting_down) {
      co_return false;
    }
  }
  if (response.stream) co_return co_await respond_with_stream(response);

  const std::string_view body = response.shared_body ? std::string_view(*response.shared_body) : response.body;
  head_out_.clear();
  append_response_head(head_out_, response,
                       {.date = environment_.date,
                        .request_id = request_.request_id,
                        .traceparent = traceparent_,
                        .close = !keep_,
                        .http_1_0 = !refusal_ && parser_.http_1_0(),
                        .length = body.size()});
  const bool bodiless = request_.method == HttpMethod::head || http_status_has_no_body(response.status);
  response_bytes_ = bodiless ? 0 : body.size();
  WriteBuffers buffers{bytes_of(head_out_), bytes_of(bodiless ? std::string_view() : body)};
  const std::size_t written = transport_.write_now(buffers);
  bool sent = true;
  if (written < asio::buffer_size(buffers)) {
    advance(buffers, written);
    sent = co_await write_all(buffers);
  }
  report(response.status);
  if (!sent || !keep_) co_return false;
  co_return parser_.complete() || co_await drain();
}

asio::awaitable<bool> Session::respond_with_stream(HttpResponse& response) {
  const bool http_1_0 = parser_.http_1_0();
  const bool bodiless = request_.method == HttpMethod::head || http_status_has_no_body(response.status);
  stream_is_chunked_ = !http_1_0;
  stream_is_endless_ = response.stream_is_endless;
  if (http_1_0) keep_ = false;  // the end of the connection is the end of the body
  head_out_.clear();
  append_response_head(head_out_, response,
                       {.date = environment_.date,
                        .request_id = request_.request_id,
                        .traceparent = traceparent_,
                        .close = !keep_,
                        .http_1_0 = http_1_0,
                        .chunked = stream_is_chunked_});
  const WriteBuffers head{bytes_of(head_out_)};
  bool sent = co_await write_all(head);
  if (sent && !bodiless) {
    std::string fault;
    phase_ = Phase::streaming;
    try {
      const Result<void> produced = co_await response.stream(*this);
      sent = produced.has_value() || (stream_is_endless_ && stopping());
    } catch (const std::exception& exception) {
      fault = exception.what();
      sent = false;
    } catch (...) {
      fault = "an exception that is no std::exception";
      sent = false;
    }
    phase_ = Phase::busy;
    if (!fault.empty() && environment_.options.on_fault) environment_.options.on_fault(request_.request_id, fault);
    if (sent && stream_is_chunked_ && (!write_failure_ || write_failure_->code == Errc::shutting_down)) {
      const WriteBuffers last_chunk{bytes_of("0\r\n\r\n")};
      sent = co_await write_all(last_chunk);
    }
  }
  report(response.status);
  if (!sent) transport_.close();  // a body cut short must not look complete
  if (!sent || !keep_ || stopping()) co_return false;
  co_return parser_.complete() || co_await drain();
}

asio::awaitable<Result<void>> Session::write(std::string_view piece) {
  const auto check_stop = [this] {
    if (stream_is_endless_ && stopping() && !write_failure_) {
      write_failure_ = Error{Errc::shutting_down, "the server is stopping"};
    }
  };
  check_stop();
  if (write_failure_) co_return *write_failure_;
  if (piece.empty()) co_return Result<void>();
  std::array<char, 20> size_line;
  std::string_view before, after;
  if (stream_is_chunked_) {
    char* end = std::to_chars(size_line.data(), size_line.data() + 16, piece.size(), 16).ptr;
    *end++ = '\r';
    *end++ = '\n';
    before = {size_line.data(), static_cast<std::size_t>(end - size_line.data())};
    after = "\r\n";
  }
  phase_ = Phase::writing_stream;
  WriteBuffers buffers{bytes_of(before), bytes_of(piece), bytes_of(after)};
  const std::size_t written = writes_at_once_ < kWritesAtOnceMax ? transport_.write_now(buffers) : 0;
  ++writes_at_once_;
  bool sent = true;
  if (written < asio::buffer_size(buffers)) {
    advance(buffers, written);
    sent = co_await write_all(buffers);
    writes_at_once_ = 0;
  }
  phase_ = Phase::streaming;
  if (!sent && !write_failure_) write_failure_ = Error{Errc::unreachable, "the client is gone"};
  if (sent) response_bytes_ += piece.size();
  check_stop();
  if (write_failure_) co_return *write_failure_;
  co_return Result<void>();
}

asio::awaitable<bool> Session::write_all(WriteBuffers buffers) {
  bool sent = true;
  while (sent && asio::buffer_size(buffers) > 0) {
    const auto before = std::exchange(deadline_, Clock::now() + limits_.write_timeout);
    const auto [failed, written] = co_await transport_.write_some(buffers);
    deadline_ = before;
    advance(buffers, written);
    if (!failed) {
      timed_out_ = false;  // the bytes had left when the limit passed
      continue;
    }
    sent = false;
    if (cut_off_) {
      write_failure_ = Error{Errc::shutting_down, "the server is stopping"};
    } else if (timed_out_) {
      write_failure_ = Error{Errc::wait_timeout, "the client took nothing for too long"};
    }
    timed_out_ = false;
  }
  co_return sent;
}

asio::awaitable<bool> Session::drain() {
  arm(limits_.body_timeout);
  while (true) {
    const Result<std::string_view> piece = co_await read_piece(milliseconds(0));
    if (!piece) co_return false;
    if (piece->empty()) co_return true;
  }
}

// Closing a socket that has unread bytes resets the connection, and the peer may lose the response with it: so our side
// ends first, and what still comes is read away for a while.
asio::awaitable<void> Session::close_gently() {
  arm(stopping() ? kCloseTimeoutWhenStopping : kCloseTimeout);
  if (transport_.is_tls()) {
    co_await transport_.shutdown_tls();
    co_return;
  }
  transport_.shutdown_send();
  const bool more_may_come = refusal_ || body_failure_ || !parser_.complete() || !buffer_.empty();
  if (!more_may_come) co_return;
  std::size_t dropped = 0;
  buffer_.consume(buffer_.unread().size());
  while (dropped < kCloseBytesMax) {
    const ReadBuffer::Space space = buffer_.space();
    const auto [failed, came] = co_await transport_.read_some(space.data, space.size);
    if (failed || timed_out_) co_return;
    dropped += came;
  }
}

void Session::report(int status) {
  if (!environment_.options.on_response) return;
  const auto duration = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began_);
  environment_.options.on_response(
      {request_, !refusal_.has_value(), route_, principal_, status, response_bytes_, duration});
}

}  // namespace rapport
