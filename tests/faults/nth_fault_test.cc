// The nth file call of a kind fails, once or from then on, while an engine lives a small story (story_child.cc): at any
// n. It never crashes and never hangs, says what failed, and acknowledges nothing that it then loses; once the fault is
// gone it opens again, with the rows of a clean fold, and goes on. So it does where it is killed before that call.
//
//   RAPPORT_FAULT_POINTS=N  how many, by chance; 0: every one, n from 1 until the story is told without a fault
//   RAPPORT_SEED=N          the same ones again
//   RAPPORT_FAULT="sync 17 EIO once"  this one alone
#include <gtest/gtest.h>

#include <cerrno>
#include <cstdlib>
#include <iostream>
#include <random>
#include <sstream>

#include "tests/faults/fault_trial.h"
#include "tests/model/history.h"

namespace rapport::faults {
namespace {

constexpr std::uint64_t kPoints = 200;

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

// Of the kind, the nth; in words, "sync 17 EIO once".
Fault fault_of(const FaultKind& kind, std::uint64_t nth, bool from_then_on) {
  std::ostringstream again;
  again << kCallKindNames[index_of(kind.kind)] << " " << nth << " " << kind.name << (from_then_on ? " on" : " once");
  return {.kind = kind.kind, .error = kind.error, .nth = nth, .from_then_on = from_then_on, .again = again.str()};
}

std::optional<Fault> fault_of_environment() {
  const char* text = std::getenv("RAPPORT_FAULT");
  if (text == nullptr) return std::nullopt;
  std::istringstream in(text);
  std::string kind, error, how;
  std::uint64_t nth = 0;
  in >> kind >> nth >> error >> how;
  for (const FaultKind& fault : kFaultKinds) {
    if (kCallKindNames[index_of(fault.kind)] == kind && fault.name == error) return fault_of(fault, nth, how == "on");
  }
  throw std::runtime_error(std::string("no such fault: ") + text);
}

void try_some(FaultTrials& trials, std::uint64_t count, std::uint64_t seed) {
  FaultPlace place;
  const Telling clean(place, {STORY_CHILD});
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
    if (trials.may_go_on()) trials.try_fault(fault_of(fault, nth, random() % 2 == 0));
  });
  EXPECT_GT(trials.came_about() * 10, count * 9);
}

void try_all(FaultTrials& trials) {
  at_once(2 * std::size(kFaultKinds), [&](std::size_t piece) {
    const FaultKind& kind = kFaultKinds[piece / 2];
    const bool from_then_on = piece % 2 == 1;
    if (kind.error == kKill && from_then_on) return;
    std::uint64_t nth = 1;
    while (trials.may_go_on() && trials.try_fault(fault_of(kind, nth, from_then_on))) ++nth;
    std::cout << fault_of(kind, nth, from_then_on).again + ": the last one\n" << std::flush;
  });
}

TEST(NthFault, IsAnsweredAndLosesNothing) {
  const std::uint64_t seed = model::seed_of_this_run();
  std::cout << "RAPPORT_SEED=" << seed << std::endl;
  FaultTrials trials(plain_story(), seed);
  if (const auto fault = fault_of_environment()) {
    EXPECT_TRUE(trials.try_fault(*fault)) << "it did not come about";
    return;
  }
  const std::uint64_t count = model::number_from_environment("RAPPORT_FAULT_POINTS", kPoints);
  count > 0 ? try_some(trials, count, seed) : try_all(trials);
  std::cout << trials.came_about() << " faults came about\n";
}

}  // namespace
}  // namespace rapport::faults
