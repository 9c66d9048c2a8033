// GET /v1/feed as a client of Server-Sent Events meets it.
#include <gmock/gmock.h>

#include <atomic>
#include <condition_variable>
#include <thread>

#include "engine/http/request_target.h"
#include "projections/merge_reader.h"
#include "tests/http/api/api_test.h"
#include "tools/rapport/contacts/event_stream.h"

namespace rapport {
namespace {

namespace json = boost::json;

// One connection to the feed, read on a thread of its own.
class FeedClient {
 public:
  FeedClient(std::uint16_t port, const HttpHeaders& who, const std::string& target, const std::string& last_id = "")
      : client_(*HttpClient::open({.url = "http://127.0.0.1:" + std::to_string(port)})) {
    HttpClientRequest request{.target = target};
    request.headers = who;
    if (!last_id.empty()) request.headers.add("Last-Event-ID", last_id);
    thread_ = std::thread([this, request] {
      const auto response = client_->send(request, [this](const HttpClientResponse&, std::string_view piece) {
        const std::lock_guard lock(mutex_);
        reader_.feed(piece, [this](const StreamEvent& event) { events_.push_back(event); });
        changed_.notify_all();
        return true;
      });
      const std::lock_guard lock(mutex_);
      status_ = response ? response->status : 0;
      ended_ = true;
      changed_.notify_all();
    });
  }
  ~FeedClient() {
    client_->interrupt();
    thread_.join();
  }

  // Waits for the nth event (from 0), ids alone included; false where it does not come.
  bool wait_for(std::size_t index) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return events_.size() > index || ended_; }) &&
           events_.size() > index;
  }
  bool wait_for_end() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return ended_; });
  }
  // Waits for the next event that has data.
  StreamEvent next() {
    while (wait_for(next_)) {
      const std::lock_guard lock(mutex_);
      if (!events_[next_++].data.empty()) return events_[next_ - 1];
    }
    ADD_FAILURE() << "no event came";
    return {};
  }
  std::string next_id() { return std::string(json::parse(next().data).at("eventId").as_string()); }
  std::string last_id() {
    const std::lock_guard lock(mutex_);
    return reader_.last_id();
  }

 private:
  std::unique_ptr<HttpClient> client_;
  std::mutex mutex_;
  std::condition_variable changed_;
  EventStreamReader reader_;
  std::vector<StreamEvent> events_;
  std::size_t next_ = 0;
  int status_ = -1;
  bool ended_ = false;
  std::thread thread_;
};

class FeedRoute : public ApiTest {
 protected:
  Answer change(const std::string& contact, const std::string& id, const std::string& data) {
    const Answer answer = publish(R"({"specversion":"1.0","source":"s","type":"contact.changed","id":")" + id +
                                  R"(","subject":"contact/)" + contact + R"(","data":)" + data + "}");
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer;
  }
  FeedClient follow(const std::string& query = "", const std::string& last_id = "") {
    return FeedClient(server_->port(), HttpHeaders{{"Authorization", "Bearer " + key_}}, "/v1/feed" + query, last_id);
  }
  // The ids of events that a feed has which ends.
  std::vector<std::string> ids(const std::string& query) {
    const Answer answer = get("/v1/feed?live=0&from=start" + query);
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.header("Content-Type"), "text/event-stream");
    std::vector<std::string> out;
    EventStreamReader reader;
    reader.feed(answer.body, [&](const StreamEvent& event) {
      if (!event.data.empty()) out.emplace_back(json::parse(event.data).at("eventId").as_string());
    });
    return out;
  }
};

TEST_F(FeedRoute, TellsWhatHappensAsTheTimelineDoes) {
  change("1", "before", R"({"fields":{"city":"Oslo"}})");
  FeedClient client = follow();
  ASSERT_TRUE(client.wait_for(0)) << "where it stands comes first";
  change("1", "a", R"({"fields":{"city":"Bergen"}})");
  const json::value item = json::parse(client.next().data);
  EXPECT_EQ(item, get("/v1/contacts/1/timeline").at("/items/0"));
  EXPECT_EQ(item.at("changes").at(0).at("old"), "Oslo");
}

