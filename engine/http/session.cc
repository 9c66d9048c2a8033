#include "engine/http/session.h"

#include <algorithm>
#include <array>
#include <boost/asio/this_coro.hpp>
#include <charconv>

#include "engine/http/media_range.h"

namespace rapport {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kCloseBytesMax = 8u << 20;  // read and dropped, so that the peer sees the response
constexpr milliseconds kCloseTimeout{2'000};      // for the same
constexpr milliseconds kCloseTimeoutWhenStopping{200};
constexpr std::size_t kRequestIdBytesMax = 64;
constexpr const char* kNoStdException = "an exception that is no std::exception";
constexpr int kWritesAtOnceMax = 16;  // of a stream, before the thread's other connections have their turn

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

// What a browser got by its cookie is for the console's own pages. Others of the same site (another port, a domain
// beside) may ask for it, and must not have it in their process, nor read it as a script.
void keep_from_other_pages(HttpHeaders& headers) {
  for (const auto& [name, value] :
       {std::pair{"X-Content-Type-Options", "nosniff"}, std::pair{"Cross-Origin-Resource-Policy", "same-origin"}}) {
    if (!headers.find(name)) headers.add(name, value);
  }
}

asio::const_buffer bytes_of(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

Session::Session(SessionEnvironment& environment, Socket socket, asio::ssl::context* tls, std::string peer)
    : environment_(environment),
      limits_(environment.options.limits),
      connection_(std::move(socket), tls),
      executor_(connection_.transport().socket().get_executor()),
      reader_(connection_, limits_, environment.stopping) {
  request_.peer = std::move(peer);
  request_.tls = connection_.transport().is_tls();
}

asio::awaitable<void> Session::run() {
  // Operations report a cancellation as their own error; none throws.
  co_await asio::this_coro::throw_if_cancelled(false);
  if (connection_.transport().is_tls()) {
    connection_.arm(limits_.header_timeout);
    const auto [failed] = co_await connection_.transport().handshake(asio::ssl::stream_base::server);
    if (failed || connection_.timed_out()) co_return;
  }
  bool kept = true;
  while (kept) {
    forget_request();
    const RequestReader::Head head = co_await reader_.read_head(request_);
    if (head == RequestReader::Head::none) break;
    began_ = Connection::Clock::now();
    identify();
    environment_.requests.fetch_add(1, std::memory_order_relaxed);
    HttpResponse response;
    if (head != RequestReader::Head::complete) {
      response = problem_response(*reader_.refusal(), request_.request_id);
    } else if (auto at_once = answer_at_once()) {
      response = *std::move(at_once);
    } else {
      response = co_await ask_handler();
    }
    if (!settle(response)) break;
    if (response.stream) {
      kept = co_await respond_with_stream(response);
      continue;
    }
    const WriteBuffers left = write_now(response);
    kept = asio::buffer_size(left) == 0;
    if (!kept) kept = co_await write_all(left);
    report(response.status);
    kept = kept && keep_;
    if (kept && !reader_.is_complete()) kept = co_await reader_.drain();
  }
  if (!connection_.is_cut_off()) co_await close_gently();
  connection_.transport().close();
}

void Session::sweep(Connection::Clock::time_point now) {
  if (connection_.is_cut_off()) return cut_off();  // a handler may have begun another wait since
  connection_.sweep(now);
}

void Session::begin_stop() {
  if (reader_.is_waiting()) return connection_.transport().cancel();
  // A stream that is being written sees the stop when the write is over.
  if (producer_runs_ && stream_is_endless_) cancellation_.emit(asio::cancellation_type::terminal);
}

void Session::cut_off() {
  connection_.cut_off();
  cancellation_.emit(asio::cancellation_type::terminal);
}

// But the memory of its strings.
void Session::forget_request() {
  request_.reset();
  traceparent_.clear();
  route_ = nullptr;
  principal_ = {};
  write_failure_.reset();
  keep_ = false;
  response_bytes_ = 0;
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

// ---- Answering

// Finds the route; nothing: its handler is to be asked.
std::optional<HttpResponse> Session::answer_at_once() {
  const RouteMatch match = environment_.router.match(request_.method, request_.path);
  if (match.route == nullptr) return answer_without_route(match);
  route_ = match.route;
  if (!route_->open) {
    Result<Principal> principal = authorize();
    if (!principal) return refusal(principal.error());
    principal_ = std::move(*principal);
  }
  if (const auto wrong = media_problem(request_, !reader_.is_complete(), route_->produces, route_->consumes)) {
    return problem_response(*wrong, request_.request_id);
  }
  if (!reader_.limit_body(route_->limits.body_bytes_max)) {
    return refusal(Error{Errc::too_large,
                         "the body is larger than " + std::to_string(route_->limits.body_bytes_max) + " bytes",
                         "body"});
  }
  if (!route_->at_once || !reader_.is_complete()) return std::nullopt;
  try {
    return route_->at_once(*this);
  } catch (const std::exception& exception) {
    return failed(exception.what());
  } catch (...) {
    return failed(kNoStdException);
  }
}

asio::awaitable<HttpResponse> Session::ask_handler() {
  if (route_->limits.body == BodyMode::streamed) {
    reader_.expect_streamed_body();
  } else if (!reader_.is_complete()) {
    const Result<void> body = co_await reader_.read_whole_body(request_.body);
    if (!body) co_return refusal(body.error());
  }
  std::string fault;
  try {
    co_return co_await route_->handler(*this);
  } catch (const std::exception& exception) {
    fault = exception.what();
  } catch (...) {
    fault = kNoStdException;
  }
  co_return failed(fault);
}

HttpResponse Session::answer_without_route(const RouteMatch& match) {
  if (match.allow.empty()) return problem(Error{Errc::not_found, "no such path"});
  HttpResponse response = request_.method == HttpMethod::options
                              ? HttpResponse::empty()
                              : problem(Error{Errc::method_not_allowed, "the path has " + match.allow});
  response.headers.add("Allow", match.allow);
  return response;
}

Result<Principal> Session::authorize() const {
  if (route_->scope.empty() && !route_->any_key) return Error{Errc::forbidden, "no key may use this path"};
  if (!environment_.options.authorize) return Error{Errc::unauthorized, "no key is known"};
  return environment_.options.authorize(request_, *route_);
}

HttpResponse Session::failed(const std::string& fault) const {
  if (environment_.options.on_fault) environment_.options.on_fault(request_.request_id, fault);
  return problem(Error{Errc::internal, "the server failed; its log has the request id"});
}

// ---- Responding

// False: there is nobody to answer.
bool Session::settle(HttpResponse& response) {
  keep_ = reader_.settle() && !stopping();
  if (const std::optional<Error>& failure = reader_.failure()) {
    // A timeout of the request's own is not the handler's 504.
    if (failure->code == Errc::wait_timeout) {
      response = problem_response(request_timeout_problem(failure->detail), request_.request_id);
    } else if (failure->code == Errc::unreachable || failure->code == Errc::shutting_down) {
      return false;
    }
  }
  if (principal_.session != 0) keep_from_other_pages(response.headers);
  return true;
}

// What is left: it refers to the response.
WriteBuffers Session::write_now(const HttpResponse& response) {
  const std::string_view body = response.shared_body ? std::string_view(*response.shared_body) : response.body;
  head_out_.clear();
  append_response_head(head_out_, response,
                       {.date = environment_.date,
                        .request_id = request_.request_id,
                        .traceparent = traceparent_,
                        .close = !keep_,
                        .http_1_0 = reader_.is_http_1_0(),
                        .length = body.size()});
  const bool bodiless = request_.method == HttpMethod::head || http_status_has_no_body(response.status);
  response_bytes_ = bodiless ? 0 : body.size();
  WriteBuffers buffers{bytes_of(head_out_), bytes_of(bodiless ? std::string_view() : body)};
  advance(buffers, connection_.transport().write_now(buffers));
  return buffers;
}

asio::awaitable<bool> Session::respond_with_stream(HttpResponse& response) {
  const bool http_1_0 = reader_.is_http_1_0();
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
    producer_runs_ = true;
    try {
      const Result<void> produced = co_await response.stream(*this);
      sent = produced.has_value() || (stream_is_endless_ && stopping());
    } catch (const std::exception& exception) {
      fault = exception.what();
      sent = false;
    } catch (...) {
      fault = kNoStdException;
      sent = false;
    }
    producer_runs_ = false;
    if (!fault.empty() && environment_.options.on_fault) environment_.options.on_fault(request_.request_id, fault);
    // Also where the producer did not pass it on.
    if (write_failure_ && write_failure_->code != Errc::shutting_down) sent = false;
    if (sent && stream_is_chunked_) {
      const WriteBuffers last_chunk{bytes_of("0\r\n\r\n")};
      sent = co_await write_all(last_chunk);
    }
  }
  report(response.status);
  if (!sent) connection_.transport().close();  // a body cut short must not look complete
  if (!sent || !keep_ || stopping()) co_return false;
  co_return reader_.is_complete() || co_await reader_.drain();
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
  producer_runs_ = false;
  WriteBuffers buffers{bytes_of(before), bytes_of(piece), bytes_of(after)};
  if (writes_at_once_ < kWritesAtOnceMax) advance(buffers, connection_.transport().write_now(buffers));
  ++writes_at_once_;
  bool sent = true;
  if (asio::buffer_size(buffers) > 0) {
    sent = co_await write_all(buffers);
    writes_at_once_ = 0;
  }
  producer_runs_ = true;
  if (sent) response_bytes_ += piece.size();
  check_stop();
  if (write_failure_) co_return *write_failure_;
  co_return Result<void>();
}

asio::awaitable<bool> Session::write_all(WriteBuffers buffers) {
  const Result<void> sent = co_await connection_.write_all(buffers, limits_.write_timeout);
  if (!sent) write_failure_ = sent.error();
  co_return sent.has_value();
}

// Closing a socket that has unread bytes resets the connection, and the peer may lose the response with it: so our side
// ends first, and what still comes is read away for a while.
asio::awaitable<void> Session::close_gently() {
  connection_.arm(stopping() ? kCloseTimeoutWhenStopping : kCloseTimeout);
  if (connection_.transport().is_tls()) {
    co_await connection_.transport().shutdown_tls();
    co_return;
  }
  connection_.transport().shutdown_send();
  if (reader_.may_have_more()) co_await reader_.drop(kCloseBytesMax);
}

void Session::report(int status) {
  if (!environment_.options.on_response) return;
  const auto duration = std::chrono::duration_cast<std::chrono::microseconds>(Connection::Clock::now() - began_);
  environment_.options.on_response(
      {request_, !reader_.refusal().has_value(), route_, principal_, status, response_bytes_, duration});
}

}  // namespace rapport
