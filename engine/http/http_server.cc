#include "engine/http/http_server.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <list>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "engine/http/session.h"
#include "engine/http/tls_context.h"
#include "events/thread_name.h"

namespace rapport {
namespace {

using asio::ip::tcp;
using std::chrono::milliseconds;
using Acceptor = asio::basic_socket_acceptor<tcp, asio::io_context::executor_type>;

constexpr milliseconds kSweepMin{5}, kSweepMax{1'000};
constexpr milliseconds kAcceptRetry{50};  // when the process has no descriptor left

// Random, so that ids of other threads, processes and starts differ.
std::string make_request_id_prefix() {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::random_device random;
  std::string prefix;
  for (int i = 0; i < 12; ++i) prefix.push_back(kHex[random() & 15u]);
  return prefix + '-';
}

std::string now_as_http_date() {
  using namespace std::chrono;
  return http_date(duration_cast<seconds>(system_clock::now().time_since_epoch()).count());
}

// Often enough that a wait outlasts its limit by a quarter at most.
milliseconds sweep_interval(const HttpLimits& limits) {
  const auto shortest =
      std::min({limits.header_timeout, limits.idle_timeout, limits.body_timeout, limits.write_timeout});
  return std::clamp(shortest / 4, kSweepMin, kSweepMax);
}

Error bad_listen(std::string detail) { return {Errc::invalid_argument, std::move(detail), "listen"}; }

}  // namespace

struct HttpServer::Impl {
  // One thread with its connections.
  struct Worker {
    Worker(Impl& of_server)
        : server(of_server),
          environment{server.options,  server.router,      server.stopping,
                      server.requests, now_as_http_date(), make_request_id_prefix()},
          sweep_timer(context),
          work(context.get_executor()) {}

    Impl& server;
    SessionEnvironment environment;
    std::list<std::unique_ptr<Session>> sessions;  // outlives the context, whose frames refer to them
    asio::io_context context{1};
    asio::steady_timer sweep_timer;
    asio::executor_work_guard<asio::io_context::executor_type> work;
    std::thread thread;

    void start();
    void sweep();
    void adopt(Socket socket, std::string peer);
  };

  Impl(HttpServerOptions of_caller, Router table) : options(std::move(of_caller)), router(std::move(table)) {}

  [[nodiscard]] Result<void> listen();
  void accept();
  void accepted(const error_code& failed, Worker& worker, Socket socket);
  void refuse(Socket socket);
  void closed_one();
  bool wait_until_none_open(std::optional<std::chrono::steady_clock::time_point> deadline);
  bool stop(milliseconds deadline);

  const HttpServerOptions options;
  const Router router;
  std::unique_ptr<asio::ssl::context> tls;
  std::atomic<bool> stopping{false};
  std::atomic<std::uint64_t> connections_accepted{0}, connections_refused{0}, requests{0};
  std::uint16_t port = 0;

  std::vector<std::unique_ptr<Worker>> workers;
  std::optional<Acceptor> acceptor;  // on the first worker's context
  std::optional<asio::steady_timer> accept_retry;
  std::size_t next_worker = 0;

