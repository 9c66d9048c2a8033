#include "tests/faults/fault_trial.h"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <sstream>
#include <thread>

#include "engine/backup/restore.h"
#include "tests/faults/simulated_disk.h"

namespace rapport::faults {
namespace {

constexpr int kAtOnce = 4;

void expect_restored(const std::filesystem::path& data, const std::string& name) {
  const TemporaryDirectory scratch(fastest_directory());
  RestoreOptions options{.backup = data / "backups" / name, .data = scratch.path() / "data"};
  options.seal.master_key_file = data / kMasterKeyFile;
  const auto restored = restore_backup(options, [](std::uint64_t, std::uint64_t) { return true; });
  EXPECT_TRUE(restored) << name << ": " << to_string(restored.error());
}

void check_plain(const std::filesystem::path& data, const Telling& telling) {
  auto log = embedded_log(2);
  log.seal.wish = SealWish::always;
  check_after_crash(data, log, telling.acknowledged());
  for (const std::string& name : telling.backups()) expect_restored(data, name);
}

}  // namespace

void arm(FaultBoard& board, const Fault& fault) {
  std::copy(fault.pattern.begin(), fault.pattern.end(), board.pattern.begin());
  board.kinds = bit_of(fault.kind);
  board.nth = fault.nth;
  board.from_then_on = fault.from_then_on ? 1 : 0;
  board.error = fault.error;
}

Story plain_story() { return {{STORY_CHILD}, check_plain}; }

bool FaultTrials::play(const Fault& fault) const {
  std::mt19937_64 random(seed_ + fault.nth);
  FaultPlace place;
  SimulatedDisk disk(place.disk());
  FaultBoard& board = place.board();
  arm(board, fault);
  std::vector<std::string> words = story_.words;
  if (fault.from_then_on) words.emplace_back("failing");
  const Telling telling(place, std::move(words));
  const std::string first_failed(board.first_failed.data());
  std::string heard = first_failed + " failed first\n";
  for (const std::string& error : telling.errors()) heard += "  " + error + "\n";
  SCOPED_TRACE(heard + place.errors_text());
  EXPECT_EQ(telling.fault(fault.error == kKill && board.failed > 0), "");
  // What the first failed sync of the log left on the disk is known only once it is opened again.
  const bool of_log = first_failed.find("/log/") != std::string::npos;
  EXPECT_FALSE(fault.kind == CallKind::sync && of_log && telling.acknowledged_after_failure());
  // Of one failure alone the rows mend by themselves.
  const bool of_rows = first_failed.find("/projections/") != std::string::npos;
  EXPECT_FALSE(!fault.from_then_on && of_rows && telling.halted());
  // Then the power goes, too: what a failed sync did not do must not have been counted on.
  const bool power_loss = random() % 2 == 0 || fault.kind == CallKind::sync;
  const auto calls = place.take_journal();
  if (power_loss) {
    for (const auto& call : calls) disk.apply(call);
    disk.lose_power(fault.error == kKill ? draw_power_loss(random) : PowerLoss{}, random);
    disk.write_back();
  }
  SCOPED_TRACE(power_loss ? "and a power loss" : "and no power loss");
  story_.check(place.data(), telling);
  return board.failed > 0;
}

bool FaultTrials::try_fault(const Fault& fault) {
  testing::TestPartResultArray failures;
  bool came_about = false;
  {
    const testing::ScopedFakeTestPartResultReporter reporter(
        testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &failures);
    came_about = play(fault);
  }
  if (failures.size() > 0) {
    ++wrong_;
    std::ostringstream out;
    for (int i = 0; i < failures.size(); ++i) out << failures.GetTestPartResult(i).message() << "\n";
    ADD_FAILURE() << "RAPPORT_SEED=" << seed_ << " RAPPORT_FAULT=\"" << fault.again << "\"\n" << out.str();
  }
  came_about_ += came_about ? 1 : 0;
  return came_about;
}

void at_once(std::size_t pieces, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kAtOnce; ++i) {
    threads.emplace_back([&] {
      for (std::size_t piece = next++; piece < pieces; piece = next++) work(piece);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace rapport::faults
