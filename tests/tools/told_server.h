// A server that answers as a test tells it to, and remembers what it was asked.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/http/http_server.h"

namespace rapport {

class ToldServer {
 public:
  using Answer = std::function<HttpResponse(const HttpRequest&)>;
  struct Asked {
    std::string authorization, if_match, body;
  };

  void answer(HttpMethod method, const char* pattern, Answer answer) {
    router_.add({.method = method,
                 .pattern = pattern,
                 .handler = handler_of([this, answer = std::move(answer)](RequestContext& context) {
                   const HttpRequest& request = context.request();
                   const auto header = [&](const char* name) {
                     return std::string(request.headers.find(name).value_or(""));
                   };
                   const std::lock_guard lock(mutex_);
                   asked_.push_back({header("Authorization"), header("If-Match"), request.body});
                   return answer(request);
                 }),
                 .limits = {.body_bytes_max = 16u << 20},
                 .consumes = "",
                 .open = true});
  }

  // Returns the server's URL.
  std::string serve() {
    auto server = HttpServer::open({.port = 0, .threads = 1}, std::move(router_));
    EXPECT_TRUE(server) << to_string(server.error());
    server_ = *std::move(server);
    return "http://127.0.0.1:" + std::to_string(server_->port());
  }

  std::vector<Asked> asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  std::mutex mutex_;
  std::vector<Asked> asked_;
  Router router_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace rapport