  mutable std::mutex mutex;
  std::condition_variable none_open;
  std::size_t connections_open = 0;
  bool stopped = false;
};

void HttpServer::Impl::Worker::start() {
  sweep();
  thread = std::thread([this] {
    name_thread("http");
    context.run();
  });
}

void HttpServer::Impl::Worker::sweep() {
  environment.date = now_as_http_date();
  const auto now = Connection::Clock::now();
  for (const auto& session : sessions) session->sweep(now);
  sweep_timer.expires_after(sweep_interval(server.options.limits));
  sweep_timer.async_wait([this](const error_code& cancelled) {
    if (!cancelled) sweep();
  });
}

void HttpServer::Impl::Worker::adopt(Socket socket, std::string peer) {
  sessions.push_front(std::make_unique<Session>(environment, std::move(socket), server.tls.get(), std::move(peer)));
  const auto place = sessions.begin();
  const auto ended = [this, place](const std::exception_ptr& thrown) {
    if (thrown && server.options.on_fault) server.options.on_fault("", "a session ended by an exception");
    sessions.erase(place);
    server.closed_one();
  };
  asio::co_spawn(context, (*place)->run(), asio::bind_cancellation_slot((*place)->cancellation_slot(), ended));
  // It may have been on its way here when the stop went round.
  if (server.stopping) (*place)->begin_stop();
}

Result<void> HttpServer::Impl::listen() {
  error_code failed;
  const auto address = asio::ip::make_address(options.address == "localhost" ? "127.0.0.1" : options.address, failed);
  if (failed) return bad_listen("\"" + options.address + "\" is not an IP address");
  if (!address.is_loopback() && !options.tls && !options.insecure) {
    return bad_listen(
        "beyond loopback, keys and contacts would travel in clear: give a TLS certificate and key, or say insecure");
  }
  if (options.threads == 0) return Error{Errc::invalid_argument, "must be at least 1", "threads"};
  if (options.tls) {
    auto context = server_tls_context(*options.tls);
    if (!context) return context.error();
    tls = std::move(*context);
  }
  for (unsigned i = 0; i < options.threads; ++i) workers.push_back(std::make_unique<Worker>(*this));

  const tcp::endpoint endpoint(address, options.port);
  acceptor.emplace(workers.front()->context);
  accept_retry.emplace(workers.front()->context);
  acceptor->open(endpoint.protocol(), failed);
  if (!failed) acceptor->set_option(Acceptor::reuse_address(true), failed);
  if (!failed) acceptor->bind(endpoint, failed);
  if (!failed) acceptor->listen(asio::socket_base::max_listen_connections, failed);
  if (failed) return bad_listen(options.address + ":" + std::to_string(options.port) + ": " + failed.message());
  port = acceptor->local_endpoint().port();
  return {};
}

void HttpServer::Impl::accept() {
  Worker& worker = *workers[next_worker];
  next_worker = (next_worker + 1) % workers.size();
  acceptor->async_accept(worker.context, [this, &worker](const error_code& failed, Socket socket) {
    accepted(failed, worker, std::move(socket));
  });
}

void HttpServer::Impl::accepted(const error_code& failed, Worker& worker, Socket socket) {
  if (stopping) return;
  if (failed && failed != asio::error::connection_aborted) {
    accept_retry->expires_after(kAcceptRetry);
    accept_retry->async_wait([this](const error_code& cancelled) {
      if (!cancelled && !stopping) accept();
    });
    return;
  }
  if (!failed) {
    const bool full = [&] {
      const std::lock_guard lock(mutex);
      if (connections_open >= options.limits.connections_max) return true;
      ++connections_open;
      return false;
    }();
    if (full) {
      refuse(std::move(socket));
    } else {
      connections_accepted.fetch_add(1, std::memory_order_relaxed);
      error_code gone;
      const auto peer = socket.remote_endpoint(gone);
      std::string address = gone ? std::string() : peer.address().to_string();
      asio::post(worker.context, [&worker, kept = std::move(socket), text = std::move(address)]() mutable {
        worker.adopt(std::move(kept), std::move(text));
      });
    }
  }
  accept();
}

// A word, if the connection takes it at once, and the end: whoever is one too many costs no memory.
void HttpServer::Impl::refuse(Socket socket) {
  connections_refused.fetch_add(1, std::memory_order_relaxed);
  error_code ignored;
  if (!tls) {
    SessionEnvironment& environment = workers.front()->environment;
    const std::string id = environment.request_id_prefix + std::to_string(++environment.request_ids_made);
    const HttpResponse response = problem_response(Error{Errc::overloaded, "too many connections"}, id);
    std::string out;
    append_response_head(out, response,
                         {.date = environment.date, .request_id = id, .close = true, .length = response.body.size()});
    out.append(response.body);
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(out), ignored);
    socket.shutdown(Socket::shutdown_send, ignored);
  }
  socket.close(ignored);
}

void HttpServer::Impl::closed_one() {
  const std::lock_guard lock(mutex);
  if (--connections_open == 0) none_open.notify_all();
}

bool HttpServer::Impl::wait_until_none_open(std::optional<std::chrono::steady_clock::time_point> deadline) {
  std::unique_lock lock(mutex);
  const auto none = [this] { return connections_open == 0; };
  if (deadline) return none_open.wait_until(lock, *deadline, none);
  none_open.wait(lock, none);
  return true;
}

bool HttpServer::Impl::stop(milliseconds deadline) {
  {
    const std::lock_guard lock(mutex);
    if (stopped) return true;
    stopped = true;
  }
  const auto until = std::chrono::steady_clock::now() + deadline;
  stopping = true;
  asio::post(workers.front()->context, [this] {
    error_code ignored;
    acceptor->close(ignored);
    accept_retry->cancel();
  });
  for (const auto& worker : workers) {
    asio::post(worker->context, [&sessions = worker->sessions] {
      for (const auto& session : sessions) session->begin_stop();
    });
  }
  const bool drained = wait_until_none_open(until);
  if (!drained) {
    for (const auto& worker : workers) {
      asio::post(worker->context, [&sessions = worker->sessions] {
        for (const auto& session : sessions) session->cut_off();
      });
    }
    // Every wait of a handler ends when it is cut off; one that will not end is a bug to be seen, not to be left behind
    // with a thread of ours.
    wait_until_none_open(std::nullopt);
  }
  for (const auto& worker : workers) worker->context.stop();
  for (const auto& worker : workers) {
    if (worker->thread.joinable()) worker->thread.join();
  }
  return drained;
}

Result<std::unique_ptr<HttpServer>> HttpServer::open(HttpServerOptions options, Router router) {
  auto impl = std::make_unique<Impl>(std::move(options), std::move(router));
  RAPPORT_TRY(impl->listen());
  impl->accept();
  for (const auto& worker : impl->workers) worker->start();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() { stop(milliseconds(0)); }

std::uint16_t HttpServer::port() const { return impl_->port; }
const Router& HttpServer::router() const { return impl_->router; }

HttpServer::Stats HttpServer::stats() const {
  const std::lock_guard lock(impl_->mutex);
  return {impl_->connections_open, impl_->connections_accepted, impl_->connections_refused, impl_->requests};
}

bool HttpServer::stop(milliseconds deadline) { return impl_->stop(deadline); }

}  // namespace rapport
