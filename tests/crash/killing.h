// kill -9 at random moments while events are published and folded: nothing that was acknowledged is lost, nothing is
// folded twice, and the rows are those of a clean fold.
//
//   RAPPORT_SEED=N   the same kills again, as far as the machine's timing lets them be
//   RAPPORT_KILLS=N  how many
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "tests/crash/child_process.h"
#include "tests/crash/crash_check.h"

namespace rapport {

struct KilledEngine {
  std::filesystem::path data;
  LogChoice log;
  std::vector<std::string> arguments;  // of kill_child, beside the data directory, the first event and the seed
  std::uint64_t once_open_ms_max = 60;
};

// Runs kill_child so often, and checks what is left, in between and at the end. Fails the running test.
void kill_at_random(const KilledEngine& engine, int kills);

// RAPPORT_KILLS from the environment.
int kills_or(int fallback);

// The words that start kill_child, which publishes from that event on; more may follow (kill_child.cc).
std::vector<std::string> kill_child(const std::filesystem::path& data, std::uint64_t from, std::uint64_t seed);
// Listens to it until it has been open for so long. False: it ended by itself, or does not open.
bool run_once_open(ChildProcess& child, std::chrono::milliseconds once_open, EventNumbers& acknowledged);

// A line that kill_child says, where it acknowledges an event.
std::optional<std::uint64_t> acknowledged_number(const std::string& line);
// Where the next child goes on.
std::uint64_t first_unacknowledged(const EventNumbers& acknowledged);

}  // namespace rapport
