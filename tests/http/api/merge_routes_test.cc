// Merging contacts and taking it back, over HTTP.
#include <future>

#include "projections/merge_reader.h"
#include "tests/http/api/api_test.h"

namespace rapport {
namespace {

class MergeRoutes : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    root_ = created(R"({"fields":{"name":"Ada"},"tags":["vip"]})");
    member_ = created(R"({"fields":{"name":"Ada L.","city":"Oslo"},"tags":["lead"]})");
  }

  Answer merge(const std::string& loser, const std::string& into, const std::string& query = "") {
    return post("/v1/contacts/" + loser + "/merge" + query, R"({"into":)" + into + "}");
  }
  std::string created(const std::string& body) {
    const Answer answer = post("/v1/contacts", body);
    EXPECT_EQ(answer.status, 201) << answer.body;
    return std::to_string(answer.number("id"));
  }
  Answer read(const std::string& id, const std::string& query = "") { return get("/v1/contacts/" + id + query); }

  std::string root_, member_;
};

TEST_F(MergeRoutes, MembersAreReadAsOne) {
  const Answer merged = merge(member_, root_);
  ASSERT_EQ(merged.status, 200) << merged.body;
  for (const std::string& id : {root_, member_}) {
    const Answer contact = read(id);
    EXPECT_EQ(std::to_string(contact.number_at("/id")), root_);
    EXPECT_EQ(contact.text_at("/fields/name"), "Ada");
    EXPECT_EQ(contact.text_at("/fields/city"), "Oslo");
    EXPECT_EQ(contact.text_at("/alternates/name/0/value"), "Ada L.");
    EXPECT_EQ(std::to_string(contact.number_at("/alternates/name/0/contact")), member_);
    EXPECT_EQ(std::to_string(contact.number_at("/members/0")), member_);
    EXPECT_EQ(contact.text_at("/tags/0"), "lead");
    EXPECT_EQ(contact.text_at("/tags/1"), "vip");
    EXPECT_EQ(contact.header("ETag"), "\"1+2\"");
  }
}

TEST_F(MergeRoutes, AFieldThatOnlyAMemberHadIsNoneOfTheWhole) {
  ASSERT_EQ(send(HttpMethod::patch, "/v1/contacts/" + member_, R"({"fields":{"city":null}})").status, 200);
  const Answer merged = merge(member_, root_);
  ASSERT_EQ(merged.status, 200) << merged.body;
  ASSERT_TRUE(merged.json.is_object()) << merged.body;
  EXPECT_EQ(boost::json::serialize(merged.at("/fields")), R"({"name":"Ada"})");
}

TEST_F(MergeRoutes, AChangeOfAMemberGoesToTheRootAndAnUnmergeGivesEachItsOwn) {
  ASSERT_EQ(merge(member_, root_).status, 200);
  const Answer changed = post("/v1/contacts/" + member_ + "/tags", R"({"add":["new"]})");
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(send(HttpMethod::delete_, "/v1/contacts/" + member_).status, 409);

  const std::string before = read(member_).header("Rapport-Position");
  const Answer parted = post("/v1/contacts/" + member_ + "/unmerge", "");
  ASSERT_EQ(parted.status, 200) << parted.body;
  const Answer own = read(member_);
  EXPECT_EQ(std::to_string(own.number_at("/id")), member_);
  EXPECT_EQ(own.text_at("/fields/name"), "Ada L.");
  EXPECT_EQ(own.at("/tags").as_array().size(), 1u);
  const Answer rest = read(root_);
  EXPECT_TRUE(rest.at("/members").as_array().empty());
  EXPECT_EQ(rest.at("/fields").as_object().size(), 1u);
  EXPECT_EQ(rest.at("/tags").as_array().size(), 2u);  // vip, and new, which was said of the whole
  // And as it was before, of one who asks for that.
  EXPECT_EQ(read(member_, "?as_of=" + before).at("/members").as_array().size(), 1u);
}

TEST_F(MergeRoutes, ADryRunTellsWhatWouldBeAndWritesNothing) {
  const Answer dry = merge(member_, root_, "?dry_run=1");
  ASSERT_EQ(dry.status, 200) << dry.body;
  EXPECT_EQ(dry.text_at("/events/0/type"), "contact.merged_into");
  EXPECT_EQ(dry.text_at("/events/1/type"), "contact.absorbed");
  EXPECT_EQ(dry.text_at("/events/1/causationid"), dry.text_at("/events/0/id"));
  EXPECT_EQ(std::to_string(dry.number_at("/answer/members/0")), member_);
  EXPECT_TRUE(read(root_).at("/members").as_array().empty());
  EXPECT_EQ(std::to_string(read(member_).number_at("/id")), member_);
}

