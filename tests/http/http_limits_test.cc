// Every limit of the server, reached: the last that passes and the first that does not.
#include <gmock/gmock.h>

#include <future>
#include <optional>

#include "tests/http/loopback_server.h"

namespace rapport {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr milliseconds kShort{100};
constexpr milliseconds kLong{600'000};

std::string request_of_size(std::size_t bytes) {
  std::string head = "GET /ok HTTP/1.1\r\nHost: a\r\nX: ";
  head.append(bytes - head.size() - 4, 'x');
  return head + "\r\n\r\n";
}

std::string post_of(std::string_view fields, std::string_view body) {
  return "POST /echo HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n" + std::string(body);
}

std::string post_of_length(std::size_t bytes) {
  return post_of("Content-Length: " + std::to_string(bytes) + "\r\n", std::string(bytes, 'x'));
}

class HttpLimitsTest : public LoopbackServer {
 protected:
  // All waits long but what the test makes short.
  static HttpServerOptions patient() {
    HttpServerOptions options;
    options.limits.header_timeout = options.limits.idle_timeout = kLong;
    options.limits.body_timeout = options.limits.write_timeout = kLong;
    return options;
  }

  std::string answer_to(std::string_view bytes) {
    RawPeer peer = connect();
    peer.send(bytes);
    return peer.read_response();
  }
};

TEST_F(HttpLimitsTest, HeaderBytes) {
  add_plain_routes();
  serve();
  const std::size_t limit = HttpLimits{}.header_bytes_max;
  EXPECT_THAT(answer_to(request_of_size(limit)), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(answer_to(request_of_size(limit + 1)), StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(answer_to("GET /" + std::string(limit, 'x')), StartsWith("HTTP/1.1 414 "));
}

TEST_F(HttpLimitsTest, HeaderFields) {
  add_plain_routes();
  serve();
  const auto with_fields = [](std::size_t count) {
    std::string head = "GET /ok HTTP/1.1\r\nHost: a\r\n";
    for (std::size_t i = 1; i < count; ++i) head += "X: y\r\n";
    return head + "\r\n";
  };
  const std::size_t limit = HttpLimits{}.header_fields_max;
  EXPECT_THAT(answer_to(with_fields(limit)), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(answer_to(with_fields(limit + 1)), StartsWith("HTTP/1.1 431 "));
}

TEST_F(HttpLimitsTest, Connections) {
  add_plain_routes();
  HttpServerOptions options;
  options.limits.connections_max = 2;
  serve(std::move(options));
  RawPeer first = connect();
  expect_connections_open(1);
  {
    RawPeer second = connect();
    expect_connections_open(2);
    const std::string refusal = connect().read_to_end();
    EXPECT_THAT(refusal, StartsWith("HTTP/1.1 503 "));
    EXPECT_THAT(refusal, HasSubstr("Retry-After: "));
    EXPECT_EQ(server_->stats().connections_refused, 1u);
  }
  expect_connections_open(1);
  EXPECT_THAT(answer_to("GET /ok HTTP/1.1\r\nHost: a\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpLimitsTest, HeaderTimeoutIsOfTheWholeHeaderHoweverItDrips) {
  add_plain_routes();
  HttpServerOptions options = patient();
  options.limits.header_timeout = kShort;
  serve(std::move(options));
  RawPeer silent = connect();
  silent.send("GET /ok HT");
  EXPECT_THAT(silent.read_to_end(), StartsWith("HTTP/1.1 408 "));
  RawPeer dripping = connect();
  dripping.send("GET /ok HTTP/1.1\r\nHost: a\r\nX: ");
  dripping.drip('x');
  EXPECT_THAT(dripping.read_to_end(), StartsWith("HTTP/1.1 408 "));
}

TEST_F(HttpLimitsTest, IdleTimeoutBetweenRequestsClosesWithoutAWord) {
  add_plain_routes();
  HttpServerOptions options = patient();
  options.limits.idle_timeout = kShort;
  serve(std::move(options));
  RawPeer peer = connect();
  EXPECT_EQ(peer.read_to_end(), "");
  RawPeer kept = connect();
  kept.send("GET /ok HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(kept.read_response(), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(kept.read_to_end(), "");
}

TEST_F(HttpLimitsTest, IdleTimeoutWithinAStreamedBody) {
  std::optional<Error> seen;
  add_open(HttpMethod::post, "/echo",
           [&](RequestContext& context) -> asio::awaitable<HttpResponse> {
             while (true) {
               const auto piece = co_await context.body().read();
               if (!piece) seen = piece.error();
               if (!piece || piece->empty()) co_return HttpResponse::json("");
             }
           },
           {.body = BodyMode::streamed});
  HttpServerOptions options = patient();
  options.limits.idle_timeout = kShort;
  serve(std::move(options));
  RawPeer peer = connect();
  peer.send(post_of("Content-Length: 10\r\n", "abc"));
  EXPECT_THAT(peer.read_to_end(), StartsWith("HTTP/1.1 408 "));
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->code, Errc::wait_timeout);
}

TEST_F(HttpLimitsTest, BodyTimeoutIsOfTheWholeBodyHoweverItDrips) {
  add_plain_routes();
  HttpServerOptions options = patient();
  options.limits.body_timeout = kShort;
  serve(std::move(options));
  RawPeer peer = connect();
  peer.send(post_of("Content-Length: 1000000\r\n", "abc"));
  peer.drip('x');
  EXPECT_THAT(peer.read_to_end(), StartsWith("HTTP/1.1 408 "));
}

// A peer that takes nothing stops the producer, at about the size of the kernel's buffers, and is given up on: also
// where the producer takes the failed write for the end.
TEST_F(HttpLimitsTest, WriteTimeout) {
  constexpr std::size_t kFar = 256u << 20;
  for (const bool passes_it_on : {true, false}) {
    std::promise<Errc> ended;
    std::size_t taken = 0;
    add_open(HttpMethod::get, "/much", handler_of([&](RequestContext&) {
               HttpResponse response;
               response.stream = [&](BodyWriter& writer) -> asio::awaitable<Result<void>> {
                 const std::string piece(64u << 10, 'x');
                 Result<void> sent;
                 while (sent && taken < kFar) {
                   sent = co_await writer.write(piece);
                   taken += piece.size();
                 }
                 ended.set_value(sent ? Errc::internal : sent.error().code);
                 co_return passes_it_on ? sent : Result<void>();
               };
               return response;
             }));
    HttpServerOptions options = patient();
    options.limits.write_timeout = kShort;
    serve(std::move(options));
    RawPeer peer = connect();
    peer.set_receive_buffer(16384);
    peer.send("GET /much HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(ended.get_future().get(), Errc::wait_timeout);
    EXPECT_LT(taken, kFar);
    expect_connections_open(0);
    EXPECT_THAT(peer.read_to_end(), Not(HasSubstr("\r\n0\r\n\r\n"))) << "a body cut short looks complete";
    server_.reset();
    router_ = Router();
  }
}

TEST_F(HttpLimitsTest, BodyBytes) {
  add_open(HttpMethod::post, "/echo",
           handler_of([](RequestContext& context) { return HttpResponse::json(context.request().body); }),
           {.body_bytes_max = 10});
  serve();
  EXPECT_THAT(answer_to(post_of_length(10)), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(answer_to(post_of_length(11)), StartsWith("HTTP/1.1 413 "));
  // Refused by its length alone, before any of it has come.
  EXPECT_THAT(answer_to(post_of("Content-Length: 9000000000000000000\r\n", "")), StartsWith("HTTP/1.1 413 "));
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  EXPECT_THAT(answer_to(post_of(chunked, "5\r\nabcde\r\n5\r\nabcde\r\n0\r\n\r\n")), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(answer_to(post_of(chunked, "5\r\nabcde\r\n6\r\nabcdef\r\n0\r\n\r\n")), StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(answer_to(post_of(chunked, "ffffffffffffffff\r\nabc")), StartsWith("HTTP/1.1 413 "));
}

TEST_F(HttpLimitsTest, BodyBytesOfAStreamAreTheHandlersToAnswer) {
  add_open(HttpMethod::post, "/echo",
           [](RequestContext& context) -> asio::awaitable<HttpResponse> {
             std::size_t bytes = 0;
             while (true) {
               const auto piece = co_await context.body().read();
               if (!piece) co_return HttpResponse::json(std::to_string(bytes) + to_string(piece.error()), 413);
               if (piece->empty()) co_return HttpResponse::json(std::to_string(bytes));
               bytes += piece->size();
             }
           },
           {.body_bytes_max = 10, .body = BodyMode::streamed});
  serve();
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  EXPECT_THAT(answer_to(post_of(chunked, "a\r\n0123456789\r\n0\r\n\r\n")), HasSubstr("\r\n\r\n10"));
  const std::string answer = answer_to(post_of(chunked, "a\r\n0123456789\r\n1\r\nx\r\n0\r\n\r\n"));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(answer, HasSubstr("\r\n\r\n10too_large"));
}

TEST_F(HttpLimitsTest, ChunkHeader) {
  add_plain_routes();
  serve();
  EXPECT_THAT(answer_to(post_of("Transfer-Encoding: chunked\r\n", "5;" + std::string(64u << 10, 'x'))),
              StartsWith("HTTP/1.1 400 "));
}

TEST_F(HttpLimitsTest, RequestIdBytes) {
  add_plain_routes();
  serve();
  const auto with_id = [](const std::string& id) {
    return "GET /ok HTTP/1.1\r\nHost: a\r\nRapport-Request-Id: " + id + "\r\n\r\n";
  };
  const std::string longest(64, 'x');
  EXPECT_THAT(answer_to(with_id(longest)), HasSubstr("Rapport-Request-Id: " + longest + "\r\n"));
  EXPECT_THAT(answer_to(with_id(longest + "x")), Not(HasSubstr("xxx")));
  EXPECT_THAT(answer_to(with_id("a b")), Not(HasSubstr("a b")));
}

// A body that nobody wants is read away where that is cheap; beyond, its connection ends.
TEST_F(HttpLimitsTest, UnwantedBodyBytes) {
  serve();
  const std::size_t limit = 64u << 10;
  EXPECT_THAT(answer_to(post_of_length(limit)), Not(HasSubstr("Connection: close")));
  EXPECT_THAT(answer_to(post_of_length(limit + 1)), HasSubstr("Connection: close"));
  RawPeer peer = connect();
  peer.send(post_of_length(limit) + post_of_length(limit));
  EXPECT_THAT(peer.read_response(), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(peer.read_response(), StartsWith("HTTP/1.1 404 "));
}

// After a refusal, what still comes is read away for a while, in bytes and in time; the answer is not lost to a reset.
TEST_F(HttpLimitsTest, BytesAndTimeAfterARefusal) {
  add_plain_routes();
  serve();
  RawPeer silent = connect();
  silent.send("nonsense\n");
  EXPECT_THAT(silent.read_to_end(), StartsWith("HTTP/1.1 400 "));
  expect_connections_open(0);

  {
    RawPeer sending = connect();
    sending.send("nonsense\n" + std::string(4u << 20, 'x'));
    EXPECT_THAT(sending.read_to_end(), StartsWith("HTTP/1.1 400 "));
  }

  RawPeer endless = connect();
  endless.send("nonsense\n" + std::string(256u << 20, 'x'));
  expect_connections_open(0);
}

}  // namespace
}  // namespace rapport