TEST_F(FeedRoute, ResumesBehindTheLastEventThatWasSeen) {
  change("1", "a", R"({"archived":true})");
  change("2", "b", R"({"archived":true})");
  change("1", "c", R"({"archived":false})");
  std::string last;
  {
    FeedClient client = follow("?from=start");
    EXPECT_TRUE(client.wait_for(1));
    last = client.last_id();
  }
  std::vector<std::string> seen;
  // However the first was read, no event is missed: partitions may come in either order, so it is the position that
  // counts.
  const Answer rest = get("/v1/feed?live=0", HttpHeaders{{"Last-Event-ID", last}});
  const Answer same = get("/v1/feed?live=0&from=" + percent_encode(last));
  EXPECT_EQ(rest.body, same.body);
  change("2", "d", R"({"archived":false})");
  FeedClient client = follow("", get("/v1/status").text("position"));
  EXPECT_TRUE(client.wait_for(0));
  change("1", "e", R"({"archived":true})");
  EXPECT_EQ(client.next_id(), "e");
}

TEST_F(FeedRoute, FiltersAreTheListsOwn) {
  change("1", "a", R"({"fields":{"city":"Oslo","seats":5},"tags":{"add":["vip"]}})");
  change("2", "b", R"({"fields":{"city":"Bergen","seats":7}})");
  change("3", "c", R"({"fields":{"city":"Oslo"},"archived":true})");
  const std::map<std::string, std::string> event_of{{"1", "a"}, {"2", "b"}, {"3", "c"}};
  for (const char* where : {"fields.city%7Ceq%7COslo", "fields.seats%7Cgt%7C5", "tags%7Ceq%7Cvip", "archive%7Ceq%7Cyes",
                            "fields.seats%7Cisnull", "id%7Cin%7C1,3", "fields.city%7Cne%7COslo"}) {
    const Answer list = get(std::string("/v1/contacts?where=") + where);
    std::vector<std::string> expected;
    for (const json::value& contact : list.json.at("items").as_array()) {
      expected.push_back(event_of.at(json::serialize(contact.at("id"))));
    }
    EXPECT_THAT(ids(std::string("&where=") + where), testing::UnorderedElementsAreArray(expected)) << where;
  }
  EXPECT_THAT(ids("&contact=1,3"), testing::UnorderedElementsAre("a", "c"));
  EXPECT_THAT(ids("&changed=tags.*"), testing::ElementsAre("a"));
  EXPECT_THAT(ids("&changed=archived&changed=fields.seats"), testing::UnorderedElementsAre("a", "b", "c"));
  EXPECT_THAT(ids("&type=page.viewed"), testing::IsEmpty());
}

TEST_F(FeedRoute, AWhereSeesTheWholeOfAMerge) {
  change("1", "a", R"({"fields":{"city":"Oslo"}})");
  change("2", "b", R"({"fields":{"plan":"pro"}})");
  ASSERT_EQ(post("/v1/contacts/2/merge", R"({"into":1})").status, 200);
  EXPECT_THAT(ids("&where=fields.city%7Ceq%7COslo&type=contact.changed"), testing::UnorderedElementsAre("a", "b"));
}

// Each merged into the next: more contacts than are read as one, of which each is judged by itself.
TEST_F(FeedRoute, AWhereGetsBeyondWhatIsNotReadAsOne) {
  constexpr std::uint64_t kFirst = 10'000, kLinks = kMergeMembersMax + 2, kLinksAtOnce = 501;
  std::string batch;
  for (std::uint64_t i = 0; i < kLinks; ++i) {
    batch += std::string(batch.empty() ? "[" : ",") + R"({"specversion":"1.0","source":"s","id":"m)" +
             std::to_string(i) + R"(","type":"contact.merged_into","subject":"contact/)" + std::to_string(kFirst + i) +
             R"(","data":{"into":)" + std::to_string(kFirst + i + 1) + "}}";
    if ((i + 1) % kLinksAtOnce != 0 && i + 1 != kLinks) continue;
    const Answer merged = send(HttpMethod::post, "/v1/events", batch + "]", {}, "application/cloudevents-batch+json");
    ASSERT_EQ(merged.status, 200) << merged.body.substr(0, 300);
    batch.clear();
  }
  change(std::to_string(kFirst), "a", R"({"fields":{"city":"Oslo"}})");
  change("1", "b", R"({"fields":{"city":"Oslo"}})");
  EXPECT_THAT(ids("&where=fields.city%7Ceq%7COslo&type=contact.changed"), testing::UnorderedElementsAre("a", "b"));
}