TEST_F(MergeRoutes, MergingAgainChangesNothing) {
  ASSERT_EQ(merge(member_, root_).status, 200);
  const std::string before = read(root_).body;
  ASSERT_EQ(merge(member_, root_).status, 200);
  EXPECT_EQ(read(root_).body, before);
}

// An unmerge and a merge at once: the first one's hint comes behind the second one's. Links and hints of one contact
// have the same times, so the hint of the newest link is the newest hint.
TEST_F(MergeRoutes, AHintThatComesLateDoesNotHideANewerMerge) {
  const auto time_of = [&](const std::string& id, const char* type) {
    return get("/v1/contacts/" + id + "/timeline?type=" + type).text_at("/items/0/time");
  };
  ASSERT_EQ(merge(member_, root_).status, 200);
  EXPECT_EQ(time_of(root_, "contact.absorbed"), time_of(member_, "contact.merged_into"));
  const std::string cut =
      R"({"specversion":"1.0","id":"cut","source":"rapport/api","type":"contact.unmerged","subject":"contact/)" +
      member_ + R"(","data":{}})";
  ASSERT_EQ(publish(cut).status, 200);
  const std::string time = time_of(member_, "contact.unmerged");
  ASSERT_EQ(merge(member_, root_).status, 200);
  const Event late = make_event("cut.hint", "rapport/api", EventType::contact_parted, ContactId{std::stoull(root_)},
                                *parse_timestamp(time), ContactParted{ContactId{std::stoull(member_)}});
  std::promise<bool> told;
  engine_->publisher().append_own({late}, {}, [&](const Result<Published>& published) {
    told.set_value(published && published->results[0].status == PublishStatus::accepted);
  });
  ASSERT_TRUE(told.get_future().get());
  EXPECT_EQ(read(root_).at("/members").as_array().size(), 1u);

  ASSERT_EQ(post("/v1/contacts/" + member_ + "/unmerge", "").status, 200);
  EXPECT_EQ(time_of(root_, "contact.parted"), time_of(member_, "contact.unmerged"));
  EXPECT_TRUE(read(root_).at("/members").as_array().empty());
}

TEST_F(MergeRoutes, WhatCannotBeMergedIsRefused) {
  const std::string third = created("{}");
  EXPECT_EQ(merge(root_, root_).status, 400);
  EXPECT_EQ(merge(root_, "999999").status, 404);
  EXPECT_EQ(merge("999999", root_).status, 404);
  EXPECT_EQ(post("/v1/contacts/" + root_ + "/merge", "{}").status, 400);
  EXPECT_EQ(post("/v1/contacts/" + root_ + "/unmerge", "").status, 409);
  ASSERT_EQ(merge(member_, root_).status, 200);
  EXPECT_EQ(merge(member_, third).status, 409);
  EXPECT_EQ(merge(root_, member_).status, 409);
  HttpHeaders if_match;
  if_match.add("If-Match", "1");
  EXPECT_EQ(post("/v1/contacts/" + third + "/merge", R"({"into":)" + root_ + "}", if_match).status, 400);
  ASSERT_EQ(send(HttpMethod::delete_, "/v1/contacts/" + root_).status, 200);
  EXPECT_EQ(read(member_).status, 410);
  EXPECT_EQ(merge(third, root_).status, 410);
}

TEST_F(MergeRoutes, AreNoMoreThanAnAnswerShows) {
  constexpr std::uint64_t kFirst = 10'000;
  std::string batch;
  for (std::uint64_t i = 0; i < kMergeMembersMax; ++i) {
    batch += std::string(i == 0 ? "[" : ",") + R"({"specversion":"1.0","source":"s","id":"c)" + std::to_string(i) +
             R"(","type":"contact.created","subject":"contact/)" + std::to_string(kFirst + i) + R"(","data":{}})";
  }
  const Answer made = send(HttpMethod::post, "/v1/events", batch + "]", {}, "application/cloudevents-batch+json");
  ASSERT_EQ(made.status, 200) << made.body.substr(0, 300);
  for (std::uint64_t i = 1; i < kMergeMembersMax; ++i) {
    const Answer merged = merge(std::to_string(kFirst + i), std::to_string(kFirst));
    ASSERT_EQ(merged.status, 200) << i << merged.body.substr(0, 300);
  }
  const Answer refused = merge(member_, std::to_string(kFirst));
  EXPECT_EQ(refused.status, 409) << refused.body;
  EXPECT_EQ(merge(std::to_string(kFirst), root_).status, 409);
  EXPECT_EQ(get("/v1/contacts").status, 200);
  EXPECT_EQ(read(std::to_string(kFirst)).at("/members").as_array().size(), kMergeMembersMax - 1);
}

}  // namespace
}  // namespace rapport
