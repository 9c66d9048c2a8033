// Streams of lines whose batches are several ahead: on a log at which the test stands.
#include "engine/http/api/line_stream.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <sstream>
#include <thread>

#include "engine/log/embedded_log.h"
#include "tests/http/api/api_test.h"
#include "tests/http/raw_peer.h"
#include "tests/publish/intercepted_log.h"
#include "tests/publish/publish_engine.h"

namespace rapport {
namespace {

std::string line(int number, const std::string& padding = "") {
  return R"({"specversion":"1.0","id":"v)" + std::to_string(number) +
         R"(","source":"web","type":"visit.started","subject":"contact/1000","data":{"title":")" + padding + "\"}}\n";
}

std::string lines(int from, int to, const std::string& padding = "") {
  std::string out;
  for (int i = from; i < to; ++i) out += line(i, padding);
  return out;
}

class LineStreams : public ApiTest {
 protected:
  LineStreams() {
    log_.open = [this](const std::filesystem::path& path) -> Result<std::unique_ptr<EventLog>> {
      auto inner = EmbeddedLog::open({.directory = path});
      if (!inner) return inner.error();
      inner_ = *std::move(inner);
      auto outer = std::make_unique<InterceptedLog>(*inner_);
      outer_ = outer.get();
      return std::unique_ptr<EventLog>(std::move(outer));
    };
  }
  void SetUp() override {
    ApiTest::SetUp();
    // Its id's range is reserved, for which the fold is awaited.
    ASSERT_EQ(publish(line(-1)).status, 200);
    outer_->before = [this](std::vector<NewRecord>& records) -> std::optional<Error> {
      if (records.front().partition == kControlPartition) return std::nullopt;
      if (++appends_ == fails_at_) return Error{Errc::log_unavailable, "the test says so"};
      appended_ += records.size();
      return std::nullopt;
    };
  }
  void TearDown() override {
    outer_->hold_readers(false);
    close();
  }

  std::string head(std::size_t length) const {
    return "POST /v1/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + key_ +
           "\r\nContent-Type: application/x-ndjson\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n";
  }
  std::string chunked_head() const {
    return "POST /v1/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + key_ +
           "\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n";
  }
  static std::string chunk(const std::string& bytes) {
    std::ostringstream out;
    out << std::hex << bytes.size() << "\r\n" << bytes << "\r\n";
    return out.str();
  }
  template <class Reached>
  static bool wait_until(const Reached& reached) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!reached() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    return reached();
  }
  bool wait_for_appended(std::size_t count) const {
    return wait_until([&] { return appended_ >= count; });
  }
  // What waits for the fold is told durable after five seconds, and then more may be read: on a machine that needs so
  // long to fill a socket, nothing is to be seen.
  static bool too_slow(std::chrono::steady_clock::time_point since) {
    return std::chrono::steady_clock::now() - since > std::chrono::seconds(4);
  }
  std::vector<std::string> ids_in_log() {
    std::vector<std::string> ids;
    for (const RecordedEvent& record : read_events(*inner_)) {
      if (record.position.partition != kControlPartition) ids.push_back(record.event.id);
    }
    return ids;
  }
  static std::vector<std::string> ids(int to) {
    std::vector<std::string> out;
    for (int i = -1; i < to; ++i) out.push_back("v" + std::to_string(i));
    return out;
  }

