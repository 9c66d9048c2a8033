// Merges that come as events of a publisher's own, over HTTP: the contact that stayed is told of them.
#include <future>

#include "tests/http/api/api_test.h"

namespace rapport {
namespace {

std::string merge_event(const std::string& id, const std::string& loser, const std::string& into,
                        const std::string& time) {
  return R"({"specversion":"1.0","id":")" + id +
         R"(","source":"crm","type":"contact.merged_into","subject":"contact/)" + loser + "\"" +
         (time.empty() ? "" : R"(,"time":")" + time + "\"") + R"(,"data":{"into":)" + into + "}}";
}

std::string unmerge_event(const std::string& id, const std::string& loser, const std::string& time) {
  return R"({"specversion":"1.0","id":")" + id + R"(","source":"crm","type":"contact.unmerged","subject":"contact/)" +
         loser + "\"" + (time.empty() ? "" : R"(,"time":")" + time + "\"") + R"(,"data":{}})";
}

class PublishedMerges : public ApiTest {
 protected:
  void SetUp() override {
    log_.seal.wish = SealWish::always;
    ApiTest::SetUp();
    root_ = created(R"({"fields":{"name":"Ada"}})");
    member_ = created(R"({"fields":{"city":"Oslo"}})");
  }

  std::string created(const std::string& body) {
    const Answer answer = post("/v1/contacts", body);
    EXPECT_EQ(answer.status, 201) << answer.body;
    return std::to_string(answer.number("id"));
  }
  void expect_merged() {
    const Answer whole = get("/v1/contacts/" + root_);
    ASSERT_EQ(whole.at("/members").as_array().size(), 1u) << whole.body;
    EXPECT_EQ(std::to_string(whole.number_at("/members/0")), member_);
    EXPECT_EQ(get("/v1/contacts").number_at("/total"), 1);
    EXPECT_EQ(std::to_string(get("/v1/contacts?where[]=fields.city%7Ceq%7COslo").number_at("/items/0/id")), root_);
  }
  std::size_t told() {
    return get("/v1/contacts/" + root_ + "/timeline?type=contact.absorbed").at("/items").as_array().size();
  }

  Answer parted(const std::string& contact) { return get("/v1/contacts/" + contact + "/timeline?type=contact.parted"); }

  std::string root_, member_;
};

TEST_F(PublishedMerges, AreReadAsOne) {
  const std::string event = merge_event("m-1", member_, root_, "2026-01-01T00:00:00.000Z");
  const Answer merged = publish(event);
  ASSERT_EQ(merged.status, 200) << merged.body;
  EXPECT_EQ(merged.at("/results").as_array().size(), 1u) << "the hint is not the publisher's";
  expect_merged();
  const Answer hint = get("/v1/contacts/" + root_ + "/timeline?type=contact.absorbed");
  EXPECT_EQ(hint.text_at("/items/0/time"), "2026-01-01T00:00:00.000Z");
  ASSERT_EQ(publish(event).status, 200);
  EXPECT_EQ(told(), 1u) << "published again it is the same hint";
}

TEST_F(PublishedMerges, WithoutATimeOfTheirOwnToo) {
  for (int i = 0; i < 2; ++i) ASSERT_EQ(publish(merge_event("m-1", member_, root_, "")).status, 200);
  expect_merged();
  EXPECT_EQ(told(), 1u);
}

TEST_F(PublishedMerges, InLinesAndNotWaitedFor) {
  const std::string line = merge_event("m-1", member_, root_, "2026-01-01T00:00:00.000Z") + "\n";
  const Answer sent = send(HttpMethod::post, "/v1/events?wait=durable", line, {}, "application/x-ndjson");
  ASSERT_EQ(sent.status, 200) << sent.body;
  HttpHeaders after;
  after.add("Rapport-After", sent.header("Rapport-Position"));
  ASSERT_EQ(get("/v1/contacts/" + root_, after).status, 200) << "the answer's position is behind the hint";
  expect_merged();
}

TEST_F(PublishedMerges, OfADryRunAreShownWithTheHint) {
  const Answer dry = send(HttpMethod::post, "/v1/events?dry_run=1", merge_event("m-1", member_, root_, ""), {},
                          "application/cloudevents+json");
  ASSERT_EQ(dry.status, 200) << dry.body;
  EXPECT_EQ(dry.text_at("/events/1/type"), "contact.absorbed") << dry.body;
  EXPECT_EQ(told(), 0u);
}

TEST_F(PublishedMerges, ThatAreRefusedTellNobody) {
  ASSERT_EQ(send(HttpMethod::delete_, "/v1/contacts/" + member_).status, 200);
  (void)publish(merge_event("m-1", member_, root_, "2026-01-01T00:00:00.000Z"));
  EXPECT_EQ(told(), 0u);
}

