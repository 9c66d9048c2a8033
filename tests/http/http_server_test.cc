// The server and the client over real loopback sockets.
#include "engine/http/http_server.h"

#include <gmock/gmock.h>

#include <future>

#include "engine/http/async_callback.h"
#include "engine/http/http_client.h"

namespace rapport {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

class HttpServerTest : public testing::Test {
 protected:
  void add(Route route) { router_.add(std::move(route)); }
  void add_open(HttpMethod method, const char* pattern, Handler handler, RouteLimits limits = {}) {
    add({.method = method, .pattern = pattern, .handler = std::move(handler), .limits = limits, .open = true});
  }

  void serve(HttpServerOptions options = {}) {
    options.port = 0;
    options.threads = 1;
    options.on_fault = [this](std::string_view, std::string_view what) { fault_ = what; };
    auto server = HttpServer::open(std::move(options), std::move(router_));
    ASSERT_TRUE(server) << to_string(server.error());
    server_ = *std::move(server);
    auto client = HttpClient::open({.url = "http://127.0.0.1:" + std::to_string(server_->port())});
    ASSERT_TRUE(client) << to_string(client.error());
    client_ = *std::move(client);
  }

  HttpClientResponse send(HttpClientRequest request) {
    auto response = client_->send(request);
    EXPECT_TRUE(response) << to_string(response.error());
    return response ? *std::move(response) : HttpClientResponse{};
  }

  Router router_;
  std::string fault_;
  std::unique_ptr<HttpServer> server_;
  std::unique_ptr<HttpClient> client_;
};

Handler echo() {
  return handler_of([](RequestContext& context) { return HttpResponse::json(context.request().body); });
}

TEST_F(HttpServerTest, AnswersOverOneKeptConnection) {
  add_open(HttpMethod::get, "/hello/{name}", handler_of([](RequestContext& context) {
             return HttpResponse::json("\"" + std::string(context.parameter("name")) + "\"");
           }));
  add_open(HttpMethod::post, "/echo", echo());
  serve();
  EXPECT_EQ(send({.target = "/hello/Ada%20L"}).body, "\"Ada L\"");
  EXPECT_EQ(send({.method = HttpMethod::post, .target = "/echo", .body = "{\"a\":1}"}).body, "{\"a\":1}");
  const auto response = send({.target = "/hello/x"});
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(response.headers.find("Rapport-Request-Id"));
  EXPECT_EQ(server_->stats().connections_accepted, 1u);
  EXPECT_EQ(server_->stats().requests, 3u);
}

TEST_F(HttpServerTest, SaysWhatIsNotThere) {
  add_open(HttpMethod::get, "/a", echo());
  serve();
  EXPECT_EQ(send({.target = "/b"}).status, 404);
  const auto wrong = send({.method = HttpMethod::post, .target = "/a"});
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.headers.find("Allow"), "GET, HEAD, OPTIONS");
  const auto head = send({.method = HttpMethod::head, .target = "/a"});
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.body, "");
}

TEST_F(HttpServerTest, NobodyKeepsAnAnswerThatDoesNotSayWho) {
  add_open(HttpMethod::get, "/a", handler_of([](RequestContext&) { return HttpResponse::json("{}"); }));
  add_open(HttpMethod::get, "/public", handler_of([](RequestContext&) {
             HttpResponse response = HttpResponse::json("{}");
             response.headers.add("cache-control", "public");
             return response;
           }));
  serve();
  for (const char* path : {"/a", "/b"}) {
    EXPECT_EQ(send({.target = path}).headers.find("Cache-Control"), "no-store") << path;
  }
  const auto kept = send({.target = "/public"});
  EXPECT_EQ(kept.headers.find("Cache-Control"), "public");
  EXPECT_EQ(kept.headers.count("Cache-Control"), 1u);
}

TEST_F(HttpServerTest, AuthorizesBeforeItReadsTheBody) {
  add({.method = HttpMethod::post,
       .pattern = "/guarded",
       .scope = "contact:write",
       .handler = handler_of([](RequestContext& context) { return HttpResponse::json(context.principal().key_id); })});
  HttpServerOptions options;
  options.authorize = [](const HttpRequest& request, const Route& route) -> Result<Principal> {
    if (route.scope != "contact:write") return Error{Errc::forbidden, "scope"};
    if (request.headers.find("Authorization") != "Bearer k1") return Error{Errc::unauthorized, "no key"};
    return Principal{.key_id = "k1"};
  };
  serve(std::move(options));
  EXPECT_EQ(send({.method = HttpMethod::post, .target = "/guarded"}).status, 401);
  HttpClientRequest request{.method = HttpMethod::post, .target = "/guarded"};
  request.headers.add("Authorization", "Bearer k1");
  EXPECT_EQ(send(request).body, "k1");
}

TEST_F(HttpServerTest, RefusesABodyBeyondTheRoutesLimit) {
  add_open(HttpMethod::post, "/small", echo(), {.body_bytes_max = 10});
  serve();
  EXPECT_EQ(send({.method = HttpMethod::post, .target = "/small", .body = "0123456789"}).status, 200);
  EXPECT_EQ(send({.method = HttpMethod::post, .target = "/small", .body = "0123456789a"}).status, 413);
}

