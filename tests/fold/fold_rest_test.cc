// The fold gives way to publishers, and to nobody else.
#include "engine/fold/fold_rest.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "engine/fold/folder.h"
#include "engine/log/embedded_log.h"
#include "events/event_encoder.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr std::chrono::seconds kPatience{60};
constexpr Timestamp kNow{1'700'000'000'000};

RestAfter step(std::size_t records, std::int64_t age_ms, nanoseconds took = milliseconds(100)) {
  return {.records = records, .newest = {kNow.ms - age_ms}, .took = took};
}

TEST(RestAfterStep, IsAsLongAsTheStepOfWhatWasPublishedJustNow) {
  EXPECT_EQ(rest_after(step(kRestRecordsMin, 0), kNow), milliseconds(100));
  EXPECT_EQ(rest_after(step(50'000, 1'999), kNow), milliseconds(100));
  EXPECT_EQ(rest_after(step(50'000, 10, std::chrono::seconds(7)), kNow), kRestMax);
}

TEST(RestAfterStep, IsNoneBehindAFewOrWhereTheFoldIsBehind) {
  EXPECT_EQ(rest_after(step(kRestRecordsMin - 1, 0), kNow), nanoseconds::zero());
  EXPECT_EQ(rest_after(step(50'000, 2'001), kNow), nanoseconds::zero());
  EXPECT_EQ(rest_after(step(50'000, -1), kNow), nanoseconds::zero()) << "another machine's clock";
  EXPECT_EQ(rest_after(after_step({}, hours(1)), kNow), nanoseconds::zero());
}

TEST(FoldRest, IsNotBegunWhereSomeoneWaits) {
  FoldRest rest;
  rest.rest(hours(1), [] { return true; });
  EXPECT_EQ(rest.total(), nanoseconds::zero());
}

TEST(FoldRest, EndsAsSoonAsSomeoneWaits) {
  FoldRest rest;
  // Between the question and the rest itself.
  rest.rest(hours(1), [&] {
    rest.end();
    return false;
  });
  std::atomic<bool> over = false;
  std::thread folding([&] {
    rest.rest(hours(1), [] { return false; });
    over = true;
  });
  while (!over) {
    rest.end();
    std::this_thread::yield();
  }
  folding.join();
}

class RestingFolder : public testing::Test {
 protected:
  RestingFolder()
      : log_(*EmbeddedLog::open({.directory = directory_.path() / "log", .partition_count = 1})),
        folder_(*Folder::start(*log_, *Generation::open({.directory = directory_.path() / "rows"}),
                               {.rest = [this](const RestAfter& step, Timestamp) {
                                 if (step.records < 10) return nanoseconds::zero();
                                 resting_ = true;
                                 return nanoseconds(hours(1));
                               }})) {}

  // Of `count` events, each another contact's.
  Positions append(std::uint64_t count) {
    std::vector<NewRecord> records;
    for (std::uint64_t i = 0; i < count; ++i) {
      const ContactId contact{++contacts_};
      const Event event = make_event("e", "test", EventType::contact_created, contact, Timestamp{1}, ContactCreated{});
      records.push_back({Partition{0}, to_string(Subject{contact}), encode_event(event)});
    }
    const auto positions = append_and_wait(*log_, std::move(records));
    EXPECT_TRUE(positions);
    Positions out;
    for (const LogPosition& position : *positions) advance(out, position);
    return out;
  }

  // Behind this a rest is under way, or about to be.
  void append_and_rest() {
    append(10);
    while (!resting_) std::this_thread::yield();
    resting_ = false;
  }

  TemporaryDirectory directory_;
  std::atomic<bool> resting_ = false;
  std::uint64_t contacts_ = 0;
  std::unique_ptr<EmbeddedLog> log_;
  std::unique_ptr<Folder> folder_;
};

TEST_F(RestingFolder, IsAwakeForWhoWaits) {
  append_and_rest();
  EXPECT_TRUE(folder_->wait_folded(append(1), steady_clock::now() + kPatience));
  EXPECT_EQ(folder_->status().records, 12u) << "with the log's own first";
}

TEST_F(RestingFolder, DoesNotRestWhileSomeoneWaits) {
  std::promise<Result<void>> far;
  folder_->when_folded({{Partition{0}, Offset{1'000}}}, steady_clock::now() + hours(1),
                       [&](Result<void> folded) { far.set_value(std::move(folded)); });
  append(500);
  append(501);  // which wakes nobody
  EXPECT_TRUE(far.get_future().get());
}

TEST_F(RestingFolder, DoesTheWorkItIsAskedFor) {
  append_and_rest();
  const auto live = folder_->live();
  EXPECT_TRUE(folder_->between_steps([](const auto& same) { return Result<std::shared_ptr<Generation>>(same); }));
  EXPECT_EQ(folder_->live(), live);
}

TEST_F(RestingFolder, StopsAtOnce) {
  append_and_rest();
  folder_.reset();  // else an hour later
}

}  // namespace
}  // namespace rapport
