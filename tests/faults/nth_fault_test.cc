// The nth file call of a kind fails, once or from then on, while an engine lives a small story (story_child.cc): at any
// n. It never crashes and never hangs, says what failed, and acknowledges nothing that it then loses; once the fault is
// gone it opens again, with the rows of a clean fold, and goes on. So it does where it is killed before that call.
//
//   RAPPORT_FAULT_POINTS=N  how many, by chance; 0: every one, n from 1 until the story is told without a fault
//   RAPPORT_SEED=N          the same ones again
//   RAPPORT_FAULT="sync 17 EIO once"  this one alone
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include "engine/backup/restore.h"
#include "tests/crash/killing.h"
#include "tests/faults/fault_place.h"
#include "tests/faults/simulated_disk.h"
#include "tests/model/history.h"

namespace rapport::faults {
namespace {

constexpr std::uint64_t kPoints = 200;
constexpr std::chrono::seconds kToldWithin{60};
constexpr int kAtOnce = 4;

struct FaultKind {
  CallKind kind;
  std::int32_t error;
  std::string_view name;
};
// What a disk and a system say.
constexpr FaultKind kFaultKinds[] = {
    {CallKind::open, EIO, "EIO"},         {CallKind::open, EMFILE, "EMFILE"},  {CallKind::read, EIO, "EIO"},
    {CallKind::write, EIO, "EIO"},        {CallKind::write, ENOSPC, "ENOSPC"}, {CallKind::write, kShortWrite, "short"},
    {CallKind::write, kKill, "kill"},     {CallKind::sync, EIO, "EIO"},        {CallKind::sync, ENOSPC, "ENOSPC"},
    {CallKind::sync, kKill, "kill"},      {CallKind::rename, EIO, "EIO"},      {CallKind::rename, ENOSPC, "ENOSPC"},
    {CallKind::rename, kKill, "kill"},    {CallKind::remove, EIO, "EIO"},      {CallKind::remove, kKill, "kill"},
    {CallKind::resize, ENOSPC, "ENOSPC"}, {CallKind::open, kKill, "kill"},     {CallKind::resize, kKill, "kill"}};

struct FaultPoint {
  FaultKind fault;
  std::uint64_t nth;
  bool from_then_on;
};

std::string to_string(const FaultPoint& point) {
  std::ostringstream out;
  out << kCallKindNames[index_of(point.fault.kind)] << " " << point.nth << " " << point.fault.name << " "
      << (point.from_then_on ? "on" : "once");
  return out.str();
}

// Codes that say: the disk failed, or what hangs on it stands still. Nothing else may come of a failing disk.
bool is_of_a_failing_disk(const std::string& code) {
  static const std::set<std::string> kCodes{"storage_failed", "corrupt", "shutting_down", "wait_timeout"};
  return kCodes.contains(code);
}

// One telling of the story, and what was heard of it.
class Telling {
 public:
  explicit Telling(FaultPlace& place) {
    ChildProcess child({STORY_CHILD, place.data().string()}, place.environment(), place.errors());
    status_ = child.wait_for(kToldWithin);
    bool failed_here = false;  // since the engine was opened
    for (const std::string& line : child.take_lines()) {
      if (line == "open") failed_here = false;
      if (line == "told") told_ = true;
      if (line.starts_with("backup ")) backups_.push_back(line.substr(7));
      if (line.starts_with("failed ")) {
        errors_.push_back(line.substr(7));
        failed_here = failed_here || line.find(" publishing: ") != std::string::npos;
      }
      if (const auto number = acknowledged_number(line)) {
        acknowledged_.insert(*number);
        acknowledged_after_failure_ = acknowledged_after_failure_ || failed_here;
      }
    }
  }

  // Empty: it ended as it should.
  std::string fault(bool is_killed = false) const {
    if (is_killed && WIFSIGNALED(status_) && WTERMSIG(status_) == SIGKILL) return {};
    if (WIFSIGNALED(status_)) return "ended by signal " + std::to_string(WTERMSIG(status_));
    if (WEXITSTATUS(status_) != 0 || !told_) return "ended with status " + std::to_string(WEXITSTATUS(status_));
    for (const std::string& error : errors_) {
      if (!is_of_a_failing_disk(error.substr(0, error.find(' ')))) return "said " + error;
    }
    return {};
  }
  const std::vector<std::string>& errors() const { return errors_; }
  const std::vector<std::string>& backups() const { return backups_; }
  const EventNumbers& acknowledged() const { return acknowledged_; }
  bool acknowledged_after_failure() const { return acknowledged_after_failure_; }

