// Rebuilds of a whole engine: beside the live rows, proven equal, swapped.
#include <gmock/gmock.h>

#include <future>

#include "engine/engine.h"
#include "events/event_decoder.h"
#include "projections/contact_reader.h"
#include "projections/key_layout.h"
#include "tests/store/temporary_directory.h"
#include "tools/rapport/event_generator.h"

namespace rapport {
namespace {

using Clock = std::chrono::steady_clock;

class RebuildTest : public testing::Test {
 protected:
  void SetUp() override { open(); }

  void open() {
    engine_.reset();
    auto engine = Engine::open({.data = path(), .log = embedded_log(2)});
    ASSERT_TRUE(engine) << to_string(engine.error());
    engine_ = *std::move(engine);
  }
  std::filesystem::path path() const { return directory_.path() / "data"; }

  void publish(std::uint64_t events, std::uint64_t seed) {
    auto generator = *EventGenerator::make({.events = events, .contacts = 100, .seed = seed});
    EventDecoder decoder;
    std::vector<IncomingEvent> batch;
    for (std::string line; line.clear(), generator.append_next(line);) batch.push_back(decoder.decode(line));
    std::promise<Result<Published>> told;
    engine_->publisher().publish(std::move(batch), {.wait_max = std::chrono::seconds(60)},
                                 [&](auto published) { told.set_value(std::move(published)); });
    ASSERT_TRUE(told.get_future().get());
  }

  RebuildStatus wait_for_end() {
    const auto until = Clock::now() + std::chrono::seconds(60);
    while (Clock::now() < until) {
      const auto status = engine_->rebuilder().status();
      if (status && is_over(status->state)) return *status;
      std::this_thread::yield();
    }
    ADD_FAILURE() << "the rebuild did not end";
    return {};
  }
  RebuildStatus rebuild() {
    const auto started = engine_->rebuilder().start({});
    EXPECT_TRUE(started) << to_string(started.error());
    return wait_for_end();
  }
  Digest digest() const { return total_digest(engine_->folder().view()->checkpoints()); }

  TemporaryDirectory directory_;
  std::unique_ptr<Engine> engine_;
};

TEST_F(RebuildTest, IsEqualAndTakesOver) {
  publish(3'000, 1);
  const Digest before = digest();
  const RebuildStatus status = rebuild();
  EXPECT_EQ(status.state, RebuildState::swapped) << (status.error ? to_string(*status.error) : "");
  EXPECT_EQ(status.live, before);
  EXPECT_EQ(status.fresh, before);
  EXPECT_EQ(engine_->rebuilder().live_number(), 2u);

  // What comes now is folded into the new one, which also serves after a restart.
  publish(500, 2);
  const Digest after = digest();
  EXPECT_NE(after, before);
  open();
  EXPECT_EQ(digest(), after);
  EXPECT_EQ(engine_->rebuilder().live_number(), 2u);
  EXPECT_TRUE(std::filesystem::exists(path() / "projections" / "1")) << "kept for a way back";
  EXPECT_EQ(rebuild().state, RebuildState::swapped);
  EXPECT_FALSE(std::filesystem::exists(path() / "projections" / "1"));
  EXPECT_TRUE(std::filesystem::exists(path() / "projections" / "2"));
}

TEST_F(RebuildTest, GoesOnWhileEventsComeIn) {
  publish(3'000, 1);
  ASSERT_TRUE(engine_->rebuilder().start({}));
  std::uint64_t seed = 2;
  while (!is_over(engine_->rebuilder().status()->state)) publish(50, seed++);
  EXPECT_EQ(wait_for_end().state, RebuildState::swapped);
  publish(50, seed);
  const Digest live = digest();
  EXPECT_EQ(rebuild().fresh, live);
}

TEST_F(RebuildTest, NamesWhatDiffersAndDoesNotSwap) {
  publish(2'000, 1);
  const auto contacts = list_contacts(*engine_->folder().view(), ContactId{0}, 2);
  ASSERT_TRUE(contacts);
  const ContactId damaged = contacts->at(1).id;
  engine_.reset();
  {
    // Another contact's state in its place: a row that decodes, and is wrong. The running digest cannot see it, the
    // next event of the contact carries it on.
    const auto store = Store::open({.directory = path() / "projections" / "1"});
    const auto other = (*store)->get(state_key(stream_key(contacts->at(0).id)));
    RowBatch batch;
    batch.put(state_key(stream_key(damaged)), **other);
    ASSERT_TRUE((*store)->write(batch, Durability::synced));
  }
  open();
  ContactChanged changed;
  changed.fields.emplace_back("city", JsonText{"\"Turin\""});
  std::promise<Result<Published>> told;
  engine_->publisher().publish({make_event("late", "test", EventType::contact_changed, damaged, std::nullopt, changed)},
                               {}, [&](auto published) { told.set_value(std::move(published)); });
  ASSERT_TRUE(told.get_future().get());

  const RebuildStatus status = rebuild();
  EXPECT_EQ(status.state, RebuildState::different);
  EXPECT_NE(status.live, status.fresh);
  ASSERT_TRUE(status.difference);
  std::set<std::string> named;
  for (const RowDifference& row : status.difference->first) named.insert(row.subject + " " + row.part);
  EXPECT_THAT(named, testing::Contains(to_string(Subject{damaged}) + " state"));
  EXPECT_EQ(engine_->rebuilder().live_number(), 1u);
  EXPECT_FALSE(std::filesystem::exists(path() / "projections" / "2"));
}

TEST_F(RebuildTest, GoesOnAfterAStop) {
  publish(3'000, 1);
  const auto started = engine_->rebuilder().start({});
  ASSERT_TRUE(started);
  ASSERT_TRUE(engine_->rebuilder().pause(*started, true));
  open();
  const RebuildStatus status = wait_for_end();
  EXPECT_EQ(status.id, *started);
  EXPECT_EQ(status.state, RebuildState::swapped);
  EXPECT_EQ(status.fresh, digest());
}

TEST_F(RebuildTest, IsCancelledPausedAndThrottled) {
  publish(1'000, 1);
  const auto started = engine_->rebuilder().start({.records_per_second_max = 1});
  ASSERT_TRUE(started);
  EXPECT_EQ(engine_->rebuilder().start({}).error().code, Errc::overloaded) << "one at a time";
  ASSERT_TRUE(engine_->rebuilder().pause(*started, true));
  EXPECT_TRUE(engine_->rebuilder().status()->paused);
  ASSERT_TRUE(engine_->rebuilder().pause(*started, false));
  ASSERT_TRUE(engine_->rebuilder().cancel(*started));
  EXPECT_EQ(wait_for_end().state, RebuildState::cancelled);
  EXPECT_EQ(engine_->rebuilder().cancel(*started).error().code, Errc::not_found);
  EXPECT_EQ(rebuild().state, RebuildState::swapped);
}

}  // namespace
}  // namespace rapport
