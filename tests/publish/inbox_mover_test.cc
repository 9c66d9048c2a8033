#include "engine/publish/inbox_mover.h"

#include <gmock/gmock.h>

#include "engine/log/embedded_log.h"
#include "engine/log/log_seal.h"
#include "engine/publish/holder_lookup.h"
#include "engine/seal/parked_seal.h"
#include "tests/publish/intercepted_log.h"
#include "tests/publish/publish_engine.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

class InboxMoverTest : public testing::Test {
 protected:
  InboxMoverTest()
      : inner_(*EmbeddedLog::open({.directory = directory_.path() / "log"})),
        log_(*inner_),
        engine_(log_, directory_.path() / "rows"),
        mover_(engine_.publisher(), log_, engine_.folder()) {}

  static InboxRecord record(std::int64_t offset, Result<Event> event, std::string raw = "raw") {
    return {0, offset, "t.inbox/0/" + std::to_string(offset), Timestamp{1'000}, std::move(event), std::move(raw)};
  }
  static Event visit(const std::string& id) { return visit_event(id, ContactId{7}, 1'000'000); }

  std::vector<EventParked> parked() {
    std::vector<EventParked> out;
    for (const auto& recorded : read_events(log_)) {
      if (const auto* found = std::get_if<EventParked>(&recorded.event.payload)) out.push_back(*found);
    }
    return out;
  }
  std::size_t visits() {
    std::size_t count = 0;
    for (const auto& recorded : read_events(log_)) count += recorded.event.type == EventType::visit_started ? 1 : 0;
    return count;
  }

  TemporaryDirectory directory_;
  std::unique_ptr<EmbeddedLog> inner_;
  InterceptedLog log_;
  PublishEngine engine_;
  InboxMover mover_;
  std::int64_t offset_ = 0;
};

TEST_F(InboxMoverTest, PublishesWhatPassesAndParksTheRestWithItsPlaceAndReason) {
  const std::vector<InboxRecord> batch{record(4, visit("a")), record(5, Error{Errc::invalid_json, "no document"}, "{"),
                                       record(6, visit("b"))};
  ASSERT_TRUE(mover_.move(batch));
  EXPECT_EQ(visits(), 2u);
  EXPECT_EQ(mover_.parked(), 1u);
  const auto all = parked();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].origin, "t.inbox/0/5");
  EXPECT_EQ(all[0].raw, "ew==");
  EXPECT_THAT(all[0].reason, testing::HasSubstr("invalid_json: no document"));
}

TEST_F(InboxMoverTest, ABatchMovedAgainCountsOnce) {
  const std::vector<InboxRecord> batch{record(1, visit("a")), record(2, Error{Errc::invalid_json, "no document"})};
  ASSERT_TRUE(mover_.move(batch));
  engine_.fold_all();
  ASSERT_TRUE(mover_.move(batch));
  engine_.fold_all();
  std::vector<std::string> ids;
  for (const auto& recorded : read_events(log_)) {
    if (recorded.event.type == EventType::event_parked) ids.push_back(recorded.event.id);
  }
  ASSERT_EQ(ids.size(), 2u);  // the fold counts the second as a repeat of the first
  EXPECT_EQ(ids[0], ids[1]);
}

TEST_F(InboxMoverTest, ParksNoMoreBytesThanAnEventHolds) {
  const std::vector<InboxRecord> batch{
      record(1, Error{Errc::too_large, "too many bytes"}, std::string(kParkedBytesMax + 1, 'x'))};
  ASSERT_TRUE(mover_.move(batch));
  const auto all = parked();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].raw.size(), kParkedBytesMax / 3 * 4);
  EXPECT_THAT(all[0].reason, testing::HasSubstr("the first 150000 of 150001 bytes"));
}

// So that what names a contact goes with it.
TEST_F(InboxMoverTest, InASealedLogParksUnderTheKeyOfTheContactThatARecordNames) {
  ASSERT_TRUE(seal_log(log_, directory_.path(), {.wish = SealWish::always}));
  Event visit_of_ada = visit("a");
  visit_of_ada.subject = Identity{"web", "ada"};
  ASSERT_TRUE(mover_.move(std::vector{record(1, visit_of_ada)}));
  engine_.fold_all();
  const auto ada = look_up_holder(log_, *engine_.folder().view(), Identity{"web", "ada"});
  ASSERT_TRUE(ada && *ada);

  Event late = visit("b");
  late.time = Timestamp{32'503'680'000'000};  // too far in the future to be taken
  const Error broken{Errc::invalid_json, "no document"};
  const std::vector<InboxRecord> batch{record(2, broken, R"({"subject":"identity/web:ada","data":{"te)"),
                                       record(3, broken, R"({"subject":"identity/web:bob","data":{"te)"),
                                       record(4, broken, R"({"subject":"contact/7","data":{"te)"), record(5, late),
                                       record(6, broken, "rubbish")};
  ASSERT_TRUE(mover_.move(batch));
  const auto all = parked();
  ASSERT_EQ(all.size(), 5u);
  ContactKeys& keys = log_.seal()->keys();
  const auto are_there = [&] {
    std::vector<bool> out;
    for (const EventParked& one : all) out.push_back(open_parked(&keys, one)->has_value());
    return out;
  };
  EXPECT_THAT(are_there(), testing::ElementsAre(true, true, true, true, true));
  ASSERT_TRUE(keys.destroy(std::vector{**ada}, Timestamp{1'000}));
  EXPECT_THAT(are_there(), testing::ElementsAre(false, true, true, true, true));
  ASSERT_TRUE(keys.destroy(std::vector{ContactId{7}}, Timestamp{1'000}));
  EXPECT_THAT(are_there(), testing::ElementsAre(false, true, false, false, true));
}

TEST_F(InboxMoverTest, WhoReturnsBehindADeletionIsANewContact) {
  const Identity ada{"web", "ada"};
  const auto held = [&] {
    engine_.fold_all();
    return *look_up_holder(log_, *engine_.folder().view(), ada);
  };
  const auto returns = [&](const std::string& id) {
    Event event = visit(id);
    event.subject = ada;
    return record(++offset_, event);
  };
  const auto deletes = [&](ContactId contact) {
    ++offset_;
    return record(offset_, make_event("d" + std::to_string(offset_), "web", EventType::contact_deleted, contact,
                                      std::nullopt, ContactDeleted{}));
  };
  ASSERT_TRUE(mover_.move(std::vector{returns("a")}));
  const auto first = held();
  ASSERT_TRUE(first);
  ASSERT_TRUE(mover_.move(std::vector{deletes(*first), returns("b")}));
  const auto second = held();
  ASSERT_TRUE(second);
  EXPECT_NE(second, first);
  ASSERT_TRUE(mover_.move(std::vector{deletes(*second)}));
  ASSERT_TRUE(mover_.move(std::vector{returns("c")}));
  const auto third = held();
  ASSERT_TRUE(third);
  EXPECT_NE(third, second);
}

TEST_F(InboxMoverTest, TellsThatTheLogIsAway) {
  log_.before = [](auto&) { return Error{Errc::log_unavailable, "away"}; };
  const std::vector<InboxRecord> batch{record(1, Error{Errc::invalid_json, "no document"})};
  const auto moved = mover_.move(batch);
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().code, Errc::log_unavailable);
  log_.before = [](auto&) { return std::optional<Error>(); };
}

}  // namespace
}  // namespace rapport