TEST_F(HttpServerTest, StreamsBothWays) {
  Handler count = [](RequestContext& context) -> asio::awaitable<HttpResponse> {
    std::size_t bytes = 0;
    while (true) {
      const auto piece = co_await context.body().read();
      if (!piece || piece->empty()) break;
      bytes += piece->size();
    }
    HttpResponse response;
    response.stream = [bytes](BodyWriter& writer) -> asio::awaitable<Result<void>> {
      for (int i = 0; i < 3; ++i) {
        const std::string line = std::to_string(bytes) + "\n";
        const auto sent = co_await writer.write(line);
        if (!sent) co_return sent.error();
      }
      co_return Result<void>();
    };
    co_return response;
  };
  add_open(HttpMethod::post, "/count", count, {.body_bytes_max = RouteLimits::kNoLimit, .body = BodyMode::streamed});
  serve();
  const std::string piece(100'000, 'x');
  int left = 50;
  const auto response = client_->send(
      {.method = HttpMethod::post, .target = "/count"},
      [&]() -> Result<std::string_view> { return left-- > 0 ? std::string_view(piece) : std::string_view(); });
  ASSERT_TRUE(response) << to_string(response.error());
  EXPECT_EQ(response->body, "5000000\n5000000\n5000000\n");
  std::string sunk;
  left = 0;
  ASSERT_TRUE(client_->send({.method = HttpMethod::post, .target = "/count"},
                            [&](const HttpClientResponse&, std::string_view bytes) {
                              sunk += bytes;
                              return true;
                            }));
  EXPECT_EQ(sunk, "0\n0\n0\n");
}

TEST_F(HttpServerTest, AHandlerThatThrowsIsA500WithoutItsText) {
  add_open(HttpMethod::get, "/bug",
           handler_of([](RequestContext&) -> HttpResponse { throw std::runtime_error("secret"); }));
  serve();
  const auto response = send({.target = "/bug"});
  EXPECT_EQ(response.status, 500);
  EXPECT_THAT(response.body, testing::Not(HasSubstr("secret")));
  EXPECT_EQ(fault_, "secret");
}

TEST_F(HttpServerTest, AHandlerIsAskedWhereNothingIsKnownAtOnce) {
  const auto at_once = [](RequestContext& context) -> std::optional<HttpResponse> {
    const auto asked = context.request().query.find("q");
    if (!asked) return std::nullopt;
    if (*asked == "bug") throw std::runtime_error("secret");
    return HttpResponse::json("at once");
  };
  add({.method = HttpMethod::get,
       .pattern = "/known",
       .handler = handler_of([](RequestContext&) { return HttpResponse::json("by its handler"); }),
       .at_once = at_once,
       .open = true});
  add({.method = HttpMethod::get, .pattern = "/closed", .handler = echo(), .at_once = at_once});
  serve();
  EXPECT_EQ(send({.target = "/known?q=1"}).body, "at once");
  EXPECT_EQ(send({.target = "/known"}).body, "by its handler");
  EXPECT_EQ(send({.target = "/known?q=1", .body = "a body that is read first"}).body, "by its handler");
  EXPECT_EQ(send({.target = "/known?q=1"}).body, "at once") << "nothing is left of that body";
  EXPECT_EQ(send({.target = "/closed?q=1"}).status, 403) << "who asks is asked first";
  EXPECT_EQ(send({.target = "/known?q=bug"}).status, 500);
  EXPECT_EQ(fault_, "secret");
}

TEST_F(HttpServerTest, StopLetsARequestFinish) {
  std::promise<void> entered;
  std::promise<CallbackDone<int>> waiting;
  add_open(HttpMethod::get, "/slow", [&](RequestContext&) -> asio::awaitable<HttpResponse> {
    const auto answer = co_await async_from_callback<int>([&](auto done) {
      waiting.set_value(done);
      entered.set_value();
    });
    co_return HttpResponse::json(std::to_string(answer.value()));
  });
  serve();
  auto response = std::async(std::launch::async, [&] { return client_->send({.target = "/slow"}); });
  entered.get_future().wait();
  auto stopped = std::async(std::launch::async, [&] { return server_->stop(std::chrono::seconds(30)); });
  waiting.get_future().get()(42);
  const auto answer = response.get();
  ASSERT_TRUE(answer) << to_string(answer.error());
  EXPECT_EQ(answer->body, "42");
  EXPECT_TRUE(stopped.get());
}

TEST_F(HttpServerTest, ListensBeyondLoopbackOnlyWhenTold) {
  const auto server = HttpServer::open({.address = "0.0.0.0", .port = 0}, Router());
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().field, "listen");
}

TEST(HttpClient, SaysThatNobodyAnswers) {
  // A port that was free a moment ago.
  auto server = HttpServer::open({.port = 0}, Router());
  const std::string url = "http://127.0.0.1:" + std::to_string((*server)->port());
  server->reset();
  const auto client = HttpClient::open({.url = url});
  const auto response = (*client)->send({.target = "/"});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Errc::unreachable);
}

TEST(HttpClient, RefusesAUrlItCannotUse) {
  for (const char* url : {"", "127.0.0.1:80", "ftp://a", "http://", "http://a/?q=1", "http://u:p@a"}) {
    const auto client = HttpClient::open({.url = url});
    ASSERT_FALSE(client) << url;
    EXPECT_EQ(client.error().field, "url") << url;
  }
}

}  // namespace
}  // namespace rapport
