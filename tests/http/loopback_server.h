// A test with a server of its own on a free loopback port: add routes, serve, then speak to it through a RawPeer or a
// client.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine/http/http_client.h"
#include "engine/http/http_server.h"
#include "tests/http/raw_peer.h"

namespace rapport {

class LoopbackServer : public testing::Test {
 protected:
  void add_open(HttpMethod method, std::string pattern, Handler handler, RouteLimits limits = {}) {
    router_.add({.method = method,
                 .pattern = std::move(pattern),
                 .handler = std::move(handler),
                 .limits = limits,
                 .open = true});
  }

  // POST /echo answers its body, GET /ok "ok"; both whole.
  void add_plain_routes() {
    add_open(HttpMethod::post, "/echo",
             handler_of([](RequestContext& context) { return HttpResponse::json(context.request().body); }));
    add_open(HttpMethod::get, "/ok", handler_of([](RequestContext&) { return HttpResponse::json("ok"); }));
  }

  void serve(HttpServerOptions options = {}) {
    options.port = 0;
    options.threads = 1;
    options.on_fault = [this](std::string_view, std::string_view what) {
      const std::lock_guard lock(mutex_);
      faults_.emplace_back(what);
    };
    auto server = HttpServer::open(std::move(options), std::move(router_));
    ASSERT_TRUE(server) << to_string(server.error());
    server_ = *std::move(server);
  }

  RawPeer connect() { return RawPeer(server_->port()); }

  std::unique_ptr<HttpClient> client(HttpClientOptions options = {}) {
    if (options.url.empty()) options.url = "http://127.0.0.1:" + std::to_string(server_->port());
    auto opened = HttpClient::open(std::move(options));
    EXPECT_TRUE(opened) << to_string(opened.error());
    return opened ? *std::move(opened) : nullptr;
  }

  // Waits until so many connections are open.
  void expect_connections_open(std::uint64_t count) {
    const auto deadline = std::chrono::steady_clock::now() + kPeerDeadline;
    while (server_->stats().connections_open != count && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::yield();
    }
    EXPECT_EQ(server_->stats().connections_open, count);
  }

  void TearDown() override {
    server_.reset();
    EXPECT_EQ(faults_, std::vector<std::string>{});
  }

  Router router_;
  std::mutex mutex_;
  std::vector<std::string> faults_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace rapport
