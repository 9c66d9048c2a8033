#include "projections/event_lookup.h"

#include <gtest/gtest.h>

#include "events/event.h"
#include "projections/generation.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

constexpr Timestamp kTime{1'767'225'600'000};
constexpr ContactId kContact{42};

class EventLookup : public testing::Test {
 protected:
  void SetUp() override { generation_ = Generation::open({.directory = directory_.path() / "rows"}).value(); }

  void fold(const std::vector<std::pair<std::string, std::optional<Timestamp>>>& named) {
    std::vector<FoldRecord> records;
    for (const auto& [id, time] : named) {
      FoldRecord record;
      record.recorded = {
          {Partition{0}, Offset{next_}},
          Timestamp{kTime.ms + next_},
          make_event(id, "api", EventType::note_added, kContact, time, NoteAdded{std::to_string(next_), {}})};
      records.push_back(std::move(record));
      ++next_;
    }
    ASSERT_TRUE(generation_->fold(records));
  }
  // The record's offset; -1: there is none.
  std::int64_t found(const std::string& id, std::optional<Timestamp> time) {
    const auto view = generation_->view();
    const EventInStream wanted{.subject = kContact, .source = "api", .id = id, .time = time};
    const auto row = find_event(*view, wanted);
    EXPECT_EQ(has_event(*view, wanted).value(), row->has_value());
    return *row ? (*row)->stamp.offset.value : -1;
  }
  std::int64_t found_lately(const std::string& id) {
    const auto row = find_timed_event_lately(*generation_->view(), kContact, "api", id);
    return *row ? (*row)->stamp.offset.value : -1;
  }

  TemporaryDirectory directory_;
  std::unique_ptr<Generation> generation_;
  std::int64_t next_ = 0;
};

TEST_F(EventLookup, FindsAnEventByTheNameAndTimeItHas) {
  fold({{"first", kTime}, {"second", kTime}, {"untimed", std::nullopt}, {"newer", Timestamp{kTime.ms + 500}}});
  fold({{"late", Timestamp{kTime.ms - 7}}, {"second", Timestamp{kTime.ms + 900}}, {"last", std::nullopt}});
  EXPECT_EQ(found("first", kTime), 0);
  EXPECT_EQ(found("second", kTime), 1);
  EXPECT_EQ(found("untimed", std::nullopt), 2);
  EXPECT_EQ(found("newer", Timestamp{kTime.ms + 500}), 3);
  EXPECT_EQ(found("late", Timestamp{kTime.ms - 7}), 4);
  EXPECT_EQ(found("second", Timestamp{kTime.ms + 900}), 5);
  EXPECT_EQ(found("last", std::nullopt), 6);
  EXPECT_EQ(found("first", std::nullopt), -1);
  EXPECT_EQ(found("untimed", kTime), -1);
  EXPECT_EQ(found("first", Timestamp{kTime.ms + 1}), -1) << "at another time it is another event";
  EXPECT_EQ(found("third", kTime), -1);
  EXPECT_EQ(found_lately("second"), 5) << "the latest";
  EXPECT_EQ(found_lately("untimed"), -1);
}

TEST_F(EventLookup, LooksBackSoManyRows) {
  std::vector<std::pair<std::string, std::optional<Timestamp>>> events;
  for (std::int64_t i = 0; i <= static_cast<std::int64_t>(kRowsLookedBackMax); ++i) {
    events.emplace_back("e" + std::to_string(i), Timestamp{kTime.ms + i});
  }
  fold(events);
  EXPECT_EQ(found_lately("e1"), 1);
  EXPECT_EQ(found_lately("e0"), -1);
  EXPECT_EQ(found("e0", kTime), 0) << "what is looked for at its time is found wherever it stands";
}

}  // namespace
}  // namespace rapport
