// What a connection carries, byte for byte: requests one after the other, bodies in pieces, and its end.
#include <gmock/gmock.h>

#include <atomic>
#include <future>
#include <optional>

#include "engine/http/async_callback.h"
#include "tests/http/loopback_server.h"

namespace rapport {
namespace {

using std::chrono::milliseconds;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr milliseconds kLong{600'000};
const std::string kGetOk = "GET /ok HTTP/1.1\r\nHost: a\r\n\r\n";

class HttpConnectionTest : public LoopbackServer {
 protected:
  void add_stream(const char* pattern, BodyProducer producer, bool endless = false) {
    add_open(HttpMethod::get, pattern, handler_of([=](RequestContext&) {
               HttpResponse response;
               response.content_type = endless ? "text/event-stream" : "application/x-ndjson";
               response.stream = producer;
               response.stream_is_endless = endless;
               return response;
             }));
  }
};

asio::awaitable<Result<void>> write_three(BodyWriter& writer) {
  for (const std::string_view piece : {"one\n", "", "two\n"}) {
    const auto sent = co_await writer.write(piece);
    if (!sent) co_return sent.error();
  }
  co_return co_await writer.write("three\n");
}

TEST_F(HttpConnectionTest, AnswersPipelinedRequestsInTheirOrder) {
  add_plain_routes();
  add_open(HttpMethod::get, "/later", [](RequestContext&) -> asio::awaitable<HttpResponse> {
    co_await async_sleep(milliseconds(1));
    co_return HttpResponse::json("later");
  });
  serve();
  constexpr int kPairs = 300;  // more than a buffer of the server holds
  std::string requests;
  for (int i = 0; i < kPairs; ++i) {
    requests += "GET /later HTTP/1.1\r\nHost: a\r\n\r\n";
    requests += "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n" + std::to_string(100 + i);
  }
  RawPeer peer = connect();
  // Not all at once: the answers must be read meanwhile.
  auto sending = std::async(std::launch::async, [&] { peer.send(requests); });
  for (int i = 0; i < kPairs; ++i) {
    ASSERT_THAT(peer.read_response(), EndsWith("\r\n\r\nlater"));
    ASSERT_THAT(peer.read_response(), EndsWith("\r\n\r\n" + std::to_string(100 + i)));
  }
  sending.get();
  EXPECT_EQ(server_->stats().connections_accepted, 1u);
  EXPECT_EQ(server_->stats().requests, 2u * kPairs);
}

TEST_F(HttpConnectionTest, EndsWhereTheRequestSaysSo) {
  add_plain_routes();
  serve();
  RawPeer asked = connect();
  asked.send("GET /ok HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(asked.read_to_end(), HasSubstr("Connection: close\r\n"));
  RawPeer old = connect();
  old.send("GET /ok HTTP/1.0\r\n\r\n");
  EXPECT_THAT(old.read_to_end(), EndsWith("\r\n\r\nok"));
  RawPeer old_and_kept = connect();
  old_and_kept.send("GET /ok HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_THAT(old_and_kept.read_response(), HasSubstr("Connection: keep-alive\r\n"));
  old_and_kept.send("GET /ok HTTP/1.0\r\n\r\n");
  EXPECT_THAT(old_and_kept.read_to_end(), EndsWith("\r\n\r\nok"));
  // A client may end its side right after its request.
  RawPeer half = connect();
  half.send(kGetOk);
  half.finish_sending();
  EXPECT_THAT(half.read_to_end(), EndsWith("\r\n\r\nok"));
}

TEST_F(HttpConnectionTest, HeadHasTheLengthAndNotTheBody) {
  add_plain_routes();
  add_stream("/stream", write_three);
  serve();
  RawPeer peer = connect();
  peer.send("HEAD /ok HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(peer.read_until("\r\n\r\n"), HasSubstr("Content-Length: 2\r\n"));
  peer.send("HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(peer.read_until("\r\n\r\n"), HasSubstr("Transfer-Encoding: chunked\r\n"));
  peer.send(kGetOk);
  EXPECT_THAT(peer.read_response(), EndsWith("\r\n\r\nok"));
}

TEST_F(HttpConnectionTest, OptionsAndOtherMethodsLearnWhatIsAllowed) {
  add_plain_routes();
  serve();
  RawPeer peer = connect();
  peer.send("OPTIONS /ok HTTP/1.1\r\nHost: a\r\n\r\n");
  const std::string options = peer.read_response();
  EXPECT_THAT(options, StartsWith("HTTP/1.1 204 "));
  EXPECT_THAT(options, HasSubstr("Allow: GET, HEAD, OPTIONS\r\n"));
  EXPECT_THAT(options, Not(HasSubstr("Content-Length")));
  peer.send("DELETE /echo HTTP/1.1\r\nHost: a\r\n\r\n");
  const std::string refused = peer.read_response();
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 405 "));
  EXPECT_THAT(refused, HasSubstr("Allow: POST, OPTIONS\r\n"));
}

TEST_F(HttpConnectionTest, KeepsTheCallersIdsInEveryAnswer) {
  add_plain_routes();
  serve();
  const std::string trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  RawPeer peer = connect();
  peer.send("GET /nothing HTTP/1.1\r\nHost: a\r\nRapport-Request-Id: r-1\r\ntraceparent: " + trace + "\r\n\r\n");
  const std::string answer = peer.read_response();
  EXPECT_THAT(answer, HasSubstr("Rapport-Request-Id: r-1\r\n"));
  EXPECT_THAT(answer, HasSubstr("traceparent: " + trace + "\r\n"));
  EXPECT_THAT(answer, HasSubstr("\"requestId\":\"r-1\""));
  // They are the request's own.
  peer.send(kGetOk);
  const std::string next = peer.read_response();
  EXPECT_THAT(next, Not(HasSubstr("r-1")));
  EXPECT_THAT(next, Not(HasSubstr("traceparent")));
}

// ---- Expect: 100-continue

constexpr std::string_view kExpecting = "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n";

TEST_F(HttpConnectionTest, ContinuesWhenTheBodyIsWanted) {
  add_plain_routes();
  serve();
  RawPeer peer = connect();
  peer.send("POST /echo HTTP/1.1\r\nHost: a\r\n" + std::string(kExpecting));
  EXPECT_EQ(peer.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  peer.send("abc");
  EXPECT_THAT(peer.read_response(), EndsWith("\r\n\r\nabc"));
  // Who sends the body at once needs no leave.
  peer.send("POST /echo HTTP/1.1\r\nHost: a\r\n" + std::string(kExpecting) + "abc");
  EXPECT_THAT(peer.read_response(), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpConnectionTest, DoesNotContinueWhatItRefuses) {
  const Handler never = handler_of([](RequestContext&) {
    ADD_FAILURE() << "the handler ran";
    return HttpResponse::json("");
  });
  router_.add({.method = HttpMethod::post, .pattern = "/guarded", .scope = "x", .handler = never});
  add_open(HttpMethod::post, "/small", never, {.body_bytes_max = 2});
  serve();
  const std::pair<const char*, const char*> rows[] = {{"/nowhere", "404"}, {"/guarded", "401"}, {"/small", "413"}};
  for (const auto& [target, status] : rows) {
    RawPeer peer = connect();
    peer.send("POST " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n" + std::string(kExpecting));
    const std::string answer = peer.read_to_end();
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 " + std::string(status) + " "));
    EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  }
}

// ---- Streams

TEST_F(HttpConnectionTest, StreamsAResponseInChunks) {
  add_stream("/stream", write_three);
  serve();
  RawPeer peer = connect();
  peer.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
  const std::string head = peer.read_until("\r\n\r\n");
  EXPECT_THAT(head, HasSubstr("Transfer-Encoding: chunked\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("Content-Length")));
  EXPECT_EQ(peer.read_until("0\r\n\r\n"), "4\r\none\n\r\n4\r\ntwo\n\r\n6\r\nthree\n\r\n0\r\n\r\n");
  // The connection goes on; an old client gets plain bytes, and the end of the connection as the body's.
  peer.send("GET /stream HTTP/1.0\r\n\r\n");
  const std::string old = peer.read_to_end();
  EXPECT_THAT(old, Not(HasSubstr("chunked")));
  EXPECT_THAT(old, EndsWith("\r\n\r\none\ntwo\nthree\n"));
}

TEST_F(HttpConnectionTest, AStreamThatFailsDoesNotLookComplete) {
  add_stream("/error", [](BodyWriter& writer) -> asio::awaitable<Result<void>> {
    static_cast<void>(co_await writer.write("one\n"));
    co_return Error{Errc::internal, "gone"};
  });
  add_stream("/throws", [](BodyWriter& writer) -> asio::awaitable<Result<void>> {
    static_cast<void>(co_await writer.write("one\n"));
    throw std::runtime_error("secret");
  });
  serve();
  for (const std::string target : {"/error", "/throws"}) {
    RawPeer peer = connect();
    peer.send("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_THAT(peer.read_to_end(), EndsWith("4\r\none\n\r\n")) << target;
  }
  server_.reset();
  EXPECT_THAT(std::exchange(faults_, {}), testing::ElementsAre("secret"));
}

// The sender gets no further than the kernel's buffers while the handler does not read.
TEST_F(HttpConnectionTest, ASlowHandlerSlowsItsSender) {
  std::promise<CallbackDone<int>> holding;
  add_open(HttpMethod::post, "/slow",
           [&](RequestContext& context) -> asio::awaitable<HttpResponse> {
             static_cast<void>(co_await async_from_callback<int>([&](auto done) { holding.set_value(done); }));
             std::size_t bytes = 0;
             while (true) {
               const auto piece = co_await context.body().read();
               if (!piece || piece->empty()) break;
               bytes += piece->size();
             }
             co_return HttpResponse::json(std::to_string(bytes));
           },
           {.body_bytes_max = RouteLimits::kNoLimit, .body = BodyMode::streamed});
  serve();
  const std::string body(64u << 20, 'x');
  RawPeer peer = connect();
  peer.send("POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n");
  const std::size_t taken = peer.send_until_stuck(body);
  EXPECT_LT(taken, body.size());
  holding.get_future().get()(0);
  peer.send(std::string_view(body).substr(taken));
  EXPECT_THAT(peer.read_response(), EndsWith("\r\n\r\n" + std::to_string(body.size())));
}

// A stream whose reader is always faster never waits for it; the thread's other connections have their turn all the
// same.
TEST_F(HttpConnectionTest, AFastStreamLeavesOthersTheirTurn) {
  constexpr int kFar = 1'000'000;
  std::atomic<bool> answered{false};
  std::atomic<int> pieces{0};
  add_stream("/stream", [&](BodyWriter& writer) -> asio::awaitable<Result<void>> {
    while (!answered && ++pieces < kFar) {
      const auto sent = co_await writer.write("x");
      if (!sent) co_return sent.error();
    }
    co_return Result<void>();
  });
  add_open(HttpMethod::get, "/answer", handler_of([&](RequestContext&) {
             answered = true;
             return HttpResponse::json("");
           }));
  serve();
  RawPeer other = connect();
  RawPeer peer = connect();
  peer.send("GET /stream HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  static_cast<void>(peer.read_until("\r\n\r\n"));
  other.send("GET /answer HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(peer.read_to_end(), EndsWith("0\r\n\r\n"));
  EXPECT_LT(pieces, kFar);
}

// ---- Stopping

HttpServerOptions patient() {
  HttpServerOptions options;
  options.limits.header_timeout = options.limits.idle_timeout = kLong;
  options.limits.body_timeout = options.limits.write_timeout = kLong;
  return options;
}

TEST_F(HttpConnectionTest, StopClosesWhatWaitsAndEndsEndlessStreams) {
  add_plain_routes();
  add_stream(
      "/feed",
      [](BodyWriter& writer) -> asio::awaitable<Result<void>> {
        const auto sent = co_await writer.write("data: 1\n\n");
        if (!sent) co_return sent.error();
        if (!co_await async_sleep(kLong)) co_return Error{Errc::shutting_down, "stopping"};
        co_return Result<void>();
      },
      true);
  serve(patient());
  RawPeer fresh = connect();
  RawPeer kept = connect();
  kept.send(kGetOk);
  EXPECT_THAT(kept.read_response(), StartsWith("HTTP/1.1 200 "));
  RawPeer feed = connect();
  feed.send("GET /feed HTTP/1.1\r\nHost: a\r\n\r\n");
  static_cast<void>(feed.read_until("data: 1\n\n\r\n"));
  EXPECT_TRUE(server_->stop(kPeerDeadline));
  EXPECT_EQ(fresh.read_to_end(), "");
  EXPECT_EQ(kept.read_to_end(), "");
  EXPECT_EQ(feed.read_to_end(), "0\r\n\r\n");
}

// The response was on its way, promised to be kept, when the stop came.
TEST_F(HttpConnectionTest, StopDoesNotWaitForTheNextRequest) {
  const auto much = std::make_shared<const std::string>(64u << 20, 'x');
  add_plain_routes();
  add_open(HttpMethod::get, "/much", handler_of([&](RequestContext&) {
             HttpResponse response;
             response.shared_body = much;
             return response;
           }));
  serve(patient());
  RawPeer peer = connect();
  peer.send("GET /much HTTP/1.1\r\nHost: a\r\n\r\n");
  static_cast<void>(peer.read_until("\r\n\r\n"));
  auto stopped = std::async(std::launch::async, [&] { return server_->stop(kPeerDeadline); });
  while (client()->send({.target = "/ok"})) {
  }
  EXPECT_EQ(peer.read_to_end().size(), much->size());
  EXPECT_TRUE(stopped.get());
}

TEST_F(HttpConnectionTest, StopCutsOffWhatDoesNotEnd) {
  std::promise<void> entered;
  std::promise<Errc> ended;
  std::optional<CallbackDone<int>> kept;  // never called
  add_open(HttpMethod::get, "/never", [&](RequestContext& context) -> asio::awaitable<HttpResponse> {
    entered.set_value();
    const auto answer = co_await async_from_callback<int>([&](auto done) { kept = done; });
    EXPECT_TRUE(context.stopping());
    ended.set_value(answer.error().code);
    co_return HttpResponse::json("");
  });
  serve(patient());
  RawPeer peer = connect();
  peer.send("GET /never HTTP/1.1\r\nHost: a\r\n\r\n");
  entered.get_future().wait();
  EXPECT_FALSE(server_->stop(milliseconds(50)));
  EXPECT_EQ(ended.get_future().get(), Errc::shutting_down);
  EXPECT_EQ(peer.read_to_end(), "");
}

TEST_F(HttpConnectionTest, RecordsEveryResponse) {
  add_plain_routes();
  std::vector<std::string> records;
  HttpServerOptions options;
  options.on_response = [&](const AccessRecord& record) {
    records.push_back(std::to_string(record.status) + (record.well_formed ? " ok " : " malformed ") +
                      (record.route != nullptr ? record.route->pattern : "none") + " " +
                      std::to_string(record.response_bytes));
  };
  serve(std::move(options));
  RawPeer peer = connect();
  peer.send(kGetOk + "HEAD /ok HTTP/1.1\r\nHost: a\r\n\r\nnonsense\n");
  static_cast<void>(peer.read_to_end());
  server_.reset();
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[0], "200 ok /ok 2");
  EXPECT_EQ(records[1], "200 ok /ok 0");
  EXPECT_THAT(records[2], StartsWith("400 malformed none "));
}

}  // namespace
}  // namespace rapport