  std::unique_ptr<EmbeddedLog> inner_;
  InterceptedLog* outer_ = nullptr;
  std::atomic<std::size_t> appended_{0};
  std::atomic<std::size_t> appends_{0};
  std::size_t fails_at_ = 0;  // the append; 0: none
};

TEST_F(LineStreams, KeepTheirOrderInTheLogAndInTheAnswer) {
  std::string body;
  for (int i = 0; i < 12'000; ++i) body += i % 2'500 == 2'499 ? "no event\n" : line(i);
  const Answer answer = send(HttpMethod::post, "/v1/events", body, {}, "application/x-ndjson");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.number_at("/totals/accepted"), 11'996);
  ASSERT_EQ(answer.at("/results").as_array().size(), 4u);
  for (int i = 0; i < 4; ++i) {
    const std::string at = "/results/" + std::to_string(i);
    EXPECT_EQ(answer.number_at(at + "/index"), 2'500 * i + 2'499);
    EXPECT_EQ(answer.text_at(at + "/field"), "line " + std::to_string(2'500 * (i + 1)));
  }
  std::vector<std::string> wanted = ids(12'000);
  for (int i = 3; i >= 0; --i) wanted.erase(wanted.begin() + 2'500 * (i + 1));
  EXPECT_EQ(ids_in_log(), wanted);
  const Answer read = get("/v1/contacts/1000", {{"Rapport-After", answer.header("Rapport-Position")}});
  EXPECT_EQ(read.number_at("/counters/visits"), 11'997);
}

TEST_F(LineStreams, WhatHasComeIsPublishedThoughTheSenderPauses) {
  RawPeer by_length(server_->port()), chunked(server_->port());
  by_length.send(head(1'000'000) + lines(0, 20));
  EXPECT_TRUE(wait_for_appended(20));
  chunked.send(chunked_head() + chunk(lines(20, 30) + line(30).substr(0, 10)));
  EXPECT_TRUE(wait_for_appended(30));
  chunked.send(chunk(line(30).substr(10)));
  EXPECT_TRUE(wait_for_appended(31));
  chunked.send("0\r\n\r\n");
  EXPECT_NE(chunked.read_response().find("\"accepted\":11,"), std::string::npos);
}

// Of one thread, which reads the lines.
TEST_F(LineStreams, OthersAreAnsweredWhileABatchIsCheckedAndHandedOver) {
  std::promise<void> at_the_log, go_on;
  outer_->before = [&, go = go_on.get_future().share()](std::vector<NewRecord>&) -> std::optional<Error> {
    at_the_log.set_value();
    go.wait();
    return std::nullopt;
  };
  const std::string body = lines(0, 20);
  RawPeer stream(server_->port()), other(server_->port());
  stream.send(head(body.size()) + body);
  at_the_log.get_future().wait();
  other.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(other.read_response().substr(0, 12), "HTTP/1.1 200");
  go_on.set_value();
  EXPECT_NE(stream.read_response().find("\"accepted\":20,"), std::string::npos);
}

TEST_F(LineStreams, ALineThatIsTooLongIsWrongAndTheNextIsRead) {
  const std::string long_line(3 * kLineBytesMax, 'x');
  const Answer answer = send(HttpMethod::post, "/v1/events", line(0) + long_line + "\r\n\n" + line(1) + long_line, {},
                             "application/x-ndjson");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.number_at("/totals/accepted"), 2);
  EXPECT_EQ(answer.number_at("/totals/rejected"), 2);
  for (const char* number : {"2", "5"}) {
    const std::string at = std::string("/results/") + (*number == '2' ? '0' : '1');
    EXPECT_EQ(answer.text_at(at + "/code"), "too_large");
    EXPECT_EQ(answer.text_at(at + "/field"), std::string("line ") + number);
  }
  EXPECT_EQ(ids_in_log(), ids(2));
}

TEST_F(LineStreams, AreReadNoFurtherThanTheirBatchesAhead) {
  const std::string body = lines(0, 160'000);
  RawPeer peer(server_->port());
  outer_->hold_readers(true);
  const auto held = std::chrono::steady_clock::now();
  peer.send(head(body.size()));
  const std::size_t sent = peer.send_until_stuck(body);
  const std::size_t appended = appended_, appends = appends_;
  if (too_slow(held)) return;
  EXPECT_LT(sent, body.size());
  EXPECT_EQ(appends, kBatchesAheadMax) << appended << " events: the log takes more, and the fold stands";
  outer_->hold_readers(false);
  peer.send(std::string_view(body).substr(sent));
  const std::string answer = peer.read_response();
  EXPECT_NE(answer.find("\"accepted\":160000,"), std::string::npos) << answer.substr(0, 2'000);
}

TEST_F(LineStreams, AreReadNoFurtherThanTheirBytesAhead) {
  const std::string body = lines(0, 400, std::string(100'000, 'x'));
  RawPeer peer(server_->port());
  outer_->hold_readers(true);
  const auto held = std::chrono::steady_clock::now();
  peer.send(head(body.size()));
  const std::size_t sent = peer.send_until_stuck(body);
  const std::size_t appended = appended_;
  if (too_slow(held)) return;
  EXPECT_LT(sent, body.size());
  EXPECT_LE(appended * 100'000, kBytesAheadMax);
  EXPECT_GT(appended * 100'000, kBytesAheadMax / 2);
  outer_->hold_readers(false);
  peer.send(std::string_view(body).substr(sent));
  EXPECT_NE(peer.read_response().find("\"accepted\":400,"), std::string::npos);
}

TEST_F(LineStreams, ABatchThatFailsEndsItAndNoneBehindItIsWritten) {
  fails_at_ = 6;
  const Answer answer = send(HttpMethod::post, "/v1/events", lines(0, 30'000), {}, "application/x-ndjson");
  EXPECT_EQ(answer.status, 503) << answer.body;
  EXPECT_EQ(answer.text("code"), "log_unavailable");
  EXPECT_EQ(appends_, 6u);
  EXPECT_GT(appended_, 0u);
  EXPECT_EQ(ids_in_log(), ids(static_cast<int>(appended_)));
  // What is told of the batches before it is that they are in.
  const Answer read = get("/v1/contacts/1000", {{"Rapport-After", answer.header("Rapport-Position")}});
  EXPECT_EQ(read.number_at("/counters/visits"), static_cast<std::int64_t>(appended_) + 1);

  fails_at_ = 0;
  const Answer again = send(HttpMethod::post, "/v1/events", lines(0, 30'000), {}, "application/x-ndjson");
  EXPECT_EQ(again.number_at("/totals/accepted") + again.number_at("/totals/repeated"), 30'000) << again.body;
  EXPECT_EQ(get("/v1/contacts/1000").number_at("/counters/visits"), 30'001);
}

TEST_F(LineStreams, AClientThatGoesAwayLeavesWhatItHasSent) {
  outer_->hold_readers(true);
  {
    RawPeer peer(server_->port());
    peer.send(head(1'000'000) + lines(0, 3'500));
    ASSERT_TRUE(wait_for_appended(3'500));
  }
  // They are told when they are on their way to the log, where what is published next could come before them.
  ASSERT_TRUE(wait_until([this] { return ids_in_log().size() == 3'501; }));
  outer_->hold_readers(false);
  const Answer later = publish(line(9'999));
  ASSERT_EQ(later.status, 200) << later.body;
  EXPECT_EQ(get("/v1/contacts/1000").number_at("/counters/visits"), static_cast<std::int64_t>(appended_) + 1);
}

TEST_F(LineStreams, ARevokedKeyEndsThemAtTheNextBatch) {
  become({"event:write"});
  RawPeer peer(server_->port());
  const std::string first = lines(0, 1'200), second = lines(1'200, 2'000);
  peer.send(head(first.size() + second.size()) + first);
  ASSERT_TRUE(wait_for_appended(1'200));
  const std::string id = key_.substr(3, key_.find('_', 3) - 3);
  become_admin();
  ASSERT_LT(send(HttpMethod::delete_, "/v1/keys/" + id).status, 300);
  peer.send(second);
  EXPECT_EQ(peer.read_response().substr(0, 12), "HTTP/1.1 401");
  EXPECT_EQ(appended_, 1'200u);
}

TEST_F(LineStreams, AStopCutsThemOffWhileTheFoldIsAwaited) {
  outer_->hold_readers(true);
  const std::string body = lines(0, 3'000);
  RawPeer whole(server_->port()), half(server_->port());
  whole.send(head(body.size()) + body);     // its answers are awaited
  half.send(head(body.size() + 1) + body);  // its next line is
  ASSERT_TRUE(wait_for_appended(5'000));
  EXPECT_FALSE(server_->stop(std::chrono::milliseconds(50)));
  EXPECT_EQ(whole.read_to_end(), "");
  EXPECT_EQ(half.read_to_end(), "");
}

TEST_F(LineStreams, WhatComesBehindADeletionMeetsIt) {
  const auto said = [](const std::string& id, const std::string& type, const std::string& subject) {
    return R"({"specversion":"1.0","id":")" + id + R"(","source":"web","type":")" + type + R"(","subject":")" +
           subject + "\",\"data\":{}}\n";
  };
  int from = 0;
  for (const char* wait : {"folded", "durable"}) {
    const std::string n = wait;
    const Answer first = publish(said("a" + n, "visit.started", "identity/web:a"));
    const std::string old = std::to_string(first.number_at("/results/0/contact"));
    const std::string body = said("d" + n, "contact.deleted", "contact/" + old) + lines(from, from + 6'000) +
                             said("b" + n, "visit.started", "identity/web:a") + lines(from + 6'000, from + 6'498);
    from += 6'498;
    const Answer answer = send(HttpMethod::post, "/v1/events?wait=" + n, body, {}, "application/x-ndjson");
    EXPECT_EQ(answer.number_at("/totals/refused") + answer.number_at("/totals/rejected"), 0) << answer.body;
    const auto log = ids_in_log();
    EXPECT_EQ(std::count(log.begin(), log.end(), "b" + n), 1) << "not written for the deleted one first";
    const Answer now = publish(said("c" + n, "visit.started", "identity/web:a"));
    const std::string fresh = std::to_string(now.number_at("/results/0/contact"));
    EXPECT_NE(fresh, old);
    const Answer timeline = get("/v1/contacts/" + fresh + "/timeline");
    EXPECT_EQ(timeline.at("/items").as_array().size(), 2u) << "both visits are its: " << timeline.body;
  }
}

}  // namespace
}  // namespace rapport
