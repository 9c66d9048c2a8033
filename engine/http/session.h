// One connection of the server: reads requests, asks the router, writes responses, one after the other.
//
//   head -> route -> authorize -> body -> handler -> response -> (drain) -> head ...
//
// Invariants:
// - All of it runs on the thread of one io_context, which also sweeps it: a wait is bounded by setting `deadline_`, and
//   costs no timer of its own.
// - After a message that could not be read to its end, the connection is closed: whatever follows has no known start.
// - Nothing of one request stays for the next but the memory of its strings.
#pragma once

#include <atomic>
#include <boost/asio/cancellation_signal.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "engine/http/head_scanner.h"
#include "engine/http/http_server.h"
#include "engine/http/message_parser.h"
#include "engine/http/read_buffer.h"
#include "engine/http/response_head.h"
#include "engine/http/transport.h"

namespace rapport {

// What the sessions of one thread share. Everything but the atomics belongs to that thread.
struct SessionEnvironment {
  const HttpServerOptions& options;
  const Router& router;
  const std::atomic<bool>& stopping;
  std::atomic<std::uint64_t>& requests;
  std::string date;               // for the Date field, refreshed by the sweep
  std::string request_id_prefix;  // random, of the thread
  std::uint64_t request_ids_made = 0;
};

class Session final : public RequestContext, private BodyReader, private BodyWriter {
 public:
  using Clock = std::chrono::steady_clock;

  // `tls` may be null: plain.
  Session(SessionEnvironment& environment, Socket socket, asio::ssl::context* tls, std::string peer);

  // Serves until the connection is closed.
  asio::awaitable<void> run();

  // Called by the thread that runs it.
  void sweep(Clock::time_point now);
  void begin_stop();  // closes where nothing is under way, ends an endless stream
  void cut_off();     // the deadline to stop has passed
  asio::cancellation_slot cancellation_slot() { return cancellation_.slot(); }

  const HttpRequest& request() const override { return request_; }
  const Route& route() const override { return *route_; }
  const Principal& principal() const override { return principal_; }
  BodyReader& body() override { return *this; }
  asio::any_io_executor executor() const override { return executor_; }
  bool stopping() const override { return environment_.stopping.load(std::memory_order_relaxed); }

 private:
  enum class Phase : std::uint8_t { waiting, busy, streaming, writing_stream };
  enum class Head : std::uint8_t { complete, refused, none };

  void arm(std::chrono::milliseconds timeout) { deadline_ = Clock::now() + timeout; }
  void disarm() { deadline_ = Clock::time_point::max(); }

  asio::awaitable<Head> read_head();
  void identify();
  asio::awaitable<HttpResponse> answer();
  HttpResponse answer_without_route(const RouteMatch& match);
  Result<Principal> authorize() const;
  asio::awaitable<Result<void>> read_whole_body();
  asio::awaitable<HttpResponse> call_handler();
  asio::awaitable<Result<std::string_view>> read() override;
  bool is_drained() const override;
  asio::awaitable<Result<std::string_view>> read_piece(std::chrono::milliseconds timeout);

  void decide_whether_to_keep();
  asio::awaitable<bool> respond(HttpResponse& response);
  asio::awaitable<bool> respond_with_stream(HttpResponse& response);
  asio::awaitable<Result<void>> write(std::string_view piece) override;
  asio::awaitable<bool> write_all(WriteBuffers buffers);
  asio::awaitable<bool> drain();
  asio::awaitable<void> close_gently();
  void report(int status);

  HttpResponse problem(const Error& error) const { return problem_response(error, request_.request_id); }
  Error read_failure(const error_code& error);

  SessionEnvironment& environment_;
  const HttpLimits& limits_;
  Transport transport_;
  asio::any_io_executor executor_;
  asio::cancellation_signal cancellation_;
  ReadBuffer buffer_;
  HeadScanner scanner_;
  RequestParser parser_;

  Phase phase_ = Phase::waiting;
  Clock::time_point deadline_ = Clock::time_point::max();
  // The sweep saw the deadline pass, and took it away. A read that ends with bytes may find it set too, when both came
  // at once: it counts as failed all the same, because the wait that goes on would have no limit any more.
  bool timed_out_ = false;
  bool cut_off_ = false;

  // Of the request at hand.
  HttpRequest request_;
  std::string traceparent_;
  const Route* route_ = nullptr;
  Principal principal_;
  Clock::time_point began_;
  std::optional<Problem> refusal_;     // why the head is not a request
  std::optional<Error> body_failure_;  // the body cannot be read on
  bool continue_due_ = false;          // the client waits for "100 Continue"
  bool keep_ = false;                  // the connection serves another request
  bool stream_is_endless_ = false;
  bool stream_is_chunked_ = false;
  std::optional<Error> write_failure_;
  std::uint64_t response_bytes_ = 0;
  int writes_at_once_ = 0;  // in succession, without a suspension
  std::string head_out_;
};

}  // namespace rapport
