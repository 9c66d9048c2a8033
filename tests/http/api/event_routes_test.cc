#include "tests/http/api/api_test.h"

namespace rapport {
namespace {

constexpr const char* kOneEvent = "application/cloudevents+json";
constexpr const char* kEventBatch = "application/cloudevents-batch+json";
constexpr const char* kEventLines = "application/x-ndjson";

std::string visit_json(int number, const std::string& more = "") {
  return R"({"specversion":"1.0","id":"v)" + std::to_string(number) +
         R"(","source":"web","type":"visit.started","subject":"contact/1000","data":{})" + more + "}";
}

std::string joined(const std::vector<std::string>& events) {
  std::string out = "[";
  for (const std::string& event : events) out.append(out.size() > 1 ? "," : "").append(event);
  return out + "]";
}

class EventRoutes : public ApiTest {
 protected:
  Answer publish_as(const std::string& type, const std::string& body, const std::string& query = "") {
    return send(HttpMethod::post, "/v1/events" + query, body, {}, type);
  }
};

TEST_F(EventRoutes, TheActorIsTheKeyThatAsked) {
  publish(visit_json(1, R"(,"actor":"somebody else")"));
  EXPECT_EQ(get("/v1/contacts/1000/timeline").json.at_pointer("/items/0/actor"),
            get("/v1/keys").json.at_pointer("/items/0/id"));
}

TEST_F(EventRoutes, WaitIsDurableOrFolded) {
  const Answer durable = publish_as(kOneEvent, visit_json(1), "?wait=durable");
  ASSERT_EQ(durable.status, 200) << durable.body;
  EXPECT_EQ(durable.json.at_pointer("/results/0/status"), "durable");
  EXPECT_EQ(durable.json.at_pointer("/totals/durable"), 1);
  EXPECT_EQ(publish_as(kOneEvent, visit_json(2), "?wait=folded").json.at_pointer("/results/0/status"), "accepted");
  const Answer other = publish_as(kOneEvent, visit_json(3), "?wait=never");
  EXPECT_EQ(other.status, 400);
  EXPECT_EQ(other.json.at_pointer("/field"), "wait");
}

TEST_F(EventRoutes, ABatchHasALimitOfEventsAndOfBytes) {
  std::vector<std::string> events;
  for (int i = 0; i < 1'000; ++i) events.push_back(visit_json(i));
  EXPECT_EQ(publish_as(kEventBatch, joined(events)).json.at_pointer("/totals/accepted"), 1'000);
  events.push_back(visit_json(1'000));
  EXPECT_EQ(publish_as(kEventBatch, joined(events)).status, 413);
  const Answer large = publish_as(kEventBatch, "[" + std::string(1u << 20, ' ') + "]");
  EXPECT_EQ(large.status, 413);
  EXPECT_EQ(large.json.at_pointer("/code"), "too_large");
  EXPECT_EQ(publish_as(kEventBatch, "[]").json.at_pointer("/totals/accepted"), 0);
  EXPECT_EQ(publish_as(kEventBatch, "{}").status, 400);
}

TEST_F(EventRoutes, LinesAreTakenWithoutEndAndOnlyWhatIsWrongIsTold) {
  std::string body;
  for (int i = 0; i < 2'500; ++i) {
    body += i == 1'234 ? "not JSON" : visit_json(i);
    body += i % 2 == 0 ? "\n" : "\r\n\n";  // empty lines are none
  }
  const Answer answer = publish_as(kEventLines, body + visit_json(2'500));
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.json.at_pointer("/totals/accepted"), 2'500);
  EXPECT_EQ(answer.json.at_pointer("/totals/rejected"), 1);
  ASSERT_EQ(answer.json.at_pointer("/results").as_array().size(), 1u);
  EXPECT_EQ(answer.json.at_pointer("/results/0/index"), 1'234);
  EXPECT_EQ(answer.json.at_pointer("/results/0/field"), "line 1852");
  EXPECT_EQ(get("/v1/contacts/1000").json.at_pointer("/counters/visits"), 2'500);
}

TEST_F(EventRoutes, ALineLongerThanAnEventIsRejectedAndTheNextTaken) {
  const Answer answer = publish_as(kEventLines, std::string(3 * kEventSizeMax, 'x') + "\n" + visit_json(1) + "\n" +
                                                    std::string(2 * kEventSizeMax, 'x'));
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.json.at_pointer("/totals/accepted"), 1);
  EXPECT_EQ(answer.json.at_pointer("/totals/rejected"), 2);
  EXPECT_EQ(answer.json.at_pointer("/results/0/code"), "too_large");
  EXPECT_EQ(answer.json.at_pointer("/results/0/field"), "line 1");
  EXPECT_EQ(answer.json.at_pointer("/results/1/field"), "line 3");
}

TEST_F(EventRoutes, OfAStreamTheFirstThousandThatFailedAreTold) {
  std::string body;
  for (int i = 0; i < 1'100; ++i) body += "{}\n";
  const Answer answer = publish_as(kEventLines, body);
  EXPECT_EQ(answer.json.at_pointer("/totals/rejected"), 1'100);
  EXPECT_EQ(answer.json.at_pointer("/results").as_array().size(), 1'000u);
}

TEST_F(EventRoutes, AReadGivenAWritesPositionSeesIt) {
  for (int i = 0; i < 50; ++i) {
    const Answer written = publish_as(kOneEvent, visit_json(i), "?wait=durable");
    const Answer read = get("/v1/contacts/1000", {{"Rapport-After", written.header("Rapport-Position")}});
    ASSERT_EQ(read.status, 200) << read.body;
    ASSERT_EQ(read.json.at_pointer("/counters/visits"), i + 1);
  }
}

}  // namespace
}  // namespace rapport