TEST_F(PublishedMerges, AreTakenBackAsOnesOverTheApiAre) {
  for (const std::string time : {"2026-01-02T00:00:00.000Z", ""}) {
    ASSERT_EQ(post("/v1/contacts/" + member_ + "/merge", R"({"into":)" + root_ + "}").status, 200);
    const std::size_t before = parted(root_).at("/items").as_array().size();
    const std::string event =
        unmerge_event("u-" + std::to_string(before), member_,
                      time.empty() ? "" : format_timestamp(Timestamp{now_wall_clock().ms + 1'000}));
    for (int i = 0; i < 2; ++i) {
      const Answer unmerged = publish(event);
      ASSERT_EQ(unmerged.status, 200) << unmerged.body;
      EXPECT_EQ(unmerged.at("/results").as_array().size(), 1u) << "the hint is not the publisher's";
    }
    const Answer hints = parted(root_);
    ASSERT_EQ(hints.at("/items").as_array().size(), before + 1) << hints.body;
    EXPECT_EQ(std::to_string(hints.number_at("/items/0/data/mergeId")), member_) << hints.body;
    EXPECT_EQ(get("/v1/contacts").number_at("/total"), 2);
  }
}

TEST_F(PublishedMerges, AreTakenBackInTheCallThatSetsThemAndNotWaitedFor) {
  const std::string lines = merge_event("m-1", member_, root_, "2026-01-01T00:00:00.000Z") + "\n" +
                            unmerge_event("u-1", member_, "2026-01-02T00:00:00.000Z") + "\n" +
                            unmerge_event("u-2", member_, "2026-01-03T00:00:00.000Z") + "\n";
  const Answer sent = send(HttpMethod::post, "/v1/events?wait=durable", lines, {}, "application/x-ndjson");
  ASSERT_EQ(sent.status, 200) << sent.body;
  HttpHeaders after;
  after.add("Rapport-After", sent.header("Rapport-Position"));
  ASSERT_EQ(get("/v1/contacts/" + root_, after).status, 200);
  const Answer hints = parted(root_);
  ASSERT_EQ(hints.at("/items").as_array().size(), 1u) << "the second cuts nothing: " << hints.body;
  EXPECT_EQ(hints.text_at("/items/0/time"), "2026-01-02T00:00:00.000Z");
}

// The link that stood by the unmerge's time is the one that it cuts, whatever came since.
TEST_F(PublishedMerges, AreTakenBackLate) {
  const std::string other = created(R"({"fields":{"name":"Eve"}})");
  ASSERT_EQ(publish(merge_event("m-1", member_, root_, "2026-01-01T00:00:00.000Z")).status, 200);
  ASSERT_EQ(publish(merge_event("m-2", member_, other, "2026-01-03T00:00:00.000Z")).status, 200);
  ASSERT_EQ(publish(unmerge_event("u-1", member_, "2026-01-02T00:00:00.000Z")).status, 200);
  ASSERT_EQ(publish(unmerge_event("u-0", member_, "2025-01-02T00:00:00.000Z")).status, 200);
  EXPECT_EQ(parted(root_).at("/items").as_array().size(), 1u);
  EXPECT_EQ(parted(other).at("/items").as_array().size(), 0u);
  EXPECT_EQ(std::to_string(get("/v1/contacts/" + member_).number("id")), other) << "the later link stands";
}

// As where the engine was killed between a merge's two events.
TEST_F(PublishedMerges, OfWhichTheRootWasNotToldAreErasedWithIt) {
  std::promise<bool> linked;
  const Event link = make_event("m-1", "crm", EventType::contact_merged_into, ContactId{std::stoull(member_)},
                                std::nullopt, ContactMergedInto{ContactId{std::stoull(root_)}});
  engine_->publisher().publish({link}, {}, [&](const Result<Published>& published) {
    linked.set_value(published && published->results[0].status == PublishStatus::accepted);
  });
  ASSERT_TRUE(linked.get_future().get());
  ASSERT_EQ(told(), 0u);
  const Answer erased = post("/v1/contacts/" + root_ + "/erase", "{}");
  ASSERT_EQ(erased.status, 200) << erased.body;
  EXPECT_EQ(erased.at("/erased").as_array().size(), 2u) << erased.body;
  EXPECT_EQ(get("/v1/contacts/" + member_).status, 410);
  EXPECT_EQ(engine_->log().seal()->keys().find(ContactId{std::stoull(member_)})->state, KeyState::destroyed);
}

}  // namespace
}  // namespace rapport