 private:
  int status_ = 0;
  bool told_ = false, acknowledged_after_failure_ = false;
  std::vector<std::string> errors_, backups_;
  EventNumbers acknowledged_;
};

void expect_restored(const std::filesystem::path& data, const std::string& name) {
  const TemporaryDirectory scratch(fastest_directory());
  RestoreOptions options{.backup = data / "backups" / name, .data = scratch.path() / "data"};
  options.seal.master_key_file = data / kMasterKeyFile;
  const auto restored = restore_backup(options, [](std::uint64_t, std::uint64_t) { return true; });
  EXPECT_TRUE(restored) << name << ": " << to_string(restored.error());
}

// True where the fault came about: the story has as many such calls. Fails the running test.
bool play(const FaultPoint& point, std::mt19937_64& random) {
  FaultPlace place;
  SimulatedDisk disk(place.disk());
  FaultBoard& board = place.board();
  board.kinds = bit_of(point.fault.kind);
  board.nth = point.nth;
  board.from_then_on = point.from_then_on ? 1 : 0;
  board.error = point.fault.error;
  const Telling telling(place);
  const std::string first_failed(board.first_failed.data());
  std::string story = first_failed + " failed first\n";
  for (const std::string& error : telling.errors()) story += "  " + error + "\n";
  SCOPED_TRACE(story + place.errors_text());
  EXPECT_EQ(telling.fault(point.fault.error == kKill && board.failed > 0), "");
  // What the first failed sync of the log left on the disk is known only once it is opened again.
  const bool of_log = first_failed.find("/log/") != std::string::npos;
  EXPECT_FALSE(point.fault.kind == CallKind::sync && of_log && telling.acknowledged_after_failure());
  // Then the power goes, too: what a failed sync did not do must not have been counted on.
  const bool power_loss = random() % 2 == 0 || point.fault.kind == CallKind::sync;
  const auto calls = place.take_journal();
  if (power_loss) {
    for (const auto& call : calls) disk.apply(call);
    disk.lose_power(point.fault.error == kKill ? draw_power_loss(random) : PowerLoss{}, random);
    disk.write_back();
  }
  SCOPED_TRACE(power_loss ? "and a power loss" : "and no power loss");
  auto log = embedded_log(2);
  log.seal.seal = true;
  check_after_crash(place.data(), log, telling.acknowledged());
  for (const std::string& name : telling.backups()) expect_restored(place.data(), name);
  return board.failed > 0;
}

// Points are tried several at once: what goes wrong at one is told together, and the others go on.
class Points {
 public:
  explicit Points(std::uint64_t seed) : seed_(seed) {}

  bool try_point(const FaultPoint& point) {
    std::mt19937_64 random(seed_ + point.nth);
    testing::TestPartResultArray failures;
    bool came_about = false;
    {
      const testing::ScopedFakeTestPartResultReporter reporter(
          testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &failures);
      came_about = play(point, random);
    }
    if (failures.size() > 0) tell(point, failures);
    came_about_ += came_about ? 1 : 0;
    return came_about;
  }
  bool may_go_on() const { return wrong_ < kWrongMax; }
  std::uint64_t came_about() const { return came_about_; }

 private:
  static constexpr int kWrongMax = 20;

  void tell(const FaultPoint& point, const testing::TestPartResultArray& failures) {
    ++wrong_;
    std::ostringstream out;
    for (int i = 0; i < failures.size(); ++i) out << failures.GetTestPartResult(i).message() << "\n";
    ADD_FAILURE() << "RAPPORT_SEED=" << seed_ << " RAPPORT_FAULT=\"" << to_string(point) << "\"\n" << out.str();
  }

  const std::uint64_t seed_;
  std::atomic<int> wrong_ = 0;
  std::atomic<std::uint64_t> came_about_ = 0;
};

std::optional<FaultPoint> point_of_environment() {
  const char* text = std::getenv("RAPPORT_FAULT");
  if (text == nullptr) return std::nullopt;
  std::istringstream in(text);
  std::string kind, error, how;
  std::uint64_t nth = 0;
  in >> kind >> nth >> error >> how;
  for (const FaultKind& fault : kFaultKinds) {
    if (kCallKindNames[index_of(fault.kind)] == kind && fault.name == error) return FaultPoint{fault, nth, how == "on"};
  }
  throw std::runtime_error(std::string("no such fault: ") + text);
}

// Each of so many pieces of work, several at once: an engine that stops waits more than it works.
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

void try_some(Points& points, std::uint64_t count, std::uint64_t seed) {
  FaultPlace place;
  const Telling clean(place);
  ASSERT_EQ(clean.fault(), "") << place.errors_text();
  ASSERT_TRUE(clean.errors().empty()) << clean.errors()[0];
  std::array<std::uint64_t, kCallKinds> calls;
  for (std::size_t i = 0; i < kCallKinds; ++i) {
    calls[i] = place.board().calls[i];
    std::cout << kCallKindNames[i] << " " << calls[i] << (i + 1 < kCallKinds ? ", " : " calls in a telling\n");
    ASSERT_GT(calls[i], 0u) << "such calls are not seen";
  }
  at_once(count, [&](std::size_t piece) {
    std::mt19937_64 random(seed + piece);
    const FaultKind& fault = kFaultKinds[random() % std::size(kFaultKinds)];
    const std::uint64_t nth = 1 + random() % calls[index_of(fault.kind)];
    if (points.may_go_on()) points.try_point({fault, nth, random() % 2 == 0});
  });
  EXPECT_GT(points.came_about() * 10, count * 9);
}

void try_all(Points& points) {
  at_once(2 * std::size(kFaultKinds), [&](std::size_t piece) {
    FaultPoint point{kFaultKinds[piece / 2], 1, piece % 2 == 1};
    if (point.fault.error == kKill && point.from_then_on) return;
    while (points.may_go_on() && points.try_point(point)) ++point.nth;
    std::cout << to_string(point) + ": the last one\n" << std::flush;
  });
}

TEST(NthFault, IsAnsweredAndLosesNothing) {
  const std::uint64_t seed = model::seed_of_this_run();
  std::cout << "RAPPORT_SEED=" << seed << std::endl;
  Points points(seed);
  if (const auto point = point_of_environment()) {
    EXPECT_TRUE(points.try_point(*point)) << "it did not come about";
    return;
  }
  const std::uint64_t count = model::number_from_environment("RAPPORT_FAULT_POINTS", kPoints);
  count > 0 ? try_some(points, count, seed) : try_all(points);
  std::cout << points.came_about() << " faults came about\n";
}

}  // namespace
}  // namespace rapport::faults
