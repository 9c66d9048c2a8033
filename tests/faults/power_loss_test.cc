// The power goes while events are published and folded, generations rebuilt and swapped, and backups taken. What was
// not synced is gone, or there in part, or there; then the engine opens again, holds all that it acknowledged, and
// shows the rows of a clean fold, and every backup that it called done restores.
//
//   RAPPORT_SEED=N    the same losses again, as far as the machine's timing lets them be
//   RAPPORT_LOSSES=N  how many
#include <gtest/gtest.h>

#include <iostream>
#include <random>

#include "engine/backup/restore.h"
#include "tests/crash/killing.h"
#include "tests/faults/fault_place.h"
#include "tests/faults/simulated_disk.h"
#include "tests/model/history.h"

namespace rapport::faults {
namespace {

constexpr std::uint64_t kLosses = 50;
constexpr std::uint64_t kLossesOfOneLife = 5;  // then it begins anew, so that there is never much to check
constexpr std::uint64_t kOnceOpenMsMax = 80;

struct Promises {
  EventNumbers acknowledged;
  std::vector<std::string> backups;
};

// What it has said on standard output up to there.
void hear(const std::string& said, Promises& promises) {
  std::size_t begin = 0;
  for (std::size_t end; (end = said.find('\n', begin)) != std::string::npos; begin = end + 1) {
    const std::string line = said.substr(begin, end - begin);
    if (const auto number = acknowledged_number(line)) promises.acknowledged.insert(*number);
    if (line.starts_with("backup ")) promises.backups.push_back(line.substr(line.find(' ') + 1));
  }
}

// From the first start of an engine on.
class Life {
 public:
  explicit Life(std::mt19937_64& random) : random_(random), log_(embedded_log(2)) {
    log_.seal.wish = random() % 2 == 0 ? SealWish::always : SealWish::as_it_is;
  }

  // One run of the child, up to the loss. False: it did not open.
  bool run() {
    SimulatedDisk disk(place_.disk());
    {
      auto words = kill_child(place_.data(), first_unacknowledged(promises_.acknowledged), random_());
      words.emplace_back("busy");
      if (is_sealed()) words.emplace_back("sealed");
      ChildProcess child(words, place_.environment(), place_.errors());
      EventNumbers of_child;  // as the child says it; what it has said by the loss counts
      if (!run_once_open(child, std::chrono::milliseconds(random_() % kOnceOpenMsMax), of_child)) return false;
    }
    const auto calls = place_.take_journal();
    const std::size_t until = draw_moment(calls);
    std::string said;
    for (std::size_t i = 0; i < until; ++i) {
      disk.apply(calls[i]);
      if (calls[i].call == CallDone::said) said += calls[i].bytes;
    }
    hear(said, promises_);
    const PowerLoss loss = draw_power_loss(random_);
    told_ = std::string(is_sealed() ? "sealed, " : "in clear, ") + "after call " + std::to_string(until) + " of " +
            std::to_string(calls.size()) + ": " + to_string(loss);
    disk.lose_power(loss, random_);
    disk.write_back();
    return true;
  }

  void check() {
    check_after_crash(place_.data(), log_, promises_.acknowledged);
    for (const std::string& name : promises_.backups) {
      TemporaryDirectory scratch(fastest_directory());
      const auto backup = place_.data() / "backups" / name;
      RestoreOptions options{.backup = backup, .data = scratch.path() / "data"};
      if (is_sealed()) options.seal.master_key_file = place_.data() / kMasterKeyFile;
      const auto restored = restore_backup(options, [](std::uint64_t, std::uint64_t) { return true; });
      EXPECT_TRUE(restored) << name << ": " << to_string(restored.error());
      std::filesystem::remove_all(backup);
    }
    backups_ += promises_.backups.size();
    promises_.backups.clear();
  }

  FaultPlace& place() { return place_; }
  const std::string& told() const { return told_; }
  std::size_t acknowledged() const { return promises_.acknowledged.size(); }
  std::size_t backups() const { return backups_; }

 private:
  bool is_sealed() const { return log_.seal.wish == SealWish::always; }
  // At the end, where it runs; anywhere, while it opens, too; or right before a write-ahead log is synced, with all
  // that this is to save.
  std::size_t draw_moment(const std::vector<JournalEntry>& calls) {
    const std::uint64_t way = random_() % 3;
    std::size_t until = way == 0 ? calls.size() : random_() % (calls.size() + 1);
    const auto is_wanted = [](const JournalEntry& call) {
      return call.call == CallDone::synced && call.path.ends_with(".log");
    };
    while (way == 2 && until < calls.size() && !is_wanted(calls[until])) ++until;
    return until;
  }

  std::mt19937_64& random_;
  LogChoice log_;
  FaultPlace place_;
  Promises promises_;
  std::size_t backups_ = 0;
  std::string told_;
};

TEST(PowerLoss, NothingAcknowledgedIsLost) {
  const std::uint64_t seed = model::seed_of_this_run();
  const std::uint64_t losses = model::number_from_environment("RAPPORT_LOSSES", kLosses);
  std::cout << "RAPPORT_SEED=" << seed << std::endl;
  std::mt19937_64 random(seed);
  std::unique_ptr<Life> life;
  std::size_t acknowledged = 0, backups = 0;
  for (std::uint64_t i = 0; i < losses; ++i) {
    if (i % kLossesOfOneLife == 0) life = std::make_unique<Life>(random);
    const std::size_t before = life->acknowledged(), backups_before = life->backups();
    const std::string told = life->told();
    ASSERT_TRUE(life->run()) << "it does not open after loss " << i << " " << told << "\n"
                             << life->place().errors_text();
    life->check();
    ASSERT_FALSE(HasFailure()) << "loss " << i + 1 << " " << life->told();
    acknowledged += life->acknowledged() - before;
    backups += life->backups() - backups_before;
  }
  std::cout << acknowledged << " events were acknowledged and " << backups << " backups done over " << losses
            << " losses\n";
  EXPECT_GT(acknowledged, losses);
}

// That this test sees what it is to see: syncs that do nothing lose what was acknowledged.
TEST(PowerLoss, ADiskThatLiesAboutSyncsIsFoundOut) {
  std::mt19937_64 random(1);
  FaultPlace place;
  place.board().syncs_lie = 1;
  SimulatedDisk disk(place.disk());
  EventNumbers acknowledged;
  {
    ChildProcess child(kill_child(place.data(), 0, 1), place.environment(), place.errors());
    ASSERT_TRUE(run_once_open(child, std::chrono::milliseconds(500), acknowledged)) << place.errors_text();
    ASSERT_FALSE(acknowledged.empty());
  }
  for (const auto& call : place.take_journal()) disk.apply(call);
  disk.lose_power({.names = Kept::everything, .bytes = Kept::nothing}, random);
  disk.write_back();
  // It does not open, or is empty.
  const auto stored = open_stored({.data = place.data(), .log = embedded_log(2)});
  EXPECT_TRUE(!stored || stored->log->ends()->at(Partition{0}) == Offset{-1});
}

}  // namespace
}  // namespace rapport::faults
