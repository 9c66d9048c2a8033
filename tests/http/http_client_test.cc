// The client against a server that says exactly what the test tells it to.
#include "engine/http/http_client.h"

#include <gmock/gmock.h>

#include <future>
#include <optional>

#include "tests/http/raw_peer.h"

namespace rapport {
namespace {

using std::chrono::milliseconds;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

class HttpClientTest : public testing::Test {
 protected:
  void open(HttpClientOptions options = {}) {
    options.url = "http://127.0.0.1:" + std::to_string(listener_.port()) + options.url;
    auto opened = HttpClient::open(std::move(options));
    ASSERT_TRUE(opened) << to_string(opened.error());
    client_ = *std::move(opened);
  }

  std::future<Result<HttpClientResponse>> send_later(HttpClientRequest request) {
    return std::async(std::launch::async, [this, request = std::move(request)] { return client_->send(request); });
  }

  // One exchange on a connection of its own, which the server then closes.
  Result<HttpClientResponse> exchange(std::string_view answer, HttpMethod method = HttpMethod::get) {
    auto response = send_later({.method = method, .target = "/"});
    RawPeer server = listener_.accept();
    static_cast<void>(server.read_until("\r\n\r\n"));
    server.send(answer);
    server.finish_sending();
    return response.get();
  }