TEST_F(FeedRoute, AHeartbeatMovesThePositionOverWhatIsFilteredOut) {
  FeedClient client = follow("?heartbeat=1&type=page.viewed");
  ASSERT_TRUE(client.wait_for(0));
  const std::string written = change("1", "a", R"({"archived":true})").header("Rapport-Position");
  const std::string stands = written.substr(written.find('.') + 1);
  for (std::size_t i = 1; client.last_id().find(stands) == std::string::npos; ++i) ASSERT_TRUE(client.wait_for(i));
}

// Who is silent for so long is taken for gone, by a proxy and by us.
TEST_F(FeedRoute, AHeartbeatComesAlsoWhileNothingOfAllThatComesPasses) {
  FeedClient client = follow("?heartbeat=1&where=fields.city%7Ceq%7CNowhere");
  ASSERT_TRUE(client.wait_for(0));
  std::atomic<bool> enough = false;
  std::thread publishing([&] {
    for (int i = 0; !enough; ++i) change("1", "w" + std::to_string(i), R"({"archived":true})");
  });
  EXPECT_TRUE(client.wait_for(1));
  EXPECT_TRUE(client.wait_for(2));
  enough = true;
  publishing.join();
}

TEST_F(FeedRoute, ARevokedKeyHearsNoMore) {
  become({"timeline:read"});
  const std::string id = key_.substr(3, key_.find('_', 3) - 3);
  FeedClient client = follow("?heartbeat=1");
  ASSERT_TRUE(client.wait_for(0));
  become_admin();
  ASSERT_EQ(send(HttpMethod::delete_, "/v1/keys/" + id).status, 204);
  change("1", "a", R"({"archived":true})");
  const StreamEvent last = client.next();
  EXPECT_EQ(last.name, "problem");
  EXPECT_EQ(json::parse(last.data).at("code"), "unauthorized");
  EXPECT_TRUE(client.wait_for_end());
}

TEST_F(FeedRoute, AnEndedSessionHearsNoMore) {
  const std::string set = post("/v1/session", "").header("Set-Cookie"), cookie = set.substr(0, set.find(';'));
  FeedClient client(server_->port(), HttpHeaders{{"Cookie", cookie}}, "/v1/feed?heartbeat=1");
  ASSERT_TRUE(client.wait_for(0));
  const std::string admin = std::exchange(key_, "");
  ASSERT_EQ(send(HttpMethod::delete_, "/v1/session", "", HttpHeaders{{"Cookie", cookie}}).status, 204);
  key_ = admin;
  change("1", "a", R"({"archived":true})");
  EXPECT_EQ(json::parse(client.next().data).at("code"), "unauthorized");
  EXPECT_TRUE(client.wait_for_end());
}

TEST_F(FeedRoute, StoppingTheServerEndsIt) {
  FeedClient client = follow();
  ASSERT_TRUE(client.wait_for(0));
  EXPECT_TRUE(server_->stop(std::chrono::seconds(10)));
  EXPECT_TRUE(client.wait_for_end());
}

TEST_F(FeedRoute, BadInputNamesTheParameter) {
  std::string many = "1";
  for (int i = 2; i <= 101; ++i) many += "," + std::to_string(i);
  const std::vector<std::tuple<std::string, int, std::string>> rows{
      {"?from=x", 400, "from"},
      {"?from=00000000.0-1", 410, "from"},
      {"?where=x", 400, "where"},
      {"?contact=x", 400, "contact"},
      {"?contact=" + many, 400, "contact"},
      {"?heartbeat=0", 400, "heartbeat"},
      {"?heartbeat=61", 400, "heartbeat"},
      {"?live=no", 400, "live"},
  };
  for (const auto& [query, status, field] : rows) {
    const Answer refused = get("/v1/feed" + query);
    EXPECT_EQ(refused.status, status) << query;
    EXPECT_EQ(refused.text("field"), field) << query;
  }
  EXPECT_EQ(get("/v1/feed?live=0&contact=" + many.substr(0, many.rfind(','))).status, 200);
  const Answer ahead =
      get("/v1/feed?from=" + to_string(engine_->log().id()) + ".0-999", HttpHeaders{{"Rapport-Wait", "0"}});
  EXPECT_EQ(ahead.status, 504);
  EXPECT_EQ(get("/v1/feed?from=start", HttpHeaders{{"Rapport-After", "x"}}).text("field"), "Rapport-After");
  become({"timeline:read"});
  EXPECT_EQ(get("/v1/feed?where=email%7Ceq%7Cx").status, 403);
}

}  // namespace
}  // namespace rapport
