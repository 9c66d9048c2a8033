// One connection of the server: reads requests, asks the router, writes responses, one after the other.
//
//   head -> route -> authorize -> body -> handler -> response -> (drain) -> head ...
//
// Invariants:
// - All of it runs on the thread of one io_context.
// - After a message that could not be read to its end, the connection is closed: whatever follows has no known start.
// - Nothing of one request stays for the next but the memory of its strings.
#pragma once

#include <atomic>
#include <boost/asio/cancellation_signal.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "engine/http/connection.h"
#include "engine/http/http_server.h"
#include "engine/http/request_reader.h"
#include "engine/http/response_head.h"

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

class Session final : public RequestContext, private BodyWriter {
 public:
  // `tls` may be null: plain.
  Session(SessionEnvironment& environment, Socket socket, asio::ssl::context* tls, std::string peer);

  // Serves until the connection is closed.
  asio::awaitable<void> run();

  // Called by the thread that runs it.
  void sweep(Connection::Clock::time_point now);
  void begin_stop();  // closes where nothing is under way, ends an endless stream
  void cut_off();     // the deadline to stop has passed
  asio::cancellation_slot cancellation_slot() { return cancellation_.slot(); }

  const HttpRequest& request() const override { return request_; }
  const Route& route() const override { return *route_; }
  const Principal& principal() const override { return principal_; }
  BodyReader& body() override { return reader_; }
  asio::any_io_executor executor() const override { return executor_; }
  bool stopping() const override { return environment_.stopping.load(std::memory_order_relaxed); }

 private:
  void forget_request();
  void identify();
  std::optional<HttpResponse> answer_at_once();
  asio::awaitable<HttpResponse> ask_handler();
  HttpResponse answer_without_route(const RouteMatch& match);
  Result<Principal> authorize() const;
  HttpResponse failed(const std::string& fault) const;

  bool settle(HttpResponse& response);
  WriteBuffers write_now(const HttpResponse& response);
  asio::awaitable<bool> respond_with_stream(HttpResponse& response);
  asio::awaitable<Result<void>> write(std::string_view piece) override;
  asio::awaitable<bool> write_all(WriteBuffers buffers);
  asio::awaitable<void> close_gently();
  void report(int status);

  HttpResponse problem(const Error& error) const { return problem_response(error, request_.request_id); }
  // As the route refuses.
  HttpResponse refusal(const Error& error) const {
    return route_->refuse != nullptr ? route_->refuse(*this, error) : problem(error);
  }

  SessionEnvironment& environment_;
  const HttpLimits& limits_;
  Connection connection_;
  asio::any_io_executor executor_;
  asio::cancellation_signal cancellation_;
  RequestReader reader_;

  // Of the request at hand.
  HttpRequest request_;
  std::string traceparent_;
  const Route* route_ = nullptr;
  Principal principal_;
  Connection::Clock::time_point began_;
  bool keep_ = false;  // the connection serves another request
  bool stream_is_endless_ = false;
  bool stream_is_chunked_ = false;
  bool producer_runs_ = false;  // and waits for no write
  std::optional<Error> write_failure_;
  std::uint64_t response_bytes_ = 0;
  int writes_at_once_ = 0;  // in succession, without a suspension
  std::string head_out_;
};

}  // namespace rapport