  RawListener listener_;
  std::unique_ptr<HttpClient> client_;
};

TEST_F(HttpClientTest, SaysWhatItWasTold) {
  HttpClientOptions options{.url = "/base/"};
  options.headers.add("Authorization", "Bearer k");
  open(std::move(options));
  HttpClientRequest request{
      .method = HttpMethod::post, .target = "/v1?a=b", .content_type = "text/plain", .body = "hi"};
  request.headers.add("X", "y");
  auto response = send_later(request);
  RawPeer server = listener_.accept();
  const std::string head = server.read_until("\r\n\r\n");
  server.send(kOk);
  EXPECT_THAT(head, StartsWith("POST /base/v1?a=b HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(listener_.port())));
  EXPECT_THAT(head, HasSubstr("Authorization: Bearer k\r\n"));
  EXPECT_THAT(head, HasSubstr("X: y\r\n"));
  EXPECT_THAT(head, HasSubstr("Content-Type: text/plain\r\n"));
  EXPECT_THAT(head, HasSubstr("Content-Length: 2\r\n"));
  EXPECT_EQ(response.get()->body, "ok");
}

TEST_F(HttpClientTest, ReadsEveryKindOfBody) {
  open();
  EXPECT_EQ(exchange(kOk)->body, "ok");
  EXPECT_EQ(exchange("HTTP/1.1 200 OK\r\n\r\nto the end")->body, "to the end");
  EXPECT_EQ(exchange("HTTP/1.0 200 OK\r\n\r\nto the end")->body, "to the end");
  EXPECT_EQ(exchange("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")->body,
            "abc");
  EXPECT_EQ(exchange("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na")->body, "a");
  EXPECT_EQ(exchange("HTTP/1.1 204 No Content\r\n\r\n")->status, 204);
  EXPECT_EQ(exchange("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n")->body, "");
  const auto head = exchange("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", HttpMethod::head);
  ASSERT_TRUE(head) << to_string(head.error());
  EXPECT_EQ(head->headers.find("content-length"), "5");
}

TEST_F(HttpClientTest, NamesWhatIsNoResponse) {
  open();
  const std::pair<std::string, Errc> rows[] = {
      {"", Errc::unreachable},
      {"HTTP/1.1 200 OK\r\nContent-Le", Errc::unreachable},
      {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", Errc::unreachable},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc", Errc::unreachable},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\nabc\r\n", Errc::invalid_argument},
      {"SSH-2.0-OpenSSH_9.2\r\n\r\n", Errc::invalid_argument},
      {"HTTP/1.1 200 OK\nContent-Length: 0\n\n", Errc::invalid_argument},
      {"HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'x'), Errc::invalid_argument},
  };
  for (const auto& [answer, code] : rows) {
    const auto response = exchange(answer);
    ASSERT_FALSE(response) << answer.substr(0, 100);
    EXPECT_EQ(response.error().code, code) << answer.substr(0, 100) << ": " << to_string(response.error());
  }
}

TEST_F(HttpClientTest, KeepsItsConnectionAndNoticesWhenItEnds) {
  open();
  auto response = send_later({.target = "/1"});
  std::optional<RawPeer> server(listener_.accept());
  for (const std::string target : {"/1", "/2"}) {
    if (target != "/1") response = send_later({.target = target});
    EXPECT_THAT(server->read_until("\r\n\r\n"), StartsWith("GET " + target + " "));
    server->send(kOk);
    EXPECT_TRUE(response.get());
  }
  server.reset();  // closed between two requests: the next one goes over a new connection
  response = send_later({.target = "/3"});
  server.emplace(listener_.accept());
  EXPECT_THAT(server->read_until("\r\n\r\n"), StartsWith("GET /3 "));
  server->send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_TRUE(response.get());
  response = send_later({.target = "/4"});  // and so does one after "Connection: close"
  RawPeer last = listener_.accept();
  EXPECT_THAT(last.read_until("\r\n\r\n"), StartsWith("GET /4 "));
  last.send(kOk);
  EXPECT_TRUE(response.get());
}

TEST_F(HttpClientTest, BoundsTheBodyItHolds) {
  open({.response_bytes_max = 3});
  EXPECT_EQ(exchange("HTTP/1.1 200 OK\r\n\r\nabc")->body, "abc");
  const auto response = exchange("HTTP/1.1 200 OK\r\n\r\nabcd");
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Errc::too_large);
}

TEST_F(HttpClientTest, GivesUpOnSilence) {
  open({.idle_timeout = milliseconds(50)});
  auto response = send_later({.target = "/"});
  RawPeer server = listener_.accept();
  EXPECT_EQ(response.get().error().code, Errc::unreachable);
  // A large body that nobody takes.
  response = send_later({.method = HttpMethod::post, .target = "/", .body = std::string(64u << 20, 'x')});
  RawPeer deaf = listener_.accept();
  EXPECT_EQ(response.get().error().code, Errc::unreachable);
}

TEST_F(HttpClientTest, IsInterruptedFromAnotherThread) {
  open({.idle_timeout = std::chrono::minutes(10)});
  auto response = send_later({.target = "/"});
  RawPeer server = listener_.accept();
  static_cast<void>(server.read_until("\r\n\r\n"));
  client_->interrupt();
  EXPECT_EQ(response.get().error().code, Errc::shutting_down);
  EXPECT_EQ(client_->send({.target = "/"}).error().code, Errc::shutting_down);
}

TEST_F(HttpClientTest, StreamsARequestAndEndsIt) {
  open();
  int left = 2;
  const RequestBodySource source = [&]() -> Result<std::string_view> { return left-- > 0 ? "abc\n" : ""; };
  auto response = std::async(std::launch::async,
                             [&] { return client_->send({.method = HttpMethod::post, .target = "/"}, source); });
  RawPeer server = listener_.accept();
  EXPECT_THAT(server.read_until("\r\n\r\n"), HasSubstr("Transfer-Encoding: chunked\r\n"));
  EXPECT_EQ(server.read_until("0\r\n\r\n"), "4\r\nabc\n\r\n4\r\nabc\n\r\n0\r\n\r\n");
  server.send(kOk);
  EXPECT_EQ(response.get()->body, "ok");
}

TEST_F(HttpClientTest, AFailedSourceIsTheAnswer) {
  open();
  const RequestBodySource source = []() -> Result<std::string_view> { return Error{Errc::invalid_json, "line 3"}; };
  const auto response = client_->send({.method = HttpMethod::post, .target = "/"}, source);
  EXPECT_EQ(response.error().code, Errc::invalid_json);
  EXPECT_THAT(listener_.accept().read_to_end(), Not(EndsWith("0\r\n\r\n"))) << "a body cut short looks complete";
}

// The server refuses in the middle of a body. The rest stays unsent, and the connection, on which it would be taken for
// a request, is not used again, whatever the server says of keeping it.
TEST_F(HttpClientTest, StopsSendingWhenTheServerAnswersEarly) {
  open();
  std::promise<void> refused;
  int pieces = 0;
  const RequestBodySource source = [&]() -> Result<std::string_view> {
    if (++pieces == 2) refused.get_future().wait();
    return "abc\n";
  };
  auto response = std::async(std::launch::async,
                             [&] { return client_->send({.method = HttpMethod::post, .target = "/"}, source); });
  RawPeer server = listener_.accept();
  static_cast<void>(server.read_until("abc\n\r\n"));
  server.send("HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno");
  refused.set_value();
  EXPECT_EQ(response.get()->status, 401);
  response = send_later({.target = "/next"});
  RawPeer next = listener_.accept();
  EXPECT_THAT(next.read_until("\r\n\r\n"), StartsWith("GET /next "));
  next.send(kOk);
  EXPECT_TRUE(response.get());
}

TEST_F(HttpClientTest, HandsABodyOverPieceByPieceUntilEnough) {
  open({.response_bytes_max = 1});
  std::promise<void> first_came;
  std::string sunk;
  const ResponseBodySink sink = [&](const HttpClientResponse& head, std::string_view piece) {
    EXPECT_EQ(head.status, 200);
    if (sunk.empty()) first_came.set_value();
    sunk += piece;
    return sunk.size() < 8;
  };
  auto response = std::async(std::launch::async, [&] { return client_->send({.target = "/"}, sink); });
  RawPeer server = listener_.accept();
  static_cast<void>(server.read_until("\r\n\r\n"));
  server.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\none\n\r\n");
  first_came.get_future().wait();
  server.send("4\r\ntwo\n\r\n");
  EXPECT_TRUE(response.get());
  EXPECT_EQ(sunk, "one\ntwo\n");
  EXPECT_EQ(server.read_to_end(), "");
}

TEST_F(HttpClientTest, RefusesATargetThatWouldForgeARequest) {
  open();
  for (const char* target : {"", "v1", "/a b", "/a\r\nX: y", "/\xc3\xa9"}) {
    const auto response = client_->send({.target = target});
    ASSERT_FALSE(response) << target;
    EXPECT_EQ(response.error().field, "target") << target;
  }
}

}  // namespace
}  // namespace rapport
