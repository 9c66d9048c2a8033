// One simulated story of an engine, all of whose choices follow from a seed: clients at once, a log that is slow and
// fails, a clock that is set back, restarts and rebuilds. It ends well, or says what went wrong.
//
// Simulated: the log, its clock, the order of everything, and of every fourth seed a fold that is always too late for
// who waits for it. Real: the publisher, the fold, the rows, the handlers. Not simulated: sockets, threads' timing, and
// other waits by the wall clock, which none of it comes to.
#pragma once

#include <optional>
#include <string>

#include "tests/history/client_choices.h"

namespace rapport::simulation {

struct SimulationOptions {
  std::uint64_t seed = 0;
  // A bug of the log's: of so many records, readers are not given one.
  std::uint64_t skip_one_in = 0;
};

struct SimulationResult {
  std::optional<std::string> failure;
  std::string trace;  // all that happened, in order
  history::ClientCounts counts;
  std::uint64_t appends_failed = 0, restarts = 0, rebuilds = 0, set_back = 0, asked_again = 0, newcomers = 0;
};

SimulationResult simulate(const SimulationOptions& options);

}  // namespace rapport::simulation
