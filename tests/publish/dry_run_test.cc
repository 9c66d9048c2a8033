#include "engine/publish/dry_run.h"

#include <gmock/gmock.h>

#include "engine/log/embedded_log.h"
#include "projections/contact_reader.h"
#include "tests/publish/publish_engine.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

Event changed(std::string id, ContactId contact, std::optional<std::uint64_t> expected_version = std::nullopt) {
  ContactChanged change;
  change.fields = {{"name", json_string("Ada")}};
  Event event = make_event(std::move(id), "test", EventType::contact_changed, contact, std::nullopt, change);
  event.expected_version = expected_version;
  return event;
}

class DryRunTest : public testing::Test {
 protected:
  std::vector<PublishResult> dry(std::vector<Event> events) {
    run_ = engine_.publisher().dry_run();
    const auto published = run_->publish({events.begin(), events.end()}, {.actor = "key-1"});
    EXPECT_TRUE(published) << to_string(published.error());
    return published ? published->results : std::vector<PublishResult>(events.size());
  }

  TemporaryDirectory directory_{fastest_directory()};
  std::unique_ptr<EventLog> log_ = *EmbeddedLog::open({.directory = directory_.path() / "log", .partition_count = 2});
  PublishEngine engine_{*log_, directory_.path() / "rows"};
  std::unique_ptr<DryRun> run_;
};

TEST_F(DryRunTest, ShowsWhatWouldBeAndWritesNothing) {
  ASSERT_EQ(engine_.publish_one(changed("a", ContactId{7})).status, PublishStatus::accepted);
  const Positions before = *log_->ends();
  const auto results = dry({changed("b", ContactId{7}), changed("c", ContactId{7}, 1), changed("a", ContactId{7})});
  EXPECT_EQ(results[0].status, PublishStatus::accepted);
  EXPECT_EQ(results[0].version, 2u);
  EXPECT_EQ(results[1].status, PublishStatus::refused);  // the one before it has moved the contact on
  EXPECT_EQ(results[1].error->code, Errc::wrong_expected_version);
  EXPECT_EQ(results[2].status, PublishStatus::repeated);
  ASSERT_EQ(run_->events().size(), 3u);
  EXPECT_EQ(run_->events()[0].actor, "key-1");
  EXPECT_EQ((*read_contact(*run_->view(), ContactId{7}))->version(), 2u);
  EXPECT_EQ((*read_contact(*engine_.folder().view(), ContactId{7}))->version(), 1u);
  EXPECT_EQ(*log_->ends(), before);
}

TEST_F(DryRunTest, ShowsTheIdThatIsGivenOutNext) {
  const Event ada = visit_event("v", Identity{"web", "ada"}, 1'000);
  const auto foreseen = dry({ada, visit_event("w", Identity{"web", "eve"}, 1'000), ada});
  ASSERT_EQ(foreseen[0].status, PublishStatus::accepted);
  EXPECT_EQ(foreseen[2].status, PublishStatus::repeated);
  EXPECT_EQ(foreseen[2].contact, foreseen[0].contact);
  EXPECT_NE(foreseen[1].contact, foreseen[0].contact);
  EXPECT_EQ(run_->events().size(), 5u);  // two claims before them
  EXPECT_EQ(engine_.publish_one(ada).contact, foreseen[0].contact);
  // And from the middle of a range that is held.
  const std::uint64_t next = engine_.publisher().dry_run()->allocate_id(IdKind::contact);
  EXPECT_EQ(*engine_.allocate(), next);
}

TEST_F(DryRunTest, RejectsWhatAPublishRejects) {
  ASSERT_TRUE(engine_.allocate());  // a range is this engine's now
  Event future = changed("f", ContactId{7});
  future.time = Timestamp{now_wall_clock().ms + 2 * kFutureTimeMaxMs};
  ContactChanged tagged;
  for (std::size_t i = 0; i <= kTagsMax; ++i) tagged.tags_added.push_back("tag" + std::to_string(i));
  const Event many = make_event("m", "test", EventType::contact_changed, ContactId{5'000}, std::nullopt, tagged);
  const auto results = dry({future, changed("i", ContactId{900}), many});
  EXPECT_EQ(results[0].error->code, Errc::future_time);
  EXPECT_EQ(results[1].error->code, Errc::id_not_given_out);
  EXPECT_EQ(results[2].error->code, Errc::too_many_tags);
  EXPECT_TRUE(run_->events().empty());
}

}  // namespace
}  // namespace rapport
