// Rebuilds of an engine that folds some of its log's partitions, as a member of a group does, and of which others come
// and go meanwhile.
#include <random>

#include "tests/engine/engine_on_disk.h"

namespace rapport {
namespace {

constexpr Partition kFirst{0}, kSecond{1};

class OwnedRebuild : public EngineOnDisk {
 protected:
  RebuildStatus rebuild(const RebuildOptions& options) {
    const auto started = engine_->rebuilder().start(options);
    EXPECT_TRUE(started) << to_string(started.error());
    return wait_for_end();
  }
  void own(const std::set<Partition>& partitions) {
    const auto owned = engine_->folder().own(partitions);
    ASSERT_TRUE(owned) << to_string(owned.error());
  }
  // Records that nobody waits for: who owns their partition folds them.
  void append(std::uint64_t events, std::uint64_t seed) {
    auto generator = *EventGenerator::make({.events = events, .contacts = 100, .seed = seed});
    EventDecoder decoder;
    std::vector<IncomingEvent> batch;
    for (std::string line; line.clear(), generator.append_next(line);) batch.push_back(decoder.decode(line));
    std::promise<Result<Published>> told;
    engine_->publisher().publish(std::move(batch), {.wait = PublishWait::durable},
                                 [&](auto published) { told.set_value(std::move(published)); });
    ASSERT_TRUE(told.get_future().get());
  }
  void wait_until_folded(const std::set<Partition>& partitions) {
    Positions wanted;
    const auto ends = engine_->log().ends();
    ASSERT_TRUE(ends);
    for (const Partition partition : partitions) advance(wanted, {partition, offset_in(*ends, partition)});
    EXPECT_TRUE(engine_->folder().wait_folded(wanted, Clock::now() + std::chrono::seconds(60)));
  }
  Offset folded(Partition partition) const { return offset_in(engine_->folder().view()->positions(), partition); }
};

TEST_F(OwnedRebuild, StandsWhereTheLiveRowsStandInPartitionsThatWereLost) {
  publish(2'000, 1);
  own({kFirst});
  append(1'000, 2);
  wait_until_folded({kFirst, kControlPartition});
  const Offset left_at = folded(kSecond);
  ASSERT_LT(left_at, offset_in(*engine_->log().ends(), kSecond));

  EXPECT_EQ(rebuild({.verify_only = true}).state, RebuildState::verified);
  const RebuildStatus swapped = rebuild({});
  EXPECT_EQ(swapped.state, RebuildState::swapped) << (swapped.error ? to_string(*swapped.error) : "");
  EXPECT_EQ(swapped.live, swapped.fresh);
  EXPECT_EQ(folded(kSecond), left_at) << "what it does not own stays where it stood";

  own({kFirst, kSecond});
  wait_until_level();
  EXPECT_EQ(rebuild({.verify_only = true}).state, RebuildState::verified) << "and is folded on from there";
}

TEST_F(OwnedRebuild, OneThatHasHadOnePartitionFoldsThatOneAnew) {
  own({kSecond});
  append(2'000, 1);
  wait_until_folded({kSecond, kControlPartition});
  EXPECT_EQ(folded(kFirst), Offset{});
  EXPECT_EQ(rebuild({}).state, RebuildState::swapped);
  EXPECT_EQ(folded(kFirst), Offset{});
  EXPECT_EQ(rebuild({.verify_only = true}).state, RebuildState::verified);
}

// Whatever is owned when the two are compared, and however often that has changed since the rebuild began.
TEST_F(OwnedRebuild, PartitionsComeAndGoMeanwhile) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 dice(seed);
    const auto some = [&]() -> std::set<Partition> {
      switch (dice() % 4) {
        case 0: return {};
        case 1: return {kFirst};
        case 2: return {kSecond};
        default: return {kFirst, kSecond};
      }
    };
    own(some());
    append(500, seed * 10);
    const bool verify = seed % 2 == 0;
    const auto started = engine_->rebuilder().start({.verify_only = verify});
    ASSERT_TRUE(started) << to_string(started.error());
    for (int move = 0; move < 20; ++move) {
      own(some());
      if (move % 5 == 0) append(100, seed * 10 + 1 + static_cast<std::uint64_t>(move));
    }
    const RebuildStatus ended = wait_for_end();
    EXPECT_EQ(ended.state, verify ? RebuildState::verified : RebuildState::swapped)
        << (ended.error ? to_string(*ended.error) : "");
    EXPECT_EQ(ended.live, ended.fresh);
  }
  own({kFirst, kSecond});
  wait_until_level();
  EXPECT_EQ(rebuild({.verify_only = true}).state, RebuildState::verified);
}

TEST_F(OwnedRebuild, OneContactIsMendedByWhoFoldsIt) {
  publish(1'000, 1);
  const ContactId damaged = contact_at(1);
  damage_state(damaged, contact_at(0));
  open();
  const Partition partition = engine_->log().partition_of(to_string(Subject{damaged}));
  own({partition});
  EXPECT_EQ(rebuild({.contact = damaged}).state, RebuildState::mended);
  EXPECT_EQ(rebuild({.verify_only = true}).state, RebuildState::verified);
}

}  // namespace
}  // namespace rapport
