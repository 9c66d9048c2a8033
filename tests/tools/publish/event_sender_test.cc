#include "tools/rapport/publish/event_sender.h"

#include <gmock/gmock.h>

#include "engine/http/problem.h"
#include "tests/tools/told_server.h"

namespace rapport {
namespace {

namespace json = boost::json;

HttpResponse totals(std::uint64_t accepted, const std::string& results = "") {
  return HttpResponse::json(R"({"position":"x","totals":{"accepted":)" + std::to_string(accepted) +
                            R"(,"repeated":1,"refused":0,"parked":0,"rejected":2},"results":[)" + results + "]}");
}

class EventSenderTest : public testing::Test {
 protected:
  void serve(ToldServer::Answer answer) {
    server.answer(HttpMethod::post, "/v1/events", std::move(answer));
    auto opened = ApiClient::open({.url = server.serve(), .key = "rk_1"});
    ASSERT_TRUE(opened) << to_string(opened.error());
    api = std::make_unique<ApiClient>(*std::move(opened));
  }

  ToldServer server;
  std::unique_ptr<ApiClient> api;
};

TEST_F(EventSenderTest, SendsBatchesInOrder) {
  serve([](const HttpRequest&) { return totals(7); });
  EventSender sender(*api, [](const RejectedLine&) {});
  for (std::uint64_t i = 1; i <= 1'001; ++i) ASSERT_TRUE(sender.add(std::to_string(i), i));
  ASSERT_TRUE(sender.add("", 1'002)) << "an empty line is no event";
  ASSERT_TRUE(sender.finish());
  ASSERT_TRUE(sender.finish()) << "nothing is left to send";
  const auto asked = server.asked();
  ASSERT_EQ(asked.size(), 2u);
  EXPECT_THAT(asked[0].body, testing::StartsWith("1\n2\n"));
  EXPECT_THAT(asked[0].body, testing::EndsWith("\n1000\n"));
  EXPECT_EQ(asked[1].body, "1001\n");
  EXPECT_EQ(asked[0].authorization, "Bearer rk_1");
  EXPECT_EQ(sender.totals().accepted, 14u);
  EXPECT_EQ(sender.totals().all(), 20u);
  EXPECT_FALSE(sender.totals().clean());
}

TEST_F(EventSenderTest, SendsABatchAgainWhenItIsToldWhen) {
  int calls = 0;
  serve([&](const HttpRequest&) {
    if (++calls > 2) return totals(7);
    HttpResponse busy = problem_response(Error{Errc::unreachable, "nobody owns it now"}, "r-1");
    busy.headers.set("Retry-After", calls == 1 ? "0" : "1");
    return busy;
  });
  EventSender sender(*api, [](const RejectedLine&) {});
  ASSERT_TRUE(sender.add("1", 1));
  ASSERT_TRUE(sender.finish());
  const auto asked = server.asked();
  ASSERT_EQ(asked.size(), 3u);
  for (const auto& one : asked) EXPECT_EQ(one.body, "1\n");
  EXPECT_EQ(sender.totals().accepted, 7u) << "counted once";
}

TEST_F(EventSenderTest, GivesUpWhereItIsToldToComeBackTooLate) {
  serve([](const HttpRequest&) {
    HttpResponse busy = problem_response(Error{Errc::storage_failed, "the disk is full"}, "r-1");
    busy.headers.set("Retry-After", "61");
    return busy;
  });
  EventSender sender(*api, [](const RejectedLine&) {});
  ASSERT_TRUE(sender.add("1", 1));
  const auto sent = sender.finish();
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, Errc::storage_failed);
  EXPECT_EQ(server.asked().size(), 1u);
}

TEST_F(EventSenderTest, SendsABatchThatIsFullByItsBytes) {
  serve([](const HttpRequest&) { return totals(1); });
  EventSender sender(*api, [](const RejectedLine&) {});
  const std::string line(300'000, 'x');
  for (std::uint64_t i = 1; i <= 4; ++i) ASSERT_TRUE(sender.add(line, i));
  EXPECT_EQ(server.asked().size(), 1u);
}

TEST_F(EventSenderTest, NamesARejectedLineByItsPlaceInTheFile) {
  serve([](const HttpRequest&) {
    return totals(1, R"({"index":1,"source":"","id":"","status":"rejected","code":"invalid_event",)"
                     R"("detail":"is missing","field":"line 2: data.caseId"},)"
                     R"({"index":2,"source":"","id":"","status":"rejected","code":"invalid_json",)"
                     R"("detail":"is not JSON\u001b[2J","field":"line 3"})");
  });
  std::vector<std::string> told;
  EventSender sender(
      *api, [&](const RejectedLine& line) { told.push_back(std::string(line.text) + " <- " + rejection_text(line)); });
  ASSERT_TRUE(sender.add("one", 11));
  ASSERT_TRUE(sender.add("two", 13));
  ASSERT_TRUE(sender.add("three", 14));
  ASSERT_TRUE(sender.finish());
  EXPECT_THAT(told, testing::ElementsAre("two <- line 13: rejected: invalid_event: data.caseId: is missing",
                                         "three <- line 14: rejected: invalid_json: is not JSON\uFFFD[2J"));
}

TEST_F(EventSenderTest, TellsWhyNothingWasTaken) {
  serve([](const HttpRequest& request) {
    return problem_response(Error{Errc::forbidden, "the key lacks event:write"}, request.request_id);
  });
  EventSender sender(*api, [](const RejectedLine&) {});
  ASSERT_TRUE(sender.add("one", 1));
  const auto sent = sender.finish();
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, Errc::forbidden);
  EXPECT_THAT(sent.error().detail, testing::StartsWith("the key lacks event:write (request "));
}

}  // namespace
}  // namespace rapport
